//! `max_id`, `since_id`, `min_id`, and where `Link` leads.

use crate::support::*;
use serde_json::Value;

/// Ada posted six photos; their ids, newest first.
async fn six() -> (Server, Person, Api, Vec<String>) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let mut ids = Vec::new();
    for n in 1..=6 {
        ids.insert(0, ada.post_photo("orientation-1.jpg", &format!("Number {n}")).await.number);
    }
    server.quiet().await;
    let api = Api::of(&ada).await;
    (server, ada, api, ids)
}

#[tokio::test]
async fn bounds_mean_what_they_should_in_every_list() {
    let (_server, _ada, api, ids) = six().await;
    let me = api.get("/api/v1/accounts/verify_credentials").await.fine()["id"].as_str().unwrap().to_owned();
    let third = &ids[3];
    for list in ["/api/v1/timelines/home", "/api/v1/timelines/public", &*format!("/api/v1/accounts/{me}/statuses")] {
        let get = async |query: &str| api.get(&format!("{list}?{query}")).await.ids();
        assert_eq!(get("limit=2").await, ids[..2], "{list}");
        assert_eq!(get(&format!("limit=2&max_id={third}")).await, ids[4..], "{list}: before");
        assert_eq!(get(&format!("limit=2&since_id={third}")).await, ids[..2], "{list}: the newest after");
        assert_eq!(get(&format!("limit=2&min_id={third}")).await, ids[1..3], "{list}: the next after, newest first");
        assert_eq!(get(&format!("limit=9&min_id={third}&since_id={}", ids[5])).await, ids[..3], "{list}: min_id wins");
        assert_eq!(get(&format!("limit=9&since_id={}&max_id={}", ids[5], ids[0])).await, ids[1..5], "{list}: between");
        for absent in ["max_id=0", "max_id=", "min_id=0", "since_id="] {
            assert_eq!(get(absent).await, ids, "{list}: {absent}");
        }
        let below: i64 = third.parse::<i64>().unwrap() - 1;
        assert_eq!(get(&format!("max_id={below}")).await, ids[4..], "{list}: the bound need not exist");
        for odd in ["01BX5ZZKBKACTAV9WEVGEMMVRZ", "-1", "9999999999999999999999"] {
            assert_eq!(api.get(&format!("{list}?max_id={odd}")).await.status, 404, "{list}: {odd}");
        }
    }
}

#[tokio::test]
async fn a_limit_is_what_it_should_be_and_never_fails() {
    let (_server, _ada, api, ids) = six().await;
    for (limit, count) in [("", 6), ("0", 6), ("-1", 6), ("abc", 6), ("1", 1), ("1000", 6)] {
        let said = api.get(&format!("/api/v1/timelines/public?limit={limit}")).await;
        assert_eq!(said.ids(), ids[..count], "{limit}");
    }
    let link = api.get("/api/v1/timelines/home?limit=1000").await.link("next").unwrap();
    assert!(link.contains("limit=40&"), "{link}: the most there is");
}

#[tokio::test]
async fn link_leads_on_and_back_with_everything_that_was_asked() {
    let (_server, _ada, api, ids) = six().await;
    let said = api.get("/api/v1/timelines/public?local=true&limit=2&_pe=1&_pe=1&limit=2&max_id=0&q=a,b").await;
    let link = said.header("link");
    let next = format!(
        "<https://a.test/api/v1/timelines/public?local=true&_pe=1&_pe=1&q=a%2Cb&limit=2&max_id={}>; rel=\"next\"",
        ids[1]
    );
    let prev = format!(
        "<https://a.test/api/v1/timelines/public?local=true&_pe=1&_pe=1&q=a%2Cb&limit=2&min_id={}>; rel=\"prev\"",
        ids[0]
    );
    assert_eq!(link, format!("{next}, {prev}"), "next first, whole addresses, no comma within, limit before the bound");
    let mut seen = said.ids();
    let mut path = said.link("next");
    while let Some(next) = path {
        let said = api.get(&next).await;
        seen.extend(said.ids());
        path = said.link("next");
    }
    assert_eq!(seen, ids, "each once, none left out");
    let oldest = api.get(&format!("/api/v1/timelines/public?limit=2&max_id={}", ids[3])).await;
    let back = api.get(&oldest.link("prev").unwrap()).await;
    assert_eq!(back.ids(), ids[2..4], "one page back");
    let newest = api.get(&api.get("/api/v1/timelines/public?limit=2").await.link("prev").unwrap()).await;
    assert_eq!((newest.ids(), newest.header("link")), (Vec::new(), ""), "an empty page leads nowhere");
}

#[tokio::test]
async fn a_short_page_is_the_last_one_but_at_home() {
    let (_server, _ada, api, _) = six().await;
    assert_eq!(api.get("/api/v1/timelines/public").await.link("next"), None);
    assert!(api.get("/api/v1/timelines/home").await.link("next").is_some());
    assert_eq!(api.walk("/api/v1/timelines/home?limit=4").await.len(), 6);
}

#[tokio::test]
async fn people_are_paged_by_their_follows_and_not_by_their_ids() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    // The last to sign up is the first to follow.
    let mut people = Vec::new();
    for name in ["bea", "cleo", "dora"] {
        people.push(server.person(name).await);
    }
    for person in people.iter().rev() {
        person.follow("@ada@a.test").await;
    }
    let api = Api::of(&ada).await;
    let me = api.get("/api/v1/accounts/verify_credentials").await.fine();
    let names = |list: Vec<Value>| list.iter().map(|a| a["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let path = format!("/api/v1/accounts/{}/followers?limit=1", me["id"].as_str().unwrap());
    assert_eq!(names(api.walk(&path).await), ["bea", "cleo", "dora"]);
    assert_eq!(me["followers_count"], 3);
}

#[tokio::test]
async fn a_hashtag_is_asked_for_with_any_all_and_none() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let mut ids = Vec::new();
    for caption in ["#fog #sea", "#Fog #night", "#sea", "#night"] {
        ids.push(ada.post_photo("orientation-1.jpg", caption).await.number);
    }
    let api = Api::nobody(&server);
    for (query, expected) in [
        ("fog", vec![1, 0]),
        ("FOG", vec![1, 0]),
        ("fog?any[]=sea", vec![2, 1, 0]),
        ("fog?any[]=sea&any[]=night&limit=2", vec![3, 2]),
        ("fog?all[]=sea", vec![0]),
        ("fog?all[]=nothing", vec![]),
        ("fog?none[]=sea", vec![1]),
        ("fog?any[]=sea&none[]=night", vec![2, 0]),
        ("fog?local=true&only_media=true", vec![1, 0]),
        ("fog?remote=true", vec![]),
        ("nothing", vec![]),
    ] {
        let expected: Vec<&String> = expected.into_iter().map(|n: usize| &ids[n]).collect();
        let found = api.get(&format!("/api/v1/timelines/tag/{query}")).await.ids();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let id = api.get("/api/v1/accounts/lookup?acct=ada").await.fine()["id"].as_str().unwrap().to_owned();
    for (tag, expected) in [("Fog", vec![&ids[1], &ids[0]]), ("nothing", vec![])] {
        let found = api.get(&format!("/api/v1/accounts/{id}/statuses?tagged={tag}")).await.ids();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{tag}");
    }
    let next = api.get("/api/v1/timelines/tag/fog?any[]=sea&limit=2").await.link("next").unwrap();
    assert_eq!(api.get(&next).await.ids(), ids[..1]);
}
