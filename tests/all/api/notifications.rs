//! What somebody is told in her app, one by one.

use crate::support::*;
use cyanotype::service::leaving;
use cyanotype::store::accounts;
use serde_json::{Value, json};

/// Ada with her app, and eve and zoe, who have something to say to her.
pub struct Told {
    pub server: Server,
    pub ada: Person,
    pub api: Api,
    pub eve: Person,
    pub zoe: Person,
}

impl Told {
    pub async fn new() -> Self {
        let server = Server::start("a.test").await;
        let ada = server.owner("ada").await;
        let (eve, zoe) = (server.person("eve").await, server.person("zoe").await);
        let api = Api::of(&ada).await;
        Self { server, ada, api, eve, zoe }
    }

    /// Type and name of everything in a list, the newest first.
    pub async fn list(&self, path: &str) -> Vec<String> {
        self.api.get(path).await.fine().as_array().unwrap().iter().map(brief).collect()
    }

    pub async fn id(&self, name: &str) -> String {
        let found = self.api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine();
        found["id"].as_str().unwrap().to_owned()
    }
}

fn brief(told: &Value) -> String {
    format!("{} {}", told["type"].as_str().unwrap(), told["account"]["acct"].as_str().unwrap())
}

const LIST: &str = "/api/v1/notifications";

#[tokio::test]
async fn everything_that_is_told_has_its_word_its_person_and_its_post() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.follow("@ada@a.test").await;
    told.eve.like(&post.path).await;
    told.eve.boost(&post.path).await;
    told.zoe.reply(&post.path, "Lovely").await;
    told.zoe.post_photo("orientation-1.jpg", "Look @ada").await;
    let said = told.api.get(LIST).await;
    let list = said.clone().fine();
    let briefs: Vec<String> = list.as_array().unwrap().iter().map(brief).collect();
    assert_eq!(briefs, ["mention zoe", "mention zoe", "reblog eve", "favourite eve", "follow eve"]);
    let keys: Vec<&str> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    let every = "account created_at event filtered group_key id moderation_warning report status type";
    assert_eq!(keys.join(" "), every);
    assert!(list[0]["status"]["content"].as_str().unwrap().contains("Look"));
    assert!(list[1]["status"]["content"].as_str().unwrap().contains("Lovely"), "the answer, not what it answers");
    assert_eq!((&list[2]["status"]["id"], &list[3]["status"]["id"]), (&json!(post.number), &json!(post.number)));
    assert_eq!((&list[4]["status"], &list[0]["filtered"]), (&Value::Null, &json!(false)));
    let id = list[3]["id"].as_str().unwrap();
    assert_eq!(told.api.get(&format!("{LIST}/{id}")).await.fine(), list[3]);
    let eve = Api::of(&told.eve).await;
    assert_eq!(eve.get(&format!("{LIST}/{id}")).await.status, 404, "r098");
}

#[tokio::test]
async fn kinds_and_people_can_be_asked_for_and_left_out() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.follow("@ada@a.test").await;
    told.eve.like(&post.path).await;
    told.zoe.reply(&post.path, "Lovely").await;
    for (query, expected) in [
        ("types[]=favourite&types[]=mention", vec!["mention zoe", "favourite eve"]),
        ("exclude_types[]=favourite", vec!["mention zoe", "follow eve"]),
        ("types[]=poll&types[]=admin.report", vec![]),
        ("types[]=mention&exclude_types[]=mention", vec![]),
        ("supported_types[]=mention&nonsense=1", vec!["mention zoe", "favourite eve", "follow eve"]),
    ] {
        assert_eq!(told.list(&format!("{LIST}?{query}")).await, expected, "{query}");
    }
    let zoe = told.id("zoe").await;
    assert_eq!(told.list(&format!("{LIST}?account_id={zoe}")).await, ["mention zoe"]);
}

#[tokio::test]
async fn whoever_asks_for_what_is_newer_gets_nothing_twice() {
    let told = Told::new().await;
    for n in 0..3 {
        told.zoe.post_photo("orientation-1.jpg", &format!("Number {n} @ada")).await;
    }
    let ids = told.api.get(LIST).await.ids();
    assert_eq!(ids.len(), 3);
    assert_eq!(told.api.get(&format!("{LIST}?min_id={}", ids[1])).await.ids(), [ids[0].clone()]);
    assert_eq!(told.api.get(&format!("{LIST}?since_id={}", ids[2])).await.ids(), ids[..2]);
    assert_eq!(told.api.get(&format!("{LIST}?max_id={}", ids[0])).await.ids(), ids[1..]);
    assert!(told.api.get(&format!("{LIST}?min_id={}", ids[0])).await.ids().is_empty());
    let walked: Vec<_> = told.api.walk(&format!("{LIST}?limit=1")).await.iter().map(|n| n["id"].clone()).collect();
    assert_eq!(walked, ids);
}

#[tokio::test]
async fn nothing_is_told_of_what_is_gone_or_not_to_be_seen() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.follow("@ada@a.test").await;
    told.eve.like(&post.path).await;
    let mention = told.zoe.post_photo("orientation-1.jpg", "Look @ada").await;
    assert_eq!(told.list(LIST).await, ["mention zoe", "favourite eve", "follow eve"]);
    told.zoe.delete(&mention).await;
    assert_eq!(told.list(LIST).await, ["favourite eve", "follow eve"]);
    let form = told.ada.form("/@eve/mute", "/@eve/mute").await.set("notifications", "true");
    told.ada.submit(form).await;
    assert!(told.list(LIST).await.is_empty(), "muted");
    told.ada.press("/@eve", "/@eve/unmute").await;
    assert_eq!(told.list(LIST).await.len(), 2);
    let eve = accounts::by_handle(&told.server.app.db.read, "eve", "").await.unwrap().unwrap();
    leaving::suspend(&told.server.app, &eve, true).await.unwrap();
    assert!(told.list(LIST).await.is_empty(), "r096");
    leaving::suspend(&told.server.app, &eve, false).await.unwrap();
    told.ada.delete(&post).await;
    assert_eq!(told.list(LIST).await, ["follow eve"]);
    told.ada.block("@eve@a.test").await;
    assert!(told.list(LIST).await.is_empty(), "r037");
}

#[tokio::test]
async fn what_is_dismissed_is_gone_for_its_owner_alone() {
    let told = Told::new().await;
    let post = told.zoe.post_photo("orientation-1.jpg", "For @ada and @eve").await;
    told.eve.follow("@ada@a.test").await;
    told.zoe.follow("@ada@a.test").await;
    let eve = Api::of(&told.eve).await;
    let (hers, others) = (told.api.get(LIST).await.ids(), eve.get(LIST).await.ids());
    assert_eq!((hers.len(), others.len()), (3, 1), "{post:?}");
    let dismiss = |id: &str| format!("{LIST}/{id}/dismiss");
    assert_eq!(eve.post(&dismiss(&hers[0]), &[]).await.status, 404, "r098");
    assert_eq!(told.api.post(&dismiss(&hers[0]), &[]).await.fine(), json!({}));
    assert_eq!(told.api.get(LIST).await.ids(), hers[1..]);
    assert_eq!(told.api.post(&dismiss(&hers[0]), &[]).await.status, 404);
    assert_eq!(told.api.post(&format!("{LIST}/clear"), &[]).await.fine(), json!({}));
    assert!(told.api.get(LIST).await.ids().is_empty());
    assert_eq!(eve.get(LIST).await.ids(), others);
    assert!(!told.ada.notifications().await.says("mentioned you"), "the page shows the same");
}

#[tokio::test]
async fn unread_ones_are_counted_until_they_are_read_anywhere() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.eve.like(&post.path).await;
    told.zoe.like(&post.path).await;
    let count = async |path: &str| told.api.get(path).await.fine()["count"].as_i64().unwrap();
    let (one, grouped) = ("/api/v1/notifications/unread_count", "/api/v2/notifications/unread_count");
    assert_eq!((count(one).await, count(grouped).await), (2, 1));
    assert_eq!(count(&format!("{one}?types[]=follow")).await, 0);
    assert_eq!(count(&format!("{one}?limit=1")).await, 1);
    let newest = told.api.get(LIST).await.ids().remove(0);
    told.api.post("/api/v1/markers", &[("notifications[last_read_id]", &newest)]).await.fine();
    assert_eq!((count(one).await, count(grouped).await), (0, 0));
    told.eve.follow("@ada@a.test").await;
    assert_eq!(count(one).await, 1);
    told.ada.notifications().await;
    assert_eq!(count(one).await, 0, "read on the page");
}

#[tokio::test]
async fn whoever_boosted_a_post_is_told_that_it_was_edited() {
    let told = Told::new().await;
    let post = told.zoe.post_photo("orientation-1.jpg", "Fern").await;
    told.ada.boost(&post.path).await;
    for n in 0..2 {
        told.server.world.clock().advance(2_000);
        told.zoe.edit(&post, |form| form.set("caption", &format!("Fern, changed {n}"))).await;
        assert_eq!(told.list(LIST).await, ["update zoe"], "of the last edit only");
    }
    assert!(told.ada.notifications().await.says("edited a post you boosted"));
}

#[tokio::test]
async fn a_long_list_of_notifications_asks_the_database_no_more_often_than_a_short_one() {
    let told = Told::new().await;
    let post = told.ada.post_photo("orientation-1.jpg", "Fern").await;
    told.server.stop_working();
    for person in [&told.eve, &told.zoe] {
        person.like(&post.path).await;
        person.reply(&post.path, "Lovely").await;
        person.post_photo("orientation-1.jpg", "Look @ada #fog").await;
        person.follow("@ada@a.test").await;
    }
    for path in [LIST, "/api/v2/notifications"] {
        let cost = async |limit: usize| {
            let before = told.server.app.db.asked();
            let body = told.api.get(&format!("{path}?limit={limit}")).await.fine();
            let list = if body.is_array() { &body } else { &body["notification_groups"] };
            (list.as_array().unwrap().len(), told.server.app.db.asked() - before)
        };
        cost(1).await;
        let (few, many) = (cost(4).await, cost(8).await);
        assert!(many.0 > few.0 && many.1 <= few.1, "{path}: {few:?}, {many:?}");
    }
}
