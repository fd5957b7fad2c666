//! Codes and tokens.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cyanotype::entity::{access_token, application, auth_code};
use cyanotype::secrets::sha256;
use cyanotype::service::apps::{Scopes, is_registered};
use cyanotype::service::limits;
use cyanotype::store::leaving;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;

async fn stage() -> (Server, Person) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    (server, ada)
}

#[tokio::test]
async fn an_app_is_registered_and_told_its_secret_once() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    let back = "icecubesapp://\nhttps://elk.zone/api/a.test/oauth/https%3A%2F%2Felk.zone";
    let form = [
        ("client_name", "Elk"),
        ("redirect_uris", back),
        ("scopes", "read write follow push"),
        ("website", "https://elk.zone"),
    ];
    let said = api.post("/api/v1/apps", &form).await.fine();
    for (name, value) in [
        ("name", json!("Elk")),
        ("website", json!("https://elk.zone")),
        ("scopes", json!(["read", "write", "follow", "push"])),
        ("redirect_uri", json!(back)),
        ("redirect_uris", json!(back.split('\n').collect::<Vec<_>>())),
        ("client_secret_expires_at", json!(0)),
    ] {
        assert_eq!(said[name], value, "{name}");
    }
    for name in ["id", "client_id", "client_secret"] {
        assert!(said[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {said}");
    }
    let row = application::Entity::find().one(&server.app.db.read).await.unwrap().unwrap();
    assert_eq!(row.secret_hash, sha256(said["client_secret"].as_str().unwrap().as_bytes()), "only the hash is kept");
}

#[tokio::test]
async fn what_no_app_can_be_is_not_registered() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    let name = "x".repeat(limits::APP_NAME + 1);
    let many: String = (0..=limits::REDIRECTS).map(|n| format!("app{n}://x ")).collect();
    let long = format!("app://{}", "x".repeat(limits::REDIRECT));
    for (field, value) in [
        ("client_name", ""),
        ("client_name", &*name),
        ("redirect_uris", ""),
        ("redirect_uris", "javascript:alert(1)"),
        ("redirect_uris", "DATA:text/html,x"),
        ("redirect_uris", "vbscript:x"),
        ("redirect_uris", "file:///etc/passwd"),
        ("redirect_uris", "https://app.test/#part"),
        ("redirect_uris", "/back"),
        ("redirect_uris", &*many),
        ("redirect_uris", &*long),
        ("scopes", "read everything"),
        ("website", "javascript:alert(1)"),
    ] {
        let usual = [("client_name", "App"), ("redirect_uris", "app://back"), ("scopes", "read"), ("website", "")];
        let form: Vec<_> = usual.iter().map(|(n, v)| (*n, if *n == field { value } else { *v })).collect();
        let said = api.post("/api/v1/apps", &form).await;
        assert_eq!(said.status, 422, "{field}={value}: {}", said.text);
        assert!(said.body["details"][field].is_array(), "{field}: {}", said.text);
    }
}

#[tokio::test]
async fn apps_are_registered_from_one_address_so_often_and_no_more() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    let form = [("client_name", "App"), ("redirect_uris", "app://back")];
    for _ in 0..limits::APPS {
        api.post("/api/v1/apps", &form).await.fine();
    }
    assert_eq!(api.post("/api/v1/apps", &form).await.status, 429);
    Api::nobody(&server).post("/api/v1/apps", &form).await.fine();
}

#[tokio::test]
async fn a_code_is_changed_for_a_token_once() {
    let (server, ada) = stage().await;
    let app = Api::registered(&server.world, "a.test", "read write follow push").await;
    let code = app.asked(&ada, "read write follow push").await;
    let said = app.exchange(&code, &[("scope", "read write follow push admin:read admin:write")]).await;
    assert_eq!(said.header("cache-control"), "no-store");
    let token = said.fine();
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("read write follow push")));
    assert!(token["created_at"].as_i64().is_some_and(|at| at > 1_600_000_000 && at < 100_000_000_000));
    assert!(token.get("expires_in").is_none() && token.get("refresh_token").is_none(), "it does not expire");
    let held = app.holding(token["access_token"].as_str().unwrap());
    assert_eq!(held.get("/api/v1/accounts/verify_credentials").await.fine()["username"], "ada");
    let again = app.exchange(&code, &[]).await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("invalid_grant")));
    let gone = held.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(gone.status, 401, "whoever comes second may be a thief: what the first one got is void");
}

#[tokio::test]
async fn a_code_is_good_for_its_app_its_address_and_ten_minutes() {
    let (server, ada) = stage().await;
    let app = Api::registered(&server.world, "a.test", "read").await;
    let other = Api::registered(&server.world, "a.test", "read").await;
    let code = app.asked(&ada, "read").await;
    for (who, more, error) in [
        (&other, ("code", &*code), "invalid_grant"),
        (&app, ("redirect_uri", "https://app.test/back"), "invalid_grant"),
        (&app, ("redirect_uri", "https://app.test/back?kept=yes&more"), "invalid_grant"),
        (&app, ("redirect_uri", ""), "invalid_request"),
        (&app, ("code", "0000"), "invalid_grant"),
        (&app, ("grant_type", "password"), "unsupported_grant_type"),
        (&app, ("grant_type", ""), "invalid_request"),
    ] {
        let said = who.exchange(&code, &[more]).await;
        assert_eq!((said.status, &said.body["error"]), (400, &json!(error)), "{more:?}: {}", said.text);
        assert!(said.body["error_description"].is_string());
    }
    for (more, what) in [
        (("client_secret", "wrong"), "a wrong secret"),
        (("client_id", "nobody"), "an unknown app"),
        (("client_secret", ""), "no secret and no challenge"),
    ] {
        let said = app.exchange(&code, &[more]).await;
        assert_eq!((said.status, &said.body["error"]), (401, &json!("invalid_client")), "{what}: {}", said.text);
        assert!(said.body["error_description"].as_str().unwrap().starts_with("Client authentication failed"));
    }
    server.world.clock().advance(limits::CODE + 1);
    assert_eq!(app.exchange(&code, &[]).await.body["error"], "invalid_grant", "too late");
}

#[tokio::test]
async fn a_challenge_is_answered_or_there_is_no_token() {
    let (server, ada) = stage().await;
    let app = Api::registered(&server.world, "a.test", "read").await;
    let verifier = "a verifier of a good length, such as apps make of random bytes";
    let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    let question = format!("{}&code_challenge={challenge}&code_challenge_method=S256", app.question("read"));
    let code = async || {
        let form = ada.form(&question, "/oauth/authorize").await.set("answer", "allow");
        let page = ada.send(form).await;
        let to = page.headers["location"].to_str().unwrap().to_owned();
        to.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let first = code().await;
    for wrong in [("code_verifier", ""), ("code_verifier", "another"), ("code_verifier", &*challenge)] {
        let said = app.exchange(&first, &[wrong]).await;
        assert_eq!((said.status, &said.body["error"]), (400, &json!("invalid_grant")), "{wrong:?}");
    }
    app.exchange(&first, &[("code_verifier", verifier)]).await.fine();
    let public = code().await;
    app.exchange(&public, &[("code_verifier", verifier), ("client_secret", "")]).await.fine();
    let plain = ada
        .request(
            Method::GET,
            &format!("{}&code_challenge=x&code_challenge_method=plain", app.question("read")),
            Default::default(),
            Vec::new(),
        )
        .await;
    assert!(plain.headers["location"].to_str().unwrap().contains("error=invalid_request"), "only S256");
}

#[tokio::test]
async fn a_token_is_asked_for_by_form_json_and_basic() {
    let (server, ada) = stage().await;
    let app = Api::registered(&server.world, "a.test", "read").await;
    let code = app.asked(&ada, "read").await;
    let body = json!({
        "grant_type": "authorization_code", "client_id": app.client_id, "client_secret": app.client_secret,
        "code": code, "redirect_uri": "https://app.test/back?kept=yes", "scope": "read",
    });
    app.json(Method::POST, "/oauth/token", &body).await.fine();
    let basic = STANDARD.encode(format!("{}:{}", app.client_id, app.client_secret));
    let request = app.request(Method::POST, "/oauth/token").header("authorization", format!("Basic {basic}"));
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
    assert_eq!(app.send(request).await.fine()["scope"], "read");
}

#[tokio::test]
async fn an_app_by_itself_sees_what_everybody_sees_and_is_nobody() {
    let server = Server::start("a.test").await;
    let app = Api::registered(&server.world, "a.test", "read write").await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &app.client_id),
        ("client_secret", &app.client_secret),
        ("scope", "read"),
    ];
    let token = app.post("/oauth/token", &form).await.fine();
    let held = app.holding(token["access_token"].as_str().unwrap());
    assert_eq!(held.get("/api/v1/apps/verify_credentials").await.fine()["name"], "Test app");
    held.get("/api/v1/timelines/public").await.fine();
    assert_eq!(held.get("/api/v1/timelines/home").await.status, 422, "it is nobody");
    let more = [form[0], form[1], form[2], ("scope", "push")];
    assert_eq!(app.post("/oauth/token", &more).await.body["error"], "invalid_scope", "more than it registered");
}

#[tokio::test]
async fn a_token_that_is_given_back_is_void_and_only_its_own_app_can() {
    let (server, ada) = stage().await;
    let api = Api::of(&ada).await;
    let other = Api::registered(&server.world, "a.test", "read").await;
    let token = api.token.clone().unwrap();
    let revoke = async |app: &Api, token: &str| {
        let form = [("client_id", &*app.client_id), ("client_secret", &*app.client_secret), ("token", token)];
        app.post("/oauth/revoke", &form).await
    };
    let said = revoke(&other, &token).await;
    assert_eq!((said.status, &said.body["error"]), (403, &json!("unauthorized_client")));
    api.get("/api/v1/preferences").await.fine();
    assert_eq!(revoke(&api, "unknown").await.fine(), json!({}));
    assert_eq!(revoke(&api, &token).await.fine(), json!({}));
    let said = api.get("/api/v1/preferences").await;
    assert_eq!((said.status, &said.body["error"]), (401, &json!("The access token was revoked")));
    assert_eq!(said.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn each_route_wants_its_scope_and_a_parent_will_do() {
    let (server, ada) = stage().await;
    let paths = [
        ("/api/v1/accounts/verify_credentials", "read:accounts"),
        ("/api/v1/accounts/verify_credentials", "profile"),
        ("/api/v1/accounts/relationships?id=1", "read:follows"),
        ("/api/v1/accounts/relationships?id=1", "follow"),
        ("/api/v1/timelines/home", "read:statuses"),
        ("/api/v1/timelines/public", "read:statuses"),
    ];
    let parent = Api::with(&ada, "read").await;
    let unrelated = Api::with(&ada, "push").await;
    for (path, scope) in paths {
        assert_eq!(Api::with(&ada, scope).await.get(path).await.status, 200, "{path} with {scope}");
        assert_eq!(parent.get(path).await.status, 200, "{path} with read");
        let said = unrelated.get(path).await;
        assert_eq!(said.status, 403, "{path} with push");
        assert_eq!(said.body["error"], "This action is outside the authorized scopes");
    }
    let open = Api::nobody(&server);
    open.get("/api/v1/timelines/public").await.fine();
    let bad = open.holding("nothing");
    assert_eq!(bad.get("/api/v1/timelines/public").await.status, 401, "a bad token is worse than none");
}

#[test]
fn scopes_hold_what_they_should() {
    let allow = |held: &str, scope: &str| Scopes::parse(held).unwrap().allow(scope);
    for (held, scope, may) in [
        ("read", "read:statuses", true),
        ("read", "write:statuses", false),
        ("read:statuses", "read", false),
        ("read:statuses", "read:accounts", false),
        ("write", "write:media", true),
        ("follow", "read:blocks", true),
        ("follow", "write:mutes", true),
        ("follow", "read:follows", true),
        ("follow", "read:statuses", false),
        ("admin:read", "admin:read:accounts", true),
        ("read", "admin:read:accounts", false),
        ("read", "profile", false),
        ("", "read:search", true),
    ] {
        assert_eq!(allow(held, scope), may, "{held} for {scope}");
    }
    assert_eq!(Scopes::parse("write+read read").unwrap().to_string(), "read write");
    assert!(Scopes::parse("read readwrite").is_err());
}

#[test]
fn an_address_is_the_registered_one_byte_for_byte() {
    let app = |uris: &[&str]| application::Model {
        id: 1,
        client_id: String::new(),
        secret_hash: Vec::new(),
        name: String::new(),
        website: None,
        redirect_uris: serde_json::to_string(uris).unwrap(),
        scopes: String::new(),
        created_at: 0,
        used_at: 0,
    };
    let row = app(&["https://app.test/back", "pixelfed://login", "http://127.0.0.1:1234/cb"]);
    for (uri, is) in [
        ("https://app.test/back", true),
        ("pixelfed://login", true),
        ("https://app.test/back/", false),
        ("https://app.test/BACK", false),
        ("https://app.test/back?x=1", false),
        ("https://app.test:443/back", false),
        ("https://app.test.evil.test/back", false),
        ("http://app.test/back", false),
        ("http://127.0.0.1:9999/cb", true),
        ("http://127.0.0.1/cb", true),
        ("http://127.0.0.1:9999/other", false),
        ("http://127.0.0.1:9999@evil.test/cb", false),
        ("http://127.0.0.1.evil.test/cb", false),
        ("", false),
    ] {
        assert_eq!(is_registered(&row, uri), is, "{uri}");
    }
}

#[tokio::test]
async fn nothing_that_opens_anything_stands_in_the_database() {
    let (server, ada) = stage().await;
    let app = Api::registered(&server.world, "a.test", "read").await;
    let code = app.asked(&ada, "read").await;
    let api = app.exchanged(&code).await;
    let db = &server.app.db.read;
    let codes = auth_code::Entity::find().all(db).await.unwrap();
    let tokens = access_token::Entity::find().all(db).await.unwrap();
    assert_eq!(codes[0].code_hash, sha256(code.as_bytes()));
    assert_eq!(tokens[0].token_hash, sha256(api.token.clone().unwrap().as_bytes()));
    let all = format!("{codes:?}{tokens:?}");
    assert!(!all.contains(&code) && !all.contains(&api.token.unwrap()));
}

#[tokio::test]
async fn whoever_is_suspended_or_gone_has_no_apps() {
    let (server, _) = stage().await;
    for gone in ["suspended", "deleted"] {
        let bob = server.person(&format!("bob_{gone}")).await;
        let api = Api::of(&bob).await;
        let id: i64 =
            api.get("/api/v1/accounts/verify_credentials").await.fine()["id"].as_str().unwrap().parse().unwrap();
        let suspended = gone == "suspended";
        server
            .app
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if suspended { leaving::suspend(tx, id, true).await } else { leaving::forget_login(tx, id).await }
                })
            })
            .await
            .unwrap();
        assert_eq!(api.get("/api/v1/accounts/verify_credentials").await.status, 401, "{gone}");
    }
}

#[tokio::test]
async fn a_new_password_throws_every_app_out() {
    let (_server, ada) = stage().await;
    let api = Api::of(&ada).await;
    let form = ada.form("/settings", "/settings/password").await;
    ada.submit(form.set("current", PASSWORD).set("new", "another four quiet words")).await;
    assert_eq!(api.get("/api/v1/preferences").await.status, 401);
}

#[tokio::test]
async fn where_everything_is_is_told() {
    let (_server, ada) = stage().await;
    let api = Api::with(&ada, "profile").await;
    let told = api.get("/.well-known/oauth-authorization-server").await.fine();
    for (name, path) in [
        ("issuer", "/"),
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("revocation_endpoint", "/oauth/revoke"),
        ("userinfo_endpoint", "/oauth/userinfo"),
        ("app_registration_endpoint", "/api/v1/apps"),
    ] {
        assert_eq!(told[name], format!("https://a.test{path}"), "{name}");
    }
    assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
    let who = api.get("/oauth/userinfo").await.fine();
    assert_eq!((&who["preferred_username"], &who["profile"]), (&json!("ada"), &json!("https://a.test/@ada")));
}
