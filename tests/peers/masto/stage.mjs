// What the day is played on: names are dialled where the test says, pages are filled in as in a browser,
// and every step says in one line how it went.
//
// Environment: RESOLVE ("name:address:port,…"), PASSWORD, PHOTOS (folder of the fixtures).
// NODE_EXTRA_CA_CERTS holds the authority of the test.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Socket } from "node:net";

const { RESOLVE, PASSWORD, PHOTOS } = process.env;
const PATIENCE = 20_000;
// A call is counted: what is awaited is not asked for more often than this, in milliseconds.
const PAUSE = 300;

// ---- Names are dialled where the test says; TLS and everything else stays as it is ----

const dialled = new Map(
  RESOLVE.split(",").map((entry) => {
    const [, host, address, port] = entry.match(/^(.*):(.*):(\d+)$/);
    return [host, { host: address, port: Number(port) }];
  }),
);
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (options, ...rest) {
  const known = dialled.get(options.host);
  if (!known) throw new Error(`${options.host} is not in this world`);
  return connect.call(this, { ...options, ...known }, ...rest);
};

export async function photo(name) {
  return new File([await readFile(`${PHOTOS}/${name}`)], name, { type: "image/jpeg" });
}

// ---- Steps ----

/** What earlier steps found out. */
export const day = new Proxy(
  {},
  {
    get(kept, name) {
      if (!(name in kept)) throw new Error(`not reached: an earlier step should have left ${String(name)}`);
      return kept[name];
    },
  },
);

/** Plays a step; prints `ok NAME`, or `FAIL NAME: why`. */
export async function step(name, deed) {
  const begun = performance.now();
  try {
    await deed();
    console.log(`ok ${name}`);
  } catch (error) {
    const line = error.stack?.match(/day\.mjs:(\d+)/)?.[1];
    const why = `${error.name}: ${error.statusCode ?? ""} ${error.message}`.replace(/\s+/g, " ");
    console.log(`FAIL ${name}: ${why}${line ? ` (day.mjs, line ${line})` : ""}`);
    console.error(error);
  }
  console.error(`${((performance.now() - begun) / 1000).toFixed(2).padStart(6)} s  ${name}`);
}

export const same = (got, wanted, what) => assert.deepEqual(got, wanted, `${what}: ${JSON.stringify(got)} where ${JSON.stringify(wanted)} was expected`);
export const holds = (condition, what) => assert.ok(condition, what);
export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
export const ids = (page) => page.map((one) => one.id);

/** Asks again and again until the answer is true; gives it. */
export async function eventually(ask, what) {
  const begun = performance.now();
  for (;;) {
    const found = await ask();
    if (found) return found;
    holds(performance.now() - begun < PATIENCE, `did not come about: ${what}`);
    await pause(PAUSE);
  }
}

/** A call must be answered with this status. */
export async function refused(status, call, what) {
  const error = await call().then(
    () => null,
    (error) => error,
  );
  holds(error, `was not refused: ${what}`);
  same(error.statusCode, status, `${what} (${error.message})`);
}

// ---- A browser without script ----

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", "#x2f": "/" };
const plain = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name.toLowerCase()] ?? whole);

function attributes(tag) {
  return Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]));
}

/** Fields of the form with this action. */
function fields(html, action) {
  for (const [form, head] of html.matchAll(/<form([^>]*)>.*?<\/form>/gs)) {
    if (attributes(head).action !== action) continue;
    const inputs = [...form.matchAll(/<input([^>]*)>/g)].map(([, head]) => attributes(head));
    return Object.fromEntries(inputs.filter((one) => one.name).map((one) => [one.name, one.value ?? ""]));
  }
  return null;
}

/** Signs in at the page an app leads to, and lets it in; gives the address that follows. */
export async function allow(question, login) {
  const cookies = new Map();
  const ask = async (url, body) => {
    const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; "), accept: "text/html" };
    if (body) headers.origin = new URL(url).origin;
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) cookies.set(...line.split(";")[0].split(/=(.*)/s, 2));
    return { url, answer, to: answer.headers.get("location") && new URL(answer.headers.get("location"), url).href };
  };
  const open = async (page) => {
    while (page.to) page = await ask(page.to);
    return { ...page, html: await page.answer.text() };
  };
  const press = async (page, action, more) => {
    const known = fields(page.html, action);
    holds(known, `no form for ${action} at ${page.url}: ${page.answer.status}`);
    return ask(new URL(action, page.url).href, new URLSearchParams({ ...known, ...more }));
  };
  const signIn = await open(await ask(question));
  const asked = await open(await press(signIn, "/sign-in", { login, password: PASSWORD }));
  const led = await press(asked, "/oauth/authorize", { answer: "allow" });
  holds(led.to, `not let in: ${led.answer.status}`);
  return new URL(led.to);
}

// ---- Pages and streams ----

/**
 * Reads on to the end and back to the start; everything must be there once, newest first, both ways.
 * `list` asks for a page.
 */
export async function walk(list, what, limit = 3) {
  const pages = [];
  for await (const page of list({ limit })) {
    if (page.length > 0) pages.push(ids(page));
  }
  const there = pages.flat();
  same(there, [...new Set(there)].sort((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)), `${what}, on`);
  const above = pages.at(-2)?.at(-1);
  const back = [];
  for await (const page of list({ limit, ...(above && { maxId: above }) }).setDirection("prev")) back.unshift(...ids(page));
  same(back, there, `${what}, back`);
  return there;
}

/** Keeps what is heard on a stream, with the time. */
export class Ear {
  #heard = [];
  #wake = () => {};

  constructor(subscription) {
    this.events = subscription.values();
    this.#listen();
  }

  async #listen() {
    try {
      for await (const event of this.events) {
        this.#heard.push({ ...event, at: performance.now() });
        this.#wake();
      }
    } catch (error) {
      this.failed = error;
      this.#wake();
    }
  }

  /** Waits for such an event. */
  async hears(kind, fits, what) {
    const begun = performance.now();
    for (;;) {
      while (this.#heard.length > 0) {
        const event = this.#heard.shift();
        if (event.event === kind && fits(event.payload)) return event;
      }
      if (this.failed) throw this.failed;
      holds(performance.now() - begun < PATIENCE, `was not heard: ${what}`);
      await Promise.race([new Promise((done) => (this.#wake = done)), pause(PAUSE)]);
    }
  }
}
