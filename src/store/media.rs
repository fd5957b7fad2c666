//! Photos and their served sizes.

use crate::entity::{photo, rendition};
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

pub async fn insert(db: &impl ConnectionTrait, row: photo::Model, sizes: Vec<rendition::Model>) -> Result<(), DbErr> {
    photo::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    insert_sizes(db, sizes).await
}

pub async fn insert_sizes(db: &impl ConnectionTrait, sizes: Vec<rendition::Model>) -> Result<(), DbErr> {
    if sizes.is_empty() {
        return Ok(());
    }
    rendition::Entity::insert_many(sizes.into_iter().map(IntoActiveModel::into_active_model))
        .exec_without_returning(db)
        .await
        .map(drop)
}

pub async fn save(db: &impl ConnectionTrait, row: photo::Model) -> Result<(), DbErr> {
    photo::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<photo::Model>, DbErr> {
    photo::Entity::find_by_id(id).one(db).await
}

/// Photos of posts, in order.
pub async fn of_posts(db: &impl ConnectionTrait, posts: &[i64]) -> Result<Vec<photo::Model>, DbErr> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    photo::Entity::find()
        .filter(photo::Column::PostId.is_in(posts.iter().copied()))
        .order_by_asc(photo::Column::Position)
        .order_by_asc(photo::Column::Id)
        .all(db)
        .await
}

/// Photos of a draft, in order.
pub async fn of_draft(db: &impl ConnectionTrait, draft_id: i64) -> Result<Vec<photo::Model>, DbErr> {
    photo::Entity::find()
        .filter(photo::Column::DraftId.eq(draft_id))
        .order_by_asc(photo::Column::Position)
        .order_by_asc(photo::Column::Id)
        .all(db)
        .await
}

/// Photos of drafts, in order.
pub async fn of_drafts(db: &impl ConnectionTrait, drafts: &[i64]) -> Result<Vec<photo::Model>, DbErr> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    photo::Entity::find()
        .filter(photo::Column::DraftId.is_in(drafts.iter().copied()))
        .order_by_asc(photo::Column::Position)
        .order_by_asc(photo::Column::Id)
        .all(db)
        .await
}

/// A file of a photo, as far as it takes to show it.
#[derive(Debug, Clone, DerivePartialModel)]
#[sea_orm(entity = "rendition::Entity")]
pub struct Served {
    pub photo_id: Option<i64>,
    pub key: String,
    pub role: String,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
}

/// What is served of these photos, largest first.
pub async fn served(db: &impl ConnectionTrait, photos: &[i64]) -> Result<Vec<Served>, DbErr> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    rendition::Entity::find()
        .filter(rendition::Column::PhotoId.is_in(photos.iter().copied()))
        .order_by_desc(rendition::Column::Width)
        .into_partial_model()
        .all(db)
        .await
}

pub async fn sizes_of(db: &impl ConnectionTrait, photos: &[i64]) -> Result<Vec<rendition::Model>, DbErr> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    rendition::Entity::find()
        .filter(rendition::Column::PhotoId.is_in(photos.iter().copied()))
        .order_by_desc(rendition::Column::Width)
        .all(db)
        .await
}

/// Sets place, alt text and focal point (thousandths) of a photo in its draft or post.
pub async fn arrange(
    db: &impl ConnectionTrait,
    id: i64,
    position: i64,
    alt: &str,
    focus: (i64, i64),
) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::Position, Expr::value(position))
        .col_expr(photo::Column::Alt, Expr::value(alt))
        .col_expr(photo::Column::FocusX, Expr::value(focus.0))
        .col_expr(photo::Column::FocusY, Expr::value(focus.1))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Sets what another server says about a photo of its own.
pub async fn describe(db: &impl ConnectionTrait, id: i64, said: photo::Model) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::Metadata, Expr::value(said.metadata))
        .col_expr(photo::Column::Shows, Expr::value(said.shows))
        .col_expr(photo::Column::Place, Expr::value(said.place))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Moves the photos of a draft into a post, those that are durable.
pub async fn publish(db: &impl ConnectionTrait, draft_id: i64, post_id: i64) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::PostId, Expr::value(Some(post_id)))
        .col_expr(photo::Column::DraftId, Expr::value(Option::<i64>::None))
        .filter(photo::Column::DraftId.eq(draft_id))
        .filter(photo::Column::State.eq("ready"))
        .exec(db)
        .await
        .map(drop)
}

/// Forgets a photo; returns the keys of everything stored for it.
pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<Vec<String>, DbErr> {
    let Some(row) = by_id(db, id).await? else { return Ok(Vec::new()) };
    let sizes = sizes_of(db, &[id]).await?;
    rendition::Entity::delete_many().filter(rendition::Column::PhotoId.eq(id)).exec(db).await?;
    photo::Entity::delete_by_id(id).exec(db).await?;
    Ok(row.original_key.into_iter().chain(sizes.into_iter().map(|s| s.key)).collect())
}

pub async fn set_state(db: &impl ConnectionTrait, id: i64, state: &str) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::State, Expr::value(state))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Photos that were developed, or whose bytes were on their way, since before `before`: their process died.
pub async fn unfinished(db: &impl ConnectionTrait, before: i64, limit: u64) -> Result<Vec<photo::Model>, DbErr> {
    photo::Entity::find()
        .filter(Expr::cust("state IN ('storing', 'developing')"))
        .filter(photo::Column::CreatedAt.lt(before))
        .limit(limit)
        .all(db)
        .await
}

/// Forgets the sizes of a photo that is fetched anew; returns their keys.
pub async fn drop_sizes(db: &impl ConnectionTrait, photo_id: i64) -> Result<Vec<String>, DbErr> {
    let sizes = sizes_of(db, &[photo_id]).await?;
    rendition::Entity::delete_many().filter(rendition::Column::PhotoId.eq(photo_id)).exec(db).await?;
    Ok(sizes.into_iter().map(|s| s.key).collect())
}

/// Forgets an avatar or header by its key.
pub async fn remove_picture(db: &impl ConnectionTrait, key: &str) -> Result<(), DbErr> {
    rendition::Entity::delete_by_id(key).exec(db).await.map(drop)
}

/// Writes everything known of a served file anew.
pub async fn save_size(db: &impl ConnectionTrait, row: rendition::Model) -> Result<(), DbErr> {
    rendition::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

/// Gives a served file another name; whether it was there.
pub async fn rename_size(db: &impl ConnectionTrait, key: &str, to: &str) -> Result<bool, DbErr> {
    let renamed = rendition::Entity::update_many()
        .col_expr(rendition::Column::Key, Expr::value(to))
        .filter(rendition::Column::Key.eq(key))
        .exec(db)
        .await?;
    Ok(renamed.rows_affected > 0)
}

/// Whether a served file of that name is known.
pub async fn names(db: &impl ConnectionTrait, key: &str) -> Result<bool, DbErr> {
    Ok(rendition::Entity::find_by_id(key).count(db).await? > 0)
}

/// Photos in posts, by id, with their posts.
pub async fn posted_after(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<(i64, i64)>, DbErr> {
    photo::Entity::find()
        .select_only()
        .columns([photo::Column::Id, photo::Column::PostId])
        .filter(photo::Column::Id.gt(after))
        .filter(photo::Column::PostId.is_not_null())
        .order_by_asc(photo::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Gives a served file another role.
pub async fn set_role(db: &impl ConnectionTrait, key: &str, role: &str) -> Result<(), DbErr> {
    rendition::Entity::update_many()
        .col_expr(rendition::Column::Role, Expr::value(role))
        .filter(rendition::Column::Key.eq(key))
        .exec(db)
        .await
        .map(drop)
}

/// Photos with an original, but those whose sizes were made by this recipe, by id.
pub async fn originals_but(
    db: &impl ConnectionTrait,
    recipe: Option<i64>,
    after: i64,
    limit: u64,
) -> Result<Vec<photo::Model>, DbErr> {
    but(recipe).filter(photo::Column::Id.gt(after)).order_by_asc(photo::Column::Id).limit(limit).all(db).await
}

pub async fn count_originals(db: &impl ConnectionTrait, but_recipe: Option<i64>) -> Result<u64, DbErr> {
    but(but_recipe).count(db).await
}

fn but(recipe: Option<i64>) -> Select<photo::Entity> {
    let all =
        photo::Entity::find().filter(photo::Column::OriginalKey.is_not_null()).filter(photo::Column::State.eq("ready"));
    match recipe {
        Some(recipe) => all.filter(photo::Column::Pipeline.ne(recipe)),
        None => all,
    }
}

/// This person's photos with an original, by id.
pub async fn originals_of(
    db: &impl ConnectionTrait,
    account_id: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<photo::Model>, DbErr> {
    photo::Entity::find()
        .filter(photo::Column::AccountId.eq(account_id))
        .filter(photo::Column::OriginalKey.is_not_null())
        .filter(photo::Column::State.eq("ready"))
        .filter(photo::Column::Id.gt(after))
        .order_by_asc(photo::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Which camera data of a photo is shown, and whether its original is offered.
pub async fn set_shown(db: &impl ConnectionTrait, id: i64, shows: &str, offered: bool) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::Shows, Expr::value(shows))
        .col_expr(photo::Column::Offered, Expr::value(i32::from(offered)))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn by_ids(db: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<photo::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    photo::Entity::find().filter(photo::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// Puts a loose photo into a post, or into what will become one, at this place.
pub async fn attach(
    db: &impl ConnectionTrait,
    id: i64,
    post_id: Option<i64>,
    draft_id: Option<i64>,
    position: i64,
) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::PostId, Expr::value(post_id))
        .col_expr(photo::Column::DraftId, Expr::value(draft_id))
        .col_expr(photo::Column::Position, Expr::value(position))
        .col_expr(photo::Column::LooseSince, Expr::value(0))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Takes a photo out of what it is in; it can be put into something else.
pub async fn loosen(db: &impl ConnectionTrait, id: i64, now: i64) -> Result<(), DbErr> {
    photo::Entity::update_many()
        .col_expr(photo::Column::PostId, Expr::value(Option::<i64>::None))
        .col_expr(photo::Column::DraftId, Expr::value(Option::<i64>::None))
        .col_expr(photo::Column::LooseSince, Expr::value(now))
        .filter(photo::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Photos that have been in nothing since before `before`.
pub async fn loose(db: &impl ConnectionTrait, before: i64, limit: u64) -> Result<Vec<photo::Model>, DbErr> {
    photo::Entity::find()
        // In the words of its index.
        .filter(Expr::cust("loose_since > 0"))
        .filter(photo::Column::LooseSince.lt(before))
        .limit(limit)
        .all(db)
        .await
}

/// Somebody's photos that are in nothing.
pub async fn loose_of(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<photo::Model>, DbErr> {
    photo::Entity::find()
        .filter(photo::Column::AccountId.eq(account_id))
        .filter(photo::Column::LooseSince.gt(0))
        .all(db)
        .await
}
