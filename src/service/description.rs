//! Since when the server says of itself what it says: the text stands in the settings, which have no dates.

use super::Refusal;
use crate::app::App;
use crate::clock::Millis;
use crate::secrets::{hex, sha256};
use crate::store::settings;

/// What it said last, as a hash, and since when.
const NAME: &str = "description";

/// When this text was first said: at the start with which it came. Asked at every start, so that a change is
/// noted when it happens.
pub async fn since(app: &App) -> Result<Millis, Refusal> {
    let hash = hex(&sha256(app.settings.server_description.as_bytes()));
    let kept = settings::get(&app.db.read, NAME).await?.unwrap_or_default();
    let known = kept.split_once(' ').filter(|(said, _)| *said == hash).and_then(|(_, at)| at.parse().ok());
    if let Some(at) = known {
        return Ok(at);
    }
    let now = app.now();
    let value = format!("{hash} {now}");
    app.db
        .write_quietly(move |tx| Box::pin(async move { Ok::<_, Refusal>(settings::put(tx, NAME, value).await?) }))
        .await?;
    Ok(now)
}
