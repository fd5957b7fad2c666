//! What is asked for again is answered from memory, and never wrongly.

use crate::support::*;
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HOME: &str = "/api/v1/timelines/home";

/// Two people who follow one another, and what Ada's app sees of both; nothing is made anew to compare.
async fn two() -> (Server, Person, Person, Api) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let bea = server.person("bea").await;
    ada.follow("@bea@a.test").await;
    let api = Api::of(&ada).await;
    api.get(HOME).await.fine();
    server.app.doubts.store(false, Ordering::Relaxed);
    (server, ada, bea, api)
}

/// Ada's home: as it is answered, and as it is when made anew.
async fn home(api: &Api, n: usize) -> (String, String) {
    let usual = api.get(HOME).await.fine().to_string();
    (usual, api.get(&format!("{HOME}?anew={n}")).await.fine().to_string())
}

#[tokio::test]
async fn the_same_home_asked_for_again_asks_the_database_nothing() {
    let (server, _, bea, api) = two().await;
    let post = bea.post_photo("orientation-1.jpg", "Fog").await;
    eventually(async || api.get(HOME).await.ids().contains(&post.number), "it is in her home").await;
    server.stop_working();
    let first = api.get(HOME).await;
    let before = server.app.db.asked();
    for _ in 0..5 {
        assert_eq!(api.get(HOME).await.fine(), api.get(HOME).await.fine());
    }
    assert_eq!(server.app.db.asked(), before);
    assert!(first.header("cache-control").contains("no-store"));
}

#[tokio::test]
async fn what_happens_to_others_forgets_nothing_of_hers() {
    let (server, ada, bea, api) = two().await;
    let mine = ada.post_photo("orientation-1.jpg", "Mine").await;
    let cleo = server.person("cleo").await;
    let elsewhere = cleo.post_photo("orientation-1.jpg", "Somewhere else").await;
    eventually(async || api.get(HOME).await.ids().contains(&mine.number), "it is in her home").await;
    server.quiet().await;
    api.get(HOME).await.fine();
    let asked = async || {
        let before = server.app.db.asked();
        api.get(HOME).await.fine();
        server.app.db.asked() - before
    };
    let (to_bea, to_cleo) = (Api::of(&bea).await, Api::of(&cleo).await);
    to_bea.with_post(&elsewhere.number, "favourite").await.fine();
    to_bea.with_post(&elsewhere.number, "bookmark").await.fine();
    to_cleo.answer(&elsewhere.number, "And an answer").await;
    server.quiet().await;
    server.stop_working();
    assert_eq!(asked().await, 0);
    to_bea.with_post(&mine.number, "favourite").await.fine();
    assert!(asked().await > 10);
}

#[tokio::test]
async fn whatever_changes_is_seen_at_once() {
    let (server, ada, bea, api) = two().await;
    let to_bea = Api::of(&bea).await;
    let post = bea.post_photo("orientation-1.jpg", "Fog #weather").await.number;
    let other = bea.post_photo("orientation-1.jpg", "Rain with @ada").await.number;
    let mine = ada.post_photo("orientation-1.jpg", "Mine").await.number;
    server.quiet().await;
    let account = |of: &str| format!("/api/v1/accounts/lookup?acct={of}");
    let her = api.get(&account("bea")).await.fine()["id"].as_str().unwrap().to_owned();
    let (mut was, mut n) = (home(&api, 0).await.0, 0);
    let of_post = |id: &str, deed: &str| format!("/api/v1/statuses/{id}/{deed}");
    let of_her = |deed: &str| format!("/api/v1/accounts/{her}/{deed}");
    // Who does what; each is to be seen.
    let deeds: Vec<(&Api, Method, String, serde_json::Value)> = vec![
        (&api, Method::POST, of_post(&post, "favourite"), json!({})),
        (&to_bea, Method::POST, of_post(&post, "favourite"), json!({})),
        (&to_bea, Method::POST, of_post(&post, "unfavourite"), json!({})),
        (&api, Method::POST, of_post(&post, "bookmark"), json!({})),
        (&api, Method::POST, of_post(&post, "mute"), json!({})),
        (&to_bea, Method::POST, of_post(&mine, "reblog"), json!({})),
        (&api, Method::POST, of_post(&post, "reblog"), json!({})),
        (&to_bea, Method::POST, "/api/v1/statuses".to_owned(), json!({"status": "Nice", "in_reply_to_id": mine})),
        (&to_bea, Method::PUT, format!("/api/v1/statuses/{post}"), json!({"status": "Thick fog #air"})),
        (&to_bea, Method::PATCH, "/api/v1/accounts/update_credentials".to_owned(), json!({"display_name": "Bea B."})),
        (
            &api,
            Method::POST,
            "/api/v2/filters".to_owned(),
            json!({
            "title": "Fog", "context": ["home"], "filter_action": "warn",
            "keywords_attributes": [{"keyword": "fog", "whole_word": true}]}),
        ),
        (&api, Method::POST, of_her("mute"), json!({})),
        (&api, Method::POST, of_her("unmute"), json!({})),
        (&api, Method::POST, of_her("follow"), json!({"reblogs": false})),
        (&to_bea, Method::DELETE, format!("/api/v1/statuses/{other}"), json!({})),
        (&api, Method::POST, of_her("block"), json!({})),
    ];
    for (who, method, path, body) in deeds {
        n += 1;
        let unseen = path.ends_with("/follow");
        who.json(method, &path, &body).await.fine();
        server.quiet().await;
        let (usual, anew) = home(&api, n).await;
        assert_eq!(usual, anew, "after {path}");
        assert!(unseen || usual != was, "{path} is to be seen");
        was = usual;
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_is_worth_nothing_from_then_on() {
    let (server, _ada, _bea, api) = two().await;
    assert_eq!(api.get(HOME).await.status, 200);
    let token = api.token.as_deref().unwrap();
    let form = [("client_id", &*api.client_id), ("client_secret", &*api.client_secret), ("token", token)];
    Api::nobody(&server).post("/oauth/revoke", &form).await.fine();
    assert_eq!(api.get(HOME).await.status, 401);
}

#[tokio::test]
async fn a_question_with_a_body_is_answered_by_its_body() {
    let (server, ada, _bea, api) = two().await;
    ada.post_photo("orientation-1.jpg", "One").await;
    ada.post_photo("orientation-1.jpg", "Two").await;
    server.quiet().await;
    assert_eq!(api.get(HOME).await.ids().len(), 2);
    assert_eq!(api.json(Method::GET, HOME, &json!({"limit": 1})).await.ids().len(), 1);
}

#[tokio::test]
async fn whoever_takes_it_packed_gets_the_same() {
    let (server, _ada, bea, api) = two().await;
    bea.post_photo("orientation-1.jpg", "Fog").await;
    server.quiet().await;
    let plain = api.get(HOME).await.fine();
    for (takes, packed) in [("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("identity", false)] {
        let (head, body) = over_the_wire(&server, api.token.as_deref().unwrap(), takes).await;
        assert_eq!(head.contains("content-encoding: gzip"), packed, "{takes}: {head}");
        let text = match packed {
            true => std::io::read_to_string(flate2::read::GzDecoder::new(&*body)).unwrap(),
            false => String::from_utf8(body).unwrap(),
        };
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), plain, "{takes}");
    }
}

/// Ada's home as it comes over the wire: the head in small letters, and the body. Clients unpack it without a word.
async fn over_the_wire(server: &Server, token: &str, takes: &str) -> (String, Vec<u8>) {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let question = format!(
        "GET {HOME} HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Proto: https\r\nAuthorization: Bearer {token}\r\n\
         Accept-Encoding: {takes}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(question.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end + 4..].to_vec())
}
