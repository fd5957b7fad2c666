//! The app a post was written with.

use crate::columns::text;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut via = text(Post::Via).default("").take();
        manager.alter_table(Table::alter().table(Post::Table).add_column(&mut via).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Post::Table).drop_column(Post::Via).to_owned()).await
    }
}

#[derive(DeriveIden)]
enum Post {
    Table,
    /// JSON of its name and its page; empty where it was none.
    Via,
}
