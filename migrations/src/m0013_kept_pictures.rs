//! When somebody here last looked at a picture of another server, and when that server was last asked for
//! it: what nobody looks at is put away, and comes back when somebody looks again.

use crate::columns::{Step, int};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [Photo::SeenAt, Photo::AskedAt] {
            let mut column = int(column).default(0).take();
            manager.alter_table(Table::alter().table(Photo::Table).add_column(&mut column).to_owned()).await?;
        }
        for column in [Account::PicturesSeenAt, Account::PicturesAskedAt] {
            let mut column = int(column).default(0).take();
            manager.alter_table(Table::alter().table(Account::Table).add_column(&mut column).to_owned()).await?;
        }
        let step = Step(manager);
        step.index(
            Index::create()
                .name("photo_state_seen_at_id_partial")
                .table(Photo::Table)
                .col(Photo::State)
                .col(Photo::SeenAt)
                .col(Photo::Id)
                .and_where(Expr::cust("remote_url IS NOT NULL"))
                .to_owned(),
        )
        .await?;
        step.index(
            Index::create()
                .name("account_pictures_seen_at_id_partial")
                .table(Account::Table)
                .col(Account::PicturesSeenAt)
                .col(Account::Id)
                .and_where(Expr::cust("avatar_key IS NOT NULL OR header_key IS NOT NULL"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("account_pictures_seen_at_id_partial").table(Account::Table).to_owned();
        manager.drop_index(index).await?;
        let index = Index::drop().name("photo_state_seen_at_id_partial").table(Photo::Table).to_owned();
        manager.drop_index(index).await?;
        for column in [Account::PicturesSeenAt, Account::PicturesAskedAt] {
            manager.alter_table(Table::alter().table(Account::Table).drop_column(column).to_owned()).await?;
        }
        for column in [Photo::SeenAt, Photo::AskedAt] {
            manager.alter_table(Table::alter().table(Photo::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// Both are 0 for what an older version put in.
#[derive(DeriveIden, Clone, Copy)]
enum Photo {
    Table,
    Id,
    State,
    SeenAt,
    AskedAt,
}

#[derive(DeriveIden, Clone, Copy)]
enum Account {
    Table,
    Id,
    PicturesSeenAt,
    PicturesAskedAt,
}
