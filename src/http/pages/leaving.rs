//! Deleting one's own account: asked for with the password and one's name, and done for good.

use super::context::Leave;
use super::templates::Shown;
use super::{Answer, finish, redirect};
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::service::sessions::Viewer;
use crate::service::{Refusal, leaving};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LeaveForm {
    name: String,
    password: String,
}

pub async fn ask(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    let answer = page(&web, &visitor, &viewer, Vec::new()).await;
    finish(&web, &visitor, answer).await
}

async fn page(web: &Web, visitor: &Visitor, viewer: &Viewer, errors: Vec<String>) -> Answer {
    let shown = Shown::new(web, visitor, "you").await;
    let page =
        Leave { frame: shown.frame.clone(), name: viewer.account.username.clone(), owner: viewer.is_owner(), errors };
    Ok(shown.render("leave.html", &page))
}

pub async fn leave(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(form): Form<LeaveForm>,
) -> Response {
    let answer = match leaving::leave(&web.app, &viewer, &form.password, &form.name).await {
        Ok(()) => Ok(redirect("/?said=left")),
        Err(refusal @ (Refusal::Invalid { .. } | Refusal::TooMany { .. })) => {
            let (status, why) = error::said(&refusal);
            page(&web, &visitor, &viewer, vec![why]).await.map(|mut response| {
                *response.status_mut() = status;
                response
            })
        }
        Err(refusal) => Err(refusal),
    };
    finish(&web, &visitor, answer).await
}
