//! Finding people by how they are called, as an app asks for them while somebody types.

use super::federation::fetch::Budget;
use super::federation::{self, find};
use super::visibility::{self, Reader};
use super::{Refusal, search};
use crate::app::App;
use crate::entity::account;
use crate::store::accounts;

/// Who is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// The start of a name, a handle or the start of one, or an address.
    pub text: &'a str,
    /// Other servers may be asked about a whole handle or address that is not known.
    pub resolve: bool,
    /// Only people the reader follows.
    pub followed: bool,
    pub limit: u64,
    pub offset: u64,
}

/// Whoever is called so, first whom a whole handle or address names, then people the reader follows. One whom
/// she blocks is found by her whole handle only; one who blocks her never is.
pub async fn people(app: &App, reader: Reader, wanted: Wanted<'_>) -> Result<Vec<account::Model>, Refusal> {
    let text = wanted.text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<account::Model> = Vec::new();
    if !wanted.followed {
        // Further on it is known already, or was not to be had.
        found.extend(named(app, reader, text, wanted.resolve && wanted.offset == 0).await?);
    }
    let most = wanted.limit.saturating_add(wanted.offset);
    let (start, domain) = parts(app, text);
    if !start.is_empty() && !text.contains("://") {
        let db = &app.db.read;
        let mut ids: Vec<i64> = Vec::new();
        if reader.is_some() {
            ids.extend(accounts::prefixed(db, &start, domain.as_deref(), reader, most).await?.iter().map(|a| a.id));
        }
        if !wanted.followed {
            ids.extend(accounts::prefixed(db, &start, domain.as_deref(), None, most).await?.iter().map(|a| a.id));
        }
        for row in super::accounts::listed(app, reader, &ids).await? {
            if found.iter().all(|known| known.id != row.id) {
                found.push(row);
            }
        }
    }
    let (skip, take) = (usize::try_from(wanted.offset).unwrap_or(0), usize::try_from(wanted.limit).unwrap_or(0));
    Ok(found.into_iter().skip(skip).take(take).collect())
}

/// Whom a whole handle or address names.
async fn named(app: &App, reader: Reader, text: &str, resolve: bool) -> Result<Option<account::Model>, Refusal> {
    let budget = resolve.then(Budget::person);
    let row = if text.contains("://") {
        match find::by_address(app, reader, text, budget.as_ref()).await {
            Ok(find::Thing::Person(row)) => Ok(Some(*row)),
            Ok(find::Thing::Post(_)) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    } else if let Some(mention) = search::handle(text) {
        federation::find::person(app, &mention, budget.as_ref()).await.map(Some)
    } else {
        super::accounts::local(app, text.trim_start_matches('@')).await.map(Some)
    };
    let row = match row {
        Ok(row) => row,
        // Nobody, or a server that is not there: nothing was found.
        Err(Refusal::Broken(_) | Refusal::Missing | Refusal::Gone | Refusal::Forbidden(_)) => None,
        Err(refusal) => return Err(refusal),
    };
    let Some(row) = row else { return Ok(None) };
    match visibility::may_meet(app, reader, &row).await {
        Ok(()) => Ok(Some(row)),
        Err(Refusal::Missing) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// The start of a name, and of a domain: `bob`, `bob@else`; our own domain is none.
fn parts(app: &App, text: &str) -> (String, Option<String>) {
    let plain = text.trim_start_matches('@');
    match plain.split_once('@') {
        None => (plain.to_owned(), None),
        Some((name, domain)) => {
            let domain = domain.to_lowercase();
            let ours = app.handle_domain().starts_with(&domain);
            (name.to_owned(), Some(if ours { String::new() } else { domain }))
        }
    }
}
