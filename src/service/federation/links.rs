//! Links of profiles that lead to pages which link back (`rel="me"`): proof that both are one person's.
//! Pages of our people's lines are looked at, and those of others'.

use super::urls::{Urls, person_path};
use crate::activitypub::html::{links_back, only_link};
use crate::activitypub::id::MAX_ID_BYTES;
use crate::activitypub::text;
use crate::app::App;
use crate::entity::account;
use crate::service::work::{self, Work};
use crate::service::{Refusal, limits};
use crate::store::{accounts, policies, profile_links};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashSet;
use url::Url;

/// The pages that a profile's lines are: each an address alone, which is all of what is to be read.
pub fn of_profile(row: &account::Model) -> Vec<String> {
    let fields: Vec<(String, String)> = serde_json::from_str(&row.fields).unwrap_or_default();
    let own = row.domain.is_empty();
    let link = |value: &str| if own { text::only_url(value) } else { only_link(value) };
    let mut seen = HashSet::new();
    let usable = |href: &String| href.starts_with("https://") && href.len() <= MAX_ID_BYTES;
    let found = fields.iter().filter_map(|(_, value)| link(value)).filter(usable);
    found.filter(|href| seen.insert(href.clone())).take(limits::PROFILE_LINKS).collect()
}

/// A profile was written: its pages are looked at again when its lines changed, when its owner says so,
/// or after a while.
pub async fn profile_written(
    app: &App,
    tx: &impl ConnectionTrait,
    row: &account::Model,
    changed: bool,
) -> Result<(), DbErr> {
    let links = of_profile(row);
    let known = profile_links::of(tx, row.id).await?;
    if links.is_empty() {
        return if known.is_empty() { Ok(()) } else { profile_links::forget(tx, row.id).await };
    }
    let old = known.iter().map(|link| link.checked_at).min().is_none_or(|at| app.now() - at > limits::LINKS_AGAIN);
    if changed || old {
        let work = Work::CheckLinks { account: row.id, host: row.domain.clone() };
        work::queue_once(app, tx, work, format!("links:{}", row.id), 0).await?;
    }
    Ok(())
}

/// Looks at the pages of a profile, one after the other, and writes down which link back.
pub async fn check(app: &App, account_id: i64) -> Result<(), Refusal> {
    let Some(row) = accounts::by_id(&app.db.read, account_id).await? else { return Ok(()) };
    let usable = row.deleted_at.is_none() && row.suspended == 0;
    let (links, pages) = (of_profile(&row), pages_of(app, &row));
    let mut found = Vec::new();
    for href in links.into_iter().filter(|_| usable && !pages.is_empty()) {
        let proven = proves(app, &href, &pages).await?;
        found.push((href, proven.then(|| app.now())));
    }
    let (now, fields) = (app.now(), row.fields);
    app.db
        .write_quietly(move |tx| {
            Box::pin(async move {
                // Lines that were changed meanwhile are looked at by the work that the change queued.
                let same = accounts::by_id(tx, account_id).await?.is_some_and(|now| now.fields == fields);
                if same { Ok::<_, Refusal>(profile_links::replace(tx, account_id, found, now).await?) } else { Ok(()) }
            })
        })
        .await
}

/// Where a person is to be linked to: her page and her id.
fn pages_of(app: &App, row: &account::Model) -> Vec<String> {
    if !row.domain.is_empty() {
        return row.url.iter().chain(&row.uri).cloned().collect();
    }
    Urls::of(app).map(|urls| vec![urls.at(&person_path(row)), urls.actor(row.id)]).unwrap_or_default()
}

/// Whether the page at this very address links to one of these. What cannot be had proves nothing.
async fn proves(app: &App, href: &str, pages: &[String]) -> Result<bool, Refusal> {
    let Ok(url) = Url::parse(href) else { return Ok(false) };
    if policies::domain_blocked(&app.db.read, url.host_str().unwrap_or_default()).await? {
        return Ok(false);
    }
    let page = match app.door.get_page(&url).await {
        Ok(page) if page.status.is_success() => page,
        Ok(_) => return Ok(false),
        Err(error) => {
            tracing::debug!(%error, "a page that a profile links to was not to be had");
            return Ok(false);
        }
    };
    let html = page.content_type.is_none_or(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
    Ok(html && links_back(&String::from_utf8_lossy(&page.body), &page.url, pages))
}
