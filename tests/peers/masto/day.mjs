// A full day of an app made with masto, on two servers: ada and eve at a.test, bob at b.test.
//
// Every step prints `ok NAME` or `FAIL NAME: why`. What the steps are played on is in stage.mjs.

import { createHash, randomBytes } from "node:crypto";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { Ear, allow, day, eventually, holds, ids, pause, photo, refused, same, step, walk } from "./stage.mjs";

const BACK = "https://app.test/back?kept=yes";
const SCOPES = "read write follow push";
const HOUR = 3_600_000;
const SIX = [
  ["photo-boats.jpg", "Boats in the fog"],
  ["photo-coffee.jpg", "Coffee on a table"],
  ["photo-dahlia.jpg", "A red dahlia"],
  ["photo-dune.jpg", "A dune at noon"],
  ["photo-forest.jpg", "Firs after rain"],
  ["photo-lake.jpg", "A lake under clouds"],
];
const alts = SIX.map(([, alt]) => alt);

const nobody = createRestAPIClient({ url: "https://a.test" });

// ---- What is done often ----

/** An app of one's own, let in by somebody, with proof that whoever comes with the code is who asked for it. */
async function letIn(host, login) {
  const url = `https://${host}`;
  const client = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "Day",
    redirectUris: [BACK, "urn:ietf:wg:oauth:2.0:oob"],
    scopes: SCOPES,
    website: "https://app.test",
  });
  const verifier = randomBytes(32).toString("base64url");
  const question = new URL("/oauth/authorize", url);
  question.search = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: BACK,
    response_type: "code",
    scope: SCOPES,
    state: "../1&2",
    force_login: "false",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = async () => {
    const to = await allow(question.href, login);
    same([to.searchParams.get("state"), to.searchParams.get("kept")], ["../1&2", "yes"], "what comes back");
    return to.searchParams.get("code");
  };
  const change = (code, codeVerifier) =>
    createOAuthAPIClient({ url }).token.create({
      grantType: "authorization_code",
      clientId: client.clientId,
      clientSecret: client.clientSecret,
      redirectUri: BACK,
      scope: SCOPES,
      code,
      codeVerifier,
    });
  const { accessToken, scope, tokenType } = await change(await code(), verifier);
  same([scope, tokenType], [SCOPES, "Bearer"], "the token");
  const app = createRestAPIClient({ url, accessToken });
  return { client, code, change, accessToken, v1: app.v1, v2: app.v2 };
}

const send = async (app, [name, description], more = {}) =>
  app.v2.media.create({ file: await photo(name), description, ...more });

/** Sends a small photo. It is ready at once, so nobody need ask whether it is. */
const sendSmall = async (app, alt = "A photograph") =>
  (await send(app, ["orientation-1.jpg", alt], { skipPolling: true })).id;

/** Posts these words, with a small photo unless there are others. */
async function say(app, status, { mediaIds, ...more } = {}) {
  return app.v1.statuses.create({ status, mediaIds: mediaIds ?? [await sendSmall(app)], ...more });
}

const kinds = async (app, more) => (await app.v1.notifications.list(more)).map((one) => `${one.type} ${one.account.acct}`);
const relation = async (app, id) => (await app.v1.accounts.relationships.fetch({ id: [id] }))[0];
const seen = (page, status) => page.find((one) => one.id === status.id) ?? null;
const of = (app, status) => app.v1.statuses.$select(status.id);
const described = (status) => status.mediaAttachments.map((one) => one.description);
const streams = (app) =>
  createStreamingAPIClient({ streamingApiUrl: "wss://a.test", accessToken: app.accessToken, retry: false });

/**
 * Listens from now on. It is a second until masto begins to connect, and nobody answers to a subscription, which
 * is given a moment.
 */
async function listening(socket, ...subscriptions) {
  await socket.prepare();
  const ears = subscriptions.map((one) => new Ear(one));
  await pause(500);
  return ears;
}

// ---- Signing in ----

await step("the server says what it speaks", async () => {
  const about = await nobody.v2.instance.fetch();
  same(about.domain, "a.test", "domain");
  holds(about.configuration.statuses.maxMediaAttachments >= 6, "an album of six fits");
  same(about.configuration.urls.streaming, "wss://a.test", "where it streams");
  same((await nobody.v1.instance.fetch()).uri, "a.test", "in the old form");
});

await step("an app registers, and ada signs in and lets it in", async () => {
  day.ada = await letIn("a.test", "ada");
});

await step("eve and bob let it in", async () => {
  day.eve = await letIn("a.test", "eve");
  day.bob = await letIn("b.test", "bob");
});

await step("a code is worth nothing without its verifier", async () => {
  const code = await day.ada.code();
  await refused(400, () => day.ada.change(code, randomBytes(32).toString("base64url")), "another verifier");
  const next = await day.ada.code();
  await refused(400, () => day.ada.change(next, undefined), "no verifier");
});

await step("the token is hers", async () => {
  day.her = await day.ada.v1.accounts.verifyCredentials();
  same([day.her.username, day.her.acct, day.her.url], ["ada", "ada", "https://a.test/@ada"], "who she is");
  day.him = await day.eve.v1.accounts.verifyCredentials();
  same((await day.ada.v1.apps.verifyCredentials()).name, "Day", "which app it is");
  same((await day.ada.v1.preferences.fetch())["posting:default:visibility"], "public", "preferences");
});

await step("whoever holds no token is told so", async () => {
  await refused(401, () => nobody.v1.timelines.home.list(), "home without a token");
  const wrong = createRestAPIClient({ url: "https://a.test", accessToken: "nonsense" });
  await refused(401, () => wrong.v1.accounts.verifyCredentials(), "a token that is none");
  same((await nobody.v1.accounts.lookup({ acct: "ada" })).id, day.her.id, "what is open is open");
});

// ---- Following ----

await step("eve finds ada and follows her", async () => {
  same((await day.eve.v1.accounts.search.list({ q: "ad" }))[0]?.id, day.her.id, "found by the beginning of her name");
  same((await day.eve.v1.accounts.$select(day.her.id).follow()).following, true, "follows");
  const there = await relation(day.ada, day.him.id);
  same([there.followedBy, there.following], [true, false], "seen from the other side");
});

await step("a locked person is asked and says yes", async () => {
  same((await day.eve.v1.accounts.updateCredentials({ locked: true })).locked, true, "locked");
  const asked = await day.ada.v1.accounts.$select(day.him.id).follow({ reblogs: true });
  same([asked.requested, asked.following], [true, false], "asked");
  same(ids(await day.eve.v1.followRequests.list()), [day.her.id], "who asks");
  same((await day.eve.v1.followRequests.$select(day.her.id).authorize()).followedBy, true, "authorized");
  same((await relation(day.ada, day.him.id)).following, true, "followed");
  same((await day.eve.v1.accounts.updateCredentials({ locked: false })).locked, false, "open again");
});

await step("followers and following are listed", async () => {
  const her = nobody.v1.accounts.$select(day.her.id);
  same(ids(await her.followers.list()), [day.him.id], "followers");
  same(ids(await nobody.v1.accounts.$select(day.her.id).following.list()), [day.him.id], "following");
  same((await day.ada.v1.accounts.$select(day.her.id).fetch()).followersCount, 1, "counted");
});

// ---- Lists ----

await step("a list is made and renamed", async () => {
  day.list = await day.eve.v1.lists.create({ title: "Harbor" });
  same((await day.eve.v1.lists.$select(day.list.id).update({ title: "Harbour" })).title, "Harbour", "renamed");
  same((await day.eve.v1.lists.list()).map((one) => one.title), ["Harbour"], "listed");
});

await step("somebody is put into it", async () => {
  const people = () => day.eve.v1.lists.$select(day.list.id).accounts;
  await people().create({ accountIds: [day.her.id] });
  same(ids(await people().list()), [day.her.id], "in it");
  same(ids(await day.eve.v1.accounts.$select(day.her.id).lists.list()), [day.list.id], "which lists she is in");
  await refused(404, () => people().create({ accountIds: ["12"] }), "nobody");
});

// ---- An album ----

await step("six photos are sent with alt text", async () => {
  day.sent = await Promise.all(SIX.map((one) => send(day.ada, one, { focus: "0.5,-0.25" })));
  for (const [n, sent] of day.sent.entries()) {
    same([sent.type, sent.description], ["image", alts[n]], "what was sent");
    const { width, height, aspect } = sent.meta.original;
    holds(Math.abs(width / height - aspect) < 0.01, `measured: ${width} × ${height}, ${aspect}`);
    same(sent.meta.focus, { x: 0.5, y: -0.25 }, "focus");
    holds(sent.blurhash && sent.previewUrl, "what is shown before it");
  }
});

await step("alt text is changed before posting", async () => {
  const media = () => day.ada.v1.media.$select(day.sent[0].id);
  same((await media().update({ description: "Boats, moored in the fog" })).description, "Boats, moored in the fog", "changed");
  same((await media().fetch()).description, "Boats, moored in the fog", "kept");
  alts[0] = "Boats, moored in the fog";
});

await step("an album of six is posted", async () => {
  day.album = await say(day.ada, "Six from the harbour #fog", { mediaIds: ids(day.sent), language: "en" });
  same(described(day.album), alts, "alt texts, in order");
  same(ids(day.album.mediaAttachments), ids(day.sent), "photos, in order");
  same([day.album.visibility, day.album.language, day.album.account.id], ["public", "en", day.her.id], "what it is");
  same(day.album.tags.map((tag) => tag.name), ["fog"], "hashtags");
  holds(day.album.content.includes("Six from the harbour") && day.album.content.includes("<p>"), "words");
  holds(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(day.album.createdAt), `a time everybody reads: ${day.album.createdAt}`);
  same((await of(nobody, day.album).fetch()).id, day.album.id, "for everybody");
});

await step("its pictures can be fetched", async () => {
  for (const one of (await of(nobody, day.album).fetch()).mediaAttachments) {
    for (const url of [one.url, one.previewUrl]) {
      const answer = await fetch(url, { headers: { origin: "https://app.test" } });
      same([answer.status, answer.headers.get("content-type")], [200, "image/jpeg"], url);
      same(answer.headers.get("access-control-allow-origin"), "*", "readable for web apps");
      await answer.arrayBuffer();
    }
  }
});

await step("the same key posts once", async () => {
  const meta = { requestInit: { headers: new Headers({ "Idempotency-Key": "day-1" }) } };
  const mediaIds = [await sendSmall(day.ada)];
  const twice = [1, 2].map(() => day.ada.v1.statuses.create({ status: "Only once", mediaIds }, meta));
  const [first, again] = await Promise.all(twice);
  same(again.id, first.id, "the same post");
});

await step("nothing at all is refused", async () => {
  await refused(422, () => say(day.ada, "", { mediaIds: [] }), "an empty post");
  await refused(422, () => say(day.ada, "", { mediaIds: ["12"] }), "a photo that is not there");
  const hers = await sendSmall(day.ada);
  await refused(422, () => say(day.eve, "", { mediaIds: [hers] }), "a photo of somebody else");
});

await step("a followers-only post is not for everybody", async () => {
  const post = await say(day.ada, "For those who follow", { visibility: "private", sensitive: true, spoilerText: "Quiet" });
  same([post.visibility, post.sensitive, post.spoilerText], ["private", true, "Quiet"], "what it is");
  same((await of(day.eve, post).fetch()).id, post.id, "a follower reads it");
  await refused(404, () => of(nobody, post).fetch(), "everybody else");
});

// ---- Pages ----

const holdsAll = (found) => holds([...ids(day.row), day.album.id].every((id) => found.includes(id)), "everything is there");

await step("home is paged both ways", async () => {
  const row = [];
  for (let n = 0; n < 7; n++) row.push(await say(day.ada, `Number ${n} #fog`));
  day.row = row;
  const newest = async () => ids(await day.eve.v1.timelines.home.list({ limit: 1 }))[0] === row.at(-1).id;
  await eventually(newest, "the last one reaches home");
  holdsAll(await walk((page) => day.eve.v1.timelines.home.list(page), "home"));
});

await step("the public timeline is paged both ways", async () => {
  holdsAll(await walk((page) => nobody.v1.timelines.public.list({ local: true, ...page }), "public"));
  same(await nobody.v1.timelines.public.list({ remote: true }), [], "nothing from elsewhere yet");
  const pictures = await nobody.v1.timelines.public.list({ onlyMedia: true });
  holds(pictures.every((one) => one.mediaAttachments.length > 0), "photos only");
});

await step("a hashtag is paged both ways", async () => {
  const found = await walk((page) => nobody.v1.timelines.tag.$select("Fog").list(page), "hashtag");
  same(found, [...ids(day.row).reverse(), day.album.id], "all of it");
});

await step("an account is paged both ways", async () => {
  const hers = (page) => day.eve.v1.accounts.$select(day.her.id).statuses.list(page);
  holdsAll(await walk(hers, "account"));
  holds((await hers({ onlyMedia: true })).every((one) => one.mediaAttachments.length > 0), "photos only");
});

await step("a list is paged both ways", async () => {
  const list = (page) => day.eve.v1.timelines.list.$select(day.list.id).list(page);
  holdsAll(await walk(list, "list"));
  await say(day.eve, "Not in a list of others");
  same((await list({ limit: 1 }))[0].account.id, day.her.id, "only who is in it");
});

// ---- Changing and deleting ----

await step("source gives the words back", async () => {
  const { id, text, spoilerText } = await of(day.ada, day.album).source.fetch();
  same([id, text, spoilerText], [day.album.id, "Six from the harbour #fog", ""], "source");
});

await step("an edit changes words and alt text", async () => {
  alts[1] = "Coffee, long cold";
  const edited = await of(day.ada, day.album).update({
    status: "Six from the harbour, later #fog",
    mediaIds: ids(day.sent),
    mediaAttributes: [{ id: day.sent[1].id, description: alts[1] }],
  });
  same([edited.id, Boolean(edited.editedAt)], [day.album.id, true], "the same post, edited");
  const shown = await of(nobody, day.album).fetch();
  same(described(shown), alts, "alt texts");
  holds(shown.content.includes("later"), "words");
});

await step("history holds both versions", async () => {
  const versions = await of(nobody, day.album).history.list();
  same(versions.map((one) => one.content.includes("later")), [false, true], "the oldest first");
  same(versions.map((one) => described(one)[1]), ["Coffee on a table", alts[1]], "alt texts");
});

await step("a deleted post is handed back and gone", async () => {
  const short = await say(day.ada, "Not for *long*", { mediaIds: [await sendSmall(day.ada, "A pier")] });
  day.back = await of(day.ada, short).remove();
  same([day.back.id, day.back.text], [short.id, "Not for *long*"], "handed back as it was written");
  same(described(day.back), ["A pier"], "with its photo");
  await refused(404, () => of(day.ada, short).fetch(), "what is deleted");
  await eventually(async () => !seen(await day.eve.v1.timelines.home.list(), short), "it leaves home");
});

await step("its photos can be posted again", async () => {
  const again = await say(day.ada, "For longer", { mediaIds: ids(day.back.mediaAttachments) });
  same(described(again), ["A pier"], "with its alt text");
  await of(day.ada, again).remove({ deleteMedia: true });
});

// ---- What people do with a post ----

await step("a favourite is counted, listed and taken back", async () => {
  const liked = await of(day.eve, day.album).favourite();
  same([liked.id, liked.favourited, liked.favouritesCount], [day.album.id, true, 1], "favourite");
  same(ids(await day.eve.v1.favourites.list()), [day.album.id], "hers");
  same(ids(await of(nobody, day.album).favouritedBy.list()), [day.him.id], "who");
  same((await of(day.ada, day.album).fetch()).favourited, false, "each sees her own");
  same((await of(day.eve, day.album).unfavourite()).favourited, false, "taken back");
  same([await day.eve.v1.favourites.list(), (await of(day.ada, day.album).fetch()).favouritesCount], [[], 0], "gone");
  await of(day.eve, day.album).favourite();
});

await step("a boost is a post of its own", async () => {
  const boost = await of(day.eve, day.album).reblog();
  holds(boost.id !== day.album.id, "a wrapper");
  same([boost.account.id, boost.reblog.id, boost.reblog.reblogged], [day.him.id, day.album.id, true], "of it");
  same(ids(await of(nobody, day.album).rebloggedBy.list()), [day.him.id], "who");
  const his = (page) => nobody.v1.accounts.$select(day.him.id).statuses.list(page);
  same(ids(await his({ limit: 1 })), [boost.id], "on her page");
  same((await his({ excludeReblogs: true }))[0].reblog, null, "or without");
  same((await of(day.eve, day.album).unreblog()).reblogged, false, "taken back");
  same((await of(nobody, day.album).fetch()).reblogsCount, 0, "not counted any more");
  await of(day.eve, day.album).reblog({ visibility: "public" });
});

await step("a bookmark is hers alone", async () => {
  same((await of(day.eve, day.album).bookmark()).bookmarked, true, "kept");
  same([ids(await day.eve.v1.bookmarks.list()), await day.ada.v1.bookmarks.list()], [[day.album.id], []], "hers");
  same((await of(day.ada, day.album).fetch()).bookmarked, false, "not the author's");
  same((await of(day.eve, day.album).unbookmark()).bookmarked, false, "let go");
  same(await day.eve.v1.bookmarks.list(), [], "gone");
});

await step("a reply stands under the post", async () => {
  day.reply = await say(day.eve, "@ada What a light!", { inReplyToId: day.album.id, mediaIds: [] });
  same([day.reply.inReplyToId, day.reply.inReplyToAccountId], [day.album.id, day.her.id], "to what");
  same(day.reply.mentions.map((one) => one.acct), ["ada"], "mentioned");
  const answer = await say(day.ada, "@eve Half past six", { inReplyToId: day.reply.id, mediaIds: [] });
  const { ancestors, descendants } = await of(nobody, day.reply).context.fetch();
  same([ids(ancestors), ids(descendants)], [[day.album.id], [answer.id]], "around it");
  same((await of(nobody, day.album).fetch()).repliesCount, 2, "all that stands below is counted");
});

await step("a pin heads the profile", async () => {
  same((await of(day.ada, day.album).pin()).pinned, true, "pinned");
  same(ids(await nobody.v1.accounts.$select(day.her.id).statuses.list({ pinned: true })), [day.album.id], "at the head");
  await refused(422, () => of(day.eve, day.album).pin(), "somebody else's");
  same((await of(day.ada, day.album).unpin()).pinned, false, "taken down");
});

// ---- Notifications ----

await step("what happened is told", async () => {
  const wanted = ["follow", "favourite", "reblog", "mention"].map((kind) => `${kind} eve`);
  const all = async () => {
    const there = await kinds(day.ada);
    return wanted.every((one) => there.includes(one));
  };
  await eventually(all, "all four are told");
  const told = (await day.ada.v1.notifications.list()).find((one) => one.type === "favourite");
  same([told.status.id, told.account.id], [day.album.id, day.him.id], "of what, by whom");
  same((await day.ada.v1.notifications.$select(told.id).fetch()).id, told.id, "one of them");
});

await step("kinds are chosen", async () => {
  same([...new Set(await kinds(day.ada, { types: ["follow"] }))], ["follow eve"], "only");
  holds(!(await kinds(day.ada, { excludeTypes: ["favourite"] })).includes("favourite eve"), "all but");
  same(await kinds(day.ada, { accountId: day.her.id }), [], "of one person");
});

await step("notifications are paged both ways", async () => {
  const found = await walk((page) => day.ada.v1.notifications.list(page), "notifications", 2);
  holds(found.length >= 4, "all of them");
});

await step("they are grouped", async () => {
  const found = await day.ada.v2.notifications.list({ expandAccounts: "full" });
  const group = found.notificationGroups.find((one) => one.type === "favourite");
  same([group.notificationsCount, group.sampleAccountIds], [1, [day.him.id]], "a group");
  holds(ids(found.statuses).includes(day.album.id) && ids(found.accounts).includes(day.him.id), "what it speaks of");
  same(ids(await day.ada.v2.notifications.$select(group.groupKey).accounts.fetch()), [day.him.id], "who");
});

await step("unread ones are counted up to the marker", async () => {
  holds((await day.ada.v1.notifications.unreadCount.fetch()).count >= 4, "unread");
  const [newest] = ids(await day.ada.v1.notifications.list({ limit: 1 }));
  await day.ada.v1.markers.create({ notifications: { lastReadId: newest } });
  same((await day.ada.v1.markers.fetch({ timeline: ["notifications"] })).notifications.lastReadId, newest, "kept");
  same((await day.ada.v1.notifications.unreadCount.fetch()).count, 0, "none is left");
});

await step("one is dismissed and all are cleared", async () => {
  const [one] = await day.ada.v1.notifications.list({ limit: 1 });
  await day.ada.v1.notifications.$select(one.id).dismiss();
  same(seen(await day.ada.v1.notifications.list(), one), null, "dismissed");
  await day.ada.v1.notifications.clear();
  same(await day.ada.v1.notifications.list(), [], "cleared");
});

// ---- Streams ----

await step("a post is heard within a second", async () => {
  day.socket = streams(day.eve);
  [day.ear] = await listening(day.socket, day.socket.user.subscribe());
  const late = [];
  do {
    const post = await say(day.ada, `Heard, try ${late.length}`);
    const said = performance.now();
    const { payload, stream, at } = await day.ear.hears("update", (status) => status.id === post.id, post.content);
    same([payload.account.acct, payload.favourited, stream], ["ada", false, ["user"]], "as she sees it");
    late.push(at - said);
    day.heard = post;
  } while (late.at(-1) >= 1000 && late.length < 3);
  holds(late.at(-1) < 1000, `it came after ${late} ms`);
});

await step("so are an edit and a deletion", async () => {
  await of(day.ada, day.heard).update({ status: "Heard, and changed", mediaIds: ids(day.heard.mediaAttachments) });
  const { payload } = await day.ear.hears("status.update", (status) => status.id === day.heard.id, "the edit");
  holds(payload.content.includes("changed"), "with its new words");
  await of(day.ada, day.heard).remove();
  await day.ear.hears("delete", (id) => id === day.heard.id, "the deletion");
  day.socket.close();
});

await step("a notification is heard", async () => {
  const socket = streams(day.ada);
  const [ear] = await listening(socket, socket.user.notification.subscribe());
  const post = await say(day.eve, "@ada are you there?");
  const { payload } = await ear.hears("notification", (told) => told.type === "mention", "the mention");
  same([payload.account.acct, payload.status.id], ["eve", post.id], "by whom, of what");
  socket.close();
});

await step("public, hashtag and list streams are heard", async () => {
  const socket = streams(day.eve);
  const ears = await listening(
    socket,
    socket.public.subscribe(),
    socket.public.local.subscribe(),
    socket.hashtag.subscribe({ tag: "fog" }),
    socket.list.subscribe({ list: day.list.id }),
  );
  const post = await say(day.ada, "For every stream #fog");
  for (const ear of ears) await ear.hears("update", (status) => status.id === post.id, "the post");
  socket.close();
});

// ---- Filters ----

/** The post as eve's home shows it. */
const atHome = async (status) => seen(await day.eve.v1.timelines.home.list(), status);

/** What a filter hides is left out, or the app is told to. */
async function hidden(status) {
  const found = await atHome(status);
  return !found || found.filtered.some((one) => one.filter.filterAction === "hide");
}

await step("a filter warns and says why", async () => {
  day.filter = await day.eve.v2.filters.create({
    title: "No film",
    context: ["home", "public"],
    filterAction: "warn",
    keywordsAttributes: [{ keyword: "grain", wholeWord: true }],
  });
  same(day.filter.keywords.map((one) => one.keyword), ["grain"], "kept");
  [day.grain, day.grainy] = [await say(day.ada, "The grain of old film"), await say(day.ada, "How grainy it is")];
  const found = await eventually(async () => (await atHome(day.grainy)) && atHome(day.grain), "both reach home");
  same(found.filtered.map((one) => one.filter.title), ["No film"], "which");
  same(found.filtered[0].keywordMatches, ["grain"], "why");
  same((await atHome(day.grainy)).filtered, [], "a whole word is no part of one");
  same(seen(await day.ada.v1.timelines.home.list(), day.grain).filtered, [], "hers alone");
});

await step("a filter hides", async () => {
  await day.eve.v2.filters.$select(day.filter.id).update({ filterAction: "hide" });
  holds(await hidden(day.grain), "hidden at home");
  holds(!(await hidden(day.grainy)), "and nothing else");
  holds(seen(await day.eve.v1.accounts.$select(day.her.id).statuses.list(), day.grain), "nor elsewhere");
});

await step("a single post is filtered", async () => {
  const posts = () => day.eve.v2.filters.$select(day.filter.id).statuses;
  const kept = await posts().create({ statusId: day.grainy.id });
  same((await posts().list()).map((one) => one.statusId), [day.grainy.id], "kept");
  holds(await hidden(day.grainy), "hidden");
  await day.eve.v2.filters.statuses.$select(kept.id).remove();
  holds(!(await hidden(day.grainy)), "back");
});

await step("the old way to filter works", async () => {
  const old = await day.eve.v1.filters.create({ phrase: "grainy", context: ["home"], wholeWord: true });
  same((await day.eve.v1.filters.list()).map((one) => one.phrase).sort(), ["grain", "grainy"], "both in the old form");
  same((await day.eve.v1.filters.$select(old.id).fetch()).phrase, "grainy", "one of them");
  holds((await atHome(day.grainy)).filtered.length > 0, "it filters");
  await day.eve.v1.filters.$select(old.id).remove();
});

await step("without the filter all is back", async () => {
  await day.eve.v2.filters.$select(day.filter.id).remove();
  same(await day.eve.v2.filters.list(), [], "none");
  same((await atHome(day.grain)).filtered, [], "shown");
});

// ---- This and that ----

await step("a message is a conversation", async () => {
  const said = await say(day.ada, "@eve the key is under the stone", { visibility: "direct", mediaIds: [] });
  const [talk] = await eventually(async () => {
    const talks = await day.eve.v1.conversations.list();
    return talks.length > 0 && talks;
  }, "the conversation appears");
  same([talk.accounts.map((one) => one.acct), talk.unread, talk.lastStatus.id], [["ada"], true, said.id], "hers");
  same((await day.eve.v1.conversations.$select(talk.id).read()).unread, false, "read");
  await refused(404, () => of(nobody, said).fetch(), "everybody else");
});

await step("a post waits for its time", async () => {
  const at = Date.now() + HOUR;
  const waits = await say(day.ada, "Tomorrow", { scheduledAt: new Date(at).toISOString() });
  same(ids(await day.ada.v1.scheduledStatuses.list()), [waits.id], "listed");
  same([waits.params.text, waits.mediaAttachments.length], ["Tomorrow", 1], "what it will say");
  const one = () => day.ada.v1.scheduledStatuses.$select(waits.id);
  const moved = await one().update({ scheduledAt: new Date(at + HOUR).toISOString() });
  same(Date.parse(moved.scheduledAt), at + HOUR, "put off");
  await one().remove();
  same(await day.ada.v1.scheduledStatuses.list(), [], "called off");
});

await step("the profile is changed", async () => {
  const fields = [{ name: "Camera", value: "Mamiya 7" }, { name: "Film", value: "until it runs out" }];
  const her = await day.ada.v1.accounts.updateCredentials({
    displayName: "Ada",
    note: "Water, mostly",
    fieldsAttributes: fields,
    avatar: await photo("photo-leaf.jpg"),
    source: { privacy: "unlisted" },
  });
  same([her.displayName, her.source.note, her.source.privacy], ["Ada", "Water, mostly", "unlisted"], "kept");
  same(her.source.fields.map(({ name, value }) => ({ name, value })), fields, "fields");
  const avatar = await fetch((await nobody.v1.accounts.$select(day.her.id).fetch()).avatar);
  same(avatar.headers.get("content-type"), "image/jpeg", "her picture");
  await day.ada.v1.accounts.updateCredentials({ source: { privacy: "public" } });
});

await step("a report is taken", async () => {
  const report = await day.eve.v1.reports.create({
    accountId: day.her.id,
    statusIds: [day.album.id],
    comment: "Too much fog",
    category: "other",
  });
  same([report.comment, report.targetAccount.id, report.actionTaken], ["Too much fog", day.her.id, false], "report");
});

// ---- Keeping people away ----

await step("a mute holds", async () => {
  const him = () => day.ada.v1.accounts.$select(day.him.id);
  same((await him().mute()).muting, true, "muted");
  same(ids(await day.ada.v1.mutes.list()), [day.him.id], "listed");
  await day.ada.v1.notifications.clear();
  const post = await say(day.eve, "@ada do you hear me?");
  await pause(1000);
  same(seen(await day.ada.v1.timelines.home.list(), post), null, "not at home");
  same(seen(await day.ada.v1.timelines.public.list(), post), null, "nor in public");
  same(await day.ada.v1.notifications.list(), [], "nor told");
  same((await him().unmute()).muting, false, "let be heard");
  holds(seen(await day.ada.v1.timelines.public.list(), post), "again");
});

await step("a mute for a while says until when", async () => {
  await day.ada.v1.accounts.$select(day.him.id).mute({ duration: 3600 });
  const [{ muteExpiresAt }] = await day.ada.v1.mutes.list();
  const left = Date.parse(muteExpiresAt) - Date.now();
  holds(left > HOUR - 60_000 && left <= HOUR, `an hour: ${left} ms`);
  await day.ada.v1.accounts.$select(day.him.id).unmute();
});

await step("a block holds", async () => {
  same((await day.ada.v1.accounts.$select(day.him.id).block()).blocking, true, "blocked");
  same(ids(await day.ada.v1.blocks.list()), [day.him.id], "listed");
  const there = await relation(day.eve, day.her.id);
  same([there.following, there.followedBy], [false, false], "nobody follows anybody");
  await refused(404, () => of(day.eve, day.album).fetch(), "reading");
  await refused(404, () => of(day.eve, day.row[0]).favourite(), "a favourite");
  same((await day.eve.v1.accounts.$select(day.her.id).follow().catch(() => ({}))).following ?? false, false, "following");
  const post = await say(day.eve, "@ada why?");
  await pause(1000);
  same(await day.ada.v1.notifications.list(), [], "nothing is told");
  same(seen(await day.ada.v1.timelines.public.list(), post), null, "nor shown");
  const home = await day.eve.v1.timelines.home.list();
  same(home.filter((one) => one.account.id === day.her.id), [], "she left home");
});

await step("an unblock ends it", async () => {
  same((await day.ada.v1.accounts.$select(day.him.id).unblock()).blocking, false, "unblocked");
  same((await of(day.eve, day.album).fetch()).id, day.album.id, "read again");
  same(await day.ada.v1.blocks.list(), [], "nobody is blocked");
});

await step("a hashtag is followed", async () => {
  same((await day.ada.v1.tags.$select("Dune").follow()).following, true, "followed");
  same((await day.ada.v1.followedTags.list()).map((one) => one.name.toLowerCase()), ["dune"], "listed");
  const post = await say(day.eve, "Sand #dune");
  await eventually(async () => seen(await day.ada.v1.timelines.home.list(), post), "what nobody she follows said reaches home");
  same((await day.ada.v1.tags.$select("dune").unfollow()).following, false, "let go");
});

// ---- Elsewhere ----

await step("somebody elsewhere is found by handle", async () => {
  const found = await day.bob.v2.search.list({ q: "@ada@a.test", resolve: true, type: "accounts" });
  same([found.statuses, found.hashtags], [[], []], "always three lists");
  day.adaThere = found.accounts[0];
  same([day.adaThere.acct, day.adaThere.url], ["ada@a.test", day.her.url], "she");
});

await step("she is followed", async () => {
  const asked = await day.bob.v1.accounts.$select(day.adaThere.id).follow();
  holds(asked.following || asked.requested, "asked");
  await eventually(async () => (await relation(day.bob, day.adaThere.id)).following, "she said yes");
  await eventually(async () => (await kinds(day.ada)).includes("follow bob@b.test"), "she is told");
});

await step("her album arrives with its alt text", async () => {
  const two = SIX.slice(0, 2);
  const sent = await Promise.all(two.map((one) => send(day.ada, one)));
  day.two = await say(day.ada, "Two for bob #fog", { mediaIds: ids(sent) });
  const find = async () => (await day.bob.v1.timelines.home.list()).find((one) => one.uri === day.two.uri);
  const here = await eventually(find, "it reaches home");
  same(described(here), two.map(([, alt]) => alt), "alt texts");
  same([here.account.acct, here.url], ["ada@a.test", day.two.url], "whose, and where");
  day.twoThere = await eventually(async () => {
    const status = await of(day.bob, here).fetch();
    return status.mediaAttachments.every((one) => one.url.startsWith("https://b.test/")) && status;
  }, "its photos are fetched");
  for (const one of day.twoThere.mediaAttachments) {
    same((await fetch(one.url)).headers.get("content-type"), "image/jpeg", one.url);
  }
});

await step("a post is found by its address", async () => {
  const found = await day.bob.v2.search.list({ q: day.album.url, resolve: true });
  same(found.statuses.map((one) => [one.uri, one.mediaAttachments.length]), [[day.album.uri, 6]], "the album, all six");
  const byId = await day.bob.v2.search.list({ q: day.album.uri, resolve: true, type: "statuses" });
  same(ids(byId.statuses), ids(found.statuses), "by its id too");
});

await step("favourite, boost and reply reach her", async () => {
  await day.ada.v1.notifications.clear();
  await of(day.bob, day.twoThere).favourite();
  await of(day.bob, day.twoThere).reblog();
  await say(day.bob, "@ada@a.test Worth the wait", { inReplyToId: day.twoThere.id, mediaIds: [] });
  const wanted = ["favourite", "reblog", "mention"].map((kind) => `${kind} bob@b.test`);
  const all = async () => {
    const there = await kinds(day.ada);
    return wanted.every((one) => there.includes(one));
  };
  await eventually(all, "all three are told");
  const status = await of(day.ada, day.two).fetch();
  same([status.favouritesCount, status.reblogsCount, status.repliesCount], [1, 1, 1], "counted");
  holds((await of(day.ada, day.two).context.fetch()).descendants[0].content.includes("Worth the wait"), "shown below");
});

await step("an edit reaches him", async () => {
  await of(day.ada, day.two).update({ status: "Two for bob, later #fog", mediaIds: ids(day.two.mediaAttachments) });
  const edited = await eventually(async () => {
    const status = await of(day.bob, day.twoThere).fetch();
    return status.content.includes("later") && status;
  }, "the edit");
  same([Boolean(edited.editedAt), edited.mediaAttachments.length], [true, 2], "with its photos");
});

await step("a deletion reaches him", async () => {
  await of(day.ada, day.two).remove();
  const gone = () => of(day.bob, day.twoThere).fetch().then(() => false, (error) => error.statusCode === 404);
  await eventually(gone, "it is gone there");
  await eventually(async () => !seen(await day.bob.v1.timelines.home.list(), day.twoThere), "and leaves home");
});

await step("a whole server is kept out", async () => {
  await day.ada.v1.notifications.clear();
  await say(day.bob, "@ada@a.test hello");
  await eventually(async () => (await kinds(day.ada)).includes("mention bob@b.test"), "bob is heard");
  const [{ account }] = await day.ada.v1.notifications.list();
  await day.ada.v1.domainBlocks.create({ domain: "b.test" });
  same(await day.ada.v1.domainBlocks.list(), ["b.test"], "listed");
  same((await relation(day.ada, account.id)).domainBlocking, true, "told");
  await day.ada.v1.notifications.clear();
  await say(day.bob, "@ada@a.test hello?");
  await pause(2000);
  same(await kinds(day.ada), [], "nobody there is heard");
  await day.ada.v1.domainBlocks.remove({ domain: "b.test" });
  same(await day.ada.v1.domainBlocks.list(), [], "let in again");
});

// ---- The end ----

await step("a list is emptied and deleted", async () => {
  const list = () => day.eve.v1.lists.$select(day.list.id);
  same((await day.eve.v1.accounts.$select(day.her.id).follow()).following, true, "followed again");
  if ((await list().accounts.list()).length === 0) await list().accounts.create({ accountIds: [day.her.id] });
  await list().accounts.remove({ accountIds: [day.her.id] });
  same(await list().accounts.list(), [], "empty");
  await list().remove();
  await refused(404, () => list().fetch(), "the list");
});

await step("the token is given back", async () => {
  const { clientId, clientSecret } = day.ada.client;
  await createOAuthAPIClient({ url: "https://a.test" }).revoke({ clientId, clientSecret, token: day.ada.accessToken });
  await refused(401, () => day.ada.v1.accounts.verifyCredentials(), "what was given back");
});
process.exit(0);
