//! What changes is told, so that what is remembered of it can be forgotten in every process. On SQLite the
//! program's own connection does that, without a trace in the file.

use crate::telling::Key::{self, Bytes, Number, Text};
use crate::telling::{TELL, tell, untell};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        db.execute_unprepared(TELL).await?;
        for (table, keys) in TABLES {
            tell(db, table, keys).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (table, _) in TABLES {
            untell(db, table).await?;
        }
        db.execute_unprepared("DROP FUNCTION cyanotype_tell").await?;
        Ok(())
    }
}

/// By these columns their rows are asked for.
const TABLES: &[(&str, &[Key])] = &[
    ("access_token", &[Bytes("token_hash"), Number("id")]),
    ("account", &[Number("id")]),
    ("account_count", &[Number("account_id")]),
    ("announcement", &[]),
    ("announcement_reaction", &[]),
    ("announcement_read", &[Number("account_id")]),
    ("application", &[Number("id")]),
    ("block", &[Number("account_id"), Number("target_id")]),
    ("bookmark", &[Number("account_id"), Number("post_id")]),
    ("boost", &[Number("id"), Number("account_id"), Number("post_id")]),
    ("content_filter", &[Number("account_id")]),
    ("conversation_mute", &[Number("account_id")]),
    ("domain_block", &[]),
    ("emoji", &[Text("handle")]),
    ("endorsement", &[Number("account_id")]),
    ("filter_keyword", &[Number("account_id")]),
    ("filter_post", &[Number("account_id")]),
    ("follow", &[Number("follower_id"), Number("target_id")]),
    ("happening", &[]),
    ("hidden_server", &[Number("account_id")]),
    ("home_entry", &[Number("owner_id")]),
    ("list", &[Number("id"), Number("account_id")]),
    ("list_member", &[Number("list_id")]),
    ("login", &[Number("account_id")]),
    ("mention", &[Number("post_id"), Number("account_id")]),
    ("mute", &[Number("account_id")]),
    ("person_note", &[Number("account_id")]),
    ("photo", &[Number("id"), Number("post_id")]),
    ("poll", &[Number("post_id")]),
    ("poll_vote", &[Number("post_id"), Number("account_id")]),
    ("post", &[Number("id"), Number("account_id"), Number("root_id"), Number("in_reply_to_id")]),
    ("post_like", &[Number("id"), Number("account_id"), Number("post_id")]),
    ("post_tag", &[Number("post_id"), Number("tag_id")]),
    ("profile_link", &[Number("account_id")]),
    ("quote", &[Number("id"), Number("post_id"), Number("quoting_id")]),
    ("rendition", &[Number("photo_id")]),
    ("setting", &[]),
    ("tag", &[Number("id"), Text("name_key")]),
    ("tag_follow", &[Number("account_id")]),
    ("thread", &[]),
];
