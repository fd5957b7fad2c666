//! Lines of profiles: pronouns, and pages that prove by `rel="me"` whose they are, in both directions.

use crate::support::*;
use serde_json::{Value, json};

const HTML: &str = "text/html; charset=utf-8";

/// A page that links to somebody.
fn page(to: &str, rel: &str) -> String {
    format!(
        "<!doctype html><html><head><title>x</title></head><body><a rel=\"{rel}\" href=\"{to}\">me</a></body></html>"
    )
}

/// Ada's profile says that this is hers.
async fn says(ada: &Person, value: &str) {
    let form = ada.form("/settings", "/settings/profile").await;
    let page = ada.submit(form.set("field_name_0", "Site").set("field_value_0", value)).await;
    assert_eq!(page.status, 200, "{}", page.text());
}

fn is_proven(page: &Page) -> bool {
    page.html.contains("class=\"verified\"")
}

#[tokio::test]
async fn r067_a_page_that_links_back_by_rel_me_is_marked_on_the_profile() {
    let scene = Scene::new().await;
    let ours = scene.a.url("/@ada");
    for (path, html, proven) in [
        ("/good", page(&ours, "me noopener"), true),
        ("/id", page(&scene.ada_id, "me"), true),
        ("/plain", page(&ours, "nofollow"), false),
        ("/other", page(&scene.a.url("/@adam"), "me"), false),
        ("/front", page(&scene.a.url("/"), "me"), false),
        ("/nothing", "<p>Nothing</p>".to_owned(), false),
    ] {
        scene.peer.serve(path, HTML, html);
        says(&scene.ada, &scene.peer.url(path)).await;
        scene.a.quiet().await;
        let profile = scene.a.visitor().page("/@ada").await;
        assert_eq!(is_proven(&profile), proven, "{path}");
        assert_eq!(profile.says("Links back here"), proven, "in words too");
    }
    scene.peer.redirect("/away", "https://elsewhere.test/");
    scene.peer.serve("/text", "text/plain", page(&ours, "me"));
    for path in ["/away", "/text", "/gone"] {
        says(&scene.ada, &scene.peer.url(path)).await;
        scene.a.quiet().await;
        assert!(!is_proven(&scene.a.visitor().page("/@ada").await), "{path}");
    }
}

#[tokio::test]
async fn r067_a_line_that_hides_where_it_leads_proves_nothing() {
    let scene = Scene::new().await;
    scene.peer.serve("/page", HTML, page(&format!("https://peer.test/@{}", scene.bob.name), "me"));
    let link = |text: &str| format!("<a href=\"https://peer.test/page\" rel=\"me\">{text}</a>");
    let profile = format!("/@{}", scene.bob.acct());
    let heard = async |value: &str| {
        let mut bob = scene.bob.document();
        bob["attachment"] = json!([{ "type": "PropertyValue", "name": "Site", "value": value }]);
        scene.bob.serve(&bob);
        scene.heard(&scene.bob.activity("Update", bob)).await;
        scene.ada.page(&profile).await
    };
    scene.ada.search(&scene.bob.handle()).await;
    for (text, proven) in [
        ("https://peer.test/page", true),
        ("<span class=\"invisible\">https://</span>peer.test/page", true),
        ("https://bank.example/", false),
        ("bank.example", false),
        ("<span class=\"invisible\">https://peer.test/page</span>bank.example", false),
    ] {
        let shown = heard(&link(text)).await;
        assert_eq!(is_proven(&shown), proven, "{text}: {}", shown.text());
    }
    assert!(!is_proven(&heard("https://peer.test/page").await), "text is no link");
}

#[tokio::test]
async fn a_page_is_looked_at_again_when_the_profile_is_saved_and_forgotten_with_its_line() {
    let scene = Scene::new().await;
    let asked = || scene.peer.received().iter().filter(|r| r.target == "/me").count();
    says(&scene.ada, &scene.peer.url("/me")).await;
    scene.a.quiet().await;
    assert!(!is_proven(&scene.a.visitor().page("/@ada").await));
    scene.peer.serve("/me", HTML, page(&scene.a.url("/@ada"), "me"));
    says(&scene.ada, &scene.peer.url("/me")).await;
    scene.a.quiet().await;
    assert!(is_proven(&scene.a.visitor().page("/@ada").await));
    assert_eq!(asked(), 2);
    scene.a.visitor().page("/@ada").await;
    assert_eq!(asked(), 2, "looking at a profile asks nobody");
    says(&scene.ada, "Nothing any more").await;
    scene.a.quiet().await;
    assert!(!is_proven(&scene.a.visitor().page("/@ada").await));
}

#[tokio::test]
async fn r045_pages_inside_are_not_asked_and_a_slow_one_holds_up_nothing() {
    let scene = Scene::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    says(&scene.ada, &format!("https://127.0.0.1:{port}/")).await;
    scene.a.quiet().await;
    says(&scene.ada, &format!("https://localhost:{port}/")).await;
    scene.a.quiet().await;
    let knocked = tokio::time::timeout(std::time::Duration::from_millis(300), listener.accept()).await;
    assert!(knocked.is_err(), "nobody knocked");
    scene.peer.serve_endlessly("/endless", HTML);
    says(&scene.ada, &scene.peer.url("/endless")).await;
    scene.a.quiet().await;
    assert!(!is_proven(&scene.a.visitor().page("/@ada").await));
}

#[tokio::test]
async fn b10_other_servers_can_prove_our_lines_and_we_prove_theirs() {
    let two = Two::new().await;
    says(&two.ada, "https://b.test/@bob").await;
    says(&two.bob, "https://a.test/@ada").await;
    let (_, actor) = two.a.document(&two.a.actor_id("ada").await).await;
    let field = &actor["attachment"][0];
    assert_eq!(field["type"], "PropertyValue");
    assert!(field["value"].as_str().unwrap().contains(">https://b.test/@bob</a>"), "the address is what is read");
    let page = two.a.visitor().page("/@ada").await;
    assert!(page.html.contains("<a href=\"https://b.test/@bob\" rel=\"me "), "{}", page.html);
    // Each page was empty of the other when the first was saved.
    says(&two.ada, "https://b.test/@bob").await;
    two.a.quiet().await;
    assert!(is_proven(&two.a.visitor().page("/@ada").await), "bob's page links to hers");
    two.b.quiet().await;
    assert!(is_proven(&two.b.visitor().page("/@bob").await), "and hers to his");
}

#[tokio::test]
async fn pronouns_stand_beside_the_name_and_travel_as_a_line() {
    let two = Two::new().await;
    let form = two.ada.form("/settings", "/settings/profile").await.set("pronouns", "she/her");
    two.ada.submit(form.set("field_name_0", "Camera").set("field_value_0", "Chamonix")).await;
    let own = two.a.visitor().page("/@ada").await;
    let html = |page: &Page| page.html.replace("&#x2f;", "/");
    let beside = "<bdi class=\"pronouns\">she/her</bdi>";
    assert!(
        html(&own).contains(beside) && own.says("Chamonix") && !own.html.contains("<dt dir=\"auto\">Pronouns</dt>")
    );
    let (_, actor) = two.a.document(&two.a.actor_id("ada").await).await;
    let lines: Vec<(&Value, &Value)> =
        actor["attachment"].as_array().unwrap().iter().map(|f| (&f["name"], &f["value"])).collect();
    assert_eq!(lines, [(&json!("Pronouns"), &json!("she/her")), (&json!("Camera"), &json!("Chamonix"))]);
    let again = two.ada.form("/settings", "/settings/profile").await;
    assert_eq!((again.values("pronouns"), again.values("field_name_0")), (vec!["she/her"], vec!["Camera"]));
    // An actor is told of changes after a moment.
    two.a.world.clock().advance(10_000);
    let there = || async { html(&two.bob.page("/@ada@a.test").await).contains(beside) };
    eventually(there, "bob's server knows").await;
    let long = two.ada.form("/settings", "/settings/profile").await.set("pronouns", &"x".repeat(61));
    let refused = two.ada.submit(long).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("61 characters; 60 are possible"), "{}", refused.text());
}

#[tokio::test]
async fn so_many_pages_of_a_profile_are_looked_at_and_again_after_a_week_only() {
    use cyanotype::service::limits::{LINKS_AGAIN, PROFILE_LINKS};
    let scene = Scene::new().await;
    let line = |n: usize| {
        let link = format!("<a href=\"https://peer.test/page/{n}\">https://peer.test/page/{n}</a>");
        json!({ "type": "PropertyValue", "name": "Site", "value": link })
    };
    let mut bob = scene.bob.document();
    bob["attachment"] = (0..=PROFILE_LINKS).map(line).collect();
    scene.bob.serve(&bob);
    let asked = || scene.peer.received().iter().filter(|r| r.target.starts_with("/page/")).count();
    scene.ada.search(&scene.bob.handle()).await;
    scene.a.quiet().await;
    assert_eq!(asked(), PROFILE_LINKS);
    scene.heard(&scene.bob.activity("Update", bob.clone())).await;
    assert_eq!(asked(), PROFILE_LINKS, "nothing has changed");
    scene.world().clock().advance(LINKS_AGAIN + 1_000);
    scene.heard(&scene.bob.activity("Update", bob)).await;
    assert_eq!(asked(), 2 * PROFILE_LINKS);
}
