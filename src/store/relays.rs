//! Relays the server's own actor follows.

use crate::entity::relay;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder};

/// Follows the Public collection; is sent our posts themselves.
pub const MASTODON: &str = "mastodon";
/// Is followed as an actor; is told the ids of our posts in Announces.
pub const LITEPUB: &str = "litepub";

/// Asked, not answered yet.
pub const ASKED: &str = "asked";
/// It said yes.
pub const ACCEPTED: &str = "accepted";
/// It said no.
pub const REFUSED: &str = "refused";

/// False when there is one at this address already.
pub async fn insert(db: &impl ConnectionTrait, row: relay::Model) -> Result<bool, DbErr> {
    let made = relay::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(relay::Column::Address).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<relay::Model>, DbErr> {
    relay::Entity::find_by_id(id).one(db).await
}

pub async fn by_address(db: &impl ConnectionTrait, address: &str) -> Result<Option<relay::Model>, DbErr> {
    relay::Entity::find().filter(relay::Column::Address.eq(address)).one(db).await
}

/// The relay that this actor is.
pub async fn by_actor(db: &impl ConnectionTrait, actor: &str) -> Result<Option<relay::Model>, DbErr> {
    relay::Entity::find().filter(relay::Column::Actor.eq(actor)).one(db).await
}

/// All of them, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<relay::Model>, DbErr> {
    relay::Entity::find().order_by_asc(relay::Column::Id).all(db).await
}

/// It answered, as this actor.
pub async fn set(db: &impl ConnectionTrait, id: i64, state: &str, actor: &str) -> Result<(), DbErr> {
    relay::Entity::update_many()
        .col_expr(relay::Column::State, Expr::value(state))
        .col_expr(relay::Column::Actor, Expr::value(Some(actor.to_owned())))
        .filter(relay::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    relay::Entity::delete_by_id(id).exec(db).await.map(drop)
}
