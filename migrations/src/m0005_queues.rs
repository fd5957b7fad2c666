//! Jobs wait in queues that do not hold up each other.

use crate::columns::{Step, text};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A job put in by the version before waits with the local ones, and is done there.
        let queue = text(Job::Queue).default("local").take();
        manager.alter_table(Table::alter().table(Job::Table).add_column(queue).to_owned()).await?;
        // The lane stands in it too: jobs of a host that is busy are passed over without being read.
        Step(manager)
            .index(
                Index::create()
                    .name("job_queue_run_at_id_lane_partial")
                    .table(Job::Table)
                    .col(Job::Queue)
                    .col(Job::RunAt)
                    .col(Job::Id)
                    .col(Job::Lane)
                    .and_where(Expr::cust("dead = 0"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("job_queue_run_at_id_lane_partial").table(Job::Table).to_owned()).await?;
        manager.alter_table(Table::alter().table(Job::Table).drop_column(Job::Queue).to_owned()).await
    }
}

#[derive(DeriveIden, Clone, Copy)]
enum Job {
    Table,
    Id,
    Queue,
    Lane,
    RunAt,
}
