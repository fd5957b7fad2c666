//! Counters set right from the rows they count.

use crate::entity::post;
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};

const LIKES: &str = "(SELECT COUNT(*) FROM post_like WHERE post_like.post_id = post.id)";
const BOOSTS: &str = "(SELECT COUNT(*) FROM boost WHERE boost.post_id = post.id)";
const ANSWERED: &str = "EXISTS (SELECT 1 FROM post AS answer WHERE answer.in_reply_to_id = post.id)";

/// The ids from which and up to which the next so many posts after `after` go.
pub async fn span(db: &impl ConnectionTrait, after: i64, posts: u64) -> Result<Option<i64>, DbErr> {
    let ids: Vec<i64> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::Id.gt(after))
        .order_by_asc(post::Column::Id)
        .limit(posts)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.last().copied())
}

/// Likes and boosts of the posts after `after` up to `last`; how many posts were wrong.
pub async fn reactions(db: &impl ConnectionTrait, after: i64, last: i64) -> Result<u64, DbErr> {
    let mut wrong = 0;
    for (column, count) in [(post::Column::LikeCount, LIKES), (post::Column::BoostCount, BOOSTS)] {
        let done = post::Entity::update_many()
            .col_expr(column, Expr::cust(count))
            .filter(post::Column::Id.gt(after))
            .filter(post::Column::Id.lte(last))
            .filter(Expr::cust(format!("{} <> {count}", column.as_str())))
            .exec(db)
            .await?;
        wrong += done.rows_affected;
    }
    Ok(wrong)
}

/// Posts between that nobody answered have no answers; how many had some.
pub async fn unanswered(db: &impl ConnectionTrait, after: i64, last: i64) -> Result<u64, DbErr> {
    let done = post::Entity::update_many()
        .col_expr(post::Column::ReplyCount, Expr::value(0))
        .filter(post::Column::Id.gt(after))
        .filter(post::Column::Id.lte(last))
        .filter(post::Column::ReplyCount.ne(0))
        .filter(Expr::cust(format!("NOT {ANSWERED}")))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Conversations that begin between and were answered.
pub async fn answered(db: &impl ConnectionTrait, after: i64, last: i64) -> Result<Vec<i64>, DbErr> {
    post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::Id.gt(after))
        .filter(post::Column::Id.lte(last))
        .filter(Expr::cust("root_id = id"))
        .filter(Expr::cust(ANSWERED))
        .into_tuple()
        .all(db)
        .await
}

/// A post of a conversation, as far as counting needs it.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    pub id: i64,
    pub parent: Option<i64>,
    /// It counts: everybody may see it, and it is not deleted.
    pub counts: bool,
    pub reply_count: i64,
}

/// Every post of a conversation, deleted ones too.
pub async fn nodes(db: &impl ConnectionTrait, root_id: i64) -> Result<Vec<Node>, DbErr> {
    type Row = (i64, Option<i64>, String, Option<i64>, i64);
    let rows: Vec<Row> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .column(post::Column::InReplyToId)
        .column(post::Column::Visibility)
        .column(post::Column::DeletedAt)
        .column(post::Column::ReplyCount)
        .filter(post::Column::RootId.eq(root_id))
        .into_tuple()
        .all(db)
        .await?;
    let node = |(id, parent, seen, deleted, reply_count): Row| {
        let open = matches!(seen.as_str(), "public" | "quiet");
        Node { id, parent, counts: open && deleted.is_none(), reply_count }
    };
    Ok(rows.into_iter().map(node).collect())
}

/// Sets how many answers a post has.
pub async fn set_replies(db: &impl ConnectionTrait, id: i64, count: i64) -> Result<(), DbErr> {
    post::Entity::update_many()
        .col_expr(post::Column::ReplyCount, Expr::value(count))
        .filter(post::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}
