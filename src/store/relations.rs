//! Who follows whom.

use super::Cursor;
use crate::clock::Millis;
use crate::entity::{account, follow};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};

/// The follow is in force.
pub const ACCEPTED: &str = "accepted";
/// Asked, not answered yet.
pub const PENDING: &str = "pending";

/// A follow in force, with everything that comes with one.
pub fn row(id: i64, follower_id: i64, target_id: i64, created_at: Millis) -> follow::Model {
    follow::Model {
        id,
        follower_id,
        target_id,
        state: ACCEPTED.to_owned(),
        uri: None,
        created_at,
        reblogs: 1,
        notify: 0,
        languages: String::new(),
    }
}

pub async fn get(db: &impl ConnectionTrait, follower_id: i64, target_id: i64) -> Result<Option<follow::Model>, DbErr> {
    follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(follower_id))
        .filter(follow::Column::TargetId.eq(target_id))
        .one(db)
        .await
}

pub async fn by_uri(db: &impl ConnectionTrait, uri: &str) -> Result<Option<follow::Model>, DbErr> {
    follow::Entity::find().filter(follow::Column::Uri.eq(uri)).one(db).await
}

/// True when it is new.
pub async fn insert(db: &impl ConnectionTrait, row: follow::Model) -> Result<bool, DbErr> {
    let made = follow::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([follow::Column::FollowerId, follow::Column::TargetId]).do_nothing().to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn set(db: &impl ConnectionTrait, id: i64, state: &str, uri: Option<String>) -> Result<(), DbErr> {
    let mut query = follow::Entity::update_many().col_expr(follow::Column::State, Expr::value(state));
    if uri.is_some() {
        query = query.col_expr(follow::Column::Uri, Expr::value(uri));
    }
    query.filter(follow::Column::Id.eq(id)).exec(db).await.map(drop)
}

/// Changes what of the followed one comes to her follower.
pub async fn set_options(db: &impl ConnectionTrait, row: &follow::Model) -> Result<(), DbErr> {
    follow::Entity::update_many()
        .col_expr(follow::Column::Reblogs, Expr::value(row.reblogs))
        .col_expr(follow::Column::Notify, Expr::value(row.notify))
        .col_expr(follow::Column::Languages, Expr::value(row.languages.as_str()))
        .filter(follow::Column::Id.eq(row.id))
        .exec(db)
        .await
        .map(drop)
}

/// The follow that ended, if there was one.
pub async fn remove(
    db: &impl ConnectionTrait,
    follower_id: i64,
    target_id: i64,
) -> Result<Option<follow::Model>, DbErr> {
    let row = get(db, follower_id, target_id).await?;
    if let Some(row) = &row {
        follow::Entity::delete_by_id(row.id).exec(db).await?;
    }
    Ok(row)
}

/// Follows of these two kinds between one person and others, either way.
pub async fn between(db: &impl ConnectionTrait, who: i64, others: &[i64]) -> Result<Vec<follow::Model>, DbErr> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let out = Condition::all()
        .add(follow::Column::FollowerId.eq(who))
        .add(follow::Column::TargetId.is_in(others.iter().copied()));
    let into = Condition::all()
        .add(follow::Column::TargetId.eq(who))
        .add(follow::Column::FollowerId.is_in(others.iter().copied()));
    follow::Entity::find().filter(Condition::any().add(out).add(into)).all(db).await
}

/// Accepted followers, newest first; the cursor runs over follow ids.
pub async fn followers(db: &impl ConnectionTrait, target_id: i64, cursor: Cursor) -> Result<Vec<follow::Model>, DbErr> {
    let query = follow::Entity::find()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(ACCEPTED));
    cursor.read(db, query, follow::Column::Id).await
}

/// Accepted follows by a person, newest first.
pub async fn following(
    db: &impl ConnectionTrait,
    follower_id: i64,
    cursor: Cursor,
) -> Result<Vec<follow::Model>, DbErr> {
    let query = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(follower_id))
        .filter(follow::Column::State.eq(ACCEPTED));
    cursor.read(db, query, follow::Column::Id).await
}

/// Requests to follow a person that wait for her answer, newest first.
pub async fn requests(db: &impl ConnectionTrait, target_id: i64, cursor: Cursor) -> Result<Vec<follow::Model>, DbErr> {
    let query =
        follow::Entity::find().filter(follow::Column::TargetId.eq(target_id)).filter(follow::Column::State.eq(PENDING));
    cursor.read(db, query, follow::Column::Id).await
}

/// How many wait.
pub async fn count_requests(db: &impl ConnectionTrait, target_id: i64) -> Result<u64, DbErr> {
    follow::Entity::find()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(PENDING))
        .count(db)
        .await
}

/// Followers of this server, in order of id, after `after`: for filling home timelines in chunks.
pub async fn local_followers(
    db: &impl ConnectionTrait,
    target_id: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<i64>, DbErr> {
    follow::Entity::find()
        .select_only()
        .column(follow::Column::FollowerId)
        .inner_join_account()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(follow::Column::FollowerId.gt(after))
        .filter(account::Column::Domain.eq(""))
        .order_by_asc(follow::Column::FollowerId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Somebody of this server who follows, and what comes to her.
#[derive(Debug, sea_orm::FromQueryResult)]
pub struct Follower {
    pub follower_id: i64,
    pub reblogs: i32,
    pub notify: i32,
    /// As in [`follow::Model`].
    pub languages: String,
}

/// Accepted follows of people of this server, in order of the follower's id, after `after`.
pub async fn followers_here(
    db: &impl ConnectionTrait,
    target_id: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<Follower>, DbErr> {
    use follow::Column::{FollowerId, Languages, Notify, Reblogs};
    follow::Entity::find()
        .select_only()
        .columns([FollowerId, Reblogs, Notify, Languages])
        .inner_join_account()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(follow::Column::FollowerId.gt(after))
        .filter(account::Column::Domain.eq(""))
        .order_by_asc(follow::Column::FollowerId)
        .limit(limit)
        .into_model()
        .all(db)
        .await
}

/// Who of those whom a person follows follows one of these: pairs of the one who is followed and her
/// follower, the newest follow first. Whoever hides whom she follows is left out.
pub async fn familiar(
    db: &impl ConnectionTrait,
    who: i64,
    targets: &[i64],
    limit: u64,
) -> Result<Vec<(i64, i64)>, DbErr> {
    use sea_orm::QueryTrait;
    let followed = follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .filter(follow::Column::FollowerId.eq(who))
        .filter(follow::Column::State.eq(ACCEPTED))
        .into_query();
    follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .column(follow::Column::FollowerId)
        .inner_join_account()
        .filter(account::Column::HideCollections.eq(0))
        .filter(follow::Column::TargetId.is_in(targets.iter().copied()))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(follow::Column::FollowerId.ne(who))
        .filter(follow::Column::FollowerId.in_subquery(followed))
        .order_by_desc(follow::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// The inboxes, each once, that reach all remote followers: shared ones where there are.
pub async fn follower_inboxes(db: &impl ConnectionTrait, target_id: i64) -> Result<Vec<(String, String)>, DbErr> {
    let rows: Vec<(String, Option<String>, Option<String>)> = follow::Entity::find()
        .select_only()
        .column(account::Column::Domain)
        .column(account::Column::SharedInbox)
        .column(account::Column::Inbox)
        .inner_join_account()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(account::Column::Domain.ne(""))
        .filter(account::Column::Suspended.eq(0))
        .into_tuple()
        .all(db)
        .await?;
    let mut inboxes: Vec<(String, String)> =
        rows.into_iter().filter_map(|(domain, shared, own)| shared.or(own).map(|inbox| (domain, inbox))).collect();
    inboxes.sort();
    inboxes.dedup();
    Ok(inboxes)
}

/// Ids of accepted followers that begin so: those who live on one server.
pub async fn follower_ids_at(
    db: &impl ConnectionTrait,
    target_id: i64,
    start: &str,
    limit: u64,
) -> Result<Vec<String>, DbErr> {
    let ids: Vec<Option<String>> = follow::Entity::find()
        .select_only()
        .column(account::Column::Uri)
        .inner_join_account()
        .filter(follow::Column::TargetId.eq(target_id))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(account::Column::Uri.starts_with(start))
        .order_by_asc(account::Column::Uri)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    // LIKE knows wildcards and, on SQLite, no case.
    Ok(ids.into_iter().flatten().filter(|id| id.starts_with(start)).collect())
}

/// Everybody here who follows a person, up to a limit.
pub async fn all_local_followers(db: &impl ConnectionTrait, target_id: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    local_followers(db, target_id, 0, limit).await
}

/// Whether anybody here follows a person.
pub async fn followed_here(db: &impl ConnectionTrait, target_id: i64) -> Result<bool, DbErr> {
    Ok(!local_followers(db, target_id, 0, 1).await?.is_empty())
}

trait JoinFollower {
    fn inner_join_account(self) -> Self;
}

impl JoinFollower for sea_orm::Select<follow::Entity> {
    fn inner_join_account(self) -> Self {
        let to: sea_orm::RelationDef =
            follow::Entity::belongs_to(account::Entity).from(follow::Column::FollowerId).to(account::Column::Id).into();
        self.join(sea_orm::JoinType::InnerJoin, to)
    }
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<follow::Model>, DbErr> {
    follow::Entity::find_by_id(id).one(db).await
}

/// Ends every follow of and by somebody who is gone.
pub async fn remove_all(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    follow::Entity::delete_many().filter(follow::Column::FollowerId.eq(account_id)).exec(db).await?;
    follow::Entity::delete_many().filter(follow::Column::TargetId.eq(account_id)).exec(db).await.map(drop)
}

/// Somebody follows nobody any more.
pub async fn remove_follower(db: &impl ConnectionTrait, follower_id: i64) -> Result<(), DbErr> {
    follow::Entity::delete_many().filter(follow::Column::FollowerId.eq(follower_id)).exec(db).await.map(drop)
}

/// Whom somebody follows who follows her too, the last she followed first.
pub async fn mutual(db: &impl ConnectionTrait, who: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    use sea_orm::QueryTrait;
    let following_her = follow::Entity::find()
        .select_only()
        .column(follow::Column::FollowerId)
        .filter(follow::Column::TargetId.eq(who))
        .filter(follow::Column::State.eq(ACCEPTED))
        .into_query();
    follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .filter(follow::Column::FollowerId.eq(who))
        .filter(follow::Column::State.eq(ACCEPTED))
        .filter(follow::Column::TargetId.in_subquery(following_her))
        .order_by_desc(follow::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}
