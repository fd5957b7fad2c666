//! Counters come from what is shown. Should one ever be wrong, the night sets it right.

use super::Refusal;
use crate::app::App;
use crate::clock::DAY;
use crate::store::{counts, settings};
use std::collections::{HashMap, HashSet};

/// Posts looked at in one transaction: the writer is held for a moment only.
const SOME: u64 = 500;
/// When it was last done stands here.
const NAME: &str = "counted_at";

/// Once a day, whoever comes first.
pub async fn nightly(app: &App) -> Result<(), Refusal> {
    let now = app.now();
    let last: i64 = settings::get(&app.db.read, NAME).await?.and_then(|v| v.parse().ok()).unwrap_or(0);
    if now - last < DAY {
        return Ok(());
    }
    // Before it is done: it may take longer than the turn of whoever comes next.
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move { Ok::<_, Refusal>(settings::put(tx, NAME, now.to_string()).await?) })
        })
        .await?;
    let wrong = reconcile(app).await?;
    if wrong > 0 {
        tracing::info!(counters = wrong, "counters were set right");
    }
    Ok(())
}

/// Counts likes, boosts and answers of every post anew; how many counters were wrong.
pub async fn reconcile(app: &App) -> Result<u64, Refusal> {
    let (mut after, mut wrong) = (0, 0);
    while let Some(last) = counts::span(&app.db.read, after, SOME).await? {
        let from = after;
        wrong += app
            .db
            .write_quietly(move |tx| {
                Box::pin(async move {
                    let mut wrong = counts::reactions(tx, from, last).await?;
                    wrong += counts::unanswered(tx, from, last).await?;
                    for root in counts::answered(tx, from, last).await? {
                        for (id, count) in off(&counts::nodes(tx, root).await?) {
                            counts::set_replies(tx, id, count).await?;
                            wrong += 1;
                        }
                    }
                    Ok::<_, Refusal>(wrong)
                })
            })
            .await?;
        after = last;
    }
    Ok(wrong)
}

/// Posts of a conversation whose number of answers is not what stands beneath them.
fn off(nodes: &[counts::Node]) -> Vec<(i64, i64)> {
    let parents: HashMap<i64, Option<i64>> = nodes.iter().map(|n| (n.id, n.parent)).collect();
    let mut beneath: HashMap<i64, i64> = HashMap::new();
    for node in nodes.iter().filter(|n| n.counts) {
        let mut seen = HashSet::from([node.id]);
        let mut next = node.parent;
        // Posts of other servers may claim to answer one another in a circle.
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            *beneath.entry(id).or_insert(0) += 1;
            next = parents.get(&id).copied().flatten();
        }
    }
    let count = |n: &counts::Node| beneath.get(&n.id).copied().unwrap_or(0);
    nodes.iter().filter(|n| n.reply_count != count(n)).map(|n| (n.id, count(n))).collect()
}
