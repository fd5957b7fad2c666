//! The public address, the proxy in front, and who may make the server ask others.

use crate::support::*;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};

#[tokio::test]
async fn without_a_public_address_nothing_federates() {
    let server = Server::start_with("a.test", &[("public_address", "")]).await;
    let ada = server.owner("ada").await;
    let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let number = ada.page("/@ada").await.post_of("ada").unwrap();
    assert_eq!(number, post.path);
    let closed = [
        "/.well-known/webfinger?resource=acct:ada@a.test",
        "/.well-known/host-meta",
        "/.well-known/nodeinfo",
        "/actor",
        "/@ada",
        &post.path,
        &format!("/ap/posts/{}", post.number),
    ];
    for path in closed {
        assert_eq!(server.document(path).await.0, 404, "{path}");
    }
    let inbox = server.world.client().post(server.url("/ap/inbox")).header("content-type", "application/activity+json");
    let answer = inbox.body("{}").send().await.unwrap();
    assert!(answer.status().is_client_error());
    assert!(ada.search("@bob@peer.test").await.says("no public address"), "and she is told why");
    assert!(ada.home().await.says("public address") || ada.page("/about").await.says("public address"));
}

#[tokio::test]
async fn an_address_that_others_have_heard_is_frozen() {
    let world = World::new(["a.test", "c.test"]).await;
    let server = world.server("a.test").await;
    let _ada = server.owner("ada").await;
    server.actor_id("ada").await;
    let data = server.stop().await;
    let error = world.server_in("c.test", data.clone(), &[]).await.err().expect("it does not start").to_string();
    assert!(error.contains("public_address") && error.contains("https://a.test"), "{error}");
    let error =
        world.server_in("c.test", data.clone(), &[("public_address", "")]).await.err().expect("nor without one");
    assert!(error.to_string().contains("https://a.test"), "{error}");
    let error = world.server_in("a.test", data.clone(), &[("handle_domain", "other.test")]).await;
    assert!(error.err().expect("nor with another handle domain").to_string().contains("a.test"));
    assert!(world.server_in("a.test", data, &[]).await.is_ok());
}

#[tokio::test]
async fn an_answer_nobody_could_remember_us_by_freezes_nothing() {
    let world = World::new(["a.test", "c.test"]).await;
    let server = world.server("a.test").await;
    server.owner("ada").await;
    for path in
        ["/.well-known/webfinger?resource=acct:x@y.test", "/ap/users/12345", "/.well-known/nodeinfo", "/robots.txt"]
    {
        server.document(path).await;
    }
    let scanner = world.client();
    for path in ["/@ada", "/.well-known/webfinger?resource=acct:ada@a.test"] {
        let request =
            scanner.get(format!("http://{}{path}", server.address)).header("accept", "application/activity+json");
        assert_eq!(request.send().await.unwrap().status(), 200, "asked by number: {path}");
    }
    let data = server.stop().await;
    assert!(world.server_in("c.test", data, &[]).await.is_ok());
}

#[tokio::test]
async fn an_address_nobody_has_heard_may_change() {
    let world = World::new(["a.test", "c.test"]).await;
    let server = world.server("a.test").await;
    let ada = server.owner("ada").await;
    ada.post_photo("photo-dahlia.jpg", "A flower").await;
    let data = server.stop().await;
    let server = world.server_in("c.test", data, &[]).await.unwrap();
    assert!(server.actor_id("ada").await.starts_with("https://c.test/"));
}

#[tokio::test]
async fn r050_nobody_anonymous_makes_the_server_ask_others() {
    let scene = Scene::new().await;
    let visitor = scene.a.visitor();
    let note = scene.bob.photo_note("Unasked", "photo-lake.jpg", "A lake");
    let handle = scene.bob.handle();
    let paths = [
        format!("/search?q={handle}"),
        format!("/search?q={}", scene.bob.id),
        format!("/search?q={}", note["id"].as_str().unwrap()),
        format!("/{handle}"),
        format!("/{handle}/1"),
        format!("/{handle}/followers"),
        format!("/.well-known/webfinger?resource=acct:{}", scene.bob.acct()),
        format!("/.well-known/webfinger?resource={}", scene.bob.id),
        format!("/authorize_interaction?uri={}", scene.bob.id),
        "/tags/fog".to_owned(),
    ];
    for path in &paths {
        assert!(!visitor.get(path).await.status.is_server_error(), "{path}");
    }
    let status = scene.bob.get(&format!("{}/followers", scene.ada_id)).await.0;
    assert_eq!(status, 200, "a signature nobody knows changes nothing");
    scene.a.quiet().await;
    assert_eq!(scene.peer.requests(), 0, "nor is anything left to be asked later");
    let page = visitor.get(&paths[0]).await;
    assert!(page.says("Sign in"), "{}", page.text());
}

/// Signs in and gives the line that sets the session's cookie.
async fn session_cookie(client: &reqwest::Client, origin: &str, headers: &[(&str, &str)]) -> String {
    let mut request = client
        .post(format!("{origin}/sign-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("login=ada&password=four+quiet+words+here");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    answer.headers()["set-cookie"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn r091_a_trusted_proxy_says_what_the_other_end_speaks() {
    let server = Server::start("a.test").await;
    let _ada = server.owner("ada").await;
    let cookie = session_cookie(&server.world.client(), "https://a.test", &[]).await;
    assert!(
        cookie.contains("; Secure") && cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test]
async fn r091_nobody_else_is_believed() {
    let server = Server::start_with("a.test", &[("trusted_proxies", "10.0.0.0/8")]).await;
    let _ada = server.owner("ada").await;
    let origin = format!("http://{}", server.address);
    let forged =
        [("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.7"), ("x-forwarded-host", "evil.test")];
    let cookie = session_cookie(&server.world.client(), &origin, &forged).await;
    assert!(!cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn r091_a_page_names_a_public_address_that_is_set_and_no_other() {
    let forged = [("host", "a.test"), ("x-forwarded-host", "evil.test"), ("x-forwarded-proto", "https")];
    let page = async |server: &Server, path: &str| {
        let request = server.world.client().get(format!("http://{}{path}", server.address));
        let request = forged.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().text().await.unwrap().replace("&#x2f;", "/")
    };
    for proxies in ["127.0.0.1/32", "10.0.0.0/8"] {
        let server = Server::start_with("a.test", &[("trusted_proxies", proxies)]).await;
        let ada = server.owner("ada").await;
        let post = ada.post_photo("photo-dahlia.jpg", "A flower").await;
        for path in ["/", "/@ada", &post.path] {
            let html = page(&server, path).await;
            assert!(!html.contains("evil.test"), "{path}: {html}");
            assert!(html.contains(&format!("<link rel=\"canonical\" href=\"https://a.test{path}\">")), "{html}");
        }
    }
}

#[tokio::test]
async fn r091_without_a_public_address_links_follow_a_trusted_proxy_only() {
    let world = World::new(["a.test"]).await;
    for (proxies, origin) in [("127.0.0.1/32", "https://photos.test"), ("10.0.0.0/8", "http://a.test")] {
        let settings = [("public_address", ""), ("trusted_proxies", proxies)];
        let server = world.server_with("a.test", &settings).await;
        let client = world.client();
        let url = format!("http://{}/explore", server.address);
        let request = client.get(url).header("host", "a.test");
        let request = request.header("x-forwarded-host", "photos.test").header("x-forwarded-proto", "https");
        let html = request.send().await.unwrap().text().await.unwrap().replace("&#x2f;", "/");
        let canonical = format!("<link rel=\"canonical\" href=\"{origin}/explore\">");
        assert!(html.contains(&canonical), "{proxies}: {html}");
        server.stop().await;
    }
}

#[tokio::test]
async fn r089_wrong_passwords_are_limited_whatever_address_is_claimed() {
    let server = Server::start_with("a.test", &[("trusted_proxies", "10.0.0.0/8")]).await;
    let ada = server.owner("ada").await;
    let client = server.world.client();
    let mut slowed = None;
    for attempt in 0..25 {
        let answer = client
            .post(format!("http://{}/sign-in", server.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("203.0.113.{attempt}"))
            .header("x-real-ip", format!("203.0.113.{attempt}"))
            .header("forwarded", format!("for=203.0.113.{attempt}"))
            .body(format!("login=nobody{attempt}&password=wrong+words+{attempt}"))
            .send()
            .await
            .unwrap();
        if answer.status() == 429 {
            slowed = Some(attempt);
            break;
        }
    }
    assert!(slowed.is_some(), "429 by the 25th");
    assert_eq!(ada.home().await.status, 200, "who is signed in stays so");
}

#[tokio::test]
async fn r091_limits_follow_the_address_a_trusted_proxy_names() {
    let server = Server::start("a.test").await;
    let _ada = server.owner("ada").await;
    let (wrong, right) = (server.visitor(), server.visitor());
    let mut status = 0;
    for attempt in 0..26 {
        let form = wrong.form("/sign-in", "/sign-in").await;
        let page =
            wrong.submit(form.set("login", &format!("nobody{attempt}")).set("password", "not these words")).await;
        status = page.status.as_u16();
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429);
    let form = right.form("/sign-in", "/sign-in").await.set("login", "ada").set("password", "four quiet words here");
    assert_eq!(right.submit(form).await.status, 200, "another address is not slowed");
    let mut spoofed = HeaderMap::new();
    spoofed.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
    spoofed.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    spoofed.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    let body = b"login=nobody&password=not+these+words".to_vec();
    let page = wrong.request(Method::POST, "/sign-in", spoofed, body).await;
    assert_eq!(page.status, 429, "the right-most untrusted hop counts");
}
