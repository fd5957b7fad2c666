//! Keeping somebody at a distance: block, mute, report; and the list of reports for the owner.

use super::context::{Choice, Confirm, MutePage, ReportLine, ReportPage, Reports};
use super::feeds::{From, linked};
use super::people::Back;
use super::templates::Shown;
use super::{Answer, finish, id, redirect};
use crate::entity::account;
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::urls;
use crate::service::reporting::{self, CATEGORIES, Complaint};
use crate::service::sessions::Viewer;
use crate::service::{Refusal, accounts, limits, moderation, muting, views, visibility};
use crate::store::{self, Cursor, reports};
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use serde::Deserialize;
use std::collections::HashMap;

pub async fn ask_block(State(web): State<Web>, SignedIn(visitor, _): SignedIn, Path(acct): Path<String>) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        let person = views::person(&web.app, &row);
        let shown = Shown::new(&web, &visitor, "").await;
        let page = Confirm {
            frame: shown.frame.clone(),
            title: format!("Block {}?", person.name),
            text: "You will not see each other here any more, and neither of you follows the other. They are not told."
                .to_owned(),
            action: format!("{}/block", person.path),
            button: "Block".to_owned(),
            back: person.path,
        };
        Ok(shown.render("confirm.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn block(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn, Path(acct): Path<String>) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        moderation::block(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&format!("/@{acct}?said=blocked")))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn unblock(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        moderation::unblock(&web.app, &viewer.account, row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn ask_mute(State(web): State<Web>, SignedIn(visitor, _): SignedIn, Path(acct): Path<String>) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        let shown = Shown::new(&web, &visitor, "").await;
        let choice = |(value, label, _): &(&str, &str, i64)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            hint: String::new(),
            chosen: *value == "always",
        };
        let page = MutePage {
            frame: shown.frame.clone(),
            person: views::person(&web.app, &row),
            lengths: muting::LENGTHS.iter().map(choice).collect(),
        };
        Ok(shown.render("mute.html", &page))
    };
    finish(&web, &visitor, answer.await).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MuteForm {
    length: String,
    notifications: String,
}

pub async fn mute(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(form): Form<MuteForm>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        let length = muting::LENGTHS.iter().find(|(word, ..)| *word == form.length).map_or(0, |(.., length)| *length);
        muting::mute(&web.app, viewer.id(), row.id, length, !form.notifications.is_empty()).await?;
        Ok(redirect(&format!("/@{acct}?said=muted")))
    };
    finish(&web, &visitor, answer.await).await
}

pub async fn unmute(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(back): Form<Back>,
) -> Response {
    let answer = async {
        let row = accounts::by_acct(&web.app, &acct).await?;
        muting::unmute(&web.app, viewer.id(), row.id).await?;
        Ok(redirect(&back.or(&format!("/@{acct}"))))
    };
    finish(&web, &visitor, answer.await).await
}

/// Which post a report begins with.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    post: Option<String>,
}

/// What a report's form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    category: String,
    comment: String,
    post: Vec<String>,
    forward: String,
}

pub async fn ask_report(
    State(web): State<Web>,
    SignedIn(visitor, _): SignedIn,
    Path(acct): Path<String>,
    Query(about): Query<About>,
) -> Response {
    let form = ReportForm { post: about.post.into_iter().collect(), ..ReportForm::default() };
    let answer = report_form(&web, &visitor, &acct, form, "").await;
    finish(&web, &visitor, answer).await
}

async fn report_form(web: &Web, visitor: &Visitor, acct: &str, form: ReportForm, error: &str) -> Answer {
    let app = &web.app;
    let row = accounts::by_acct(app, acct).await?;
    let mut named = Vec::new();
    for post in &form.post {
        named.push(visibility::visible(app, visitor.reader(), id(post)?).await?);
    }
    named.retain(|p| p.account_id == row.id);
    let shown = Shown::new(web, visitor, "").await;
    let chosen = if form.category.is_empty() { "violation" } else { &form.category };
    let choice = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        hint: String::new(),
        chosen: *value == chosen,
    };
    let page = ReportPage {
        frame: shown.frame.clone(),
        person: views::person(app, &row),
        posts: views::posts(app, visitor.reader(), named).await?,
        categories: CATEGORIES.iter().map(choice).collect(),
        comment: form.comment,
        forward: !form.forward.is_empty(),
        server: if app.public().is_some() { row.domain } else { String::new() },
        most: i64::try_from(limits::REPORT).unwrap_or(1_000),
        error: error.to_owned(),
    };
    Ok(shown.render("report.html", &page))
}

pub async fn report(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(acct): Path<String>,
    Form(form): Form<ReportForm>,
) -> Response {
    let answer = async {
        match send_report(&web, &viewer, &acct, &form).await {
            Ok(()) => Ok(redirect(&format!("/@{acct}?said=reported"))),
            Err(refusal @ Refusal::Invalid { .. }) => {
                let (status, why) = error::said(&refusal);
                let mut response = report_form(&web, &visitor, &acct, form, &why).await?;
                *response.status_mut() = status;
                Ok(response)
            }
            Err(refusal) => Err(refusal),
        }
    };
    finish(&web, &visitor, answer.await).await
}

async fn send_report(web: &Web, viewer: &Viewer, acct: &str, form: &ReportForm) -> Result<(), Refusal> {
    let target: account::Model = accounts::by_acct(&web.app, acct).await?;
    let complaint = Complaint {
        target_id: target.id,
        category: form.category.clone(),
        comment: form.comment.replace("\r\n", "\n"),
        posts: form.post.iter().map(|p| id(p)).collect::<Result<_, _>>()?,
        forward: !form.forward.is_empty(),
        rules: Vec::new(),
    };
    reporting::report(&web.app, &viewer.account, complaint).await.map(drop)
}

/// Which reports: those that wait, or those that are done.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    done: Option<String>,
    before: Option<i64>,
}

pub async fn reports(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Query(which): Query<Which>,
) -> Response {
    let answer = async {
        owner_only(&viewer)?;
        reports_page(&web, &visitor, which).await
    };
    finish(&web, &visitor, answer.await).await
}

/// For everybody else the page is not there.
fn owner_only(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.is_owner() { Ok(()) } else { Err(Refusal::Missing) }
}

async fn reports_page(web: &Web, visitor: &Visitor, which: Which) -> Answer {
    let app = &web.app;
    let (done, from) = (which.done.is_some(), From { before: which.before });
    let rows = reports::page(&app.db.read, !done, Cursor::before(from.before, limits::PAGE)).await?;
    let last = rows.last().map(|r| r.id).filter(|_| rows.len() >= usize::try_from(limits::PAGE).unwrap_or(0));
    let people = store::accounts::by_ids(&app.db.read, rows.iter().flat_map(|r| [r.target_id, r.reporter_id])).await?;
    let labels: HashMap<&str, &str> = CATEGORIES.into_iter().collect();
    let mut items = Vec::new();
    for row in rows {
        let (Some(target), Some(reporter)) = (people.get(&row.target_id), people.get(&row.reporter_id)) else {
            continue;
        };
        let named = reporting::named_posts(app, &row).await?;
        items.push(ReportLine {
            id: row.id.to_string(),
            target: views::person(app, target),
            // Who it was elsewhere is nobody's business; which server, is.
            reporter: if reporter.domain.is_empty() { Some(views::person(app, reporter)) } else { None },
            server: reporter.domain.clone(),
            category: labels.get(row.category.as_str()).copied().unwrap_or_default().to_owned(),
            comment: row.comment.clone(),
            rules: reporting::broken_rules(app, &row),
            posts: named.iter().map(|p| urls::post_path(target, p.id)).collect(),
            forwarded: row.forwarded != 0,
            ago: views::ago(row.created_at, app.now()),
            at: views::iso(row.created_at),
        });
    }
    let shown = Shown::new(web, visitor, "you").await;
    let base = if done { "/reports?done=yes" } else { "/reports" };
    Ok(shown
        .render("reports.html", &Reports { frame: shown.frame.clone(), done, items: linked(items, last, &from, base) }))
}

pub async fn close_report(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path(report): Path<String>,
) -> Response {
    let answer = async {
        owner_only(&viewer)?;
        reporting::close(&web.app, &viewer.account, id(&report)?).await?;
        Ok(redirect("/reports?said=saved"))
    };
    finish(&web, &visitor, answer.await).await
}
