//! Tokens that an app asked to be able to renew; all others last until they are revoked.

use crate::support::*;
use cyanotype::service::limits;
use serde_json::json;

const ASKED: &str = "read write offline_access";

/// An app that ada let in, with what its token can be renewed with.
async fn stage() -> (Server, Person, Api, String) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let app = Api::registered(&server.world, "a.test", ASKED).await;
    let code = app.asked(&ada, ASKED).await;
    let said = app.exchange(&code, &[]).await.fine();
    assert_eq!((&said["expires_in"], &said["token_type"]), (&json!(limits::TOKEN / 1_000), &json!("Bearer")));
    let api = app.holding(said["access_token"].as_str().unwrap());
    (server, ada, api, said["refresh_token"].as_str().unwrap().to_owned())
}

async fn renew(app: &Api, renewal: &str) -> Said {
    let usual =
        [("grant_type", "refresh_token"), ("client_id", &*app.client_id), ("client_secret", &*app.client_secret)];
    let form: Vec<_> = usual.into_iter().chain([("refresh_token", renewal)]).filter(|(_, v)| !v.is_empty()).collect();
    app.post("/oauth/token", &form).await
}

#[tokio::test]
async fn a_token_is_renewed_and_the_one_before_is_void() {
    let (server, ada, api, renewal) = stage().await;
    let me = "/api/v1/accounts/verify_credentials";
    api.get(me).await.fine();
    server.world.clock().advance(limits::TOKEN);
    assert_eq!(api.get(me).await.status, 401, "it has expired");
    let said = renew(&api, &renewal).await.fine();
    let next = api.holding(said["access_token"].as_str().unwrap());
    assert_eq!((next.get(me).await.status, api.get(me).await.status), (200, 401));
    assert_eq!(said["scope"], ASKED);
    assert_ne!(said["refresh_token"], renewal.as_str());
    let listed =
        ada.page("/settings").await.forms().into_iter().filter(|form| form.action.starts_with("/settings/apps/"));
    assert_eq!(listed.count(), 1, "it is one app in the settings");
}

#[tokio::test]
async fn what_was_used_to_renew_is_worth_nothing_again_and_ends_what_it_gave() {
    let (_server, _ada, api, renewal) = stage().await;
    let said = renew(&api, &renewal).await.fine();
    let next = api.holding(said["access_token"].as_str().unwrap());
    let again = renew(&api, &renewal).await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(next.get("/api/v1/accounts/verify_credentials").await.status, 401, "one of the two was a thief");
    assert_eq!(renew(&api, said["refresh_token"].as_str().unwrap()).await.status, 400);
}

#[tokio::test]
async fn only_its_own_app_renews_a_token_and_only_while_it_is_let_in() {
    let (server, ada, api, renewal) = stage().await;
    let other = Api::registered(&server.world, "a.test", ASKED).await;
    assert_eq!(renew(&other, &renewal).await.body["error"], "invalid_grant");
    let mut wrong = api.clone();
    wrong.client_secret = "wrong".to_owned();
    assert_eq!(renew(&wrong, &renewal).await.body["error"], "invalid_client");
    assert_eq!(renew(&api, "nonsense").await.body["error"], "invalid_grant");
    let page = ada.page("/settings").await;
    let form = page.forms().into_iter().find(|form| form.action.starts_with("/settings/apps/")).unwrap();
    ada.submit(form).await;
    assert_eq!(renew(&api, &renewal).await.body["error"], "invalid_grant", "it was thrown out");
}

#[tokio::test]
async fn an_app_that_keeps_no_secret_gives_its_token_back() {
    let (_server, _ada, api, renewal) = stage().await;
    let form = [("client_id", &*api.client_id), ("token", &*renewal)];
    api.post("/oauth/revoke", &form).await.fine();
    assert_eq!(api.get("/api/v1/accounts/verify_credentials").await.status, 401);
}
