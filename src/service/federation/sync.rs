//! Followers synchronisation (FEP-8fcf): with each delivery to followers goes a digest of those who live
//! on the receiving server, so that both ends find out when they disagree about who follows.

use super::fetch::{self, Budget};
use super::say;
use super::urls::{Named, Urls};
use crate::activitypub::RemoteId;
use crate::activitypub::vocab::Collection;
use crate::app::App;
use crate::entity::activity;
use crate::service::work::{self, Work};
use crate::service::{Refusal, following};
use crate::store::{accounts, relations};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::collections::BTreeSet;

/// The header that carries the digest.
pub const HEADER: HeaderName = HeaderName::from_static("collection-synchronization");
/// Above so many followers of one server nothing is said: the digest would cost more than it mends.
const MOST: u64 = 25_000;
/// Pages read of a list of followers.
const PAGES: usize = 10;

/// The digests of ids, combined so that their order does not matter, in hexadecimal.
pub fn digest<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = [0u8; 32];
    for id in ids.into_iter().collect::<BTreeSet<_>>() {
        let one = ring::digest::digest(&ring::digest::SHA256, id.as_bytes());
        all.iter_mut().zip(one.as_ref()).for_each(|(sum, byte)| *sum ^= byte);
    }
    all.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What goes along with a delivery: none unless it is for the followers of its author and not for everybody.
pub async fn header(
    app: &App,
    said: &activity::Model,
    host: &str,
) -> Result<Option<(HeaderName, HeaderValue)>, Refusal> {
    let (urls, author) = (say::urls(app)?, said.account_id);
    let followers = urls.followers(author);
    if said.kind != "Create" || said.public != 0 || !is_for_followers(&said.body, &followers) {
        return Ok(None);
    }
    let Some(ids) = of_host(app, author, host).await? else { return Ok(None) };
    let text = format!(
        "collectionId=\"{followers}\", url=\"{}\", digest=\"{}\"",
        urls.followers_of_host(author),
        digest(ids.iter().map(String::as_str))
    );
    Ok(HeaderValue::from_str(&text).ok().map(|value| (HEADER, value)))
}

fn is_for_followers(body: &str, followers: &str) -> bool {
    let Ok(said) = serde_json::from_str::<Value>(body) else { return false };
    let list = |name: &str| said.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let all: Vec<&str> = list("to").chain(list("cc")).collect();
    all.contains(&followers) && !all.contains(&crate::activitypub::PUBLIC)
}

/// Ids of the followers who live on a host; none when there are too many.
pub async fn of_host(app: &App, author: i64, host: &str) -> Result<Option<Vec<String>>, Refusal> {
    let ids = relations::follower_ids_at(&app.db.read, author, &format!("https://{host}/"), MOST + 1).await?;
    Ok(Some(ids).filter(|ids| u64::try_from(ids.len()).unwrap_or(u64::MAX) <= MOST))
}

/// The parameters of a header, where each stands once.
fn read(headers: &HeaderMap) -> Option<(String, RemoteId, String)> {
    let mut all = headers.get_all(HEADER).iter();
    let text = all.next()?.to_str().ok().filter(|text| text.len() <= 8_192)?;
    if all.next().is_some() {
        return None;
    }
    let parameter = |name: &str| {
        let mut found = text.split(',').filter_map(|part| part.trim().split_once('=')).filter(|(n, _)| *n == name);
        let (_, value) = found.next()?;
        found.next().is_none().then(|| value.trim_matches('"').to_owned())
    };
    let digest = parameter("digest")?.to_lowercase();
    let hexadecimal = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    let url = RemoteId::parse(&parameter("url")?).ok()?;
    hexadecimal.then_some((parameter("collectionId")?, url, digest))
}

/// A delivery came with a digest of the signer's followers here, which she signed. What differs is looked
/// into later.
pub async fn hear(app: &App, signer: i64, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some((collection, url, theirs)) = read(headers) else { return Ok(()) };
    let Some(signer) = accounts::by_id(&app.db.read, signer).await? else { return Ok(()) };
    let host = signer.uri.as_deref().and_then(|uri| RemoteId::parse(uri).ok()).map(|id| id.host().to_owned());
    if signer.followers_url.as_deref() != Some(&collection) || host.as_deref() != Some(url.host()) {
        return Ok(());
    }
    let Some(urls) = Urls::of(app) else { return Ok(()) };
    let ours = relations::all_local_followers(&app.db.read, signer.id, MOST + 1).await?;
    let ids: Vec<String> = ours.iter().map(|id| urls.actor(*id)).collect();
    if digest(ids.iter().map(String::as_str)) == theirs {
        return Ok(());
    }
    let work = Work::SyncFollowers { account: signer.id, url: url.as_str().to_owned(), digest: theirs };
    let (app2, key) = (app.clone(), format!("sync:{}", signer.id));
    // Asked a moment ago: a digest that never fits does not cost a request with each delivery.
    if fetch::failed_lately(app, &key).is_err() {
        return Ok(());
    }
    fetch::failed(app, &key, true);
    app.db
        .write(move |tx| Box::pin(async move { Ok(work::queue_once(&app2, tx, work, key, 0).await.map(drop)?) }))
        .await
}

/// Reads whom the other server takes for followers here, and mends both ends: who is not on its list
/// follows no longer, and who is on it without following takes the follow back.
pub async fn mend(app: &App, account: i64, url: &str, theirs: &str) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let Some(target) = accounts::by_id(&app.db.read, account).await?.filter(|a| a.deleted_at.is_none()) else {
        return Ok(());
    };
    let listed = list(app, url).await?;
    // Nothing is believed that does not add up to what was signed.
    if digest(listed.iter().map(String::as_str)) != theirs {
        return Ok(());
    }
    let listed: BTreeSet<i64> = listed
        .iter()
        .filter_map(|id| match urls.parse(id) {
            Some(Named::Actor(id)) if id > 0 => Some(id),
            _ => None,
        })
        .collect();
    let ours: BTreeSet<i64> =
        relations::all_local_followers(&app.db.read, account, MOST + 1).await?.into_iter().collect();
    for gone in ours.difference(&listed) {
        following::ended(app, *gone, account).await?;
    }
    for unknown in listed.difference(&ours) {
        let Some(person) = accounts::by_id(&app.db.read, *unknown).await?.filter(|a| a.domain.is_empty()) else {
            continue;
        };
        match relations::get(&app.db.read, person.id, account).await? {
            // Asked, and the answer was lost: she is a follower.
            Some(row) => following::accepted(app, row, &target).await?,
            None => following::deny(app, &person, &target).await?,
        }
    }
    Ok(())
}

/// Everybody on a list that may have pages.
async fn list(app: &App, url: &str) -> Result<Vec<String>, Refusal> {
    let budget = Budget::activity();
    let mut next = RemoteId::parse(url).ok();
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let Some(id) = next.take() else { break };
        let value = fetch::unnamed(app, &id, &budget).await?;
        let page = Collection::read(&value).map_err(|_| Refusal::Missing)?;
        found.extend(page.visible_items().iter().filter_map(|item| item.id()).map(|id| id.as_str().to_owned()));
        next = match (&page.first, page.next) {
            (Some(crate::activitypub::vocab::PageRef::Id(first)), _) if page.items.is_empty() => Some(first.clone()),
            (Some(crate::activitypub::vocab::PageRef::Embedded(first)), None) => first.next.clone(),
            (_, next) => next,
        }
        .filter(|next| next.same_origin(&id));
    }
    Ok(found)
}
