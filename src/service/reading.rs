//! How far somebody has read, so that every app of hers, and her browser, goes on from there.

use super::Refusal;
use super::sessions::Viewer;
use crate::app::App;
use crate::entity::read_marker;
use crate::store::{accounts, read_markers};

/// What one can have read.
pub const TIMELINES: [&str; 2] = ["home", "notifications"];

/// The markers that are set, of these timelines.
pub async fn markers(app: &App, viewer: &Viewer, timelines: &[&str]) -> Result<Vec<read_marker::Model>, Refusal> {
    let asked: Vec<String> =
        TIMELINES.iter().filter(|known| timelines.contains(known)).map(|known| (*known).to_owned()).collect();
    Ok(read_markers::of_account(&app.db.read, viewer.id(), &asked).await?)
}

/// Sets markers: the timeline, and the id of what was read last. Notifications read in an app are read on
/// the pages too.
pub async fn mark(
    app: &App,
    viewer: &Viewer,
    read: Vec<(&'static str, i64)>,
) -> Result<Vec<read_marker::Model>, Refusal> {
    let (id, now) = (viewer.id(), app.now());
    let timelines: Vec<String> = read.iter().map(|(timeline, _)| (*timeline).to_owned()).collect();
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                for (timeline, last) in read {
                    read_markers::put(tx, id, timeline, last, now).await?;
                    if timeline == "notifications" {
                        accounts::set_notifications_seen(tx, id, last).await?;
                    }
                }
                Ok(read_markers::of_account(tx, id, &timelines).await?)
            })
        })
        .await
}
