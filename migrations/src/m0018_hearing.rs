//! What people want to be told of and what waits until they ask for it; what happens, for those who listen.

use crate::columns::{Step, flag, int, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut filtered = flag(Notification::Filtered);
        manager.alter_table(Table::alter().table(Notification::Table).add_column(&mut filtered).to_owned()).await?;
        let step = Step(manager);
        step.index(
            Index::create()
                .name("notification_account_id_kind_post_id_id")
                .table(Notification::Table)
                .col(Notification::AccountId)
                .col(Notification::Kind)
                .col(Notification::PostId)
                .col(Notification::Id)
                .to_owned(),
        )
        .await?;
        step.index(
            Index::create()
                .name("notification_waiting")
                .table(Notification::Table)
                .col(Notification::AccountId)
                .col(Notification::ActorId)
                .and_where(Expr::cust("filtered = 1"))
                .to_owned(),
        )
        .await?;
        policy(&step).await?;
        request(&step).await?;
        permission(&step).await?;
        happening(&step).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Happening::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(NotificationPermission::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(NotificationRequest::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(NotificationPolicy::Table).to_owned()).await?;
        for name in ["notification_waiting", "notification_account_id_kind_post_id_id"] {
            manager.drop_index(Index::drop().name(name).table(Notification::Table).to_owned()).await?;
        }
        manager
            .alter_table(Table::alter().table(Notification::Table).drop_column(Notification::Filtered).to_owned())
            .await
    }
}

async fn policy(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(NotificationPolicy::Table)
            .col(int(NotificationPolicy::AccountId))
            .col(text(NotificationPolicy::NotFollowing))
            .col(text(NotificationPolicy::NotFollowers))
            .col(text(NotificationPolicy::NewAccounts))
            .col(text(NotificationPolicy::PrivateMentions))
            .col(text(NotificationPolicy::LimitedAccounts))
            .primary_key(Index::create().col(NotificationPolicy::AccountId)),
    )
    .await
}

async fn request(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(NotificationRequest::Table)
            .col(int(NotificationRequest::Id))
            .col(int(NotificationRequest::AccountId))
            .col(int(NotificationRequest::ActorId))
            .col(int(NotificationRequest::CreatedAt))
            .col(int(NotificationRequest::UpdatedAt))
            .primary_key(Index::create().col(NotificationRequest::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("notification_request_account_id_actor_id")
            .table(NotificationRequest::Table)
            .col(NotificationRequest::AccountId)
            .col(NotificationRequest::ActorId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("notification_request_account_id_id")
            .table(NotificationRequest::Table)
            .col(NotificationRequest::AccountId)
            .col(NotificationRequest::Id)
            .to_owned(),
    )
    .await
}

async fn permission(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(NotificationPermission::Table)
            .col(int(NotificationPermission::AccountId))
            .col(int(NotificationPermission::ActorId))
            .primary_key(Index::create().col(NotificationPermission::AccountId).col(NotificationPermission::ActorId)),
    )
    .await
}

async fn happening(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Happening::Table)
            .col(int(Happening::Id))
            .col(text(Happening::What))
            .primary_key(Index::create().col(Happening::Id)),
    )
    .await
}

/// `filtered` is 1 while it waits until its owner asks for what that person has to say.
#[derive(DeriveIden)]
enum Notification {
    Table,
    Id,
    AccountId,
    Kind,
    ActorId,
    PostId,
    Filtered,
}

/// What somebody wants to be told of: `accept`, `filter` or `drop` for each kind of people.
#[derive(DeriveIden)]
enum NotificationPolicy {
    Table,
    AccountId,
    NotFollowing,
    NotFollowers,
    NewAccounts,
    PrivateMentions,
    LimitedAccounts,
}

/// Somebody has something to say that waits until it is asked for.
#[derive(DeriveIden)]
enum NotificationRequest {
    Table,
    Id,
    AccountId,
    ActorId,
    CreatedAt,
    UpdatedAt,
}

/// Whom somebody wants to hear whatever her policy says.
#[derive(DeriveIden)]
enum NotificationPermission {
    Table,
    AccountId,
    ActorId,
}

/// What happened a moment ago, as JSON: read by every process for those who listen there, then forgotten.
#[derive(DeriveIden)]
enum Happening {
    Table,
    Id,
    What,
}
