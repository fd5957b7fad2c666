//! What posts of other servers ask, and what people here answered.

use crate::columns::{Step, flag, int, int_null, text};
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
        step.table(
            Table::create()
                .table(Poll::Table)
                .col(int(Poll::PostId))
                .col(text(Poll::Options))
                .col(flag(Poll::Multiple))
                .col(int_null(Poll::EndsAt))
                .col(int_null(Poll::Voters))
                .col(int(Poll::HeardAt))
                .col(int(Poll::AskedAt))
                .primary_key(Index::create().col(Poll::PostId)),
        )
        .await?;
        step.table(
            Table::create()
                .table(PollVote::Table)
                .col(int(PollVote::PostId))
                .col(int(PollVote::AccountId))
                .col(text(PollVote::Choices))
                .col(int(PollVote::CreatedAt))
                .primary_key(Index::create().col(PollVote::PostId).col(PollVote::AccountId)),
        )
        .await?;
        step.index(
            Index::create().name("poll_vote_account_id").table(PollVote::Table).col(PollVote::AccountId).to_owned(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(PollVote::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Poll::Table).to_owned()).await
    }
}

/// `options` is JSON: `[{"name": …, "votes": …}]`; `heard_at` is when its author last said how it stands,
/// `asked_at` when that was last asked for.
#[derive(DeriveIden)]
enum Poll {
    Table,
    PostId,
    Options,
    Multiple,
    EndsAt,
    Voters,
    HeardAt,
    AskedAt,
}

/// One answer of a person, for good; `choices` is JSON: places among the options.
#[derive(DeriveIden)]
enum PollVote {
    Table,
    PostId,
    AccountId,
    Choices,
    CreatedAt,
}
