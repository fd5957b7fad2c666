//! Moving, other names of a person, who may answer and quote, and which posts quote which.

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
        for column in [
            text_null(Account::MovedTo),
            int_null(Account::MovedAt),
            text(Account::Aliases).default("[]").take(),
            text(Account::AttributionDomains).default("[]").take(),
            text(Account::FeaturedTags).default("[]").take(),
            text(Account::RepliesFrom).default("everyone").take(),
            text(Account::QuotesFrom).default("nobody").take(),
            flag(Account::SaysBlocks),
        ] {
            add(manager, Account::Table, column).await?;
        }
        add(manager, Post::Table, text(Post::Policy).default("").take()).await?;
        quote(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Quote::Table).to_owned()).await?;
        manager.alter_table(Table::alter().table(Post::Table).drop_column(Post::Policy).to_owned()).await?;
        for column in [
            Account::MovedTo,
            Account::MovedAt,
            Account::Aliases,
            Account::AttributionDomains,
            Account::FeaturedTags,
            Account::RepliesFrom,
            Account::QuotesFrom,
            Account::SaysBlocks,
        ] {
            manager.alter_table(Table::alter().table(Account::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// SQLite adds one column a statement.
async fn add(manager: &SchemaManager<'_>, table: impl IntoTableRef, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await
}

async fn quote(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(Quote::Table)
            .col(int(Quote::Id))
            .col(int(Quote::PostId))
            .col(int(Quote::AccountId))
            .col(text(Quote::Uri))
            .col(text(Quote::Request))
            .col(int_null(Quote::QuotingId))
            .col(int(Quote::CreatedAt))
            .col(int_null(Quote::RevokedAt))
            .primary_key(Index::create().col(Quote::Id)),
    )
    .await?;
    step.index(
        Index::create().name("quote_once").table(Quote::Table).col(Quote::PostId).col(Quote::Uri).unique().to_owned(),
    )
    .await?;
    step.index(Index::create().name("quote_by").table(Quote::Table).col(Quote::AccountId).to_owned()).await?;
    step.index(Index::create().name("quote_uri").table(Quote::Table).col(Quote::Uri).to_owned()).await
}

#[derive(DeriveIden)]
enum Account {
    Table,
    MovedTo,
    MovedAt,
    Aliases,
    AttributionDomains,
    FeaturedTags,
    RepliesFrom,
    QuotesFrom,
    SaysBlocks,
}

#[derive(DeriveIden)]
enum Post {
    Table,
    Policy,
}

#[derive(DeriveIden)]
enum Quote {
    Table,
    Id,
    PostId,
    AccountId,
    Uri,
    Request,
    QuotingId,
    CreatedAt,
    RevokedAt,
}
