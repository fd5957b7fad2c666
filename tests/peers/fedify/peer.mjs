// A server made with Fedify, its signature checks on. It answers plain HTTP behind a TLS proxy as
// https://HOST, and does what the test says on a second, local port.
//
// Environment: HOST; RESOLVE ("name:address:port,…", where hosts are dialled); PHOTO (a JPEG to post).
// NODE_EXTRA_CA_CERTS holds the authority of the test. Prints one line of JSON with its two ports.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { Temporal } from "@js-temporal/polyfill";
import { Agent, buildConnector, setGlobalDispatcher } from "undici";
import { createFederation, exportJwk, generateCryptoKeyPair, importJwk, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Announce, Create, Delete, Endpoints, Follow, Image, Like, Mention, Note, Person, PUBLIC_COLLECTION, Undo, Update,
} from "@fedify/fedify/vocab";

const { HOST, RESOLVE, PHOTO } = process.env;
const NAME = "fred";

// ---- Names are dialled where the test says; TLS and everything else stays as it is ----

const dialled = new Map(
  RESOLVE.split(",").map((entry) => {
    const [host, address, port] = entry.split(":");
    return [host, { address, port }];
  }),
);
const connector = buildConnector({});
setGlobalDispatcher(
  new Agent({
    connect(options, done) {
      const known = dialled.get(options.hostname);
      if (!known) return done(new Error(`${options.hostname} is not in this world`), null);
      const servername = options.servername || options.hostname;
      return connector({ ...options, hostname: known.address, host: known.address, port: known.port, servername }, done);
    },
  }),
);

// ---- What this server is ----

const received = [];
const followers = new Map();
const notes = new Map();
const pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
const stored = { public: await exportJwk(pair.publicKey), private: await exportJwk(pair.privateKey) };

const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });

federation
  .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
    if (identifier !== NAME) return null;
    const keys = await context.getActorKeyPairs(identifier);
    return new Person({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Fred",
      inbox: context.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      followers: context.getFollowersUri(identifier),
      url: new URL(`/@${identifier}`, context.url),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .setKeyPairsDispatcher(async () => [
    { publicKey: await importJwk(stored.public, "public"), privateKey: await importJwk(stored.private, "private") },
  ]);

federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setObjectDispatcher(Note, "/notes/{id}", (_context, { id }) => notes.get(id) ?? null);

// ---- What it hears ----

async function remember(context, activity) {
  const entry = { type: activity.constructor.name, actor: activity.actorId?.href, objectId: activity.objectId?.href };
  const object = await activity.getObject(context).catch(() => null);
  if (object instanceof Note) {
    entry.content = object.content?.toString();
    entry.pictures = [];
    for await (const attachment of object.getAttachments(context)) entry.pictures.push(await picture(attachment));
  }
  received.push(entry);
  return object;
}

async function picture(attachment) {
  const url = attachment.url?.href?.href ?? attachment.url?.href;
  const said = { alt: attachment.name?.toString(), type: attachment.mediaType, width: attachment.width, height: attachment.height };
  const answer = await fetch(url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { url, said, status: answer.status, type: answer.headers.get("content-type"), bytes: bytes.toString("base64") };
}

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (context, follow) => {
    await remember(context, follow);
    const follower = await follow.getActor(context);
    followers.set(follower.id.href, follower);
    const accept = new Accept({
      id: new URL(`#accepts/${followers.size}`, context.getActorUri(NAME)),
      actor: follow.objectId,
      object: follow,
    });
    await context.sendActivity({ identifier: NAME }, follower, accept);
  })
  .on(Accept, remember)
  .on(Create, remember)
  .on(Update, remember)
  .on(Delete, remember)
  .on(Like, remember)
  .on(Announce, remember)
  .on(Undo, remember);

// ---- What it says when the test wants it to ----

let number = 0;
const fresh = (context, kind) => new URL(`/${kind}/${++number}`, context.url);

async function author(context, note) {
  return await note.getAttribution(context);
}

const deeds = {
  async follow(context, { handle }) {
    const target = await context.lookupObject(handle);
    const follow = new Follow({ id: fresh(context, "follows"), actor: context.getActorUri(NAME), object: target.id });
    await context.sendActivity({ identifier: NAME }, target, follow);
    return { target: target.id.href };
  },

  async unfollow(context, { handle }) {
    const target = await context.lookupObject(handle);
    const follow = new Follow({ id: fresh(context, "follows"), actor: context.getActorUri(NAME), object: target.id });
    const undo = new Undo({ id: fresh(context, "undos"), actor: context.getActorUri(NAME), object: follow });
    await context.sendActivity({ identifier: NAME }, target, undo);
    return {};
  },

  async like(context, { id }) {
    const note = await context.lookupObject(id);
    const like = new Like({ id: fresh(context, "likes"), actor: context.getActorUri(NAME), object: note.id });
    await context.sendActivity({ identifier: NAME }, await author(context, note), like);
    return {};
  },

  async boost(context, { id }) {
    const note = await context.lookupObject(id);
    const boost = new Announce({
      id: fresh(context, "boosts"), actor: context.getActorUri(NAME), object: note.id, to: PUBLIC_COLLECTION,
      cc: note.attributionId,
    });
    await context.sendActivity({ identifier: NAME }, await author(context, note), boost);
    return {};
  },

  async reply(context, { id, text }) {
    const parent = await context.lookupObject(id);
    const to = await author(context, parent);
    const note = publish(context, {
      content: `<p>${text}</p>`, replyTarget: parent.id, ccs: [to.id, context.getFollowersUri(NAME)],
      tags: [new Mention({ href: to.id, name: `@${to.preferredUsername}@${to.id.host}` })],
    });
    await context.sendActivity({ identifier: NAME }, to, created(context, note));
    return { id: note.id.href };
  },

  async post(context, { text, alt }) {
    const photo = new Image({ url: new URL("/photo.jpg", context.url), mediaType: "image/jpeg", name: alt });
    const note = publish(context, { content: `<p>${text}</p>`, ccs: [context.getFollowersUri(NAME)], attachments: [photo] });
    await context.sendActivity({ identifier: NAME }, [...followers.values()], created(context, note));
    return { id: note.id.href };
  },

  async delete(context, { id }) {
    const gone = new Delete({ id: fresh(context, "deletes"), actor: context.getActorUri(NAME), object: new URL(id), to: PUBLIC_COLLECTION });
    await context.sendActivity({ identifier: NAME }, [...followers.values()], gone);
    return {};
  },

  async received() {
    return received;
  },

  async fetch(context, { id }) {
    const loader = await context.getDocumentLoader({ identifier: NAME });
    try {
      const note = await context.lookupObject(id, { documentLoader: loader });
      return { type: note?.constructor?.name ?? null, content: note?.content?.toString() };
    } catch (error) {
      return { error: String(error) };
    }
  },
};

function publish(context, values) {
  const id = String(++number);
  const note = new Note({
    id: context.getObjectUri(Note, { id }), attribution: context.getActorUri(NAME), to: PUBLIC_COLLECTION,
    published: Temporal.Now.instant(), ...values,
  });
  notes.set(id, note);
  return note;
}

function created(context, note) {
  return new Create({
    id: new URL("#create", note.id), actor: context.getActorUri(NAME), object: note, tos: [PUBLIC_COLLECTION], ccs: note.ccIds,
  });
}

// ---- Two ports ----

async function body(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answer(outgoing, response) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

function listen(handler) {
  return new Promise((ready) => {
    const server = createServer((incoming, outgoing) => {
      handler(incoming, outgoing).catch((error) => {
        console.error(error);
        outgoing.writeHead(500).end(String(error?.stack ?? error));
      });
    });
    server.listen(0, "127.0.0.1", () => ready(server.address().port));
  });
}

const photo = await readFile(PHOTO);
const port = await listen(async (incoming, outgoing) => {
  const url = new URL(incoming.url, `https://${HOST}`);
  if (url.pathname === "/photo.jpg") {
    return answer(outgoing, new Response(photo, { headers: { "content-type": "image/jpeg" } }));
  }
  const bytes = await body(incoming);
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  const request = new Request(url, { method: incoming.method, headers, body: bytes.length ? bytes : undefined });
  return answer(outgoing, await federation.fetch(request, { contextData: undefined }));
});

const control = await listen(async (incoming, outgoing) => {
  const bytes = await body(incoming);
  const context = federation.createContext(new URL(`https://${HOST}`), undefined);
  const result = await deeds[incoming.url.slice(1)](context, bytes.length ? JSON.parse(bytes) : {});
  return answer(outgoing, Response.json(result));
});

console.log(JSON.stringify({ port, control }));
// The test holds the other end: when it is gone, so is this.
process.stdin.on("end", () => process.exit(0)).resume();
