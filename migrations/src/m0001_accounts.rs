//! People of this server and of others, and what they sign in with.

use crate::columns::{Step, bytes, bytes_null, flag, int, int_null, text, text_null};
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
        account(&step).await?;
        login(&step).await?;
        session(&step).await?;
        one_time_link(&step).await?;
        attempt(&step).await?;
        setting(&step).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Setting::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Attempt::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(OneTimeLink::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Session::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Login::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Account::Table).to_owned()).await?;
        Ok(())
    }
}

async fn account(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Account::Table)
            .col(int(Account::Id))
            .col(text(Account::Username))
            .col(text(Account::UsernameKey))
            .col(text(Account::Domain))
            .col(text(Account::Name))
            .col(text(Account::Bio))
            .col(text(Account::Fields))
            .col(text(Account::Kind))
            .col(flag(Account::Locked))
            .col(flag(Account::Discoverable))
            .col(flag(Account::Indexable))
            .col(flag(Account::Suspended))
            .col(text_null(Account::AvatarKey))
            .col(text_null(Account::HeaderKey))
            .col(text_null(Account::AvatarUrl))
            .col(text_null(Account::HeaderUrl))
            .col(int(Account::FeaturedAlbums))
            .col(text_null(Account::Uri))
            .col(text_null(Account::Url))
            .col(text_null(Account::Inbox))
            .col(text_null(Account::SharedInbox))
            .col(text_null(Account::OutboxUrl))
            .col(text_null(Account::FollowersUrl))
            .col(text_null(Account::FollowingUrl))
            .col(text_null(Account::FeaturedUrl))
            .col(text_null(Account::KeyId))
            .col(text_null(Account::PublicKey))
            .col(bytes_null(Account::PrivateKey))
            .col(int_null(Account::RemotePosts))
            .col(int_null(Account::RemoteFollowers))
            .col(int_null(Account::RemoteFollowing))
            .col(int_null(Account::FetchedAt))
            .col(int(Account::CreatedAt))
            .col(int(Account::UpdatedAt))
            .col(int_null(Account::DeletedAt))
            .primary_key(Index::create().col(Account::Id)),
    )
    .await?;
    account_indexes(step).await
}

async fn account_indexes(step: &Step<'_>) -> Result<(), DbErr> {
    step.index(
        Index::create()
            .name("account_username_key_domain")
            .table(Account::Table)
            .col(Account::UsernameKey)
            .col(Account::Domain)
            .unique()
            .to_owned(),
    )
    .await?;
    step.index(Index::create().name("account_uri").table(Account::Table).col(Account::Uri).unique().to_owned()).await?;
    step.index(Index::create().name("account_key_id").table(Account::Table).col(Account::KeyId).to_owned()).await?;
    step.index(
        Index::create()
            .name("account_domain_id")
            .table(Account::Table)
            .col(Account::Domain)
            .col(Account::Id)
            .to_owned(),
    )
    .await?;
    Ok(())
}

async fn login(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Login::Table)
            .col(int(Login::AccountId))
            .col(text(Login::Email))
            .col(text(Login::EmailKey))
            .col(text_null(Login::PasswordHash))
            .col(text(Login::Role))
            .col(text(Login::Language))
            .col(int(Login::NotificationsSeen))
            .col(int(Login::CreatedAt))
            .col(int_null(Login::SeenAt))
            .primary_key(Index::create().col(Login::AccountId)),
    )
    .await?;
    step.index(Index::create().name("login_email_key").table(Login::Table).col(Login::EmailKey).unique().to_owned())
        .await?;
    step.index(Index::create().name("login_role").table(Login::Table).col(Login::Role).to_owned()).await?;
    Ok(())
}

async fn session(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Session::Table)
            .col(int(Session::Id))
            .col(bytes(Session::TokenHash))
            .col(int(Session::AccountId))
            .col(text(Session::Device))
            .col(int(Session::CreatedAt))
            .col(int(Session::SeenAt))
            .col(int(Session::ExpiresAt))
            .primary_key(Index::create().col(Session::Id)),
    )
    .await?;
    step.index(
        Index::create().name("session_token_hash").table(Session::Table).col(Session::TokenHash).unique().to_owned(),
    )
    .await?;
    step.index(Index::create().name("session_account_id").table(Session::Table).col(Session::AccountId).to_owned())
        .await?;
    step.index(Index::create().name("session_expires_at").table(Session::Table).col(Session::ExpiresAt).to_owned())
        .await?;
    Ok(())
}

async fn one_time_link(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(OneTimeLink::Table)
            .col(bytes(OneTimeLink::TokenHash))
            .col(text(OneTimeLink::Purpose))
            .col(int_null(OneTimeLink::AccountId))
            .col(int(OneTimeLink::CreatedAt))
            .col(int(OneTimeLink::ExpiresAt))
            .col(int_null(OneTimeLink::UsedAt))
            .primary_key(Index::create().col(OneTimeLink::TokenHash)),
    )
    .await?;
    step.index(
        Index::create().name("one_time_link_purpose").table(OneTimeLink::Table).col(OneTimeLink::Purpose).to_owned(),
    )
    .await?;
    Ok(())
}

async fn attempt(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Attempt::Table)
            .col(text(Attempt::Bucket))
            .col(int(Attempt::WindowStart))
            .col(int(Attempt::Count))
            .primary_key(Index::create().col(Attempt::Bucket).col(Attempt::WindowStart)),
    )
    .await?;
    step.index(Index::create().name("attempt_window_start").table(Attempt::Table).col(Attempt::WindowStart).to_owned())
        .await?;
    Ok(())
}

async fn setting(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Setting::Table)
            .col(text(Setting::Name))
            .col(text(Setting::Value))
            .primary_key(Index::create().col(Setting::Name)),
    )
    .await?;
    Ok(())
}

/// A person, of this server (`domain` is empty) or of another one.
#[derive(DeriveIden, Clone, Copy)]
enum Account {
    Table,
    Id,
    Username,
    UsernameKey,
    Domain,
    Name,
    Bio,
    Fields,
    Kind,
    Locked,
    Discoverable,
    Indexable,
    Suspended,
    AvatarKey,
    HeaderKey,
    AvatarUrl,
    HeaderUrl,
    FeaturedAlbums,
    Uri,
    Url,
    Inbox,
    SharedInbox,
    OutboxUrl,
    FollowersUrl,
    FollowingUrl,
    FeaturedUrl,
    KeyId,
    PublicKey,
    PrivateKey,
    RemotePosts,
    RemoteFollowers,
    RemoteFollowing,
    FetchedAt,
    CreatedAt,
    UpdatedAt,
    DeletedAt,
}

/// How a person of this server signs in. `notifications_seen` is the id of the newest one she has looked at.
#[derive(DeriveIden, Clone, Copy)]
enum Login {
    Table,
    AccountId,
    Email,
    EmailKey,
    PasswordHash,
    Role,
    Language,
    NotificationsSeen,
    CreatedAt,
    SeenAt,
}

/// A signed-in browser; the cookie holds the secret, the row only its SHA-256.
#[derive(DeriveIden, Clone, Copy)]
enum Session {
    Table,
    Id,
    TokenHash,
    AccountId,
    Device,
    CreatedAt,
    SeenAt,
    ExpiresAt,
}

/// A link that lets its holder do one thing once: create the owner's account, set a password.
#[derive(DeriveIden, Clone, Copy)]
enum OneTimeLink {
    Table,
    TokenHash,
    Purpose,
    AccountId,
    CreatedAt,
    ExpiresAt,
    UsedAt,
}

/// Counters for limits that must hold across restarts, such as wrong passwords.
#[derive(DeriveIden, Clone, Copy)]
enum Attempt {
    Table,
    Bucket,
    WindowStart,
    Count,
}

/// What the server itself must remember, such as the frozen public address.
#[derive(DeriveIden, Clone, Copy)]
enum Setting {
    Table,
    Name,
    Value,
}
