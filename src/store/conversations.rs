//! Conversations among mentioned people, as each of them finds them in her list.

use super::Cursor;
use crate::entity::{conversation, mention, post};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};

pub async fn by_id(db: &impl ConnectionTrait, owner: i64, id: i64) -> Result<Option<conversation::Model>, DbErr> {
    conversation::Entity::find_by_id(id).filter(conversation::Column::AccountId.eq(owner)).one(db).await
}

pub async fn by_root(
    db: &impl ConnectionTrait,
    owner: i64,
    root_id: i64,
) -> Result<Option<conversation::Model>, DbErr> {
    conversation::Entity::find()
        .filter(conversation::Column::AccountId.eq(owner))
        .filter(conversation::Column::RootId.eq(root_id))
        .one(db)
        .await
}

/// Puts a post at the end of a conversation in somebody's list. One that came late does not become the last.
pub async fn put(db: &impl ConnectionTrait, row: conversation::Model) -> Result<(), DbErr> {
    let (owner, root, last, unread) = (row.account_id, row.root_id, row.last_post_id, row.unread);
    let made = conversation::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([conversation::Column::AccountId, conversation::Column::RootId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    if made > 0 {
        return Ok(());
    }
    conversation::Entity::update_many()
        .col_expr(conversation::Column::LastPostId, Expr::value(last))
        .col_expr(conversation::Column::Unread, Expr::value(unread))
        .filter(conversation::Column::AccountId.eq(owner))
        .filter(conversation::Column::RootId.eq(root))
        .filter(conversation::Column::LastPostId.lt(last))
        .exec(db)
        .await?;
    // One that came late is to be read nevertheless.
    conversation::Entity::update_many()
        .col_expr(conversation::Column::Unread, Expr::value(1))
        .filter(conversation::Column::AccountId.eq(owner))
        .filter(conversation::Column::RootId.eq(root))
        .filter(conversation::Column::LastPostId.gt(if unread == 0 { i64::MAX } else { last }))
        .exec(db)
        .await
        .map(drop)
}

/// Somebody's conversations, the one with the newest post first; the cursor runs over posts' ids.
pub async fn page(db: &impl ConnectionTrait, owner: i64, cursor: Cursor) -> Result<Vec<conversation::Model>, DbErr> {
    let query = conversation::Entity::find().filter(conversation::Column::AccountId.eq(owner));
    cursor.read(db, query, conversation::Column::LastPostId).await
}

/// Marks a conversation as read, or as unread.
pub async fn set_unread(db: &impl ConnectionTrait, id: i64, unread: bool) -> Result<(), DbErr> {
    conversation::Entity::update_many()
        .col_expr(conversation::Column::Unread, Expr::value(i32::from(unread)))
        .filter(conversation::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Takes a conversation out of its owner's list; the posts stay.
pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    conversation::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// Those whose last post this is.
pub async fn ending_with(db: &impl ConnectionTrait, post_id: i64) -> Result<Vec<conversation::Model>, DbErr> {
    let root = post::Entity::find_by_id(post_id).one(db).await?.map_or(0, |p| p.root_id);
    conversation::Entity::find()
        .filter(conversation::Column::RootId.eq(root))
        .filter(conversation::Column::LastPostId.eq(post_id))
        .all(db)
        .await
}

/// Gives a conversation another last post.
pub async fn set_last(db: &impl ConnectionTrait, id: i64, post_id: i64) -> Result<(), DbErr> {
    conversation::Entity::update_many()
        .col_expr(conversation::Column::LastPostId, Expr::value(post_id))
        .filter(conversation::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Narrow posts of a conversation before one of its posts, newest first.
pub async fn before(
    db: &impl ConnectionTrait,
    root_id: i64,
    post_id: i64,
    limit: u64,
) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(post::Column::RootId.eq(root_id))
        .filter(post::Column::Id.ne(post_id))
        .filter(post::Column::Visibility.eq("mentioned"))
        .filter(post::Column::DeletedAt.is_null())
        .order_by_desc(post::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Narrow posts that one of two people wrote and that name the other, newest first.
pub async fn between(db: &impl ConnectionTrait, a: i64, b: i64, cursor: Cursor) -> Result<Vec<post::Model>, DbErr> {
    let naming = |who: i64| {
        mention::Entity::find()
            .select_only()
            .column(mention::Column::PostId)
            .filter(mention::Column::AccountId.eq(who))
            .into_query()
    };
    let said = |by: i64, to: i64| post::Column::AccountId.eq(by).and(post::Column::Id.in_subquery(naming(to)));
    let query = post::Entity::find()
        .filter(said(a, b).or(said(b, a)))
        .filter(post::Column::Visibility.eq("mentioned"))
        .filter(post::Column::DeletedAt.is_null());
    cursor.read(db, query, post::Column::Id).await
}

/// The first post of some conversations turned out to answer another: they are one with its conversation.
pub async fn join(db: &impl ConnectionTrait, roots: &[i64], root_id: i64) -> Result<(), DbErr> {
    for row in
        conversation::Entity::find().filter(conversation::Column::RootId.is_in(roots.iter().copied())).all(db).await?
    {
        remove(db, row.id).await?;
        put(db, conversation::Model { root_id, ..row }).await?;
    }
    Ok(())
}

/// How many of somebody's conversations she has not read, counted up to `cap`.
pub async fn unread(db: &impl ConnectionTrait, owner: i64, cap: u64) -> Result<u64, DbErr> {
    conversation::Entity::find()
        .select_only()
        .column(conversation::Column::Id)
        .filter(conversation::Column::AccountId.eq(owner))
        .filter(conversation::Column::Unread.eq(1))
        .limit(cap)
        .into_tuple::<i64>()
        .all(db)
        .await
        .map(|rows| rows.len() as u64)
}
