//! Numbers of processes, which make their ids their own.

use crate::columns::{Step, int, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Node::Table)
            .col(int(Node::Number))
            .col(text(Node::Holder))
            .col(int(Node::Until))
            .primary_key(Index::create().col(Node::Number))
            .to_owned();
        Step(manager).table(&mut { table }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Node::Table).to_owned()).await
    }
}

/// `holder` is what a process calls itself; from `until` on the number may be another's.
#[derive(DeriveIden)]
enum Node {
    Table,
    Number,
    Holder,
    Until,
}
