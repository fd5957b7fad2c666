//! Where people are told although nothing of theirs listens; what the server has to say to everybody.

use crate::columns::{Step, bytes, flag, int, int_null, text};
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
        subscription(&step).await?;
        announcement(&step).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(AnnouncementReaction::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(AnnouncementRead::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Announcement::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(PushSubscription::Table).to_owned()).await
    }
}

async fn subscription(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(PushSubscription::Table)
            .col(int(PushSubscription::Id))
            .col(int(PushSubscription::TokenId))
            .col(int(PushSubscription::AccountId))
            .col(text(PushSubscription::Endpoint))
            .col(bytes(PushSubscription::PublicKey))
            .col(bytes(PushSubscription::Auth))
            .col(flag(PushSubscription::Standard))
            .col(text(PushSubscription::Policy))
            .col(text(PushSubscription::Alerts))
            .col(bytes(PushSubscription::SealedToken))
            .col(int(PushSubscription::CreatedAt))
            .primary_key(Index::create().col(PushSubscription::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("push_subscription_token_id")
            .table(PushSubscription::Table)
            .col(PushSubscription::TokenId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("push_subscription_account_id")
            .table(PushSubscription::Table)
            .col(PushSubscription::AccountId)
            .to_owned(),
    )
    .await
}

async fn announcement(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Announcement::Table)
            .col(int(Announcement::Id))
            .col(text(Announcement::Text))
            .col(int_null(Announcement::StartsAt))
            .col(int_null(Announcement::EndsAt))
            .col(int(Announcement::PublishedAt))
            .primary_key(Index::create().col(Announcement::Id)),
    )
    .await?;
    step.table(
        Table::create()
            .table(AnnouncementRead::Table)
            .col(int(AnnouncementRead::AccountId))
            .col(int(AnnouncementRead::AnnouncementId))
            .primary_key(Index::create().col(AnnouncementRead::AccountId).col(AnnouncementRead::AnnouncementId)),
    )
    .await?;
    step.table(
        Table::create()
            .table(AnnouncementReaction::Table)
            .col(int(AnnouncementReaction::AnnouncementId))
            .col(text(AnnouncementReaction::Name))
            .col(int(AnnouncementReaction::AccountId))
            .col(int(AnnouncementReaction::CreatedAt))
            .primary_key(
                Index::create()
                    .col(AnnouncementReaction::AnnouncementId)
                    .col(AnnouncementReaction::Name)
                    .col(AnnouncementReaction::AccountId),
            ),
    )
    .await
}

/// Where an app of somebody's is told. `id` is random and has 31 bits: apps keep it in so many. `sealed_token`
/// is sent along, so that an app knows for whom it is.
#[derive(DeriveIden)]
enum PushSubscription {
    Table,
    Id,
    TokenId,
    AccountId,
    Endpoint,
    PublicKey,
    Auth,
    Standard,
    Policy,
    Alerts,
    SealedToken,
    CreatedAt,
}

/// What the server has to say to everybody.
#[derive(DeriveIden)]
enum Announcement {
    Table,
    Id,
    Text,
    StartsAt,
    EndsAt,
    PublishedAt,
}

/// Who wants to see it no more.
#[derive(DeriveIden)]
enum AnnouncementRead {
    Table,
    AccountId,
    AnnouncementId,
}

/// Who reacts to it, with which emoji.
#[derive(DeriveIden)]
enum AnnouncementReaction {
    Table,
    AnnouncementId,
    Name,
    AccountId,
    CreatedAt,
}
