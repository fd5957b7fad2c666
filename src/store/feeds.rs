//! Timelines: the public feed, home, hashtags.

use super::{Cursor, memo, mutes, tags};
use crate::clock::Millis;
use crate::entity::{home_entry, post, post_tag};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{DbBackend, JoinType, QueryOrder, QuerySelect, Statement};

/// The server's public feed, newest first.
pub async fn explore(db: &impl ConnectionTrait, cursor: Cursor) -> Result<Vec<post::Model>, DbErr> {
    let query = post::Entity::find().filter(Expr::cust("listed = 1"));
    cursor.read(db, query, post::Column::Id).await
}

/// What everybody may see, from here and from elsewhere, answers aside; newest first.
pub async fn wall(
    db: &impl ConnectionTrait,
    here: Option<bool>,
    pictures_only: bool,
    cursor: Cursor,
) -> Result<Vec<post::Model>, DbErr> {
    // In the words of its index.
    let open = "visibility = 'public' AND deleted_at IS NULL AND in_reply_to_id IS NULL AND in_reply_to_uri IS NULL";
    let query = of_origin(post::Entity::find().filter(Expr::cust(open)), here, pictures_only);
    cursor.read(db, query, post::Column::Id).await
}

/// Somebody's home, what came last first, without people she mutes at `now`; the cursor runs over
/// `entry_id`. Each with its post.
pub async fn home(
    db: &impl ConnectionTrait,
    owner_id: i64,
    pictures_only: bool,
    now: Millis,
    cursor: Cursor,
) -> Result<Vec<Placed>, DbErr> {
    entries(db, owner_id, owner_id, pictures_only, now, cursor).await
}

/// What stands in a list of hers, in the same way.
pub async fn list(
    db: &impl ConnectionTrait,
    list_id: i64,
    reader: i64,
    now: Millis,
    cursor: Cursor,
) -> Result<Vec<Placed>, DbErr> {
    entries(db, list_id, reader, false, now, cursor).await
}

/// What stands in a home or in a list: how it came there, and the post.
pub type Placed = (home_entry::Model, post::Model);

async fn entries(
    db: &impl ConnectionTrait,
    owner_id: i64,
    reader: i64,
    pictures_only: bool,
    now: Millis,
    cursor: Cursor,
) -> Result<Vec<Placed>, DbErr> {
    let join: sea_orm::RelationDef =
        home_entry::Entity::belongs_to(post::Entity).from(home_entry::Column::PostId).to(post::Column::Id).into();
    let mut query = home_entry::Entity::find()
        .join(JoinType::InnerJoin, join)
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .filter(post::Column::AccountId.not_in_subquery(mutes::targets(reader, now)))
        .filter(home_entry::Column::ViaId.not_in_subquery(mutes::targets(reader, now)));
    if pictures_only {
        query = query.filter(post::Column::PhotoCount.gt(0));
    }
    let ordered = cursor.over(query, home_entry::Column::EntryId).order_by_desc(home_entry::Column::PostId);
    let asked = ordered.select_also(post::Entity).all(db);
    let rows = if pictures_only {
        // A post that gets its first picture comes in.
        asked.await?
    } else {
        let posts = |rows: &Vec<(home_entry::Model, _)>| rows.iter().map(|(entry, _)| entry.post_id).collect();
        memo::only_rows("post", "id", asked, posts).await?
    };
    Ok(cursor.turned(rows.into_iter().filter_map(|(entry, post)| Some((entry, post?))).collect()))
}

/// How a post stands in somebody's home, if it does.
pub async fn entry(db: &impl ConnectionTrait, owner_id: i64, post_id: i64) -> Result<Option<home_entry::Model>, DbErr> {
    home_entry::Entity::find_by_id((owner_id, post_id)).one(db).await
}

/// Which of the posts with a hashtag.
#[derive(Debug, Clone, Default)]
pub struct Tagged {
    /// They carry each of these too, …
    pub all: Vec<i64>,
    /// … and none of these.
    pub none: Vec<i64>,
    /// Of this server, or of others.
    pub here: Option<bool>,
    pub pictures_only: bool,
}

/// Public posts with a hashtag, newest first.
pub async fn tagged(
    db: &impl ConnectionTrait,
    tag_id: i64,
    which: &Tagged,
    cursor: Cursor,
) -> Result<Vec<post::Model>, DbErr> {
    let join: sea_orm::RelationDef =
        post_tag::Entity::belongs_to(post::Entity).from(post_tag::Column::PostId).to(post::Column::Id).into();
    let mut query = of_origin(
        post::Entity::find()
            .join(JoinType::InnerJoin, join.rev())
            .filter(post_tag::Column::TagId.eq(tag_id))
            .filter(post::Column::Visibility.eq("public"))
            .filter(post::Column::DeletedAt.is_null()),
        which.here,
        which.pictures_only,
    );
    for other in &which.all {
        query = query.filter(post::Column::Id.in_subquery(tags::carrying(&[*other])));
    }
    if !which.none.is_empty() {
        query = query.filter(post::Column::Id.not_in_subquery(tags::carrying(&which.none)));
    }
    cursor.read(db, query, post_tag::Column::PostId).await
}

/// Posts of this server, of others, or of all; with pictures only, or not.
fn of_origin(query: Select<post::Entity>, here: Option<bool>, pictures_only: bool) -> Select<post::Entity> {
    let query = match here {
        Some(true) => query.filter(post::Column::Uri.is_null()),
        Some(false) => query.filter(post::Column::Uri.is_not_null()),
        None => query,
    };
    if pictures_only { query.filter(post::Column::PhotoCount.gt(0)) } else { query }
}

/// How a post comes into a home.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub post_id: i64,
    /// Who boosted it there, or 0.
    pub via_id: i64,
    /// What orders it: the boost's id, or the post's.
    pub entry_id: i64,
}

impl Entry {
    /// A post of somebody followed.
    pub fn of_post(post_id: i64) -> Self {
        Self { post_id, via_id: 0, entry_id: post_id }
    }
}

/// Puts a post into homes; one that has it already keeps it as it came.
pub async fn put_home(db: &impl ConnectionTrait, owners: &[i64], entry: Entry) -> Result<(), DbErr> {
    if owners.is_empty() {
        return Ok(());
    }
    let Entry { post_id, via_id, entry_id } = entry;
    // One value for all owners: thousands of values cost more than the rows.
    let owners = serde_json::to_string(owners).map_err(|error| DbErr::Custom(error.to_string()))?;
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT value, ?, ?, ? FROM json_each(?) WHERE true",
        _ => "SELECT CAST(json_array_elements_text(CAST($4 AS json)) AS bigint), $1, $2, $3",
    };
    let sql = format!(
        "INSERT INTO home_entry (owner_id, post_id, via_id, entry_id) {sql} ON CONFLICT (owner_id, post_id) DO NOTHING"
    );
    let values = [post_id.into(), via_id.into(), entry_id.into(), owners.into()];
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await.map(drop)
}

/// How much stands in homes and lists, in the order of their owners: `limit` of them after `after`.
pub async fn sizes(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<(i64, i64)>, DbErr> {
    home_entry::Entity::find()
        .select_only()
        .column(home_entry::Column::OwnerId)
        .column_as(Expr::col(home_entry::Column::PostId).count(), "size")
        .filter(home_entry::Column::OwnerId.gt(after))
        .group_by(home_entry::Column::OwnerId)
        .order_by_asc(home_entry::Column::OwnerId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Leaves the newest `most` in a home or a list.
pub async fn trim(db: &impl ConnectionTrait, owner_id: i64, most: u64) -> Result<(), DbErr> {
    use sea_orm::QueryTrait;
    let oldest_kept = home_entry::Entity::find()
        .select_only()
        .column(home_entry::Column::EntryId)
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .order_by_desc(home_entry::Column::EntryId)
        .limit(1)
        .offset(most.saturating_sub(1))
        .into_query();
    home_entry::Entity::delete_many()
        .filter(home_entry::Column::OwnerId.eq(owner_id))
        .filter(Expr::col(home_entry::Column::EntryId).lt(Expr::SubQuery(None, Box::new(oldest_kept.into()))))
        .exec(db)
        .await
        .map(drop)
}

/// Places what a version before this one put into homes.
pub async fn place(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    home_entry::Entity::update_many()
        .col_expr(home_entry::Column::EntryId, Expr::col(home_entry::Column::PostId))
        .filter(Expr::cust("entry_id = 0"))
        .exec(db)
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

/// Takes out of one home everything that came there only because one person boosted it.
pub async fn drop_boosts_by(db: &impl ConnectionTrait, owner_id: i64, via_id: i64) -> Result<(), DbErr> {
    home_entry::Entity::delete_many()
        .filter(home_entry::Column::OwnerId.eq(owner_id))
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
