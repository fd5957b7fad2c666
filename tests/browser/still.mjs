// Pages with photographs on them stand still while they load, and look as they should.

import { close, fits, open, shot, signIn, task, walkThrough } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, scheme, post, album }) {
  const view = await open({ width, scheme });
  const { page } = view;
  for (const [name, path] of [["explore", "/explore"], ["profile-visited", "/@ada"], ["single", post], ["album", album], ["tag", "/tags/light"]]) {
    await standsStill(view, name, path);
  }
  await signIn(page);
  for (const [name, path] of [["home", "/"], ["explore-signed-in", "/explore"], ["post-own", post]]) {
    await standsStill(view, name, path);
  }
  for (const [name, path] of [["settings", "/settings"], ["search", "/search?q=ada"], ["notifications", "/notifications"], ["about", "/about"], ["delete", `${post}/delete`], ["edit", `${album}/edit`], ["compose-empty", "/compose"]]) {
    await page.goto(path);
    await fits(page);
    await shot(view, name);
  }
  await lookClosely(view, album);
  await page.context().clearCookies();
  page.expected = [404];
  await page.goto("/nothing-here");
  await fits(page);
  await shot(view, "not-found");
  view.problems.splice(0, view.problems.length, ...view.problems.filter((problem) => !problem.includes("404")));
  await page.goto("/sign-in");
  await fits(page);
  await shot(view, "sign-in");
  await close(view);
}

async function standsStill(view, name, path) {
  const { page } = view;
  await page.goto(path);
  await walkThrough(page);
  await page.waitForLoadState("networkidle");
  const shifts = await page.evaluate(() => window.shifts);
  assert.deepEqual(shifts, [], `${path} moves while it loads (${view.label})`);
  await fits(page);
  await shot(view, name);
}

/** The full-screen view: opens, steps, closes, and gives the focus back. */
async function lookClosely(view, album) {
  const { page } = view;
  await page.goto(album);
  const first = page.locator("[data-viewer]").first();
  await first.click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  assert.match(await dialog.locator(".viewer-count").textContent(), /^1 of \d$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await dialog.locator(".viewer-count").textContent(), /^2 of \d$/);
  await page.waitForFunction(() => document.querySelector("dialog[open] > img").complete);
  await page.screenshot({ path: `${task.shots}/viewer-${view.label}.png` });
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await page.evaluate(() => document.activeElement?.matches("[data-viewer]")), "the focus is back on the photograph");
}
