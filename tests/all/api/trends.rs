//! What many like and use, and whom one could follow.

use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

fn names(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

async fn id_of(api: &Api, name: &str) -> String {
    api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn posts_that_many_like_come_first_and_fade() {
    let server = Server::start("a.test").await;
    let (ada, bob, eve) = (server.owner("ada").await, server.person("bob").await, server.person("eve").await);
    let old = ada.post_photo("orientation-1.jpg", "Liked by two").await;
    bob.like(&old.path).await;
    eve.like(&old.path).await;
    ada.post_photo("orientation-2.jpg", "Liked by nobody").await;
    let narrow = ada.post_album(&["orientation-1.jpg"], "Quiet", "quiet", &[]).await;
    eve.like(&narrow.path).await;
    server.quiet().await;
    let api = Api::nobody(&server);
    let path = "/api/v1/trends/statuses";
    assert_eq!(api.get(path).await.ids(), [old.number.as_str()], "and nothing that is for some only");
    server.world.clock().advance(4 * 86_400_000);
    let new = bob.post_photo("orientation-1.jpg", "New, liked by one").await;
    eve.like(&new.path).await;
    server.quiet().await;
    assert_eq!(api.get(path).await.ids(), [new.number.as_str(), &old.number], "half as much each two days");
    server.world.clock().advance(4 * 86_400_000);
    assert_eq!(api.get(path).await.ids(), [new.number.as_str()], "after a week it is over");
}

#[tokio::test]
async fn a_ranked_list_goes_on_by_place() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    for n in 0..5 {
        let post = ada.post_photo("orientation-1.jpg", &format!("Number {n}")).await;
        bob.like(&post.path).await;
    }
    let api = Api::of(&bob).await;
    let first = api.get("/api/v1/trends/statuses?limit=2&lang=en").await;
    assert_eq!((first.ids().len(), first.link("prev")), (2, None));
    let next = first.link("next").unwrap();
    assert_eq!(next, "/api/v1/trends/statuses?lang=en&limit=2&offset=2");
    let second = api.get(&next).await;
    assert_eq!(second.link("prev").unwrap(), "/api/v1/trends/statuses?lang=en&limit=2&offset=0");
    let all = api.walk("/api/v1/trends/statuses?limit=2").await;
    let mut ids: Vec<&str> = all.iter().map(|status| status["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((all.len(), ids.len()), (5, 5));
}

#[tokio::test]
async fn a_hashtag_trends_once_several_people_use_it() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    for _ in 0..3 {
        ada.post_photo("orientation-1.jpg", "Again #mine").await;
    }
    ada.post_photo("orientation-1.jpg", "Seen #fog").await;
    bob.post_photo("orientation-1.jpg", "Seen #Fog").await;
    bob.post_album(&["orientation-1.jpg"], "Softly #mine", "quiet", &[]).await;
    let api = Api::nobody(&server);
    let found = api.get("/api/v1/trends/tags").await.fine();
    assert_eq!(names(&found, "name"), ["fog"], "one person alone makes no trend, and what is quiet stays so");
    assert_eq!(found[0]["history"][0]["accounts"], "2");
    assert_eq!(api.get("/api/v1/trends").await.fine(), found);
    assert_eq!(api.get("/api/v1/trends/links").await.fine(), json!([]), "no links are counted");
    assert_eq!(api.holding("nothing").get("/api/v1/trends/links").await.status, 401, "a bad token is worse than none");
}

#[tokio::test]
async fn whom_she_could_follow_is_suggested_until_she_does_not_want_it() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let (carol, dora) = (server.person("carol").await, server.person("dora").await);
    ada.follow("@bob@a.test").await;
    bob.follow("@carol@a.test").await;
    carol.follow("@dora@a.test").await;
    dora.post_photo("orientation-1.jpg", "Hello").await;
    let api = Api::of(&ada).await;
    let found = api.get("/api/v2/suggestions").await.fine();
    let said: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            (s["account"]["acct"].as_str().unwrap(), s["source"].as_str().unwrap(), s["sources"][0].as_str().unwrap())
        })
        .collect();
    assert_eq!(said, [("carol", "past_interactions", "friends_of_friends"), ("dora", "global", "most_followed")]);
    assert_eq!(names(&api.get("/api/v1/suggestions").await.fine(), "acct"), ["carol", "dora"]);
    assert_eq!(api.get("/api/v2/suggestions?limit=1").await.fine().as_array().unwrap().len(), 1);
    let carol_id = id_of(&api, "carol").await;
    let narrow = Api::with(&ada, "read:accounts").await;
    assert_eq!(narrow.form(Method::DELETE, &format!("/api/v1/suggestions/{carol_id}"), &[]).await.fine(), json!({}));
    assert_eq!(names(&api.get("/api/v1/suggestions").await.fine(), "acct"), ["dora"]);
    ada.follow("@dora@a.test").await;
    assert_eq!(api.get("/api/v1/suggestions").await.fine(), json!([]), "whom she follows she knows");
    assert_eq!(api.form(Method::DELETE, "/api/v1/suggestions/12345", &[]).await.status, 404);
}

#[tokio::test]
async fn the_directory_lists_whoever_wants_to_be_found() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let eve = server.person("eve").await;
    bob.post_photo("orientation-1.jpg", "Last but one").await;
    ada.post_photo("orientation-1.jpg", "Last").await;
    let api = Api::nobody(&server);
    let of = async |query: &str| names(&api.get(&format!("/api/v1/directory?{query}")).await.fine(), "acct");
    assert_eq!(of("order=active").await, ["ada", "bob"], "who posted last, first");
    assert_eq!(of("order=new&local=true").await, ["eve", "bob", "ada"], "who came last, first");
    assert_eq!(of("order=new&limit=1&offset=1").await, ["bob"]);
    let form = eve.form("/settings", "/settings/profile").await.set("discoverable", "");
    eve.submit(form).await;
    assert_eq!(of("order=new").await, ["bob", "ada"], "who does not want to be found is not");
    bob.block("@eve@a.test").await;
    assert_eq!(names(&Api::of(&eve).await.get("/api/v1/directory?order=new").await.fine(), "acct"), ["ada"]);
}
