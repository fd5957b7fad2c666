//! What is liked is found without reading everything; whom somebody does not want to be shown any more.

use crate::columns::{Step, int};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let step = Step(manager);
        step.index(
            Index::create()
                .name("post_liked")
                .table(Post::Table)
                .col(Post::Id)
                .and_where(Expr::cust(
                    "visibility = 'public' AND deleted_at IS NULL AND in_reply_to_id IS NULL \
                     AND in_reply_to_uri IS NULL AND like_count + boost_count > 0",
                ))
                .to_owned(),
        )
        .await?;
        step.table(
            Table::create()
                .table(DismissedSuggestion::Table)
                .col(int(DismissedSuggestion::AccountId))
                .col(int(DismissedSuggestion::TargetId))
                .primary_key(Index::create().col(DismissedSuggestion::AccountId).col(DismissedSuggestion::TargetId)),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(DismissedSuggestion::Table).to_owned()).await?;
        manager.drop_index(Index::drop().name("post_liked").table(Post::Table).to_owned()).await
    }
}

/// Somebody does not want this one suggested.
#[derive(DeriveIden)]
enum DismissedSuggestion {
    Table,
    AccountId,
    TargetId,
}

#[derive(DeriveIden)]
enum Post {
    Table,
    Id,
}
