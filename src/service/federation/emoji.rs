//! Custom emoji: those of others are fetched once, made anew and served from here; ours are told.

use super::media;
use super::urls::Urls;
use crate::activitypub::render::emoji as render;
use crate::activitypub::vocab::Emoji;
use crate::app::App;
use crate::entity::emoji;
use crate::service::work::{self, Work};
use crate::service::{Refusal, emoji as custom, limits, surface};
use crate::store::emoji as stored;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Attempts before a name stays text.
const ATTEMPTS: i64 = 5;
/// Largest picture fetched, in bytes.
pub const EMOJI_BYTES: u64 = 256 << 10;

/// Writes down the emoji that somebody of `domain` uses, within the transaction that keeps what she says;
/// those that are new or have changed are fetched.
pub async fn hear(app: &App, tx: &impl ConnectionTrait, domain: &str, used: &[Emoji]) -> Result<(), DbErr> {
    if used.is_empty() || domain.is_empty() {
        return Ok(());
    }
    let handles: HashSet<String> = used.iter().map(|e| stored::handle(&e.shortcode, domain)).collect();
    let known = stored::named(tx, &handles).await?;
    let mut known: HashMap<String, emoji::Model> = known.into_iter().map(|row| (row.handle.clone(), row)).collect();
    let mut room = limits::EMOJI_OF_SERVER.saturating_sub(stored::count_of(tx, domain).await?);
    for said in used {
        let row = match known.remove(&stored::handle(&said.shortcode, domain)) {
            Some(row) if changed(app, &row, said) => {
                let row = emoji::Model { asked_at: app.now(), ..told(row, said) };
                stored::save(tx, row.clone()).await?;
                row
            }
            None if room > 0 => {
                room -= 1;
                let row = told(blank(app, &said.shortcode, Some(domain)), said);
                stored::insert_if_new(tx, row.clone()).await?;
                row
            }
            _ => continue,
        };
        work::queue(app, tx, Work::FetchEmoji { emoji: row.id, host: work::host_of(&said.url) }).await?;
    }
    Ok(())
}

/// Another picture, or a later one; asked for not more often than once in a while, whatever is said.
fn changed(app: &App, row: &emoji::Model, said: &Emoji) -> bool {
    let other = row.remote_url.as_deref() != Some(&said.url) || said.updated > row.updated;
    other && app.now() - row.asked_at > limits::EMOJI_AGAIN
}

fn told(row: emoji::Model, said: &Emoji) -> emoji::Model {
    emoji::Model { uri: said.uri.clone(), remote_url: Some(said.url.clone()), updated: said.updated, ..row }
}

fn blank(app: &App, shortcode: &str, domain: Option<&str>) -> emoji::Model {
    custom::blank(app.id(), shortcode, domain, app.now())
}

/// Fetches the picture of one, once.
pub async fn fetch(app: &App, id: i64, attempt: i64) -> Result<(), Refusal> {
    let Some(row) = stored::by_id(&app.db.read, id).await?.filter(|row| row.domain.is_some()) else { return Ok(()) };
    let Some(address) = row.remote_url.clone() else { return Ok(()) };
    match fetched(app, &row, &address).await {
        Err(Refusal::NoStore) if attempt < super::media::STORE_ATTEMPTS => Err(Refusal::NoStore),
        Err(later @ (Refusal::Broken(_) | Refusal::Busy | Refusal::Full)) if attempt < ATTEMPTS => Err(later),
        Err(refusal) => {
            tracing::info!(%refusal, emoji = row.handle, "a custom emoji stays text");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

async fn fetched(app: &App, row: &emoji::Model, address: &str) -> Result<(), Refusal> {
    let upload = media::download(app, address, EMOJI_BYTES, row.asked_at).await?;
    let key = custom::store(app, &upload).await?;
    let (app2, id) = (app.clone(), row.id);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // It may have gone meanwhile; then nothing names the bytes.
                let Some(now) = stored::by_id(tx, id).await? else {
                    return Ok(surface::drop_blobs(&app2, tx, vec![key]).await?);
                };
                stored::set_media(tx, id, &key).await?;
                Ok::<_, Refusal>(surface::drop_blobs(&app2, tx, now.media_key.into_iter().collect()).await?)
            })
        })
        .await
}

/// Those of ours that stand in some texts, as other servers are told.
pub async fn used(app: &App, urls: &Urls, texts: &[&str]) -> Result<Vec<render::Emoji>, DbErr> {
    let names = texts.iter().flat_map(|text| custom::names(text).take(limits::EMOJI_IN_TEXT));
    let handles: HashSet<String> = names.map(|name| stored::handle(name, "")).collect();
    let mut rows = stored::named(&app.db.read, &handles).await?;
    rows.sort_by(|a, b| a.shortcode.cmp(&b.shortcode));
    rows.truncate(limits::EMOJI_SENT);
    Ok(rows.iter().filter_map(|row| values(app, urls, row)).collect())
}

fn values(app: &App, urls: &Urls, row: &emoji::Model) -> Option<render::Emoji> {
    Some(render::Emoji {
        id: urls.emoji(row.id),
        shortcode: row.shortcode.clone(),
        url: urls.media(app, row.media_key.as_deref()?),
        updated: row.updated.unwrap_or(row.asked_at),
    })
}

/// The document of one of ours.
pub async fn document(app: &App, urls: &Urls, id: i64) -> Result<Value, Refusal> {
    let row = stored::by_id(&app.db.read, id).await?.filter(|row| row.domain.is_none()).ok_or(Refusal::Missing)?;
    values(app, urls, &row).map(|emoji| render::document(&emoji)).ok_or(Refusal::Missing)
}
