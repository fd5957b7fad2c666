//! The read models that pages, feeds, the API and ActivityPub render from. Loaded in batches: a page
//! of posts costs a fixed number of queries, and only what has passed `can_see` comes in.

mod accounts;
mod emoji;
mod hashtags;
mod people;
mod pictures;
mod polls;
mod posts;
mod shapes;
mod statuses;
mod times;

pub use accounts::{Account, NO_AVATAR, Standing, accounts, standings, standings_with};
pub use emoji::{Emoji, Emojis};
pub use hashtags::{Hashtag, hashtags};
pub use people::{fields as profile_fields, people, person, profile};
pub use pictures::{of_photos, picture_path};
pub use polls::Polls;
pub use posts::{Answers, above, answers, conversation, label, notifications, posts, posts_in, quoted_by};
pub use shapes::*;
pub use statuses::{Boosted, Shown, Status, statuses};
pub use times::{ago, day, iso};
