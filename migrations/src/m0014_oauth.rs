//! Apps and what they may do for whom; how far somebody has read; the public timeline of every server.

use crate::columns::{Step, bytes, int, int_null, text, text_null};
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
        application(&step).await?;
        access_token(&step).await?;
        auth_code(&step).await?;
        read_marker(&step).await?;
        step.index(
            Index::create()
                .name("post_wall")
                .table(Post::Table)
                .col(Post::Id)
                .and_where(Expr::cust(
                    "visibility = 'public' AND deleted_at IS NULL AND in_reply_to_id IS NULL AND in_reply_to_uri IS NULL",
                ))
                .to_owned(),
        )
        .await?;
        // So that somebody's posts are counted without being read.
        step.index(
            Index::create()
                .name("post_open")
                .table(Post::Table)
                .col(Post::AccountId)
                .col(Post::PublishedAt)
                .and_where(Expr::cust("deleted_at IS NULL AND visibility IN ('public', 'quiet')"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("post_open").table(Post::Table).to_owned()).await?;
        manager.drop_index(Index::drop().name("post_wall").table(Post::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ReadMarker::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(AuthCode::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(AccessToken::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Application::Table).to_owned()).await
    }
}

async fn application(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Application::Table)
            .col(int(Application::Id))
            .col(text(Application::ClientId))
            .col(bytes(Application::SecretHash))
            .col(text(Application::Name))
            .col(text_null(Application::Website))
            .col(text(Application::RedirectUris))
            .col(text(Application::Scopes))
            .col(int(Application::CreatedAt))
            .col(int(Application::UsedAt))
            .primary_key(Index::create().col(Application::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("application_client_id")
            .table(Application::Table)
            .col(Application::ClientId)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create().name("application_used_at").table(Application::Table).col(Application::UsedAt).to_owned(),
    )
    .await
}

async fn access_token(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(AccessToken::Table)
            .col(int(AccessToken::Id))
            .col(bytes(AccessToken::TokenHash))
            .col(int(AccessToken::ApplicationId))
            .col(int_null(AccessToken::AccountId))
            .col(text(AccessToken::Scopes))
            .col(int(AccessToken::CreatedAt))
            .col(int(AccessToken::SeenAt))
            .col(int_null(AccessToken::RevokedAt))
            .primary_key(Index::create().col(AccessToken::Id)),
    )
    .await?;
    step.index(
        Index::create()
            .name("access_token_token_hash")
            .table(AccessToken::Table)
            .col(AccessToken::TokenHash)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("access_token_account_id")
            .table(AccessToken::Table)
            .col(AccessToken::AccountId)
            .to_owned(),
    )
    .await?;
    step.index(
        Index::create()
            .name("access_token_application_id")
            .table(AccessToken::Table)
            .col(AccessToken::ApplicationId)
            .to_owned(),
    )
    .await
}

async fn auth_code(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(AuthCode::Table)
            .col(bytes(AuthCode::CodeHash))
            .col(int(AuthCode::ApplicationId))
            .col(int(AuthCode::AccountId))
            .col(text(AuthCode::RedirectUri))
            .col(text(AuthCode::Scopes))
            .col(text_null(AuthCode::Challenge))
            .col(int(AuthCode::ExpiresAt))
            .col(int_null(AuthCode::TokenId))
            .primary_key(Index::create().col(AuthCode::CodeHash)),
    )
    .await?;
    step.index(Index::create().name("auth_code_account_id").table(AuthCode::Table).col(AuthCode::AccountId).to_owned())
        .await
}

async fn read_marker(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ReadMarker::Table)
            .col(int(ReadMarker::AccountId))
            .col(text(ReadMarker::Timeline))
            .col(int(ReadMarker::LastReadId))
            .col(int(ReadMarker::Version))
            .col(int(ReadMarker::UpdatedAt))
            .primary_key(Index::create().col(ReadMarker::AccountId).col(ReadMarker::Timeline)),
    )
    .await
}

/// An app that people may let in. Of its secret only the hash is kept. `redirect_uris` is a JSON list, byte
/// for byte as registered; `scopes` has blanks between.
#[derive(DeriveIden)]
enum Application {
    Table,
    Id,
    ClientId,
    SecretHash,
    Name,
    Website,
    RedirectUris,
    Scopes,
    CreatedAt,
    UsedAt,
}

/// What an app holds: for a person, or for itself alone. Only the hash is kept.
#[derive(DeriveIden)]
enum AccessToken {
    Table,
    Id,
    TokenHash,
    ApplicationId,
    AccountId,
    Scopes,
    CreatedAt,
    SeenAt,
    RevokedAt,
}

/// A code that an app may change for a token, once. `token_id` is what it was changed for.
#[derive(DeriveIden)]
enum AuthCode {
    Table,
    CodeHash,
    ApplicationId,
    AccountId,
    RedirectUri,
    Scopes,
    Challenge,
    ExpiresAt,
    TokenId,
}

/// How far somebody has read a timeline, as her apps say.
#[derive(DeriveIden)]
enum ReadMarker {
    Table,
    AccountId,
    Timeline,
    LastReadId,
    Version,
    UpdatedAt,
}

#[derive(DeriveIden)]
enum Post {
    Table,
    Id,
    AccountId,
    PublishedAt,
}
