//! Indices for what was found by reading whole tables: what housekeeping looks for above all; and where nearly all
//! rows have nothing in a column, so that SQLite takes an index of it for useless, one of the others alone.

use crate::columns::Step;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name, table, columns, and for which rows.
type Wanted = (&'static str, &'static str, &'static [&'static str], Option<&'static str>);

const INDICES: &[Wanted] = &[
    ("access_token_revoked_at_partial", "access_token", &["revoked_at"], Some("revoked_at IS NOT NULL")),
    ("access_token_seen_at", "access_token", &["seen_at"], None),
    ("account_leaving_partial", "account", &["id"], Some("private_key IS NOT NULL AND deleted_at IS NOT NULL")),
    ("actor_key_key_id_partial", "actor_key", &["key_id"], Some("key_id IS NOT NULL")),
    ("actor_key_kind_created_at", "actor_key", &["kind", "created_at"], None),
    ("announcement_read_announcement_id", "announcement_read", &["announcement_id"], None),
    ("auth_code_expires_at", "auth_code", &["expires_at"], None),
    ("block_account_id_id", "block", &["account_id", "id"], None),
    ("boost_uri_partial", "boost", &["uri"], Some("uri IS NOT NULL")),
    ("emoji_asked_at_partial", "emoji", &["asked_at"], Some("media_key IS NULL")),
    ("mute_account_id_id", "mute", &["account_id", "id"], None),
    ("mute_until", "mute", &["until"], None),
    ("photo_draft_id_position_partial", "photo", &["draft_id", "position"], Some("draft_id IS NOT NULL")),
    ("photo_unfinished_partial", "photo", &["created_at"], Some("state IN ('storing', 'developing')")),
    ("post_like_uri_partial", "post_like", &["uri"], Some("uri IS NOT NULL")),
    ("quote_post_id_id", "quote", &["post_id", "id"], None),
    ("report_reporter_id_created_at", "report", &["reporter_id", "created_at"], None),
    ("session_seen_at", "session", &["seen_at"], None),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, columns, which) in INDICES.iter().copied() {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns.iter().copied() {
                index.col(column);
            }
            if let Some(which) = which {
                index.and_where(Expr::cust(which));
            }
            Step(manager).index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, ..) in INDICES.iter().copied() {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
