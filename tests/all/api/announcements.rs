//! What the server has to say to everybody.

use crate::support::*;
use cyanotype::clock::DAY;
use cyanotype::service::announcements::is_sign;
use cyanotype::service::announcements::{announce, withdraw};
use reqwest::Method;
use serde_json::json;

const LIST: &str = "/api/v1/announcements";

#[tokio::test]
async fn what_the_server_says_is_shown_until_it_is_dismissed() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (Api::of(&server.owner("ada").await).await, Api::of(&server.person("eve").await).await);
    assert_eq!(ada.get(LIST).await.fine(), json!([]));
    let row = announce(&server.app, "We are away on Sunday: https://status.example/", None).await.unwrap();
    let said = ada.get(LIST).await.fine()[0].clone();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    let every = "all_day content emojis ends_at id mentions published_at reactions read starts_at statuses tags \
        updated_at";
    assert_eq!(keys.join(" "), every);
    assert_eq!((&said["id"], &said["read"]), (&json!(row.id.to_string()), &json!(false)));
    assert!(said["content"].as_str().unwrap().contains("href=\"https://status.example/\""), "{said}");
    assert_eq!(ada.post(&format!("{LIST}/{}/dismiss", row.id), &[]).await.fine(), json!({}));
    assert_eq!(ada.get(LIST).await.fine(), json!([]));
    assert_eq!(ada.get(&format!("{LIST}?with_dismissed=true")).await.fine()[0]["read"], true);
    assert_eq!(eve.get(LIST).await.ids(), [row.id.to_string()], "for everybody else it stands");
    assert!(withdraw(&server.app, row.id).await.unwrap());
    assert!(eve.get(LIST).await.ids().is_empty());
    assert_eq!(eve.post(&format!("{LIST}/{}/dismiss", row.id), &[]).await.status, 404);
}

#[tokio::test]
async fn what_is_said_for_some_days_is_over_after_them() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let ends = server.app.now() + 2 * DAY;
    announce(&server.app, "Until then", Some(ends)).await.unwrap();
    assert!(ada.get(LIST).await.fine()[0]["ends_at"].is_string());
    server.quiet().await;
    server.world.clock().advance(2 * DAY);
    assert!(ada.get(LIST).await.ids().is_empty());
    assert!(announce(&server.app, "Too late", Some(ends)).await.is_err());
    assert!(announce(&server.app, "  ", None).await.is_err());
}

#[tokio::test]
async fn people_react_to_what_the_server_says() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (Api::of(&server.owner("ada").await).await, Api::of(&server.person("eve").await).await);
    let row = announce(&server.app, "We are two", None).await.unwrap();
    let path = |name: &str| format!("{LIST}/{}/reactions/{name}", row.id);
    let party = path("%F0%9F%8E%89");
    for api in [&ada, &ada, &eve] {
        assert_eq!(api.form(Method::PUT, &party, &[]).await.fine(), json!({}));
    }
    let reactions = async |api: &Api| api.get(LIST).await.fine()[0]["reactions"].clone();
    let both = json!([{ "name": "🎉", "count": 2, "me": true, "url": null, "static_url": null }]);
    assert_eq!(reactions(&ada).await, both);
    assert_eq!(ada.form(Method::DELETE, &party, &[]).await.fine(), json!({}));
    assert_eq!((&reactions(&ada).await[0]["count"], &reactions(&ada).await[0]["me"]), (&json!(1), &json!(false)));
    for word in ["party", "%3Cb%3E"] {
        assert_eq!(ada.form(Method::PUT, &path(word), &[]).await.status, 422, "{word}");
    }
    let mut ear = Listener::open(&server, "?stream=user", ada.token.as_deref().unwrap()).await;
    ear.settle().await;
    eve.form(Method::DELETE, &party, &[]).await.fine();
    let heard = ear.next().await;
    let gone = json!({ "announcement_id": row.id.to_string(), "name": "🎉", "count": 0 });
    assert_eq!((heard.name.as_str(), heard.payload), ("announcement.reaction", gone));
    let other = announce(&server.app, "And one more thing", None).await.unwrap();
    let heard = ear.next().await;
    assert_eq!((heard.name.as_str(), &heard.payload["id"]), ("announcement", &json!(other.id.to_string())));
    withdraw(&server.app, other.id).await.unwrap();
    let heard = ear.next().await;
    assert_eq!((heard.name.as_str(), heard.payload), ("announcement.delete", json!(other.id.to_string())));
}

#[tokio::test]
async fn whom_and_what_the_server_names_is_told_as_in_posts() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    server.person("eve").await;
    cyanotype::service::emoji::add(&server.app, "blob", fixture("alpha.png"), None).await.unwrap();
    announce(&server.app, "Ask @eve (not @nobody) :blob: :none: #Fog", None).await.unwrap();
    let said = ada.get(LIST).await.fine()[0].clone();
    let eve = ada.get("/api/v1/accounts/lookup?acct=eve").await.fine();
    let mention = json!({ "id": eve["id"], "username": "eve", "acct": "eve", "url": "https://a.test/@eve" });
    assert_eq!(said["mentions"], json!([mention]));
    assert_eq!(said["tags"], json!([{ "name": "fog", "url": "https://a.test/tags/fog" }]));
    assert_eq!((&said["emojis"][0]["shortcode"], said["emojis"].as_array().unwrap().len()), (&json!("blob"), 1));
    let html = said["content"].as_str().unwrap();
    assert!(
        html.contains("href=\"https://a.test/@eve\"") && html.contains("href=\"https://a.test/tags/fog\""),
        "{html}"
    );
}

#[test]
fn a_sign_is_no_word() {
    for sign in ["🎉", "❤️", "👍🏽", "1️⃣", "🏳️‍🌈", "👨‍👩‍👧"] {
        assert!(is_sign(sign), "{sign}");
    }
    for word in ["", "party", "ü", "11", "🎉 🎉", "🎉a", "字", "<🎉>"] {
        assert!(!is_sign(word), "{word}");
    }
}
