// Sets the focal point of a photo: by a press on the picture, with the keyboard, and without script.

import { close, fits, fixture, open, shot, signIn } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, scheme, script = true }) {
  const view = await open({ width, scheme, script });
  await signIn(view.page, "/compose");
  await (script ? press : slide)(view);
  await close(view);
}

const point = (item) => item.locator("input[type=range]").evaluateAll((list) => Object.fromEntries(list.map((slider) => [slider.name[6], Number(slider.value)])));

async function press(view) {
  const { page } = view;
  await page.setInputFiles("#photos", ["photo-boats.jpg", "photo-forest.jpg"].map(fixture));
  await page.waitForFunction(() => document.querySelector("[data-send]").textContent === "Post 2 photos");
  const items = page.locator("#drafts .draft");
  const [first, second] = [items.nth(0), items.nth(1)];
  for (const item of [first, second]) await item.getByText(/^Focus/).click();
  const picture = first.locator(".focus-picture");
  const { width, height } = await picture.boundingBox();
  assert.ok(Math.abs(width / height - 1.6) < 0.02, "the picture is shown whole");
  await picture.click({ position: { x: width * 0.75, y: height * 0.25 } });
  const { x, y } = await point(first);
  assert.ok(Math.abs(x - 0.5) < 0.02 && Math.abs(y - 0.5) < 0.02, `pressed at ${x}, ${y}`);
  const crop = await first.locator(".focus-square img").evaluate((img) => getComputedStyle(img).objectPosition);
  assert.match(crop, /^7[45](\.\d+)?% 2[45](\.\d+)?%$/, "the square follows");
  await picture.click({ position: { x: width * 0.51, y: height * 0.5 } });
  assert.deepEqual(await point(first), { x: 0, y: 0 }, "the middle can be hit");
  await picture.click({ position: { x: width * 0.75, y: height * 0.25 } });
  // The other with the keyboard alone.
  const up = second.getByLabel("From bottom to top");
  await up.focus();
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowUp");
  assert.ok((await point(second)).y > 0, "up is up");
  await page.keyboard.press("End");
  assert.equal((await point(second)).y, 1);
  assert.equal(await up.getAttribute("aria-valuetext"), "100 % from the bottom", "it is said aloud");
  await fits(page);
  await shot(view, "focus");
  await page.locator("[data-send]").click();
  await page.waitForURL(/\/@ada\/\d+$/);
  const post = page.url();
  await page.goto("/@ada");
  await page.evaluate(() => { document.documentElement.dataset.view = "squares"; });
  const position = await page.locator(".tile .photo").first().evaluate((img) => getComputedStyle(img).objectPosition);
  assert.match(position, /^7[45]% 2[45]%$/, "squares keep it in view");
  await shot(view, "squares");
  await page.goto(`${post}/edit`);
  const kept = await point(items.nth(1));
  assert.deepEqual(kept, { x: 0, y: 1 }, "it is there when the post is edited");
  await items.nth(0).getByText(/^Focus/).click();
  const mark = await items.nth(0).locator(".focus-mark").boundingBox();
  const box = await items.nth(0).locator(".focus-picture").boundingBox();
  assert.ok(Math.abs(mark.x + mark.width / 2 - box.x - box.width * 0.75) < 6, "the mark stands where it was put");
  await fits(page);
  await shot(view, "focus-edit");
}

async function slide(view) {
  const { page } = view;
  await page.setInputFiles("#photos", fixture("photo-boats.jpg"));
  await page.locator(".dropzone").getByRole("button", { name: "Add photos" }).click();
  await page.waitForURL(/\/compose\/\d+\?said=described$/);
  const item = page.locator("#drafts .draft").first();
  await item.getByText(/^Focus/).click();
  await item.getByLabel("From left to right").press("End");
  await item.getByLabel("From bottom to top").press("Home");
  assert.deepEqual(await point(item), { x: 1, y: -1 });
  await fits(page);
  await shot(view, "focus");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.waitForURL(/\/compose\/\d+$/);
  assert.deepEqual(await point(item), { x: 1, y: -1 });
  await item.getByText(/^Focus/).click();
  const crop = await item.locator(".focus-square img").evaluate((img) => getComputedStyle(img).objectPosition);
  assert.equal(crop, "100% 100%");
  await shot(view, "focus-saved");
}
