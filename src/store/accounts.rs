//! Accounts, of this server and of others, and how people sign in.

use crate::entity::{account, account_count, follow, login};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{Condition, DerivePartialModel, IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;

/// Folds a user name for comparing.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// Somebody who lives somewhere: on this server, whose name is empty, or on another.
pub trait Lives {
    fn id(&self) -> i64;
    fn domain(&self) -> &str;
    /// The actor's id; none for people of this server.
    fn uri(&self) -> Option<&str>;
}

impl Lives for account::Model {
    fn id(&self) -> i64 {
        self.id
    }

    fn domain(&self) -> &str {
        &self.domain
    }

    fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }
}

/// Of a person what decides who may see her posts: much less than all.
#[derive(Debug, Clone, DerivePartialModel)]
#[sea_orm(entity = "account::Entity")]
pub struct Known {
    pub id: i64,
    pub domain: String,
    pub uri: Option<String>,
    pub suspended: i32,
    pub deleted_at: Option<i64>,
}

impl Lives for Known {
    fn id(&self) -> i64 {
        self.id
    }

    fn domain(&self) -> &str {
        &self.domain
    }

    fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }
}

/// These people, as [`Known`], by id.
pub async fn known(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Known>, DbErr> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows = account::Entity::find().filter(account::Column::Id.is_in(some.iter().copied()));
        let rows = rows.into_partial_model::<Known>().all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).one(db).await
}

pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, account::Model>, DbErr> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows = account::Entity::find().filter(account::Column::Id.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|a| (a.id, a)));
    }
    Ok(found)
}

/// `domain` is empty for this server's accounts.
pub async fn by_handle(
    db: &impl ConnectionTrait,
    username: &str,
    domain: &str,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::UsernameKey.eq(fold(username)))
        .filter(account::Column::Domain.eq(domain))
        .one(db)
        .await
}

pub async fn by_uri(db: &impl ConnectionTrait, uri: &str) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find().filter(account::Column::Uri.eq(uri)).one(db).await
}

/// Accounts elsewhere by their ids.
pub async fn by_uris(db: &impl ConnectionTrait, uris: &[String]) -> Result<Vec<account::Model>, DbErr> {
    if uris.is_empty() {
        return Ok(Vec::new());
    }
    account::Entity::find().filter(account::Column::Uri.is_in(uris)).all(db).await
}

pub async fn by_key_id(db: &impl ConnectionTrait, key_id: &str) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find().filter(account::Column::KeyId.eq(key_id)).one(db).await
}

pub async fn insert(db: &impl ConnectionTrait, row: account::Model) -> Result<(), DbErr> {
    account::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// Writes every column of `row`.
pub async fn save(db: &impl ConnectionTrait, row: account::Model) -> Result<(), DbErr> {
    account::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

/// What a remote person's server counts: posts, followers, following. What is not known stays as it is.
pub async fn set_totals(db: &impl ConnectionTrait, id: i64, totals: [Option<i64>; 3]) -> Result<(), DbErr> {
    let columns = [account::Column::RemotePosts, account::Column::RemoteFollowers, account::Column::RemoteFollowing];
    for (column, total) in columns.into_iter().zip(totals) {
        if let Some(total) = total {
            account::Entity::update_many()
                .col_expr(column, Expr::value(Some(total)))
                .filter(account::Column::Id.eq(id))
                .exec(db)
                .await?;
        }
    }
    Ok(())
}

/// How much these people posted, and who follows them, as far as it is known here; nothing where there is nothing.
pub async fn counts(db: &impl ConnectionTrait, people: &[i64]) -> Result<HashMap<i64, account_count::Model>, DbErr> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let some = account_count::Column::AccountId.is_in(people.iter().copied());
    let rows = account_count::Entity::find().filter(some).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row)).collect())
}

/// The same of one person.
pub async fn count_of(db: &impl ConnectionTrait, id: i64) -> Result<account_count::Model, DbErr> {
    Ok(account_count::Entity::find_by_id(id).one(db).await?.unwrap_or_default())
}

/// People of this server: accounts with a login, not deleted.
pub async fn count_local(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    account::Entity::find()
        .filter(account::Column::Domain.eq(""))
        .filter(account::Column::Id.gt(0))
        .filter(account::Column::DeletedAt.is_null())
        .count(db)
        .await
}

/// Other servers of which somebody is known here.
pub async fn count_servers(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let found: Option<i64> = account::Entity::find()
        .select_only()
        .column_as(Expr::cust("COUNT(DISTINCT domain)"), "servers")
        .filter(account::Column::Domain.ne(""))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.unwrap_or(0))
}

/// Local accounts whose name or display name starts with `text`, for search.
pub async fn search(db: &impl ConnectionTrait, text: &str, limit: u64) -> Result<Vec<account::Model>, DbErr> {
    let from = fold(text);
    let to = format!("{from}\u{10ffff}");
    account::Entity::find()
        .filter(account::Column::UsernameKey.gte(from))
        .filter(account::Column::UsernameKey.lt(to))
        .filter(account::Column::Id.gt(0))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::Suspended.eq(0))
        .order_by_asc(account::Column::UsernameKey)
        .limit(limit)
        .all(db)
        .await
}

/// Accounts by the start of their name, and of their domain where one is said; those followed by `by`, where
/// that is said, with a display name that starts so too. Kept apart from [`search`]: these are not of this
/// server alone.
pub async fn prefixed(
    db: &impl ConnectionTrait,
    start: &str,
    domain: Option<&str>,
    by: Option<i64>,
    limit: u64,
) -> Result<Vec<account::Model>, DbErr> {
    let from = fold(start);
    let mut named = Condition::all().add(account::Column::UsernameKey.gte(from.as_str()));
    named = match domain {
        None => named.add(account::Column::UsernameKey.lt(format!("{from}\u{10ffff}"))),
        Some("") => named.add(account::Column::UsernameKey.eq(from.as_str())).add(account::Column::Domain.eq("")),
        Some(domain) => named
            .add(account::Column::UsernameKey.eq(from.as_str()))
            .add(account::Column::Domain.gte(domain))
            .add(account::Column::Domain.lt(format!("{domain}\u{10ffff}"))),
    };
    let mut query = account::Entity::find()
        .filter(account::Column::Id.gt(0))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::Suspended.eq(0));
    if let Some(by) = by {
        let followed = follow::Entity::find()
            .select_only()
            .column(follow::Column::TargetId)
            .filter(follow::Column::FollowerId.eq(by))
            .filter(follow::Column::State.eq(super::relations::ACCEPTED));
        query = query.filter(account::Column::Id.in_subquery(followed.into_query()));
        if domain.is_none() {
            let shown = Expr::expr(Func::lower(Expr::col(account::Column::Name))).like(LikeExpr::new(like(&from)));
            named = Condition::any().add(named).add(shown);
        }
    }
    query.filter(named).order_by_asc(account::Column::UsernameKey).limit(limit).all(db).await
}

/// A pattern for what starts so.
fn like(start: &str) -> String {
    format!("{}%", start.replace(['%', '_', '\\'], ""))
}

pub async fn login_of(db: &impl ConnectionTrait, account_id: i64) -> Result<Option<login::Model>, DbErr> {
    login::Entity::find_by_id(account_id).one(db).await
}

/// Somebody of this server, with her login.
pub async fn with_login(db: &impl ConnectionTrait, id: i64) -> Result<Option<(account::Model, login::Model)>, DbErr> {
    let hers: sea_orm::RelationDef =
        account::Entity::belongs_to(login::Entity).from(account::Column::Id).to(login::Column::AccountId).into();
    let found =
        account::Entity::find_by_id(id).join(JoinType::InnerJoin, hers).select_also(login::Entity).one(db).await?;
    Ok(found.and_then(|(account, login)| Some((account, login?))))
}

pub async fn login_by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<login::Model>, DbErr> {
    login::Entity::find().filter(login::Column::EmailKey.eq(fold(email.trim()))).one(db).await
}

pub async fn insert_login(db: &impl ConnectionTrait, row: login::Model) -> Result<(), DbErr> {
    login::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

/// How a person posts from an app that does not say.
pub async fn set_posting(db: &impl ConnectionTrait, row: &login::Model) -> Result<(), DbErr> {
    login::Entity::update_many()
        .col_expr(login::Column::PostsTo, Expr::value(row.posts_to.as_str()))
        .col_expr(login::Column::PostsSensitive, Expr::value(row.posts_sensitive))
        .col_expr(login::Column::Language, Expr::value(row.language.as_str()))
        .filter(login::Column::AccountId.eq(row.account_id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn set_password(db: &impl ConnectionTrait, account_id: i64, hash: String) -> Result<bool, DbErr> {
    let done = login::Entity::update_many()
        .col_expr(login::Column::PasswordHash, Expr::value(Some(hash)))
        .filter(login::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn set_notifications_seen(db: &impl ConnectionTrait, account_id: i64, newest: i64) -> Result<(), DbErr> {
    login::Entity::update_many()
        .col_expr(login::Column::NotificationsSeen, Expr::value(newest))
        .filter(login::Column::AccountId.eq(account_id))
        .filter(login::Column::NotificationsSeen.lt(newest))
        .exec(db)
        .await
        .map(drop)
}

/// Whether home shows posts with pictures only.
pub async fn set_home_pictures(db: &impl ConnectionTrait, account_id: i64, on: bool) -> Result<(), DbErr> {
    login::Entity::update_many()
        .col_expr(login::Column::HomePictures, Expr::value(i32::from(on)))
        .filter(login::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

pub async fn owner(db: &impl ConnectionTrait) -> Result<Option<login::Model>, DbErr> {
    login::Entity::find().filter(login::Column::Role.eq("owner")).order_by_asc(login::Column::AccountId).one(db).await
}

/// Makes sure that a row exists; an existing one stays as it is. True when it was made.
pub async fn insert_if_new(db: &impl ConnectionTrait, row: account::Model) -> Result<bool, DbErr> {
    let made = account::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// What new photos of a person show of themselves, and what is written into their files.
pub async fn set_photo_choices(
    db: &impl ConnectionTrait,
    account_id: i64,
    shows: &str,
    artist: &str,
    copyright: &str,
) -> Result<(), DbErr> {
    login::Entity::update_many()
        .col_expr(login::Column::Shows, Expr::value(shows))
        .col_expr(login::Column::CreditArtist, Expr::value(artist))
        .col_expr(login::Column::CreditCopyright, Expr::value(copyright))
        .filter(login::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// Language of what a person writes.
pub async fn set_language(db: &impl ConnectionTrait, account_id: i64, language: &str) -> Result<(), DbErr> {
    login::Entity::update_many()
        .col_expr(login::Column::Language, Expr::value(language))
        .filter(login::Column::AccountId.eq(account_id))
        .exec(db)
        .await
        .map(drop)
}

/// Accounts with a sealed signing key, by id.
pub async fn with_keys(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::PrivateKey.is_not_null())
        .filter(account::Column::Id.gt(after))
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Keeps the same signing key under another seal.
pub async fn set_sealed_key(db: &impl ConnectionTrait, id: i64, sealed: Vec<u8>) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::PrivateKey, Expr::value(Some(sealed)))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// People elsewhere who follow somebody here and are reached through this inbox.
pub async fn followers_behind(
    db: &impl ConnectionTrait,
    inbox: &str,
    limit: u64,
) -> Result<Vec<account::Model>, DbErr> {
    let following = follow::Entity::find().select_only().column(follow::Column::FollowerId);
    account::Entity::find()
        .filter(Condition::any().add(account::Column::SharedInbox.eq(inbox)).add(account::Column::Inbox.eq(inbox)))
        .filter(account::Column::Domain.ne(""))
        .filter(account::Column::Id.in_subquery(following.into_query()))
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Where an account has moved, and when.
pub async fn set_moved(
    db: &impl ConnectionTrait,
    id: i64,
    to: Option<&str>,
    at: Option<crate::clock::Millis>,
) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::MovedTo, Expr::value(to.map(str::to_owned)))
        .col_expr(account::Column::MovedAt, Expr::value(at))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Hashtags at the head of a profile, as a JSON list.
pub async fn set_featured_tags(db: &impl ConnectionTrait, id: i64, tags: String) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::FeaturedTags, Expr::value(tags))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}
