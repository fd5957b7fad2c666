"""A full day of an app made with Mastodon.py, on two servers: ada and eve at a.test, bob at b.test.

Every step prints `ok NAME` or `FAIL NAME: why`. What the steps are played on is in stage.py.
"""

import datetime
import time

import requests
from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonNotFoundError

from stage import Ear, Kept, allow, eventually, holds, ids, part, photo, refused, same, step, walk

BACK = "https://app.test/back"
SCOPES = ["read", "write", "follow", "push"]
SIX = [
    ("photo-boats.jpg", "Boats in the fog"),
    ("photo-coffee.jpg", "Coffee on a table"),
    ("photo-dahlia.jpg", "A red dahlia"),
    ("photo-dune.jpg", "A dune at noon"),
    ("photo-forest.jpg", "Firs after rain"),
    ("photo-lake.jpg", "A lake under clouds"),
]
ALTS = [alt for _, alt in SIX]

day = Kept()
nobody = Mastodon(api_base_url="https://a.test", ratelimit_method="throw")


def let_in(host, login, back=BACK):
    """An app of one's own, let in by somebody: called back, or told a code that is shown to be copied."""
    base = f"https://{host}"
    client_id, secret = Mastodon.create_app("Day", SCOPES, redirect_uris=back, api_base_url=base)
    app = Mastodon(client_id, secret, api_base_url=base, ratelimit_method="throw")
    to = allow(app.auth_request_url(redirect_uris=back, scopes=SCOPES, state="../1&2"), login)
    if back == BACK:
        same(part(to, "state"), "../1&2", "the state comes back")
        to = part(to, "code")
    app.log_in(code=to, redirect_uri=back, scopes=SCOPES)
    return app


def send(app, name="orientation-1.jpg", alt="A photograph", **more):
    """Sends a photo and waits until it is ready."""
    sent = app.media_post(photo(name), description=alt, **more)
    return sent if sent.url else eventually(lambda: (lambda m: m if m.url else None)(app.media(sent.id)), f"{name} is ready")


def say(app, text, **more):
    """Posts a photo with these words."""
    return app.status_post(text, media_ids=[send(app)], **more)


def kinds(app, **more):
    return [(told.type, told.account.acct) for told in app.notifications(**more)]


def relation(app, somebody):
    return app.account_relationships(somebody)[0]


def tries_to_follow(app, somebody):
    try:
        return app.account_follow(somebody).following
    except MastodonAPIError:
        return False


def seen(page, status):
    return next((one for one in page if one.id == status.id), None)


# ---- Signing in ----


@step("the server says what it speaks")
def _():
    about = nobody.instance_v2()
    same(about.domain, "a.test", "domain")
    holds(about.configuration.statuses.max_media_attachments >= 6, "an album of six fits")
    holds(nobody.instance_v1().urls.streaming_api.startswith("wss://"), "where it streams")
    nobody.retrieve_mastodon_version()
    holds(nobody.verify_minimum_version("3.4.0"), f"version {about.version} is understood")


@step("an app registers, and ada signs in and lets it in")
def _():
    day.ada = let_in("a.test", "ada")


@step("eve and bob let it in")
def _():
    day.eve = let_in("a.test", "eve")
    day.bob = let_in("b.test", "bob", "urn:ietf:wg:oauth:2.0:oob")


@step("the token is hers")
def _():
    day.her = day.ada.account_verify_credentials()
    same((day.her.username, day.her.acct, day.her.source.note), ("ada", "ada", ""), "who she is")
    same(day.her.url, "https://a.test/@ada", "where she is")
    day.him = day.eve.me()
    same(day.ada.app_verify_credentials().name, "Day", "which app it is")
    holds(day.ada.preferences()["posting:default:visibility"] == "public", "preferences")


@step("whoever holds no token is told so")
def _():
    refused(401, nobody.timeline_home, "home without a token")
    wrong = Mastodon(access_token="nonsense", api_base_url="https://a.test", ratelimit_method="throw")
    refused(401, wrong.me, "a token that is none")
    same(nobody.account_lookup("ada").id, day.her.id, "what is open is open")


# ---- Following ----


@step("eve finds ada and follows her")
def _():
    same(day.eve.account_search("ad")[0].id, day.her.id, "found by the beginning of her name")
    same(day.eve.account_follow(day.her).following, True, "follows")
    there = relation(day.ada, day.him)
    same((there.followed_by, there.following), (True, False), "seen from the other side")


@step("a locked person is asked and says yes")
def _():
    holds(day.eve.account_update_credentials(locked=True).locked, "locked")
    asked = day.ada.account_follow(day.him)
    same((asked.requested, asked.following), (True, False), "asked")
    same(ids(day.eve.follow_requests()), [day.her.id], "who asks")
    holds(day.eve.follow_request_authorize(day.her).followed_by, "authorized")
    holds(relation(day.ada, day.him).following, "followed")
    holds(not day.eve.account_update_credentials(locked=False).locked, "open again")


@step("followers and following are listed")
def _():
    same(ids(nobody.account_followers(day.her)), [day.him.id], "followers")
    same(ids(nobody.account_following(day.her)), [day.him.id], "following")
    same(day.ada.account(day.her).followers_count, 1, "counted")


# ---- Lists ----


@step("a list is made and renamed")
def _():
    day.list = day.eve.list_create("Harbor")
    same(day.eve.list_update(day.list, "Harbour", replies_policy="followed").title, "Harbour", "renamed")
    same([one.title for one in day.eve.lists()], ["Harbour"], "listed")


@step("somebody is put into it")
def _():
    day.eve.list_accounts_add(day.list, [day.her.id])
    same(ids(day.eve.list_accounts(day.list)), [day.her.id], "in it")
    same(ids(day.eve.account_lists(day.her)), [day.list.id], "which lists she is in")
    refused(404, lambda: day.eve.list_accounts_add(day.list, ["12"]), "nobody")


# ---- An album ----


@step("six photos are sent with alt text")
def _():
    day.sent = [send(day.ada, name, alt, focus=(0.5, -0.25)) for name, alt in SIX]
    for sent, alt in zip(day.sent, ALTS):
        same((sent.type, sent.description), ("image", alt), "what was sent")
        size = sent.meta.original
        holds(abs(size.width / size.height - size.aspect) < 0.01, f"measured: {size}")
        same((sent.meta.focus.x, sent.meta.focus.y), (0.5, -0.25), "focus")
        holds(sent.blurhash and sent.preview_url, "what is shown before it")


@step("alt text is changed before posting")
def _():
    changed = day.ada.media_update(day.sent[0].id, description="Boats, moored in the fog")
    same(changed.description, "Boats, moored in the fog", "changed")
    same(day.ada.media(day.sent[0]).description, changed.description, "kept")
    ALTS[0] = changed.description


@step("an album of six is posted")
def _():
    day.album = day.ada.status_post("Six from the harbour #fog", media_ids=day.sent, language="en")
    same([one.description for one in day.album.media_attachments], ALTS, "alt texts, in order")
    same([one.id for one in day.album.media_attachments], ids(day.sent), "photos, in order")
    same((day.album.visibility, day.album.language, day.album.account.id), ("public", "en", day.her.id), "what it is")
    same([tag.name for tag in day.album.tags], ["fog"], "hashtags")
    holds("Six from the harbour" in day.album.content and "<p>" in day.album.content, "words")
    same(day.album.created_at.tzinfo is not None, True, "a time everybody reads")
    same(nobody.status(day.album).id, day.album.id, "for everybody")


@step("its pictures can be fetched")
def _():
    for one in nobody.status(day.album).media_attachments:
        for url in (one.url, one.preview_url):
            answer = requests.get(url)
            same((answer.status_code, answer.headers["content-type"]), (200, "image/jpeg"), url)
            same(answer.headers.get("access-control-allow-origin"), "*", "readable for web apps")


@step("the same key posts once")
def _():
    sent = send(day.ada)
    first, again = (day.ada.status_post("Only once", media_ids=[sent], idempotency_key="day-1") for _ in range(2))
    same(again.id, first.id, "the same post")


@step("nothing at all is refused")
def _():
    refused(422, lambda: day.ada.status_post(""), "an empty post")
    refused(422, lambda: day.ada.status_post("", media_ids=["12"]), "a photo that is not there")
    refused(422, lambda: day.eve.status_post("", media_ids=[send(day.ada)]), "a photo of somebody else")


@step("a followers-only post is not for everybody")
def _():
    post = say(day.ada, "For those who follow", visibility="private", sensitive=True, spoiler_text="Quiet")
    same((post.visibility, post.sensitive, post.spoiler_text), ("private", True, "Quiet"), "what it is")
    same(day.eve.status(post).id, post.id, "a follower reads it")
    refused(404, lambda: nobody.status(post), "everybody else")


# ---- Pages ----


@step("home is paged both ways")
def _():
    day.row = [say(day.ada, f"Number {n} #fog") for n in range(7)]
    newest = day.row[-1].id
    eventually(lambda: ids(day.eve.timeline_home(limit=1)) == [newest], "the last one reaches home")
    found = walk(day.eve, day.eve.timeline_home(limit=3), "home")
    holds(set(ids(day.row) + [day.album.id]) <= set(found), "everything is there")


@step("the public timeline is paged both ways")
def _():
    found = walk(nobody, nobody.timeline_public(limit=3, local=True), "public")
    holds(set(ids(day.row) + [day.album.id]) <= set(found), "everything is there")
    same(nobody.timeline_public(remote=True), [], "nothing from elsewhere yet")
    holds(all(one.media_attachments for one in nobody.timeline_public(only_media=True)), "photos only")


@step("a hashtag is paged both ways")
def _():
    found = walk(nobody, nobody.timeline_hashtag("Fog", limit=3), "hashtag")
    same(found, ids(day.row)[::-1] + [day.album.id], "all of it")


@step("an account is paged both ways")
def _():
    found = walk(day.eve, day.eve.account_statuses(day.her, limit=3), "account")
    holds(set(ids(day.row) + [day.album.id]) <= set(found), "everything is there")
    holds(all(one.media_attachments for one in day.eve.account_statuses(day.her, only_media=True)), "photos only")


@step("a list is paged both ways")
def _():
    found = walk(day.eve, day.eve.timeline_list(day.list, limit=3), "list")
    holds(set(ids(day.row) + [day.album.id]) <= set(found), "everything is there")
    say(day.eve, "Not in a list of others")
    same(day.eve.timeline_list(day.list, limit=1)[0].account.id, day.her.id, "only who is in it")


# ---- Changing and deleting ----


@step("source gives the words back")
def _():
    source = day.ada.status_source(day.album)
    same((source.id, source.text, source.spoiler_text), (day.album.id, "Six from the harbour #fog", ""), "source")


@step("an edit changes words and alt text")
def _():
    time.sleep(0.01)
    ALTS[1] = "Coffee, long cold"
    told = [day.ada.generate_media_edit_attributes(sent, description=alt) for sent, alt in zip(day.sent, ALTS)]
    edited = day.ada.status_update(day.album, "Six from the harbour, later #fog", media_attributes=told)
    same((edited.id, bool(edited.edited_at)), (day.album.id, True), "the same post, edited")
    same([one.description for one in nobody.status(day.album).media_attachments], ALTS, "alt texts")
    holds("later" in nobody.status(day.album).content, "words")


@step("history holds both versions")
def _():
    versions = nobody.status_history(day.album)
    same(["later" in one.content for one in versions], [False, True], "the oldest first")
    same([one.media_attachments[1].description for one in versions], ["Coffee on a table", ALTS[1]], "alt texts")


@step("a deleted post is handed back and gone")
def _():
    day.short = day.ada.status_post("Not for *long*", media_ids=[send(day.ada, alt="A pier")])
    day.back = day.ada.status_delete(day.short)
    same((day.back.id, day.back.text), (day.short.id, "Not for *long*"), "handed back as it was written")
    same([one.description for one in day.back.media_attachments], ["A pier"], "with its photo")
    refused(404, lambda: day.ada.status(day.short), "what is deleted")
    eventually(lambda: day.short.id not in ids(day.eve.timeline_home()), "it leaves home")


@step("its photos can be posted again")
def _():
    again = day.ada.status_post("For longer", media_ids=day.back.media_attachments)
    same([one.description for one in again.media_attachments], ["A pier"], "with its alt text")
    day.ada.status_delete(again, delete_media=True)


# ---- What people do with a post ----


@step("a favourite is counted, listed and taken back")
def _():
    liked = day.eve.status_favourite(day.album)
    same((liked.id, liked.favourited, liked.favourites_count), (day.album.id, True, 1), "favourite")
    same(ids(day.eve.favourites()), [day.album.id], "hers")
    same(ids(nobody.status_favourited_by(day.album)), [day.him.id], "who")
    same(day.ada.status(day.album).favourited, False, "each sees her own")
    holds(not day.eve.status_unfavourite(day.album).favourited, "taken back")
    same((day.eve.favourites(), day.ada.status(day.album).favourites_count), ([], 0), "gone")
    day.eve.status_favourite(day.album)


@step("a boost is a post of its own")
def _():
    boost = day.eve.status_reblog(day.album)
    holds(boost.id != day.album.id, "a wrapper")
    same((boost.account.id, boost.reblog.id, boost.reblog.reblogged), (day.him.id, day.album.id, True), "of it")
    same(ids(nobody.status_reblogged_by(day.album)), [day.him.id], "who")
    same(ids(nobody.account_statuses(day.him, limit=1)), [boost.id], "on her page")
    same(nobody.account_statuses(day.him, exclude_reblogs=True)[0].reblog, None, "or without")
    back = day.eve.status_unreblog(day.album)
    same((back.reblogged, nobody.status(day.album).reblogs_count), (False, 0), "taken back")
    day.eve.status_reblog(day.album)


@step("a bookmark is hers alone")
def _():
    holds(day.eve.status_bookmark(day.album).bookmarked, "kept")
    same((ids(day.eve.bookmarks()), day.ada.bookmarks()), ([day.album.id], []), "hers")
    same(day.ada.status(day.album).bookmarked, False, "not the author's")
    holds(not day.eve.status_unbookmark(day.album).bookmarked, "let go")
    same(day.eve.bookmarks(), [], "gone")


@step("a reply stands under the post")
def _():
    day.reply = day.eve.status_reply(day.album, "What a light!")
    same((day.reply.in_reply_to_id, day.reply.in_reply_to_account_id), (day.album.id, day.her.id), "to what")
    same([one.acct for one in day.reply.mentions], ["ada"], "mentioned")
    answer = day.ada.status_reply(day.reply, "Half past six")
    around = nobody.status_context(day.reply)
    same((ids(around.ancestors), ids(around.descendants)), ([day.album.id], [answer.id]), "around it")
    same(nobody.status(day.album).replies_count, 2, "all that stands below is counted")


@step("a pin heads the profile")
def _():
    holds(day.ada.status_pin(day.album).pinned, "pinned")
    same(ids(nobody.account_statuses(day.her, pinned=True)), [day.album.id], "at the head")
    refused(422, lambda: day.eve.status_pin(day.album), "somebody else's")
    holds(not day.ada.status_unpin(day.album).pinned, "taken down")


# ---- Notifications ----


@step("what happened is told")
def _():
    wanted = {(kind, "eve") for kind in ("follow", "favourite", "reblog", "mention")}
    eventually(lambda: wanted <= set(kinds(day.ada)), "all four are told")
    told = next(one for one in day.ada.notifications() if one.type == "favourite")
    same((told.status.id, told.account.id), (day.album.id, day.him.id), "of what, by whom")
    same(day.ada.notifications(id=told.id).id, told.id, "one of them")


@step("kinds are chosen")
def _():
    same({kind for kind, _ in kinds(day.ada, types=["follow"])}, {"follow"}, "only")
    holds("favourite" not in {kind for kind, _ in kinds(day.ada, exclude_types=["favourite"])}, "all but")
    same(kinds(day.ada, account_id=day.her), [], "of one person")


@step("notifications are paged both ways")
def _():
    holds(len(walk(day.ada, day.ada.notifications(limit=2), "notifications")) >= 4, "all of them")


@step("they are grouped")
def _():
    found = day.ada.grouped_notifications(expand_accounts="full")
    group = next(one for one in found.notification_groups if one.type == "favourite")
    same((group.notifications_count, group.sample_account_ids), (1, [day.him.id]), "a group")
    holds(isinstance(group.most_recent_notification_id, (int, str)), "its newest")
    holds(day.album.id in ids(found.statuses) and day.him.id in ids(found.accounts), "what it speaks of")


@step("unread ones are counted up to the marker")
def _():
    holds(day.ada.notifications_unread_count().count >= 4, "unread")
    newest = day.ada.notifications(limit=1)[0].id
    day.ada.markers_set(["notifications"], [newest])
    same(day.ada.markers_get(["notifications"]).notifications.last_read_id, newest, "kept")
    same(day.ada.notifications_unread_count().count, 0, "none is left")


@step("one is dismissed and all are cleared")
def _():
    one = day.ada.notifications(limit=1)[0]
    day.ada.notifications_dismiss(one)
    holds(one.id not in ids(day.ada.notifications()), "dismissed")
    day.ada.notifications_clear()
    same(day.ada.notifications(), [], "cleared")


# ---- Streams ----


@step("a post is heard within a second")
def _():
    day.ear = Ear(lambda ear: day.eve.stream_user(ear, run_async=True))
    late = []
    for n in range(3):
        post = say(day.ada, f"Heard, try {n}")
        said = time.monotonic()
        heard, at = day.ear.hears("update", lambda status: status.id == post.id, post.content)
        same((heard.account.acct, heard.favourited), ("ada", False), "as she sees it")
        late.append(at - said)
        if late[-1] < 1:
            break
    holds(min(late) < 1, f"it came after {late} s")
    day.heard = post


@step("so are an edit and a deletion")
def _():
    day.ada.status_update(day.heard, "Heard, and changed", media_ids=ids(day.heard.media_attachments))
    changed, _ = day.ear.hears("status.update", lambda status: status.id == day.heard.id, "the edit")
    holds("changed" in changed.content, "with its new words")
    day.ada.status_delete(day.heard)
    day.ear.hears("delete", lambda gone: str(gone) == day.heard.id, "the deletion")
    day.ear.close()


@step("a notification is heard")
def _():
    ear = Ear(lambda ear: day.ada.stream_user(ear, run_async=True))
    post = say(day.eve, "@ada are you there?")
    told, _ = ear.hears("notification", lambda told: told.type == "mention", "the mention")
    same((told.account.acct, told.status.id), ("eve", post.id), "by whom, of what")
    ear.close()


@step("public, hashtag and list streams are heard")
def _():
    begin = [
        lambda ear: day.eve.stream_public(ear, run_async=True),
        lambda ear: day.eve.stream_public(ear, run_async=True, local=True),
        lambda ear: day.eve.stream_hashtag("fog", ear, run_async=True),
        lambda ear: day.eve.stream_list(day.list, ear, run_async=True),
    ]
    ears = [Ear(one) for one in begin]
    post = say(day.ada, "For every stream #fog")
    for ear in ears:
        ear.hears("update", lambda status: status.id == post.id, "the post")
        ear.close()
    holds(day.eve.stream_healthy(), "healthy")


# ---- Filters ----


def at_home(status):
    """The post as eve's home shows it."""
    return seen(day.eve.timeline_home(), status)


def hidden(status):
    """What a filter hides is left out, or the app is told to."""
    found = at_home(status)
    return found is None or any(one.filter.filter_action == "hide" for one in found.filtered)


@step("a filter warns and says why")
def _():
    words = [{"keyword": "grain", "whole_word": True}]
    day.filter = day.eve.create_filter_v2("No film", ["home", "public"], "warn", keywords_attributes=words)
    same([one.keyword for one in day.filter.keywords], ["grain"], "kept")
    day.grain, day.grainy = say(day.ada, "The grain of old film"), say(day.ada, "How grainy it is")
    found = eventually(lambda: at_home(day.grainy) and at_home(day.grain), "both reach home")
    same([one.filter.title for one in found.filtered], ["No film"], "which")
    same(found.filtered[0].keyword_matches, ["grain"], "why")
    same(at_home(day.grainy).filtered, [], "a whole word is no part of one")
    same(seen(day.ada.timeline_home(), day.grain).filtered, [], "hers alone")


@step("a filter hides")
def _():
    day.eve.update_filter_v2(day.filter, filter_action="hide")
    holds(hidden(day.grain), "hidden at home")
    holds(not hidden(day.grainy), "and nothing else")
    holds(seen(day.eve.account_statuses(day.her), day.grain), "nor elsewhere")


@step("a single post is filtered")
def _():
    kept = day.eve.add_filter_status_v2(day.filter, day.grainy)
    same([one.status_id for one in day.eve.filter_statuses_v2(day.filter)], [day.grainy.id], "kept")
    holds(hidden(day.grainy), "hidden")
    day.eve.delete_filter_status_v2(kept)
    holds(not hidden(day.grainy), "back")


@step("the old way to filter works")
def _():
    old = day.eve.filter_create("grainy", ["home"], whole_word=True)
    same(sorted(one.phrase for one in day.eve.filters()), ["grain", "grainy"], "both in the old form")
    same(day.eve.filter(old).phrase, "grainy", "one of them")
    holds(at_home(day.grainy).filtered, "it filters")
    day.eve.filter_delete(old)


@step("without the filter all is back")
def _():
    day.eve.delete_filter_v2(day.filter)
    same(day.eve.filters_v2(), [], "none")
    same(at_home(day.grain).filtered, [], "shown")


# ---- This and that ----


@step("a message is a conversation")
def _():
    said = day.ada.status_post("@eve the key is under the stone", visibility="direct")
    talk = eventually(lambda: day.eve.conversations(), "the conversation appears")[0]
    same(([one.acct for one in talk.accounts], talk.unread, talk.last_status.id), (["ada"], True, said.id), "hers")
    holds(not day.eve.conversations_read(talk).unread, "read")
    refused(404, lambda: nobody.status(said), "everybody else")


@step("a post waits for its time")
def _():
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    waits = say(day.ada, "Tomorrow", scheduled_at=at)
    same(ids(day.ada.scheduled_statuses()), [waits.id], "listed")
    same((waits.params.text, len(waits.media_attachments)), ("Tomorrow", 1), "what it will say")
    moved = day.ada.scheduled_status_update(waits, at + datetime.timedelta(hours=1))
    holds(moved.scheduled_at > at, "put off")
    day.ada.scheduled_status_delete(waits)
    same(day.ada.scheduled_statuses(), [], "called off")


@step("the profile is changed")
def _():
    fields = [("Camera", "Mamiya 7"), ("Film", "until it runs out")]
    her = day.ada.account_update_credentials(
        display_name="Ada", note="Water, mostly", fields=fields, avatar=photo("photo-leaf.jpg"), default_privacy="unlisted"
    )
    same((her.display_name, her.source.note, her.source.privacy), ("Ada", "Water, mostly", "unlisted"), "kept")
    same([(one.name, one.value) for one in her.source.fields], fields, "fields")
    same(requests.get(nobody.account(day.her).avatar).headers["content-type"], "image/jpeg", "her picture")
    day.ada.account_update_credentials(default_privacy="public")


@step("a report is taken")
def _():
    report = day.eve.report(day.her, status_ids=[day.album], comment="Too much fog", category="other")
    same((report.comment, report.target_account.id, report.action_taken), ("Too much fog", day.her.id, False), "report")


# ---- Keeping people away ----


@step("a mute holds")
def _():
    same(day.ada.account_mute(day.him).muting, True, "muted")
    same(ids(day.ada.mutes()), [day.him.id], "listed")
    day.ada.notifications_clear()
    post = say(day.eve, "@ada do you hear me?")
    time.sleep(1)
    same(seen(day.ada.timeline_home(), post), None, "not at home")
    same(seen(day.ada.timeline_public(), post), None, "nor in public")
    same(day.ada.notifications(), [], "nor told")
    same(day.ada.account_unmute(day.him).muting, False, "let be heard")
    holds(seen(day.ada.timeline_public(), post), "again")


@step("a mute for a while says until when")
def _():
    day.ada.account_mute(day.him, duration=3600)
    left = day.ada.mutes()[0].mute_expires_at - datetime.datetime.now(datetime.timezone.utc)
    holds(3500 < left.total_seconds() <= 3600, f"an hour: {left}")
    day.ada.account_unmute(day.him)


@step("a block holds")
def _():
    same(day.ada.account_block(day.him).blocking, True, "blocked")
    same(ids(day.ada.blocks()), [day.him.id], "listed")
    there = relation(day.eve, day.her)
    same((there.following, there.followed_by), (False, False), "nobody follows anybody")
    refused(404, lambda: day.eve.status(day.album), "reading")
    refused(404, lambda: day.eve.status_favourite(day.row[0]), "a favourite")
    holds(not tries_to_follow(day.eve, day.her), "following")
    post = say(day.eve, "@ada why?")
    time.sleep(1)
    same(day.ada.notifications(), [], "nothing is told")
    same(seen(day.ada.timeline_public(), post), None, "nor shown")
    same([one for one in day.eve.timeline_home() if one.account.id == day.her.id], [], "she left home")


@step("an unblock ends it")
def _():
    same(day.ada.account_unblock(day.him).blocking, False, "unblocked")
    same(day.eve.status(day.album).id, day.album.id, "read again")
    same(day.ada.blocks(), [], "nobody is blocked")


@step("a hashtag is followed")
def _():
    holds(day.ada.tag_follow("Dune").following, "followed")
    same([one.name.lower() for one in day.ada.followed_tags()], ["dune"], "listed")
    post = say(day.eve, "Sand #dune")
    eventually(lambda: seen(day.ada.timeline_home(), post), "what nobody she follows said reaches home")
    holds(not day.ada.tag_unfollow("dune").following, "let go")


# ---- Elsewhere ----


@step("somebody elsewhere is found by handle")
def _():
    found = day.bob.search("@ada@a.test", resolve=True, result_type="accounts")
    same((found.statuses, found.hashtags), ([], []), "always three lists")
    day.ada_there = found.accounts[0]
    same((day.ada_there.acct, day.ada_there.url), ("ada@a.test", day.her.url), "she")


@step("she is followed")
def _():
    asked = day.bob.account_follow(day.ada_there)
    holds(asked.following or asked.requested, "asked")
    eventually(lambda: relation(day.bob, day.ada_there).following, "she said yes")
    eventually(lambda: ("follow", "bob@b.test") in kinds(day.ada), "she is told")


@step("her album arrives with its alt text")
def _():
    sent = [send(day.ada, name, alt) for name, alt in SIX[:2]]
    day.two = day.ada.status_post("Two for bob #fog", media_ids=sent)
    here = eventually(lambda: [one for one in day.bob.timeline_home() if one.uri == day.two.uri], "it reaches home")[0]
    same([one.description for one in here.media_attachments], [alt for _, alt in SIX[:2]], "alt texts")
    same((here.account.acct, here.url), ("ada@a.test", day.two.url), "whose, and where")

    def fetched():
        status = day.bob.status(here)
        return status if all(one.url.startswith("https://b.test/") for one in status.media_attachments) else None

    day.two_there = eventually(fetched, "its photos are fetched")
    for one in day.two_there.media_attachments:
        same(requests.get(one.url).headers["content-type"], "image/jpeg", one.url)


@step("a post is found by its address")
def _():
    found = day.bob.search(day.album.url, resolve=True)
    same([one.uri for one in found.statuses], [day.album.uri], "the album")
    same([len(one.media_attachments) for one in found.statuses], [6], "all six")
    by_id = day.bob.search(day.album.uri, resolve=True, result_type="statuses")
    same(ids(by_id.statuses), ids(found.statuses), "by its id too")


@step("favourite, boost and reply reach her")
def _():
    day.ada.notifications_clear()
    day.bob.status_favourite(day.two_there)
    day.bob.status_reblog(day.two_there)
    day.bob.status_reply(day.two_there, "Worth the wait")
    wanted = {(kind, "bob@b.test") for kind in ("favourite", "reblog", "mention")}
    eventually(lambda: wanted <= set(kinds(day.ada)), "all three are told")
    status = day.ada.status(day.two)
    same((status.favourites_count, status.reblogs_count, status.replies_count), (1, 1, 1), "counted")
    holds("Worth the wait" in day.ada.status_context(day.two).descendants[0].content, "shown below")


@step("an edit reaches him")
def _():
    day.ada.status_update(day.two, "Two for bob, later #fog", media_ids=ids(day.two.media_attachments))
    edited = eventually(lambda: (lambda s: s if "later" in s.content else None)(day.bob.status(day.two_there)), "the edit")
    same((bool(edited.edited_at), len(edited.media_attachments)), (True, 2), "with its photos")


@step("a deletion reaches him")
def _():
    day.ada.status_delete(day.two)

    def gone():
        try:
            return not day.bob.status(day.two_there)
        except MastodonNotFoundError:
            return True

    eventually(gone, "it is gone there")
    eventually(lambda: day.two_there.id not in ids(day.bob.timeline_home()), "and leaves home")


@step("a whole server is kept out")
def _():
    day.ada.notifications_clear()
    say(day.bob, "@ada@a.test hello")
    eventually(lambda: kinds(day.ada) == [("mention", "bob@b.test")], "bob is heard")
    bob = day.ada.notifications()[0].account
    day.ada.domain_block("b.test")
    same((day.ada.domain_blocks(), relation(day.ada, bob).domain_blocking), (["b.test"], True), "listed")
    day.ada.notifications_clear()
    say(day.bob, "@ada@a.test hello?")
    time.sleep(2)
    same(kinds(day.ada), [], "nobody there is heard")
    day.ada.domain_unblock("b.test")
    same(day.ada.domain_blocks(), [], "let in again")


# ---- The end ----


@step("a list is emptied and deleted")
def _():
    holds(day.eve.account_follow(day.her).following, "followed again")
    if not day.eve.list_accounts(day.list):
        day.eve.list_accounts_add(day.list, [day.her.id])
    day.eve.list_accounts_delete(day.list, [day.her.id])
    same(day.eve.list_accounts(day.list), [], "empty")
    day.eve.list_delete(day.list)
    refused(404, lambda: day.eve.list(day.list), "the list")


@step("the token is given back")
def _():
    token = day.ada.access_token
    day.ada.revoke_access_token()
    wrong = Mastodon(access_token=token, api_base_url="https://a.test", ratelimit_method="throw")
    refused(401, wrong.me, "what was given back")
