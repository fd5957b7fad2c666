//! What holds for every answer, whatever it is.

use crate::support::*;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::json;

fn is_json(said: &Said) -> bool {
    said.header("content-type").starts_with("application/json")
        && said.body["error"].is_string()
        && said.body["error_description"].is_string()
}

#[tokio::test]
async fn whatever_goes_wrong_is_told_in_json() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    let large = "x".repeat((1 << 20) + 1);
    let wrong = [
        (404, api.get("/api/v1/nothing/of/the/kind").await),
        (404, api.get("/api/v2/nothing").await),
        (404, api.get("/api").await),
        (405, api.post("/api/v1/instance", &[]).await),
        (401, api.get("/api/v1/accounts/verify_credentials").await),
        (404, api.get("/api/v1/accounts/01BX5ZZKBKACTAV9WEVGEMMVRZ").await),
        (404, api.get("/api/v1/accounts/99999999999999999999999").await),
        (404, api.get("/api/v1/statuses/1").await),
        (422, api.post("/api/v1/apps", &[]).await),
        (413, api.post("/api/v1/apps", &[("client_name", &large)]).await),
        (
            400,
            api.send(api.request(Method::POST, "/api/v1/apps").header("content-type", "application/json").body("{"))
                .await,
        ),
        (401, api.post("/oauth/token", &[("grant_type", "client_credentials"), ("client_id", "nobody")]).await),
    ];
    for (status, said) in wrong {
        assert_eq!(said.status, status, "{}", said.text);
        assert!(is_json(&said), "{status}: {}", said.text);
        assert_eq!(said.header("access-control-allow-origin"), "*", "{status}");
    }
}

#[tokio::test]
async fn programs_in_browsers_may_read_what_is_for_programs_and_no_page() {
    let server = Server::start("a.test").await;
    let api = Api::nobody(&server);
    for path in
        ["/api/v1/statuses", "/oauth/token", "/oauth/revoke", "/nodeinfo/2.0", "/.well-known/webfinger", "/media/x.jpg"]
    {
        let request = api.request(Method::OPTIONS, path).header("origin", "https://elsewhere.test");
        let said = api.send(request.header("access-control-request-method", "POST")).await;
        assert_eq!(said.status, 204, "{path}");
        assert_eq!(said.header("access-control-allow-origin"), "*", "{path}");
        for name in ["Authorization", "Content-Type", "Idempotency-Key"] {
            assert!(said.header("access-control-allow-headers").contains(name), "{path}");
        }
        assert!(said.header("access-control-allow-methods").contains("DELETE"), "{path}");
        assert!(said.headers.get("access-control-allow-credentials").is_none(), "{path}");
    }
    for path in
        ["/api/v2/instance", "/nodeinfo/2.0", "/.well-known/nodeinfo", "/media/nothing.jpg", "/.well-known/host-meta"]
    {
        let said = api.get(path).await;
        assert_eq!(said.header("access-control-allow-origin"), "*", "{path}");
        assert!(said.header("access-control-expose-headers").contains("Link"), "{path}");
    }
    for path in ["/", "/oauth/authorize", "/sign-in", "/settings", "/@ada"] {
        assert!(api.get(path).await.headers.get("access-control-allow-origin").is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_closing_slash_is_the_same_route() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    for path in
        ["/api/v2/instance/", "/api/v1/timelines/home/?_pe=1&_pe=1&limit=20&limit=20", "/api/v1/timelines/tag/fog/"]
    {
        api.get(path).await.fine();
    }
}

#[tokio::test]
async fn an_app_calls_so_often_and_no_more_and_is_told_how_often() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    // At the beginning of a window: however long the calls take, they are counted together.
    let now = server.app.now();
    server.world.clock().advance(limits::CALLS_WINDOW - now.rem_euclid(limits::CALLS_WINDOW));
    let first = api.get("/api/v1/preferences").await;
    assert_eq!(first.header("x-ratelimit-limit"), limits::CALLS.to_string());
    let reset = first.header("x-ratelimit-reset");
    assert!(reset.len() == 24 && reset.ends_with('Z'), "{reset}");
    for _ in 1..limits::CALLS {
        api.get("/api/v1/preferences").await.fine();
    }
    let refused = api.get("/api/v1/preferences").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (429, "0"));
    assert!(is_json(&refused) && refused.header("retry-after").parse::<i64>().is_ok());
    assert_eq!(Api::of(&ada).await.get("/api/v1/preferences").await.status, 200, "another app is not held up");
    server.world.clock().advance(limits::CALLS_WINDOW);
    api.get("/api/v1/preferences").await.fine();
}

#[tokio::test]
async fn what_an_app_is_told_stays_in_no_cache() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let said = api.get("/api/v1/timelines/home").await;
    assert_eq!(said.header("cache-control"), "private, no-store");
    let vary: Vec<_> = said.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(vary.join(", ").contains("Authorization"), "{vary:?}");
    assert_eq!(said.body, json!([]));
}
