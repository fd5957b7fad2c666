//! The page on which somebody is asked whether an app is to be let in.

use crate::support::*;
use reqwest::Method;
use reqwest::header::HeaderMap;

async fn stage() -> (Server, Person, Api) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let app = Api::registered(&server.world, "a.test", "read write follow push").await;
    (server, ada, app)
}

/// A page or a redirect, which is not followed.
async fn asked(person: &Person, path: &str) -> Page {
    person.request(Method::GET, path, HeaderMap::new(), Vec::new()).await
}

fn location(page: &Page) -> &str {
    page.headers.get("location").and_then(|v| v.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_person_is_told_who_asks_and_for_what() {
    let (_server, ada, app) = stage().await;
    let page = ada.page(&app.question("read write:media")).await;
    for words in
        ["Test app", "@ada@a.test", "See everything you see here", "Upload photos", "app.test", "Settings, under Apps"]
    {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(!page.says("Follow, block and mute"), "and for nothing more");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("form-action") && policy.contains("script-src 'self'"), "{policy}");
    assert_eq!(page.headers["cross-origin-opener-policy"], "unsafe-none", "apps wait for it in a window of theirs");
    assert_eq!(page.headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_is_asked_then() {
    let (server, ada, app) = stage().await;
    let other = server.visitor();
    let question = format!("{}&state=../x%26%2F.%20é", app.question("read"));
    let page = other.get(&question).await;
    assert!(page.path.starts_with("/sign-in"), "{}", page.path);
    assert_eq!(page.headers["cross-origin-opener-policy"], "unsafe-none");
    let form = page.form("/sign-in").unwrap().set("login", &ada.name).set("password", PASSWORD);
    // Browsers look at what leads on as well: the window that waits would lose sight of this one.
    let on = other.send(form.clone()).await;
    assert_eq!((on.status.as_u16(), on.headers["cross-origin-opener-policy"].to_str().unwrap()), (303, "unsafe-none"));
    let page = other.get(location(&on)).await;
    assert!(page.path.starts_with("/oauth/authorize?"), "{}", page.path);
    let answer = other.send(page.form("/oauth/authorize").unwrap().set("answer", "allow")).await;
    let to = url::Url::parse(location(&answer)).unwrap();
    let state = to.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert_eq!(state, "../x&/. é", "handed back as it came");
    assert!(location(&answer).starts_with("https://app.test/back?kept=yes&code="), "{}", location(&answer));
}

#[tokio::test]
async fn somebody_else_can_be_let_in_for() {
    let (server, ada, app) = stage().await;
    server.person("eve").await;
    let page = ada.get(&format!("{}&force_login=true", app.question("read"))).await;
    assert!(page.path.starts_with("/sign-in"), "{}", page.path);
    let form = page.form("/sign-in").unwrap().set("login", "eve").set("password", PASSWORD);
    let page = ada.submit(form).await;
    assert!(page.says("@eve@a.test"), "{}", page.text());
    for no in ["false", "False", "", "None"] {
        let page = ada.get(&format!("{}&force_login={no}&state={no}&lang={no}", app.question("read"))).await;
        assert!(page.path.starts_with("/oauth/authorize"), "{no}");
    }
}

#[tokio::test]
async fn an_app_is_kept_out_when_the_person_says_no() {
    let (_server, ada, app) = stage().await;
    let form = ada.form(&format!("{}&state=1", app.question("read")), "/oauth/authorize").await.set("answer", "deny");
    let page = ada.send(form).await;
    assert!(location(&page).starts_with("https://app.test/back?kept=yes&error=access_denied"), "{}", location(&page));
    assert!(location(&page).ends_with("&state=1"));
}

#[tokio::test]
async fn nobody_is_sent_where_the_app_did_not_register() {
    let (_server, ada, app) = stage().await;
    let question = app.question("read");
    for (from, to) in [
        ("app.test%2Fback", "evil.test%2Fback"),
        ("app.test%2Fback", "app.test%2Fback%2F"),
        ("kept%3Dyes", "kept%3Dno"),
        (&*app.client_id, "0000"),
    ] {
        let changed = question.replace(from, to);
        assert_ne!(changed, question);
        let page = asked(&ada, &changed).await;
        assert_eq!(page.status, 422, "{to}");
        assert_eq!(location(&page), "", "{to}: a page, never a redirect");
        let mut form = ada.form(&question, "/oauth/authorize").await.set("answer", "allow");
        for (name, value) in url::form_urlencoded::parse(changed.split_once('?').unwrap().1.as_bytes()) {
            form = form.set(&name, &value);
        }
        let page = ada.send(form).await;
        assert_eq!((page.status.as_u16(), location(&page)), (422, ""), "{to}: nor by the form");
    }
}

#[tokio::test]
async fn an_app_that_asks_for_what_it_cannot_have_is_sent_back() {
    let (_server, ada, app) = stage().await;
    for (change, error) in [
        ("scope=read+admin%3Aread", "invalid_scope"),
        ("scope=everything", "invalid_scope"),
        ("response_type=token", "unsupported_response_type"),
        ("code_challenge=x", "invalid_request"),
    ] {
        let page = asked(&ada, &format!("{}&{change}&state=s", app.question("read"))).await;
        assert!(location(&page).contains(&format!("error={error}")), "{change}: {}", location(&page));
        assert!(location(&page).ends_with("&state=s"));
    }
}

#[tokio::test]
async fn r082_a_page_elsewhere_lets_no_app_in() {
    let (_server, ada, app) = stage().await;
    let form = ada.form(&app.question("read"), "/oauth/authorize").await.set("answer", "allow");
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(&form.fields);
    let mut headers = HeaderMap::new();
    headers.insert("origin", "https://evil.test".parse().unwrap());
    headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let page = ada.request(Method::POST, "/oauth/authorize", headers, body.finish().into_bytes()).await;
    assert_eq!((page.status.as_u16(), location(&page)), (403, ""));
}

#[tokio::test]
async fn a_program_without_a_browser_is_given_a_code_to_copy() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let mut api = Api::nobody(&server);
    let oob = "urn:ietf:wg:oauth:2.0:oob";
    let said =
        api.post("/api/v1/apps", &[("client_name", "toot"), ("redirect_uris", oob), ("scopes", "read")]).await.fine();
    api.client_id = said["client_id"].as_str().unwrap().to_owned();
    api.client_secret = said["client_secret"].as_str().unwrap().to_owned();
    let question =
        format!("/oauth/authorize/?response_type=code&redirect_uri={oob}&scope=read&client_id={}", api.client_id);
    let page = ada.submit(ada.form(&question, "/oauth/authorize").await.set("answer", "allow")).await;
    assert!(page.path.starts_with("/oauth/authorize/native?code="), "{}", page.path);
    let code = page.html.split("id=\"code\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    api.exchange(&code, &[("redirect_uri", oob)]).await.fine();
    assert_eq!(ada.get("/oauth/authorize/native?code=%3Cb%3E").await.status, 404, "only codes are shown");
    for (wrong, why) in [("scope=everything", "no such scope"), ("scope=write", "did not register")] {
        let page = asked(&ada, &format!("{question}&{wrong}")).await;
        assert_eq!((page.status.as_u16(), location(&page)), (422, ""), "{wrong}: there is nowhere to be sent back to");
        assert!(page.says(why), "{wrong}: {}", page.text());
    }
}

#[tokio::test]
async fn apps_are_listed_in_the_settings_and_can_be_thrown_out() {
    let (server, ada, _) = stage().await;
    let (first, second) = (Api::of(&ada).await, Api::with(&ada, "read").await);
    let eve = server.person("eve").await;
    let hers = Api::of(&eve).await;
    let page = ada.page("/settings").await;
    assert!(page.says("Test app") && page.says("Post, like, boost"), "{}", page.text());
    let action = page.forms().into_iter().map(|f| f.action).find(|a| a.starts_with("/settings/apps/")).unwrap();
    let before = [first.get("/api/v1/preferences").await.status, second.get("/api/v1/preferences").await.status];
    assert_eq!(before, [200, 200]);
    ada.press("/settings", &action).await;
    let mut after = [first.get("/api/v1/preferences").await.status, second.get("/api/v1/preferences").await.status];
    after.sort_unstable();
    assert_eq!(after, [200, 401], "the one that was ended, at once, and no other");
    let form = Form { action, method: "post".to_owned(), multipart: false, fields: Vec::new(), files: Vec::new() };
    eve.submit(form).await;
    hers.get("/api/v1/preferences").await.fine();
}

#[tokio::test]
async fn what_is_not_there_is_neither_offered_nor_asked_for() {
    let (server, ada, _) = stage().await;
    let told = Api::nobody(&server).get("/.well-known/oauth-authorization-server").await.fine();
    let offered: Vec<&str> = told["scopes_supported"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert!(offered.contains(&"read:statuses") && !offered.iter().any(|s| s.contains("collections")), "{offered:?}");
    assert!(!offered.iter().any(|scope| scope.starts_with("admin")), "{offered:?}");
    // An app may ask for it, as apps ask for whatever there is anywhere.
    let app = Api::registered(&server.world, "a.test", "read:lists read:collections").await;
    let page = asked(&ada, &app.question("read:lists read:collections")).await;
    assert!(page.says("See your lists") && !page.text().contains("ollection"), "{}", page.text());
    let page = asked(&ada, &app.question("read:collections")).await;
    assert!(page.says("Nothing: what it asks for is not there"), "{}", page.text());
    Api::with(&ada, "read:lists read:collections").await;
}
