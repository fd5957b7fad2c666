//! Keys beside the one RSA key of an account, which signatures a host takes, and relays.

use crate::columns::{Step, bytes_null, int, int_null, text, text_null};
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
        actor_key(&step).await?;
        signature_form(&step).await?;
        relay(&step).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Relay::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(SignatureForm::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(ActorKey::Table).to_owned()).await
    }
}

async fn actor_key(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(ActorKey::Table)
            .col(int(ActorKey::Id))
            .col(int(ActorKey::AccountId))
            .col(text(ActorKey::Kind))
            .col(text_null(ActorKey::KeyId))
            .col(text(ActorKey::PublicKey))
            .col(bytes_null(ActorKey::PrivateKey))
            .col(int_null(ActorKey::ActivityId))
            .col(int(ActorKey::CreatedAt))
            .primary_key(Index::create().col(ActorKey::Id)),
    )
    .await?;
    for (name, columns) in [
        ("actor_key_account_id_kind", [ActorKey::AccountId, ActorKey::Kind]),
        ("actor_key_key_id_account_id", [ActorKey::KeyId, ActorKey::AccountId]),
    ] {
        let [first, second] = columns;
        step.index(Index::create().name(name).table(ActorKey::Table).col(first).col(second).to_owned()).await?;
    }
    let by_activity =
        Index::create().name("actor_key_activity_id").table(ActorKey::Table).col(ActorKey::ActivityId).take();
    step.index(by_activity).await
}

async fn signature_form(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(SignatureForm::Table)
            .col(text(SignatureForm::Host))
            .col(text(SignatureForm::Form))
            .col(int(SignatureForm::Until))
            .primary_key(Index::create().col(SignatureForm::Host)),
    )
    .await?;
    let by_time =
        Index::create().name("signature_form_until").table(SignatureForm::Table).col(SignatureForm::Until).take();
    step.index(by_time).await
}

async fn relay(step: &Step<'_>) -> Result<(), DbErr> {
    step.table(
        Table::create()
            .table(Relay::Table)
            .col(int(Relay::Id))
            .col(text(Relay::Kind))
            .col(text(Relay::Address))
            .col(text(Relay::Inbox))
            .col(text_null(Relay::Actor))
            .col(text(Relay::State))
            .col(int(Relay::CreatedAt))
            .primary_key(Index::create().col(Relay::Id)),
    )
    .await?;
    let by_address = Index::create().name("relay_address").table(Relay::Table).col(Relay::Address).unique().take();
    step.index(by_address).await?;
    step.index(Index::create().name("relay_actor").table(Relay::Table).col(Relay::Actor).to_owned()).await
}

/// `ed25519` and other keys of an account beside its RSA key; `retired`: the RSA key before, which still
/// signs one activity, the one that tells of the new key. Keys of this server's people have no `key_id`:
/// local rows hold no address.
#[derive(DeriveIden, Clone, Copy)]
enum ActorKey {
    Table,
    Id,
    AccountId,
    Kind,
    KeyId,
    PublicKey,
    PrivateKey,
    ActivityId,
    CreatedAt,
}

/// Which kind of signature a host takes, as far as it had to be found out, and until when that counts.
#[derive(DeriveIden, Clone, Copy)]
enum SignatureForm {
    Table,
    Host,
    Form,
    Until,
}

/// Relays: followed by the server's own actor. `id` is the number of the Follow.
#[derive(DeriveIden, Clone, Copy)]
enum Relay {
    Table,
    Id,
    Kind,
    Address,
    Inbox,
    Actor,
    State,
    CreatedAt,
}
