//! Actors, posts, collections and activities at their ids.

use super::{answer, asking_host, asks_for_activity, document, reader, to_page, urls};
use crate::activitypub::render::{collection, note as render};
use crate::http::Web;
use crate::http::pages::id;
use crate::service::accounts::INSTANCE;
use crate::service::federation::documents::{self, Shown};
use crate::service::federation::urls::{Urls, person_path, post_path};
use crate::service::federation::{emoji as custom, holders, quote};
use crate::service::{Refusal, visibility};
use crate::store::accounts;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;

/// Which part of a collection.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    page: Option<String>,
    before: Option<i64>,
    after: Option<i64>,
}

/// The server's own actor: to everybody, signed or not, whatever is asked for but a page.
pub async fn instance(State(web): State<Web>) -> Response {
    let found = async {
        let urls = urls(&web.app)?;
        Ok(document(&documents::actor(&web.app, &urls, INSTANCE).await?, true))
    };
    answer(found.await)
}

pub async fn instance_outbox(State(web): State<Web>) -> Response {
    let found = async {
        let urls = urls(&web.app)?;
        Ok(document(&collection::ordered_items(&urls.outbox(INSTANCE), Vec::new()), true))
    };
    answer(found.await)
}

/// The way to the page of a person of this server, or to one below it.
async fn person_page(web: &Web, user: i64, below: &str) -> Result<Response, Refusal> {
    let row = accounts::by_id(&web.app.db.read, user).await?.filter(|a| a.domain.is_empty() && a.deleted_at.is_none());
    row.map(|r| to_page(&format!("{}{below}", person_path(&r)))).ok_or(Refusal::Missing)
}

/// The way to the page of a post of this server that everybody may see.
async fn post_page(web: &Web, post: i64) -> Result<Response, Refusal> {
    let row = visibility::visible(&web.app, None, post).await?;
    let author = accounts::by_id(&web.app.db.read, row.account_id)
        .await?
        .filter(|a| a.domain.is_empty())
        .ok_or(Refusal::Missing)?;
    Ok(to_page(&post_path(&author, row.id)))
}

/// A person's id: the document, or the way to her page.
pub async fn actor(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
) -> Response {
    let found = async {
        let user = id(&user)?;
        if !asks_for_activity(&headers) {
            return person_page(&web, user, "").await;
        }
        // Only to learn that a server that is kept out asks.
        reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        Ok(document(&documents::actor(&web.app, &urls, user).await?, true))
    };
    answer(found.await)
}

/// A post's id: the document, or the way to its page.
pub async fn post(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(post): Path<String>,
) -> Response {
    note(&web, &headers, &uri, &post).await
}

pub async fn note(web: &Web, headers: &HeaderMap, uri: &Uri, post: &str) -> Response {
    written(web, headers, uri, post, render::note).await
}

pub async fn create(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(post): Path<String>,
) -> Response {
    written(&web, &headers, &uri, &post, render::create).await
}

async fn written(
    web: &Web,
    headers: &HeaderMap,
    uri: &Uri,
    post: &str,
    form: fn(&render::Post) -> serde_json::Value,
) -> Response {
    let app = &web.app;
    let found = async {
        let post = id(post)?;
        if !asks_for_activity(headers) {
            return post_page(web, post).await;
        }
        let who = reader(app, headers, uri).await?;
        let urls = urls(app)?;
        match documents::post(app, &urls, who, post, form).await {
            Ok(made) => {
                if let Some(reader) = who {
                    holders::given(app, post, reader).await;
                }
                Ok(document(&made.value, made.public))
            }
            Err(Refusal::Gone) => {
                let mut response = document(&documents::tombstone(app, &urls, post).await?, true);
                *response.status_mut() = StatusCode::GONE;
                Ok(response)
            }
            Err(refusal) => Err(refusal),
        }
    };
    answer(found.await)
}

pub async fn replies(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(post): Path<String>,
    Query(part): Query<Part>,
) -> Response {
    let found = async {
        let post = own_post(&web, &post).await?;
        if !asks_for_activity(&headers) {
            return post_page(&web, post).await;
        }
        let who = reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        let part = part.page.is_some().then(|| part.after.unwrap_or(0));
        let value = documents::replies(&web.app, &urls, who, post, part).await?;
        Ok(document(&value, who.is_none()))
    };
    answer(found.await)
}

pub async fn likes(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(post): Path<String>,
) -> Response {
    count(web, headers, uri, post, "likes").await
}

pub async fn shares(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(post): Path<String>,
) -> Response {
    count(web, headers, uri, post, "shares").await
}

async fn count(web: Web, headers: HeaderMap, uri: Uri, post: String, what: &str) -> Response {
    let found = async {
        let post = own_post(&web, &post).await?;
        if !asks_for_activity(&headers) {
            return post_page(&web, post).await;
        }
        let who = reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        let value = documents::count(&web.app, &urls, who, post, what).await?;
        Ok(document(&value, who.is_none()))
    };
    answer(found.await)
}

/// Only posts of this server have documents here.
async fn own_post(web: &Web, post: &str) -> Result<i64, Refusal> {
    let row = crate::store::posts::by_id(&web.app.db.read, id(post)?).await?.filter(|p| p.uri.is_none());
    row.map(|p| p.id).ok_or(Refusal::Missing)
}

type Asked = (State<Web>, HeaderMap, OriginalUri, Path<String>, Query<Part>);

/// Collections of a person: the same checks for all. `below` is the page that shows people the same.
async fn of_person<F>(asked: Asked, below: &str, make: F) -> Response
where
    F: AsyncFnOnce(&Web, &Urls, i64, &Part) -> Result<serde_json::Value, Refusal>,
{
    let (State(web), headers, OriginalUri(uri), Path(user), Query(part)) = asked;
    let found = async {
        let user = id(&user)?;
        if !asks_for_activity(&headers) {
            return person_page(&web, user, below).await;
        }
        let who = reader(&web.app, &headers, &uri).await?;
        visibility::unless_blocked(&web.app, who, user).await?;
        let urls = urls(&web.app)?;
        Ok(document(&make(&web, &urls, user, &part).await?, who.is_none()))
    };
    answer(found.await)
}

pub async fn outbox(
    state: State<Web>,
    headers: HeaderMap,
    uri: OriginalUri,
    path: Path<String>,
    part: Query<Part>,
) -> Response {
    of_person((state, headers, uri, path, part), "", async |web, urls, user, part| {
        documents::outbox(&web.app, urls, user, part.page.is_some(), part.before).await
    })
    .await
}

pub async fn followers(
    state: State<Web>,
    headers: HeaderMap,
    uri: OriginalUri,
    path: Path<String>,
    part: Query<Part>,
) -> Response {
    of_person((state, headers, uri, path, part), "/followers", async |web, urls, user, part| {
        documents::network(&web.app, urls, user, true, part.page.is_some(), part.before).await
    })
    .await
}

/// Those followers who live on the server that asks (FEP-8fcf); nobody else's are given to it.
pub async fn followers_of_host(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
) -> Response {
    let found = async {
        let user = id(&user)?;
        let host = asking_host(&web.app, &headers, &uri, user).await?.ok_or(Refusal::Missing)?;
        let urls = urls(&web.app)?;
        Ok(document(&documents::followers_of_host(&web.app, &urls, user, &host).await?, false))
    };
    answer(found.await)
}

/// A custom emoji of this server, to everybody.
pub async fn emoji(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(emoji): Path<String>,
) -> Response {
    let found = async {
        let emoji = id(&emoji)?;
        // Only to learn that a server that is kept out asks.
        reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        Ok(document(&custom::document(&web.app, &urls, emoji).await?, true))
    };
    answer(found.await)
}

/// Proof that a post elsewhere may quote one of ours.
pub async fn stamp(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path((user, stamp)): Path<(String, String)>,
) -> Response {
    let found = async {
        let (user, stamp) = (id(&user)?, id(&stamp)?);
        let who = reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        Ok(document(&quote::stamp(&web.app, &urls, who, user, stamp).await?, who.is_none()))
    };
    answer(found.await)
}

pub async fn following(
    state: State<Web>,
    headers: HeaderMap,
    uri: OriginalUri,
    path: Path<String>,
    part: Query<Part>,
) -> Response {
    of_person((state, headers, uri, path, part), "/following", async |web, urls, user, part| {
        documents::network(&web.app, urls, user, false, part.page.is_some(), part.before).await
    })
    .await
}

pub async fn featured(
    state: State<Web>,
    headers: HeaderMap,
    uri: OriginalUri,
    path: Path<String>,
    part: Query<Part>,
) -> Response {
    of_person((state, headers, uri, path, part), "", async |web, urls, user, _| {
        documents::featured_posts(&web.app, urls, user).await
    })
    .await
}

pub async fn featured_tags(
    state: State<Web>,
    headers: HeaderMap,
    uri: OriginalUri,
    path: Path<String>,
    part: Query<Part>,
) -> Response {
    of_person((state, headers, uri, path, part), "", async |web, urls, user, _| {
        documents::featured_tags(&web.app, urls, user).await
    })
    .await
}

pub async fn activity(
    State(web): State<Web>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
) -> Response {
    let found = async {
        let number = id(&number)?;
        if !asks_for_activity(&headers) {
            return match documents::shown_at(&web.app, number).await? {
                Shown::Post(post) => post_page(&web, post).await,
                Shown::Person(user) => person_page(&web, user, "").await,
            };
        }
        let who = reader(&web.app, &headers, &uri).await?;
        let urls = urls(&web.app)?;
        let made = documents::activity(&web.app, &urls, who, number).await?;
        Ok(document(&made.value, made.public))
    };
    answer(found.await)
}
