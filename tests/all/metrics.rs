//! What Prometheus is told, by whom it may be asked, and that it can read every line of it.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use crate::support::*;
use axum::body::Body;
use axum::http::Request;
use cyanotype::http::health;
use std::collections::{BTreeMap, BTreeSet};
use tower::ServiceExt;

const TOKEN: &str = "a token of some length";

async fn server() -> Server {
    Server::start_with("a.test", &[("metrics_token", TOKEN)]).await
}

/// A line of what is given out, without its value: name and labels.
type Series = (String, BTreeMap<String, String>);

/// What is given out, read strictly.
#[derive(Debug, Default)]
struct Read {
    /// Kinds by name.
    families: BTreeMap<String, String>,
    series: BTreeMap<Series, f64>,
}

impl Read {
    /// The sum of a metric over all series that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |of: &BTreeMap<String, String>| labels.iter().all(|(l, v)| of.get(*l).is_some_and(|is| is == v));
        let values = self.series.iter().filter(|((of, labels), _)| of == name && has(labels)).map(|(_, value)| value);
        values.sum()
    }

    /// By the text format, version 0.0.4.
    fn of(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends too");
        let (mut read, mut helped, mut family) = (Self::default(), String::new(), String::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                helped = help.split_once(' ').unwrap().0.to_owned();
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(["counter", "gauge", "histogram"].contains(&kind) && name == helped, "{line}");
                assert!(read.families.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} twice");
                family = name.to_owned();
            } else {
                let (series, value) = sample(line);
                let ends: &[&str] =
                    if read.families[&family] == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
                assert!(ends.iter().any(|end| series.0 == format!("{family}{end}")), "{line} stands under {family}");
                assert!(read.series.insert(series, value).is_none(), "{line} stands there twice");
            }
        }
        read.hold_together();
        read
    }

    /// Each bucket holds the smaller ones, and the last one everything.
    fn hold_together(&self) {
        let mut before: Option<(Series, f64)> = None;
        let mut buckets: Vec<(Series, f64, f64)> = Vec::new();
        for ((name, labels), count) in self.series.iter().filter(|((name, _), _)| name.ends_with("_bucket")) {
            let mut labels = labels.clone();
            let end = labels.remove("le").unwrap();
            buckets.push(((name.clone(), labels), end.replace("+Inf", "inf").parse().unwrap(), *count));
        }
        buckets.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (series, end, count) in buckets {
            if let Some((of, smaller)) = &before {
                assert!(*of != series || *smaller <= count, "{series:?}");
            }
            if end.is_infinite() {
                let whole = (series.0.replace("_bucket", "_count"), series.1.clone());
                assert_eq!(self.series[&whole].to_bits(), count.to_bits(), "{whole:?}");
            }
            before = Some((series, count));
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One line: `name{label="value",…} number`.
fn sample(line: &str) -> (Series, f64) {
    let (what, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = match what.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').unwrap_or_else(|| panic!("{line}"))),
        None => (what, ""),
    };
    assert!(is_name(name) && name.starts_with("cyanotype_"), "{line}");
    let mut read = BTreeMap::new();
    for pair in labels.split("\",").filter(|pair| !pair.is_empty()) {
        let (label, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        let value = value.strip_suffix('"').unwrap_or(value);
        assert!(is_name(label) && !value.contains(['"', '\\', '\n']), "{line}");
        assert!(read.insert(label.to_owned(), value.to_owned()).is_none(), "{line}");
    }
    ((name.to_owned(), read), value.parse().unwrap_or_else(|_| panic!("{line}")))
}

async fn asked(server: &Server, token: &str) -> reqwest::Response {
    server.world.client().get(server.url("/metrics")).bearer_auth(token).send().await.unwrap()
}

async fn metrics(server: &Server) -> Read {
    // The queues are looked at every few seconds only.
    server.world.clock().advance(10_000);
    let answer = asked(server, TOKEN).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    Read::of(&answer.text().await.unwrap())
}

#[tokio::test]
async fn r101_metrics_are_for_whoever_shows_their_token_and_not_there_without_one() {
    let without = Server::start("a.test").await;
    assert_eq!(asked(&without, TOKEN).await.status(), 404);
    assert_eq!(asked(&without, "").await.status(), 404);
    let server = server().await;
    for wrong in ["", "a token", "a token of some length and more"] {
        let answer = asked(&server, wrong).await;
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        assert_eq!(answer.text().await.unwrap(), "");
    }
    assert_eq!(server.ask("/metrics", "*/*").await.status(), 401);
    assert_eq!(asked(&server, TOKEN).await.status(), 200);
}

#[tokio::test]
async fn everything_that_was_promised_is_measured_and_plausible() {
    let server = server().await;
    let ada = server.owner("ada").await;
    ada.post_photo("orientation-1.jpg", "Fog").await;
    let api = Api::of(&ada).await;
    for _ in 0..3 {
        api.get("/api/v1/timelines/home").await.fine();
    }
    server.quiet().await;
    let read = metrics(&server).await;
    let families: BTreeSet<&str> = read.families.keys().map(|name| name.trim_start_matches("cyanotype_")).collect();
    let promised = [
        "build_info",
        "database_connections",
        "database_statements_total",
        "database_wait_seconds",
        "deliveries",
        "delivery_due_seconds",
        "http_request_seconds",
        "job_due_seconds",
        "jobs",
        "memo_requests_total",
        "photo_seconds",
        "photos",
        "process_resident_bytes",
        "process_start_time_seconds",
        "storage_errors_total",
        "streaming_listeners",
    ];
    assert_eq!(families.into_iter().collect::<Vec<_>>(), promised);
    let sum = |name: &str, labels: &[(&str, &str)]| read.sum(&format!("cyanotype_{name}"), labels);
    let home = [("method", "GET"), ("route", "/api/v1/timelines/home"), ("status", "2xx")];
    assert!((sum("http_request_seconds_count", &home) - 3.0).abs() < 0.5);
    assert!(sum("http_request_seconds_sum", &home) > 0.0);
    assert!(sum("database_connections", &[("state", "most")]) >= 2.0);
    assert!(sum("database_wait_seconds_count", &[("for", "read")]) > 100.0);
    assert!(sum("database_wait_seconds_count", &[("for", "write")]) > 5.0);
    assert!(sum("database_statements_total", &[]) > 100.0);
    assert!((sum("photo_seconds_count", &[]) - 1.0).abs() < 0.5 && sum("photo_seconds_sum", &[]) > 0.0);
    assert!(sum("memo_requests_total", &[("memo", "tokens"), ("result", "hit")]) >= 2.0);
    assert!(sum("memo_requests_total", &[("memo", "answers"), ("result", "hit")]) >= 2.0);
    let mib = sum("process_resident_bytes", &[]) / f64::from(1 << 20);
    assert!((10.0..4_000.0).contains(&mib), "{mib} MiB");
    assert!(sum("process_start_time_seconds", &[]) > 1.7e9);
    assert!(sum("storage_errors_total", &[]).abs() < 0.5 && sum("jobs", &[("state", "due")]).abs() < 0.5);
    assert!((sum("build_info", &[("version", env!("CARGO_PKG_VERSION"))]) - 1.0).abs() < 0.5);
}

#[tokio::test]
async fn what_waits_is_counted_and_how_long() {
    let scene = Scene::with(&[], &[("metrics_token", TOKEN)]).await;
    scene.bob_follows().await;
    scene.a.quiet().await;
    scene.a.stop_working();
    scene.ada.post_photo("orientation-1.jpg", "Fog").await;
    metrics(&scene.a).await;
    scene.world().clock().advance(60_000);
    let read = metrics(&scene.a).await;
    for state in ["waiting", "due"] {
        assert!(read.sum("cyanotype_jobs", &[("queue", "local"), ("state", state)]) >= 1.0, "{state}");
    }
    assert!(read.sum("cyanotype_job_due_seconds", &[("queue", "local")]) >= 60.0);
    assert!(read.sum("cyanotype_job_due_seconds", &[("queue", "pushes")]).abs() < 0.5);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_counted() {
    let settings = [
        ("metrics_token", TOKEN),
        ("s3_endpoint", "http://127.0.0.1:9"),
        ("s3_bucket", "photos"),
        ("s3_access_key", "key"),
        ("s3_secret_key", "secret"),
    ];
    let server = Server::start_with("a.test", &settings).await;
    let path = format!("/media/{}.jpg", "0a".repeat(16));
    assert_eq!(server.ask(&path, "*/*").await.status(), 503);
    let read = metrics(&server).await;
    assert!(read.sum("cyanotype_storage_errors_total", &[("place", "s3"), ("operation", "get")]) >= 1.0);
    assert!(read.sum("cyanotype_storage_errors_total", &[("place", "local")]).abs() < 0.5);
}

#[tokio::test]
async fn r050_paths_and_methods_that_somebody_makes_up_make_no_new_series() {
    let server = server().await;
    let counted = async || {
        let read = metrics(&server).await;
        read.series.keys().filter(|(name, _)| name == "cyanotype_http_request_seconds_count").count()
    };
    counted().await;
    let before = counted().await;
    let client = server.world.client();
    for n in 0..1_000 {
        let method = reqwest::Method::from_bytes(format!("MADE{}", n % 10).as_bytes()).unwrap();
        let method = if n % 2 == 0 { reqwest::Method::GET } else { method };
        let address = format!("http://{}/{}/made-up-{n}?n={n}", server.address, ["ap/x", "y", "@z/1/2"][n % 3]);
        client.request(method, address).send().await.unwrap();
    }
    assert!(counted().await <= before + 2, "one of GET, and one of all methods nobody knows");
}

#[tokio::test]
async fn a_process_that_only_works_is_measured_too() {
    let server = server().await;
    let ask = Request::get("/metrics").header("authorization", format!("Bearer {TOKEN}")).body(Body::empty()).unwrap();
    let answer = health::only(server.app.clone()).unwrap().oneshot(ask).await.unwrap();
    assert_eq!(answer.status(), 200);
}
