//! Timelines: the public feed, home, hashtags.

use super::Cursor;
use crate::entity::{home_entry, post, post_tag};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect};

/// The server's public feed, newest first.
pub async fn explore(db: &impl ConnectionTrait, cursor: Cursor) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(Expr::cust("listed = 1"))
        .filter(post::Column::Id.lt(cursor.before))
        .order_by_desc(post::Column::Id)
        .limit(cursor.limit)
        .all(db)
        .await
}

/// Somebody's home, newest first; with who boosted it there (0: nobody).
pub async fn home(db: &impl ConnectionTrait, owner_id: i64, cursor: Cursor) -> Result<Vec<home_entry::Model>, DbErr> {
    home_entry::Entity::find()
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .filter(home_entry::Column::PostId.lt(cursor.before))
        .order_by_desc(home_entry::Column::PostId)
        .limit(cursor.limit)
        .all(db)
        .await
}

/// Public posts with a hashtag, newest first.
pub async fn tagged(db: &impl ConnectionTrait, tag_id: i64, cursor: Cursor) -> Result<Vec<post::Model>, DbErr> {
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(post::Entity).from(post_tag::Column::PostId).to(post::Column::Id).into();
    post::Entity::find()
        .join(JoinType::InnerJoin, join.rev())
        .filter(post_tag::Column::TagId.eq(tag_id))
        .filter(post_tag::Column::PostId.lt(cursor.before))
        .filter(post::Column::Visibility.eq("public"))
        .filter(post::Column::PhotoCount.gt(0))
        .filter(post::Column::DeletedAt.is_null())
        .order_by_desc(post_tag::Column::PostId)
        .limit(cursor.limit)
        .all(db)
        .await
}

/// Puts a post into homes; one that has it already keeps it as it came.
pub async fn put_home(db: &impl ConnectionTrait, owners: &[i64], post_id: i64, via_id: i64) -> Result<(), DbErr> {
    if owners.is_empty() {
        return Ok(());
    }
    let rows = owners.iter().map(|&owner_id| home_entry::Model { owner_id, post_id, via_id }.into_active_model());
    home_entry::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([home_entry::Column::OwnerId, home_entry::Column::PostId]).do_nothing().to_owned(),
        )
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn drop_post(db: &impl ConnectionTrait, post_id: i64) -> Result<(), DbErr> {
    home_entry::Entity::delete_many().filter(home_entry::Column::PostId.eq(post_id)).exec(db).await.map(drop)
}

/// Takes out of one home what came there only through `via_id`'s boost of a post.
pub async fn drop_boost(db: &impl ConnectionTrait, post_id: i64, via_id: i64) -> Result<(), DbErr> {
    home_entry::Entity::delete_many()
        .filter(home_entry::Column::PostId.eq(post_id))
        .filter(home_entry::Column::ViaId.eq(via_id))
        .exec(db)
        .await
        .map(drop)
}

/// Takes a person's posts and boosts out of one home.
pub async fn drop_author(db: &impl ConnectionTrait, owner_id: i64, author_id: i64) -> Result<(), DbErr> {
    use sea_orm::QueryTrait;
    let theirs = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::AccountId.eq(author_id))
        .into_query();
    home_entry::Entity::delete_many()
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .filter(home_entry::Column::PostId.in_subquery(theirs).or(home_entry::Column::ViaId.eq(author_id)))
        .exec(db)
        .await
        .map(drop)
}
