//! Every key of every entity, for whoever looks.

use crate::support::*;
use serde_json::{Value, json};

/// What a value is, in a word.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// `field: kind`, sorted.
fn shape(value: &Value) -> Vec<String> {
    value.as_object().unwrap().iter().map(|(name, value)| format!("{name}: {}", kind(value))).collect()
}

const ACCOUNT: &str = "acct: text, avatar: text, avatar_description: text, avatar_static: text, bot: flag, \
    created_at: text, discoverable: flag, display_name: text, emojis: list, fields: list, followers_count: number, \
    following_count: number, group: flag, header: text, header_bg: null, header_description: text, \
    header_static: text, hide_collections: flag, id: text, indexable: flag, is_admin: flag, last_status_at: text, \
    limited: flag, local: flag, location: null, locked: flag, memorial: flag, moved: null, noindex: flag, note: text, \
    note_text: text, pronouns: list, roles: list, statuses_count: number, suspended: flag, uri: text, url: text, \
    username: text, website: null";

const STATUS: &str = "account: object, application: null, bookmarked: flag, card: null, comments_disabled: flag, \
    content: text, content_text: text, created_at: text, edited_at: null, emojis: list, favourited: flag, \
    favourites_count: number, filtered: list, id: text, in_reply_to_account_id: null, in_reply_to_id: null, \
    language: text, liked_by: null, local: flag, media_attachments: list, mentions: list, muted: flag, pf_type: text, \
    pinned: flag, place: null, poll: null, quote: null, quotes_count: number, reblog: null, reblogged: flag, \
    reblogs_count: number, replies_count: number, reply_count: number, sensitive: flag, spoiler_text: text, \
    taggedPeople: list, tags: list, uri: text, url: text, visibility: text";

fn assert_shape(value: &Value, expected: &str, what: &str) {
    assert_eq!(shape(value).join(", "), expected, "{what}");
}

#[tokio::test]
async fn an_account_has_every_key_for_everybody() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    ada.post_photo("orientation-1.jpg", "Hello").await;
    let (own, stranger, nobody) =
        (Api::of(&ada).await, Api::of(&server.person("eve").await).await, Api::nobody(&server));
    let me = own.get("/api/v1/accounts/verify_credentials").await.fine();
    let id = me["id"].as_str().unwrap().to_owned();
    for (api, who) in [(&own, "herself"), (&stranger, "a stranger"), (&nobody, "nobody")] {
        let account = api.get(&format!("/api/v1/accounts/{id}")).await.fine();
        assert_shape(&account, ACCOUNT, who);
        for acct in ["ada", "@ada", "ada@a.test", "@ADA@A.test"] {
            assert_eq!(api.get(&format!("/api/v1/accounts/lookup?acct={acct}")).await.fine(), account, "{acct}");
        }
        assert_eq!(account["url"], "https://a.test/@ada");
        assert_eq!(account["acct"], "ada");
        assert_eq!(account["statuses_count"], 1);
        assert!(account["created_at"].as_str().unwrap().ends_with("T00:00:00.000Z"));
        assert_eq!(account["last_status_at"].as_str().unwrap().len(), 10, "a day");
        for picture in ["avatar", "avatar_static", "header", "header_static"] {
            let address = account[picture].as_str().unwrap();
            assert!(address.starts_with("https://a.test/") && address.ends_with("/missing.png"), "{address}");
            let answer = server.ask(address, "image/*").await;
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["content-type"]),
                (200, &"image/png".parse().unwrap())
            );
        }
    }
    let mut more: Vec<String> = shape(&me);
    more.retain(|key| !["role: object", "settings: object", "source: object"].contains(&key.as_str()));
    assert_eq!(more.join(", "), ACCOUNT);
    let source = "attribution_domains: list, discoverable: flag, fields: list, follow_requests_count: number, \
        hide_collections: flag, indexable: flag, language: text, note: text, privacy: text, quote_policy: text, \
        sensitive: flag";
    assert_shape(&me["source"], source, "source");
    assert_shape(&me["role"], "color: text, highlighted: flag, id: text, name: text, permissions: text", "role");
    assert_eq!(nobody.get("/api/v1/accounts/lookup?acct=nobody").await.status, 404);
    assert_eq!(nobody.get("/api/v1/accounts/lookup?acct=ada@elsewhere.test").await.status, 404, "nobody is fetched");
}

#[tokio::test]
async fn a_post_has_every_key_and_what_it_says_is_true() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let eve = server.person("eve").await;
    let caption = "Fog over the harbour #Fog with @eve https://example.org/a/long/way/to/go?and=more";
    let files = ["photo-dahlia.jpg", "photo-coffee.jpg"];
    let post = ada.post_album(&files, caption, "public", &["A dahlia", ""]).await;
    eve.like(&post.path).await;
    eve.reply(&post.path, "Lovely").await;
    let (own, stranger, nobody) = (Api::of(&ada).await, Api::of(&eve).await, Api::nobody(&server));
    for (api, who) in [(&own, "herself"), (&stranger, "a stranger"), (&nobody, "nobody")] {
        let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
        assert_shape(&status, STATUS, who);
        assert_shape(&status["account"], ACCOUNT, who);
        assert_eq!(status["id"], post.number);
        assert_eq!((&status["uri"], &status["url"]), (&json!(post.id), &json!(format!("https://a.test{}", post.path))));
        assert_eq!(status["favourited"], who == "a stranger");
        assert_eq!((&status["favourites_count"], &status["replies_count"]), (&json!(1), &json!(1)));
        assert_eq!((&status["visibility"], &status["pf_type"]), (&json!("public"), &json!("photo:album")));
        assert_eq!(status["tags"], json!([{ "name": "fog", "url": "https://a.test/tags/fog" }]));
        let mention = &status["mentions"][0];
        assert_eq!((&mention["acct"], &mention["url"]), (&json!("eve"), &json!("https://a.test/@eve")));
        let html = status["content"].as_str().unwrap();
        assert!(html.contains("href=\"https://a.test/@eve\"") && html.contains("class=\"u-url mention\""), "{html}");
        assert!(html.contains("href=\"https://a.test/tags/fog\"") && html.contains("mention hashtag"), "{html}");
        assert!(html.contains("href=\"https://example.org/a/long/way/to/go?and=more\""), "{html}");
        let at = status["created_at"].as_str().unwrap();
        assert!(at.len() == 24 && at.as_bytes()[19] == b'.' && at.ends_with('Z'), "{at}");
    }
}

#[tokio::test]
async fn a_photo_has_its_sizes_its_words_and_its_placeholder() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let post = ada.post_album(&["photo-dahlia.jpg", "photo-coffee.jpg"], "Two", "public", &["A dahlia", ""]).await;
    let status = Api::nobody(&server).get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
    let photos = status["media_attachments"].as_array().unwrap();
    assert_eq!(photos.len(), 2);
    for photo in photos {
        let keys: Vec<&str> = photo.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = "blurhash description id meta preview_remote_url preview_url remote_url text_url type url";
        assert_eq!(keys.join(" "), expected);
        assert_eq!(photo["type"], "image");
        assert!(photo["blurhash"].is_string());
        for (address, size) in [("url", "original"), ("preview_url", "small")] {
            let answer = server.ask(photo[address].as_str().unwrap(), "image/*").await;
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            let bytes = answer.bytes().await.unwrap();
            let picture = image::load_from_memory(&bytes).unwrap();
            let told = &photo["meta"][size];
            assert_eq!(
                (told["width"].as_u64(), told["height"].as_u64()),
                (Some(picture.width().into()), Some(picture.height().into()))
            );
            assert_eq!(told["size"], format!("{}x{}", picture.width(), picture.height()));
        }
    }
    assert_eq!((&photos[0]["description"], &photos[1]["description"]), (&json!("A dahlia"), &Value::Null));
}

#[tokio::test]
async fn a_boost_wraps_the_post_and_says_who_and_when() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let (bob, eve) = (server.person("bob").await, server.person("eve").await);
    eve.follow("@bob@a.test").await;
    let post = ada.post_photo("orientation-1.jpg", "Boost me").await;
    bob.boost(&post.path).await;
    server.quiet().await;
    let api = Api::of(&eve).await;
    let home = api.get("/api/v1/timelines/home").await.fine();
    let wrapper = &home[0];
    assert_eq!((&wrapper["account"]["acct"], &wrapper["reblog"]["account"]["acct"]), (&json!("bob"), &json!("ada")));
    assert_eq!(wrapper["reblog"]["id"], post.number);
    assert_ne!(wrapper["id"], wrapper["reblog"]["id"]);
    assert_eq!(wrapper["reblog"]["reblogs_count"], 1);
    let by_id = api.get(&format!("/api/v1/statuses/{}", wrapper["id"].as_str().unwrap())).await.fine();
    assert_eq!(by_id, *wrapper, "it has a place of its own");
    let bobs = format!("/api/v1/accounts/{}/statuses", wrapper["account"]["id"].as_str().unwrap());
    assert_eq!(api.get(&bobs).await.ids(), [wrapper["id"].as_str().unwrap()]);
    assert!(api.get(&format!("{bobs}?exclude_reblogs=true")).await.ids().is_empty());
    assert!(api.get(&format!("{bobs}?_pe=1")).await.ids().is_empty(), "a grid of photos has no boosts");
}

#[tokio::test]
async fn a_conversation_stands_around_its_post() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let eve = server.person("eve").await;
    let post = ada.post_photo("orientation-1.jpg", "Ask me").await;
    eve.reply(&post.path, "First").await;
    let api = Api::nobody(&server);
    let around = api.get(&format!("/api/v1/statuses/{}/context", post.number)).await.fine();
    assert_eq!(around["ancestors"], json!([]));
    let reply = &around["descendants"][0];
    assert_eq!(
        (&reply["in_reply_to_id"], reply["content"].as_str().unwrap().contains("First")),
        (&json!(post.number), true)
    );
    assert_eq!(reply["in_reply_to_account_id"], around["descendants"][0]["mentions"][0]["id"]);
    let below = api.get(&format!("/api/v1/statuses/{}/context", reply["id"].as_str().unwrap())).await.fine();
    assert_eq!(below["ancestors"][0]["id"], post.number);
}

#[tokio::test]
async fn how_one_stands_to_people_is_told_in_the_order_asked() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let bob = server.person("bob").await;
    bob.follow("@ada@a.test").await;
    let api = Api::of(&ada).await;
    let id = async |name: &str| {
        api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned()
    };
    let (ada_id, bob_id) = (id("ada").await, id("bob").await);
    let said = api.get(&format!("/api/v1/accounts/relationships?id[]={bob_id}&id[]=12345&id[]={ada_id}")).await;
    assert_eq!(said.ids(), [bob_id.clone(), ada_id], "unknown ones are left out");
    let keys = "blocked_by: flag, blocking: flag, domain_blocking: flag, endorsed: flag, followed_by: flag, \
        following: flag, following_since: null, id: text, languages: null, muting: flag, muting_expires_at: null, \
        muting_notifications: flag, note: text, notifying: flag, requested: flag, requested_by: flag, \
        showing_reblogs: flag";
    assert_shape(&said.body[0], keys, "relationship");
    assert_eq!((&said.body[0]["followed_by"], &said.body[0]["following"]), (&json!(true), &json!(false)));
    assert_eq!(
        api.get(&format!("/api/v1/accounts/relationships?id={bob_id}")).await.ids(),
        std::slice::from_ref(&bob_id)
    );
    assert_eq!(api.get("/api/v1/accounts/relationships").await.fine(), json!([]));
    let row = cyanotype::service::accounts::local(&server.app, "bob").await.unwrap();
    cyanotype::service::leaving::suspend(&server.app, &row, true).await.unwrap();
    let path = format!("/api/v1/accounts/relationships?id={bob_id}");
    assert!(api.get(&path).await.ids().is_empty(), "who is suspended is left out");
    assert_eq!(api.get(&format!("{path}&with_suspended=true")).await.ids(), [bob_id]);
}

#[tokio::test]
async fn nobody_has_proofs_made_elsewhere() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let me = ada.get("/api/v1/accounts/verify_credentials").await.fine();
    let path = |id: &str| format!("/api/v1/accounts/{id}/identity_proofs");
    assert_eq!(ada.get(&path(me["id"].as_str().unwrap())).await.fine(), json!([]));
    assert_eq!(ada.get(&path("12345")).await.status, 404);
}

#[tokio::test]
async fn an_instance_tells_its_true_limits() {
    let server =
        Server::start_with("a.test", &[("max_photos", "12"), ("max_caption", "777"), ("max_alt", "1234")]).await;
    server.owner("ada").await;
    let api = Api::nobody(&server);
    let (v1, v2) = (api.get("/api/v1/instance").await.fine(), api.get("/api/v2/instance").await.fine());
    for instance in [&v1, &v2] {
        let limits = &instance["configuration"];
        assert_eq!(limits["statuses"]["max_media_attachments"], 12);
        assert_eq!(limits["statuses"]["max_characters"], 777);
        assert_eq!(limits["media_attachments"]["description_limit"], 1234);
        assert!(limits["media_attachments"]["supported_mime_types"].as_array().unwrap().contains(&json!("image/heic")));
        assert!(limits["polls"]["max_options"].is_number());
        assert!(!instance["version"].as_str().unwrap().to_lowercase().contains("pixelfed"));
        assert!(instance["version"].as_str().unwrap().contains("(compatible; Cyanotype "));
        numbers_fit(instance);
    }
    assert_eq!((&v1["uri"], &v1["stats"]["user_count"]), (&json!("a.test"), &json!(1)));
    assert_eq!((&v2["domain"], &v2["configuration"]["urls"]["streaming"]), (&json!("a.test"), &json!("wss://a.test")));
    assert_eq!(v1["urls"]["streaming_api"], "wss://a.test");
    assert_eq!(v1["contact_account"]["acct"], "ada");
    assert_eq!(v2["contact"]["email"], "", "nobody's address is shown");
    for address in [&v1["thumbnail"], &v2["thumbnail"]["url"], &v2["icon"][0]["src"]] {
        assert_eq!(server.ask(address.as_str().unwrap(), "image/*").await.status(), 200, "{address}");
    }
    assert_eq!(api.get("/api/v1/custom_emojis").await.fine(), json!([]));
}

/// Some apps keep numbers in 32 bits and lose everything over a larger one.
fn numbers_fit(value: &Value) {
    match value {
        Value::Number(number) => assert!(number.as_i64().is_some_and(|n| n < 1 << 31), "{number}"),
        Value::Array(list) => list.iter().for_each(numbers_fit),
        Value::Object(map) => map.values().for_each(numbers_fit),
        _ => {}
    }
}

#[tokio::test]
async fn r037_whoever_is_blocked_finds_nobody_there() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let ben = server.person("ben").await;
    let post = ada.post_photo("orientation-1.jpg", "Not for ben").await;
    ada.block("@ben@a.test").await;
    let api = Api::of(&ben).await;
    let id =
        Api::nobody(&server).get("/api/v1/accounts/lookup?acct=ada").await.fine()["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/api/v1/statuses/{}", post.number),
        format!("/api/v1/statuses/{}/context", post.number),
        format!("/api/v1/accounts/{id}"),
        format!("/api/v1/accounts/{id}/statuses"),
        format!("/api/v1/accounts/{id}/followers"),
        "/api/v1/accounts/lookup?acct=ada".to_owned(),
    ] {
        assert_eq!(api.get(&path).await.status, 404, "{path}: never 403, which signs people out");
    }
    assert!(api.get("/api/v1/timelines/public").await.ids().is_empty());
    let hers = Api::of(&ada).await;
    let ben_id = hers.get("/api/v1/accounts/lookup?acct=ben").await.fine();
    assert_eq!(ben_id["acct"], "ben", "she finds whom she blocks, to take it back");
}
