//! Quotes of our posts (FEP-044f): somebody asks, her request is answered by what the author allows, and a
//! stamp that can be fetched proves it until the author takes it back. We quote nobody.

use super::fetch::{self as fetching, Budget};
use super::note;
use super::say::{self, Said, say as tell};
use super::urls::Urls;
use crate::activitypub::RemoteId;
use crate::activitypub::render::activity::{self as render, ReceivedQuoteRequest};
use crate::activitypub::vocab::{Activity, Note};
use crate::app::App;
use crate::entity::{account, post, quote};
use crate::service::visibility::{self, Reader, visible};
use crate::service::{Refusal, policy, surface};
use crate::store::{accounts, policies, posts, quotes, relations};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeSet;

/// Somebody elsewhere asks to quote a post of ours.
pub async fn hear_request(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let post = note::known(app, &activity.object).await?.filter(|p| p.uri.is_none()).ok_or(Refusal::Missing)?;
    let author = accounts::by_id(&app.db.read, post.account_id).await?.ok_or(Refusal::Missing)?;
    let quoting = activity.instrument.as_ref().filter(|id| id.same_origin(&activity.actor)).ok_or(Refusal::Missing)?;
    let Some(asked) = &activity.id else { return Ok(()) };
    // Of a post she may not see she does not even learn that it is there.
    if !visibility::of(&post).is_open() {
        visible(app, Some(signer.id), post.id).await?;
    }
    let request = ReceivedQuoteRequest {
        id: asked.as_str().to_owned(),
        actor: activity.actor.as_str().to_owned(),
        object: urls.post(post.id),
        instrument: quoting.as_str().to_owned(),
    };
    let blocked = !policies::between(&app.db.read, author.id, &[signer.id]).await?.is_empty();
    if blocked || !policy::may_quote(app, signer.id, &post, &author).await? {
        return refuse(app, signer, &author, request).await;
    }
    let kept = match document(app, activity, quoting, budget).await {
        Some(document) => {
            let Ok(found) = Note::read(&document, Some(&activity.actor)) else {
                return refuse(app, signer, &author, request).await;
            };
            let quotes_it = found.quotes.as_ref().is_some_and(|id| id.as_str() == request.object);
            if found.id != *quoting || found.attributed_to != activity.actor || !quotes_it {
                return refuse(app, signer, &author, request).await;
            }
            note::keep_own(app, signer, found).await.ok()
        }
        // For her followers only, or not there yet: she may quote all the same.
        None => None,
    };
    allow(app, signer, &author, &post, request, kept).await
}

/// The quoting post: carried along by its author, or fetched.
async fn document(app: &App, activity: &Activity, quoting: &RemoteId, budget: &Budget) -> Option<Value> {
    match &activity.carried {
        Some(value) => Some(value.clone()),
        None => fetching::document(app, quoting, None, budget).await.ok(),
    }
}

async fn refuse(
    app: &App,
    signer: &account::Model,
    author: &account::Model,
    request: ReceivedQuoteRequest,
) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let (app2, signer, author, id) = (app.clone(), signer.clone(), author.id, app.id());
    let body = render::reject_quote(&urls.activity(id), &urls.actor(author), &request);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let said = Said { id, account_id: author, public: false, body };
                tell(&app2, tx, said, say::to_one(&signer)).await
            })
        })
        .await
}

async fn allow(
    app: &App,
    signer: &account::Model,
    author: &account::Model,
    post: &post::Model,
    request: ReceivedQuoteRequest,
    kept: Option<post::Model>,
) -> Result<(), Refusal> {
    let urls = say::urls(app)?;
    let row = quote::Model {
        id: app.id(),
        post_id: post.id,
        account_id: signer.id,
        uri: request.instrument.clone(),
        request: request.id.clone(),
        quoting_id: kept.map(|p| p.id),
        created_at: app.now(),
        revoked_at: None,
    };
    let (app2, signer, author_id) = (app.clone(), signer.clone(), author.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row = quotes::put(tx, row).await?;
                let id = app2.id();
                let (own, address) = (urls.actor(author_id), urls.activity(id));
                let body = match row.revoked_at {
                    // What was taken back stays so, however often it is asked for.
                    Some(_) => render::reject_quote(&address, &own, &request),
                    None => render::accept_quote(&address, &own, &request, &urls.stamp(author_id, row.id)),
                };
                if row.revoked_at.is_none() {
                    surface::quote_appeared(&app2, tx, &row, author_id).await?;
                }
                let said = Said { id, account_id: author_id, public: false, body };
                tell(&app2, tx, said, say::to_one(&signer)).await
            })
        })
        .await
}

/// The stamp of a quote that is in force, at its id.
pub async fn stamp(app: &App, urls: &Urls, reader: Reader, author: i64, id: i64) -> Result<Value, Refusal> {
    let row = quotes::by_id(&app.db.read, id).await?.filter(|q| q.revoked_at.is_none()).ok_or(Refusal::Missing)?;
    let post = visible(app, reader, row.post_id).await?;
    if post.account_id != author {
        return Err(Refusal::Missing);
    }
    Ok(render::stamp(&urls.stamp(author, id), &urls.actor(author), &row.uri, &urls.post(post.id)))
}

/// The author of a post takes back what she allowed.
pub async fn revoke(app: &App, author: &account::Model, id: i64) -> Result<(), Refusal> {
    let row = quotes::by_id(&app.db.read, id).await?.ok_or(Refusal::Missing)?;
    let post = posts::by_id(&app.db.read, row.post_id).await?.filter(|p| p.account_id == author.id);
    if post.is_none() {
        return Err(Refusal::Missing);
    }
    let (app2, author) = (app.clone(), author.clone());
    app.db.write(move |tx| Box::pin(async move { take_back(&app2, tx, &author, &row).await })).await
}

/// Whoever is blocked quotes her no longer.
pub async fn revoke_all(
    app: &App,
    tx: &impl ConnectionTrait,
    author: &account::Model,
    quoter: i64,
) -> Result<(), Refusal> {
    for row in quotes::by_account(tx, quoter).await? {
        if posts::by_id(tx, row.post_id).await?.is_some_and(|p| p.account_id == author.id) {
            take_back(app, tx, author, &row).await?;
        }
    }
    Ok(())
}

async fn take_back(
    app: &App,
    tx: &impl ConnectionTrait,
    author: &account::Model,
    row: &quote::Model,
) -> Result<(), Refusal> {
    if !quotes::revoke(tx, row.id, app.now()).await? {
        return Ok(());
    }
    surface::quote_gone(tx, row, author.id).await?;
    let (Some(urls), Some(quoter)) = (Urls::of(app), accounts::by_id(tx, row.account_id).await?) else {
        return Ok(());
    };
    let id = app.id();
    let to = quoter.uri.clone().into_iter().collect::<Vec<_>>();
    let body = render::delete_stamp(
        &urls.activity(id),
        &urls.actor(author.id),
        &to,
        &[urls.followers(author.id)],
        &urls.stamp(author.id, row.id),
    );
    let mut inboxes: BTreeSet<String> =
        relations::follower_inboxes(tx, author.id).await?.into_iter().map(|(_, inbox)| inbox).collect();
    inboxes.extend(say::to_one(&quoter));
    tell(app, tx, Said { id, account_id: author.id, public: false, body }, inboxes).await
}
