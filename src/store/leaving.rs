//! What is kept of a person, and how it is forgotten.

use crate::entity::{
    account, activity, actor_key, block, boost, draft, home_entry, job, login, mention, notification, one_time_link,
    post, post_like, profile_link, session,
};
use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, QueryOrder, QuerySelect};

/// Likes or boosts taken back in one transaction.
const REACTIONS: u64 = 500;

/// She cannot sign in any more, on no device; address, password and choices go.
pub async fn forget_login(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(db).await?;
    super::tokens::forget(db, id).await?;
    super::read_markers::forget(db, id).await?;
    super::filters::forget(db, id).await?;
    super::trends::forget(db, id).await?;
    one_time_link::Entity::delete_many().filter(one_time_link::Column::AccountId.eq(id)).exec(db).await?;
    login::Entity::delete_by_id(id).exec(db).await.map(drop)
}

/// Takes back some of her likes and boosts, with the counts they are in; false when none were left.
pub async fn forget_reactions(db: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    let likes = post_like::Entity::find().filter(post_like::Column::AccountId.eq(id)).limit(REACTIONS).all(db).await?;
    for like in &likes {
        super::posts::count(db, like.post_id, post::Column::LikeCount, -1).await?;
        post_like::Entity::delete_by_id(like.id).exec(db).await?;
    }
    let boosts = boost::Entity::find().filter(boost::Column::AccountId.eq(id)).limit(REACTIONS).all(db).await?;
    for boost in &boosts {
        super::posts::count(db, boost.post_id, post::Column::BoostCount, -1).await?;
        super::feeds::drop_boost(db, boost.post_id, id).await?;
        boost::Entity::delete_by_id(boost.id).exec(db).await?;
    }
    Ok(!likes.is_empty() || !boosts.is_empty())
}

/// Everything else that is known of her; keys of stored bytes that nothing names any more. What she said
/// stays no longer than until it is not waited for: only her farewell is kept until everybody has it.
pub async fn forget(db: &impl ConnectionTrait, id: i64) -> Result<Vec<String>, DbErr> {
    let mut keys = Vec::new();
    for draft in draft::Entity::find().filter(draft::Column::AccountId.eq(id)).all(db).await? {
        for photo in super::media::of_draft(db, draft.id).await? {
            keys.extend(super::media::remove(db, photo.id).await?);
        }
        super::drafts::remove(db, draft.id).await?;
    }
    for waiting in super::scheduled::of_account(db, id).await? {
        for photo in super::media::of_draft(db, waiting.id).await? {
            keys.extend(super::media::remove(db, photo.id).await?);
        }
        super::scheduled::remove(db, waiting.id).await?;
    }
    for photo in super::media::loose_of(db, id).await? {
        keys.extend(super::media::remove(db, photo.id).await?);
    }
    super::scheduled::forget_keys(db, id).await?;
    super::bookmarks::forget(db, id).await?;
    super::polls::forget(db, id).await?;
    super::relations::remove_all(db, id).await?;
    let either = |a: sea_orm::sea_query::SimpleExpr, b: sea_orm::sea_query::SimpleExpr| Condition::any().add(a).add(b);
    block::Entity::delete_many()
        .filter(either(block::Column::AccountId.eq(id), block::Column::TargetId.eq(id)))
        .exec(db)
        .await?;
    notification::Entity::delete_many()
        .filter(either(notification::Column::AccountId.eq(id), notification::Column::ActorId.eq(id)))
        .exec(db)
        .await?;
    super::requests::forget_all(db, id).await?;
    super::announcements::forget(db, id).await?;
    home_entry::Entity::delete_many().filter(home_entry::Column::OwnerId.eq(id)).exec(db).await?;
    mention::Entity::delete_many().filter(mention::Column::AccountId.eq(id)).exec(db).await?;
    super::mutes::forget(db, id).await?;
    super::hidden_servers::forget(db, id).await?;
    super::person_notes::forget(db, id).await?;
    super::endorsements::forget(db, id).await?;
    super::lists::forget(db, id).await?;
    super::tag_follows::forget(db, id).await?;
    profile_link::Entity::delete_many().filter(profile_link::Column::AccountId.eq(id)).exec(db).await?;
    activity::Entity::delete_many()
        .filter(activity::Column::AccountId.eq(id))
        .filter(activity::Column::Kind.ne("Delete"))
        .exec(db)
        .await?;
    Ok(keys)
}

/// Deleted accounts of this server whose key is still there.
pub async fn with_keys(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::PrivateKey.is_not_null())
        .filter(account::Column::DeletedAt.is_not_null())
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Whether the job that clears an account away waits or runs.
pub async fn leaving(db: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    let found = job::Entity::find()
        .filter(job::Column::Kind.eq("leave"))
        .filter(job::Column::Payload.contains(format!("\"account\":{id},")))
        .limit(1)
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// The key goes, and the farewell that it signed.
pub async fn forget_key(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    activity::Entity::delete_many().filter(activity::Column::AccountId.eq(id)).exec(db).await?;
    actor_key::Entity::delete_many().filter(actor_key::Column::AccountId.eq(id)).exec(db).await?;
    account::Entity::update_many()
        .col_expr(account::Column::PrivateKey, Expr::value(None::<Vec<u8>>))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// Servers that somebody is known of, in order, after this one.
pub async fn domains(db: &impl ConnectionTrait, after: &str, limit: u64) -> Result<Vec<String>, DbErr> {
    account::Entity::find()
        .select_only()
        .column(account::Column::Domain)
        .filter(account::Column::Domain.gt(after))
        .distinct()
        .order_by_asc(account::Column::Domain)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Accounts of a server, by id.
pub async fn of_domain(
    db: &impl ConnectionTrait,
    domain: &str,
    after: i64,
    limit: u64,
) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::Domain.eq(domain))
        .filter(account::Column::Id.gt(after))
        .order_by_asc(account::Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// Suspends an account, or takes that back; its sessions end, and its apps are let out.
pub async fn suspend(db: &impl ConnectionTrait, id: i64, on: bool) -> Result<(), DbErr> {
    account::Entity::update_many()
        .col_expr(account::Column::Suspended, Expr::value(i32::from(on)))
        .filter(account::Column::Id.eq(id))
        .exec(db)
        .await?;
    if on {
        session::Entity::delete_many().filter(session::Column::AccountId.eq(id)).exec(db).await?;
        super::tokens::forget(db, id).await?;
    }
    Ok(())
}
