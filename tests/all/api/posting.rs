//! Writing, changing and deleting posts with an app.

use crate::support::*;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::{Value, json};

const STATUSES: &str = "/api/v1/statuses";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn ada() -> (Server, Person, Api) {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    (server, ada, api)
}

#[tokio::test]
async fn a_photo_is_sent_described_and_posted() {
    let (server, ada, api) = ada().await;
    for version in ["v1", "v2"] {
        let bytes = fixture_bytes("photo-dahlia.jpg");
        let told = [("description", "A dahlia"), ("focus", "0.5,-2")];
        let photo = api.send_file(&format!("/api/{version}/media"), "x.bin", &bytes, &told).await.fine();
        assert_eq!((&photo["type"], &photo["description"]), (&json!("image"), &json!("A dahlia")));
        assert_eq!(photo["meta"]["focus"], json!({ "x": 0.5, "y": -1.0 }));
        assert!(photo["blurhash"].is_string() && photo["meta"]["small"]["width"].is_number());
        let file = server.ask(text(&photo["url"]), "image/*").await;
        assert_eq!((file.status().as_u16(), file.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
        assert_eq!(api.get(&format!("/api/v1/media/{}", text(&photo["id"]))).await.fine(), photo);
        let form = [
            ("status", "Late summer #dahlia"),
            ("spoiler_text", "flowers"),
            ("language", "de"),
            ("visibility", "unlisted"),
            ("media_ids[]", text(&photo["id"])),
        ];
        let status = api.post(STATUSES, &form).await.fine();
        assert_eq!(status["media_attachments"], json!([photo]));
        assert_eq!((&status["spoiler_text"], &status["language"]), (&json!("flowers"), &json!("de")));
        assert_eq!((&status["visibility"], &status["sensitive"]), (&json!("unlisted"), &json!(true)));
        let page = ada.page(&format!("/@ada/{}", text(&status["id"]))).await;
        assert!(page.says("Late summer") && page.photos().len() == 1, "{}", page.text());
    }
}

#[tokio::test]
async fn what_an_app_does_not_say_is_as_its_person_usually_posts() {
    let (_server, _ada, api) = ada().await;
    let usual = [("source[privacy]", "private"), ("source[sensitive]", "true"), ("source[language]", "fr")];
    api.form(Method::PATCH, "/api/v1/accounts/update_credentials", &usual).await.fine();
    let post = api.say("As always").await;
    assert_eq!(
        (&post["visibility"], &post["sensitive"], &post["language"]),
        (&json!("private"), &json!(true), &json!("fr"))
    );
    let photo = api.upload("orientation-1.jpg", "").await;
    let form = [("media_ids[]", photo.as_str()), ("visibility", "public"), ("sensitive", "false"), ("language", "de")];
    let post = api.post(STATUSES, &form).await.fine();
    assert_eq!(
        (&post["visibility"], &post["sensitive"], &post["language"]),
        (&json!("public"), &json!(false), &json!("de"))
    );
}

#[tokio::test]
async fn an_album_has_as_many_photos_as_the_server_says_in_the_order_they_were_named() {
    let server = Server::start_with("a.test", &[("max_photos", "6")]).await;
    let api = Api::of(&server.owner("ada").await).await;
    let mut ids = Vec::new();
    for n in 1..=7 {
        ids.insert(0, api.upload("orientation-1.jpg", &format!("Photo {n}")).await);
    }
    let body = |ids: &[String]| json!({ "status": "An album", "media_ids": ids, "sensitive": true });
    let too_many = api.json(Method::POST, STATUSES, &body(&ids)).await;
    assert_eq!((too_many.status, &too_many.body["error"]), (422, &json!("A post has at most 6 photos.")));
    let status = api.json(Method::POST, STATUSES, &body(&ids[..6])).await.fine();
    let shown: Vec<&str> = status["media_attachments"].as_array().unwrap().iter().map(|m| text(&m["id"])).collect();
    assert_eq!(shown, ids[..6]);
    assert_eq!((&status["pf_type"], &status["sensitive"]), (&json!("photo:album"), &json!(true)));
}

#[tokio::test]
async fn a_text_is_as_long_as_apps_count_it() {
    let server = Server::start_with("a.test", &[("max_caption", "100")]).await;
    let api = Api::of(&server.owner("ada").await).await;
    server.person("bob").await;
    let far = "https://example.org/a/very/long/way/to/go/with?many=words&and=more";
    let words = |n: usize| format!("{} {far}", "x".repeat(n));
    assert!(api.say(&words(76)).await["content"].as_str().unwrap().contains("many=words"));
    let photo = api.upload("orientation-1.jpg", "").await;
    let said = api.post(STATUSES, &[("status", &words(77)), ("media_ids[]", &photo)]).await;
    assert_eq!((said.status, &said.body["error"]), (422, &json!("The text has 101 characters; 100 are possible.")));
    let named = format!("@bob@a.test {}", "y".repeat(95));
    api.post(STATUSES, &[("status", &named), ("media_ids[]", &photo)]).await.fine();
}

#[tokio::test]
async fn a_post_is_sent_to_nobody_the_app_did_not_mean() {
    let (server, _ada, api) = ada().await;
    server.person("bob").await;
    server.person("eve").await;
    let bob = api.get("/api/v1/accounts/lookup?acct=bob").await.fine()["id"].as_str().unwrap().to_owned();
    let photo = api.upload("orientation-1.jpg", "").await;
    let body =
        |allowed: Value| json!({ "status": "With @bob and @eve", "media_ids": [photo], "allowed_mentions": allowed });
    let said = api.json(Method::POST, STATUSES, &body(json!([bob]))).await;
    assert_eq!(said.status, 422);
    assert!(text(&said.body["error"]).contains("eve") && !text(&said.body["error"]).contains("bob"), "{}", said.text);
    let eve = api.get("/api/v1/accounts/lookup?acct=eve").await.fine()["id"].as_str().unwrap().to_owned();
    api.json(Method::POST, STATUSES, &body(json!([bob, eve]))).await.fine();
}

#[tokio::test]
async fn r113_a_call_that_is_repeated_with_its_key_is_one_post() {
    let (server, _ada, api) = ada().await;
    let eve = Api::of(&server.person("eve").await).await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let send = async |api: &Api, photo: &str| {
        let body = json!({ "status": "Once", "media_ids": [photo] }).to_string();
        let call = api.request(Method::POST, STATUSES).header("idempotency-key", "k-1");
        api.send(call.header("content-type", "application/json").body(body)).await
    };
    let answers = futures_util::future::join_all((0..8).map(|_| send(&api, &photo))).await;
    let first = text(&answers[0].body["id"]).to_owned();
    for said in &answers {
        assert_eq!((said.status, text(&said.body["id"])), (200, first.as_str()), "{}", said.text);
    }
    assert_eq!(api.get("/api/v1/timelines/home").await.ids(), std::slice::from_ref(&first));
    let hers = eve.upload("orientation-1.jpg", "").await;
    assert_ne!(text(&send(&eve, &hers).await.fine()["id"]), first, "a key is its person's own");
    server.quiet().await;
    server.world.clock().advance(limits::POSTING_KEY + 1);
    let later = api.upload("orientation-1.jpg", "").await;
    assert_ne!(text(&send(&api, &later).await.fine()["id"]), first, "after an hour it is another call");
}

#[tokio::test]
async fn an_answer_needs_no_photo_and_is_no_wider_than_what_it_answers() {
    let (server, ada, api) = ada().await;
    let eve = Api::of(&server.person("eve").await).await;
    let post = api.say("Ask me").await;
    let id = text(&post["id"]);
    let answer = eve.answer(id, "Where is that?").await;
    assert_eq!((&answer["in_reply_to_id"], &answer["visibility"]), (&post["id"], &json!("unlisted")));
    assert_eq!((&answer["mentions"][0]["acct"], &answer["media_attachments"]), (&json!("ada"), &json!([])));
    let form = [("status", "Only for you"), ("in_reply_to_id", id), ("visibility", "direct")];
    let narrow = eve.post(STATUSES, &form).await.fine();
    assert_eq!(narrow["visibility"], "direct");
    let back = [("status", "Thanks"), ("in_reply_to_id", text(&narrow["id"])), ("visibility", "public")];
    let back = api.post(STATUSES, &back).await.fine();
    assert_eq!((&back["visibility"], &back["mentions"][0]["acct"]), (&json!("direct"), &json!("eve")));
    let photo = eve.upload("orientation-1.jpg", "Mine").await;
    let with_photo = [("in_reply_to_id", id), ("media_ids[]", &photo)];
    assert_eq!(eve.post(STATUSES, &with_photo).await.fine()["media_attachments"][0]["description"], "Mine");
    let around = api.get(&format!("{STATUSES}/{id}/context")).await.fine();
    assert_eq!(around["descendants"].as_array().unwrap().len(), 4);
    assert!(ada.notifications().await.says("Where is that?"));
}

#[tokio::test]
async fn r032_nobody_answers_with_an_app_what_she_may_not_see() {
    let (server, ada, _) = ada().await;
    let eve = Api::of(&server.person("eve").await).await;
    let hidden = ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &[]).await;
    for id in [hidden.number.as_str(), "12345", "abc"] {
        let said = eve.post(STATUSES, &[("status", "Peeping"), ("in_reply_to_id", id)]).await;
        assert_eq!(said.status, 404, "{id}: {}", said.text);
    }
    assert!(!ada.page(&hidden.path).await.says("Peeping"));
}

#[tokio::test]
async fn what_is_wrong_with_a_post_is_said_and_nothing_is_posted() {
    let (_server, _ada, api) = ada().await;
    let post = api.say("There").await;
    let attached = text(&post["media_attachments"][0]["id"]).to_owned();
    let long = "a".repeat(5_001);
    let warning = "a".repeat(501);
    let photo = api.upload("orientation-1.jpg", "").await;
    let photo = photo.as_str();
    for (form, field, why) in [
        (vec![], "status", "Write a few words first"),
        (vec![("status", "No photo")], "media_ids", "Choose at least one photo"),
        (vec![("status", long.as_str()), ("media_ids[]", photo)], "status", "5000 are possible"),
        (vec![("spoiler_text", &warning), ("media_ids[]", photo)], "spoiler_text", "500 are possible"),
        (vec![("media_ids[]", "12345")], "media_ids", "12345"),
        (vec![("media_ids[]", attached.as_str())], "media_ids", &attached),
        (vec![("media_ids[]", "null")], "status", "Write a few words first"),
        (vec![("media_ids[]", photo), ("visibility", "local")], "visibility", "public, unlisted, private, direct"),
        (vec![("media_ids[]", photo), ("poll[options][]", "yes")], "poll", "no polls"),
        (vec![("media_ids[]", photo), ("quoted_status_id", "1")], "quoted_status_id", "cannot quote"),
        (vec![("status", "To nobody"), ("visibility", "direct")], "status", "Say to whom"),
    ] {
        let said = api.post(STATUSES, &form).await;
        assert_eq!(said.status, 422, "{form:?}: {}", said.text);
        assert!(said.body["details"][field][0]["description"].as_str().unwrap().contains(why), "{}", said.text);
    }
    assert_eq!(api.get("/api/v1/timelines/home").await.ids().len(), 1);
    assert_eq!(api.get(&format!("/api/v1/media/{photo}")).await.status, 200, "the photo is still there to be posted");
}

#[tokio::test]
async fn a_message_goes_to_whom_it_names() {
    let (server, _ada, api) = ada().await;
    let eve = Api::of(&server.person("eve").await).await;
    let said = api.post(STATUSES, &[("status", "Psst @eve"), ("visibility", "direct")]).await.fine();
    let path = format!("{STATUSES}/{}", text(&said["id"]));
    assert_eq!(eve.get(&path).await.fine()["mentions"][0]["acct"], "eve");
    assert_eq!(Api::nobody(&server).get(&path).await.status, 404);
}

#[tokio::test]
async fn a_post_is_written_in_every_way_apps_write() {
    let (_server, _ada, api) = ada().await;
    let post = api.say("Ask me").await;
    let id = text(&post["id"]);
    // Everything in the query, an empty body that says it is JSON.
    let path = format!("{STATUSES}/?in_reply_to_id={id}&status=Hello&visibility=public&sensitive=false");
    let request = api.request(Method::POST, &path).header("content-type", "application/json");
    assert_eq!(api.send(request).await.fine()["content_text"], "Hello");
    let body = json!({ "status": "With nulls", "in_reply_to_id": id, "media_ids": null, "poll": null,
        "spoiler_text": null, "language": "", "content_type": "text/plain", "scheduled_at": null });
    assert_eq!(api.json(Method::POST, STATUSES, &body).await.fine()["spoiler_text"], "");
    let (one, two) = (api.upload("orientation-1.jpg", "").await, api.upload("orientation-2.jpg", "").await);
    let form = [("media_ids[1]", one.as_str()), ("media_ids[0]", two.as_str())];
    let album = api.post(STATUSES, &form).await.fine();
    assert_eq!((&album["media_attachments"][0]["id"], &album["content"]), (&json!(two), &json!("")));
}

#[tokio::test]
async fn a_post_is_edited_and_what_it_said_before_is_kept() {
    let (server, _ada, api) = ada().await;
    let post = api.say("Frist").await;
    let path = format!("{STATUSES}/{}", text(&post["id"]));
    let old = text(&post["media_attachments"][0]["id"]).to_owned();
    let history = async || api.get(&format!("{path}/history")).await.fine();
    assert_eq!(history().await.as_array().unwrap().len(), 1, "what was never edited says one thing");
    server.world.clock().advance(2_000);
    let new = api.upload("photo-dahlia.jpg", "").await;
    let body = json!({ "status": "First @ada #now", "spoiler_text": "spelling", "media_ids": [new, old],
        "media_attributes": [{ "id": new, "description": "A dahlia", "focus": "0.1,0.2" }] });
    let edited = api.json(Method::PUT, &path, &body).await.fine();
    assert!(edited["edited_at"].is_string());
    let photos = edited["media_attachments"].as_array().unwrap();
    assert_eq!((&photos[0]["id"], &photos[0]["description"]), (&json!(new), &json!("A dahlia")));
    assert_eq!((&photos[0]["meta"]["focus"]["y"], &photos[1]["id"]), (&json!(0.2), &json!(old)));
    let source = api.get(&format!("{path}/source")).await.fine();
    assert_eq!(source, json!({ "id": post["id"], "text": "First @ada #now", "spoiler_text": "spelling" }));
    let said = history().await;
    assert_eq!((text(&said[0]["content"]), said.as_array().unwrap().len()), ("<p>Frist</p>", 2));
    assert_eq!(said[0]["media_attachments"].as_array().unwrap().len(), 1);
    assert_eq!((&said[0]["created_at"], &said[1]["created_at"]), (&post["created_at"], &edited["edited_at"]));
    assert_eq!((&said[1]["content"], &said[1]["spoiler_text"]), (&edited["content"], &json!("spelling")));
    server.world.clock().advance(2_000);
    let without = api.form(Method::PUT, &path, &[("media_ids[]", &new), ("spoiler_text", "")]).await.fine();
    assert_eq!((&without["spoiler_text"], &without["content"]), (&json!(""), &edited["content"]), "the rest stays");
    assert_eq!(
        (without["media_attachments"].as_array().unwrap().len(), history().await.as_array().unwrap().len()),
        (1, 3)
    );
    let same = api.form(Method::PUT, &path, &[("status", "First @ada #now")]).await.fine();
    assert_eq!(same["edited_at"], without["edited_at"], "what changes nothing is no edit");
    for form in [[("media_ids[]", "")], [("media_ids[]", "12345")]] {
        assert_eq!(api.form(Method::PUT, &path, &form).await.status, 422, "{form:?}");
    }
}

#[tokio::test]
async fn a_photo_of_a_post_that_is_out_is_described_anew_and_that_is_an_edit() {
    let (server, _ada, api) = ada().await;
    let post = api.say("Described").await;
    server.world.clock().advance(2_000);
    let id = text(&post["media_attachments"][0]["id"]);
    // As Pixelfed's app does: everything in the query.
    let said = api.form(Method::PUT, &format!("/api/v1/media/{id}?description=A+harbour"), &[]).await.fine();
    assert_eq!(said["description"], "A harbour");
    let now = api.get(&format!("{STATUSES}/{}", text(&post["id"]))).await.fine();
    assert_eq!(now["media_attachments"][0]["description"], "A harbour");
    assert!(now["edited_at"].is_string());
}

#[tokio::test]
async fn a_deleted_post_comes_back_as_it_was_typed_and_its_photos_can_be_posted_again() {
    let (server, _ada, api) = ada().await;
    let post = api.say("Typo @ada").await;
    let path = format!("{STATUSES}/{}", text(&post["id"]));
    let gone = api.form(Method::DELETE, &path, &[]).await.fine();
    assert_eq!((&gone["text"], gone.get("content")), (&json!("Typo @ada"), None));
    assert_eq!(gone["media_attachments"], post["media_attachments"]);
    assert_eq!(api.get(&path).await.status, 404);
    let photo = text(&gone["media_attachments"][0]["id"]);
    let again = api.post(STATUSES, &[("status", "No typo"), ("media_ids[]", photo)]).await.fine();
    assert_eq!(again["media_attachments"][0]["id"], photo);
    server.quiet().await;
    assert_eq!(server.ask(text(&again["media_attachments"][0]["url"]), "image/*").await.status(), 200);
    let path = format!("{STATUSES}/{}", text(&again["id"]));
    api.form(Method::DELETE, &format!("{path}?delete_media=true"), &[]).await.fine();
    assert_eq!(api.get(&format!("/api/v1/media/{photo}")).await.status, 404);
    server.quiet().await;
    let address = text(&again["media_attachments"][0]["url"]).to_owned();
    eventually(|| async { server.ask(&address, "image/*").await.status() == 404 }, "r105: its files are gone").await;
    assert_eq!(api.form(Method::DELETE, &path, &[]).await.status, 404);
}

#[tokio::test]
async fn other_servers_hear_of_what_an_app_posts_edits_and_deletes() {
    let scene = Scene::followed().await;
    let api = Api::of(&scene.ada).await;
    let post = api.say("Said by an app").await;
    let create = scene.peer.expect("Create").await;
    assert!(text(&create["object"]["content"]).contains("Said by an app"));
    assert_eq!(create["object"]["attachment"].as_array().unwrap().len(), 1);
    scene.world().clock().advance(2_000);
    let path = format!("{STATUSES}/{}", text(&post["id"]));
    api.form(Method::PUT, &path, &[("status", "Changed by an app")]).await.fine();
    let update = scene.peer.expect("Update").await;
    assert!(text(&update["object"]["content"]).contains("Changed by an app"));
    api.form(Method::DELETE, &path, &[]).await.fine();
    scene.peer.expect("Delete").await;
}

#[tokio::test]
async fn posts_are_asked_for_by_their_ids_and_hidden_ones_are_left_out() {
    let (server, ada, api) = ada().await;
    let eve = Api::of(&server.person("eve").await).await;
    let open = api.say("Open").await;
    let hidden = ada.post_album(&["orientation-1.jpg"], "Hidden", "followers", &[]).await.number;
    let wrapper = eve.with_post(text(&open["id"]), "reblog").await.fine();
    let query = format!("{STATUSES}?id[]={}&id[]={hidden}&id[]=12345&id[]={}", text(&wrapper["id"]), text(&open["id"]));
    assert_eq!(eve.get(&query).await.ids(), [text(&wrapper["id"]), text(&open["id"])]);
    assert_eq!(api.get(&query).await.ids(), [text(&wrapper["id"]), &hidden, text(&open["id"])]);
    assert_eq!(api.get(STATUSES).await.fine(), json!([]));
    assert_eq!(eve.get(&format!("{STATUSES}/{}/source", text(&open["id"]))).await.status, 404, "what others typed");
}

#[tokio::test]
async fn a_post_says_which_app_it_was_written_with() {
    let (server, ada, api) = ada().await;
    let post = api.say("By app").await;
    let app = json!({ "name": "Test app", "website": null });
    assert_eq!(post["application"], app);
    let at = cyanotype::service::views::iso(server.app.now() + limits::SCHEDULED_AHEAD + 1_000);
    let photo = api.upload("orientation-1.jpg", "").await;
    api.post(STATUSES, &[("status", "Later"), ("media_ids[]", &photo), ("scheduled_at", &at)]).await.fine();
    server.quiet().await;
    server.world.clock().advance(limits::SCHEDULED_AHEAD + 2_000);
    server.quiet().await;
    let page = ada.post_photo("orientation-1.jpg", "By page").await;
    let nobody = Api::nobody(&server);
    let list = api.get(&format!("/api/v1/accounts/{}/statuses", text(&post["account"]["id"]))).await.fine();
    let later = list.as_array().unwrap().iter().find(|p| text(&p["content"]).contains("Later")).unwrap();
    assert_eq!(later["application"], app, "also what was scheduled with it");
    let of = async |id: &str| nobody.get(&format!("{STATUSES}/{id}")).await.fine()["application"].clone();
    assert_eq!(of(text(&post["id"])).await, app, "for everybody");
    assert_eq!(of(&page.number).await, Value::Null);
}
