//! Numbers that hold for people, in one place.

use crate::clock::{DAY, HOUR, MINUTE, Millis};
use std::time::Duration;

/// Posts on one page of a feed.
pub const PAGE: u64 = 30;
/// Posts on one page of home.
pub const HOME_PAGE: u64 = 20;
/// People on one page.
pub const PEOPLE_PAGE: u64 = 40;
/// Muted people listed in the settings.
pub const MUTES_SHOWN: u64 = 200;
/// Replies of a conversation that an app is told at once on behalf of a person; else it is a page of them.
pub const CONTEXT: u64 = 4_096;
/// Replies on one page under a post.
pub const CONVERSATION: u64 = 100;
/// Characters in what a person says with a report.
pub const REPORT: usize = 1_000;
/// Reports one person makes in a day.
pub const REPORTS: u64 = 20;
/// Reports taken from one other server in a day.
pub const REPORTS_FROM_SERVER: u64 = 50;
/// People written to in one message.
pub const RECIPIENTS: usize = 10;

/// What is fetched because somebody looks takes at most so long.
pub const LOOKING: Duration = Duration::from_secs(60);
/// A remote profile that is looked at is asked for news again after so long.
pub const LOOK_AGAIN: Millis = HOUR;
/// Pages of an outbox read at once.
pub const OUTBOX_PAGES: usize = 10;
/// Posts taken from an outbox at once.
pub const OUTBOX_POSTS: usize = 40;
/// Pages of one outbox read in all, however often people ask for more.
pub const OUTBOX_DEPTH: i64 = 100;
/// Ancestors fetched above a post.
pub const ANCESTORS: usize = 20;
/// A conversation that is looked at is walked again after so long.
pub const WALK_AGAIN: Millis = 15 * MINUTE;
/// Pages of lists of answers read in one walk.
pub const WALK_PAGES: usize = 10;
/// Answers taken in one walk.
pub const WALK_REPLIES: usize = 40;
/// How a poll that is looked at stands is asked for again after so long.
pub const POLL_AGAIN: Millis = 5 * MINUTE;
/// What is found rather than delivered is told of only when it is no older.
pub const NEWS: Millis = 2 * DAY;
/// Other servers' addresses for following looked up for one client in an hour, …
pub const ELSEWHERE_PER_CLIENT: i64 = 10;
/// … and for all of them together.
pub const ELSEWHERE_IN_ALL: i64 = 120;

/// Custom emoji kept of one other server.
pub const EMOJI_OF_SERVER: u64 = 5_000;
/// A custom emoji is fetched anew at most once in so long.
pub const EMOJI_AGAIN: Millis = HOUR;
/// What may be names of custom emoji is looked up so often in one text; what comes after stays text.
pub const EMOJI_IN_TEXT: usize = 100;
/// Custom emoji sent with one post or profile.
pub const EMOJI_SENT: usize = 20;
/// A custom emoji that was never to be had is forgotten after so long.
pub const EMOJI_MISSING: Millis = 30 * DAY;
/// Pages of one profile that are looked at for a link back.
pub const PROFILE_LINKS: usize = 8;
/// They are looked at again after so long.
pub const LINKS_AGAIN: Millis = 7 * DAY;
/// A look at a picture of another server is noted when the last one noted is so long ago.
pub const LOOK_NOTED: Millis = DAY;
/// A picture that its server did not have is asked for again after so long, when somebody looks.
pub const PICTURE_AGAIN: Millis = DAY;
/// Pictures of other servers put away in one go of housekeeping.
pub const PUT_AWAY_AT_ONCE: u64 = 5_000;

/// Pins of one person.
pub const PINS: usize = 5;
/// Pins kept of one person elsewhere.
pub const REMOTE_PINS: usize = 20;
/// Hashtags at the head of one profile.
pub const FEATURED_TAGS: usize = 10;
/// Other accounts one person names as her own.
pub const ALIASES: usize = 10;
/// Sites that may name one person as their author.
pub const SITES: usize = 10;
/// Profile fields of one person.
pub const FIELDS: usize = 4;
/// Characters in a display name.
pub const NAME: usize = 60;
/// Characters in a bio.
pub const BIO: usize = 1_000;
/// Characters in somebody's pronouns.
pub const PRONOUNS: usize = 60;
/// Characters in a profile field's name or value.
pub const FIELD: usize = 250;
/// Characters in what is said of an avatar or header.
pub const PICTURE_ALT: usize = 150;
/// People one shows on her profile.
pub const ENDORSED: u64 = 50;
/// Characters in a note about somebody.
pub const NOTE: usize = 2_000;
/// Hashtags one follows.
pub const TAGS_FOLLOWED: u64 = 200;
/// Hashtags one is offered for the head of her profile.
pub const TAGS_OFFERED: u64 = 10;
/// Lists of one person.
pub const LISTS: usize = 50;
/// People in one list.
pub const LISTED: u64 = 2_000;
/// Characters in the title of a list.
pub const LIST_TITLE: usize = 200;
/// Languages in which somebody's posts come home.
pub const LANGUAGES: usize = 50;
/// How far one can look on in what was found.
pub const SEARCH_DEPTH: u64 = 1_000;
/// Rules that one report names.
pub const RULES: usize = 50;
/// Followers looked at for those that two people have in common.
pub const FAMILIAR: u64 = 400;
/// Characters in a content warning.
pub const WARNING: usize = 500;
/// Shortest password, in characters.
pub const PASSWORD: usize = 10;
/// Longest password, in bytes: more only costs time.
pub const PASSWORD_BYTES: usize = 1_000;
/// Mentions in one post; more is how spam looks.
pub const MENTIONS: usize = 20;
/// Hashtags in one post.
pub const TAGS: usize = crate::activitypub::text::MAX_HASHTAGS;

/// A session lasts this long after it was last used.
pub const SESSION: Millis = 60 * DAY;
/// A one-time link lasts this long.
pub const LINK: Millis = DAY;
/// Wrong passwords are counted over this long …
pub const PASSWORD_WINDOW: Millis = 15 * MINUTE;
/// … for one account, before it has to wait,
pub const WRONG_PER_ACCOUNT: i64 = 20;
/// … and for one address, whatever accounts it tries.
pub const WRONG_PER_ADDRESS: i64 = 24;
/// Accounts made from one address in an hour.
pub const SIGN_UPS: i64 = 5;
/// The window for sign-ups.
pub const SIGN_UP_WINDOW: Millis = HOUR;
/// Untouched drafts are cleared away after this long.
pub const DRAFT: Millis = 30 * DAY;
/// Entries kept in a home timeline.
pub const HOME: u64 = 800;

/// Filters of one person.
pub const FILTERS: usize = 100;
/// Words in all filters of one person.
pub const FILTER_WORDS: usize = 500;
/// Posts named in all filters of one person.
pub const FILTER_POSTS: usize = 1_000;
/// Characters in a word or phrase of a filter.
pub const FILTER_WORD: usize = 200;
/// Characters in the title of a filter.
pub const FILTER_TITLE: usize = 200;

/// Apps registered from one address …
pub const APPS: i64 = 30;
/// … in this time.
pub const APPS_WINDOW: Millis = HOUR;
/// An app that holds nothing and was not used for so long is forgotten.
pub const APP_KEPT: Millis = 60 * DAY;
/// Characters in an app's name, and in the address of its page.
pub const APP_NAME: usize = 200;
/// Addresses an app may register to come back to.
pub const REDIRECTS: usize = 20;
/// Bytes in each of them.
pub const REDIRECT: usize = 2_000;
/// How long a token lasts that its app can renew; others last until they are revoked.
pub const TOKEN: Millis = 7 * DAY;
/// A code can be changed for a token for so long.
pub const CODE: Millis = 10 * MINUTE;

/// Calls an app makes for one person, or an address without a person, …
pub const CALLS: u32 = 300;
/// … in this time.
pub const CALLS_WINDOW: Millis = 5 * MINUTE;
/// Parameters of one call.
pub const PARAMETERS: usize = 1_000;
/// How deep parameters lie within one another.
pub const DEPTH: usize = 6;
/// Things asked for by their ids in one call.
pub const IDS: usize = 80;
/// Further hashtags of each kind (any, all, none) beside the one a list is about.
pub const MORE_TAGS: usize = 4;
/// Photos one person sends with apps …
pub const UPLOADS: i64 = 150;
/// … in this time.
pub const UPLOADS_WINDOW: Millis = 30 * MINUTE;
/// An app is told after so long that its photo is still being worked on.
pub const UPLOAD: Duration = Duration::from_secs(10);
/// Who posts photos that are still being worked on waits for them so long.
pub const ATTACHED: Duration = Duration::from_secs(30);
/// A photo that was not ready after so long never will be.
pub const DEVELOPED: Millis = 5 * MINUTE;
/// A photo that no post takes goes after so long.
pub const LOOSE: Millis = DAY;
/// The same call with the same `Idempotency-Key` is one call for so long.
pub const POSTING_KEY: Millis = HOUR;
/// Earlier versions kept of one post beside the first.
pub const VERSIONS: usize = 50;
/// Posts asked for by their ids in one call.
pub const POSTS_BY_ID: usize = 20;
/// A post can be scheduled no sooner than after this …
pub const SCHEDULED_AHEAD: Millis = 5 * MINUTE;
/// … and no later than after this.
pub const SCHEDULED_LATEST: Millis = 5 * 365 * DAY;
/// Posts of one person that wait for their hour.
pub const SCHEDULED: u64 = 300;
/// Liked posts looked at for what is liked most.
pub const TRENDS_FROM: u64 = 5_000;
/// New posts looked at for hashtags and people.
pub const TRENDS_POSTS: u64 = 20_000;
/// How far down any list that goes on by place is read.
pub const DEEPEST: u64 = 10_000;
/// Places in a list of what is liked, used or followed most.
pub const TRENDS_LISTED: usize = 200;
/// So many people make a hashtag one that many use.
pub const TRENDS_PEOPLE: i64 = 2;
/// Of whom somebody follows, so many are asked whom they follow.
pub const SUGGESTING_FRIENDS: u64 = 200;
/// New posts with a hashtag looked at for what else stands on them.
pub const RELATED_FROM: u64 = 500;
/// Hashtags of one answer to an app.
pub const TAGS_RANKED: (u64, u64) = (10, 20);
/// Posts in a list that an app asks for without saying how many, and most it gets.
pub const POSTS_LISTED: (u64, u64) = (20, 40);
/// Characters of what is looked for.
pub const QUERY: usize = 500;
/// Words of it that posts are searched for.
pub const WORDS: usize = 10;
/// One's own posts that a search looks through, the newest.
pub const OWN_SEARCHED: u64 = 2_000;
/// Likes, and bookmarks, whose posts it looks through.
pub const KEPT_SEARCHED: u64 = 500;
/// What is found of each kind, in one answer to an app.
pub const FOUND: (u64, u64) = (20, 40);
/// The same of people.
pub const PEOPLE_LISTED: (u64, u64) = (40, 80);
/// The same of hashtags and of servers.
pub const NAMES_LISTED: (u64, u64) = (100, 200);
/// A length of a mute beyond which it has no end.
pub const MUTE_LONGEST: Millis = 10 * 365 * DAY;

/// Notifications read to fill a page of groups: what lies beyond is on the next page.
pub const NOTIFICATIONS_READ: u64 = 1_000;
/// Unread notifications are counted up to this, and up to this at most.
pub const UNREAD_COUNTED: (u64, u64) = (100, 1_000);
/// What waits to be heard is counted up to this.
pub const WAITING_COUNTED: u64 = 10_000;
/// People here who are told that a post they boosted was edited.
pub const BOOSTERS_TOLD: u64 = 200;

/// Who may listen at once in one process, …
pub const LISTENERS: usize = 2_000;
/// … for one person, …
pub const LISTENERS_OF_ONE: usize = 25;
/// … and to how many streams each.
pub const STREAMS: usize = 100;

/// Bytes of the secret that an app gives for messages to it.
pub const PUSH_AUTH: usize = 64;
/// Characters in the title of a message to an app, …
pub const PUSH_TITLE: usize = 200;
/// … and below it.
pub const PUSH_BODY: usize = 140;

/// Characters in what the server has to say to everybody, …
pub const ANNOUNCEMENT: usize = 5_000;
/// … and kinds of reactions to it.
pub const REACTIONS: usize = 8;
