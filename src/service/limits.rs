//! Numbers that hold for people, in one place.

use crate::clock::{DAY, HOUR, MINUTE, Millis};

/// Posts on one page of a feed.
pub const PAGE: u64 = 30;
/// Posts on one page of home.
pub const HOME_PAGE: u64 = 20;
/// People on one page.
pub const PEOPLE_PAGE: u64 = 40;
/// Replies on one page under a post.
pub const CONVERSATION: u64 = 100;
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
/// Characters in a profile field's name or value.
pub const FIELD: usize = 250;
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
