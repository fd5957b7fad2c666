//! Who is kept out: people by people, servers by the administrator.

use super::Cursor;
use super::accounts::Lives;
use crate::clock::Millis;
use crate::entity::{account, block, domain_block};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, IntoActiveModel, QueryOrder};
use std::collections::{BTreeSet, HashSet};

/// A host and its parents: `a.b.example` gives itself, `b.example`, `example`.
pub fn with_parents(host: &str) -> Vec<String> {
    let host = host.trim_end_matches('.').to_lowercase();
    let starts = std::iter::once(0).chain(host.match_indices('.').map(|(i, _)| i + 1));
    starts.filter_map(|i| host.get(i..)).map(str::to_owned).collect()
}

/// Whether a host, or a domain it belongs to, is kept out.
pub async fn domain_blocked(db: &impl ConnectionTrait, host: &str) -> Result<bool, DbErr> {
    if host.is_empty() {
        return Ok(false);
    }
    let found =
        domain_block::Entity::find().filter(domain_block::Column::Domain.is_in(with_parents(host))).one(db).await?;
    Ok(found.is_some())
}

/// The hosts an account is of: the domain in its handle, and its own.
fn hosts_of(row: &impl Lives) -> [&str; 2] {
    let host = row.uri().and_then(|uri| uri.strip_prefix("https://")).and_then(|rest| rest.split('/').next());
    [row.domain(), host.unwrap_or_default()]
}

/// Whether an account is of a server that is kept out.
pub async fn kept_out(db: &impl ConnectionTrait, row: &account::Model) -> Result<bool, DbErr> {
    Ok(!kept_out_of(db, [row]).await?.is_empty())
}

/// Which of these accounts are of servers that are kept out.
pub async fn kept_out_of<'a, L: Lives + 'a>(
    db: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = &'a L>,
) -> Result<HashSet<i64>, DbErr> {
    let rows: Vec<&L> = rows.into_iter().filter(|row| !row.domain().is_empty()).collect();
    let hosts: BTreeSet<&str> = rows.iter().flat_map(|row| hosts_of(*row)).filter(|host| !host.is_empty()).collect();
    let asked: BTreeSet<String> = hosts.into_iter().flat_map(with_parents).collect();
    let asked: Vec<String> = asked.into_iter().collect();
    let mut blocked = HashSet::new();
    for some in asked.chunks(1_000) {
        let found = domain_block::Entity::find().filter(domain_block::Column::Domain.is_in(some)).all(db).await?;
        blocked.extend(found.into_iter().map(|row| row.domain));
    }
    let is_out = |host: &str| !host.is_empty() && with_parents(host).iter().any(|part| blocked.contains(part));
    Ok(rows.into_iter().filter(|row| hosts_of(*row).into_iter().any(is_out)).map(|row| row.id()).collect())
}

pub async fn block_domain(db: &impl ConnectionTrait, domain: &str, note: &str, now: Millis) -> Result<(), DbErr> {
    let row = domain_block::Model { domain: domain.to_owned(), note: note.to_owned(), created_at: now };
    let again = OnConflict::column(domain_block::Column::Domain).update_column(domain_block::Column::Note).to_owned();
    domain_block::Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await.map(drop)
}

pub async fn unblock_domain(db: &impl ConnectionTrait, domain: &str) -> Result<bool, DbErr> {
    Ok(domain_block::Entity::delete_by_id(domain).exec(db).await?.rows_affected > 0)
}

pub async fn blocked_domains(db: &impl ConnectionTrait) -> Result<Vec<domain_block::Model>, DbErr> {
    domain_block::Entity::find().order_by_asc(domain_block::Column::Domain).all(db).await
}

pub async fn block(db: &impl ConnectionTrait, row: block::Model) -> Result<bool, DbErr> {
    let made = block::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([block::Column::AccountId, block::Column::TargetId]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

pub async fn block_by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<block::Model>, DbErr> {
    block::Entity::find_by_id(id).one(db).await
}

/// The block that was taken back, if there was one.
pub async fn unblock(
    db: &impl ConnectionTrait,
    account_id: i64,
    target_id: i64,
) -> Result<Option<block::Model>, DbErr> {
    let row = block::Entity::find()
        .filter(block::Column::AccountId.eq(account_id))
        .filter(block::Column::TargetId.eq(target_id))
        .one(db)
        .await?;
    if let Some(row) = &row {
        block::Entity::delete_by_id(row.id).exec(db).await?;
    }
    Ok(row)
}

/// Blocks between one person and others, in either direction.
pub async fn between(db: &impl ConnectionTrait, who: i64, others: &[i64]) -> Result<Vec<block::Model>, DbErr> {
    // A popular post has more people around it than one statement takes values.
    let mut found = Vec::new();
    for some in others.chunks(1_000) {
        found.extend(between_some(db, who, some).await?);
    }
    Ok(found)
}

async fn between_some(db: &impl ConnectionTrait, who: i64, others: &[i64]) -> Result<Vec<block::Model>, DbErr> {
    let out = Condition::all()
        .add(block::Column::AccountId.eq(who))
        .add(block::Column::TargetId.is_in(others.iter().copied()));
    let into = Condition::all()
        .add(block::Column::TargetId.eq(who))
        .add(block::Column::AccountId.is_in(others.iter().copied()));
    block::Entity::find().filter(Condition::any().add(out).add(into)).all(db).await
}

/// Blocks of one person, newest first.
pub async fn blocked_by(
    db: &impl ConnectionTrait,
    account_id: i64,
    cursor: Cursor,
) -> Result<Vec<block::Model>, DbErr> {
    let query = block::Entity::find().filter(block::Column::AccountId.eq(account_id));
    cursor.read(db, query, block::Column::Id).await
}

/// Inboxes of people elsewhere whom a person blocks or who block her: their servers', where there are such.
pub async fn shut_inboxes(db: &impl ConnectionTrait, account_id: i64) -> Result<BTreeSet<String>, DbErr> {
    let rows = block::Entity::find()
        .filter(
            Condition::any().add(block::Column::AccountId.eq(account_id)).add(block::Column::TargetId.eq(account_id)),
        )
        .all(db)
        .await?;
    let people = rows.iter().flat_map(|b| [b.account_id, b.target_id]).filter(|id| *id != account_id);
    let people = super::accounts::by_ids(db, people).await?;
    let elsewhere = people.into_values().filter(|person| !person.domain.is_empty());
    Ok(elsewhere.filter_map(|person| person.shared_inbox.or(person.inbox)).collect())
}
