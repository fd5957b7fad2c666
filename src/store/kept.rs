//! What is stored of other servers' pictures, and what of it was not looked at for longest.

use crate::clock::Millis;
use crate::entity::{account, follow, photo, rendition};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{JoinType, QueryOrder, QuerySelect, QueryTrait, RelationDef};
use std::collections::HashMap;

/// Rows given their place in one transaction.
const CHUNK: u64 = 1_000;
/// So that sums are whole numbers on both databases.
const SUM: &str = "CAST(COALESCE(SUM(bytes), 0) AS BIGINT)";
const SUM_OF_SIZES: &str = "CAST(COALESCE(SUM(rendition.bytes), 0) AS BIGINT)";
const SUM_OF_ORIGINALS: &str = "CAST(COALESCE(SUM(original_bytes), 0) AS BIGINT)";
/// As the index over them has it.
const HAS_PICTURES: &str = "(avatar_key IS NOT NULL OR header_key IS NOT NULL)";

/// Bytes of everything that is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Originals of people of this server.
    pub originals: i64,
    /// Their sizes, avatars and headers.
    pub ours: i64,
    /// Photos of other servers.
    pub photos: i64,
    /// Avatars and headers of other servers.
    pub pictures: i64,
}

/// Adds it all up.
pub async fn bytes(db: &impl ConnectionTrait) -> Result<Bytes, DbErr> {
    let originals = sum(db, photo::Entity::find().filter(photo::Column::OriginalKey.is_not_null()), SUM_OF_ORIGINALS);
    let originals = originals.await?;
    let all = sum(db, rendition::Entity::find(), SUM).await?;
    let [photos, pictures] = of_others(db).await?;
    Ok(Bytes { originals, ours: all - photos - pictures, photos, pictures })
}

/// Bytes of photos of other servers, and of avatars and headers.
pub async fn of_others(db: &impl ConnectionTrait) -> Result<[i64; 2], DbErr> {
    let photo: RelationDef =
        rendition::Entity::belongs_to(photo::Entity).from(rendition::Column::PhotoId).to(photo::Column::Id).into();
    let photos =
        rendition::Entity::find().join(JoinType::InnerJoin, photo).filter(photo::Column::RemoteUrl.is_not_null());
    let account: RelationDef = rendition::Entity::belongs_to(account::Entity)
        .from(rendition::Column::AccountId)
        .to(account::Column::Id)
        .into();
    let pictures = rendition::Entity::find().join(JoinType::InnerJoin, account).filter(account::Column::Domain.ne(""));
    Ok([sum(db, photos, SUM_OF_SIZES).await?, sum(db, pictures, SUM_OF_SIZES).await?])
}

async fn sum<E: EntityTrait>(db: &impl ConnectionTrait, rows: Select<E>, what: &str) -> Result<i64, DbErr> {
    let total: Option<i64> = rows.select_only().expr(Expr::cust(what.to_owned())).into_tuple().one(db).await?;
    Ok(total.unwrap_or(0))
}

/// How many photos of other servers are in this state.
pub async fn count(db: &impl ConnectionTrait, state: &str) -> Result<u64, DbErr> {
    photo::Entity::find()
        .filter(photo::Column::State.eq(state))
        .filter(photo::Column::RemoteUrl.is_not_null())
        .count(db)
        .await
}

/// A picture, or the two of an account, that may be put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub what: What,
    pub seen_at: Millis,
    pub bytes: i64,
}

/// See [`Candidate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A photo, by id.
    Photo(i64),
    /// Avatar and header of an account, by its id.
    Pictures(i64),
}

/// Photos of other servers in this state, those first that nobody looked at for longest.
pub async fn photos(db: &impl ConnectionTrait, state: &str, limit: u64) -> Result<Vec<Candidate>, DbErr> {
    let rows: Vec<(i64, Millis)> = photo::Entity::find()
        .select_only()
        .columns([photo::Column::Id, photo::Column::SeenAt])
        .filter(photo::Column::State.eq(state))
        .filter(photo::Column::RemoteUrl.is_not_null())
        .order_by_asc(photo::Column::SeenAt)
        .order_by_asc(photo::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let sizes = sizes(db, rendition::Column::PhotoId, &rows).await?;
    Ok(with_bytes(rows, &sizes, What::Photo))
}

/// Accounts of other servers with an avatar or header here, whom nobody here follows, or whom somebody does.
pub async fn pictures(db: &impl ConnectionTrait, followed: bool, limit: u64) -> Result<Vec<Candidate>, DbErr> {
    let rows = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::PicturesSeenAt])
        .filter(account::Column::Domain.ne(""))
        .filter(Expr::cust(HAS_PICTURES));
    let is_followed = Expr::exists(following());
    let rows = rows.filter(if followed { is_followed } else { is_followed.not() });
    let rows: Vec<(i64, Millis)> = rows
        .order_by_asc(account::Column::PicturesSeenAt)
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let sizes = sizes(db, rendition::Column::AccountId, &rows).await?;
    Ok(with_bytes(rows, &sizes, What::Pictures))
}

/// Somebody elsewhere who is followed is followed by somebody here.
fn following() -> SelectStatement {
    let of = Expr::col((follow::Entity, follow::Column::TargetId)).equals((account::Entity, account::Column::Id));
    Query::select().expr(Expr::val(1)).from(follow::Entity).and_where(of).take()
}

async fn sizes(
    db: &impl ConnectionTrait,
    owner: rendition::Column,
    rows: &[(i64, Millis)],
) -> Result<HashMap<i64, i64>, DbErr> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let sums: Vec<(i64, i64)> = rendition::Entity::find()
        .select_only()
        .column(owner)
        .expr(Expr::cust(SUM))
        .filter(owner.is_in(rows.iter().map(|(id, _)| *id)))
        .group_by(owner)
        .into_tuple()
        .all(db)
        .await?;
    Ok(sums.into_iter().collect())
}

fn with_bytes(rows: Vec<(i64, Millis)>, sizes: &HashMap<i64, i64>, what: fn(i64) -> What) -> Vec<Candidate> {
    let one = |(id, seen_at)| Candidate { what: what(id), seen_at, bytes: sizes.get(&id).copied().unwrap_or(0) };
    rows.into_iter().map(one).collect()
}

/// Notes when these photos and the pictures of these accounts were looked at.
pub async fn seen(db: &impl ConnectionTrait, photos: &[i64], people: &[i64], now: Millis) -> Result<(), DbErr> {
    for some in photos.chunks(500) {
        photo::Entity::update_many()
            .col_expr(photo::Column::SeenAt, Expr::value(now))
            .filter(photo::Column::Id.is_in(some.iter().copied()))
            .exec(db)
            .await?;
    }
    for some in people.chunks(500) {
        account::Entity::update_many()
            .col_expr(account::Column::PicturesSeenAt, Expr::value(now))
            .filter(account::Column::Id.is_in(some.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Of these photos those in this state and last asked for before that moment are in the next state from now
/// on; gives them.
pub async fn turn(
    db: &impl ConnectionTrait,
    photos: &[i64],
    (from, to): (&str, &str),
    asked_before: Millis,
) -> Result<Vec<photo::Model>, DbErr> {
    let mut turned = Vec::new();
    for some in photos.chunks(500) {
        let rows = photo::Entity::find()
            .filter(photo::Column::Id.is_in(some.iter().copied()))
            .filter(photo::Column::State.eq(from))
            .filter(photo::Column::AskedAt.lte(asked_before))
            .all(db)
            .await?;
        for row in &rows {
            super::media::set_state(db, row.id, to).await?;
        }
        turned.extend(rows);
    }
    Ok(turned)
}

/// A photo's server had nothing, now.
pub async fn asked(db: &impl ConnectionTrait, id: i64, now: Millis) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::AskedAt, Expr::value(now))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Of these accounts those whose pictures were asked for before that moment; they are asked for now.
pub async fn ask(
    db: &impl ConnectionTrait,
    people: &[i64],
    before: Millis,
    now: Millis,
) -> Result<Vec<account::Model>, DbErr> {
    let mut due = Vec::new();
    for some in people.chunks(500) {
        let rows = account::Entity::find()
            .filter(account::Column::Id.is_in(some.iter().copied()))
            .filter(account::Column::PicturesAskedAt.lte(before))
            .all(db)
            .await?;
        account::Entity::update_many()
            .col_expr(account::Column::PicturesAskedAt, Expr::value(now))
            .filter(account::Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(db)
            .await?;
        due.extend(rows);
    }
    Ok(due)
}

/// What an older version fetched counts as looked at now; false when there was nothing.
pub async fn place(db: &impl ConnectionTrait, state: &str, now: Millis) -> Result<bool, DbErr> {
    let photos = photo::Entity::find()
        .select_only()
        .column(photo::Column::Id)
        .filter(photo::Column::State.eq(state))
        .filter(photo::Column::RemoteUrl.is_not_null())
        .filter(photo::Column::SeenAt.eq(0))
        .limit(CHUNK);
    let placed = photo::Entity::update_many()
        .col_expr(photo::Column::SeenAt, Expr::value(now))
        .filter(photo::Column::Id.in_subquery(photos.into_query()))
        .exec(db)
        .await?;
    let people = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Domain.ne(""))
        .filter(Expr::cust(HAS_PICTURES))
        .filter(account::Column::PicturesSeenAt.eq(0))
        .limit(CHUNK);
    let met = account::Entity::update_many()
        .col_expr(account::Column::PicturesSeenAt, Expr::value(now))
        .filter(account::Column::Id.in_subquery(people.into_query()))
        .exec(db)
        .await?;
    Ok(placed.rows_affected + met.rows_affected > 0)
}

/// An account's pictures are not here any more; gives their keys. They may be asked for at once.
pub async fn forget_pictures(db: &impl ConnectionTrait, id: i64) -> Result<Vec<String>, DbErr> {
    let Some(row) = super::accounts::by_id(db, id).await? else { return Ok(Vec::new()) };
    account::Entity::update_many()
        .col_expr(account::Column::AvatarKey, Expr::value(None::<String>))
        .col_expr(account::Column::HeaderKey, Expr::value(None::<String>))
        .col_expr(account::Column::PicturesAskedAt, Expr::value(0))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await?;
    let keys: Vec<String> = row.avatar_key.into_iter().chain(row.header_key).collect();
    for key in &keys {
        super::media::remove_picture(db, key).await?;
    }
    Ok(keys)
}
