//! Where a post went, for its author alone.

use super::context::{Deliveries, DeliveryLine, ReachLine};
use super::feeds::From;
use super::templates::Shown;
use super::{Answer, finish, id};
use crate::app::App;
use crate::http::Web;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::federation::reach;
use crate::service::sessions::Viewer;
use crate::service::{Refusal, views, visibility};
use crate::store::deliveries::ARRIVED;
use crate::store::delivery_log::Line;
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;

/// How far a post got, to stand under it.
pub async fn line(app: &App, post_path: &str, post: i64) -> Result<Option<ReachLine>, Refusal> {
    let reach = reach::of_post(app, post).await?;
    Ok(reach.map(|r| ReachLine { reached: r.reached, of: r.of, path: format!("{post_path}/deliveries") }))
}

pub async fn show(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Path((acct, post)): Path<(String, String)>,
    Query(from): Query<From>,
) -> Response {
    let answer = page(&web, &visitor, &viewer, &acct, &post, &from).await;
    finish(&web, &visitor, answer).await
}

async fn page(web: &Web, visitor: &Visitor, viewer: &Viewer, acct: &str, post: &str, from: &From) -> Answer {
    let app = &web.app;
    let row = visibility::visible(app, Some(viewer.id()), id(post)?).await?;
    if acct != viewer.account.username || row.account_id != viewer.id() {
        return Err(Refusal::Missing);
    }
    let (lines, next) = reach::lines(app, row.id, from.before).await?;
    let reach = reach::of_post(app, row.id).await?.unwrap_or(reach::Reach { reached: 0, of: 0 });
    let shown = Shown::new(web, visitor, "you").await;
    let post_path = format!("/@{acct}/{post}");
    let page = Deliveries {
        frame: shown.frame.clone(),
        reached: reach.reached,
        of: reach.of,
        lines: lines.iter().map(|line| told(line, app.now())).collect(),
        older: next.map(|before| format!("{post_path}/deliveries?before={before}")),
        post_path,
    };
    Ok(shown.render("deliveries.html", &page))
}

fn told(line: &Line, now: i64) -> DeliveryLine {
    let when = line.ended_at.unwrap_or(line.run_at);
    let what = match line.kind.as_str() {
        "Create" => "The post",
        "Update" => "A change",
        "Delete" => "Its end",
        "Add" => "Pinned",
        "Remove" => "Unpinned",
        other => other,
    };
    DeliveryLine {
        host: line.host.clone(),
        what: what.to_owned(),
        when: views::iso(when),
        ago: if when > now { "later".to_owned() } else { views::ago(when, now) },
        how: reach::said(line),
        arrived: line.state == ARRIVED,
    }
}
