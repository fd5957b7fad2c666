//! What other sites may try through somebody's browser: forms, frames, redirects, scripts.

use super::{encoded, header, headers, look, post, post_with};
use crate::support::{Page, Person, Server};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Url};

/// Every path of the program's source that takes a POST, as the router has it.
fn post_routes() -> Vec<String> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/mod.rs")).unwrap();
    let routes = source.split(".route(\"").skip(1).filter_map(|rest| rest.split_once("\","));
    let takes_post = |rest: &str| {
        let end = rest.find(".route(").unwrap_or(rest.len());
        rest[..end].contains("post_to(") || rest[..end].contains(".post(")
    };
    let found: Vec<String> = routes.filter(|(_, rest)| takes_post(rest)).map(|(path, _)| path.to_owned()).collect();
    assert!(found.len() >= 25, "the routes are found: {found:?}");
    found
}

#[tokio::test]
async fn r082_every_form_sent_from_another_site_is_refused_and_does_nothing() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let theirs = bob.post_photo("photo-lake.jpg", "Lake").await;
    let mine = ada.post_photo("photo-pier.jpg", "Pier").await;
    let mut wrong = Vec::new();
    for route in post_routes() {
        let own = ["delete", "edit", "pin", "unpin"].iter().any(|deed| route.ends_with(deed));
        let (acct, number) = if own { ("ada", &mine.number) } else { ("bob", &theirs.number) };
        let path = route
            .replace("{acct}", acct)
            .replace("{post}", number)
            .replace("{draft}", "77")
            .replace("{photo}", "78")
            .replace("{link}", "0123456789abcdef")
            .replace("{id}", "1");
        for foreign in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.test"),
            ("origin", "https://a.test.evil.test"),
            ("origin", "http://a.test:1"),
            ("origin", "null"),
        ] {
            let fields = [("username", "eve"), ("text", "hello"), ("new", "a changed password"), ("do", "post")];
            let page = post_with(&ada, &path, &fields, &[foreign]).await;
            if page.status != 403 {
                wrong.push(format!("{path} with {foreign:?}: {}", page.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    ada.page("/settings").await;
    ada.page(&mine.path).await;
    let page = ada.page(&theirs.path).await;
    assert_eq!((page.count("like").as_deref(), page.count("boost").as_deref()), (Some("0"), Some("0")));
    assert!(!page.says("hello"));
    assert!(ada.page("/@bob").await.form("/@bob/follow").is_some(), "she does not follow");
}

#[tokio::test]
async fn r082_nobody_is_signed_in_from_another_site() {
    let server = Server::start("a.test").await;
    server.person("ada").await;
    let browser = server.visitor();
    let fields = [("login", "ada"), ("password", "four quiet words here")];
    let page = post_with(&browser, "/sign-in", &fields, &[("origin", "https://evil.test")]).await;
    assert_eq!(page.status, 403);
    assert!(browser.cookies().is_empty());
    let page = post_with(&browser, "/sign-in", &fields, &[("origin", "https://a.test")]).await;
    assert_eq!(page.status, 303, "from here it works");
}

/// What somebody may try to be led to; `E` stands for another host.
const ELSEWHERE: &[&str] = &[
    "https://E",
    "http://E/",
    "//E",
    "///E",
    "////E/x",
    "/\\E",
    "\\/E",
    "\\\\E",
    "/\\/E",
    "//E/..",
    "/%2f/E",
    "/%2FE",
    "/%2f%2fE",
    "%2f%2fE",
    "/%5cE",
    "/%5C%5CE",
    "%5c%5cE",
    "/\t/E",
    "/\n/E",
    "/\r\n/E",
    "\t//E",
    " //E",
    "https:E",
    "https:/E",
    "https:\\\\E",
    "HTTPS://E",
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "E",
    "@E",
    ".E",
    "/.//E",
    "/..//E",
    "/x/..//E",
    "/./\\E",
    "/;/../..//E",
    "?next=//E",
    "#//E",
    "https://a.test@E/",
    "https://a.test.E/",
    "https://a.test\\@E",
    "//a.test@E/",
    "/\u{2044}E",
    "/\u{ff0f}E",
    "\u{ff0f}\u{ff0f}E",
    "/ok\r\nSet-Cookie: planted=1",
    "/ok\nLocation: https://E",
    "/ok%0d%0aSet-Cookie:%20planted=1",
    "/ok\u{0}//E",
];

#[track_caller]
fn stays_here(page: &Page, tried: &str) {
    assert!(page.headers.get_all("set-cookie").iter().all(|c| !c.to_str().unwrap().contains("planted")), "{tried:?}");
    assert_eq!(page.headers.get_all(LOCATION).iter().count(), usize::from(page.status == 303), "{tried:?}");
    let Some(location) = page.headers.get(LOCATION) else { return };
    let location = location.to_str().unwrap();
    assert!(location.starts_with('/') && !location.contains("planted=1\r"), "{tried:?} leads to {location}");
    let resolved = Url::parse("https://a.test/sign-in").unwrap().join(location).unwrap();
    assert_eq!((resolved.scheme(), resolved.host_str()), ("https", Some("a.test")), "{tried:?} leads to {location}");
}

#[tokio::test]
async fn r081_no_form_and_no_link_leads_to_another_host() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let theirs = bob.post_photo("photo-lake.jpg", "Lake").await;
    let like = format!("{}/like", theirs.path);
    let mut tried = 0;
    for pattern in ELSEWHERE {
        let to = pattern.replace('E', "evil.test");
        let query = String::from_utf8(encoded(&[("next", &to)])).unwrap();
        let page = look(&ada, &format!("/sign-in?{query}")).await;
        assert_eq!(page.status, 303, "who is signed in is led on");
        stays_here(&page, &to);
        stays_here(
            &post(&ada, "/sign-in", &[("login", "ada"), ("password", "four quiet words here"), ("next", &to)]).await,
            &to,
        );
        for path in ["/@bob/follow", like.as_str(), "/@bob/unfollow"] {
            stays_here(&post(&ada, path, &[("back", &to)]).await, &to);
            tried += 1;
        }
        tried += 2;
    }
    assert!(tried >= 60, "{tried}");
    let page = post(&ada, "/@bob/follow", &[("back", "/tags/lake?before=9")]).await;
    assert_eq!(header(&page, "location"), "/tags/lake?before=9", "a path of this server is kept");
}

#[tokio::test]
async fn r081_the_sign_in_page_does_not_carry_an_address_elsewhere_on() {
    let server = Server::start("a.test").await;
    let visitor = server.visitor();
    for pattern in ELSEWHERE {
        let to = pattern.replace('E', "evil.test");
        let query = String::from_utf8(encoded(&[("next", &to)])).unwrap();
        let page = visitor.page(&format!("/sign-in?{query}")).await;
        let next = page.form("/sign-in").unwrap().values("next")[0].to_owned();
        let resolved = Url::parse("https://a.test/").unwrap().join(&next).unwrap();
        assert_eq!(resolved.host_str(), Some("a.test"), "{to:?} becomes {next:?}");
    }
}

#[tokio::test]
async fn r081_a_path_that_names_another_host_leads_nowhere_else() {
    let server = Server::start("a.test").await;
    let visitor = server.visitor();
    for path in
        ["//evil.test", "//evil.test/..", "/%2f%2fevil.test", "/%5cevil.test", "/@ada/..//evil.test", "/.//evil.test"]
    {
        let client = server.world.client();
        let answer = client.get(format!("https://a.test{path}")).send().await.unwrap();
        assert!(answer.headers().get(LOCATION).is_none_or(|to| !to.to_str().unwrap().contains("evil")), "{path}");
        let _ = look(&visitor, "/").await;
    }
}

/// Pages of every kind, for somebody signed in and for a visitor.
async fn all_pages(person: &Person, post: &str) -> Vec<(String, Page)> {
    let paths = [
        "/",
        "/explore",
        "/about",
        "/search",
        "/search?q=lake",
        "/search?q=%23lake",
        "/tags/lake",
        "/tags/none",
        "/notifications",
        "/settings",
        "/compose",
        "/sign-in",
        "/join",
        "/@ada",
        "/@ada?tab=albums",
        "/@ada?tab=replies",
        "/@ada/followers",
        "/@ada/following",
        "/@bob/block",
        "/welcome/nothing",
        "/reset/nothing",
        "/nothing",
        "/@nobody",
        "/@ada/1",
        "/explore?before=1",
        "/explore?before=x",
        "/compose/1",
        "/@ada/x/edit",
        "/?said=saved",
        "/static/css/base.css",
        "/static/js/actions.js",
        "/static/nothing.js",
        "/favicon.ico",
    ];
    let mut found = Vec::new();
    let more = [post.to_owned(), format!("{post}/edit"), format!("{post}/delete"), format!("{post}/like")];
    for path in paths.map(str::to_owned).into_iter().chain(more) {
        found.push((path.clone(), look(person, &path).await));
    }
    for (path, fields) in [
        ("/sign-in", vec![("login", "ada"), ("password", "wrong")]),
        ("/join", vec![("username", "x y")]),
        ("/nothing", vec![]),
        ("/explore", vec![]),
    ] {
        found.push((format!("POST {path}"), super::post(person, path, &fields).await));
    }
    found
}

fn directives(page: &Page) -> Vec<String> {
    header(page, "content-security-policy").split(';').map(|d| d.trim().to_owned()).collect()
}

#[tokio::test]
async fn r069_every_answer_carries_a_strict_policy_and_no_page_needs_more() {
    let server = Server::start("a.test").await;
    let (ada, visitor) = (server.person("ada").await, server.visitor());
    server.person("bob").await;
    let album = ada.post_album(&["photo-lake.jpg", "photo-pier.jpg"], "At the #lake", "public", &["A lake"]).await;
    let mut wrong = Vec::new();
    for person in [&ada, &visitor] {
        for (path, page) in all_pages(person, &album.path).await {
            let mut expect = |what: &str, holds: bool| {
                if !holds {
                    wrong.push(format!("{} {path}: {what}", page.status));
                }
            };
            let policy = directives(&page);
            let says = |directive: &str| policy.iter().any(|d| d == directive);
            expect("default-src 'none'", says("default-src 'none'"));
            expect("frame-ancestors 'none'", says("frame-ancestors 'none'"));
            expect("base-uri 'none'", says("base-uri 'none'"));
            expect("nosniff", header(&page, "x-content-type-options") == "nosniff");
            expect("referrer-policy", !header(&page, "referrer-policy").is_empty());
            expect("no 5xx", !page.status.is_server_error());
            let whole = policy.join(";");
            expect("nothing unsafe", !whole.contains("unsafe") && !whole.contains('*') && !whole.contains("http"));
            if !header(&page, "content-type").starts_with("text/html") {
                continue;
            }
            expect("script-src 'self'", says("script-src 'self'"));
            expect("object-src 'none'", says("object-src 'none'"));
            expect("form-action 'self'", says("form-action 'self'"));
            for problem in inline_parts(&page, &whole) {
                expect(&problem, false);
            }
            let shared = header(&page, "cache-control");
            expect("not kept by shared caches", shared.contains("no-store") || shared.contains("no-cache"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a strict policy would stop on this page.
fn inline_parts(page: &Page, policy: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in page.html.split('<').skip(1) {
        let head = tag.split('>').next().unwrap_or_default();
        if head.contains(" style=\"")
            || head.split_whitespace().skip(1).any(|a| a.starts_with("on") && a.contains("=\""))
        {
            found.push(format!("inline: <{head}>"));
        }
        if head.starts_with("script") && (!head.contains("src=\"") || !tag.ends_with('>')) {
            found.push(format!("inline script: <{head}>"));
        }
        if head.starts_with("style") {
            let nonce = head.split("nonce=\"").nth(1).and_then(|n| n.split('"').next()).unwrap_or_default();
            if nonce.len() < 22 || !policy.contains(&format!("'nonce-{nonce}'")) {
                found.push(format!("style without the nonce of the policy: <{head}>"));
            }
        }
    }
    found
}

#[tokio::test]
async fn r069_a_nonce_is_used_once() {
    let server = Server::start("a.test").await;
    let visitor = server.visitor();
    let mut nonces = Vec::new();
    for _ in 0..5 {
        let page = visitor.page("/explore").await;
        let nonce =
            header(&page, "content-security-policy").split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(!nonces.contains(&nonce.to_owned()));
        nonces.push(nonce.to_owned());
    }
}

#[tokio::test]
async fn pages_of_somebody_signed_in_are_kept_nowhere() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    for path in ["/", "/explore", "/settings", "/@ada", "/nothing"] {
        let page = look(&ada, path).await;
        assert_eq!(header(&page, "cache-control"), "private, no-store", "{path}");
        assert!(header(&page, "vary").contains("Cookie"), "{path}");
    }
}

#[tokio::test]
async fn r104_hostile_parameters_are_answered_never_a_reason_to_break() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let long = "x".repeat(6_000);
    let values = [
        "",
        "0",
        "-1",
        "1.5",
        "9223372036854775808",
        "99999999999999999999",
        "null",
        "true",
        "[]",
        "{}",
        "%00",
        "%ff%fe",
        "%F0%9F%8C%8A",
        "' OR 1=1 --",
        "%25s%25n",
        "..%2f..%2fetc%2fpasswd",
        "<x>",
        "\u{202e}abc",
        "%E0%A4%A",
        long.as_str(),
    ];
    let mut broken = Vec::new();
    for value in values {
        let value = value.replace([' ', '\u{202e}', '<', '>', '\''], "%20");
        for path in [
            format!("/explore?before={value}"),
            format!("/@ada?before={value}&tab={value}"),
            format!("/search?q={value}"),
            format!("/search?q=a&q={value}"),
            format!("/tags/{value}"),
            format!("/@{value}"),
            format!("/@ada/{value}"),
            format!("/@ada/{value}/edit"),
            format!("/compose/{value}"),
            format!("/notifications?before={value}"),
            format!("/welcome/{value}"),
            format!("/media/{value}"),
            format!("/static/{value}"),
            format!("/ap/posts/{value}"),
        ] {
            let page = ada.request(Method::GET, &path, HeaderMap::new(), Vec::new()).await;
            if page.status.is_server_error() {
                broken.push(format!("{} {}", page.status, &path[..path.len().min(80)]));
            }
        }
        let page = post(&ada, &format!("/settings/sessions/{value}/end"), &[]).await;
        if page.status.is_server_error() {
            broken.push(format!("{} /settings/sessions/{value}/end", page.status));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    let nul = post(&ada, "/settings/password", &[("current", "a\0b"), ("new", "\0\0\0\0\0\0\0\0\0\0\0")]).await;
    assert!(!nul.status.is_server_error());
    let garbage = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    let page = ada.request(Method::POST, "/settings/password", garbage, vec![0xff, 0xfe, b'=', b'%']).await;
    assert!(!page.status.is_server_error());
}
