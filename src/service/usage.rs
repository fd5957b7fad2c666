//! How much there is on this server, and how many people use it. Counted one way, whoever asks.

use crate::app::{App, Size};
use crate::clock::{DAY, MINUTE, Millis};
use crate::store::{accounts, posts, sessions, tokens};
use sea_orm::DbErr;
use std::collections::HashSet;

/// So long a count holds where there is [`MUCH`].
const KEPT: Millis = 5 * MINUTE;
/// From so many posts on, counting takes longer than anybody who asks for it should cost.
const MUCH: i64 = 10_000;

/// Counted by one at a time, and of a large server every few minutes only.
pub async fn size(app: &App) -> Result<Size, DbErr> {
    let mut kept = app.size.lock().await;
    if let Some((counted, size)) = *kept
        && size.posts + size.answers >= MUCH
        && app.now() - counted < KEPT
    {
        return Ok(size);
    }
    let size = count(app).await?;
    *kept = Some((app.now(), size));
    Ok(size)
}

async fn count(app: &App) -> Result<Size, DbErr> {
    let db = &app.db.read;
    Ok(Size {
        people: i64::try_from(accounts::count_local(db).await?).unwrap_or(i64::MAX),
        posts: posts::count_local(db, false).await?,
        answers: posts::count_local(db, true).await?,
        servers: accounts::count_servers(db).await?,
        active_month: active_since(app, app.now() - 30 * DAY).await?,
        active_halfyear: active_since(app, app.now() - 180 * DAY).await?,
    })
}

/// People who came back since then, with a browser or through an app; each once.
async fn active_since(app: &App, since: Millis) -> Result<i64, DbErr> {
    let db = &app.db.read;
    let mut people: HashSet<i64> = sessions::active_people(db, since).await?.into_iter().collect();
    people.extend(tokens::active_since(db, since).await?);
    Ok(i64::try_from(people.len()).unwrap_or(i64::MAX))
}
