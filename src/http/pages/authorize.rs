//! Letting an app in: a person is asked, in plain words, and sent back with a code (RFC 6749, section 4.1).

use super::context::{Authorize, Code, FieldInput};
use super::templates::Shown;
use super::{Answer, finish, redirect};
use crate::entity::application;
use crate::http::nul::Form;
use crate::http::viewer::{SignedIn, Visitor};
use crate::http::{Web, error, security};
use crate::service::Refusal;
use crate::service::apps::grants::{self, Wish};
use crate::service::apps::{self, OUT_OF_BAND, Scopes};
use crate::service::federation::urls::segment;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

/// Longest `state` that is handed back.
const STATE: usize = 4_000;

/// What an app asked for, by name; said twice, the last counts.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn text(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn sent(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// Why an app is sent back at once, in the words of RFC 6749, section 4.1.2.1.
type Wrong = (&'static str, &'static str);

/// The app, if it is one, and may be sent where it wants to be.
async fn client(web: &Web, asked: &Asked) -> Result<application::Model, Refusal> {
    let unknown = "This server does not know the app that sent you here. Sign out of it there and try again: \
                   it registers anew then.";
    let app = grants::known_app(&web.app, asked.text("client_id")).await?;
    let app = app.ok_or_else(|| Refusal::invalid("client_id", unknown))?;
    if !apps::is_registered(&app, asked.text("redirect_uri")) {
        let why = "The app wants you to be sent to an address that it did not register. Nothing was given to it.";
        return Err(Refusal::invalid("redirect_uri", why));
    }
    Ok(app)
}

fn wish(app: &application::Model, asked: &Asked) -> Result<Wish, Wrong> {
    if asked.text("response_type") != "code" {
        return Err(("unsupported_response_type", "Only response_type=code is possible."));
    }
    let scopes = Scopes::parse(asked.text("scope")).map_err(|_| ("invalid_scope", "There is no such scope."))?;
    if !grants::is_fair(app, asked.text("redirect_uri"), &scopes) {
        return Err(("invalid_scope", "The app did not register these scopes."));
    }
    let challenge = Some(asked.text("code_challenge")).filter(|c| !c.is_empty());
    if challenge.is_some() && asked.text("code_challenge_method") != "S256" {
        return Err(("invalid_request", "Only code_challenge_method=S256 is possible."));
    }
    if asked.text("state").len() > STATE {
        return Err(("invalid_request", "The state is too long."));
    }
    Ok(Wish {
        app: app.clone(),
        redirect_uri: asked.text("redirect_uri").to_owned(),
        scopes,
        challenge: challenge.map(str::to_owned),
    })
}

/// Back to the app, with an answer. Its address stays as it is, byte for byte.
fn back(asked: &Asked, answer: &[(&str, &str)]) -> Response {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(answer);
    if asked.sent("state") && asked.text("state").len() <= STATE {
        text.append_pair("state", asked.text("state"));
    }
    let uri = asked.text("redirect_uri");
    let joint = if uri.contains('?') { '&' } else { '?' };
    let to = match HeaderValue::from_str(&format!("{uri}{joint}{}", text.finish())) {
        Ok(to) => to,
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    security::in_reach_of_opener((StatusCode::SEE_OTHER, headers).into_response())
}

/// An app that asks wrongly hears of it; one that cannot be called back has its person told.
fn sent_back(asked: &Asked, (error, why): Wrong) -> Answer {
    match asked.text("redirect_uri") {
        OUT_OF_BAND => Err(Refusal::invalid("scope", format!("The app asks wrongly: {why}"))),
        _ => Ok(back(asked, &[("error", error), ("error_description", why)])),
    }
}

pub async fn ask(State(web): State<Web>, visitor: Visitor, OriginalUri(uri): OriginalUri) -> Response {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let answer = page(&web, &visitor, &Asked(pairs)).await;
    security::in_reach_of_opener(finish(&web, &visitor, answer).await)
}

async fn page(web: &Web, visitor: &Visitor, asked: &Asked) -> Answer {
    let app = client(web, asked).await?;
    let wish = match wish(&app, asked) {
        Ok(wish) => wish,
        Err(wrong) => return sent_back(asked, wrong),
    };
    let other = other(asked);
    let forced = matches!(asked.text("force_login").to_lowercase().as_str(), "true" | "1" | "t" | "on" | "yes");
    if visitor.viewer.is_none() || forced {
        return Ok(redirect(&other));
    }
    grants::asked(&web.app, &app).await?;
    let shown = Shown::new(web, visitor, "").await;
    let names =
        ["client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"];
    let field = |name: &&str| FieldInput { name: (*name).to_owned(), value: asked.text(name).to_owned() };
    let host = |address: &str| {
        let url = url::Url::parse(address).ok();
        url.and_then(|u| u.host_str().map(str::to_owned)).filter(|h| h.contains('.') || h.contains("localhost"))
    };
    let scheme = || wish.redirect_uri.split(':').next().map(|scheme| format!("{scheme}:")).unwrap_or_default();
    let page = Authorize {
        frame: shown.frame.clone(),
        app: app.name.clone(),
        website: app.website.as_deref().and_then(host).unwrap_or_default(),
        may: wish.scopes.in_words().into_iter().map(str::to_owned).collect(),
        back_to: match wish.redirect_uri.as_str() {
            OUT_OF_BAND => String::new(),
            web if web.starts_with("http") => host(web).unwrap_or_else(scheme),
            _ => scheme(),
        },
        asked: names.iter().filter(|name| asked.sent(name)).map(field).collect(),
        other,
    };
    Ok(security::leading_away(shown.render("authorize.html", &page)))
}

/// Signing in, as anybody, and back to this question.
fn other(asked: &Asked) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(asked.0.iter().filter(|(name, _)| name != "force_login"));
    format!("/sign-in?again=yes&next={}", segment(&format!("/oauth/authorize?{}", text.finish())))
}

pub async fn decide(
    State(web): State<Web>,
    SignedIn(visitor, viewer): SignedIn,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let asked = Asked(pairs);
    let answer = async {
        let app = client(&web, &asked).await?;
        let wish = match wish(&app, &asked) {
            Ok(wish) => wish,
            Err(wrong) => return sent_back(&asked, wrong),
        };
        if asked.text("answer") != "allow" {
            let denied = [("error", "access_denied"), ("error_description", "The person said no.")];
            return Ok(if wish.redirect_uri == OUT_OF_BAND { redirect("/") } else { back(&asked, &denied) });
        }
        let out_of_band = wish.redirect_uri == OUT_OF_BAND;
        let code = grants::allow(&web.app, &viewer, wish).await?;
        Ok(match out_of_band {
            true => redirect(&format!("/oauth/authorize/native?code={code}")),
            false => back(&asked, &[("code", &code)]),
        })
    };
    security::in_reach_of_opener(finish(&web, &visitor, answer.await).await)
}

/// Shows a code to be copied. Only what looks like one is shown.
pub async fn native(State(web): State<Web>, SignedIn(visitor, _): SignedIn, OriginalUri(uri): OriginalUri) -> Response {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let asked = Asked(pairs);
    let code = asked.text("code");
    if code.len() != 64 || !code.bytes().all(|b| b.is_ascii_hexdigit()) {
        return error::page(&web, &visitor, Refusal::Missing).await;
    }
    let shown = Shown::new(&web, &visitor, "").await;
    shown.render("code.html", &Code { frame: shown.frame.clone(), code: code.to_owned() })
}
