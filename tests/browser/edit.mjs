// Changes an album that is out: takes a photo away, moves one, drops one in; nothing else changes.

import { alts, close, fits, open, shot, signIn } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, album }) {
  const view = await open({ width });
  const { page } = view;
  await signIn(page, "/");
  await page.goto(`${album}/edit`);
  const items = page.locator("#drafts .draft");
  assert.equal(await items.count(), 3);
  for (const [n, alt] of ["one", "two", "three"].entries()) await items.nth(n).locator("textarea").fill(alt);
  await items.nth(1).getByRole("button", { name: "Remove" }).click();
  assert.equal(await items.count(), 2);
  await items.nth(1).getByRole("button", { name: "Move up" }).click();
  await drop(page);
  await page.waitForFunction(() => document.querySelector("[data-send]").textContent === "Save changes" && document.querySelectorAll(".draft[data-id]:not([data-id='0'])").length === 3);
  await items.nth(2).locator("textarea").fill("four");
  await fits(page);
  await shot(view, "edit");
  await page.locator("[data-send]").click();
  await page.waitForURL((url) => url.pathname === album);
  assert.deepEqual(await alts(page), ["three", "one", "four"], "what was taken away is gone, the rest in the order shown");
  await page.goto(`${album}/edit`);
  await items.nth(0).getByRole("button", { name: "Remove" }).click();
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Leave it as it was" }).click();
  await page.waitForURL((url) => url.pathname === album);
  assert.deepEqual(await alts(page), ["three", "one", "four"], "a change that is dropped changes nothing");
  await close(view);
}

/** Drops a picture onto the composer, as from a folder. */
async function drop(page) {
  const transfer = await page.evaluateHandle(async () => {
    const picture = await (await fetch(document.querySelector(".draft-thumb img").src)).blob();
    const transfer = new DataTransfer();
    transfer.items.add(new File([picture], "dropped.jpg", { type: "image/jpeg" }));
    return transfer;
  });
  await page.dispatchEvent("#dropzone", "drop", { dataTransfer: transfer });
}
