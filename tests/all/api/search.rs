//! An app finds people, posts and hashtags, here and on other servers.

use crate::support::*;
use serde_json::{Value, json};

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn look(api: &Api, query: &str, more: &str) -> Value {
    let said = api.get(&format!("/api/v2/search?q={}{more}", encoded(query))).await.fine();
    let keys: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["accounts", "hashtags", "statuses"], "always all three");
    said
}

fn accts(found: &Value) -> Vec<&str> {
    found["accounts"].as_array().unwrap().iter().map(|account| account["acct"].as_str().unwrap()).collect()
}

fn names(found: &Value) -> Vec<&str> {
    found["hashtags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_an_app_looks_for_is_found_as_far_as_she_may_see_it() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.owner("ada").await, server.person("eve").await);
    server.person("adam").await;
    let open = ada.post_photo("orientation-1.jpg", "Everybody sees it #adagio #fog").await;
    let narrow = ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &[]).await;
    let (hers, other, nobody) = (Api::of(&ada).await, Api::of(&eve).await, Api::nobody(&server));
    for api in [&hers, &other, &nobody] {
        let found = look(api, "ada", "").await;
        assert_eq!((accts(&found), names(&found)), (vec!["ada", "adam"], vec!["adagio"]));
        assert_eq!(accts(&look(api, "@ada@a.test", "&type=accounts").await)[0], "ada", "whom it names comes first");
        assert_eq!(look(api, "#fog", "").await["hashtags"][0]["url"], "https://a.test/tags/fog");
        for address in [&open.id, &server.url(&open.path)] {
            let found = look(api, address, "").await;
            assert_eq!(found["statuses"][0]["id"], open.number, "{address}");
        }
        for address in [&narrow.id, &server.url(&narrow.path)] {
            let found = look(api, address, "&type=statuses").await;
            assert_eq!(found["statuses"].as_array().unwrap().len(), usize::from(std::ptr::eq(api, &hers)), "{address}");
        }
    }
}

#[tokio::test]
async fn a_search_is_narrowed_by_kind_by_whom_she_follows_and_by_author() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    server.person("bobby").await;
    ada.follow("@bob@a.test").await;
    let post = bob.post_photo("orientation-1.jpg", "Mine #bob").await;
    let api = Api::of(&ada).await;
    let of = async |kind: &str| look(&api, "bob", &format!("&type={kind}")).await;
    assert_eq!((accts(&of("accounts").await).len(), names(&of("accounts").await).len()), (2, 0));
    assert_eq!((accts(&of("hashtags").await).len(), names(&of("hashtags").await).len()), (0, 1));
    assert_eq!(accts(&look(&api, "bob", "&following=true").await), ["bob"]);
    assert_eq!(accts(&look(&api, "bob", "&limit=1").await).len(), 1);
    let second = look(&api, "bob", "&limit=1&offset=1").await;
    assert_eq!(accts(&second).len(), 1);
    assert_ne!(accts(&second), accts(&look(&api, "bob", "&limit=1").await));
    let (ada_id, bob_id) = {
        let id = async |name: &str| {
            api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned()
        };
        (id("ada").await, id("bob").await)
    };
    for (by, found) in [(ada_id, 0), (bob_id, 1)] {
        let said = look(&api, &post.id, &format!("&type=statuses&account_id={by}")).await;
        assert_eq!(said["statuses"].as_array().unwrap().len(), found);
    }
    let nothing = json!({ "accounts": [], "statuses": [], "hashtags": [] });
    for empty in ["", "   ", "nobodyatall"] {
        assert_eq!(look(&api, empty, "").await, nothing, "{empty}");
    }
    assert_eq!(api.get("/api/v2/search").await.fine(), nothing);
}

#[tokio::test]
async fn only_somebody_who_is_signed_in_makes_this_server_ask_another() {
    let scene = Scene::new().await;
    let api = Api::of(&scene.ada).await;
    let nobody = Api::nobody(&scene.a);
    let handle = scene.bob.handle();
    let path = format!("/api/v2/search?q={}&type=accounts", encoded(&handle));
    assert_eq!(accts(&api.get(&path).await.fine()), Vec::<&str>::new(), "not asked to");
    assert_eq!(nobody.get(&format!("{path}&resolve=True")).await.status, 401);
    assert_eq!(nobody.get(&format!("{path}&offset=20")).await.status, 401);
    let found = api.get(&format!("{path}&resolve=True")).await.fine();
    assert_eq!(accts(&found), [handle.trim_start_matches('@')]);
    assert_eq!(accts(&nobody.get(&path).await.fine()), accts(&found), "from now on she is known");
    let lost = format!("/api/v2/search?q={}&resolve=1&_pe=1", encoded("@nobody@peer.test"));
    assert_eq!(api.get(&lost).await.fine()["accounts"], json!([]));
}

#[tokio::test]
async fn whom_she_blocks_is_found_by_handle_and_who_blocks_her_is_not() {
    let server = Server::start("a.test").await;
    let (ada, ben) = (server.owner("ada").await, server.person("ben").await);
    ada.block("@ben@a.test").await;
    let (hers, his) = (Api::of(&ada).await, Api::of(&ben).await);
    assert_eq!(accts(&look(&hers, "@ben@a.test", "&type=accounts&resolve=True").await), ["ben"], "to take it back");
    for query in ["ada", "@ada@a.test", "https://a.test/@ada"] {
        assert!(accts(&look(&his, query, "&resolve=true").await).is_empty(), "{query}");
    }
}

#[tokio::test]
async fn posts_of_ones_own_and_those_one_likes_or_keeps_are_found_by_their_words() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let own = ada.post_album(&["orientation-1.jpg"], "Fog over the Brücke", "followers", &["A heron"]).await;
    let liked = bob.post_photo("orientation-1.jpg", "A heron in the fog").await;
    let kept = bob.post_photo("orientation-2.jpg", "Another HERON").await;
    let other = bob.post_photo("orientation-3.jpg", "A heron nobody kept").await;
    ada.like(&liked.path).await;
    let (hers, his, nobody) = (Api::of(&ada).await, Api::of(&bob).await, Api::nobody(&server));
    hers.with_post(&kept.number, "bookmark").await.fine();
    let found = async |api: &Api, words: &str, more: &str| {
        let said = look(api, words, &format!("&type=statuses{more}")).await;
        let ids = said["statuses"].as_array().unwrap().iter().map(|post| post["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let (own, liked, kept) = (own.number.as_str(), liked.number.as_str(), kept.number.as_str());
    assert_eq!(found(&hers, "heron", "").await, [kept, liked, own], "the newest first, alt texts too");
    assert_eq!(found(&hers, "BRÜCKE fog", "").await, [own], "each of the words, however they are written");
    assert!(found(&hers, "heron lake", "").await.is_empty());
    assert_eq!(found(&hers, "heron", &format!("&max_id={kept}&min_id={own}")).await, [liked]);
    assert_eq!(found(&hers, "heron", "&limit=1&offset=1").await, [liked]);
    let id = async |name: &str| {
        hers.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(found(&hers, "heron", &format!("&account_id={}", id("ada").await)).await, [own]);
    assert_eq!(found(&hers, "heron", &format!("&account_id={}", id("bob").await)).await, [kept, liked]);
    assert_eq!(found(&his, "heron", "").await, [other.number.as_str(), kept, liked], "nothing of hers");
    assert!(found(&nobody, "heron", "").await.is_empty());
    assert!(look(&hers, "heron", "&type=accounts").await["statuses"].as_array().unwrap().is_empty());
    bob.block("@ada@a.test").await;
    assert_eq!(found(&hers, "heron", "").await, [own], "what she may not see any more is not found");
}
