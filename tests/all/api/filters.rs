//! What somebody does not want to read is held back, in apps and on pages, for her alone.

use crate::support::*;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::{Value, json};

const FILTERS: &str = "/api/v2/filters";

/// A filter of one word.
async fn filter(api: &Api, keyword: &str, action: &str, context: &[&str]) -> Value {
    let words = json!([{ "keyword": keyword, "whole_word": true }]);
    let body = json!({ "title": format!("No {keyword}"), "context": context, "filter_action": action, "keywords_attributes": words });
    api.json(Method::POST, FILTERS, &body).await.fine()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Titles of the filters that hold a post back.
fn titles(status: &Value) -> Vec<&str> {
    status["filtered"].as_array().unwrap().iter().map(|found| text(&found["filter"]["title"])).collect()
}

#[tokio::test]
async fn a_filter_is_made_changed_and_taken_away_with_its_words() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let form = [
        ("title", "Spiders"),
        ("context[]", "thread"),
        ("context[]", "home"),
        ("filter_action", "warn"),
        ("expires_in", "3600"),
        ("keywords_attributes[][keyword]", "spider"),
        ("keywords_attributes[][whole_word]", "false"),
        ("keywords_attributes[][keyword]", "eight legs"),
        ("keywords_attributes[][whole_word]", "True"),
    ];
    let made = api.post(FILTERS, &form).await.fine();
    let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "context expires_at filter_action id keywords statuses title");
    assert_eq!((&made["context"], &made["filter_action"]), (&json!(["home", "thread"]), &json!("warn")));
    let words: Vec<_> =
        made["keywords"].as_array().unwrap().iter().map(|w| (text(&w["keyword"]), &w["whole_word"])).collect();
    assert_eq!(words, [("spider", &json!(false)), ("eight legs", &json!(true))]);
    assert!(text(&made["expires_at"]).ends_with('Z'));
    let path = format!("{FILTERS}/{}", text(&made["id"]));
    assert_eq!(api.get(&path).await.fine(), made);
    assert_eq!(api.get(FILTERS).await.fine(), json!([made]));
    let (first, second) = (&made["keywords"][0]["id"], &made["keywords"][1]["id"]);
    let body = json!({ "filter_action": "hide", "expires_in": "", "keywords_attributes": [
        { "id": first, "keyword": "spiders" }, { "id": second, "_destroy": true }, { "keyword": "web" },
    ] });
    let changed = api.json(Method::PUT, &path, &body).await.fine();
    assert_eq!((&changed["title"], &changed["filter_action"]), (&json!("Spiders"), &json!("hide")));
    assert_eq!(changed["expires_at"], Value::Null, "sent empty: it does not end");
    let words: Vec<&str> = changed["keywords"].as_array().unwrap().iter().map(|w| text(&w["keyword"])).collect();
    assert_eq!(words, ["spiders", "web"]);
    assert_eq!(api.form(Method::DELETE, &path, &[]).await.fine(), json!({}));
    assert_eq!((api.get(&path).await.status, api.get(FILTERS).await.fine()), (404, json!([])));
}

#[tokio::test]
async fn a_filter_that_says_nothing_sensible_is_refused_in_words() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let long = "x".repeat(limits::FILTER_WORD + 1);
    for (field, form) in [
        ("title", vec![("context[]", "home")]),
        ("context", vec![("title", "A"), ("context[]", "cellar")]),
        ("context", vec![("title", "A")]),
        ("filter_action", vec![("title", "A"), ("context[]", "home"), ("filter_action", "burn")]),
        ("expires_in", vec![("title", "A"), ("context[]", "home"), ("expires_in", "soon")]),
        ("keyword", vec![("title", "A"), ("context[]", "home"), ("keywords_attributes[0][keyword]", &long)]),
        ("keyword", vec![("title", "A"), ("context[]", "home"), ("keywords_attributes[0][whole_word]", "true")]),
    ] {
        let said = api.post(FILTERS, &form).await;
        assert_eq!(said.status, 422, "{form:?}: {}", said.text);
        assert!(said.body["details"][field].is_array(), "{form:?}: {}", said.text);
    }
    assert_eq!(api.get(FILTERS).await.fine(), json!([]), "and nothing is left of it");
}

#[tokio::test]
async fn words_and_posts_of_a_filter_are_kept_one_by_one() {
    let server = Server::start("a.test").await;
    let ada = server.owner("ada").await;
    let api = Api::of(&ada).await;
    let post = server.person("bob").await.post_photo("orientation-1.jpg", "A web").await;
    let path = format!("{FILTERS}/{}", text(&filter(&api, "spider", "warn", &["home"]).await["id"]));
    let added = api.post(&format!("{path}/keywords"), &[("keyword", "moth"), ("whole_word", "0")]).await.fine();
    let keys: Vec<&str> = added.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "keyword", "whole_word"]);
    assert_eq!((&added["keyword"], &added["whole_word"]), (&json!("moth"), &json!(false)));
    let word = format!("{FILTERS}/keywords/{}", text(&added["id"]));
    assert_eq!(api.get(&word).await.fine(), added);
    let changed = api.json(Method::PUT, &word, &json!({ "whole_word": true })).await.fine();
    assert_eq!((&changed["keyword"], &changed["whole_word"]), (&json!("moth"), &json!(true)));
    assert_eq!(api.get(&format!("{path}/keywords")).await.ids().len(), 2);
    assert_eq!(api.form(Method::DELETE, &word, &[]).await.fine(), json!({}));
    assert_eq!((api.get(&word).await.status, api.get(&format!("{path}/keywords")).await.ids().len()), (404, 1));
    let named = api.post(&format!("{path}/statuses"), &[("status_id", &post.number)]).await.fine();
    assert_eq!(named["status_id"], post.number);
    let again = api.post(&format!("{path}/statuses"), &[("status_id", &post.number)]).await.fine();
    assert_eq!(again, named, "once is enough");
    assert_eq!(api.get(&format!("{path}/statuses")).await.fine(), json!([named]));
    let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
    assert_eq!(status["filtered"][0]["status_matches"], json!([post.number]));
    assert_eq!(status["filtered"][0]["keyword_matches"], Value::Null);
    let one = format!("{FILTERS}/statuses/{}", text(&named["id"]));
    assert_eq!(api.get(&one).await.fine(), named);
    assert_eq!(api.form(Method::DELETE, &one, &[]).await.fine(), json!({}));
    assert_eq!(api.get(&one).await.status, 404);
    assert_eq!(api.get(&format!("{path}/statuses")).await.fine(), json!([]));
}

#[tokio::test]
async fn a_post_that_is_not_hers_to_see_cannot_be_named_in_a_filter() {
    let server = Server::start("a.test").await;
    let (ada, eve) = (server.owner("ada").await, server.person("eve").await);
    let post = ada.post_album(&["orientation-1.jpg"], "For followers", "followers", &[]).await;
    let api = Api::of(&eve).await;
    let path = format!("{FILTERS}/{}/statuses", text(&filter(&api, "spider", "warn", &["home"]).await["id"]));
    assert_eq!(api.post(&path, &[("status_id", &post.number)]).await.status, 404);
    assert_eq!(api.post(&path, &[]).await.status, 422);
    assert_eq!(api.get(&path).await.fine(), json!([]));
}

#[tokio::test]
async fn nobody_reaches_the_filters_of_another() {
    let server = Server::start("a.test").await;
    let (hers, other) = (Api::of(&server.owner("ada").await).await, Api::of(&server.person("eve").await).await);
    let made = filter(&hers, "spider", "warn", &["home"]).await;
    let (id, word) = (text(&made["id"]), text(&made["keywords"][0]["id"]));
    let paths = [format!("{FILTERS}/{id}"), format!("{FILTERS}/keywords/{word}"), format!("/api/v1/filters/{word}")];
    for path in &paths {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let said = other.json(method.clone(), path, &json!({ "title": "Mine" })).await;
            assert_eq!(said.status, 404, "{method} {path}: {}", said.text);
        }
    }
    let said = other.post(&format!("{FILTERS}/{id}/keywords"), &[("keyword", "moth")]).await;
    assert_eq!(said.status, 404);
    let theft =
        json!({ "title": "A", "context": ["home"], "keywords_attributes": [{ "id": word, "keyword": "moth" }] });
    assert_eq!(other.json(Method::POST, FILTERS, &theft).await.status, 404);
    assert_eq!((hers.get(FILTERS).await.fine(), other.get(FILTERS).await.fine()), (json!([made]), json!([])));
}

#[tokio::test]
async fn older_apps_see_each_word_as_a_filter_of_its_own() {
    let server = Server::start("a.test").await;
    let api = Api::of(&server.owner("ada").await).await;
    let v1 = "/api/v1/filters";
    let form = [("phrase", "spider"), ("context[]", "home"), ("irreversible", "true"), ("whole_word", "false")];
    let made = api.post(v1, &form).await.fine();
    let expected = json!({ "id": made["id"], "phrase": "spider", "context": ["home"], "expires_at": null,
        "irreversible": true, "whole_word": false });
    assert_eq!(made, expected);
    let path = format!("{v1}/{}", text(&made["id"]));
    assert_eq!((api.get(&path).await.fine(), api.get(v1).await.fine()), (made.clone(), json!([made])));
    let body = json!({ "phrase": "spiders", "context": ["public"], "irreversible": false, "expires_in": 60 });
    let changed = api.json(Method::PUT, &path, &body).await.fine();
    assert_eq!((&changed["phrase"], &changed["context"]), (&json!("spiders"), &json!(["public"])));
    assert_eq!((&changed["irreversible"], changed["expires_at"].is_string()), (&json!(false), true));
    let whole = api.get(FILTERS).await.fine();
    assert_eq!((&whole[0]["title"], &whole[0]["filter_action"]), (&json!("spiders"), &json!("warn")));
    assert_eq!(whole[0]["keywords"][0]["id"], made["id"], "its id is the word's");
    let keywords = format!("{FILTERS}/{}/keywords", text(&whole[0]["id"]));
    api.post(&keywords, &[("keyword", "moth")]).await.fine();
    assert_eq!(api.get(v1).await.ids().len(), 2);
    let said = api.json(Method::PUT, &path, &json!({ "context": ["home"] })).await;
    assert_eq!(said.status, 422, "the other word would change with it");
    assert_eq!(api.json(Method::PUT, &path, &json!({ "phrase": "web" })).await.fine()["phrase"], "web");
    assert_eq!(api.form(Method::DELETE, &path, &[]).await.fine(), json!({}));
    let left = api.get(v1).await.fine();
    assert_eq!(left[0]["phrase"], "moth");
    api.form(Method::DELETE, &format!("{v1}/{}", text(&left[0]["id"])), &[]).await.fine();
    assert_eq!(api.get(FILTERS).await.fine(), json!([]), "with its last word the filter goes");
}

#[tokio::test]
async fn a_post_says_which_of_her_filters_hold_it_back_and_to_nobody_else() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let files = ["orientation-1.jpg", "orientation-2.jpg"];
    let post = bob.post_album(&files, "A SPIDER\nin its web #Legs", "public", &["Dew on silk", ""]).await;
    let (hers, his) = (Api::of(&ada).await, Api::of(&bob).await);
    for keyword in ["spider", "silk", "#legs", "in its web", "moth"] {
        filter(&hers, keyword, "warn", &["home", "thread"]).await;
        filter(&his, keyword, "warn", &["home"]).await;
    }
    let path = format!("/api/v1/statuses/{}", post.number);
    let status = hers.get(&path).await.fine();
    assert_eq!(titles(&status), ["No spider", "No silk", "No #legs", "No in its web"]);
    let first = &status["filtered"][0];
    let keys: Vec<&str> = first["filter"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["context", "expires_at", "filter_action", "id", "title"], "without its parts");
    assert_eq!((&first["keyword_matches"], &first["status_matches"]), (&json!(["spider"]), &Value::Null));
    assert_eq!(his.get(&path).await.fine()["filtered"], json!([]), "what one wrote oneself is not held back");
    assert_eq!(Api::nobody(&server).get(&path).await.fine()["filtered"], json!([]));
    ada.boost(&post.path).await;
    let boosts = hers.get("/api/v1/accounts/verify_credentials").await.fine();
    let boosts = hers.get(&format!("/api/v1/accounts/{}/statuses", text(&boosts["id"]))).await.fine();
    assert_eq!((titles(&boosts[0]).len(), titles(&boosts[0]["reblog"]).len()), (4, 4), "nor is a boost let through");
}

#[tokio::test]
async fn words_are_found_whole_or_within_others_whatever_their_case_and_form() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let caption = "Die STRASSE liegt still. Caf\u{e9}s, \u{ff26}\u{ff4f}\u{ff47} und C++; ein Spinnennetz?";
    let post = bob.post_photo("orientation-1.jpg", caption).await;
    let api = Api::of(&ada).await;
    for (keyword, whole, found) in [
        ("strasse", true, true),
        ("stra", true, false),
        ("stra", false, true),
        ("caf\u{e9}", true, false),
        ("cafe\u{301}s", true, true),
        ("fog", true, true),
        ("c++", true, true),
        ("netz", true, false),
        ("Netz?", false, true),
        ("liegt   still", true, true),
        ("liegt still c", true, false),
    ] {
        let words = json!([{ "keyword": keyword, "whole_word": whole }]);
        let body = json!({ "title": "One", "context": ["home"], "keywords_attributes": words });
        let made = api.json(Method::POST, FILTERS, &body).await.fine();
        let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
        assert_eq!(!titles(&status).is_empty(), found, "{keyword}, whole: {whole}");
        api.form(Method::DELETE, &format!("{FILTERS}/{}", text(&made["id"])), &[]).await.fine();
    }
}

#[tokio::test]
async fn what_she_hides_is_left_out_of_lists_where_the_filter_holds() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    ada.follow("@bob@a.test").await;
    let post = bob.post_photo("orientation-1.jpg", "A spider #fog").await;
    let other = bob.post_photo("orientation-2.jpg", "A moth #fog").await;
    bob.reply(&other.path, "And a spider").await;
    server.quiet().await;
    let api = Api::of(&ada).await;
    let bobs = api.get("/api/v1/accounts/lookup?acct=bob").await.fine();
    let lists = [
        ("home", "/api/v1/timelines/home".to_owned()),
        ("public", "/api/v1/timelines/public".to_owned()),
        ("public", "/api/v1/timelines/tag/fog".to_owned()),
        ("account", format!("/api/v1/accounts/{}/statuses?only_media=true", text(&bobs["id"]))),
    ];
    let thread = format!("/api/v1/statuses/{}/context", other.number);
    for context in ["home", "public", "account", "thread"] {
        let made = filter(&api, "spider", "hide", &[context]).await;
        for (of, path) in &lists {
            let expected = if *of == context { vec![&other.number] } else { vec![&other.number, &post.number] };
            assert_eq!(api.get(path).await.ids().iter().collect::<Vec<_>>(), expected, "{context}: {path}");
        }
        let around = api.get(&thread).await.fine();
        assert_eq!(around["descendants"].as_array().unwrap().is_empty(), context == "thread", "{context}");
        let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
        assert_eq!(titles(&status), ["No spider"], "by itself it is there, and says so");
        api.form(Method::DELETE, &format!("{FILTERS}/{}", text(&made["id"])), &[]).await.fine();
    }
}

#[tokio::test]
async fn a_filter_that_has_ended_holds_nothing_back() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let post = bob.post_photo("orientation-1.jpg", "A spider").await;
    let api = Api::of(&ada).await;
    let body = json!({ "title": "For an hour", "context": ["public"], "filter_action": "hide", "expires_in": 3600,
        "keywords_attributes": [{ "keyword": "spider" }] });
    api.json(Method::POST, FILTERS, &body).await.fine();
    assert!(api.get("/api/v1/timelines/public").await.ids().is_empty());
    server.quiet().await;
    server.world.clock().advance(3_600_000);
    assert_eq!(api.get("/api/v1/timelines/public").await.ids(), [post.number.as_str()]);
    let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
    assert_eq!(status["filtered"], json!([]));
    assert_eq!(api.get(FILTERS).await.ids().len(), 1, "it is listed still, to be taken up again");
}

#[tokio::test]
async fn pages_fold_and_hide_what_her_filters_say() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    ada.follow("@bob@a.test").await;
    let post = bob.post_photo("orientation-1.jpg", "A spider").await;
    bob.reply(&post.path, "A moth, @ada").await;
    server.quiet().await;
    let api = Api::of(&ada).await;
    let all = ["home", "public", "account", "thread", "notifications"];
    filter(&api, "spider", "warn", &all).await;
    let moths = filter(&api, "moth", "warn", &all).await;
    let front = ada.page("/").await;
    assert!(
        front.html.contains("<details class=\"fold\">") && front.text().contains("Filtered: No spider"),
        "{}",
        front.html
    );
    for path in ["/explore", "/@bob"] {
        let page = ada.page(path).await;
        assert!(page.text().contains("Filtered: No spider") && page.photos().is_empty(), "{path}: {}", page.html);
    }
    let page = ada.page(&post.path).await;
    assert!(
        !page.text().contains("Filtered: No spider") && page.text().contains("Filtered: No moth"),
        "whoever opens it wants to see it"
    );
    let told = ada.page("/notifications").await;
    assert!(told.text().contains("Filtered: No moth") && !told.says("A moth"), "{}", told.html);
    assert!(!bob.page("/explore").await.text().contains("Filtered"), "for her alone");
    let path = format!("{FILTERS}/{}", text(&moths["id"]));
    api.json(Method::PUT, &path, &json!({ "filter_action": "hide" })).await.fine();
    assert!(!ada.page(&post.path).await.says("moth"));
    assert!(!ada.page("/notifications").await.says("mentioned you"));
}

#[tokio::test]
async fn blur_is_kept_for_pages_and_told_apps_as_a_warning() {
    let server = Server::start("a.test").await;
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    let post = bob.post_photo("orientation-1.jpg", "A spider").await;
    let api = Api::of(&ada).await;
    let made = filter(&api, "spider", "blur", &["public"]).await;
    let status = api.get(&format!("/api/v1/statuses/{}", post.number)).await.fine();
    assert_eq!(
        (&made["filter_action"], &status["filtered"][0]["filter"]["filter_action"]),
        (&json!("warn"), &json!("warn"))
    );
    let page = ada.page("/explore").await;
    assert!(page.photos().is_empty() && page.says("Sensitive") && !page.text().contains("Filtered"), "{}", page.html);
    assert!(!bob.page("/explore").await.photos().is_empty());
}

#[tokio::test]
async fn filters_cost_a_list_no_more_when_it_is_long() {
    let server = Server::start("a.test").await;
    server.stop_working();
    let (ada, bob) = (server.owner("ada").await, server.person("bob").await);
    for n in 0..4 {
        bob.post_photo("orientation-1.jpg", &format!("Spider {n} #fog")).await;
    }
    let api = Api::of(&ada).await;
    for n in 0..5 {
        filter(&api, &format!("moth {n}"), "hide", &["public"]).await;
    }
    filter(&api, "spider", "warn", &["public"]).await;
    let cost = async |limit: usize| {
        let before = server.app.db.asked();
        let found = api.get(&format!("/api/v1/timelines/public?limit={limit}")).await.ids().len();
        (found, server.app.db.asked() - before)
    };
    cost(1).await;
    let (few, many) = (cost(2).await, cost(4).await);
    assert_eq!((few.0, many.0), (2, 4));
    assert!(many.1 <= few.1, "{} for two, {} for four", few.1, many.1);
}

#[tokio::test]
async fn whoever_leaves_takes_her_filters_along() {
    let server = Server::start("a.test").await;
    server.owner("ada").await;
    let api = Api::of(&server.person("eve").await).await;
    filter(&api, "spider", "warn", &["home"]).await;
    let eve = cyanotype::service::accounts::by_acct(&server.app, "eve").await.unwrap();
    cyanotype::service::leaving::delete(&server.app, &eve).await.unwrap();
    assert!(cyanotype::service::filters::list(&server.app, eve.id).await.unwrap().is_empty());
}
