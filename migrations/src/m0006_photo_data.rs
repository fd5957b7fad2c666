//! What a photo says about itself and which of it is shown, and what is known of each served file.

use crate::columns::{bytes_null, flag, int, text};
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
            text(Photo::Metadata).default("{}").take(),
            text(Photo::Removed).default("[]").take(),
            text(Photo::Shows).default("").take(),
            flag(Photo::Offered),
            int(Photo::OriginalWidth).default(0).take(),
            int(Photo::OriginalHeight).default(0).take(),
        ] {
            add(manager, Photo::Table, column).await?;
        }
        for column in [
            int(Rendition::Quality).default(0).take(),
            text(Rendition::Gamut).default("srgb").take(),
            bytes_null(Rendition::ContentHash),
        ] {
            add(manager, Rendition::Table, column).await?;
        }
        for column in [
            text(Login::Shows).default("").take(),
            text(Login::CreditArtist).default("").take(),
            text(Login::CreditCopyright).default("").take(),
        ] {
            add(manager, Login::Table, column).await?;
        }
        manager
            .create_index(
                Index::create()
                    .name("photo_pipeline_id")
                    .table(Photo::Table)
                    .col(Photo::Pipeline)
                    .col(Photo::Id)
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("photo_pipeline_id").table(Photo::Table).to_owned()).await?;
        for column in
            [Photo::Metadata, Photo::Removed, Photo::Shows, Photo::Offered, Photo::OriginalWidth, Photo::OriginalHeight]
        {
            manager.alter_table(Table::alter().table(Photo::Table).drop_column(column).to_owned()).await?;
        }
        for column in [Rendition::Quality, Rendition::Gamut, Rendition::ContentHash] {
            manager.alter_table(Table::alter().table(Rendition::Table).drop_column(column).to_owned()).await?;
        }
        for column in [Login::Shows, Login::CreditArtist, Login::CreditCopyright] {
            manager.alter_table(Table::alter().table(Login::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// SQLite adds one column a statement.
async fn add(manager: &SchemaManager<'_>, table: impl IntoTableRef, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await
}

#[derive(DeriveIden)]
enum Photo {
    Table,
    Id,
    Pipeline,
    Metadata,
    Removed,
    Shows,
    Offered,
    OriginalWidth,
    OriginalHeight,
}

#[derive(DeriveIden)]
enum Rendition {
    Table,
    Quality,
    Gamut,
    ContentHash,
}

#[derive(DeriveIden)]
enum Login {
    Table,
    Shows,
    CreditArtist,
    CreditCopyright,
}
