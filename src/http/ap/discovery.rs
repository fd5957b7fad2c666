//! WebFinger, host-meta, NodeInfo.

use super::{answer, naming, urls};
use crate::activitypub::nodeinfo::{self, NodeInfo, Usage, Version};
use crate::activitypub::webfinger::{self, Resource, Subject};
use crate::activitypub::{JRD_JSON, XRD_XML};
use crate::app::App;
use crate::http::Web;
use crate::service::Refusal;
use crate::service::accounts::INSTANCE;
use crate::service::federation::urls::{Named, Urls, person_path};
use crate::service::usage;
use crate::store;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use serde::Deserialize;
use serde_json::Value;

fn json(value: &Value, kind: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, value.to_string()).into_response()
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    resource: Option<String>,
}

/// Who a handle is (RFC 7033).
pub async fn webfinger(State(web): State<Web>, Query(asked): Query<Asked>) -> Response {
    let Some(resource) = asked.resource.filter(|r| !r.is_empty()) else {
        return (StatusCode::BAD_REQUEST, "resource is missing\n").into_response();
    };
    let found = async {
        let urls = urls(&web.app)?;
        let subject = subject(&web, &urls, &resource).await?;
        Ok(naming(StatusCode::OK, json(&webfinger::jrd(&subject), JRD_JSON)))
    };
    answer(found.await)
}

async fn subject(web: &Web, urls: &Urls, resource: &str) -> Result<Subject, Refusal> {
    let ours = |host: &str| host == urls.host() || host == urls.handle_domain();
    let instance = || Subject {
        handle: format!("{0}@{0}", urls.handle_domain()),
        actor: urls.actor(INSTANCE),
        page: urls.at("/about"),
        ..Subject::default()
    };
    let name = match webfinger::parse_resource(resource).ok_or(Refusal::Missing)? {
        Resource::Account(handle) | Resource::Page(handle) if ours(&handle.host) => handle.user,
        Resource::Server { host } if ours(&host) => return Ok(instance()),
        Resource::Address { host, path } if ours(&host) => match urls.parse(&urls.at(&path)) {
            Some(Named::Actor(INSTANCE)) => return Ok(instance()),
            Some(Named::Actor(id)) => {
                store::accounts::by_id(&web.app.db.read, id)
                    .await?
                    .filter(|a| a.domain.is_empty())
                    .ok_or(Refusal::Missing)?
                    .username
            }
            _ => return Err(Refusal::Missing),
        },
        _ => return Err(Refusal::Missing),
    };
    let row = store::accounts::by_handle(&web.app.db.read, &name, "")
        .await?
        .filter(|a| a.id != INSTANCE)
        .ok_or(Refusal::Missing)?;
    if row.deleted_at.is_some() {
        return Err(Refusal::Gone);
    }
    if row.suspended != 0 {
        return Err(Refusal::Missing);
    }
    Ok(Subject {
        handle: format!("{}@{}", row.username, urls.handle_domain()),
        actor: urls.actor(row.id),
        page: urls.at(&person_path(&row)),
        avatar: row.avatar_key.as_deref().map(|key| (urls.media(&web.app, key), "image/jpeg".to_owned())),
        subscribe: Some(urls.at("/authorize_interaction?uri={uri}")),
    })
}

pub async fn host_meta(State(web): State<Web>) -> Response {
    let found = async {
        let urls = urls(&web.app)?;
        Ok(([(header::CONTENT_TYPE, XRD_XML)], webfinger::host_meta_xml(urls.origin())).into_response())
    };
    answer(found.await)
}

pub async fn host_meta_json(State(web): State<Web>) -> Response {
    let found = async {
        let urls = urls(&web.app)?;
        Ok(json(&webfinger::host_meta_json(urls.origin()), "application/json; charset=utf-8"))
    };
    answer(found.await)
}

pub async fn nodeinfo_links(State(web): State<Web>) -> Response {
    let found = async {
        let urls = urls(&web.app)?;
        Ok(json(&nodeinfo::discovery(urls.origin(), &urls.actor(INSTANCE)), "application/json; charset=utf-8"))
    };
    answer(found.await)
}

pub async fn nodeinfo(State(web): State<Web>, Path(version): Path<String>) -> Response {
    let version = match version.as_str() {
        "2.0" => Version::V2_0,
        "2.1" => Version::V2_1,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let found = async {
        let info = info(&web.app).await?;
        Ok(json(&nodeinfo::document(&info, version), &version.content_type()))
    };
    answer(found.await)
}

/// What this server says of itself.
pub async fn info(app: &App) -> Result<NodeInfo, Refusal> {
    let size = usage::size(app).await?;
    Ok(NodeInfo {
        software: "cyanotype".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: None,
        homepage: None,
        open_registrations: app.settings.open_registration,
        usage: Some(Usage {
            users: size.people,
            active_month: size.active_month,
            active_halfyear: size.active_halfyear,
            posts: size.posts,
            comments: size.answers,
        }),
        name: app.settings.server_name.clone(),
        description: app.settings.server_description.clone(),
    })
}
