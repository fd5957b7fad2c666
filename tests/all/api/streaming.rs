//! Hearing at once of what happens.

use crate::support::*;
use cyanotype::service::Refusal;
use cyanotype::service::apps::grants::{self, Found};
use cyanotype::service::happening::{self, Happening};
use cyanotype::service::streaming::{Hub, Stream, Unknown};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// Ada, who listens, and eve, whom she follows.
struct Hearing {
    server: Server,
    ada: Person,
    api: Api,
    eve: Person,
}

impl Hearing {
    async fn new() -> Self {
        let server = Server::start("a.test").await;
        let ada = server.owner("ada").await;
        let eve = server.person("eve").await;
        ada.follow("@eve@a.test").await;
        let api = Api::of(&ada).await;
        server.quiet().await;
        Self { server, ada, api, eve }
    }

    fn token(&self) -> &str {
        self.api.token.as_deref().unwrap()
    }

    /// Ada's ear at these streams.
    async fn ear(&self, streams: &[&str]) -> Listener {
        let mut ear = Listener::open(&self.server, "", self.token()).await;
        for stream in streams {
            ear.subscribe(stream).await;
        }
        ear
    }
}

#[tokio::test]
async fn a_post_is_heard_at_home_soon_and_so_is_what_becomes_of_it() {
    let hearing = Hearing::new().await;
    let mut ear = hearing.ear(&["user"]).await;
    let post = hearing.eve.post_photo("orientation-1.jpg", "Fern").await;
    let begun = Instant::now();
    let heard = ear.next().await;
    let took = begun.elapsed();
    assert_eq!((heard.name.as_str(), heard.stream), ("update", vec!["user".to_owned()]));
    assert_eq!((&heard.payload["id"], &heard.payload["account"]["acct"]), (&json!(post.number), &json!("eve")));
    assert_eq!(heard.payload, hearing.api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine());
    // On a machine that does nothing else it is a quarter of a second.
    assert!(took < Duration::from_secs(5), "{took:?}");
    hearing.server.world.clock().advance(2_000);
    hearing.eve.edit(&post, |form| form.set("caption", "Fern, unfurled")).await;
    let heard = ear.next().await;
    assert_eq!(heard.name, "status.update");
    assert!(heard.payload["content"].as_str().unwrap().contains("unfurled"));
    hearing.eve.delete(&post).await;
    let heard = ear.next().await;
    assert_eq!((heard.name.as_str(), heard.payload), ("delete", json!(post.number)), "the bare id");
}

#[tokio::test]
async fn a_boost_is_heard_as_it_stands_at_home_and_goes_again() {
    let hearing = Hearing::new().await;
    let zoe = hearing.server.person("zoe").await;
    let post = zoe.post_photo("orientation-1.jpg", "Fern").await;
    hearing.server.quiet().await;
    let mut ear = hearing.ear(&["user"]).await;
    hearing.eve.boost(&post.path).await;
    let heard = ear.next().await;
    assert_eq!(
        (&heard.payload["account"]["acct"], &heard.payload["reblog"]["id"]),
        (&json!("eve"), &json!(post.number))
    );
    hearing.eve.react(&post.path, "unboost").await;
    let gone = ear.next().await;
    assert_eq!((gone.name.as_str(), &gone.payload), ("delete", &heard.payload["id"]));
}

#[tokio::test]
async fn what_somebody_is_told_is_heard_where_she_listens_for_it() {
    let hearing = Hearing::new().await;
    let post = hearing.ada.post_photo("orientation-1.jpg", "Fern").await;
    hearing.server.quiet().await;
    let mut ear = hearing.ear(&["user:notification"]).await;
    hearing.eve.like(&post.path).await;
    let heard = ear.next().await;
    assert_eq!((heard.name.as_str(), heard.stream), ("notification", vec!["user:notification".to_owned()]));
    let list = hearing.api.get("/api/v1/notifications").await.fine();
    assert_eq!(heard.payload, list[0]);
    assert_eq!(heard.payload["type"], "favourite");
}

#[tokio::test]
async fn walls_and_hashtags_are_heard_one_by_one() {
    let hearing = Hearing::new().await;
    let zoe = hearing.server.person("zoe").await;
    let mut ear = hearing.ear(&["public:local:media", "public:remote"]).await;
    ear.say(&json!({ "type": "subscribe", "stream": "hashtag", "tag": "Fog" })).await;
    ear.settle().await;
    zoe.post_photo("orientation-1.jpg", "Nothing").await;
    assert_eq!(ear.next().await.stream, ["public:local:media"]);
    let tagged = zoe.post_photo("orientation-1.jpg", "Morning #fog").await;
    let mut both = [ear.next().await, ear.next().await];
    both.sort_by_key(|heard| heard.stream.len());
    assert_eq!(both[0].stream, ["public:local:media"]);
    assert_eq!(
        (&both[1].stream, &both[1].payload["id"]),
        (&vec!["hashtag".into(), "Fog".into()], &json!(tagged.number))
    );
    ear.say(&json!({ "type": "unsubscribe", "stream": "public:local:media" })).await;
    ear.settle().await;
    zoe.post_photo("orientation-1.jpg", "Nothing").await;
    let tagged = zoe.post_photo("orientation-1.jpg", "Evening #fog").await;
    assert_eq!(ear.next().await.payload["id"], tagged.number);
}

#[tokio::test]
async fn what_a_filter_hides_is_not_heard_where_it_hides_it() {
    let hearing = Hearing::new().await;
    let filter = json!({ "title": "Moths", "context": ["home"], "filter_action": "hide",
        "keywords_attributes": [{ "keyword": "moth" }] });
    hearing.api.json(Method::POST, "/api/v2/filters", &filter).await.fine();
    hearing.server.quiet().await;
    let mut ear = hearing.ear(&["user", "public"]).await;
    let moth = hearing.eve.post_photo("orientation-1.jpg", "A moth").await;
    let heard = ear.next().await;
    assert_eq!((heard.stream, &heard.payload["id"]), (vec!["public".to_owned()], &json!(moth.number)));
    hearing.server.quiet().await;
    let fern = hearing.eve.post_photo("orientation-1.jpg", "A fern").await;
    for heard in [ear.next().await, ear.next().await] {
        assert_eq!(heard.payload["id"], fern.number, "at home nothing of the moth: {heard:?}");
    }
}

#[tokio::test]
async fn a_list_is_heard_by_its_owner_alone() {
    let hearing = Hearing::new().await;
    let list =
        hearing.api.post("/api/v1/lists", &[("title", "Friends")]).await.fine()["id"].as_str().unwrap().to_owned();
    let eve = hearing.api.get("/api/v1/accounts/lookup?acct=eve").await.fine()["id"].as_str().unwrap().to_owned();
    hearing.api.post(&format!("/api/v1/lists/{list}/accounts"), &[("account_ids[]", &eve)]).await.fine();
    hearing.server.quiet().await;
    let stream = json!({ "type": "subscribe", "stream": "list", "list": list });
    let mut own = hearing.ear(&[]).await;
    let mut other =
        Listener::open(&hearing.server, "?stream=public", &Api::of(&hearing.eve).await.token.unwrap()).await;
    for ear in [&mut own, &mut other] {
        ear.say(&stream).await;
        ear.settle().await;
    }
    let post = hearing.eve.post_photo("orientation-1.jpg", "Fern").await;
    let heard = own.next().await;
    assert_eq!((heard.stream, &heard.payload["id"]), (vec!["list".to_owned(), list], &json!(post.number)));
    hearing.server.quiet().await;
    let last = hearing.ada.post_photo("orientation-1.jpg", "Moss").await;
    assert_eq!(other.next().await.payload["id"], post.number);
    assert_eq!(other.next().await.payload["id"], last.number, "of the list nothing");
}

#[tokio::test]
async fn nothing_is_heard_that_one_may_not_see() {
    let hearing = Hearing::new().await;
    let zoe = hearing.server.person("zoe").await;
    let mut ears = Vec::new();
    for person in [&hearing.ada, &zoe] {
        let token = Api::of(person).await.token.unwrap();
        let mut ear = Listener::open(&hearing.server, "?stream=user", &token).await;
        for stream in ["public", "public:local", "direct", "user:notification"] {
            ear.subscribe(stream).await;
        }
        ear.say(&json!({ "type": "subscribe", "stream": "hashtag", "tag": "fog" })).await;
        ear.settle().await;
        ears.push(ear);
    }
    let file = &["orientation-1.jpg"];
    let narrow = hearing.eve.post_album(file, "For followers #fog", "followers", &[]).await;
    let secret = hearing.eve.post_album(file, "For @ada #fog", "mentioned", &[]).await;
    let brief = |heard: Event| (heard.name, heard.payload.get("id").unwrap_or(&heard.payload).clone());
    // Before it goes again: at home both, told of one, and the conversation it begins.
    let mut events = Vec::new();
    for _ in 0..5 {
        events.push(brief(ears[0].next().await));
    }
    hearing.server.world.clock().advance(2_000);
    hearing.eve.edit(&narrow, |form| form.set("caption", "Still for followers #fog")).await;
    events.push(brief(ears[0].next().await));
    hearing.eve.delete(&secret).await;
    hearing.eve.delete(&narrow).await;
    let open = hearing.eve.post_photo("orientation-1.jpg", "For all").await;
    let heard = ears[1].next().await;
    assert_eq!((heard.name.as_str(), &heard.payload["id"]), ("update", &json!(open.number)), "{heard:?}");
    while events.last().is_none_or(|(_, id)| *id != json!(open.number)) {
        events.push(brief(ears[0].next().await));
    }
    let names =
        |id: &str| events.iter().filter(|(_, known)| *known == id).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(&narrow.number), ["update", "status.update", "delete"], "{events:?}");
    assert_eq!(names(&secret.number), ["update", "delete"], "{events:?}");
    assert!(
        events.iter().any(|(name, _)| name == "conversation") && events.iter().any(|(name, _)| name == "notification")
    );
}

#[tokio::test]
async fn whoever_is_blocked_or_muted_is_not_heard() {
    let hearing = Hearing::new().await;
    let (zoe, ben) = (hearing.server.person("zoe").await, hearing.server.person("ben").await);
    hearing.ada.block("@ben@a.test").await;
    let form = hearing.ada.form("/@zoe/mute", "/@zoe/mute").await.set("notifications", "true");
    hearing.ada.submit(form).await;
    let mut ear = hearing.ear(&["public", "user"]).await;
    let mut bens = Listener::open(&hearing.server, "", &Api::of(&ben).await.token.unwrap()).await;
    bens.subscribe("public").await;
    ben.post_photo("orientation-1.jpg", "By ben").await;
    assert_eq!(bens.next().await.payload["account"]["acct"], "ben");
    zoe.post_photo("orientation-1.jpg", "By zoe for @ada").await;
    assert_eq!(bens.next().await.payload["account"]["acct"], "zoe");
    hearing.ada.post_photo("orientation-1.jpg", "By ada").await;
    hearing.server.quiet().await;
    hearing.eve.post_photo("orientation-1.jpg", "By eve").await;
    assert_eq!(bens.next().await.payload["account"]["acct"], "eve", "r037: whoever blocks is not heard either");
    let mut names = Vec::new();
    while names.iter().filter(|name| **name == "eve").count() < 2 {
        names.push(ear.next().await.payload["account"]["acct"].as_str().unwrap().to_owned());
    }
    names.sort_unstable();
    assert_eq!(names, ["ada", "ada", "eve", "eve"]);
}

#[tokio::test]
async fn r085_listening_needs_a_token_that_allows_it_wherever_it_stands() {
    let hearing = Hearing::new().await;
    let (address, token) = (hearing.server.address, hearing.token());
    let bearer = format!("Bearer {token}");
    let good = [
        (String::new(), vec![("authorization", bearer.as_str())]),
        (format!("?access_token={token}"), vec![]),
        (String::new(), vec![("sec-websocket-protocol", token)]),
    ];
    for (query, headers) in good {
        assert!(Listener::at(address, &query, &headers).await.is_ok(), "{query} {headers:?}");
    }
    assert_eq!(Listener::at(address, "", &[]).await.err(), Some(401));
    assert_eq!(Listener::at(address, "?access_token=wrong", &[]).await.err(), Some(401));
    let nobody = Api::nobody(&hearing.server);
    let path = format!("/api/v1/accounts/verify_credentials?access_token={token}");
    assert_eq!(nobody.get(&path).await.status, 401, "nowhere else may it stand in the address");
    let narrow = Api::with(&hearing.ada, "read:notifications").await;
    let mut ear = Listener::open(&hearing.server, "?stream=user", narrow.token.as_deref().unwrap()).await;
    assert_eq!(ear.message().await.unwrap()["status"], 401);
    ear.subscribe("user:notification").await;
    let other = Api::with(&hearing.ada, "write").await.token.unwrap();
    assert_eq!(Listener::at(address, &format!("?access_token={other}"), &[]).await.err(), Some(403));
}

#[tokio::test]
async fn what_makes_no_sense_is_said_and_the_socket_stays_open() {
    let hearing = Hearing::new().await;
    let mut ear = hearing.ear(&[]).await;
    for wrong in [
        json!({ "type": "subscribe", "stream": "nothing" }),
        json!({ "type": "subscribe", "stream": "hashtag" }),
        json!({ "type": "shout", "stream": "user" }),
        json!(["nothing"]),
    ] {
        ear.say(&wrong).await;
        let said = ear.message().await.unwrap();
        assert_eq!(said["status"], 400, "{wrong}");
        assert!(said["error"].is_string());
    }
    ear.subscribe("public").await;
    ear.subscribe("public").await;
    hearing.eve.post_photo("orientation-1.jpg", "Fern").await;
    assert_eq!(ear.next().await.name, "update");
    hearing.eve.post_photo("orientation-1.jpg", "Moss").await;
    assert!(ear.next().await.payload["content"].as_str().unwrap().contains("Moss"), "listened to once");
}

#[tokio::test]
async fn r087_whoever_may_not_listen_any_more_is_let_go() {
    let hearing = Hearing::new().await;
    let mut ear = hearing.ear(&["user"]).await;
    let form = [
        ("client_id", hearing.api.client_id.as_str()),
        ("client_secret", hearing.api.client_secret.as_str()),
        ("token", hearing.token()),
    ];
    hearing.api.post("/oauth/revoke", &form).await.fine();
    assert_eq!(ear.message().await, None, "the token was given back");
    let token = Api::of(&hearing.eve).await.token.unwrap();
    let mut ear = Listener::open(&hearing.server, "?stream=user", &token).await;
    let row = cyanotype::store::accounts::by_handle(&hearing.server.app.db.read, "eve", "").await.unwrap().unwrap();
    cyanotype::service::leaving::suspend(&hearing.server.app, &row, true).await.unwrap();
    assert_eq!(ear.message().await, None, "suspended");
}

#[tokio::test]
async fn events_are_sent_to_apps_that_know_no_sockets() {
    let hearing = Hearing::new().await;
    let nobody = Api::nobody(&hearing.server);
    for path in ["user", "user/notification", "public", "public/local", "public/remote", "direct", "hashtag?tag=fog"] {
        assert_eq!(nobody.get(&format!("/api/v1/streaming/{path}")).await.status, 401, "{path}");
    }
    for path in ["hashtag", "hashtag/local", "list", "list?list=x"] {
        assert_eq!(hearing.api.get(&format!("/api/v1/streaming/{path}")).await.status, 400, "{path}");
    }
    assert_eq!(nobody.get("/api/v1/streaming/health").await.text, "OK");
    let path = format!("/api/v1/streaming/public?only_media=true&access_token={}", hearing.token());
    let answer = nobody.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.bytes_stream();
    let mut next = async || String::from_utf8(body.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert_eq!(next().await, ":)\n\n");
    hearing.eve.post_photo("orientation-1.jpg", "Fern").await;
    let said = next().await;
    let data = said.strip_prefix("event: update\ndata: ").unwrap_or_else(|| panic!("{said}"));
    let status: serde_json::Value = serde_json::from_str(data.strip_suffix("\n\n").unwrap()).unwrap();
    assert_eq!(status["account"]["acct"], "eve");
}

#[tokio::test]
async fn what_happens_in_one_process_is_heard_in_another() {
    let hearing = Hearing::new().await;
    let other = hearing.server.beside().await;
    let query = format!("?stream=user&access_token={}", hearing.token());
    let mut ear = Listener::at(other, &query, &[]).await.unwrap();
    ear.settle().await;
    let post = hearing.eve.post_photo("orientation-1.jpg", "Fern").await;
    assert_eq!(ear.next().await.payload["id"], post.number);
}

#[tokio::test]
async fn whoever_cannot_keep_up_is_let_go() {
    let hearing = Hearing::new().await;
    let app = &hearing.server.app;
    let Found::Valid(holder) = grants::holder(app, &grants::holders(), hearing.token()).await.unwrap() else {
        panic!("no token")
    };
    let hub = Hub::default();
    let mut slow = hub.listen(app, &holder).unwrap();
    let app2 = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for _ in 0..600 {
                    happening::say(&app2, tx, Happening::Filters { account: 1 }).await?;
                }
                Ok::<_, Refusal>(())
            })
        })
        .await
        .unwrap();
    let mut heard = 0;
    while slow.next().await.is_some() {
        heard += 1;
    }
    assert!(heard < 600, "{heard}");
}

#[tokio::test]
async fn nobody_listens_so_often_that_others_cannot() {
    let hearing = Hearing::new().await;
    let app = &hearing.server.app;
    let Found::Valid(holder) = grants::holder(app, &grants::holders(), hearing.token()).await.unwrap() else {
        panic!("no token")
    };
    let hub = Hub::default();
    let ears: Vec<_> =
        (0..cyanotype::service::limits::LISTENERS_OF_ONE).map(|_| hub.listen(app, &holder).unwrap()).collect();
    assert!(matches!(hub.listen(app, &holder), Err(Refusal::TooMany { .. })));
    drop(ears);
    assert!(hub.listen(app, &holder).is_ok());
}

#[test]
fn every_stream_has_its_name_and_is_found_by_it() {
    let plain = [
        "user",
        "user:notification",
        "public",
        "public:media",
        "public:local",
        "public:local:media",
        "public:remote",
        "public:remote:media",
        "direct",
    ];
    for name in plain {
        assert_eq!(Stream::parse(name, None, None).map(|s| s.names()), Ok(vec![name.to_owned()]));
    }
    for name in ["hashtag", "hashtag:local"] {
        let stream = Stream::parse(name, Some("#Fog"), None).map(|s| s.names());
        assert_eq!(stream, Ok(vec![name.to_owned(), "Fog".to_owned()]));
        assert_eq!(Stream::parse(name, None, None), Err(Unknown));
    }
    assert_eq!(Stream::parse("list", None, Some("12")), Ok(Stream::List(12)));
    for (name, list) in [("list", None), ("list", Some("x")), ("user:media", None), ("nothing", None), ("", None)] {
        assert_eq!(Stream::parse(name, None, list), Err(Unknown), "{name}");
    }
}
