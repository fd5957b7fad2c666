//! Originals are found by their names, to tell what lies in the store and is nobody's.

use crate::columns::Step;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const NAME: &str = "photo_original_key";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let some = Expr::col(Photo::OriginalKey).is_not_null();
        let index = Index::create().name(NAME).table(Photo::Table).col(Photo::OriginalKey).and_where(some).to_owned();
        Step(manager).index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table(Photo::Table).to_owned()).await
    }
}

#[derive(DeriveIden)]
enum Photo {
    Table,
    OriginalKey,
}
