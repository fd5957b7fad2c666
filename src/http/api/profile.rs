//! What whoever calls says of herself, and how she posts unless she says otherwise; signing up.

use super::call::{Answer, Call, json};
use super::json::{CredentialAccount, FeaturedTag, Profile, Token};
use super::{Access, ApiError, Params, Route};
use crate::activitypub::Visibility;
use crate::entity::account;
use crate::service::accounts::NewAccount;
use crate::service::apps::grants;
use crate::service::profiles::{self, Change, Posting};
use crate::service::sessions::{self, Viewer};
use crate::service::uploads::{self, ProfilePicture};
use crate::service::{Fault, Refusal, accounts, hashtags, views};
use crate::store::{self, relations};
use axum::http::StatusCode;

const WRITE: Access = Access::Person(&["write:accounts"]);
const READ: Access = Access::Person(&["profile", "read:accounts"]);
const TAKES: &[&str] = &[
    "display_name",
    "note",
    "avatar:file",
    "header:file",
    "avatar_description",
    "header_description",
    "locked:flag",
    "bot:flag",
    "discoverable:flag",
    "indexable:flag",
    "hide_collections:flag",
    "fields_attributes[]",
    "source[privacy]",
    "source[sensitive]:flag",
    "source[language]",
    "source[quote_policy]",
    "attribution_domains[]",
    // As Pixelfed's app says it.
    "name",
    "website",
    "pronouns[]",
    "is_suggestable:flag",
    "crawlable:flag",
    "show_profile_follower_count:flag",
    "show_profile_following_count:flag",
];
const NAMES: &[(&str, &str)] =
    &[("name", "display_name"), ("bio", "note"), ("fields", "fields_attributes"), ("domain", "attribution_domains")];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/accounts/verify_credentials", READ, verify).gives::<CredentialAccount>(),
        Route::patch("/api/v1/accounts/update_credentials", WRITE, update)
            .takes(TAKES)
            .names(NAMES)
            .files(2)
            .gives::<CredentialAccount>(),
        // As Pixelfed's app asks for it.
        Route::post("/api/v1/accounts/update_credentials", WRITE, update)
            .takes(TAKES)
            .names(NAMES)
            .files(2)
            .gives::<CredentialAccount>(),
        Route::get("/api/v1/profile", READ, show).gives::<Profile>(),
        Route::patch("/api/v1/profile", WRITE, change).takes(TAKES).names(NAMES).files(2).gives::<Profile>(),
        Route::put("/api/v1/profile", WRITE, change).takes(TAKES).names(NAMES).files(2).gives::<Profile>(),
        Route::delete("/api/v1/profile/avatar", WRITE, no_avatar).gives::<CredentialAccount>(),
        // The same for Pixelfed's app.
        Route::delete("/api/v1.1/accounts/avatar", WRITE, no_avatar).gives::<CredentialAccount>(),
        Route::delete("/api/v1/profile/header", WRITE, no_header).gives::<CredentialAccount>(),
        Route::post("/api/v1/accounts", Access::App(&["write:accounts"]), sign_up)
            .takes(&["username", "email", "password", "agreement:flag", "locale"])
            .gives::<Token>(),
    ]
}

/// Whoever calls as she is now.
async fn herself(call: &Call) -> Result<Viewer, ApiError> {
    let (db, viewer) = (&call.app.db.read, call.me()?);
    let account = store::accounts::by_id(db, viewer.id()).await?.ok_or(Refusal::Missing)?;
    let login = store::accounts::login_of(db, viewer.id()).await?.ok_or(Refusal::Missing)?;
    Ok(Viewer { account, login, session_id: viewer.session_id })
}

async fn verify(call: Call) -> Answer {
    let viewer = call.me()?;
    credentials(&call, viewer).await
}

async fn credentials(call: &Call, viewer: &Viewer) -> Answer {
    let waiting = relations::count_requests(&call.app.db.read, viewer.id()).await?;
    let found = views::accounts(&call.app, &call.urls, [viewer.account.clone()]).await?;
    let view = found.get(&viewer.id()).ok_or(Refusal::Missing)?;
    json(&CredentialAccount::of(&call.app, &call.urls, viewer, view, i64::try_from(waiting).unwrap_or(0)))
}

/// What was sent, be it empty; what was not sent is absent.
fn sent(params: &Params, name: &str) -> Option<String> {
    params.sent(name).then(|| params.text(name).unwrap_or_default().to_owned())
}

/// A choice that apps know by two names and that is one here: of what differs from how it is, the first counts.
fn either(params: &Params, names: [&str; 2], was: i32) -> Option<bool> {
    let said: Vec<bool> = names.into_iter().filter_map(|name| params.flag(name)).collect();
    said.iter().find(|to| **to != (was != 0)).or(said.first()).copied()
}

/// What is asked of the profile of `row`.
fn asked(params: &Params, row: &account::Model) -> Result<Change, ApiError> {
    let wrong = |field: &str| ApiError::invalid(field, format!("That is no {field}."));
    let visibility = match params.text("source[privacy]") {
        None => None,
        Some("public") => Some(Visibility::Public),
        Some("unlisted") => Some(Visibility::Quiet),
        Some("private") => Some(Visibility::Followers),
        Some("direct") => Some(Visibility::Mentioned),
        Some(_) => return Err(wrong("privacy")),
    };
    let quotes_from = match params.text("source[quote_policy]") {
        None => None,
        Some("public") => Some("everyone"),
        Some(word @ ("followers" | "nobody")) => Some(word),
        Some(_) => return Err(wrong("quote_policy")),
    };
    let line = |row: &Params| {
        let text = |name: &str| row.text(name).unwrap_or_default().to_owned();
        (text("name"), text("value"))
    };
    let fields = || params.rows("fields_attributes").iter().map(line).collect();
    let sites = || params.list("attribution_domains").into_iter().map(str::to_owned).collect();
    Ok(Change {
        // Pixelfed's app calls it `name`.
        name: sent(params, "display_name").or_else(|| params.text("name").map(str::to_owned)),
        bio: sent(params, "note").map(|note| note.replace("\r\n", "\n")),
        fields: params.sent("fields_attributes").then(fields),
        locked: params.flag("locked"),
        bot: params.flag("bot"),
        discoverable: either(params, ["discoverable", "is_suggestable"], row.discoverable),
        indexable: either(params, ["indexable", "crawlable"], row.indexable),
        hide_collections: params.flag("hide_collections").or_else(|| {
            let counts = ["show_profile_follower_count", "show_profile_following_count"];
            either(params, counts, i32::from(row.hide_collections == 0)).map(|shown| !shown)
        }),
        website: sent(params, "website"),
        pronouns: params.sent("pronouns").then(|| params.list("pronouns").join("/")),
        avatar_alt: sent(params, "avatar_description"),
        header_alt: sent(params, "header_description"),
        sites: params.sent("attribution_domains").then(sites),
        quotes_from: quotes_from.map(str::to_owned),
        posting: Posting {
            visibility,
            sensitive: params.flag("source[sensitive]"),
            language: sent(params, "source[language]"),
        },
        ..Change::default()
    })
}

/// Changes what was sent, pictures among it.
async fn save(call: &Call) -> Result<(), ApiError> {
    let (me, row) = (call.me()?.id(), &call.me()?.account);
    let mut change = asked(&call.params, row)?;
    // Before pictures are stored for it.
    profiles::check(&change)?;
    for (name, file) in &call.params.files {
        match name.as_str() {
            "avatar" => {
                let key = uploads::profile_picture(&call.app, me, ProfilePicture::Avatar, file).await;
                change.avatar = Some(Some(key.map_err(|refusal| of_file(refusal, "avatar"))?));
            }
            "header" => {
                let key = uploads::profile_picture(&call.app, me, ProfilePicture::Header, file).await;
                change.header = Some(Some(key.map_err(|refusal| of_file(refusal, "header"))?));
            }
            _ => {}
        }
    }
    Ok(profiles::change(&call.app, me, change).await?)
}

fn of_file(refusal: Refusal, field: &'static str) -> ApiError {
    match refusal {
        Refusal::Invalid { why, .. } => ApiError::invalid(field, why),
        other => other.into(),
    }
}

async fn update(call: Call) -> Answer {
    save(&call).await?;
    credentials(&call, &herself(&call).await?).await
}

async fn no_avatar(call: Call) -> Answer {
    without(&call, Change { avatar: Some(None), avatar_alt: Some(String::new()), ..Change::default() }).await
}

async fn no_header(call: Call) -> Answer {
    without(&call, Change { header: Some(None), header_alt: Some(String::new()), ..Change::default() }).await
}

async fn without(call: &Call, change: Change) -> Answer {
    profiles::change(&call.app, call.me()?.id(), change).await?;
    credentials(call, &herself(call).await?).await
}

async fn show(call: Call) -> Answer {
    let viewer = call.me()?;
    profile(&call, viewer).await
}

async fn change(call: Call) -> Answer {
    save(&call).await?;
    profile(&call, &herself(&call).await?).await
}

async fn profile(call: &Call, viewer: &Viewer) -> Answer {
    let found = hashtags::featured(&call.app, &viewer.account).await?;
    let tags = found.iter().map(|view| FeaturedTag::of(&call.urls, view)).collect();
    json(&Profile::of(&call.app, &call.urls, &viewer.account, tags))
}

/// Somebody signs up in an app, where that is open to everybody; the app is let in at once.
async fn sign_up(call: Call) -> Answer {
    let holder = call.holder.as_ref().filter(|holder| holder.viewer.is_none());
    let app_id = holder.ok_or_else(|| Refusal::Forbidden("Somebody is signed in already.".to_owned()))?.app_id;
    if !call.app.settings.open_registration {
        // As where nobody signs up in apps at all.
        return Err(ApiError::new(StatusCode::NOT_FOUND, "This server takes no new accounts at the moment."));
    }
    let new = whole(&call.params)?;
    let row: accounts::Row = sessions::register(&call.app, new, &call.client.bucket()).await?;
    if let Some(language) = call.params.text("locale").and_then(language) {
        profiles::choose_language(&call.app, row.id, language).await?;
    }
    json(&Token::of(&grants::for_new_person(&call.app, app_id, row.id).await?))
}

/// What somebody who signs up has to say; what is missing is told all at once.
fn whole(params: &Params) -> Result<NewAccount, ApiError> {
    let missing = ["username", "email", "password"].into_iter().filter(|name| params.text(name).is_none());
    let mut faults: Vec<_> = missing.map(|name| (name, Fault::Blank, format!("{name} is missing."))).collect();
    if params.flag("agreement") != Some(true) {
        faults.push(("agreement", Fault::NotAccepted, "agreement must be accepted.".to_owned()));
    }
    if !faults.is_empty() {
        return Err(ApiError::faulty(faults));
    }
    Ok(NewAccount {
        username: params.need("username")?.to_owned(),
        email: params.need("email")?.to_owned(),
        password: Some(params.need("password")?.to_owned()),
        role: "person",
    })
}

/// The language of a locale: `pt` of `pt-BR`.
fn language(locale: &str) -> Option<String> {
    let first = locale.split(['-', '_']).next().unwrap_or_default();
    let known = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    known.then(|| first.to_ascii_lowercase())
}
