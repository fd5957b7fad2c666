//! Looking up people and posts by handle or address, here and, for those who may, elsewhere.

use super::fetch::{self, Budget};
use super::urls::{Named, Urls};
use super::{note, people};
use crate::activitypub::RemoteId;
use crate::activitypub::text::Mention;
use crate::activitypub::vocab::{Actor, ActorKind};
use crate::activitypub::webfinger::Handle;
use crate::app::App;
use crate::entity::{account, post};
use crate::service::visibility::{Reader, visible};
use crate::service::{Refusal, accounts as local};
use crate::store::{accounts, posts};

/// What an address leads to.
#[derive(Debug)]
pub enum Thing {
    Person(Box<account::Model>),
    Post(Box<post::Model>),
}

/// Somebody by handle. With a budget, other servers are asked when she is not known.
pub async fn person(app: &App, mention: &Mention, budget: Option<&Budget>) -> Result<account::Model, Refusal> {
    let host = mention.host.clone().unwrap_or_default();
    let ours = host.is_empty() || host == app.handle_domain() || Urls::of(app).is_some_and(|u| u.host() == host);
    if ours {
        return local::local(app, &mention.user).await;
    }
    if let Some(row) = accounts::by_handle(&app.db.read, &mention.user, &host).await? {
        return if row.deleted_at.is_some() || row.suspended != 0 { Err(Refusal::Missing) } else { Ok(row) };
    }
    let budget = budget.ok_or(Refusal::Missing)?;
    asking(app)?;
    let jrd = people::ask_webfinger(app, &Handle { user: mention.user.clone(), host }, budget).await?;
    people::by_id(app, &jrd.actor, budget).await
}

fn asking(app: &App) -> Result<(), Refusal> {
    if app.public().is_some() {
        return Ok(());
    }
    Err(Refusal::Forbidden("This server has no public address yet, so it cannot look on other servers.".to_owned()))
}

/// Whatever an address leads to.
pub async fn by_address(app: &App, reader: Reader, address: &str, budget: Option<&Budget>) -> Result<Thing, Refusal> {
    if let Some(urls) = Urls::of(app)
        && urls.is_ours(address)
    {
        return ours(app, reader, urls.parse(address)).await;
    }
    let mut plain = url::Url::parse(address).map_err(|_| Refusal::Missing)?;
    plain.set_fragment(None);
    let id = RemoteId::parse(plain.as_str()).map_err(|_| Refusal::Missing)?;
    if let Some(row) = accounts::by_uri(&app.db.read, id.as_str()).await? {
        let shown = row.deleted_at.is_none() && row.suspended == 0;
        return if shown { Ok(Thing::Person(Box::new(row))) } else { Err(Refusal::Missing) };
    }
    if let Some(row) = posts::by_uri(&app.db.read, id.as_str()).await? {
        return visible(app, reader, row.id).await.map(|row| Thing::Post(Box::new(row)));
    }
    let budget = budget.ok_or(Refusal::Missing)?;
    asking(app)?;
    let document = fetch::document(app, &id, None, budget).await?;
    let kind = document.get("type").and_then(|t| t.as_str()).unwrap_or_default();
    if ActorKind::from_name(kind).is_some() {
        let actor = Actor::read(&document).map_err(|_| Refusal::Missing)?;
        return Ok(Thing::Person(Box::new(people::by_id(app, &actor.id, budget).await?)));
    }
    let row = note::keep_fetched(app, &document, budget).await?;
    visible(app, reader, row.id).await.map(|row| Thing::Post(Box::new(row)))
}

async fn ours(app: &App, reader: Reader, named: Option<Named>) -> Result<Thing, Refusal> {
    match named {
        Some(Named::Actor(id)) if id > 0 => {
            let row = accounts::by_id(&app.db.read, id).await?.filter(|a| a.deleted_at.is_none());
            row.map(|r| Thing::Person(Box::new(r))).ok_or(Refusal::Missing)
        }
        Some(Named::Name(name)) => local::by_acct(app, &name).await.map(|r| Thing::Person(Box::new(r))),
        Some(Named::Post(id)) => visible(app, reader, id).await.map(|r| Thing::Post(Box::new(r))),
        _ => Err(Refusal::Missing),
    }
}
