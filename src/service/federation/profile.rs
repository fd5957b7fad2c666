//! Profiles: what ours say, and what is heard of others.

use super::fetch::Budget;
use super::urls::{Urls, person_path};
use super::{emoji, people};
use crate::activitypub::render::actor as render;
use crate::activitypub::render::emoji::Emoji;
use crate::activitypub::text;
use crate::activitypub::vocab::{Activity, Actor};
use crate::app::App;
use crate::entity::account;
use crate::service::accounts::INSTANCE;
use crate::service::profiles::BOT;
use crate::service::{Refusal, surface, views};
use crate::store::{Cursor, accounts, keys, markers, posts};
use serde_json::Value;

/// The actor document of a local account.
pub async fn document(app: &App, urls: &Urls, row: &account::Model) -> Result<Value, Refusal> {
    let ed25519 = keys::ed25519(&app.db.read, row.id).await?.map(|key| (urls.ed25519_key(row.id), key.public_key));
    if row.id == INSTANCE {
        return Ok(instance(app, urls, row, ed25519));
    }
    let emoji = emoji::used(app, urls, &[&row.name, &row.bio, &row.fields]).await?;
    Ok(person(app, urls, row, ed25519, emoji))
}

fn person(app: &App, urls: &Urls, row: &account::Model, ed25519: Option<(String, String)>, emoji: Vec<Emoji>) -> Value {
    let links = super::urls::AbsoluteLinks::new(urls.clone());
    let picture = |key: &Option<String>, alt: &str| {
        key.as_deref().map(|key| render::Picture {
            url: urls.media(app, key),
            media_type: "image/jpeg".to_owned(),
            alt: Some(alt.to_owned()),
        })
    };
    let name = if row.name.is_empty() { row.username.clone() } else { row.name.clone() };
    let portrait = format!("Portrait of {name}");
    render::person(&render::Person {
        is_bot: row.kind == BOT,
        id: urls.actor(row.id),
        username: row.username.clone(),
        handle: format!("{}@{}", row.username, urls.handle_domain()),
        summary: text::to_html(&row.bio, &links),
        url: urls.at(&person_path(row)),
        inbox: urls.inbox(row.id),
        outbox: urls.outbox(row.id),
        followers: urls.followers(row.id),
        following: urls.following(row.id),
        featured: urls.featured(row.id),
        featured_tags: urls.featured_tags(row.id),
        shared_inbox: urls.shared_inbox(),
        public_key_id: urls.key(row.id),
        public_key_pem: row.public_key.clone().unwrap_or_default(),
        ed25519,
        published: row.created_at,
        locked: row.locked != 0,
        discoverable: row.discoverable != 0,
        indexable: row.indexable != 0,
        attribution_domains: std::iter::once(urls.host().to_owned()).chain(list(&row.attribution_domains)).collect(),
        also_known_as: list(&row.aliases),
        moved_to: row.moved_to.clone(),
        icon: picture(&row.avatar_key, &if row.avatar_alt.is_empty() { portrait } else { row.avatar_alt.clone() }),
        image: picture(&row.header_key, &row.header_alt),
        fields: views::profile_fields(row).into_iter().map(|(name, value)| render::Field { name, value }).collect(),
        name,
        emoji,
        ..Default::default()
    })
}

fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

fn instance(app: &App, urls: &Urls, row: &account::Model, ed25519: Option<(String, String)>) -> Value {
    render::application(&render::Application {
        id: urls.actor(INSTANCE),
        host: urls.host().to_owned(),
        handle_host: urls.handle_domain().to_owned(),
        name: app.settings.server_name.clone(),
        url: urls.at("/about"),
        inbox: urls.inbox(INSTANCE),
        outbox: urls.outbox(INSTANCE),
        shared_inbox: urls.shared_inbox(),
        public_key_id: urls.key(INSTANCE),
        public_key_pem: row.public_key.clone().unwrap_or_default(),
        ed25519,
    })
}

/// A profile elsewhere changed. The document that came along is the signer's own, so it counts.
pub async fn hear_update(
    app: &App,
    signer: &account::Model,
    activity: &Activity,
    budget: &Budget,
) -> Result<(), Refusal> {
    let actor = activity.object.value().and_then(|value| Actor::read(value).ok());
    match actor.filter(|a| Some(a.id.as_str()) == signer.uri.as_deref()) {
        Some(actor) => {
            let handle =
                crate::activitypub::webfinger::Handle { user: signer.username.clone(), host: signer.domain.clone() };
            people::write(app, actor, handle).await.map(drop)
        }
        None => people::refresh(app, &activity.actor, budget).await.map(drop),
    }
}

/// An account elsewhere is gone: what it posted goes, and it does not come back.
pub async fn hear_delete(app: &App, signer: &account::Model) -> Result<(), Refusal> {
    loop {
        let batch = posts::of_account(
            &app.db.read,
            signer.id,
            posts::Kind::All,
            &["public", "quiet", "followers", "mentioned"],
            Cursor::first(50),
        )
        .await?;
        if batch.is_empty() {
            break;
        }
        let (app2, author) = (app.clone(), signer.clone());
        app.db
            .write(move |tx| {
                Box::pin(async move {
                    for post in batch {
                        surface::post_gone(&app2, tx, post, &author).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
    }
    super::keys::forget(app, signer.key_id.as_deref());
    let (mut row, now) = (signer.clone(), app.now());
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let keys = row.avatar_key.take().into_iter().chain(row.header_key.take()).collect();
                row.deleted_at = Some(now);
                row.bio.clear();
                row.fields = "[]".to_owned();
                markers::put(
                    tx,
                    row.uri.as_deref().unwrap_or_default(),
                    markers::GONE,
                    row.uri.as_deref().unwrap_or_default(),
                    now,
                )
                .await?;
                accounts::save(tx, row.clone()).await?;
                crate::store::relations::remove_all(tx, row.id).await?;
                crate::store::profile_links::forget(tx, row.id).await?;
                Ok(surface::drop_blobs(&app2, tx, keys).await?)
            })
        })
        .await
}
