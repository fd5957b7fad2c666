//! Which tables are watched, by which of their columns, and how SQLite is made to tell what changes in them.

use super::changes::{self, Topic};
use sea_orm::{ConnectionTrait, DbErr};
use std::fmt::Write;

/// A table, and the columns by which its rows are asked for.
pub struct Watched {
    pub name: &'static str,
    pub keys: &'static [&'static str],
}

const fn table(name: &'static str, keys: &'static [&'static str]) -> Watched {
    Watched { name, keys }
}

/// Everything that answers are made of.
pub const WATCHED: &[Watched] = &[
    table("access_token", &["token_hash", "id"]),
    table("account", &["id"]),
    table("account_count", &["account_id"]),
    table("announcement", &[]),
    table("announcement_reaction", &[]),
    table("announcement_read", &["account_id"]),
    table("application", &["id"]),
    table("block", &["account_id", "target_id"]),
    table("bookmark", &["account_id", "post_id"]),
    table("boost", &["id", "account_id", "post_id"]),
    table("content_filter", &["account_id"]),
    table("conversation_mute", &["account_id"]),
    table("domain_block", &[]),
    table("emoji", &["handle"]),
    table("endorsement", &["account_id"]),
    table("filter_keyword", &["account_id"]),
    table("filter_post", &["account_id"]),
    table("follow", &["follower_id", "target_id"]),
    table("hidden_server", &["account_id"]),
    table("home_entry", &["owner_id"]),
    table("list", &["id", "account_id"]),
    table("list_member", &["list_id"]),
    table("login", &["account_id"]),
    table("mention", &["post_id", "account_id"]),
    table("mute", &["account_id"]),
    table("person_note", &["account_id"]),
    table("photo", &["id", "post_id"]),
    table("poll", &["post_id"]),
    table("poll_vote", &["post_id", "account_id"]),
    table("post", &["id", "account_id", "root_id", "in_reply_to_id"]),
    table("post_like", &["id", "account_id", "post_id"]),
    table("post_tag", &["post_id", "tag_id"]),
    table("profile_link", &["account_id"]),
    table("quote", &["id", "post_id", "quoting_id"]),
    table("rendition", &["photo_id"]),
    table("setting", &[]),
    table("tag", &["id", "name_key"]),
    table("tag_follow", &["account_id"]),
    table("thread", &[]),
];

/// Everything else: what is made of it is not remembered.
pub const NOT_WATCHED: &[&str] = &[
    "activity",
    "actor_key",
    "attempt",
    "auth_code",
    "conversation",
    "delivery",
    "dismissed_suggestion",
    "draft",
    "happening",
    "host",
    "inbox",
    "job",
    "marker",
    "node",
    "notification",
    "notification_permission",
    "notification_policy",
    "notification_request",
    "one_time_link",
    "post_edit",
    "posting_key",
    "profile_fill",
    "push_subscription",
    "read_marker",
    "receipt",
    "relay",
    "report",
    "scheduled_post",
    "session",
    "signature_form",
];

/// A column has the number of its table and its own.
const ROOM: u16 = 8;
/// In the place of a column: whatever changes in the table.
pub const ANYTHING: u16 = 7;
/// In the place of a column: so much changed that all keys count as changed.
pub const ALL_KEYS: u16 = 6;

/// The table of a column.
pub fn table_of(column: u16) -> u16 {
    column - column % ROOM
}

/// The number of a table.
pub fn table_named(name: &str) -> Option<(u16, &'static Watched)> {
    let place = WATCHED.binary_search_by(|known| known.name.cmp(name)).ok()?;
    Some((u16::try_from(place).ok()? * ROOM, &WATCHED[place]))
}

/// The number of a column, if the table is watched by it.
pub fn column(table: (u16, &Watched), name: &str) -> Option<u16> {
    let place = table.1.keys.iter().position(|key| *key == name)?;
    Some(table.0 + u16::try_from(place).ok()?)
}

/// Where the triggers of SQLite put down what changed: for the connection that writes, and gone with it.
pub const CHANGED: &str = "changed";

/// Takes what was put down.
pub const TAKE: &str = "DELETE FROM temp.changed RETURNING c, k";

/// What makes a connection of SQLite put down what it changes: triggers that are its own, and in no file.
pub fn watching() -> String {
    let mut script = format!("CREATE TEMP TABLE {CHANGED} (c INTEGER NOT NULL, k);\n");
    for known in WATCHED {
        let Some(table) = table_named(known.name) else { continue };
        let rows = |row: &str| match known.keys {
            [] => format!("({}, NULL)", table.0 | ANYTHING),
            keys => {
                let pairs = keys.iter().filter_map(|key| Some(format!("({}, {row}.{key})", column(table, key)?)));
                pairs.collect::<Vec<_>>().join(", ")
            }
        };
        let moved = known.keys.iter().filter_map(|key| {
            let column = column(table, key)?;
            Some(format!(" INSERT INTO {CHANGED} SELECT {column}, OLD.{key} WHERE OLD.{key} IS NOT NEW.{key};"))
        });
        let name = known.name;
        for (event, rows, more) in [
            ("INSERT", rows("NEW"), String::new()),
            ("DELETE", rows("OLD"), String::new()),
            ("UPDATE", rows("NEW"), moved.collect()),
        ] {
            // Writing into a text cannot fail.
            let _ = writeln!(
                script,
                "CREATE TEMP TRIGGER {CHANGED}_{name}_{event} AFTER {event} ON main.{name} \
                 BEGIN INSERT INTO {CHANGED} VALUES {rows};{more} END;"
            );
        }
    }
    script
}

/// Takes what the transaction changed so far; to be noted once it is committed.
pub async fn taken(tx: &impl ConnectionTrait) -> Result<Vec<Topic>, DbErr> {
    let statement = sea_orm::Statement::from_string(tx.get_database_backend(), TAKE);
    tx.query_all_raw(statement).await?.iter().map(changes::told).collect()
}
