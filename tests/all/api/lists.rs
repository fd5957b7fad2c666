//! Lists of people, and what stands in them.

use super::relations::id_of;
use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

/// Ada follows bea and cleo.
struct Three {
    server: Server,
    ada: Api,
    bea: Person,
    cleo: Person,
    bea_id: String,
    cleo_id: String,
}

impl Three {
    async fn new() -> Self {
        let server = Server::start("a.test").await;
        let ada = Api::of(&server.owner("ada").await).await;
        let (bea, cleo) = (server.person("bea").await, server.person("cleo").await);
        let (bea_id, cleo_id) = (id_of(&Api::of(&bea).await).await, id_of(&Api::of(&cleo).await).await);
        for id in [&bea_id, &cleo_id] {
            ada.post(&format!("/api/v1/accounts/{id}/follow"), &[]).await.fine();
        }
        Self { server, ada, bea, cleo, bea_id, cleo_id }
    }

    /// Makes a list with bea in it.
    async fn list(&self, form: &[(&str, &str)]) -> String {
        let said = self.ada.post("/api/v1/lists", form).await.fine();
        let id = said["id"].as_str().unwrap().to_owned();
        self.add(&id, &self.bea_id).await;
        id
    }

    async fn add(&self, list: &str, person: &str) {
        let form = [("account_ids[]", person)];
        self.ada.post(&format!("/api/v1/lists/{list}/accounts"), &form).await.fine();
    }

    async fn standing_in(&self, path: &str) -> Vec<String> {
        self.server.quiet().await;
        let said = self.ada.get(path).await.fine();
        said.as_array().unwrap().iter().map(|post| post["content_text"].as_str().unwrap().trim().to_owned()).collect()
    }

    async fn in_list(&self, list: &str) -> Vec<String> {
        self.standing_in(&format!("/api/v1/timelines/list/{list}")).await
    }

    async fn at_home(&self) -> Vec<String> {
        self.standing_in("/api/v1/timelines/home").await
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|account| account["acct"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_are_made_changed_and_thrown_away() {
    let three = Three::new().await;
    let ada = &three.ada;
    assert_eq!(ada.get("/api/v1/lists").await.fine(), json!([]));
    let made = ada.post("/api/v1/lists", &[("title", "Harbour")]).await.fine();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made, json!({ "id": id, "title": "Harbour", "replies_policy": "list", "exclusive": false }));
    let path = format!("/api/v1/lists/{id}");
    let body = json!({ "replies_policy": "none", "exclusive": true });
    let changed = ada.json(Method::PUT, &path, &body).await.fine();
    assert_eq!(changed, json!({ "id": id, "title": "Harbour", "replies_policy": "none", "exclusive": true }));
    let changed = ada.form(Method::PUT, &path, &[("title", "Boats"), ("exclusive", "false")]).await.fine();
    assert_eq!((&changed["title"], &changed["exclusive"]), (&json!("Boats"), &json!(false)));
    assert_eq!(ada.get("/api/v1/lists").await.fine(), json!([changed]));
    assert_eq!(ada.get(&path).await.fine(), changed);
    for wrong in [[("title", " ")], [("replies_policy", "all")], [("title", &*"x".repeat(201))]] {
        assert_eq!(ada.form(Method::PUT, &path, &wrong).await.status, 422, "{wrong:?}");
    }
    assert_eq!(ada.post("/api/v1/lists", &[]).await.status, 422);
    assert_eq!(ada.form(Method::DELETE, &path, &[]).await.fine(), json!({}));
    assert_eq!(ada.get(&path).await.status, 404);
    assert_eq!(ada.get(&format!("/api/v1/timelines/list/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_list_belongs_to_its_owner() {
    let three = Three::new().await;
    let id = three.list(&[("title", "Mine")]).await;
    let bea = Api::of(&three.bea).await;
    for (method, path) in [
        (Method::GET, format!("/api/v1/lists/{id}")),
        (Method::PUT, format!("/api/v1/lists/{id}")),
        (Method::DELETE, format!("/api/v1/lists/{id}")),
        (Method::GET, format!("/api/v1/lists/{id}/accounts")),
        (Method::POST, format!("/api/v1/lists/{id}/accounts")),
        (Method::DELETE, format!("/api/v1/lists/{id}/accounts")),
        (Method::GET, format!("/api/v1/timelines/list/{id}")),
    ] {
        let said = bea.form(method.clone(), &path, &[("title", "Hers"), ("account_ids[]", "1")]).await;
        assert_eq!(said.status, 404, "{method} {path}: {}", said.text);
    }
    assert_eq!(three.ada.get("/api/v1/lists").await.ids(), [id]);
}

#[tokio::test]
async fn people_one_follows_are_put_into_a_list_and_taken_out() {
    let three = Three::new().await;
    let id = three.list(&[("title", "Friends")]).await;
    let people = format!("/api/v1/lists/{id}/accounts");
    three.add(&id, &three.cleo_id).await;
    three.add(&id, &three.cleo_id).await;
    assert_eq!(names(&three.ada.get(&people).await.fine()), ["cleo", "bea"], "each once, the last first");
    assert_eq!(three.ada.walk(&format!("{people}?limit=1")).await.len(), 2);
    let all = three.ada.get(&format!("{people}?limit=0")).await;
    assert_eq!((names(&all.body).len(), all.link("next")), (2, None), "0 is all");
    let with = format!("/api/v1/accounts/{}/lists", three.bea_id);
    assert_eq!(three.ada.get(&with).await.ids(), [&*id]);
    let dora = id_of(&Api::of(&three.server.person("dora").await).await).await;
    assert_eq!(three.ada.post(&people, &[("account_ids[]", &dora)]).await.status, 404, "whom she does not follow");
    let body = json!({ "account_ids": [three.bea_id] });
    three.ada.json(Method::DELETE, &people, &body).await.fine();
    let form = format!("{people}?account_ids[]={}", three.cleo_id);
    three.ada.form(Method::DELETE, &form, &[]).await.fine();
    assert_eq!(three.ada.get(&people).await.fine(), json!([]));
    assert_eq!(three.ada.get(&with).await.fine(), json!([]));
    three.add(&id, &three.bea_id).await;
    three.ada.post(&format!("/api/v1/accounts/{}/unfollow", three.bea_id), &[]).await.fine();
    assert_eq!(three.ada.get(&people).await.fine(), json!([]), "it ends with the follow");
}

#[tokio::test]
async fn a_list_holds_what_its_people_post_and_boost() {
    let three = Three::new().await;
    three.bea.post_photo("orientation-1.jpg", "Before").await;
    let id = three.list(&[("title", "Bea")]).await;
    assert_eq!(three.in_list(&id).await, ["Before"], "what was posted lately is there at once");
    three.bea.post_photo("orientation-1.jpg", "After").await;
    let other = three.cleo.post_photo("orientation-1.jpg", "Of cleo").await;
    assert_eq!(three.in_list(&id).await, ["After", "Before"]);
    three.bea.boost(&other.path).await;
    assert_eq!(three.in_list(&id).await, ["Of cleo", "After", "Before"]);
    let whole = three.ada.walk(&format!("/api/v1/timelines/list/{id}?limit=1")).await;
    assert_eq!(whole.len(), 3);
    assert_eq!(whole[0]["reblog"]["account"]["acct"], "cleo");
    let people = format!("/api/v1/lists/{id}/accounts");
    three.ada.form(Method::DELETE, &people, &[("account_ids[]", &three.bea_id)]).await.fine();
    assert!(three.in_list(&id).await.is_empty());
    assert_eq!(three.at_home().await.len(), 3, "home is as it was");
}

#[tokio::test]
async fn an_exclusive_list_keeps_its_people_out_of_home() {
    let three = Three::new().await;
    three.bea.post_photo("orientation-1.jpg", "Before").await;
    three.cleo.post_photo("orientation-1.jpg", "Of cleo").await;
    assert_eq!(three.at_home().await, ["Of cleo", "Before"]);
    let id = three.list(&[("title", "Apart"), ("exclusive", "true")]).await;
    assert_eq!(three.at_home().await, ["Of cleo"]);
    three.bea.post_photo("orientation-1.jpg", "After").await;
    assert_eq!(three.at_home().await, ["Of cleo"]);
    assert_eq!(three.in_list(&id).await, ["After", "Before"]);
    let path = format!("/api/v1/lists/{id}");
    three.ada.form(Method::PUT, &path, &[("exclusive", "false")]).await.fine();
    assert_eq!(three.at_home().await, ["After", "Of cleo", "Before"], "and lets them in again");
    three.ada.form(Method::PUT, &path, &[("exclusive", "true")]).await.fine();
    assert_eq!(three.at_home().await, ["Of cleo"]);
    three.ada.form(Method::DELETE, &path, &[]).await.fine();
    assert_eq!(three.at_home().await, ["After", "Of cleo", "Before"]);
}

#[tokio::test]
async fn answers_stand_in_a_list_as_its_owner_wants_them() {
    let three = Three::new().await;
    let dora = three.server.person("dora").await;
    let (of_cleo, of_dora) = (
        three.cleo.post_photo("orientation-1.jpg", "Of cleo").await,
        dora.post_photo("orientation-1.jpg", "Of dora").await,
    );
    let own = three.bea.post_photo("orientation-1.jpg", "Own").await;
    let mut lists = Vec::new();
    for policy in ["none", "list", "followed"] {
        lists.push(three.list(&[("title", policy), ("replies_policy", policy)]).await);
    }
    three.add(&lists[1], &three.cleo_id).await;
    three.bea.reply(&of_cleo.path, "To cleo").await;
    three.bea.reply(&of_dora.path, "To dora").await;
    three.bea.reply(&own.path, "To herself").await;
    let expected = [
        vec!["To herself", "Own"],
        vec!["To herself", "To cleo", "Own", "Of cleo"],
        vec!["To herself", "To cleo", "Own"],
    ];
    for (list, expected) in lists.iter().zip(&expected) {
        assert_eq!(three.in_list(list).await, *expected);
    }
    // The same for what was there before the list.
    let late = three.list(&[("title", "Late"), ("replies_policy", "followed")]).await;
    assert_eq!(three.in_list(&late).await, expected[2]);
    assert!(!three.at_home().await.iter().any(|text| text.starts_with("To ")), "home holds no answers");
}
