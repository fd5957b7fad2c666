//! What somebody did with posts: likes, boosts, keeps, does not want to hear of.

use crate::entity::{bookmark, boost, conversation_mute, post_like};
use sea_orm::prelude::*;
use sea_orm::sea_query::{SelectStatement, UnionType};
use sea_orm::{QuerySelect, QueryTrait};
use std::collections::HashSet;

/// Posts of a list by what somebody did with them.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    pub liked: HashSet<i64>,
    pub boosted: HashSet<i64>,
    /// Kept for later.
    pub kept: HashSet<i64>,
    /// First posts of conversations she is not told of.
    pub silent: HashSet<i64>,
}

/// What somebody did with these posts, and with the conversations that begin with `roots`, in one statement.
pub async fn of(db: &impl ConnectionTrait, who: i64, posts: &[i64], roots: &[i64]) -> Result<Marks, DbErr> {
    let mut marks = Marks::default();
    if posts.is_empty() {
        return Ok(marks);
    }
    let mut all = rows::<post_like::Entity>(LIKED, post_like::Column::PostId, post_like::Column::AccountId, who, posts);
    for more in [
        rows::<boost::Entity>(BOOSTED, boost::Column::PostId, boost::Column::AccountId, who, posts),
        rows::<bookmark::Entity>(KEPT, bookmark::Column::PostId, bookmark::Column::AccountId, who, posts),
        rows::<conversation_mute::Entity>(
            SILENT,
            conversation_mute::Column::RootId,
            conversation_mute::Column::AccountId,
            who,
            roots,
        ),
    ] {
        all.union(UnionType::All, more);
    }
    for row in db.query_all(&all).await? {
        let id = row.try_get("", "id")?;
        match row.try_get("", "what")? {
            LIKED => marks.liked.insert(id),
            BOOSTED => marks.boosted.insert(id),
            KEPT => marks.kept.insert(id),
            _ => marks.silent.insert(id),
        };
    }
    Ok(marks)
}

const LIKED: i32 = 0;
const BOOSTED: i32 = 1;
const KEPT: i32 = 2;
const SILENT: i32 = 3;

fn rows<E: EntityTrait>(what: i32, of: E::Column, by: E::Column, who: i64, among: &[i64]) -> SelectStatement {
    E::find()
        .select_only()
        .column_as(Expr::val(what), "what")
        .column_as(of, "id")
        .filter(of.is_in(among.iter().copied()))
        .filter(by.eq(who))
        .into_query()
}
