// Signs in, posts an album of five with alt text, and finds it on the profile.

import { album, alts, close, fits, fixture, open, shot, signIn, walkThrough } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, scheme, script }) {
  const view = await open({ width, scheme, script });
  const { page } = view;
  await signIn(page, "/compose");
  await fits(page);
  await (script ? composeWithScript : composeInSteps)(view);
  await page.waitForURL(/\/@ada\/\d+$/);
  assert.deepEqual(await alts(page), album.map(([, alt]) => alt), "all five, in order, each with its alt text");
  assert.ok(await page.getByText("A walk in five").isVisible());
  await fits(page);
  if (script) await walkThrough(page);
  await shot(view, "post");
  await profile(view);
  await close(view);
}

async function composeWithScript(view) {
  const { page } = view;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 150_000 });
  await page.setInputFiles("#photos", album.map(([name]) => fixture(name)));
  // Uploads begin at once; the text is written meanwhile.
  await page.getByLabel("Caption", { exact: true }).fill("A walk in five #walk");
  const send = page.locator("[data-send]");
  await page.waitForFunction(() => [...document.querySelectorAll(".draft progress:not([hidden])")].some((bar) => bar.value > 0 && bar.value < bar.max));
  assert.match(await send.textContent(), /^Uploading \d of 5$/);
  assert.ok(await send.isDisabled(), "nothing is posted before everything is there");
  await shot(view, "uploading");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  const items = page.locator("#drafts .draft");
  for (const [n, [, alt]] of album.slice(0, 3).entries()) await items.nth(n).locator("textarea").fill(alt);
  await page.waitForFunction(() => document.querySelector("[data-send]").textContent === "Post 5 photos");
  assert.equal(await page.getByLabel("Caption", { exact: true }).inputValue(), "A walk in five #walk", "what was typed meanwhile is there");
  assert.equal(await items.nth(0).locator("textarea").inputValue(), album[0][1]);
  assert.match(await page.locator("#tally").innerText(), /3 of 5\s+photos have alt text/);
  for (const [n, [, alt]] of album.entries()) await items.nth(n).locator("textarea").fill(alt);
  assert.match(await page.locator("#tally").innerText(), /5 of 5\s+photos have alt text/);
  const marks = await items.evaluateAll((list) => list.map((item) => item.querySelector(".fold").getClientRects().length > 0));
  assert.deepEqual(marks, [false, false, false, true, false], "the fourth photo is marked, no other");
  assert.ok(await page.getByText("Mastodon shows these four").filter({ visible: true }).isVisible());
  await reorder(view, items);
  await refusedFile(view, items);
  await fits(page);
  await shot(view, "compose");
  await send.click();
}

/** Moves the last photo to the front and back again. */
async function reorder({ page }, items) {
  const order = () => items.evaluateAll((list) => list.map((item) => item.querySelector("textarea").value));
  const before = await order();
  await items.nth(1).getByRole("button", { name: "Move up" }).click();
  assert.deepEqual(await order(), [before[1], before[0], ...before.slice(2)]);
  await items.nth(0).getByRole("button", { name: "Move down" }).click();
  assert.deepEqual(await order(), before);
  assert.match(await page.locator("#sending").textContent(), /Now photo 2 of 5/, "it is said aloud");
}

/** A file that is no photo is named with the reason; the others stay. */
async function refusedFile({ page, problems }, items) {
  page.expected = [422];
  await page.setInputFiles("#photos", fixture("html.jpg"));
  await page.locator("#compose-errors").getByText("html.jpg").waitFor();
  assert.equal(await items.count(), 5);
  assert.match(await page.locator("[data-send]").textContent(), /Post 5 photos/);
  page.expected = undefined;
  // The browser notes every answer above 400 by itself.
  const noted = problems.findIndex((problem) => problem.includes("422"));
  if (noted >= 0) problems.splice(noted, 1);
}

async function composeInSteps(view) {
  const { page } = view;
  assert.equal(await page.locator(".needs-js").filter({ visible: true }).count(), 0, "nothing is shown that needs a script");
  await page.setInputFiles("#photos", album.map(([name]) => fixture(name)));
  await page.getByLabel("Caption", { exact: true }).fill("A walk in five #walk");
  await page.locator(".dropzone").getByRole("button", { name: "Add photos" }).click();
  await page.waitForURL(/\/compose\/\d+\?said=described$/);
  assert.equal(await page.getByLabel("Caption", { exact: true }).inputValue(), "A walk in five #walk");
  const items = page.locator("#drafts .draft");
  assert.equal(await items.count(), 5);
  for (const [n, [, alt]] of album.entries()) await items.nth(n).locator("textarea").fill(alt);
  await fits(page);
  await shot(view, "compose");
  await page.getByRole("button", { name: "Post 5 photos" }).click();
}

async function profile(view) {
  const { page } = view;
  const post = new URL(page.url()).pathname;
  await page.goto("/@ada");
  const tile = page.locator(`.tile a[href="${post}"]`).first();
  assert.ok(await tile.isVisible(), "the album hangs on the profile");
  assert.match(await tile.textContent(), /1\/5/);
  await fits(page);
  if (view.page.context() && !view.label.includes("noscript")) await walkThrough(page);
  await shot(view, "profile");
  await tile.click();
  await page.waitForURL((url) => url.pathname === post);
}
