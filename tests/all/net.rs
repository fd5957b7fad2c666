//! The door out keeps its promises towards hostile peers. Hosts here are real TLS servers on
//! loopback under `.test` names, mapped as an operator would; no rule is switched off.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod hosts;
mod saved;
mod turns;

use crate::support::gzip_bomb;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path as Segment;
use axum::http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HOST, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use cyanotype::net::{Door, DoorConfig, DoorError, Limits, Lookup, is_global};
use futures_util::StreamExt;
use futures_util::future::join_all;
use hosts::*;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

// ---- Names and addresses ----

#[tokio::test]
async fn mapped_names_are_dialled_at_their_port_as_themselves() {
    for (protocol, version) in [("h2", Version::HTTP_2), ("http/1.1", Version::HTTP_11)] {
        let a = Host::start_at("a.test", "127.0.0.1", &[protocol.as_bytes()], text("{}")).await;
        let found = door(&[&a]).get_document(&a.url("/#main-key"), JSON, Some(&Witness)).await.unwrap();
        assert_eq!((found.status, found.url.as_str()), (StatusCode::OK, "https://a.test/"));
        assert_eq!((found.content_type.as_deref(), &found.body[..]), (Some(JSON), &b"{}"[..]));
        let seen = a.seen().pop().unwrap();
        assert_eq!((seen.version, seen.host.as_str()), (version, "a.test"));
        assert_eq!(seen.headers["signature"], "GET https://a.test/ 0");
        let sent_host = seen.headers.get_all(HOST).iter().count();
        assert_eq!(sent_host, usize::from(version == Version::HTTP_11), "HTTP/2 has :authority instead");
    }
}

/// Literal addresses in every spelling, private names, and URLs that break another rule.
const REFUSED: &str = "
    https://127.0.0.1/ https://127.1/ https://2130706433/ https://0x7f000001/ https://0x7f.1/ https://0177.0.0.1/
    https://017700000001/ https://0.0.0.0/ https://0/ https://[::]/ https://[::1]/ https://[::ffff:127.0.0.1]/
    https://[::ffff:7f00:1]/ https://[::127.0.0.1]/ https://[fe80::1]/ https://10.0.0.1/
    https://169.254.169.254/latest/ https://8.8.8.8/ https://127.0.0.1./ https://%31%32%37.0.0.1/
    https://１２７.0.0.1/ https://localhost/ https://LOCALHOST/ https://localhost./ https://a.localhost/
    https://printer/ https://printer.local/ https://db.internal/ https://x.onion/ https://x.i2p/ https://b.test/
    https://nas.lan/ https://a.home.arpa/ https://a.example.org./ https://a..example.org/
    https://a.example.org:8443/ https://a.example.org:22/ https://user@a.example.org/
    https://user:pass@a.example.org/ https://:pass@a.example.org/ http://a.example.org/ ftp://a.example.org/
    file:///etc/passwd data:text/plain,x https://a!b.example.org/
";

#[tokio::test]
async fn r040_literal_addresses_private_names_and_odd_urls_are_refused() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let door = Door::new(looking_up(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(vec![])
    }));
    let door = door.unwrap();
    let long = format!("https://a.example.org/{}", "x".repeat(2048));
    let folder = tempfile::tempdir().unwrap();
    for text in REFUSED.split_whitespace().chain([long.as_str()]) {
        let Ok(url) = Url::parse(text) else { continue };
        let errors = [
            door.get_document(&url, JSON, None).await.unwrap_err(),
            door.get_webfinger(&url).await.unwrap_err(),
            door.get_media(&url, &folder.path().join("x"), 10).await.unwrap_err(),
            door.post(&url, Bytes::new(), JSON, &Witness).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, DoorError::BadUrl { .. }) && error.is_permanent(), "{text}: {error}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "no name was looked up");
}

#[tokio::test]
async fn own_hosts_and_blocked_domains_are_not_visited() {
    let (own, bad, fine) = (
        Host::start("own.test", text("{}")).await,
        Host::start("x.bad.test", text("{}")).await,
        Host::start("notbad.test", text("{}")).await,
    );
    let door = Door::new(DoorConfig { own_hosts: vec!["Own.test".into()], ..knowing(&[&own, &bad, &fine]) }).unwrap();
    door.set_blocked(["BAD.test.".to_owned()]);
    assert!(matches!(door.get_document(&own.url("/"), JSON, None).await, Err(DoorError::OwnHost { .. })));
    assert!(matches!(door.get_document(&bad.url("/"), JSON, None).await, Err(DoorError::BlockedHost { .. })));
    assert!(door.get_document(&fine.url("/"), JSON, None).await.is_ok());
    door.set_blocked([]);
    assert!(door.get_document(&bad.url("/"), JSON, None).await.is_ok());
    assert_eq!((own.connections(), bad.connections()), (0, 1));
}

#[tokio::test]
async fn r019a_a_redirect_to_a_blocked_host_is_not_followed() {
    let bad = Host::start("bad.test", text("{}")).await;
    let a = Host::start("a.test", redirecting(&["https://bad.test/"])).await;
    let door = door(&[&a, &bad]);
    door.set_blocked(["bad.test".to_owned()]);
    assert!(matches!(door.get_webfinger(&a.url("/0")).await, Err(DoorError::BlockedHost { .. })));
    assert_eq!(bad.connections(), 0);
}

/// Addresses at the edges of what is dialled.
const GLOBAL: &str = "
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
    169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    203.0.112.255 203.0.114.0 223.255.255.255 2001:200::1 2001:db7::1 2001:db9::1 2003::1 2606:4700::1111 2a00::1
    2620:4f:8001::1 3ffe::1 3fff:1000::1
";

/// Addresses in and at the edges of each special-purpose range.
const SPECIAL: &str = "
    0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.0.0
    169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
    192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255 :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:0:0 ::ffff:127.0.0.1
    ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::
    2001:2::1 2001:10::1 2001:20::1 2001:1ff::1 2001:db8::1 2002::1 2002:7f00:1:: 2002:a00:1:: 2620:4f:8000::1
    3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fd00::1 fdff::1 fe80::1 fe90::1 fec0::1 ff02::1 ff0e::1 1fff::1
";

#[test]
fn r041_address_policy_table() {
    for (list, expected) in [(GLOBAL, true), (SPECIAL, false)] {
        for text in list.split_whitespace() {
            assert_eq!(is_global(text.parse::<IpAddr>().unwrap()), expected, "{text}");
        }
    }
}

#[tokio::test]
async fn r042_a_name_that_moves_inside_is_checked_again_when_it_is_dialled_again() {
    let closing = Router::new().route("/", get(|| async { ([(CONNECTION, "close")], "{}") }));
    let outside = Host::start_at("moving.example.org", "127.0.0.2", &[b"http/1.1"], closing).await;
    let inside = Host::start_at("moving.example.org", "127.0.0.3", &[b"http/1.1"], text("secret")).await;
    let (first, then, asked) = (outside.address, inside.address, AtomicUsize::new(0));
    let config = looking_up(move |_| Ok(vec![if asked.fetch_add(1, Ordering::SeqCst) == 0 { first } else { then }]));
    let door = Door::new(DoorConfig { allow_private: vec!["127.0.0.2/32".parse().unwrap()], ..config }).unwrap();
    assert_eq!(door.get_document(&outside.url("/"), JSON, None).await.unwrap().status, StatusCode::OK);
    let error = door.get_document(&outside.url("/"), JSON, None).await.unwrap_err();
    assert!(matches!(error, DoorError::RefusedAddress { .. }) && error.is_permanent(), "{error}");
    assert_eq!((outside.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn r043_of_a_mixed_answer_the_internal_address_is_never_used() {
    let outside = Host::start_at("mixed.example.org", "127.0.0.2", &[b"http/1.1"], text("{}")).await;
    let inside = Host::start_at("mixed.example.org", "127.0.0.3", &[b"http/1.1"], text("secret")).await;
    let both = [inside.address, outside.address];
    let allow_private = vec!["127.0.0.2/32".parse().unwrap()];
    let door = Door::new(DoorConfig { allow_private: allow_private.clone(), ..looking_up(move |_| Ok(both.to_vec())) })
        .unwrap();
    assert_eq!(&door.get_document(&outside.url("/"), JSON, None).await.unwrap().body[..], b"{}");
    // Nor when the other one does not answer.
    let dead = TcpListener::bind("127.0.0.2:0").await.unwrap().local_addr().unwrap();
    let both = [dead, inside.address];
    let door = Door::new(DoorConfig { allow_private, ..looking_up(move |_| Ok(both.to_vec())) }).unwrap();
    let error = door.get_document(&outside.url("/"), JSON, None).await.unwrap_err();
    assert!(matches!(error, DoorError::Connection { .. }) && !error.is_permanent(), "{error}");
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn r046_nothing_is_delivered_to_an_inbox_that_resolves_inside() {
    let inside = Host::start("peer.example.org", text("{}")).await;
    let address = inside.address;
    let door = Door::new(looking_up(move |_| Ok(vec![address]))).unwrap();
    let error = door.post(&inside.url("/"), Bytes::from_static(b"{}"), JSON, &Witness).await.unwrap_err();
    assert!(matches!(error, DoorError::RefusedAddress { .. }), "{error}");
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn names_that_do_not_exist_are_told_from_a_resolver_that_fails() {
    let url = Url::parse("https://gone.example.org/").unwrap();
    let cases = [
        ("failed to lookup address information: Name or service not known", true),
        ("failed to lookup address information: No address associated with hostname", true),
        ("failed to lookup address information: Temporary failure in name resolution", false),
    ];
    for (sentence, permanent) in cases {
        let door = Door::new(looking_up(move |_| Err(io::Error::other(sentence)))).unwrap();
        let error = door.get_document(&url, JSON, None).await.unwrap_err();
        assert_eq!(matches!(error, DoorError::NoSuchHost { .. }), permanent, "{error:?}");
        assert_eq!(error.is_permanent(), permanent);
    }
    let never: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let limits = Limits { lookup_time: Duration::from_millis(50), ..Limits::default() };
    let door = Door::new(DoorConfig { lookup: never, limits, ..knowing(&[]) }).unwrap();
    assert!(matches!(door.get_document(&url, JSON, None).await, Err(DoorError::Lookup { .. })));
}

#[tokio::test]
async fn certificates_must_be_trusted_and_name_the_host() {
    let a = Host::start("a.test", text("{}")).await;
    let wrong_name = DoorConfig { resolve: vec![("b.test".into(), a.address)], ..knowing(&[]) };
    let wrong_root = DoorConfig { extra_roots: vec![authority().root], ..knowing(&[&a]) };
    for (config, url) in [(wrong_name, "https://b.test/"), (wrong_root, "https://a.test/")] {
        let error = Door::new(config).unwrap().get_document(&url.parse().unwrap(), JSON, None).await.unwrap_err();
        assert!(matches!(error, DoorError::Tls { .. }) && error.is_permanent(), "{error:?}");
    }
    assert!(a.seen().is_empty());
}

// ---- Redirects and signatures ----

#[tokio::test]
async fn r044_redirects_inside_or_to_other_schemes_are_not_followed() {
    const TARGETS: &[&str] = &[
        "http://a.test/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://2130706433/",
        "https://metadata.internal/",
        "https://a.test:8443/",
        "https://user@a.test/",
        "ftp://a.test/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_",
        "javascript:alert(1)",
        "//10.0.0.1/",
        "https://inside.example.org/",
    ];
    let inside = Host::start("inside.example.org", text("secret")).await;
    let a = Host::start("a.test", redirecting(TARGETS)).await;
    let (address, mapped) = (inside.address, knowing(&[&a]).resolve);
    let door = Door::new(DoorConfig { resolve: mapped, ..looking_up(move |_| Ok(vec![address])) }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (n, target) in TARGETS.iter().enumerate() {
        let url = a.url(&format!("/{n}"));
        let file = folder.path().join("x");
        assert!(door.get_document(&url, JSON, Some(&Witness)).await.is_err(), "{target}");
        assert!(door.get_webfinger(&url).await.is_err(), "{target}");
        assert!(door.get_media(&url, &file, 1000).await.is_err(), "{target}");
        assert!(!file.exists());
    }
    assert_eq!(a.seen().len(), 3 * TARGETS.len(), "only the redirects themselves were asked for");
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn r044_redirects_are_counted() {
    let a = Host::start(
        "a.test",
        redirecting(&["/1", "/2", "/3", "/end", "/0"]).merge(text("{}")).route("/end", get(|| async { "{}" })),
    )
    .await;
    let door = door(&[&a]);
    assert_eq!(door.get_document(&a.url("/1"), JSON, None).await.unwrap().url.path(), "/end");
    assert!(matches!(
        door.get_document(&a.url("/0"), JSON, None).await,
        Err(DoorError::TooManyRedirects { limit: 3, .. })
    ));
}

#[tokio::test]
async fn r049_signature_renewed_per_hop_and_never_sent_to_another_host() {
    let b = Host::start("b.test", text("{}")).await;
    let a = Host::start(
        "a.test",
        redirecting(&["/1", "/1/end?x=y", "https://b.test/"]).route("/1/end", get(|| async { "{}" })),
    )
    .await;
    let door = door(&[&a, &b]);
    door.get_document(&a.url("/0"), JSON, Some(&Witness)).await.unwrap();
    let signatures: Vec<_> = a.seen().iter().map(|s| s.headers["signature"].to_str().unwrap().to_owned()).collect();
    assert_eq!(signatures, ["GET https://a.test/0 0", "GET https://a.test/1 0", "GET https://a.test/1/end?x=y 0"]);
    match door.get_document(&a.url("/2"), JSON, Some(&Witness)).await.unwrap_err() {
        DoorError::CrossOrigin { to, .. } => assert_eq!(to.as_str(), "https://b.test/"),
        other => panic!("{other}"),
    }
    assert_eq!(b.connections(), 0);
    assert_eq!(
        door.get_webfinger(&a.url("/2")).await.unwrap().url.as_str(),
        "https://b.test/",
        "a domain may point elsewhere"
    );
    assert!(b.seen().iter().all(|seen| !seen.headers.contains_key("signature")));
}

#[tokio::test]
async fn a_post_is_never_redirected_and_its_answer_tells_when_to_try_again() {
    let moved = || async { (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/seconds")]) };
    let seconds = || async { (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "120")], "slow\r\n\u{1b}[31mdown") };
    let date = || async {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            [(DATE, "Tue, 24 Nov 2026 12:00:00 GMT"), (RETRY_AFTER, "Tue, 24 Nov 2026 12:05:00 GMT")],
        )
    };
    let long = || async { (StatusCode::ACCEPTED, endless(1000)).into_response() };
    let router = Router::new()
        .route("/moved", post(moved))
        .route("/seconds", post(seconds))
        .route("/date", post(date))
        .route("/long", post(long));
    let a = Host::start("a.test", router).await;
    let door = door(&[&a]);
    let send = async |path: &str| door.post(&a.url(path), Bytes::from_static(b"{}"), JSON, &Witness).await.unwrap();
    assert_eq!(send("/moved").await.status, StatusCode::TEMPORARY_REDIRECT);
    let answer = send("/seconds").await;
    assert_eq!((answer.status, answer.retry_after), (StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_secs(120))));
    assert_eq!(answer.body_excerpt, "slow   [31mdown");
    assert_eq!(send("/date").await.retry_after, Some(Duration::from_secs(300)));
    assert_eq!(send("/long").await.body_excerpt.len(), 4096);
    let seen = a.seen();
    assert_eq!(seen.iter().map(|s| s.target.as_str()).collect::<Vec<_>>(), ["/moved", "/seconds", "/date", "/long"]);
    assert_eq!(
        (&seen[0].headers[CONTENT_TYPE], &seen[0].headers["signature"]),
        (&HeaderValue::from_static(JSON), &HeaderValue::from_static("POST https://a.test/moved 2"))
    );
}

#[tokio::test]
async fn r047_odd_characters_stay_within_one_request() {
    let a = Host::start_at("a.test", "127.0.0.1", &[b"http/1.1"], Router::new().fallback(|| async { "{}" })).await;
    let door = door(&[&a]);
    let cases = [
        ("https://a.test/a b\r\nX-Evil:\t1", "/a%20bX-Evil:1"),
        ("https://a.test/x\\..\\y", "/y"),
        ("https://a.test/ü?q=é \"<>", "/%C3%BC?q=%C3%A9%20%22%3C%3E"),
        ("https://a.test/%0d%0aX-Evil:%201", "/%0d%0aX-Evil:%201"),
        ("https://a.test/a#b c", "/a"),
    ];
    for (text, target) in cases {
        door.get_document(&Url::parse(text).unwrap(), JSON, None).await.unwrap();
        let seen = a.seen().pop().unwrap();
        assert_eq!(seen.target, target);
        assert!(!seen.headers.contains_key("x-evil"));
    }
    assert_eq!(a.seen().len(), cases.len());
}

#[tokio::test]
async fn statuses_are_answers() {
    let gone = || async { (StatusCode::GONE, endless(1000)) };
    let busy = || async { (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "7")]) };
    let a = Host::start("a.test", Router::new().route("/gone", get(gone)).route("/busy", get(busy))).await;
    let (door, folder) = (door(&[&a]), tempfile::tempdir().unwrap());
    let found = door.get_document(&a.url("/gone"), JSON, None).await.unwrap();
    assert_eq!((found.status, found.body.len()), (StatusCode::GONE, 0));
    assert_eq!(door.get_document(&a.url("/busy"), JSON, None).await.unwrap().retry_after, Some(Duration::from_secs(7)));
    let file = folder.path().join("x");
    assert_eq!(door.get_media(&a.url("/gone"), &file, 10).await.unwrap().status, StatusCode::GONE);
    assert!(!file.exists());
}

// ---- Size and time ----

#[tokio::test]
async fn r055_dripping_peer_ends_within_its_time() {
    let router =
        Router::new().route("/", get(|| async { dripping() }).post(|| async { (StatusCode::ACCEPTED, dripping()) }));
    let (slow, quick) = (Host::start("slow.test", router).await, Host::start("quick.test", text("{}")).await);
    let limits = Limits { excerpt_time: Duration::from_millis(100), ..short(Duration::from_millis(1500)) };
    let door = Door::new(DoorConfig { limits, ..knowing(&[&slow, &quick]) }).unwrap();
    let (begun, url) = (Instant::now(), slow.url("/"));
    let mut all = std::pin::pin!(join_all((0..12).map(|_| door.get_document(&url, JSON, None))));
    assert!(futures_util::poll!(&mut all).is_pending());
    let other = quick.url("/");
    tokio::select! {
        _ = &mut all => panic!("the dripping ended first"),
        found = door.get_document(&other, JSON, None) => assert!(found.is_ok(), "others do not wait"),
    }
    for result in all.await {
        let error = result.unwrap_err();
        assert!(matches!(error, DoorError::TimedOut { .. }) && !error.is_permanent(), "{error}");
    }
    let answer = door.post(&url, Bytes::from_static(b"{}"), JSON, &Witness).await.unwrap();
    assert_eq!(answer.status, StatusCode::ACCEPTED, "a status that came is not lost over its body");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn r055_a_peer_that_says_nothing_ends_within_its_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resolve = vec![("mute.test".to_owned(), silent.local_addr().unwrap())];
    let door = Door::new(DoorConfig { resolve, limits: short(Duration::from_millis(100)), ..knowing(&[]) }).unwrap();
    let url: Url = "https://mute.test/".parse().unwrap();
    assert!(matches!(door.get_document(&url, JSON, None).await, Err(DoorError::TimedOut { .. })));
    assert!(matches!(door.post(&url, Bytes::new(), JSON, &Witness).await, Err(DoorError::TimedOut { .. })));
}

#[tokio::test]
async fn r055_a_peer_that_drips_its_answer_byte_by_byte_ends_within_its_time_and_is_tried_again() {
    let mut tasks = JoinSet::new();
    let resolve = vec![("slow.test".to_owned(), dripping_host("slow.test", &mut tasks).await)];
    let door = Door::new(DoorConfig { resolve, limits: short(Duration::from_millis(600)), ..knowing(&[]) }).unwrap();
    let url: Url = "https://slow.test/".parse().unwrap();
    let (begun, body) = (Instant::now(), Bytes::from_static(b"{}"));
    let (post, get) = tokio::join!(door.post(&url, body, JSON, &Witness), door.get_document(&url, JSON, None));
    for error in [post.unwrap_err(), get.unwrap_err()] {
        assert!(matches!(error, DoorError::TimedOut { .. }) && !error.is_permanent(), "{error}");
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "what drips does not begin the time anew");
}

#[tokio::test]
async fn a_host_gets_four_fetches_at_a_time() {
    let (gate, inside, most) =
        (Arc::new(tokio::sync::Barrier::new(4)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let highest = Arc::clone(&most);
    let handler = move || async move {
        let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        gate.wait().await;
        inside.fetch_sub(1, Ordering::SeqCst);
        "{}"
    };
    let a = Host::start("a.test", Router::new().route("/", get(handler))).await;
    let (door, url) = (door(&[&a]), a.url("/"));
    for result in join_all((0..12).map(|_| door.get_document(&url, JSON, None))).await {
        result.unwrap();
    }
    assert_eq!(highest.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn r061_reading_stops_at_the_limit() {
    let sized = |Segment(n): Segment<usize>| async move { vec![b' '; n] };
    let streamed = |Segment(n): Segment<usize>| async move { Body::from_stream(endless(1).into_data_stream().take(n)) };
    let router = Router::new()
        .route("/endless", get(|| async { endless(10_000) }))
        .route("/sized/{n}", get(sized))
        .route("/streamed/{n}", get(streamed));
    let a = Host::start("a.test", router).await;
    let limits = Limits { document_bytes: 5000, ..Limits::default() };
    let (door, folder) = (Door::new(DoorConfig { limits, ..knowing(&[&a]) }).unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("x");
    for (path, fits) in [
        ("/sized/5000", true),
        ("/streamed/5000", true),
        ("/sized/5001", false),
        ("/streamed/5001", false),
        ("/endless", false),
    ] {
        let document = door.get_document(&a.url(path), JSON, None).await;
        let media = door.get_media(&a.url(path), &file, 5000).await;
        if fits {
            assert_eq!((document.unwrap().body.len(), media.unwrap().bytes), (5000, 5000), "{path}");
            assert_eq!(std::fs::read(&file).unwrap().len(), 5000);
            std::fs::remove_file(&file).unwrap();
        } else {
            assert!(matches!(document, Err(DoorError::TooLarge { limit: 5000, .. })), "{path}");
            assert!(matches!(media, Err(DoorError::TooLarge { limit: 5000, .. })), "{path}");
            assert!(!file.exists(), "no part of it is left");
        }
    }
}

#[tokio::test]
async fn r062_a_gzip_bomb_stops_at_the_limit() {
    let small = || async { ([(CONTENT_TYPE, JSON)], " ".repeat(1000)) };
    let bomb = || async { ([(CONTENT_TYPE, JSON), (CONTENT_ENCODING, "gzip")], gzip_bomb(100_000)) };
    let router = Router::new()
        .route("/small", get(small))
        .layer(tower_http::compression::CompressionLayer::new())
        .route("/bomb", get(bomb));
    let a = Host::start("a.test", router).await;
    let (door, folder) = (door(&[&a]), tempfile::tempdir().unwrap());
    assert_eq!(door.get_document(&a.url("/small"), JSON, None).await.unwrap().body.len(), 1000);
    assert_eq!(a.seen()[0].headers["accept-encoding"], "gzip");
    assert!(matches!(door.get_document(&a.url("/bomb"), JSON, None).await, Err(DoorError::TooLarge { .. })));
    assert!(matches!(
        door.get_media(&a.url("/bomb"), &folder.path().join("x"), 20_000_000).await,
        Err(DoorError::TooLarge { .. })
    ));
}
