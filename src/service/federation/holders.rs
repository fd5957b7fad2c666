//! Who has something of ours without having been sent it: whoever asked for it by name.

use crate::app::App;
use crate::service::Refusal;
use crate::service::work::host_of;
use crate::store::{accounts, inboxes};

/// A server asked for a post and was given it: it hears of its changes and its end too. Mostly because
/// somebody there boosted it, or was told of it.
pub async fn given(app: &App, post_id: i64, reader: i64) {
    if let Err(error) = remember(app, post_id, reader).await {
        tracing::warn!(%error, post = post_id, "who was given a post could not be written down");
    }
}

async fn remember(app: &App, post_id: i64, reader: i64) -> Result<(), Refusal> {
    let person = accounts::by_id(&app.db.read, reader).await?.filter(|person| !person.domain.is_empty());
    let Some(url) = person.and_then(|person| person.shared_inbox.or(person.inbox)) else { return Ok(()) };
    if inboxes::has(&app.db.read, post_id, &url).await? {
        return Ok(());
    }
    let (host, app2) = (host_of(&url), app.clone());
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                let known = inboxes::known(tx, &[(url, host)], || app2.id()).await?;
                let ids: Vec<i64> = known.iter().map(|inbox| inbox.id).collect();
                Ok(inboxes::remember(tx, post_id, &ids).await?)
            })
        })
        .await
}
