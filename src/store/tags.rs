//! Hashtags and who is mentioned.

use super::memo;
use crate::entity::{mention, post_tag, tag};
use sea_orm::prelude::*;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;

pub async fn by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<tag::Model>, DbErr> {
    tag::Entity::find().filter(tag::Column::NameKey.eq(key)).one(db).await
}

pub async fn by_keys(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<tag::Model>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    tag::Entity::find().filter(tag::Column::NameKey.is_in(keys)).all(db).await
}

pub async fn by_ids(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, tag::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tag::Entity::find().filter(tag::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|tag| (tag.id, tag)).collect())
}

/// Makes sure that a hashtag is known; gives it as it is known.
pub async fn ensure(db: &impl ConnectionTrait, row: tag::Model) -> Result<Option<tag::Model>, DbErr> {
    let key = row.name_key.clone();
    tag::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(tag::Column::NameKey).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    by_key(db, &key).await
}

/// Replaces the hashtags of a post: pairs of folded key and name as typed, with an id for a new tag.
pub async fn set(db: &impl ConnectionTrait, post_id: i64, names: Vec<(String, String, i64)>) -> Result<(), DbErr> {
    post_tag::Entity::delete_many().filter(post_tag::Column::PostId.eq(post_id)).exec(db).await?;
    for (name_key, name, id) in names {
        let Some(tag) = ensure(db, tag::Model { id, name, name_key }).await? else { continue };
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

/// Hashtags of posts, each with the id of its post.
pub async fn of_posts(db: &impl ConnectionTrait, posts: &[i64]) -> Result<Vec<(i64, tag::Model)>, DbErr> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(tag::Entity).from(post_tag::Column::TagId).to(tag::Column::Id).into();
    let asked = post_tag::Entity::find()
        .join(JoinType::InnerJoin, join)
        .filter(post_tag::Column::PostId.is_in(posts.iter().copied()))
        .select_also(tag::Entity)
        .all(db);
    let tags = |rows: &Vec<(post_tag::Model, _)>| rows.iter().map(|(link, _)| link.tag_id).collect();
    let rows = memo::only_rows("tag", "id", asked, tags).await?;
    Ok(rows.into_iter().filter_map(|(link, tag)| Some((link.post_id, tag?))).collect())
}

/// Ids of posts that carry one of these hashtags, for use inside other queries.
pub fn carrying(tags: &[i64]) -> SelectStatement {
    post_tag::Entity::find()
        .select_only()
        .column(post_tag::Column::PostId)
        .filter(post_tag::Column::TagId.is_in(tags.iter().copied()))
        .into_query()
}

/// Tags whose name starts with `text`: so many, after so many.
pub async fn search(db: &impl ConnectionTrait, text: &str, limit: u64, offset: u64) -> Result<Vec<tag::Model>, DbErr> {
    tag::Entity::find()
        .filter(tag::Column::NameKey.gte(text))
        .filter(tag::Column::NameKey.lt(format!("{text}\u{10ffff}")))
        .order_by_asc(tag::Column::NameKey)
        .limit(limit)
        .offset(offset)
        .all(db)
        .await
}
