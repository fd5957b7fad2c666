//! What happens, for those who listen: written down in the transaction in which it happens, read a moment
//! later by every process, and forgotten soon. Who may hear of it is decided when it is read.

use super::Refusal;
use crate::app::App;
use crate::clock::{MINUTE, Millis};
use crate::entity::happening;
use crate::ids::first_of;
use crate::store::happenings;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

/// What happened is kept for so long.
const KEPT: Millis = 10 * MINUTE;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Happening {
    /// A post is there.
    Posted { post: i64 },
    /// A post came into homes: by itself, or through a boost.
    CameHome { post: i64, boost: Option<i64> },
    /// A post was edited.
    Changed { post: i64 },
    /// A post is gone.
    Gone { post: i64 },
    /// A boost of a post was taken back.
    Unboosted { boost: i64, post: i64 },
    /// Somebody was told something.
    Told { account: i64, notification: i64 },
    /// What waited for somebody to ask stands among what she is told now.
    Merged { account: i64 },
    /// Somebody's conversation goes on; named by its first post.
    Conversed { account: i64, root: i64 },
    /// Somebody changed her filters.
    Filters { account: i64 },
    /// The server has something to say to everybody, or says it otherwise.
    Announced { announcement: i64 },
    /// People react to what the server said.
    Reacted { announcement: i64, name: String },
    /// The server takes it back.
    Withdrawn { announcement: i64 },
}

/// Says that it happened; in the transaction in which it does.
pub async fn say(app: &App, tx: &impl ConnectionTrait, what: Happening) -> Result<(), DbErr> {
    let text = serde_json::to_string(&what).map_err(|error| DbErr::Json(error.to_string()))?;
    happenings::put(tx, happening::Model { id: app.id(), what: text }).await
}

/// Everything from this id on, in order, each with its id. What cannot be read was said by another version.
pub async fn since(app: &App, id: i64) -> Result<Vec<(i64, Happening)>, DbErr> {
    let rows = happenings::since(&app.db.read, id).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, serde_json::from_str(&row.what).ok()?))).collect())
}

/// Forgets what everybody has heard long since.
pub async fn sweep(app: &App) -> Result<(), Refusal> {
    let before = first_of(app.now() - KEPT);
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(happenings::sweep(tx, before).await?) }))
        .await
}
