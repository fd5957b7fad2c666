//! Tokens that run out, for apps that asked to be able to renew them.

use crate::columns::{Step, bytes_null, int_null};
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
        for mut column in [
            int_null(AccessToken::ExpiresAt),
            bytes_null(AccessToken::RenewalHash),
            bytes_null(AccessToken::UsedRenewalHash),
        ] {
            manager.alter_table(Table::alter().table(AccessToken::Table).add_column(&mut column).to_owned()).await?;
        }
        for (name, column) in [
            ("access_token_renewal", AccessToken::RenewalHash),
            ("access_token_used_renewal", AccessToken::UsedRenewalHash),
        ] {
            let some = Expr::col(column.clone()).is_not_null();
            step.index(Index::create().name(name).table(AccessToken::Table).col(column).and_where(some).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["access_token_renewal", "access_token_used_renewal"] {
            manager.drop_index(Index::drop().name(name).table(AccessToken::Table).to_owned()).await?;
        }
        for column in [AccessToken::ExpiresAt, AccessToken::RenewalHash, AccessToken::UsedRenewalHash] {
            manager.alter_table(Table::alter().table(AccessToken::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// `renewal_hash` is of what it can be renewed with; `used_renewal_hash` of what it was renewed with last: who
/// shows that one again, or who showed it first, is a thief.
#[derive(DeriveIden, Clone)]
enum AccessToken {
    Table,
    ExpiresAt,
    RenewalHash,
    UsedRenewalHash,
}
