//! What is delivered, to which inbox, and how it went; who was ever sent what; and which servers are
//! out of order.

use crate::columns::{Step, flag, int, int_null, text, text_null};
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
        inbox(&step).await?;
        delivery(&step).await?;
        delivery_indexes(&step).await?;
        receipt(&step).await?;
        host(&step).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Host::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Receipt::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Delivery::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Inbox::Table).to_owned()).await
    }
}

async fn inbox(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Inbox::Table)
            .col(int(Inbox::Id))
            .col(text(Inbox::Url))
            .col(text(Inbox::Host))
            .col(int_null(Inbox::MissingSince))
            .col(int_null(Inbox::StoppedAt))
            .primary_key(Index::create().col(Inbox::Id)),
    )
    .await?;
    step.index(Index::create().name("inbox_url").table(Inbox::Table).col(Inbox::Url).unique().to_owned()).await?;
    step.index(Index::create().name("inbox_host").table(Inbox::Table).col(Inbox::Host).to_owned()).await
}

async fn delivery(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Delivery::Table)
            .col(int(Delivery::Id))
            .col(int(Delivery::ActivityId))
            .col(int(Delivery::ObjectId))
            .col(int(Delivery::InboxId))
            .col(flag(Delivery::InOrder))
            .col(int(Delivery::State).default(0))
            .col(int(Delivery::RunAt))
            .col(int(Delivery::LeasedUntil).default(0))
            .col(int(Delivery::Attempts).default(0))
            .col(int(Delivery::Status).default(0))
            .col(text_null(Delivery::Answer))
            .col(int_null(Delivery::EndedAt))
            .primary_key(Index::create().col(Delivery::Id)),
    )
    .await
}

async fn delivery_indexes(step: &Step<'_>) -> Result<(), DbErr> {
    let index = |name: &str| Index::create().name(name).table(Delivery::Table).take();
    step.index(
        index("delivery_activity_id_inbox_id").col(Delivery::ActivityId).col(Delivery::InboxId).unique().to_owned(),
    )
    .await?;
    step.index(
        index("delivery_object_id_inbox_id_id")
            .col(Delivery::ObjectId)
            .col(Delivery::InboxId)
            .col(Delivery::Id)
            .to_owned(),
    )
    .await?;
    let waiting = || Expr::cust("state = 0");
    step.index(
        index("delivery_run_at_id_partial").col(Delivery::RunAt).col(Delivery::Id).and_where(waiting()).to_owned(),
    )
    .await?;
    step.index(index("delivery_inbox_id_partial").col(Delivery::InboxId).and_where(waiting()).to_owned()).await
}

async fn receipt(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Receipt::Table)
            .col(int(Receipt::ObjectId))
            .col(int(Receipt::InboxId))
            .primary_key(Index::create().col(Receipt::ObjectId).col(Receipt::InboxId)),
    )
    .await
}

async fn host(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Host::Table)
            .col(text(Host::Host))
            .col(int(Host::Failures))
            .col(int(Host::FailingSince))
            .col(int(Host::FailedAt))
            .col(int(Host::OpenUntil))
            .primary_key(Index::create().col(Host::Host)),
    )
    .await
}

/// An inbox that something was sent to. `missing_since`: it answers 404 since then; `stopped_at`: nothing is sent there since then.
#[derive(DeriveIden, Clone, Copy)]
enum Inbox {
    Table,
    Id,
    Url,
    Host,
    MissingSince,
    StoppedAt,
}

/// One activity to one inbox: waiting (`state` is 0, available when `run_at` and `leased_until` have passed), or how it ended. `in_order`: waits until everything said earlier about its object has ended.
#[derive(DeriveIden, Clone, Copy)]
enum Delivery {
    Table,
    Id,
    ActivityId,
    ObjectId,
    InboxId,
    InOrder,
    State,
    RunAt,
    LeasedUntil,
    Attempts,
    Status,
    Answer,
    EndedAt,
}

/// An object (a post, a boost) was sent to an inbox: whoever has it hears of its changes and its end.
#[derive(DeriveIden, Clone, Copy)]
enum Receipt {
    Table,
    ObjectId,
    InboxId,
}

/// A host whose inboxes do not answer as they should; gone from here once one does. Nothing is sent to it before `open_until`.
// A column has the name of its table.
#[allow(clippy::enum_variant_names)]
#[derive(DeriveIden, Clone, Copy)]
enum Host {
    Table,
    Host,
    Failures,
    FailingSince,
    FailedAt,
    OpenUntil,
}
