//! Inboxes that things were sent to, who has what of ours, and hosts that are out of order.

use crate::clock::Millis;
use crate::entity::{account, host, inbox, receipt};
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;

/// Rows written or named in one statement.
const ROWS: usize = 500;

/// The rows of these inboxes (address and host), made where there are none; `id` gives new ids.
pub async fn known(
    db: &impl ConnectionTrait,
    addresses: &[(String, String)],
    mut id: impl FnMut() -> i64,
) -> Result<Vec<inbox::Model>, DbErr> {
    let mut found = Vec::with_capacity(addresses.len());
    for some in addresses.chunks(ROWS) {
        let urls = || some.iter().map(|(url, _)| url.as_str());
        let mut rows = inbox::Entity::find().filter(inbox::Column::Url.is_in(urls())).all(db).await?;
        if rows.len() < some.len() {
            let new = |(url, host): &(String, String)| inbox::Model {
                id: id(),
                url: url.clone(),
                host: host.clone(),
                missing_since: None,
                stopped_at: None,
            };
            inbox::Entity::insert_many(some.iter().map(new).map(IntoActiveModel::into_active_model))
                .on_conflict(OnConflict::column(inbox::Column::Url).do_nothing().to_owned())
                .exec_without_returning(db)
                .await?;
            rows = inbox::Entity::find().filter(inbox::Column::Url.is_in(urls())).all(db).await?;
        }
        found.extend(rows);
    }
    Ok(found)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<inbox::Model>, DbErr> {
    inbox::Entity::find_by_id(id).one(db).await
}

/// Writes down since when an inbox answers 404, and since when nothing is sent there.
pub async fn set(
    db: &impl ConnectionTrait,
    id: i64,
    missing_since: Option<Millis>,
    stopped_at: Option<Millis>,
) -> Result<(), DbErr> {
    inbox::Entity::update_many()
        .col_expr(inbox::Column::MissingSince, Expr::value(missing_since))
        .col_expr(inbox::Column::StoppedAt, Expr::value(stopped_at))
        .filter(inbox::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

/// A host was heard of: what was sent to it in vain may be sent again. True if there was such an inbox.
pub async fn resume(db: &impl ConnectionTrait, host: &str) -> Result<bool, DbErr> {
    let done = inbox::Entity::update_many()
        .col_expr(inbox::Column::MissingSince, Expr::value(None::<Millis>))
        .col_expr(inbox::Column::StoppedAt, Expr::value(None::<Millis>))
        .filter(inbox::Column::Host.eq(host))
        .filter(inbox::Column::StoppedAt.is_not_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether anything of a host is marked as out of order.
pub async fn troubled(db: &impl ConnectionTrait, host: &str) -> Result<bool, DbErr> {
    let failing = host::Entity::find_by_id(host).one(db).await?;
    let stopped = inbox::Entity::find()
        .filter(inbox::Column::Host.eq(host))
        .filter(inbox::Column::StoppedAt.is_not_null())
        .limit(1)
        .one(db)
        .await?;
    Ok(failing.is_some() || stopped.is_some())
}

/// Remembers that these inboxes have an object of ours.
pub async fn remember(db: &impl ConnectionTrait, object_id: i64, inboxes: &[i64]) -> Result<(), DbErr> {
    for some in inboxes.chunks(ROWS) {
        let row = |inbox_id: &i64| receipt::Model { object_id, inbox_id: *inbox_id }.into_active_model();
        receipt::Entity::insert_many(some.iter().map(row))
            .on_conflict(
                OnConflict::columns([receipt::Column::ObjectId, receipt::Column::InboxId]).do_nothing().to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Whether an inbox is known to have an object of ours.
pub async fn has(db: &impl ConnectionTrait, object_id: i64, url: &str) -> Result<bool, DbErr> {
    let ids = inbox::Entity::find().select_only().column(inbox::Column::Id).filter(inbox::Column::Url.eq(url));
    let found = receipt::Entity::find()
        .filter(receipt::Column::ObjectId.eq(object_id))
        .filter(receipt::Column::InboxId.in_subquery(ids.into_query()));
    Ok(found.one(db).await?.is_some())
}

/// Addresses of every inbox that was ever sent an object.
pub async fn with(db: &impl ConnectionTrait, object_id: i64) -> Result<Vec<String>, DbErr> {
    let ids = receipt::Entity::find()
        .select_only()
        .column(receipt::Column::InboxId)
        .filter(receipt::Column::ObjectId.eq(object_id));
    addresses(inbox::Entity::find().filter(inbox::Column::Id.in_subquery(ids.into_query()))).all(db).await
}

/// Addresses of every inbox that anything was ever sent to.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    addresses(inbox::Entity::find()).all(db).await
}

fn addresses(query: Select<inbox::Entity>) -> sea_orm::Selector<sea_orm::SelectGetableTuple<String>> {
    query.select_only().column(inbox::Column::Url).into_tuple()
}

/// The inboxes of everybody elsewhere who is known here: their servers' and their own.
pub async fn of_everybody(db: &impl ConnectionTrait) -> Result<Vec<(Option<String>, Option<String>)>, DbErr> {
    let reached =
        Condition::any().add(account::Column::SharedInbox.is_not_null()).add(account::Column::Inbox.is_not_null());
    account::Entity::find()
        .select_only()
        .column(account::Column::SharedInbox)
        .column(account::Column::Inbox)
        .filter(account::Column::Domain.ne(""))
        .filter(account::Column::DeletedAt.is_null())
        .filter(reached)
        .into_tuple()
        .all(db)
        .await
}

/// Hosts among these that are out of order.
pub async fn failing(
    db: &impl ConnectionTrait,
    hosts: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, host::Model>, DbErr> {
    let hosts: Vec<&str> = hosts.into_iter().collect();
    let mut found = HashMap::new();
    for some in hosts.chunks(ROWS) {
        let rows = host::Entity::find().filter(host::Column::Host.is_in(some.iter().copied())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.host.clone(), row)));
    }
    Ok(found)
}

/// All hosts that are out of order, longest first.
pub async fn all_failing(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<host::Model>, DbErr> {
    host::Entity::find().order_by_asc(host::Column::FailingSince).limit(limit).all(db).await
}

/// Writes down how a host stands.
pub async fn set_failing(db: &impl ConnectionTrait, row: host::Model) -> Result<(), DbErr> {
    use host::Column::{FailedAt, FailingSince, Failures, Host, OpenUntil};
    let again = OnConflict::column(Host).update_columns([Failures, FailingSince, FailedAt, OpenUntil]).to_owned();
    host::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

/// The host answers as it should.
pub async fn set_well(db: &impl ConnectionTrait, host: &str) -> Result<(), DbErr> {
    host::Entity::delete_by_id(host).exec(db).await.map(drop)
}
