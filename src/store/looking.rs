//! What was fetched of remote profiles and conversations because somebody looked at them, and when.

use crate::clock::Millis;
use crate::entity::{post, profile_fill, thread};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect};

pub async fn fill(db: &impl ConnectionTrait, account_id: i64) -> Result<Option<profile_fill::Model>, DbErr> {
    profile_fill::Entity::find_by_id(account_id).one(db).await
}

/// Somebody looks: from now on until it ended, fetching is under way.
pub async fn ask(db: &impl ConnectionTrait, account_id: i64, now: Millis) -> Result<(), DbErr> {
    let row = profile_fill::Model { account_id, asked_at: now, ended_at: None, next: None, pages: 0 };
    let again = OnConflict::column(profile_fill::Column::AccountId)
        .update_columns([profile_fill::Column::AskedAt, profile_fill::Column::EndedAt])
        .to_owned();
    profile_fill::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// How far it came.
pub async fn ended(
    db: &impl ConnectionTrait,
    account_id: i64,
    now: Millis,
    next: Option<String>,
    pages: i64,
) -> Result<(), DbErr> {
    profile_fill::Entity::update_many()
        .col_expr(profile_fill::Column::EndedAt, Expr::value(Some(now)))
        .col_expr(profile_fill::Column::Next, Expr::value(next))
        .col_expr(profile_fill::Column::Pages, Expr::value(pages))
        .filter(profile_fill::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// Where a post lists its answers.
pub async fn put_thread(
    db: &impl ConnectionTrait,
    post_id: i64,
    replies: Option<String>,
    context: Option<String>,
) -> Result<(), DbErr> {
    let row = thread::Model { post_id, replies, context, walked_at: 0 };
    let again = OnConflict::column(thread::Column::PostId)
        .update_columns([thread::Column::Replies, thread::Column::Context])
        .to_owned();
    thread::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

pub async fn thread(db: &impl ConnectionTrait, post_id: i64) -> Result<Option<thread::Model>, DbErr> {
    thread::Entity::find_by_id(post_id).one(db).await
}

/// A conversation is walked now; false when that was so after `since` already.
pub async fn walk(db: &impl ConnectionTrait, root_id: i64, since: Millis, now: Millis) -> Result<bool, DbErr> {
    let row = thread::Model { post_id: root_id, replies: None, context: None, walked_at: 0 };
    thread::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(thread::Column::PostId).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let done = thread::Entity::update_many()
        .col_expr(thread::Column::WalkedAt, Expr::value(now))
        .filter(thread::Column::PostId.eq(root_id))
        .filter(thread::Column::WalkedAt.lte(since))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// What is known of where a conversation is listed, its first post before the others, newest first.
pub async fn threads(db: &impl ConnectionTrait, root_id: i64, limit: u64) -> Result<Vec<thread::Model>, DbErr> {
    let post: sea_orm::RelationDef =
        thread::Entity::belongs_to(post::Entity).from(thread::Column::PostId).to(post::Column::Id).into();
    let mut found: Vec<thread::Model> = thread::Entity::find()
        .join(JoinType::InnerJoin, post)
        .filter(post::Column::RootId.eq(root_id))
        .filter(post::Column::DeletedAt.is_null())
        .filter(thread::Column::Replies.is_not_null().or(thread::Column::Context.is_not_null()))
        .order_by_desc(thread::Column::PostId)
        .limit(limit)
        .all(db)
        .await?;
    if let Some(at) = found.iter().position(|t| t.post_id == root_id) {
        found.swap(0, at);
    } else if let Some(first) = thread(db, root_id).await? {
        found.insert(0, first);
    }
    Ok(found)
}
