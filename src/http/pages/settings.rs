//! What a person decides about herself.

use super::compose::{language, languages};
use super::context::{AppLine, DataChoice, FieldInput, MutedPerson, SessionLine, Settings};
use super::feeds::{From, linked};
use super::people::Back;
use super::templates::Shown;
use super::{Answer, finish, id, redirect};
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::uploads;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::photos::data;
use crate::service::profiles::{self, ProfileChange};
use crate::service::sessions::{self, Viewer};
use crate::service::uploads::ProfilePicture;
use crate::service::{Refusal, apps, limits, views};
use crate::store::{self, Cursor};
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;

pub async fn show(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn, Query(from): Query<From>) -> Response {
    let answer = page(&web, &visitor, &viewer, &from, None, Vec::new()).await;
    finish(&web, &visitor, answer).await
}

/// The page; `typed` is what a refused form said.
async fn page(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    from: &From,
    typed: Option<ProfileChange>,
    errors: Vec<String>,
) -> Answer {
    let app = &web.app;
    let account = &viewer.account;
    let saved: Vec<(String, String)> = serde_json::from_str(&account.fields).unwrap_or_default();
    let pronouns = profiles::pronouns(account);
    let is_line = |(name, value): &(String, String)| !profiles::is_pronouns(name, value);
    let saved: Vec<(String, String)> = saved.into_iter().filter(is_line).collect();
    let typed_fields = typed.as_ref().map(|t| t.fields.clone());
    let mut fields: Vec<FieldInput> = typed_fields
        .unwrap_or(saved)
        .into_iter()
        .take(limits::FIELDS)
        .map(|(name, value)| FieldInput { name, value })
        .collect();
    fields.resize_with(limits::FIELDS, FieldInput::default);
    let now = app.now();
    let sessions = store::sessions::of_account(&app.db.read, account.id).await?;
    let shown = Shown::new(web, visitor, "you").await;
    let picture = |key: &Option<String>| key.as_deref().map(|k| views::picture_path(app, k)).unwrap_or_default();
    let page = Settings {
        frame: shown.frame.clone(),
        data: data_fields(&viewer.login.shows),
        credit_artist: viewer.login.credit_artist.clone(),
        credit_copyright: viewer.login.credit_copyright.clone(),
        name: typed.as_ref().map_or(&account.name, |t| &t.name).clone(),
        bio: typed.as_ref().map_or(&account.bio, |t| &t.bio).clone(),
        pronouns: typed.as_ref().map_or(pronouns, |t| t.pronouns.clone()),
        languages: languages(&viewer.login.language),
        avatar: picture(&account.avatar_key),
        header: picture(&account.header_key),
        fields,
        locked: typed.as_ref().map_or(account.locked != 0, |t| t.locked),
        discoverable: typed.as_ref().map_or(account.discoverable != 0, |t| t.discoverable),
        featured_albums: typed.as_ref().map_or(account.featured_albums, |t| t.featured_albums),
        blocked: blocked(web, account.id, from).await?,
        muted: muted(web, account.id).await?,
        home_pictures: viewer.login.home_pictures != 0,
        sessions: sessions
            .into_iter()
            .map(|s| SessionLine {
                id: s.id.to_string(),
                device: device(&s.device),
                last_seen: views::ago(s.seen_at, now),
                current: s.id == viewer.session_id,
            })
            .collect(),
        apps: let_in(web, account.id).await?,
        server: app.public().map_or_else(|| visitor.client.host.clone(), |public| public.host.clone()),
        email: viewer.login.email.clone(),
        errors,
    };
    Ok(shown.render("settings.html", &page))
}

fn data_fields(shows: &str) -> Vec<DataChoice> {
    let shown: Vec<&str> = shows.split(',').collect();
    let choice = |f: &data::Field| DataChoice {
        key: f.key.to_owned(),
        label: f.label.to_owned(),
        value: String::new(),
        shown: shown.contains(&f.key),
    };
    data::FIELDS.iter().map(choice).collect()
}

#[derive(Debug, Default, Deserialize)]
pub struct PhotoChoices {
    #[serde(default)]
    show: Vec<String>,
    #[serde(default)]
    credit_artist: String,
    #[serde(default)]
    credit_copyright: String,
}

/// What new photos show of themselves, and what is written into their files.
pub async fn save_photos(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<PhotoChoices>,
) -> Response {
    let shows = data::chosen(form.show.iter().map(String::as_str));
    let credit = data::Credit { artist: form.credit_artist, copyright: form.credit_copyright };
    let answer = data::choose(&web.app, viewer.id(), shows, credit).await.map(|()| redirect("/settings?said=saved"));
    finish(&web, &visitor, answer).await
}

/// What language somebody writes in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LanguageChoice {
    language: String,
}

pub async fn save_language(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<LanguageChoice>,
) -> Response {
    let chosen = profiles::choose_language(&web.app, viewer.id(), language(&form.language)).await;
    finish(&web, &visitor, chosen.map(|()| redirect("/settings?said=saved"))).await
}

/// What home shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HomeChoice {
    pictures: String,
    back: String,
}

pub async fn save_home(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<HomeChoice>,
) -> Response {
    let chosen = profiles::choose_home(&web.app, viewer.id(), !form.pictures.is_empty()).await;
    let back = Back { back: form.back };
    finish(&web, &visitor, chosen.map(|()| redirect(&back.or("/settings?said=saved")))).await
}

/// Apps somebody let in.
async fn let_in(web: &Web, account_id: i64) -> Result<Vec<AppLine>, Refusal> {
    let line = |one: apps::LetIn| AppLine {
        id: one.app.id.to_string(),
        name: one.app.name,
        website: one.app.website.unwrap_or_default(),
        may: one.scopes.in_words().into_iter().map(str::to_owned).collect(),
        last_seen: views::ago(one.seen_at, web.app.now()),
        since: views::day(one.since),
    };
    Ok(apps::let_in(&web.app, account_id).await?.into_iter().map(line).collect())
}

pub async fn throw_out(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(app): Path<String>,
) -> Response {
    let answer = async {
        apps::throw_out(&web.app, viewer.id(), id(&app)?).await?;
        Ok(redirect("/settings?said=saved"))
    };
    finish(&web, &visitor, answer.await).await
}

/// Whom somebody mutes.
async fn muted(web: &Web, account_id: i64) -> Result<Vec<MutedPerson>, Refusal> {
    let app = &web.app;
    let rows = store::mutes::page(&app.db.read, account_id, app.now(), Cursor::first(limits::MUTES_SHOWN)).await?;
    let mut people = views::people(app, Some(account_id), rows.iter().map(|m| m.target_id)).await?;
    let line = |row: &crate::entity::mute::Model| {
        let until = if row.until == 0 { String::new() } else { views::day(row.until) };
        Some(MutedPerson { person: people.remove(&row.target_id)?, until })
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// A page of the people somebody blocks.
async fn blocked(web: &Web, account_id: i64, from: &From) -> Result<views::Page<views::Person>, Refusal> {
    let app = &web.app;
    let cursor = Cursor::before(from.before, limits::PEOPLE_PAGE);
    let rows = store::policies::blocked_by(&app.db.read, account_id, cursor).await?;
    let last = rows.last().map(|b| b.id).filter(|_| rows.len() >= usize::try_from(limits::PEOPLE_PAGE).unwrap_or(0));
    let mut people = views::people(app, Some(account_id), rows.iter().map(|b| b.target_id)).await?;
    let items = rows.iter().filter_map(|b| people.remove(&b.target_id)).collect();
    let there = |path: String| format!("{path}#blocked");
    let page = linked(items, last, from, "/settings");
    Ok(views::Page { older: page.older.map(there), newest: page.newest.map(there), ..page })
}

/// Browser and system out of what a browser calls itself.
fn device(agent: &str) -> String {
    let first = |names: &[(&str, &str)]| {
        names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| (*name).to_owned())
    };
    let browser = first(&[
        ("Firefox", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "Unknown device".to_owned(),
    }
}

pub async fn save_profile(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn, form: Multipart) -> Response {
    let answer = async {
        let filled = uploads::read(&web, form, 2).await?;
        let mut change = ProfileChange {
            name: filled.text("name").to_owned(),
            bio: filled.text("bio").replace("\r\n", "\n"),
            pronouns: filled.text("pronouns").replace(['\r', '\n'], " ").trim().to_owned(),
            fields: (0..limits::FIELDS)
                .map(|i| {
                    (
                        filled.text(&format!("field_name_{i}")).trim().to_owned(),
                        filled.text(&format!("field_value_{i}")).trim().to_owned(),
                    )
                })
                .collect(),
            locked: !filled.text("locked").is_empty(),
            discoverable: !filled.text("discoverable").is_empty(),
            featured_albums: filled.text("featured_albums").parse().unwrap_or(viewer.account.featured_albums),
            avatar: None,
            header: None,
        };
        let typed = change.clone();
        let mut errors = filled.refused;
        if let Err(Refusal::Invalid { why, .. }) = profiles::check_profile(&change) {
            errors.push(why);
        }
        let files = if errors.is_empty() { filled.files } else { Vec::new() };
        for (name, upload) in &files {
            let which = if name == "avatar" { ProfilePicture::Avatar } else { ProfilePicture::Header };
            match crate::service::uploads::profile_picture(&web.app, viewer.id(), which, upload).await {
                Ok(key) if which == ProfilePicture::Avatar => change.avatar = Some(key),
                Ok(key) => change.header = Some(key),
                Err(Refusal::Invalid { why, .. }) => errors.push(why),
                Err(refusal) => return Err(refusal),
            }
        }
        if errors.is_empty() {
            match profiles::change_profile(&web.app, viewer.id(), change).await {
                Ok(()) => return Ok(redirect("/settings?said=saved")),
                Err(Refusal::Invalid { why, .. }) => errors.push(why),
                Err(refusal) => return Err(refusal),
            }
        }
        refused(&web, &visitor, &viewer, Some(typed), errors).await
    };
    finish(&web, &visitor, answer.await).await
}

async fn refused(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    typed: Option<ProfileChange>,
    errors: Vec<String>,
) -> Answer {
    let mut response = page(web, visitor, viewer, &From::default(), typed, errors).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current: String,
    new: String,
}

pub async fn change_password(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<PasswordForm>,
) -> Response {
    let answer = match sessions::change_password(&web.app, &viewer, &form.current, &form.new).await {
        Ok(()) => Ok(redirect("/settings?said=password")),
        Err(refusal @ (Refusal::Invalid { .. } | Refusal::TooMany { .. })) => {
            let (status, why) = error::said(&refusal);
            let shown = page(&web, &visitor, &viewer, &From::default(), None, vec![why]).await;
            shown.map(|mut response| {
                *response.status_mut() = status;
                response
            })
        }
        Err(refusal) => Err(refusal),
    };
    finish(&web, &visitor, answer).await
}

pub async fn end_session(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(session): Path<String>,
) -> Response {
    let answer = async {
        sessions::sign_out(&web.app, viewer.id(), id(&session)?).await?;
        Ok(redirect("/settings?said=saved"))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn end_others(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    let answer = async {
        sessions::sign_out_others(&web.app, &viewer).await?;
        Ok(redirect("/settings?said=saved"))
    };
    finish(&web, &visitor, answer.await).await
}
