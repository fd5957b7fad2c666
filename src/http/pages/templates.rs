//! The templates, and a page on its way out: its frame, its nonce, its policy.

use super::context::Frame;
use crate::http::Web;
use crate::http::security;
use crate::http::viewer::Visitor;
use crate::secrets::{hex, random_hex, sha256};
use crate::service::sessions::Viewer;
use crate::service::views;
use crate::store::{conversations, notifications, relations, reports};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value};
use rust_embed::RustEmbed;
use sea_orm::DbErr;
use serde::Serialize;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct TemplateFiles;

/// CSS, scripts and icons; their paths carry a version, so they are cached for ever.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
pub struct StaticFiles;

/// Counted up to this; "99+" is shown beyond.
const MOST_UNREAD: u64 = 100;

/// Every template, parsed at the start.
pub struct Templates {
    env: Environment<'static>,
    /// Changes when any static file does.
    pub version: String,
}

impl Templates {
    /// Parses all templates: a broken one stops the start.
    pub fn load() -> anyhow::Result<Self> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| {
            if name.ends_with(".html") || name.ends_with(".xml") { AutoEscape::Html } else { AutoEscape::None }
        });
        env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        env.set_formatter(print);
        for path in TemplateFiles::iter() {
            let file = TemplateFiles::get(&path).ok_or_else(|| anyhow::anyhow!("template {path} cannot be read"))?;
            env.add_template_owned(path.to_string(), String::from_utf8(file.data.into_owned())?)?;
        }
        let all: Vec<u8> =
            StaticFiles::iter().filter_map(|p| StaticFiles::get(&p)).flat_map(|f| f.metadata.sha256_hash()).collect();
        Ok(Self { env, version: hex(&sha256(&all)).chars().take(10).collect() })
    }

    /// A page as HTML.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, minijinja::Error> {
        self.env.get_template(name)?.render(Value::from(Serde(context)))
    }
}

fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
}

/// A page being made for somebody.
pub struct Shown<'a> {
    web: &'a Web,
    pub frame: Frame,
}

impl<'a> Shown<'a> {
    /// The frame around every page; `here` is the entry of the navigation that is current.
    pub async fn new(web: &'a Web, visitor: &Visitor, here: &str) -> Self {
        let app = &web.app;
        let waiting = match &visitor.viewer {
            // A frame without its little numbers is better than no page.
            Some(viewer) => waiting(web, viewer).await.unwrap_or_default(),
            None => Waiting::default(),
        };
        let frame = Frame {
            server_name: app.settings.server_name.clone(),
            nonce: random_hex::<16>().unwrap_or_default(),
            viewer: visitor.viewer.as_ref().map(|v| views::person(app, &v.account)),
            unread: waiting.notifications,
            messages: waiting.messages,
            requests: waiting.requests,
            reports: waiting.reports,
            owner: visitor.viewer.as_ref().is_some_and(Viewer::is_owner),
            here: here.to_owned(),
            open: app.settings.open_registration,
            not_federating: app.public().is_none() && visitor.viewer.as_ref().is_some_and(|v| v.is_owner()),
            notice: notice(&visitor.path),
            origin: app.public().map_or_else(|| visitor.client.origin(), |p| p.origin.clone()),
            path: visitor.path.split('?').next().unwrap_or("/").to_owned(),
            assets: web.templates.version.clone(),
        };
        Self { web, frame }
    }

    /// The page, with the headers that belong to it. Nobody's page is kept in a shared cache.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Response {
        let html = match self.web.templates.render(name, context) {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(template = name, cause = format!("{error:#}"), "a page could not be rendered");
                return (StatusCode::INTERNAL_SERVER_ERROR, "Something broke on the server. It has been noted.")
                    .into_response();
            }
        };
        let media = self.web.app.settings.media_address.as_ref().map(|u| u.origin().ascii_serialization());
        let mut response = Html(html).into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&security::policy(&self.frame.nonce, media.as_deref())) {
            headers.insert(HeaderName::from_static("content-security-policy"), policy);
        }
        let cache = if self.frame.viewer.is_some() { "private, no-store" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("Accept, Cookie"));
        response
    }
}

/// What waits for somebody.
#[derive(Default)]
struct Waiting {
    notifications: i64,
    messages: i64,
    requests: i64,
    reports: i64,
}

async fn waiting(web: &Web, viewer: &Viewer) -> Result<Waiting, DbErr> {
    let (db, id) = (&web.app.db.read, viewer.id());
    let some = |n: u64| i64::try_from(n).unwrap_or(0);
    Ok(Waiting {
        notifications: some(notifications::unread(db, id, viewer.login.notifications_seen, MOST_UNREAD).await?),
        messages: some(conversations::unread(db, id, MOST_UNREAD).await?),
        requests: some(relations::count_requests(db, id).await?),
        reports: if viewer.is_owner() { some(reports::waiting(db, MOST_UNREAD).await?) } else { 0 },
    })
}

/// What a redirect wants said once: only these sentences, never text from the address.
fn notice(path: &str) -> String {
    let said = path.split_once("said=").map_or("", |(_, s)| s.split('&').next().unwrap_or_default());
    match said {
        "saved" => "Saved.",
        "password" => "Your password was changed. Other devices were signed out.",
        "deleted" => "The post was deleted. Other servers have been asked to delete it too.",
        "described" => "The photos are here; nothing is posted yet. Say what is to be seen in them, then post.",
        "discarded" => "Your changes were dropped. The post is as it was.",
        "blocked" => "Blocked. You will not see each other any more.",
        "asked" => "Asked. You will see their posts once they accept.",
        "left" => "Your account was deleted. Other servers are being told.",
        "muted" => "Muted. You will not see what they post until you unmute them, or the time is over.",
        "reported" => "Reported. Whoever looks after this server will see it.",
        "signed-out" => "Signed out.",
        "reset" => "Your password was set. Sign in with it.",
        _ => "",
    }
    .to_owned()
}
