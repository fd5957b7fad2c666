//! How often a process died over a job is counted apart from how often the job failed.

use crate::columns::int;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let more = Table::alter().table(Job::Table).add_column(int(Job::Deaths).default(0)).to_owned();
        manager.alter_table(more).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Job::Table).drop_column(Job::Deaths).to_owned()).await
    }
}

#[derive(DeriveIden)]
enum Job {
    Table,
    Deaths,
}
