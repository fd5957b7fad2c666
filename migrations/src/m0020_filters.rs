//! What people do not want to read: words and posts, where, and what becomes of what holds them.

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
        content_filter(&step).await?;
        filter_keyword(&step).await?;
        filter_post(&step).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(FilterPost::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(FilterKeyword::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ContentFilter::Table).to_owned()).await
    }
}

async fn content_filter(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ContentFilter::Table)
            .col(int(ContentFilter::Id))
            .col(int(ContentFilter::AccountId))
            .col(text(ContentFilter::Title))
            .col(text(ContentFilter::Contexts))
            .col(text(ContentFilter::Action))
            .col(int_null(ContentFilter::ExpiresAt))
            .primary_key(Index::create().col(ContentFilter::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("content_filter_account_id")
            .table(ContentFilter::Table)
            .col(ContentFilter::AccountId)
            .to_owned(),
    )
    .await
}

async fn filter_keyword(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(FilterKeyword::Table)
            .col(int(FilterKeyword::Id))
            .col(int(FilterKeyword::AccountId))
            .col(int(FilterKeyword::FilterId))
            .col(text(FilterKeyword::Keyword))
            .col(flag(FilterKeyword::WholeWord))
            .primary_key(Index::create().col(FilterKeyword::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("filter_keyword_account_id")
            .table(FilterKeyword::Table)
            .col(FilterKeyword::AccountId)
            .col(FilterKeyword::FilterId)
            .to_owned(),
    )
    .await
}

async fn filter_post(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(FilterPost::Table)
            .col(int(FilterPost::Id))
            .col(int(FilterPost::AccountId))
            .col(int(FilterPost::FilterId))
            .col(int(FilterPost::PostId))
            .primary_key(Index::create().col(FilterPost::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("filter_post_once")
            .table(FilterPost::Table)
            .col(FilterPost::AccountId)
            .col(FilterPost::FilterId)
            .col(FilterPost::PostId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("filter_post_post_id").table(FilterPost::Table).col(FilterPost::PostId).to_owned())
        .await
}

/// `contexts` has blanks between; `action` is `warn`, `hide` or `blur`.
#[derive(DeriveIden)]
enum ContentFilter {
    Table,
    Id,
    AccountId,
    Title,
    Contexts,
    Action,
    ExpiresAt,
}

/// A word or phrase of a filter.
#[derive(DeriveIden)]
enum FilterKeyword {
    Table,
    Id,
    AccountId,
    FilterId,
    Keyword,
    WholeWord,
}

/// A post that a filter holds back whatever it says.
#[derive(DeriveIden)]
enum FilterPost {
    Table,
    Id,
    AccountId,
    FilterId,
    PostId,
}
