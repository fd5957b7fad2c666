//! People whom somebody shows on her profile.

use super::timelines::{Ends, Part};
use super::visibility::Reader;
use super::{Refusal, accounts, limits};
use crate::app::App;
use crate::entity::{account, endorsement};
use crate::store::{Cursor, endorsements, relations};

/// Shows somebody, whom she follows.
pub async fn endorse(app: &App, who: i64, target_id: i64) -> Result<(), Refusal> {
    let row = endorsement::Model { id: app.id(), account_id: who, target_id, created_at: app.now() };
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let follow = relations::get(tx, who, target_id).await?;
                if follow.is_none_or(|f| f.state != relations::ACCEPTED) {
                    return Err(Refusal::Forbidden("You can show only people whom you follow.".to_owned()));
                }
                if endorsements::count(tx, who).await? >= limits::ENDORSED {
                    return Err(Refusal::Forbidden(format!("You can show {} people at most.", limits::ENDORSED)));
                }
                Ok(endorsements::put(tx, row).await?)
            })
        })
        .await
}

/// Takes it back.
pub async fn unendorse(app: &App, who: i64, target_id: i64) -> Result<(), Refusal> {
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, Refusal>(endorsements::remove(tx, who, target_id).await?) }))
        .await
}

/// Whom a person shows, the last first.
pub async fn listed(app: &App, reader: Reader, person: i64, cursor: Cursor) -> Result<Part<account::Model>, Refusal> {
    let rows = endorsements::page(&app.db.read, person, cursor).await?;
    let keys: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.target_id).collect();
    Ok(Part { items: accounts::listed(app, reader, &ids).await?, ends: Ends::of(&keys, cursor) })
}
