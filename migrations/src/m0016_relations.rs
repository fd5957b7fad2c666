//! How people stand to one another, beyond following and blocking; what a profile says and keeps back.

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
        let empty = |name: Column| text(name).default("").take();
        add(manager, "follow", flag(Column::Reblogs).default(1).take()).await?;
        add(manager, "follow", flag(Column::Notify)).await?;
        add(manager, "follow", empty(Column::Languages)).await?;
        add(manager, "account", flag(Column::HideCollections)).await?;
        add(manager, "account", empty(Column::AvatarAlt)).await?;
        add(manager, "account", empty(Column::HeaderAlt)).await?;
        add(manager, "login", empty(Column::PostsTo)).await?;
        add(manager, "login", flag(Column::PostsSensitive)).await?;
        add(manager, "report", text(Column::Rules).default("[]").take()).await?;
        hidden_server(manager).await?;
        person_note(manager).await?;
        endorsement(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["endorsement", "person_note", "hidden_server"] {
            manager.drop_table(Table::drop().table(Alias::new(table)).to_owned()).await?;
        }
        for (table, column) in [
            ("report", Column::Rules),
            ("login", Column::PostsSensitive),
            ("login", Column::PostsTo),
            ("account", Column::HeaderAlt),
            ("account", Column::AvatarAlt),
            ("account", Column::HideCollections),
            ("follow", Column::Languages),
            ("follow", Column::Notify),
            ("follow", Column::Reblogs),
        ] {
            let table = Table::alter().table(Alias::new(table)).drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// SQLite adds one column a statement.
async fn add(manager: &SchemaManager<'_>, table: &str, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned()).await
}

async fn hidden_server(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(HiddenServer::Table)
            .col(int(HiddenServer::Id))
            .col(int(HiddenServer::AccountId))
            .col(text(HiddenServer::Domain))
            .col(int(HiddenServer::CreatedAt))
            .primary_key(Index::create().col(HiddenServer::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("hidden_server_account_id_domain")
            .table(HiddenServer::Table)
            .col(HiddenServer::AccountId)
            .col(HiddenServer::Domain)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("hidden_server_account_id_id")
            .table(HiddenServer::Table)
            .col(HiddenServer::AccountId)
            .col(HiddenServer::Id)
            .to_owned(),
    )
    .await
}

async fn person_note(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(PersonNote::Table)
            .col(int(PersonNote::AccountId))
            .col(int(PersonNote::TargetId))
            .col(text(PersonNote::Comment))
            .primary_key(Index::create().col(PersonNote::AccountId).col(PersonNote::TargetId)),
    )
    .await?;
    step.index(
        Index::create().name("person_note_target_id").table(PersonNote::Table).col(PersonNote::TargetId).to_owned(),
    )
    .await
}

async fn endorsement(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step = Step(manager);
    step.table(
        Table::create()
            .table(Endorsement::Table)
            .col(int(Endorsement::Id))
            .col(int(Endorsement::AccountId))
            .col(int(Endorsement::TargetId))
            .col(int(Endorsement::CreatedAt))
            .primary_key(Index::create().col(Endorsement::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("endorsement_account_id_target_id")
            .table(Endorsement::Table)
            .col(Endorsement::AccountId)
            .col(Endorsement::TargetId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("endorsement_account_id_id")
            .table(Endorsement::Table)
            .col(Endorsement::AccountId)
            .col(Endorsement::Id)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("endorsement_target_id").table(Endorsement::Table).col(Endorsement::TargetId).to_owned(),
    )
    .await
}

/// New columns of tables that are there.
#[derive(DeriveIden, Clone, Copy)]
enum Column {
    /// Of a follow: 1 where boosts come home too, …
    Reblogs,
    /// … 1 where each post is told, …
    Notify,
    /// … and a JSON list of the languages that come home; empty for all.
    Languages,
    /// Of an account: 1 where nobody else sees whom she follows and who follows her, …
    HideCollections,
    /// … and what is to be seen on its pictures.
    AvatarAlt,
    HeaderAlt,
    /// Of a login: who sees what its person posts, unless she says otherwise; empty for everybody.
    PostsTo,
    PostsSensitive,
    /// Of a report: a JSON list of the rules that are broken.
    Rules,
}

/// A server that one person does not want to see.
#[derive(DeriveIden, Clone, Copy)]
enum HiddenServer {
    Table,
    Id,
    AccountId,
    Domain,
    CreatedAt,
}

/// What one person notes about another, for herself.
#[derive(DeriveIden, Clone, Copy)]
enum PersonNote {
    Table,
    AccountId,
    TargetId,
    Comment,
}

/// Somebody whom another one shows on her profile.
#[derive(DeriveIden, Clone, Copy)]
enum Endorsement {
    Table,
    Id,
    AccountId,
    TargetId,
    CreatedAt,
}
