// A browser for the scenarios: watches for everything that must not happen on any page.

import { chromium } from "playwright-core";
import assert from "node:assert/strict";
import path from "node:path";

const { BASE, LOGIN, PASSWORD, FIXTURES, SHOTS } = process.env;
export const task = { base: BASE, login: LOGIN, password: PASSWORD, shots: SHOTS };
export const fixture = (name) => path.join(FIXTURES, name);

/** The five photographs of an album, and what is said about each. */
export const album = [
  ["photo-boats.jpg", "Rowing boats tied up in a row"],
  ["photo-coffee.jpg", "A cup of coffee on a wooden table"],
  ["photo-pagoda.jpg", "A pagoda above tree tops"],
  ["photo-lake.jpg", "A still lake under mountains"],
  ["photo-marigold.jpg", "An orange marigold from above"],
];

/** Opens a browser and a page of this width; `script` false is a browser without JavaScript. */
export async function open({ width, scheme = "light", script = true }) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"],
  });
  const phone = width < 700;
  const context = await browser.newContext({
    baseURL: task.base,
    viewport: { width, height: phone ? 844 : 900 },
    colorScheme: scheme,
    javaScriptEnabled: script,
    hasTouch: phone,
    isMobile: phone,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = watch(page);
  if (script) await page.addInitScript(measureShifts);
  return { browser, page, problems, label: `${width}-${scheme}${script ? "" : "-noscript"}` };
}

function watch(page) {
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`script: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => {
    // A page that is left stops what it was still loading.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !page.expected?.includes(response.status())) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

function measureShifts() {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, what: entry.sources.map((s) => s.node?.className ?? "?") });
    }
  }).observe({ type: "layout-shift", buffered: true });
  document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
}

/** Ends the scenario: nothing may have gone wrong on the way. */
export async function close({ browser, problems, label }) {
  await browser.close();
  assert.deepEqual(problems, [], label);
}

export async function signIn(page, next = "/") {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await page.getByLabel("User name or e-mail").fill(task.login);
  await page.getByLabel("Password", { exact: true }).fill(task.password);
  await page.locator("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === next);
}

/** A picture of the whole page, for people to look at. */
export async function shot({ page, label }, name) {
  await page.screenshot({ path: path.join(task.shots, `${name}-${label}.png`), fullPage: true });
}

/** Nothing sticks out to the side. */
export async function fits(page) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= room, `${page.url()} is ${wide} px wide in ${room} px`);
}

/** Scrolls through the page so that everything is loaded, and waits for every picture. */
export async function walkThrough(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (let y = 0; y < document.documentElement.scrollHeight; y += 400) {
      scrollTo(0, y);
      await frame();
    }
    const seen = (img) => img.getClientRects().length > 0 && img.closest("details:not([open])") === null;
    await Promise.all([...document.images].filter(seen).map((img) => img.complete || new Promise((done) => { img.onload = img.onerror = done; })));
    scrollTo(0, 0);
    await frame();
  });
  const broken = await page.evaluate(() => [...document.images].filter((i) => i.getClientRects().length && i.complete && !i.naturalWidth).map((i) => i.src));
  assert.deepEqual(broken, [], `pictures that do not load on ${page.url()}`);
}

/** The alt texts of the photographs on a post's page, in order. */
export const alts = (page) => page.locator(".plate img.photo").evaluateAll((list) => list.map((img) => img.alt));
