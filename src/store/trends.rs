//! What is liked and used most, and who posts: of what everybody may see, by people who want to be found.

use super::relations;
use crate::entity::{account, dismissed_suggestion, follow, post, post_tag};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};

/// In the words of the indexes: `post_wall`, and with likes `post_liked`.
const OPEN: &str =
    "visibility = 'public' AND deleted_at IS NULL AND in_reply_to_id IS NULL AND in_reply_to_uri IS NULL";
const LIKED: &str = "visibility = 'public' AND deleted_at IS NULL AND in_reply_to_id IS NULL \
    AND in_reply_to_uri IS NULL AND like_count + boost_count > 0";

/// People who want to be found and are where they are said to be.
fn to_be_found() -> SelectStatement {
    account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Discoverable.eq(1))
        .filter(account::Column::Suspended.eq(0))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::MovedTo.is_null())
        .filter(account::Column::Id.gt(0))
        .into_query()
}

/// A post with how much it is liked.
#[derive(Debug, Clone, Copy)]
pub struct Liked {
    pub id: i64,
    pub likes: i64,
    pub boosts: i64,
}

/// The newest posts above this id that somebody likes or boosted and that nobody covered.
pub async fn liked(db: &impl ConnectionTrait, above: i64, here: Option<bool>, limit: u64) -> Result<Vec<Liked>, DbErr> {
    let query = match here {
        Some(true) => post::Entity::find().filter(post::Column::Uri.is_null()),
        Some(false) => post::Entity::find().filter(post::Column::Uri.is_not_null()),
        None => post::Entity::find(),
    };
    let rows: Vec<(i64, i64, i64)> = query
        .select_only()
        .column(post::Column::Id)
        .column(post::Column::LikeCount)
        .column(post::Column::BoostCount)
        .filter(Expr::cust(LIKED))
        .filter(post::Column::Id.gt(above))
        .filter(post::Column::Sensitive.eq(0))
        .filter(post::Column::Warning.eq(""))
        .filter(post::Column::AccountId.in_subquery(to_be_found()))
        .order_by_desc(post::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, likes, boosts)| Liked { id, likes, boosts }).collect())
}

/// The id above which there are so many posts that everybody may see; 0 where there are not so many.
pub async fn newest_start(db: &impl ConnectionTrait, count: u64) -> Result<i64, DbErr> {
    let found: Option<i64> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(Expr::cust(OPEN))
        .order_by_desc(post::Column::Id)
        .offset(count)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.unwrap_or(0))
}

/// Hashtags of posts above this id that at least so many people used: the one most people used first. With
/// how many people, and how many posts.
pub async fn tags(
    db: &impl ConnectionTrait,
    above: i64,
    people: i64,
    limit: u64,
) -> Result<Vec<(i64, i64, i64)>, DbErr> {
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(post::Entity).from(post_tag::Column::PostId).to(post::Column::Id).into();
    let by_people = || Expr::cust("COUNT(DISTINCT post.account_id)");
    post_tag::Entity::find()
        .select_only()
        .column(post_tag::Column::TagId)
        .column_as(by_people(), "people")
        .column_as(post_tag::Column::PostId.count(), "posts")
        .join(JoinType::InnerJoin, join)
        .filter(post_tag::Column::PostId.gt(above))
        .filter(post::Column::Visibility.eq("public"))
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::AccountId.in_subquery(to_be_found()))
        .group_by(post_tag::Column::TagId)
        .having(by_people().gte(people))
        .order_by_desc(by_people())
        .order_by_desc(post_tag::Column::PostId.count())
        .order_by_asc(post_tag::Column::TagId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Hashtags of the newest public posts with this one, so many of them; with on how many of these they stand.
pub async fn used_with(
    db: &impl ConnectionTrait,
    tag_id: i64,
    posts: u64,
    limit: u64,
) -> Result<Vec<(i64, i64)>, DbErr> {
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(post::Entity).from(post_tag::Column::PostId).to(post::Column::Id).into();
    let newest: Vec<i64> = post_tag::Entity::find()
        .select_only()
        .column(post_tag::Column::PostId)
        .join(JoinType::InnerJoin, join)
        .filter(post_tag::Column::TagId.eq(tag_id))
        .filter(post::Column::Visibility.eq("public"))
        .filter(post::Column::DeletedAt.is_null())
        .order_by_desc(post_tag::Column::PostId)
        .limit(posts)
        .into_tuple()
        .all(db)
        .await?;
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    post_tag::Entity::find()
        .select_only()
        .column(post_tag::Column::TagId)
        .column_as(post_tag::Column::PostId.count(), "posts")
        .filter(post_tag::Column::PostId.is_in(newest))
        .filter(post_tag::Column::TagId.ne(tag_id))
        .group_by(post_tag::Column::TagId)
        .order_by_desc(post_tag::Column::PostId.count())
        .order_by_asc(post_tag::Column::TagId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Which part of the people who want to be found.
#[derive(Debug, Clone, Copy)]
pub struct People {
    /// Of this server alone.
    pub here: bool,
    pub offset: u64,
    pub limit: u64,
}

fn here(query: Select<account::Entity>, some: People) -> Select<account::Entity> {
    if some.here { query.filter(account::Column::Domain.eq("")) } else { query }
}

/// Those who posted above this id, who posted last first.
pub async fn posting(db: &impl ConnectionTrait, above: i64, some: People) -> Result<Vec<i64>, DbErr> {
    let mut query = post::Entity::find()
        .select_only()
        .column(post::Column::AccountId)
        .filter(Expr::cust(OPEN))
        .filter(post::Column::Id.gt(above))
        .filter(post::Column::AccountId.in_subquery(to_be_found()));
    if some.here {
        query = query.filter(post::Column::Uri.is_null());
    }
    query
        .group_by(post::Column::AccountId)
        .order_by_desc(post::Column::Id.max())
        .limit(some.limit)
        .offset(some.offset)
        .into_tuple()
        .all(db)
        .await
}

/// Those who came last first.
pub async fn newcomers(db: &impl ConnectionTrait, some: People) -> Result<Vec<i64>, DbErr> {
    here(account::Entity::find(), some)
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Id.in_subquery(to_be_found()))
        .order_by_desc(account::Column::Id)
        .limit(some.limit)
        .offset(some.offset)
        .into_tuple()
        .all(db)
        .await
}

/// Whom those follow whom somebody follows, the one most of them follow first. Of those she followed last,
/// so many.
pub async fn followed_by_friends(
    db: &impl ConnectionTrait,
    who: i64,
    friends: u64,
    limit: u64,
) -> Result<Vec<i64>, DbErr> {
    let friends: Vec<i64> = follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .filter(follow::Column::FollowerId.eq(who))
        .filter(follow::Column::State.eq(relations::ACCEPTED))
        .order_by_desc(follow::Column::Id)
        .limit(friends)
        .into_tuple()
        .all(db)
        .await?;
    if friends.is_empty() {
        return Ok(Vec::new());
    }
    follow::Entity::find()
        .select_only()
        .column(follow::Column::TargetId)
        .filter(follow::Column::FollowerId.is_in(friends))
        .filter(follow::Column::State.eq(relations::ACCEPTED))
        .filter(follow::Column::TargetId.in_subquery(to_be_found()))
        .group_by(follow::Column::TargetId)
        .order_by_desc(follow::Column::Id.count())
        .order_by_desc(follow::Column::Id.max())
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Somebody does not want this one suggested any more.
pub async fn dismiss(db: &impl ConnectionTrait, account_id: i64, target_id: i64) -> Result<(), DbErr> {
    use dismissed_suggestion::Column::{AccountId, TargetId};
    dismissed_suggestion::Entity::insert(dismissed_suggestion::Model { account_id, target_id }.into_active_model())
        .on_conflict(OnConflict::columns([AccountId, TargetId]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await
        .map(drop)
}

/// Whom somebody does not want suggested.
pub async fn dismissed(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<i64>, DbErr> {
    dismissed_suggestion::Entity::find()
        .select_only()
        .column(dismissed_suggestion::Column::TargetId)
        .filter(dismissed_suggestion::Column::AccountId.eq(account_id))
        .into_tuple()
        .all(db)
        .await
}

/// Forgets what somebody did not want who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    dismissed_suggestion::Entity::delete_many()
        .filter(dismissed_suggestion::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}
