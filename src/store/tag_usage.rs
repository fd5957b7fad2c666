//! How much hashtags are used.

use crate::clock::{DAY, Millis};
use crate::entity::{post, post_tag};
use crate::ids::first_of;
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{JoinType, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// One day of a hashtag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its number since 1970.
    pub day: i64,
    pub posts: i64,
    pub people: i64,
}

/// The column of the join below, in the words of both databases.
const OF_DAY: &str = "post.published_at / 86400000";

fn joined() -> Select<post_tag::Entity> {
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(post::Entity).from(post_tag::Column::PostId).to(post::Column::Id).into();
    post_tag::Entity::find().select_only().join(JoinType::InnerJoin, join).filter(post::Column::DeletedAt.is_null())
}

/// Public posts with these hashtags since the day `first`, by hashtag and day; days without are left out.
pub async fn days(db: &impl ConnectionTrait, tags: &[i64], first: i64) -> Result<HashMap<i64, Vec<Day>>, DbErr> {
    if tags.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, i64, i64, i64)> = joined()
        .column(post_tag::Column::TagId)
        .column_as(Expr::cust(OF_DAY), "day")
        .column_as(post_tag::Column::PostId.count(), "posts")
        .column_as(Expr::cust("COUNT(DISTINCT post.account_id)"), "people")
        .filter(post_tag::Column::TagId.is_in(tags.iter().copied()))
        .filter(post::Column::Visibility.eq("public"))
        .filter(post::Column::PublishedAt.gte(first * DAY))
        // Ids carry about the same time, and stand in the index of hashtags.
        .filter(post_tag::Column::PostId.gte(first_of((first - 1) * DAY)))
        .group_by(post_tag::Column::TagId)
        .group_by(Expr::cust(OF_DAY))
        .into_tuple()
        .all(db)
        .await?;
    let mut found: HashMap<i64, Vec<Day>> = HashMap::new();
    for (tag, day, posts, people) in rows {
        found.entry(tag).or_default().push(Day { day, posts, people });
    }
    Ok(found)
}

/// Of posts of a person that everybody may see: how many carry each of these hashtags, and when the last
/// was published.
pub async fn of_person(
    db: &impl ConnectionTrait,
    account_id: i64,
    tags: &[i64],
) -> Result<HashMap<i64, (i64, Millis)>, DbErr> {
    if tags.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, i64, Option<i64>)> =
        used_by(account_id).filter(post_tag::Column::TagId.is_in(tags.iter().copied())).into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(tag, posts, last)| (tag, (posts, last.unwrap_or(0)))).collect())
}

/// The hashtags a person uses most, those used last first among equals.
pub async fn most_used_by(db: &impl ConnectionTrait, account_id: i64, limit: u64) -> Result<Vec<i64>, DbErr> {
    let rows: Vec<(i64, i64, Option<i64>)> = used_by(account_id)
        .order_by_desc(Expr::cust("posts"))
        .order_by_desc(Expr::cust("last"))
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(tag, ..)| tag).collect())
}

fn used_by(account_id: i64) -> Select<post_tag::Entity> {
    joined()
        .column(post_tag::Column::TagId)
        .column_as(post_tag::Column::PostId.count(), "posts")
        .column_as(post::Column::PublishedAt.max(), "last")
        .filter(post::Column::AccountId.eq(account_id))
        .filter(post::Column::Visibility.is_in(["public", "quiet"]))
        .group_by(post_tag::Column::TagId)
}
