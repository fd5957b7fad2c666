//! Posts.

use super::{Cursor, conversations, tags};
use crate::clock::Millis;
use crate::entity::post;
use sea_orm::prelude::*;
use sea_orm::sea_query::{
    Alias, Asterisk, CommonTableExpression, Expr, ExprTrait, Order, Query, UnionType, WithClause,
};
use sea_orm::{FromQueryResult, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// Which posts of a person a tab of her profile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything with photos that answers nobody.
    Photos,
    /// More than one photo.
    Albums,
    /// Answers, and posts without photos.
    Replies,
    /// Everything.
    All,
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<post::Model>, DbErr> {
    post::Entity::find_by_id(id).one(db).await
}

pub async fn by_ids(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, post::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = post::Entity::find().filter(post::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(|p| (p.id, p)).collect())
}

pub async fn by_uri(db: &impl ConnectionTrait, uri: &str) -> Result<Option<post::Model>, DbErr> {
    post::Entity::find().filter(post::Column::Uri.eq(uri)).one(db).await
}

pub async fn by_draft(db: &impl ConnectionTrait, draft_id: i64) -> Result<Option<post::Model>, DbErr> {
    post::Entity::find().filter(post::Column::DraftId.eq(draft_id)).one(db).await
}

pub async fn insert(db: &impl ConnectionTrait, row: post::Model) -> Result<(), DbErr> {
    post::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Writes every column of `row` but the counters, which others may be changing.
pub async fn save(db: &impl ConnectionTrait, row: post::Model) -> Result<(), DbErr> {
    let mut active = row.into_active_model().reset_all();
    active.like_count = sea_orm::ActiveValue::NotSet;
    active.boost_count = sea_orm::ActiveValue::NotSet;
    active.reply_count = sea_orm::ActiveValue::NotSet;
    post::Entity::update(active).exec(db).await.map(drop)
}

/// Adds to one of the counters; never below zero.
pub async fn count(db: &impl ConnectionTrait, id: i64, column: post::Column, by: i64) -> Result<(), DbErr> {
    count_all(db, &[id], column, by).await
}

async fn count_all(db: &impl ConnectionTrait, ids: &[i64], column: post::Column, by: i64) -> Result<(), DbErr> {
    let mut query = post::Entity::update_many()
        .col_expr(column, Expr::col(column).add(by))
        .filter(post::Column::Id.is_in(ids.iter().copied()));
    if by < 0 {
        query = query.filter(column.gte(-by));
    }
    query.exec(db).await.map(drop)
}

/// Answers are counted as they are shown: beneath everything they answer, however indirectly.
pub async fn count_replies(db: &impl ConnectionTrait, parent_id: i64, by: i64) -> Result<(), DbErr> {
    let above = with_above(db, parent_id).await?;
    if by == 0 { Ok(()) } else { count_all(db, &above, post::Column::ReplyCount, by).await }
}

/// Deeper than this, answers are not counted at the top of a conversation.
const DEEPEST: usize = 500;

/// A post and what it answers, up to the first post; each once.
async fn with_above(db: &impl ConnectionTrait, id: i64) -> Result<Vec<i64>, DbErr> {
    let mut above = vec![id];
    while above.len() < DEEPEST {
        let Some(last) = above.last() else { break };
        let parent: Option<Option<i64>> = post::Entity::find_by_id(*last)
            .select_only()
            .column(post::Column::InReplyToId)
            .into_tuple()
            .one(db)
            .await?;
        match parent.flatten() {
            Some(parent) if !above.contains(&parent) => above.push(parent),
            _ => break,
        }
    }
    Ok(above)
}

/// What a post answers, the first post of the conversation first.
pub async fn above(db: &impl ConnectionTrait, row: &post::Model) -> Result<Vec<post::Model>, DbErr> {
    let Some(parent) = row.in_reply_to_id else { return Ok(Vec::new()) };
    let ids = with_above(db, parent).await?;
    let mut rows = by_ids(db, &ids).await?;
    Ok(ids.iter().rev().filter_map(|id| rows.remove(id)).collect())
}

/// Posts of a person, newest first, any visibility: the caller asks `can_see`.
pub async fn of_account(
    db: &impl ConnectionTrait,
    account_id: i64,
    kind: Kind,
    visibilities: &[&str],
    cursor: Cursor,
) -> Result<Vec<post::Model>, DbErr> {
    let query = post::Entity::find()
        .filter(post::Column::AccountId.eq(account_id))
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::Visibility.is_in(visibilities.iter().copied()));
    let query = match kind {
        Kind::Photos => query
            .filter(post::Column::PhotoCount.gt(0))
            .filter(post::Column::InReplyToUri.is_null())
            .filter(post::Column::InReplyToId.is_null()),
        Kind::Albums => query.filter(post::Column::PhotoCount.gt(1)),
        Kind::Replies => {
            let answers = post::Column::InReplyToId.is_not_null().or(post::Column::InReplyToUri.is_not_null());
            query.filter(answers.or(post::Column::PhotoCount.eq(0)))
        }
        Kind::All => query,
    };
    cursor.read(db, query, post::Column::Id).await
}

/// Which posts of a person apps ask for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    pub pictures_only: bool,
    pub no_answers: bool,
    /// Id of a hashtag they carry.
    pub tagged: Option<i64>,
}

/// Posts of a person of these visibilities, newest first: the caller asks `can_see`.
pub async fn said_by(
    db: &impl ConnectionTrait,
    account_id: i64,
    visibilities: &[&str],
    which: Said,
    cursor: Cursor,
) -> Result<Vec<post::Model>, DbErr> {
    let mut query = post::Entity::find()
        .filter(post::Column::AccountId.eq(account_id))
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::Visibility.is_in(visibilities.iter().copied()));
    if which.pictures_only {
        query = query.filter(post::Column::PhotoCount.gt(0));
    }
    if which.no_answers {
        query = query.filter(post::Column::InReplyToUri.is_null()).filter(post::Column::InReplyToId.is_null());
    }
    if let Some(tag) = which.tagged {
        query = query.filter(post::Column::Id.in_subquery(tags::carrying(&[tag])));
    }
    cursor.read(db, query, post::Column::Id).await
}

/// Some posts of a person that are not deleted yet, whoever may see them.
pub async fn not_deleted_of(db: &impl ConnectionTrait, account_id: i64, limit: u64) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(post::Column::AccountId.eq(account_id))
        .filter(post::Column::DeletedAt.is_null())
        .limit(limit)
        .all(db)
        .await
}

pub async fn pinned(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(post::Column::AccountId.eq(account_id))
        .filter(Expr::cust("pinned_at IS NOT NULL"))
        .filter(post::Column::DeletedAt.is_null())
        .order_by_desc(post::Column::PinnedAt)
        .all(db)
        .await
}

pub async fn set_pinned(db: &impl ConnectionTrait, id: i64, at: Option<Millis>) -> Result<(), DbErr> {
    post::Entity::update_many()
        .col_expr(post::Column::PinnedAt, Expr::value(at))
        .filter(post::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// A conversation, oldest first, without its first post: what came after the id `after`.
pub async fn conversation(
    db: &impl ConnectionTrait,
    root_id: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(post::Column::RootId.eq(root_id))
        .filter(post::Column::Id.ne(root_id))
        .filter(post::Column::Id.gt(after))
        .filter(post::Column::DeletedAt.is_null())
        .order_by_asc(post::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// The same of the part of a conversation that answers one post in it, however indirectly.
pub async fn beneath(db: &impl ConnectionTrait, id: i64, after: i64, limit: u64) -> Result<Vec<post::Model>, DbErr> {
    let beneath = Alias::new("beneath");
    let column = |column: post::Column| Expr::col((post::Entity, column));
    let direct = Query::select()
        .expr(column(post::Column::Id))
        .from(post::Entity)
        .and_where(column(post::Column::InReplyToId).eq(id))
        .to_owned();
    let deeper = Query::select()
        .expr(column(post::Column::Id))
        .from(post::Entity)
        .inner_join(
            beneath.clone(),
            column(post::Column::InReplyToId).eq(Expr::col((beneath.clone(), Alias::new("id")))),
        )
        .to_owned();
    // Each once: posts of other servers may claim to answer one another in a circle.
    let tree = CommonTableExpression::new()
        .query(direct.clone().union(UnionType::Distinct, deeper).to_owned())
        .column(Alias::new("id"))
        .table_name(beneath.clone())
        .to_owned();
    let shown = Query::select()
        .column((post::Entity, Asterisk))
        .from(post::Entity)
        .and_where(
            column(post::Column::Id).in_subquery(Query::select().column(Alias::new("id")).from(beneath).to_owned()),
        )
        .and_where(column(post::Column::Id).ne(id))
        .and_where(column(post::Column::Id).gt(after))
        .and_where(column(post::Column::DeletedAt).is_null())
        .order_by((post::Entity, post::Column::Id), Order::Asc)
        .limit(limit)
        .to_owned();
    let statement = shown.with(WithClause::new().recursive(true).cte(tree).to_owned());
    let rows = db.query_all(&statement).await?;
    rows.iter().map(|row| post::Model::from_query_result(row, "")).collect()
}

/// How many of a conversation came before one of its posts.
pub async fn said_before(db: &impl ConnectionTrait, root_id: i64, id: i64) -> Result<u64, DbErr> {
    post::Entity::find()
        .filter(post::Column::RootId.eq(root_id))
        .filter(post::Column::Id.ne(root_id))
        .filter(post::Column::Id.lt(id))
        .filter(post::Column::DeletedAt.is_null())
        .count(db)
        .await
}

/// Direct answers to a post that everybody may see, oldest first: those after the id `after`.
pub async fn public_replies(
    db: &impl ConnectionTrait,
    id: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<post::Model>, DbErr> {
    post::Entity::find()
        .filter(post::Column::InReplyToId.eq(id))
        .filter(post::Column::Id.gt(after))
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::Visibility.is_in(["public", "quiet"]))
        .order_by_asc(post::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Everybody who answered a post.
pub async fn answerers(db: &impl ConnectionTrait, id: i64) -> Result<Vec<i64>, DbErr> {
    post::Entity::find()
        .select_only()
        .column(post::Column::AccountId)
        .filter(post::Column::InReplyToId.eq(id))
        .into_tuple()
        .all(db)
        .await
}

/// Answers that came before the post they answer: they find their parent now.
pub async fn adopt(db: &impl ConnectionTrait, parent: &post::Model, uri: &str) -> Result<(), DbErr> {
    let ids: Vec<i64> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::InReplyToUri.eq(uri))
        .filter(Expr::cust("in_reply_to_id IS NULL"))
        .filter(post::Column::DeletedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    if ids.is_empty() {
        return Ok(());
    }
    let open = post::Entity::find()
        .filter(post::Column::RootId.is_in(ids.iter().copied()))
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::Visibility.is_in(["public", "quiet"]))
        .count(db)
        .await?;
    post::Entity::update_many()
        .col_expr(post::Column::InReplyToId, Expr::value(Some(parent.id)))
        .filter(post::Column::Id.is_in(ids.iter().copied()))
        .exec(db)
        .await?;
    // What answers an orphan stands in its conversation, and moves along.
    post::Entity::update_many()
        .col_expr(post::Column::RootId, Expr::value(parent.root_id))
        .filter(post::Column::RootId.is_in(ids.iter().copied()))
        .exec(db)
        .await?;
    conversations::join(db, &ids, parent.root_id).await?;
    count_replies(db, parent.id, i64::try_from(open).unwrap_or(0)).await
}

/// Local posts, or local answers, that everybody may see.
pub async fn count_local(db: &impl ConnectionTrait, answers: bool) -> Result<i64, DbErr> {
    let query = post::Entity::find()
        .filter(post::Column::Uri.is_null())
        .filter(post::Column::DeletedAt.is_null())
        .filter(post::Column::Visibility.is_in(["public", "quiet"]));
    let query = if answers {
        query.filter(post::Column::InReplyToId.is_not_null())
    } else {
        query.filter(post::Column::InReplyToId.is_null())
    };
    query.count(db).await.map(|n| i64::try_from(n).unwrap_or(i64::MAX))
}
