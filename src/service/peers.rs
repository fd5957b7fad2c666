//! Which servers are known here.

use super::Refusal;
use crate::app::App;
use crate::store::{leaving, policies};

/// Read in one query.
const SOME: u64 = 1_000;

/// Domains of everybody known here, in order, without those of servers that are kept out.
pub async fn known(app: &App) -> Result<Vec<String>, Refusal> {
    let db = &app.db.read;
    let out: Vec<String> = policies::blocked_domains(db).await?.into_iter().map(|row| row.domain).collect();
    let mut found: Vec<String> = Vec::new();
    let mut after = String::new();
    loop {
        let some = leaving::domains(db, &after, SOME).await?;
        let Some(last) = some.last() else { return Ok(found) };
        after.clone_from(last);
        let heard = |domain: &String| policies::with_parents(domain).iter().all(|part| !out.contains(part));
        found.extend(some.into_iter().filter(heard));
    }
}
