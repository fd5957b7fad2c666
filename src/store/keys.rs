//! Public keys by id, whoever's they are, and the keys an account has beside its RSA key.

use crate::clock::Millis;
use crate::entity::{account, actor_key};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// An Ed25519 key, or another one that is not an account's RSA key.
pub const OTHER: &str = "other";
/// The Ed25519 key of somebody here.
pub const ED25519: &str = "ed25519";
/// The RSA key somebody here had before; it signs the activity that tells of the next one.
pub const RETIRED: &str = "retired";

/// Several accounts of one server may list the same key id; more than so many are not looked at.
const OWNERS: u64 = 4;

/// Every account that lists a key of this id, with the key as it is written there.
pub async fn owners(db: &impl ConnectionTrait, key_id: &str) -> Result<Vec<(account::Model, String)>, DbErr> {
    let first = account::Entity::find().filter(account::Column::KeyId.eq(key_id)).limit(OWNERS).all(db).await?;
    let mut found: Vec<_> =
        first.into_iter().filter_map(|row| row.public_key.clone().map(|text| (row, text))).collect();
    let others = actor_key::Entity::find().filter(actor_key::Column::KeyId.eq(key_id)).limit(OWNERS).all(db).await?;
    for key in others {
        if let Some(row) = account::Entity::find_by_id(key.account_id).one(db).await? {
            found.push((row, key.public_key));
        }
    }
    Ok(found)
}

/// Replaces the keys of an account elsewhere beside its RSA key. Returns the ids of those that were there.
pub async fn replace(
    db: &impl ConnectionTrait,
    account_id: i64,
    keys: Vec<actor_key::Model>,
) -> Result<Vec<String>, DbErr> {
    let of = actor_key::Column::AccountId.eq(account_id).and(actor_key::Column::Kind.eq(OTHER));
    let old = actor_key::Entity::find().filter(of.clone()).all(db).await?;
    let same = |(a, b): (&actor_key::Model, &actor_key::Model)| a.key_id == b.key_id && a.public_key == b.public_key;
    if old.len() != keys.len() || !old.iter().zip(&keys).all(same) {
        actor_key::Entity::delete_many().filter(of).exec(db).await?;
        for key in keys {
            add(db, key).await?;
        }
    }
    Ok(old.into_iter().filter_map(|key| key.key_id).collect())
}

pub async fn add(db: &impl ConnectionTrait, row: actor_key::Model) -> Result<(), DbErr> {
    actor_key::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// The Ed25519 key of somebody here.
pub async fn ed25519(db: &impl ConnectionTrait, account_id: i64) -> Result<Option<actor_key::Model>, DbErr> {
    actor_key::Entity::find()
        .filter(actor_key::Column::AccountId.eq(account_id))
        .filter(actor_key::Column::Kind.eq(ED25519))
        .one(db)
        .await
}

/// Accounts of this server that have none, by id.
pub async fn without_ed25519(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<i64>, DbErr> {
    let of =
        Expr::col((actor_key::Entity, actor_key::Column::AccountId)).equals((account::Entity, account::Column::Id));
    let has = Query::select()
        .expr(Expr::val(1))
        .from(actor_key::Entity)
        .and_where(of)
        .and_where(Expr::col((actor_key::Entity, actor_key::Column::Kind)).eq(ED25519))
        .take();
    account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Domain.eq(""))
        .filter(account::Column::DeletedAt.is_null())
        .filter(Expr::exists(has).not())
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// The key that signs this activity in place of the account's own: the one before a rotation.
pub async fn retired(db: &impl ConnectionTrait, activity_id: i64) -> Result<Option<actor_key::Model>, DbErr> {
    actor_key::Entity::find().filter(actor_key::Column::ActivityId.eq(activity_id)).one(db).await
}

/// Forgets retired keys older than `before`: whoever has not heard by then is not told any more.
pub async fn sweep_retired(db: &impl ConnectionTrait, before: Millis) -> Result<(), DbErr> {
    actor_key::Entity::delete_many()
        .filter(actor_key::Column::Kind.eq(RETIRED))
        .filter(actor_key::Column::CreatedAt.lt(before))
        .exec(db)
        .await
        .map(drop)
}

/// Gives an account another RSA key.
pub async fn set_rsa(db: &impl ConnectionTrait, account_id: i64, public: &str, sealed: Vec<u8>) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::PublicKey, Expr::value(Some(public.to_owned())))
        .col_expr(account::Column::PrivateKey, Expr::value(Some(sealed)))
        .filter(account::Column::Id.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// Keys with a sealed private half, by id.
pub async fn sealed(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<actor_key::Model>, DbErr> {
    actor_key::Entity::find()
        .filter(actor_key::Column::PrivateKey.is_not_null())
        .filter(actor_key::Column::Id.gt(after))
        .order_by_asc(actor_key::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Keeps the same key under another seal.
pub async fn set_sealed(db: &impl ConnectionTrait, id: i64, sealed: Vec<u8>) -> Result<(), DbErr> {
    actor_key::Entity::update_many()
        .col_expr(actor_key::Column::PrivateKey, Expr::value(Some(sealed)))
        .filter(actor_key::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}
