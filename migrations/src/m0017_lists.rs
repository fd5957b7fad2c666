//! Lists of people, and hashtags that are followed.

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
        list(manager).await?;
        list_member(manager).await?;
        tag_follow(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TagFollow::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ListMember::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(List::Table).to_owned()).await
    }
}

async fn list(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(List::Table)
            .col(int(List::Id))
            .col(int(List::AccountId))
            .col(text(List::Title))
            .col(text(List::RepliesPolicy))
            .col(flag(List::Exclusive))
            .col(int(List::CreatedAt))
            .primary_key(Index::create().col(List::Id)),
    )
    .await?;
    step.index(
        Index::create().name("list_account_id_id").table(List::Table).col(List::AccountId).col(List::Id).to_owned(),
    )
    .await
}

async fn list_member(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(ListMember::Table)
            .col(int(ListMember::Id))
            .col(int(ListMember::ListId))
            .col(int(ListMember::AccountId))
            .primary_key(Index::create().col(ListMember::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("list_member_list_id_account_id")
            .table(ListMember::Table)
            .col(ListMember::ListId)
            .col(ListMember::AccountId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("list_member_list_id_id")
            .table(ListMember::Table)
            .col(ListMember::ListId)
            .col(ListMember::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("list_member_account_id_list_id")
            .table(ListMember::Table)
            .col(ListMember::AccountId)
            .col(ListMember::ListId)
            .to_owned(),
    )
    .await
}

async fn tag_follow(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(TagFollow::Table)
            .col(int(TagFollow::Id))
            .col(int(TagFollow::AccountId))
            .col(int(TagFollow::TagId))
            .col(int(TagFollow::CreatedAt))
            .primary_key(Index::create().col(TagFollow::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("tag_follow_account_id_tag_id")
            .table(TagFollow::Table)
            .col(TagFollow::AccountId)
            .col(TagFollow::TagId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("tag_follow_account_id_id")
            .table(TagFollow::Table)
            .col(TagFollow::AccountId)
            .col(TagFollow::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("tag_follow_tag_id_account_id")
            .table(TagFollow::Table)
            .col(TagFollow::TagId)
            .col(TagFollow::AccountId)
            .to_owned(),
    )
    .await
}

/// `replies_policy` is `followed`, `list` or `none`. What stands in a list are `home_entry` rows whose
/// owner is the list.
#[derive(DeriveIden, Clone, Copy)]
enum List {
    Table,
    Id,
    AccountId,
    Title,
    RepliesPolicy,
    Exclusive,
    CreatedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum ListMember {
    Table,
    Id,
    ListId,
    AccountId,
}

/// A hashtag that somebody follows.
#[derive(DeriveIden, Clone, Copy)]
enum TagFollow {
    Table,
    Id,
    AccountId,
    TagId,
    CreatedAt,
}
