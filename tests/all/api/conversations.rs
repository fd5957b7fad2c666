//! Conversations among mentioned people, in an app.

use crate::support::*;
use serde_json::{Value, json};

const LIST: &str = "/api/v1/conversations";

/// Eve writes to ada.
async fn written() -> (Server, Person, Person, Api) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let eve = server.person("eve").await;
    write(&eve, "@ada", "Are you there?").await;
    let api = Api::of(&ada).await;
    (server, ada, eve, api)
}

async fn write(person: &Person, to: &str, text: &str) {
    let form = person.form("/messages", "/messages").await.set("to", to).set("text", text);
    assert_eq!(person.submit(form).await.status, 200);
}

#[tokio::test]
async fn a_conversation_has_the_others_its_last_post_and_whether_it_is_read() {
    let (_server, ada, eve, api) = written().await;
    let list = api.get(LIST).await.fine();
    let keys: Vec<&str> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["accounts", "id", "last_status", "unread"]);
    assert_eq!((&list[0]["accounts"][0]["acct"], &list[0]["unread"]), (&json!("eve"), &json!(true)));
    assert_eq!(
        (list[0]["accounts"].as_array().unwrap().len(), &list[0]["last_status"]["visibility"]),
        (1, &json!("direct"))
    );
    let hers = Api::of(&eve).await.get(LIST).await.fine();
    assert_eq!((&hers[0]["accounts"][0]["acct"], &hers[0]["unread"]), (&json!("ada"), &json!(false)));
    let id = list[0]["id"].as_str().unwrap();
    let read = api.post(&format!("{LIST}/{id}/read"), &[]).await.fine();
    assert_eq!((&read["id"], &read["unread"]), (&json!(id), &json!(false)));
    assert_eq!(api.get(LIST).await.fine()[0], read);
    assert_eq!(api.post(&format!("{LIST}/{id}/unread"), &[]).await.fine()["unread"], true);
    ada.page(&format!("/messages/{id}")).await;
    assert_eq!(api.get(LIST).await.fine()[0]["unread"], false, "read on the page");
}

#[tokio::test]
async fn conversations_are_paged_by_their_last_posts() {
    let (server, _ada, eve, api) = written().await;
    let zoe = server.person("zoe").await;
    write(&zoe, "@ada, @eve", "And I?").await;
    write(&eve, "@ada", "Once more, apart").await;
    let all = api.get(LIST).await.fine();
    let last = |n: usize| all[n]["last_status"]["id"].as_str().unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(all[1]["accounts"].as_array().unwrap().len(), 2);
    let walked: Vec<Value> = api.walk(&format!("{LIST}?limit=1")).await;
    assert_eq!(json!(walked), all);
    assert_eq!(api.get(&format!("{LIST}?max_id={}", last(0))).await.body, json!([all[1], all[2]]));
    assert_eq!(api.get(&format!("{LIST}?min_id={}&limit=1", last(2))).await.body, json!([all[1]]));
    let cost = async |limit: usize| {
        let before = server.app.db.asked();
        api.get(&format!("{LIST}?limit={limit}")).await.fine();
        server.app.db.asked() - before
    };
    assert!(cost(3).await <= cost(2).await);
}

#[tokio::test]
async fn r098_conversations_belong_to_whoever_is_in_them() {
    let (server, _ada, eve, api) = written().await;
    let id = api.get(LIST).await.ids().remove(0);
    let (eve, zoe) = (Api::of(&eve).await, Api::of(&server.person("zoe").await).await);
    for other in [&eve, &zoe] {
        for deed in ["read", "unread"] {
            assert_eq!(other.post(&format!("{LIST}/{id}/{deed}"), &[]).await.status, 404);
        }
        assert_eq!(other.form(reqwest::Method::DELETE, &format!("{LIST}/{id}"), &[]).await.status, 404);
    }
    assert!(zoe.get(LIST).await.ids().is_empty());
    assert_eq!(api.form(reqwest::Method::DELETE, &format!("{LIST}/{id}"), &[]).await.fine(), json!({}));
    assert!(api.get(LIST).await.ids().is_empty());
    assert_eq!(eve.get(LIST).await.ids().len(), 1, "hers stays");
}
