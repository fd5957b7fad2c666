//! What whoever calls says of herself, and how she posts unless she says otherwise; signing up.

use super::call::{Answer, Call, json};
use super::json::{CredentialAccount, FeaturedTag, Profile, Token};
use super::{Access, ApiError, Params, Route};
use crate::activitypub::Visibility;
use crate::service::accounts::NewAccount;
use crate::service::apps::grants;
use crate::service::profiles::{self, Change, Posting};
use crate::service::sessions::{self, Viewer};
use crate::service::uploads::{self, ProfilePicture};
use crate::service::{Refusal, accounts, hashtags, views};
use crate::store::{self, relations};

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
];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/accounts/verify_credentials", READ, verify).gives::<CredentialAccount>(),
        Route::patch("/api/v1/accounts/update_credentials", WRITE, update)
            .takes(TAKES)
            .files(2)
            .gives::<CredentialAccount>(),
        // As Pixelfed's app asks for it.
        Route::post("/api/v1/accounts/update_credentials", WRITE, update)
            .takes(TAKES)
            .files(2)
            .gives::<CredentialAccount>(),
        Route::get("/api/v1/profile", READ, show).gives::<Profile>(),
        Route::patch("/api/v1/profile", WRITE, change).takes(TAKES).files(2).gives::<Profile>(),
        Route::put("/api/v1/profile", WRITE, change).takes(TAKES).files(2).gives::<Profile>(),
        Route::delete("/api/v1/profile/avatar", WRITE, no_avatar).gives::<CredentialAccount>(),
        // The same for Pixelfed's app.
        Route::delete("/api/v1.1/accounts/avatar", WRITE, no_avatar).gives::<CredentialAccount>(),
        Route::delete("/api/v1/profile/header", WRITE, no_header).gives::<CredentialAccount>(),
        Route::post("/api/v1/accounts", Access::App(&["write:accounts"]), sign_up)
            .takes(&["username", "email", "password", "agreement:flag", "locale", "reason"])
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

fn asked(params: &Params) -> Result<Change, ApiError> {
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
        discoverable: params.flag("discoverable"),
        indexable: params.flag("indexable"),
        hide_collections: params.flag("hide_collections"),
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
    let mut change = asked(&call.params)?;
    // Before pictures are stored for it.
    profiles::check(&change)?;
    let me = call.me()?.id();
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
    let params = &call.params;
    let new = NewAccount {
        username: params.need("username")?.to_owned(),
        email: params.need("email")?.to_owned(),
        password: Some(params.need("password")?.to_owned()),
        role: "person",
    };
    if params.flag("agreement") != Some(true) {
        return Err(ApiError::invalid("agreement", "agreement must be accepted."));
    }
    let row: accounts::Row = sessions::register(&call.app, new, &call.client.bucket()).await?;
    json(&Token::of(&grants::for_new_person(&call.app, app_id, row.id).await?))
}
