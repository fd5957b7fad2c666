//! What has been handled already, and what is gone or undone before it came.

use crate::clock::Millis;
use crate::entity::marker;
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;

/// An activity that was handled.
pub const SEEN: &str = "seen";
/// An object whose owner deleted it: it never comes back.
pub const GONE: &str = "gone";
/// An activity that was undone, perhaps before it came.
pub const UNDONE: &str = "undone";
/// A follow that has ended here: an Undo of it, or another one, overtook nothing.
pub const ENDED: &str = "ended";

/// Sets a marker; false when it stood there already.
pub async fn put(db: &impl ConnectionTrait, uri: &str, kind: &str, actor: &str, now: Millis) -> Result<bool, DbErr> {
    let row = marker::Model { uri: uri.to_owned(), kind: kind.to_owned(), actor: actor.to_owned(), created_at: now };
    let made = marker::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([marker::Column::Uri, marker::Column::Kind]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// Who set the marker, if it stands.
pub async fn get(db: &impl ConnectionTrait, uri: &str, kind: &str) -> Result<Option<String>, DbErr> {
    Ok(marker::Entity::find_by_id((uri.to_owned(), kind.to_owned())).one(db).await?.map(|m| m.actor))
}

/// Forgets markers older than `before`; `gone` ones stay for good.
pub async fn sweep(db: &impl ConnectionTrait, before: Millis) -> Result<(), DbErr> {
    marker::Entity::delete_many()
        .filter(marker::Column::CreatedAt.lt(before))
        .filter(marker::Column::Kind.ne(GONE))
        .exec(db)
        .await
        .map(drop)
}
