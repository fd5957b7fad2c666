//! The durable queue, what was said to other servers, and what was heard from them.

use crate::columns::{Step, flag, int, text, text_null};
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
        job(&step).await?;
        activity(&step).await?;
        marker(&step).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Marker::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Activity::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Job::Table).to_owned()).await?;
        Ok(())
    }
}

async fn job(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Job::Table)
            .col(int(Job::Id))
            .col(text(Job::Kind))
            .col(text(Job::Lane))
            .col(text(Job::Payload))
            .col(text_null(Job::UniqueKey))
            .col(int(Job::RunAt))
            .col(int(Job::LeasedUntil))
            .col(int(Job::Attempts))
            .col(flag(Job::Dead))
            .col(text_null(Job::LastError))
            .col(int(Job::CreatedAt))
            .primary_key(Index::create().col(Job::Id)),
    )
    .await?;
    step.index(Index::create().name("job_unique_key").table(Job::Table).col(Job::UniqueKey).unique().to_owned())
        .await?;
    step.index(
        Index::create()
            .name("job_run_at_id_partial")
            .table(Job::Table)
            .col(Job::RunAt)
            .col(Job::Id)
            .and_where(Expr::cust("dead = 0"))
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("job_lane").table(Job::Table).col(Job::Lane).to_owned()).await?;
    Ok(())
}

async fn activity(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Activity::Table)
            .col(int(Activity::Id))
            .col(int(Activity::AccountId))
            .col(text(Activity::Kind))
            .col(flag(Activity::Public))
            .col(text(Activity::Body))
            .col(int(Activity::CreatedAt))
            .primary_key(Index::create().col(Activity::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("activity_account_id_id")
            .table(Activity::Table)
            .col(Activity::AccountId)
            .col(Activity::Id)
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("activity_created_at").table(Activity::Table).col(Activity::CreatedAt).to_owned())
        .await?;
    Ok(())
}

async fn marker(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Marker::Table)
            .col(text(Marker::Uri))
            .col(text(Marker::Kind))
            .col(text(Marker::Actor))
            .col(int(Marker::CreatedAt))
            .primary_key(Index::create().col(Marker::Uri).col(Marker::Kind)),
    )
    .await?;
    step.index(Index::create().name("marker_created_at").table(Marker::Table).col(Marker::CreatedAt).to_owned())
        .await?;
    Ok(())
}

/// Work that must not be lost. Available when `run_at` and `leased_until` have passed. `lane` groups what must not crowd out others, e.g. one receiving host.
#[derive(DeriveIden, Clone, Copy)]
enum Job {
    Table,
    Id,
    Kind,
    Lane,
    Payload,
    UniqueKey,
    RunAt,
    LeasedUntil,
    Attempts,
    Dead,
    LastError,
    CreatedAt,
}

/// An activity of ours as it was said. `public` ones answer at their id.
#[derive(DeriveIden, Clone, Copy)]
enum Activity {
    Table,
    Id,
    AccountId,
    Kind,
    Public,
    Body,
    CreatedAt,
}

/// Activities already handled (`seen`) and objects that are gone or were undone before they came (`gone`, `undone`).
#[derive(DeriveIden, Clone, Copy)]
enum Marker {
    Table,
    Uri,
    Kind,
    Actor,
    CreatedAt,
}
