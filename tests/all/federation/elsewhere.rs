//! From one server to another: the page others send their people to, and the way back for visitors.

use crate::support::*;
use cyanotype::service::federation::elsewhere::fill_in;
use cyanotype::service::limits;
use serde_json::json;

#[tokio::test]
async fn webfinger_names_the_page_for_following_from_elsewhere() {
    let scene = Scene::new().await;
    let answer = scene.a.ask("/.well-known/webfinger?resource=acct:ada@a.test", "*/*").await;
    let jrd: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let links = jrd["links"].as_array().unwrap();
    let subscribe = links.iter().find(|l| l["rel"] == "http://ostatus.org/schema/1.0/subscribe").unwrap();
    assert_eq!(subscribe["template"], "https://a.test/authorize_interaction?uri={uri}");
}

#[tokio::test]
async fn whoever_comes_from_elsewhere_is_led_to_the_person_or_the_post() {
    let scene = Scene::new().await;
    let note = scene.bob.photo_note("Mountains", "photo-lake.jpg", "A lake");
    let at = |uri: &str| format!("/authorize_interaction?uri={}", uri.replace(':', "%3A").replace('/', "%2F"));
    for uri in [scene.bob.id.as_str(), "acct:bob@peer.test", "@bob@peer.test"] {
        let page = scene.ada.get(&at(uri)).await;
        assert_eq!(page.path, "/@bob@peer.test", "{uri}");
        assert!(page.form("/@bob@peer.test/follow").is_some());
    }
    let page = scene.ada.get(&at(note["id"].as_str().unwrap())).await;
    assert!(page.path.starts_with("/@bob@peer.test/") && page.says("Mountains"), "{}", page.path);
    let nothing = scene.ada.get(&at("https://peer.test/nothing")).await;
    assert!(nothing.path.starts_with("/search") && nothing.says("was not found"), "{}", nothing.path);
}

#[tokio::test]
async fn r050_whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    let scene = Scene::new().await;
    let visitor = scene.a.visitor();
    let page = visitor.get(&format!("/authorize_interaction?uri={}", scene.bob.id)).await;
    assert!(page.path.starts_with("/sign-in?next="), "{}", page.path);
    assert!(page.path.contains("authorize_interaction"));
    assert_eq!(scene.peer.requests(), 0);
}

/// Bob's server says where its people follow from.
fn template(scene: &Scene, template: &str) {
    let jrd = json!({
        "subject": "acct:bob@peer.test",
        "links": [
            { "rel": "self", "type": "application/activity+json", "href": scene.bob.id },
            { "rel": "http://ostatus.org/schema/1.0/subscribe", "template": template },
        ],
    });
    let path = "/.well-known/webfinger?resource=acct:bob@peer.test";
    scene.peer.serve(path, "application/jrd+json", jrd.to_string());
}

async fn way(visitor: &Person, page: &str, handle: &str) -> Page {
    let action = format!("{page}/elsewhere");
    visitor.submit(visitor.form(&action, &action).await.set("handle", handle)).await
}

#[tokio::test]
async fn a_visitor_is_shown_the_way_her_server_names() {
    let scene = Scene::new().await;
    template(&scene, "https://peer.test/follow?who={uri}");
    let visitor = scene.a.visitor();
    assert!(visitor.page("/@ada").await.link("/@ada/elsewhere").is_some(), "Follow leads there");
    let page = way(&visitor, "/@ada", "@bob@peer.test").await;
    let id = scene.ada_id.replace(':', "%3A").replace('/', "%2F");
    assert!(page.links().contains(&format!("https://peer.test/follow?who={id}")), "{:?}", page.links());
    let post = scene.ada.post_photo("photo-lake.jpg", "Mine").await;
    let page = way(&visitor, &post.path, "bob@peer.test").await;
    assert!(page.links().iter().any(|l| l.contains("ap%2Fposts")), "{:?}", page.links());
}

#[tokio::test]
async fn a_server_that_names_no_way_is_tried_at_the_usual_place() {
    let scene = Scene::new().await;
    let visitor = scene.a.visitor();
    let page = way(&visitor, "/@ada", "@bob@peer.test").await;
    assert!(page.links().iter().any(|l| l.starts_with("https://peer.test/authorize_interaction?uri=https%3A")));
    template(&scene, "javascript:alert(1)//{uri}");
    let page = way(&visitor, "/@ada", "@bob@peer.test").await;
    assert!(!page.html.contains("javascript:"));
}

#[tokio::test]
async fn a_way_costs_one_request_and_only_so_many_are_asked_for() {
    let scene = Scene::new().await;
    let visitor = scene.a.visitor();
    for n in 0..limits::ELSEWHERE_PER_CLIENT {
        assert_eq!(way(&visitor, "/@ada", &format!("@n{n}@peer.test")).await.status, 200);
    }
    let before = scene.peer.requests();
    assert_eq!(before, usize::try_from(limits::ELSEWHERE_PER_CLIENT).unwrap(), "one request each");
    assert_eq!(way(&visitor, "/@ada", "@bob@peer.test").await.status, 429);
    assert_eq!(scene.peer.requests(), before);
}

#[tokio::test]
async fn ways_are_asked_for_so_often_in_all_and_no_more() {
    use cyanotype::service::Refusal;
    use cyanotype::service::federation::elsewhere;
    let scene = Scene::new().await;
    let ask = |n: i64| {
        let app = scene.a.app.clone();
        async move { elsewhere::way(&app, &format!("@n{n}@peer.test"), "https://a.test/@ada", &format!("client {n}")).await }
    };
    for n in 0..limits::ELSEWHERE_IN_ALL {
        ask(n).await.unwrap();
    }
    assert!(matches!(ask(limits::ELSEWHERE_IN_ALL).await, Err(Refusal::TooMany { .. })));
}

#[tokio::test]
async fn r040_a_handle_that_is_no_name_of_a_server_leads_to_no_request() {
    let scene = Scene::new().await;
    let visitor = scene.a.visitor();
    for handle in
        ["bob", "@bob", "@bob@127.0.0.1", "@bob@localhost", "@bob@[::1]", "@bob@peer.test:8443", "https://peer.test/"]
    {
        let page = way(&visitor, "/@ada", handle).await;
        assert_eq!(page.status, 422, "{handle}");
        assert!(page.says("Write your whole handle"), "{handle}");
    }
    assert_eq!(scene.peer.requests(), 0);
}

#[tokio::test]
async fn r033_the_way_to_a_post_one_may_not_see_is_not_there() {
    let scene = Scene::new().await;
    let post = scene.ada.post_album(&["photo-lake.jpg"], "Narrow", "followers", &[]).await;
    let visitor = scene.a.visitor();
    let unknown = post.path.replace(&post.number, "1234567890");
    for path in [&post.path, &unknown] {
        assert_eq!(visitor.get(&format!("{path}/elsewhere")).await.status, 404);
    }
}

#[test]
fn only_plain_https_addresses_of_named_servers_are_ways() {
    let uri = "https://a.example/@ada";
    let good = fill_in("https://b.example/follow?u={uri}", uri).map(String::from);
    assert_eq!(good.as_deref(), Some("https://b.example/follow?u=https%3A%2F%2Fa.example%2F@ada"));
    for bad in [
        "javascript:alert(1)//{uri}",
        "http://b.example/{uri}",
        "https://me:secret@b.example/{uri}",
        "https://127.0.0.1/{uri}",
        "https://localhost/{uri}",
        "https://b.example:8443/{uri}",
    ] {
        assert_eq!(fill_in(bad, uri), None, "{bad}");
    }
}
