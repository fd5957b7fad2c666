//! Signing in and out, joining, one-time links.

use super::context::{Join, Reset, SignIn};
use super::templates::Shown;
use super::{finish, redirect, safe_path};
use crate::http::Web;
use crate::http::error;
use crate::http::nul::Form;
use crate::http::security;
use crate::http::viewer::{SignedIn, Visitor, cookie, no_cookie};
use crate::service::Refusal;
use crate::service::accounts::NewAccount;
use crate::service::sessions::{self, OWNER_LINK, RESET_LINK};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    login: String,
    password: String,
    next: String,
    /// Somebody signed in wants to be somebody else.
    again: String,
}

pub async fn sign_in_page(State(web): State<Web>, visitor: Visitor, Query(form): Query<SignInForm>) -> Response {
    if visitor.viewer.is_some() && form.again.is_empty() {
        return security::in_reach_of_opener(redirect(safe_path(&form.next).unwrap_or("/")));
    }
    sign_in_form(&web, &visitor, form, "").await
}

async fn sign_in_form(web: &Web, visitor: &Visitor, form: SignInForm, error: &str) -> Response {
    let shown = Shown::new(web, visitor, "").await;
    let next = safe_path(&form.next).unwrap_or_default().to_owned();
    // An app may have opened this in a window that it waits for.
    security::in_reach_of_opener(shown.render(
        "sign-in.html",
        &SignIn { frame: shown.frame.clone(), login: form.login, error: error.to_owned(), next },
    ))
}

pub async fn sign_in(State(web): State<Web>, visitor: Visitor, Form(form): Form<SignInForm>) -> Response {
    match sessions::sign_in(&web.app, &form.login, &form.password, &visitor.client.bucket(), &visitor.device).await {
        Ok(secret) => {
            if let Some(old) = &visitor.viewer {
                // A new session for a new sign-in; the old one ends.
                let _ = sessions::sign_out(&web.app, old.id(), old.session_id).await;
            }
            let on = (cookie(&secret, &visitor.client), redirect(safe_path(&form.next).unwrap_or("/")));
            security::in_reach_of_opener(on.into_response())
        }
        Err(refusal @ (Refusal::Invalid { .. } | Refusal::TooMany { .. })) => {
            let (status, sentence) = error::said(&refusal);
            let mut response = sign_in_form(&web, &visitor, form, &sentence).await;
            *response.status_mut() = status;
            error::with_retry(&refusal, response)
        }
        Err(refusal) => error::page(&web, &visitor, refusal).await,
    }
}

pub async fn sign_out(State(web): State<Web>, SignedIn(visitor, viewer): SignedIn) -> Response {
    match sessions::sign_out(&web.app, viewer.id(), viewer.session_id).await {
        Ok(()) => (no_cookie(&visitor.client), redirect("/?said=signed-out")).into_response(),
        Err(refusal) => error::page(&web, &visitor, refusal).await,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    username: String,
    email: String,
    password: String,
}

impl JoinForm {
    fn account(&self) -> NewAccount {
        NewAccount {
            username: self.username.clone(),
            email: self.email.clone(),
            password: Some(self.password.clone()),
            role: "person",
        }
    }
}

pub async fn join_page(State(web): State<Web>, visitor: Visitor) -> Response {
    if visitor.viewer.is_some() {
        return redirect("/");
    }
    join_form(&web, &visitor, "/join", false, JoinForm::default(), Vec::new()).await
}

async fn join_form(
    web: &Web,
    visitor: &Visitor,
    action: &str,
    owner: bool,
    form: JoinForm,
    errors: Vec<String>,
) -> Response {
    let shown = Shown::new(web, visitor, "").await;
    let page = Join {
        frame: shown.frame.clone(),
        action: action.to_owned(),
        owner,
        closed: !owner && !web.app.settings.open_registration,
        username: form.username,
        email: form.email,
        errors,
        handle_host: web.app.handle_domain(),
    };
    shown.render("join.html", &page)
}

/// Signs the new person in, or shows the form again with what was wrong.
async fn joined(
    web: &Web,
    visitor: &Visitor,
    made: Result<String, Refusal>,
    action: &str,
    owner: bool,
    form: JoinForm,
) -> Response {
    match made {
        Ok(secret) => security::in_reach_of_opener((cookie(&secret, &visitor.client), redirect("/")).into_response()),
        Err(refusal @ (Refusal::Invalid { .. } | Refusal::Forbidden(_) | Refusal::TooMany { .. })) => {
            let (status, sentence) = error::said(&refusal);
            let mut response = join_form(web, visitor, action, owner, form, vec![sentence]).await;
            *response.status_mut() = status;
            error::with_retry(&refusal, response)
        }
        Err(refusal) => error::page(web, visitor, refusal).await,
    }
}

pub async fn join(State(web): State<Web>, visitor: Visitor, Form(form): Form<JoinForm>) -> Response {
    let made = sessions::join(&web.app, form.account(), &visitor.client.bucket(), &visitor.device).await;
    joined(&web, &visitor, made, "/join", false, form).await
}

pub async fn welcome_page(State(web): State<Web>, visitor: Visitor, Path(link): Path<String>) -> Response {
    match sessions::check_link(&web.app, OWNER_LINK, &link).await {
        Ok(_) => join_form(&web, &visitor, &format!("/welcome/{link}"), true, JoinForm::default(), Vec::new()).await,
        Err(refusal) => finish(&web, &visitor, Err(dead_link(refusal))).await,
    }
}

pub async fn welcome(
    State(web): State<Web>,
    visitor: Visitor,
    Path(link): Path<String>,
    Form(form): Form<JoinForm>,
) -> Response {
    let made = sessions::create_owner(&web.app, &link, form.account(), &visitor.device).await;
    joined(&web, &visitor, made.map_err(dead_link), &format!("/welcome/{link}"), true, form).await
}

fn dead_link(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Missing => Refusal::Forbidden(
            "This link has been used or has expired. A new one is printed when the server starts.".to_owned(),
        ),
        other => other,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    password: String,
}

pub async fn reset_page(State(web): State<Web>, visitor: Visitor, Path(link): Path<String>) -> Response {
    reset_form(&web, &visitor, &link, "").await
}

async fn reset_form(web: &Web, visitor: &Visitor, link: &str, error: &str) -> Response {
    let answer = async {
        let row = sessions::check_link(&web.app, RESET_LINK, link).await.map_err(dead_reset)?;
        let person = crate::store::accounts::by_id(&web.app.db.read, row.account_id.unwrap_or(0))
            .await?
            .ok_or(Refusal::Missing)?;
        let shown = Shown::new(web, visitor, "").await;
        let page = Reset {
            frame: shown.frame.clone(),
            action: format!("/reset/{link}"),
            username: person.username,
            error: error.to_owned(),
        };
        Ok(shown.render("reset.html", &page))
    };
    finish(web, visitor, answer.await).await
}

fn dead_reset(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Missing => Refusal::Forbidden(
            "This link has been used or has expired. Ask the owner of the server for a new one.".to_owned(),
        ),
        other => other,
    }
}

pub async fn reset(
    State(web): State<Web>,
    visitor: Visitor,
    Path(link): Path<String>,
    Form(form): Form<ResetForm>,
) -> Response {
    match sessions::reset_password(&web.app, &link, &form.password).await {
        Ok(()) => security::in_reach_of_opener(redirect("/sign-in?said=reset")),
        Err(Refusal::Invalid { why, .. }) => {
            let mut response = reset_form(&web, &visitor, &link, &why).await;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        }
        Err(refusal) => finish(&web, &visitor, Err(dead_reset(refusal))).await,
    }
}
