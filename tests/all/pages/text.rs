//! Text from people is text on every page, wherever it turns up.

use super::{composer, encoded, look, photos, post};
use crate::support::{Page, Server};

/// Each would do something if it were taken as markup, and holds `GOTCHA` as its mark.
const MARKUP: &[&str] = &[
    "<script>GOTCHA(1)</script>",
    "\"><img src=x onerror=GOTCHA(1)>",
    "'><svg onload=GOTCHA(1)>",
    "</title><script>GOTCHA(1)</script>",
    "</textarea><script>GOTCHA(1)</script>",
    "</style><script>GOTCHA(1)</script>",
    "<a href=\"javascript:GOTCHA(1)\">x</a>",
    "<iframe srcdoc='<script>GOTCHA(1)</script>'>",
    "{{ 7*7 }}GOTCHA{% raw %}",
    "<!-- GOTCHA --><b>bold</b>",
    "&lt;script&gt;GOTCHA(1)&lt;/script&gt;",
];

/// No tag and no attribute of the page comes from the text.
#[track_caller]
fn is_only_text(page: &Page, place: &str, text: &str) {
    for tag in page.html.split('<').skip(1) {
        let head = tag.split('>').next().unwrap_or_default();
        let mut outside = String::new();
        for (n, part) in head.split('"').enumerate() {
            if n % 2 == 0 {
                outside.push_str(part);
            }
        }
        assert!(!outside.contains("GOTCHA"), "{place}: {text:?} becomes <{head}>");
        assert!(!head.to_lowercase().contains("=\"javascript:"), "{place}: {text:?} becomes <{head}>");
    }
    for opened in ["<script>", "<svg onload", "<iframe", "<img src=x", "<b>bold"] {
        assert!(!page.html.contains(opened), "{place}: {text:?} opens {opened}");
    }
}

#[tokio::test]
async fn r069_what_is_asked_for_is_given_back_as_text() {
    let server = Server::start("a.test").await;
    let (ada, visitor) = (server.person("ada").await, server.visitor());
    for text in MARKUP {
        let query = |name: &str| String::from_utf8(encoded(&[(name, text)])).unwrap();
        let segment: String =
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        for path in [
            format!("/search?{}", query("q")),
            format!("/sign-in?{}&{}", query("next"), query("login")),
            format!("/explore?{}", query("before")),
            format!("/?{}", query("said")),
            format!("/tags/{segment}"),
            format!("/@{segment}"),
            format!("/@ada/{segment}"),
            format!("/welcome/{segment}"),
            format!("/reset/{segment}"),
            format!("/{segment}"),
            format!("/join?{}", query("username")),
        ] {
            for browser in [&visitor, &ada] {
                is_only_text(&look(browser, &path).await, &path, text);
            }
        }
    }
}

#[tokio::test]
async fn r069_what_a_refused_form_said_is_given_back_as_text() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let theirs = ada.post_photo("photo-lake.jpg", "Lake").await;
    for text in MARKUP {
        let join = [("username", *text), ("email", *text), ("password", "x")];
        is_only_text(&post(&server.visitor(), "/join", &join).await, "/join", text);
        let sign_in = [("login", *text), ("password", *text), ("next", *text)];
        is_only_text(&post(&server.visitor(), "/sign-in", &sign_in).await, "/sign-in", text);
        let reply = format!("{text}{}", "x".repeat(6_000));
        let page = post(&ada, &format!("{}/reply", theirs.path), &[("text", &reply)]).await;
        assert_eq!(page.status, 422);
        is_only_text(&page, "reply", text);
    }
    let form = composer(&ada, "/compose").await.set("do", "post").set("caption", MARKUP[4]).set("warning", MARKUP[1]);
    let page = ada.submit(form.file("photos", "<svg onload=GOTCHA(1)>.jpg", b"no photo".to_vec())).await;
    assert_eq!(page.status, 422);
    is_only_text(&page, "compose", MARKUP[4]);
}

#[tokio::test]
async fn r068_what_people_say_of_themselves_and_their_photos_is_text_on_every_page() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    bob.follow("@ada@a.test").await;
    for text in MARKUP {
        let mut form = ada.form("/settings", "/settings/profile").await.set("name", text).set("bio", text);
        form = form.set("field_name_0", text).set("field_value_0", text);
        assert_eq!(ada.submit(form).await.status, 200);
        let draft = ada.draft(&["srgb.jpg"]).await;
        let form = composer(&ada, &draft).await;
        let photo = photos(&form)[0].clone();
        let form = form.set("caption", &format!("{text} #GOTCHAtag")).set(&format!("alt_{photo}"), text);
        let page = ada.submit(form.set("warning", text).set("do", "post")).await;
        assert_eq!(page.status, 200, "{}", page.html);
        is_only_text(&page, "post", text);
        let path = page.path.clone();
        bob.reply(&path, text).await;
        bob.like(&path).await;
        for at in
            ["/", "/explore", "/@ada", "/@ada?tab=albums", "/@ada/followers", "/tags/gotchatag", "/search?q=ada", &path]
        {
            is_only_text(&look(&bob, at).await, at, text);
            is_only_text(&look(&server.visitor(), at).await, at, text);
        }
        for at in
            ["/notifications", "/settings", &format!("{path}/edit"), &format!("{path}/delete"), "/@bob?tab=replies"]
        {
            is_only_text(&look(&ada, at).await, at, text);
        }
        is_only_text(&look(&bob, "/@ada/block").await, "block", text);
    }
}

#[tokio::test]
async fn links_tags_and_mentions_in_a_caption_become_links_and_nothing_else_does() {
    let server = Server::start("a.test").await;
    let (ada, _bob) = (server.person("ada").await, server.person("bob").await);
    let caption = "With @bob at the #Lake, see https://lake.example/map?a=1&b=2 and javascript:GOTCHA(1) or @nobody";
    let out = ada.post_photo("photo-lake.jpg", caption).await;
    let page = server.visitor().page(&out.path).await;
    let links = page.links();
    assert!(
        links.contains(&"/@bob".to_owned()) && links.iter().any(|l| l.eq_ignore_ascii_case("/tags/lake")),
        "{links:?}"
    );
    assert!(links.contains(&"https://lake.example/map?a=1&b=2".to_owned()), "{links:?}");
    assert!(!links.iter().any(|l| l.contains("javascript") || l.contains("nobody")), "{links:?}");
    let link = page.html.split("<a ").skip(1).find(|a| a.contains("lake.example")).unwrap();
    assert!(link.contains("nofollow") && link.contains("noopener"), "{link}");
}

#[tokio::test]
async fn a_notice_is_one_of_ours_whatever_the_address_says() {
    let server = Server::start("a.test").await;
    let visitor = server.visitor();
    assert!(visitor.page("/?said=signed-out").await.says("Signed out."));
    let page = visitor.page("/?said=Your+account+was+stolen").await;
    assert!(!page.says("stolen"), "{}", page.html);
}

#[tokio::test]
async fn right_to_left_and_long_words_stay_whole() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let caption = "غروب الشمس \u{1F3DE}\u{FE0F} Donaudampfschifffahrtsgesellschaftskapitän\nzweite Zeile";
    let out = ada.post_photo("photo-lake.jpg", caption).await;
    let page = server.visitor().page(&out.path).await;
    assert!(page.says("غروب الشمس \u{1F3DE}\u{FE0F} Donaudampfschifffahrtsgesellschaftskapitän"), "{}", page.html);
    assert!(page.says("zweite Zeile"));
    assert_eq!(composer(&ada, &format!("{}/edit", out.path)).await.values("caption"), [caption]);
}

#[tokio::test]
async fn nul_is_left_out_wherever_it_is_sent() {
    let server = Server::start("a.test").await;
    let ada = server.person("ada").await;
    let theirs = ada.post_photo("photo-lake.jpg", "Still\0 water").await;
    assert!(ada.page(&theirs.path).await.says("Still water"));
    post(&ada, &format!("{}/reply", theirs.path), &[("text", "Deep\0 too")]).await;
    assert!(ada.page(&theirs.path).await.says("Deep too"));
    assert!(ada.page("/search?q=a%00da").await.links().contains(&"/@ada".to_owned()), "she is found");
    for nothing in ["/@ada%00", "/tags/%00", "/api/v1/statuses/%00"] {
        assert_eq!(ada.get(nothing).await.status, 404, "{nothing}");
    }
}
