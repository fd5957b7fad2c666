//! Custom emoji, links of profiles that were looked at, and where and what a photo is of.

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
        for column in [text(Post::Place).default("").take(), text(Post::Category).default("").take()] {
            add(manager, Post::Table, column).await?;
        }
        for column in [text(Draft::Place).default("").take(), text(Draft::Category).default("").take()] {
            add(manager, Draft::Table, column).await?;
        }
        add(manager, Photo::Table, text(Photo::Place).default("").take()).await?;
        emoji(manager).await?;
        profile_link(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(ProfileLink::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Emoji::Table).to_owned()).await?;
        manager.alter_table(Table::alter().table(Photo::Table).drop_column(Photo::Place).to_owned()).await?;
        for column in [Draft::Place, Draft::Category] {
            manager.alter_table(Table::alter().table(Draft::Table).drop_column(column).to_owned()).await?;
        }
        for column in [Post::Place, Post::Category] {
            manager.alter_table(Table::alter().table(Post::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// SQLite adds one column a statement.
async fn add(manager: &SchemaManager<'_>, table: impl IntoTableRef, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await
}

/// `handle` is `name@domain`, `name@` for ours: an absent domain would not keep a name from standing twice.
async fn emoji(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(Emoji::Table)
            .col(int(Emoji::Id))
            .col(text(Emoji::Handle))
            .col(text(Emoji::Shortcode))
            .col(text_null(Emoji::Domain))
            .col(text_null(Emoji::MediaKey))
            .col(text_null(Emoji::Uri))
            .col(text_null(Emoji::RemoteUrl))
            .col(int_null(Emoji::Updated))
            .col(int(Emoji::AskedAt).default(0).take())
            .col(flag(Emoji::VisibleInPicker))
            .col(text_null(Emoji::Category))
            .primary_key(Index::create().col(Emoji::Id)),
    )
    .await?;
    step.index(Index::create().name("emoji_handle").table(Emoji::Table).col(Emoji::Handle).unique().to_owned()).await?;
    step.index(Index::create().name("emoji_domain").table(Emoji::Table).col(Emoji::Domain).to_owned()).await
}

async fn profile_link(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(ProfileLink::Table)
            .col(int(ProfileLink::AccountId))
            .col(text(ProfileLink::Href))
            .col(int(ProfileLink::CheckedAt))
            .col(int_null(ProfileLink::VerifiedAt))
            .primary_key(Index::create().col(ProfileLink::AccountId).col(ProfileLink::Href)),
    )
    .await
}

#[derive(DeriveIden)]
enum Post {
    Table,
    Place,
    Category,
}

#[derive(DeriveIden)]
enum Draft {
    Table,
    Place,
    Category,
}

#[derive(DeriveIden)]
enum Photo {
    Table,
    Place,
}

#[derive(DeriveIden)]
enum Emoji {
    Table,
    Id,
    Handle,
    Shortcode,
    Domain,
    MediaKey,
    Uri,
    RemoteUrl,
    Updated,
    AskedAt,
    VisibleInPicker,
    Category,
}

#[derive(DeriveIden)]
enum ProfileLink {
    Table,
    AccountId,
    Href,
    CheckedAt,
    VerifiedAt,
}
