//! Lists of people. What stands in one are entries of a home that the list owns: see [`super::feeds`].

use super::Cursor;
use crate::entity::{home_entry, list, list_member};
use sea_orm::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashSet;

pub async fn insert(db: &impl ConnectionTrait, row: list::Model) -> Result<(), DbErr> {
    list::Entity::insert(row.into_active_model()).exec_without_returning(db).await.map(drop)
}

pub async fn save(db: &impl ConnectionTrait, row: list::Model) -> Result<(), DbErr> {
    list::Entity::update(row.into_active_model().reset_all()).exec(db).await.map(drop)
}

/// A list, with what stands in it.
pub async fn remove(db: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    home_entry::Entity::delete_many().filter(home_entry::Column::OwnerId.eq(id)).exec(db).await?;
    list_member::Entity::delete_many().filter(list_member::Column::ListId.eq(id)).exec(db).await?;
    list::Entity::delete_by_id(id).exec(db).await.map(drop)
}

pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<list::Model>, DbErr> {
    list::Entity::find_by_id(id).one(db).await
}

/// Somebody's lists, the oldest first.
pub async fn of_owner(db: &impl ConnectionTrait, account_id: i64) -> Result<Vec<list::Model>, DbErr> {
    list::Entity::find().filter(list::Column::AccountId.eq(account_id)).order_by_asc(list::Column::Id).all(db).await
}

fn joined() -> Select<list::Entity> {
    let to: sea_orm::RelationDef =
        list::Entity::belongs_to(list_member::Entity).from(list::Column::Id).to(list_member::Column::ListId).into();
    list::Entity::find().join(JoinType::InnerJoin, to)
}

/// Those of them that somebody is in.
pub async fn with(db: &impl ConnectionTrait, account_id: i64, member: i64) -> Result<Vec<list::Model>, DbErr> {
    joined()
        .filter(list_member::Column::AccountId.eq(member))
        .filter(list::Column::AccountId.eq(account_id))
        .order_by_asc(list::Column::Id)
        .all(db)
        .await
}

/// Everybody's lists that somebody is in, after the id `after`.
pub async fn holding(
    db: &impl ConnectionTrait,
    member: i64,
    after: i64,
    limit: u64,
) -> Result<Vec<list::Model>, DbErr> {
    joined()
        .filter(list_member::Column::AccountId.eq(member))
        .filter(list_member::Column::ListId.gt(after))
        .order_by_asc(list_member::Column::ListId)
        .limit(limit)
        .all(db)
        .await
}

/// Which of these people keep somebody out of their homes, because she is in a list that does.
pub async fn keeping_out(db: &impl ConnectionTrait, member: i64, owners: &[i64]) -> Result<HashSet<i64>, DbErr> {
    if owners.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<i64> = joined()
        .select_only()
        .column(list::Column::AccountId)
        .filter(list_member::Column::AccountId.eq(member))
        .filter(list::Column::Exclusive.ne(0))
        .filter(list::Column::AccountId.is_in(owners.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// True when she was not in it.
pub async fn add(db: &impl ConnectionTrait, row: list_member::Model) -> Result<bool, DbErr> {
    let once = [list_member::Column::ListId, list_member::Column::AccountId];
    let made = list_member::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(made > 0)
}

/// Takes somebody out of lists.
pub async fn take_out(db: &impl ConnectionTrait, lists: &[i64], member: i64) -> Result<(), DbErr> {
    list_member::Entity::delete_many()
        .filter(list_member::Column::ListId.is_in(lists.iter().copied()))
        .filter(list_member::Column::AccountId.eq(member))
        .exec(db)
        .await
        .map(drop)
}

/// Who is in a list, the last added first.
pub async fn members(db: &impl ConnectionTrait, id: i64, cursor: Cursor) -> Result<Vec<list_member::Model>, DbErr> {
    let query = list_member::Entity::find().filter(list_member::Column::ListId.eq(id));
    cursor.read(db, query, list_member::Column::Id).await
}

/// Which of these people are in a list.
pub async fn has(db: &impl ConnectionTrait, id: i64, people: &[i64]) -> Result<HashSet<i64>, DbErr> {
    let found: Vec<i64> = list_member::Entity::find()
        .select_only()
        .column(list_member::Column::AccountId)
        .filter(list_member::Column::ListId.eq(id))
        .filter(list_member::Column::AccountId.is_in(people.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Everything of somebody who is gone.
pub async fn forget(db: &impl ConnectionTrait, account_id: i64) -> Result<(), DbErr> {
    let own = || {
        list::Entity::find()
            .select_only()
            .column(list::Column::Id)
            .filter(list::Column::AccountId.eq(account_id))
            .into_query()
    };
    home_entry::Entity::delete_many().filter(home_entry::Column::OwnerId.in_subquery(own())).exec(db).await?;
    list_member::Entity::delete_many().filter(list_member::Column::ListId.in_subquery(own())).exec(db).await?;
    list_member::Entity::delete_many().filter(list_member::Column::AccountId.eq(account_id)).exec(db).await?;
    list::Entity::delete_many().filter(list::Column::AccountId.eq(account_id)).exec(db).await.map(drop)
}
