// People of other servers: their profiles, conversations, messages, requests, and what keeps people away.

import { close, fits, open, shot, signIn, walkThrough } from "./browser.mjs";
import assert from "node:assert/strict";

export default async function ({ width, scheme, script, post, answer }) {
  const view = await open({ width, scheme, script });
  const { page } = view;
  const look = async (name, path) => {
    await page.goto(path);
    if (script) await walkThrough(page);
    await fits(page);
    await shot(view, name);
  };
  for (const [name, path] of [["way-person", "/@ada/elsewhere"], ["way-post", `${post}/elsewhere`], ["person-visited", "/@bob@peer.test"]]) {
    await look(name, path);
  }
  await signIn(page);
  const pages = [
    ["home-elsewhere", "/"],
    ["person", "/@bob@peer.test"],
    ["person-words", "/@bob@peer.test?tab=replies"],
    ["talk", post],
    ["talk-answer", answer],
    ["messages", "/messages"],
    ["messages-to", "/messages?to=@bob@peer.test"],
    ["requests", "/follow-requests"],
    ["told", "/notifications"],
    ["mute", "/@bob@peer.test/mute"],
    ["report", `/@bob@peer.test/report?post=${post.split("/").pop()}`],
    ["reports", "/reports"],
    ["muted", "/@mallory"],
    ["settings-people", "/settings"],
  ];
  for (const [name, path] of pages) await look(name, path);
  await menuOpens(view);
  await close(view);
}

/** The menu on a profile opens with the keyboard, holds what it should, and fits. */
async function menuOpens(view) {
  const { page } = view;
  await page.goto("/@bob@peer.test");
  const more = page.locator(".profile-head .more > summary");
  await more.focus();
  await page.keyboard.press("Enter");
  for (const name of ["Write a message", "Mute", "Block", "Report"]) {
    assert.ok(await page.locator(".profile-head .menu").getByRole("link", { name }).isVisible(), name);
  }
  await fits(page);
  await page.screenshot({ path: `${process.env.SHOTS}/person-menu-${view.label}.png` });
}
