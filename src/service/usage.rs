//! How many people use this server. Counted one way, whoever asks.

use crate::app::App;
use crate::clock::Millis;
use crate::store::{sessions, tokens};
use sea_orm::DbErr;
use std::collections::HashSet;

/// People who came back since then, with a browser or through an app; each once.
pub async fn active_since(app: &App, since: Millis) -> Result<i64, DbErr> {
    let db = &app.db.read;
    let mut people: HashSet<i64> = sessions::active_people(db, since).await?.into_iter().collect();
    people.extend(tokens::active_since(db, since).await?);
    Ok(i64::try_from(people.len()).unwrap_or(i64::MAX))
}
