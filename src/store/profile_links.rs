//! Links of profiles, and whether they link back.

use crate::clock::Millis;
use crate::entity::profile_link;
use sea_orm::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder};

/// Everything known of one person's links.
pub async fn of(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<profile_link::Model>, DbErr> {
    profile_link::Entity::find()
        .filter(profile_link::Column::AccountId.eq(account_id))
        .order_by_asc(profile_link::Column::Href)
        .all(db)
        .await
}

/// Links of these people that linked back when they were looked at.
pub async fn verified(db: &impl ConnectionTrait, people: &[i64]) -> Result<Vec<profile_link::Model>, DbErr> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    profile_link::Entity::find()
        .filter(profile_link::Column::AccountId.is_in(people.iter().copied()))
        .filter(profile_link::Column::VerifiedAt.is_not_null())
        .all(db)
        .await
}

/// Puts what was found in place of what was known: address, and when it was seen to link back.
pub async fn replace(
    db: &impl ConnectionTrait,
    account_id: i64,
    found: Vec<(String, Option<Millis>)>,
    now: Millis,
) -> Result<(), DbErr> {
    forget(db, account_id).await?;
    if found.is_empty() {
        return Ok(());
    }
    let rows = found.into_iter().map(|(href, verified_at)| {
        profile_link::Model { account_id, href, checked_at: now, verified_at }.into_active_model()
    });
    profile_link::Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    profile_link::Entity::delete_many().filter(profile_link::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}
