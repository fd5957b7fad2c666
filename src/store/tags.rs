//! Hashtags and who is mentioned.

use crate::entity::{mention, post_tag, tag};
use sea_orm::IntoActiveModel;
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;

pub async fn by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<tag::Model>, DbErr> {
    tag::Entity::find().filter(tag::Column::NameKey.eq(key)).one(db).await
}

/// Replaces the hashtags of a post: pairs of folded key and name as typed, with an id for a new tag.
pub async fn set(db: &impl ConnectionTrait, post_id: i64, names: Vec<(String, String, i64)>) -> Result<(), DbErr> {
    post_tag::Entity::delete_many().filter(post_tag::Column::PostId.eq(post_id)).exec(db).await?;
    for (name_key, name, id) in names {
        let row = tag::Model { id, name, name_key: name_key.clone() };
        tag::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(tag::Column::NameKey).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        let Some(tag) = by_key(db, &name_key).await? else { continue };
        post_tag::Entity::insert(post_tag::Model { tag_id: tag.id, post_id }.into_active_model())
            .on_conflict(
                OnConflict::columns([post_tag::Column::TagId, post_tag::Column::PostId]).do_nothing().to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Replaces whom a post mentions: account ids with the name as typed.
pub async fn set_mentions(db: &impl ConnectionTrait, post_id: i64, who: Vec<(i64, String)>) -> Result<(), DbErr> {
    mention::Entity::delete_many().filter(mention::Column::PostId.eq(post_id)).exec(db).await?;
    for (account_id, name) in who {
        mention::Entity::insert(mention::Model { post_id, account_id, name }.into_active_model())
            .on_conflict(
                OnConflict::columns([mention::Column::PostId, mention::Column::AccountId]).do_nothing().to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

pub async fn mentions(db: &impl ConnectionTrait, posts: &[i64]) -> Result<Vec<mention::Model>, DbErr> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    mention::Entity::find().filter(mention::Column::PostId.is_in(posts.iter().copied())).all(db).await
}

/// Tags whose name starts with `text`.
pub async fn search(db: &impl ConnectionTrait, text: &str, limit: u64) -> Result<Vec<tag::Model>, DbErr> {
    use sea_orm::{QueryOrder, QuerySelect};
    tag::Entity::find()
        .filter(tag::Column::NameKey.gte(text))
        .filter(tag::Column::NameKey.lt(format!("{text}\u{10ffff}")))
        .order_by_asc(tag::Column::NameKey)
        .limit(limit)
        .all(db)
        .await
}
