// The main things can be done, and found, with the keyboard alone.

import { close, fixture, open, task } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, post }) {
  const view = await open({ width });
  const { page } = view;
  await signInByKeyboard(page);
  await page.goto("/explore");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content", "the skip link comes first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  await page.goto("/explore");
  const reached = await tabThrough(page, 60);
  for (const name of ["Home", "Explore", "Notifications", "Search", "You: ada"]) {
    assert.ok(reached.some((r) => r.name.startsWith(name)), `${name} is reached: ${reached.map((r) => r.name).join(" · ")}`);
  }
  const faint = reached.filter((r) => !r.seen);
  assert.deepEqual(faint, [], "where one is can be seen everywhere");
  await menu(page);
  await react(page, post);
  await compose(page);
  await close(view);
}

/** What a screen reader would call the element that has the focus. */
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  const label = at?.labels?.[0]?.textContent;
  return (at?.getAttribute("aria-label") ?? label ?? at?.textContent ?? "").replace(/\s+/g, " ").trim();
});

async function tabThrough(page, most) {
  const reached = [];
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press("Tab");
    const name = await focused(page);
    const seen = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return true;
      const box = at.getBoundingClientRect();
      const style = getComputedStyle(at);
      const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      const around = at.closest("label, .find, .handle-field");
      return box.width > 0 && box.height > 0 && (marked || style.boxShadow !== "none" || (around !== null && getComputedStyle(around).outlineStyle !== "none"));
    });
    if (await page.evaluate(() => document.activeElement === document.body)) break;
    reached.push({ name, seen });
  }
  return reached;
}

async function tabTo(page, name, most = 80) {
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).match(name)) return;
  }
  assert.fail(`${name} is not reached with the Tab key on ${page.url()}`);
}

async function signInByKeyboard(page) {
  await page.goto("/sign-in");
  assert.equal(await focused(page), "User name or e-mail", "one can type at once");
  await page.keyboard.type(task.login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(task.password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
}

async function menu(page) {
  await page.goto("/explore");
  await tabTo(page, /^You: /);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Your profile", "the menu follows its button");
}

async function react(page, post) {
  await page.goto(post);
  await tabTo(page, /^Like/);
  await page.keyboard.press("Enter");
  await page.locator("form[data-react=like] button[aria-pressed=true]").first().waitFor();
  await tabTo(page, /^Reply to/);
  await page.keyboard.type("Said without a mouse");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Reply");
  await page.keyboard.press("Enter");
  await page.getByText("Said without a mouse").first().waitFor();
}

async function compose(page) {
  await page.goto("/compose");
  await tabTo(page, /choose files/);
  await page.locator("#photos:focus").setInputFiles(["srgb.jpg", "grey.jpg"].map(fixture));
  await page.waitForFunction(() => document.querySelector("[data-send]").textContent === "Post 2 photos");
  await page.locator("#drafts textarea").first().focus();
  await page.keyboard.type("A first picture");
  await tabTo(page, /^Move down$/);
  await page.keyboard.press("Enter");
  const order = await page.locator("#drafts textarea").evaluateAll((list) => list.map((field) => field.value));
  assert.deepEqual(order, ["", "A first picture"], "photos are moved by keyboard");
  await tabTo(page, /^Caption/);
  await page.keyboard.type("Posted without a mouse");
  await tabTo(page, /^Post 2 photos$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/@ada\/\d+$/);
  assert.ok(await page.getByText("Posted without a mouse").isVisible());
}
