//! Polls that come from other servers: how they stand, who votes, and what their author is told.

use crate::support::*;
use cyanotype::activitypub::stamp;
use cyanotype::clock::HOUR;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::{Value, json};

/// An option with its votes, or without where its author does not tell.
fn option(name: &str, votes: Option<i64>) -> Value {
    match votes {
        Some(votes) => {
            json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } })
        }
        None => json!({ "type": "Note", "name": name }),
    }
}

/// In so long, as the wire has it.
fn after(scene: &Scene, time: i64) -> String {
    stamp::write(scene.world().clock().now() + time)
}

/// Bob asks; served at its id, not yet told to anybody. It is over in an hour.
fn question(scene: &Scene, more: Value) -> Value {
    let mut note = scene.bob.note("When shall we meet?");
    note["type"] = "Question".into();
    note["endTime"] = after(scene, HOUR).into();
    note.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.bob.serve(&note);
    note
}

/// One of two, of whom four people chose.
fn usual() -> Value {
    json!({ "oneOf": [option("Dawn", Some(3)), option("Dusk", Some(1))], "votersCount": 4 })
}

/// Ada follows bob, who asks.
async fn asked(more: Value) -> (Scene, Api, Value, String) {
    let scene = Scene::following().await;
    let note = question(&scene, more);
    scene.heard(&scene.bob.create(&note)).await;
    let api = Api::of(&scene.ada).await;
    let home = api.get("/api/v1/timelines/home").await.ids();
    (scene, api, note, home[0].clone())
}

fn poll(id: &str) -> String {
    format!("/api/v1/polls/{id}")
}

fn votes(id: &str) -> String {
    format!("/api/v1/polls/{id}/votes")
}

fn counts(poll: &Value) -> Vec<Option<i64>> {
    poll["options"].as_array().unwrap().iter().map(|option| option["votes_count"].as_i64()).collect()
}

#[tokio::test]
async fn a_poll_of_another_server_is_told_whole_to_everybody() {
    let (scene, ada, note, id) = asked(usual()).await;
    let eve = Api::of(&scene.a.person("eve").await).await;
    for api in [&ada, &eve, &Api::nobody(&scene.a)] {
        let told = json!({
            "id": id, "expires_at": note["endTime"], "expired": false, "multiple": false, "votes_count": 4,
            "voters_count": 4, "emojis": [], "voted": false, "own_votes": [],
            "options": [{ "title": "Dawn", "votes_count": 3 }, { "title": "Dusk", "votes_count": 1 }],
        });
        assert_eq!(api.get(&poll(&id)).await.fine(), told);
        let status = api.get(&format!("/api/v1/statuses/{id}")).await.fine();
        assert_eq!(status["poll"], told);
        assert_eq!(status["content"], "<p>When shall we meet?</p>", "what can be chosen is not said twice");
    }
    let other = ada.say("Asks nothing").await;
    assert_eq!(other["poll"], Value::Null);
    assert_eq!(ada.get(&poll(other["id"].as_str().unwrap())).await.status, 404);
}

#[tokio::test]
async fn what_an_author_does_not_tell_is_null() {
    let more = json!({ "anyOf": [option("Dawn", None), option("Dusk", None)], "endTime": null });
    let (_scene, api, _, id) = asked(more).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!((&told["expires_at"], &told["expired"], &told["multiple"]), (&json!(null), &json!(false), &json!(true)));
    assert_eq!(
        (&told["voters_count"], &told["votes_count"], counts(&told)),
        (&json!(null), &json!(0), vec![None, None])
    );
    let voted = api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    assert_eq!((counts(&voted), &voted["own_votes"]), (vec![None, None], &json!([1])));
}

#[tokio::test]
async fn a_vote_counts_at_once_and_is_told_to_the_author_alone() {
    let (scene, api, note, id) = asked(usual()).await;
    let eve = Api::of(&scene.a.person("eve").await).await;
    let told = api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    assert_eq!(
        (&told["voted"], &told["own_votes"], counts(&told)),
        (&json!(true), &json!([1]), vec![Some(3), Some(2)])
    );
    assert_eq!((&told["votes_count"], &told["voters_count"]), (&json!(5), &json!(5)));
    assert_eq!(api.get(&poll(&id)).await.fine(), told);
    let others = eve.get(&poll(&id)).await.fine();
    assert_eq!((&others["voted"], &others["own_votes"], counts(&others)), (&json!(false), &json!([]), counts(&told)));
    let delivery = scene.peer.expect_delivery("Create").await;
    assert_eq!(delivery.target, "/users/bob/inbox", "his own, not the shared one");
    let create = delivery.json.unwrap();
    let vote = &create["object"];
    let members: Vec<&str> = vote.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members.join(" "), "attributedTo id inReplyTo name to type");
    assert_eq!((&vote["type"], &vote["name"], &vote["inReplyTo"]), (&json!("Note"), &json!("Dusk"), &note["id"]));
    assert_eq!((&vote["attributedTo"], &create["actor"]), (&json!(scene.ada_id), &json!(scene.ada_id)));
    assert_eq!((&vote["to"], &create["to"]), (&json!([scene.bob.id]), &json!([scene.bob.id])));
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1);
    for id in [&create["id"], &vote["id"]] {
        let (status, _) = scene.peer.actor("carol").get(id.as_str().unwrap()).await;
        assert_eq!(status, 404, "nobody else is told how she voted");
    }
}

#[tokio::test]
async fn several_options_are_chosen_where_that_is_allowed() {
    let more = json!({ "votersCount": 2, "anyOf": [option(" Dawn ", Some(2)), option("Noon", Some(1)), option("Dusk", Some(0))] });
    let (scene, api, _, id) = asked(more).await;
    let told = api.json(Method::POST, &votes(&id), &json!({ "choices": [2, 0, 2] })).await.fine();
    assert_eq!(
        (&told["multiple"], &told["own_votes"], &told["voters_count"]),
        (&json!(true), &json!([0, 2]), &json!(3))
    );
    assert_eq!(counts(&told), [Some(3), Some(1), Some(1)]);
    assert_eq!(told["options"][0]["title"], "Dawn");
    let mut said = Vec::new();
    for _ in 0..2 {
        said.push(scene.peer.expect("Create").await["object"]["name"].as_str().unwrap().to_owned());
    }
    said.sort();
    assert_eq!(said, [" Dawn ", "Dusk"], "letter for letter as the author wrote them");
}

#[tokio::test]
async fn what_is_no_vote_is_refused_in_words() {
    let (scene, api, _, id) = asked(usual()).await;
    for (choices, why) in [
        (vec![], "Choose one"),
        (vec!["2"], "no such option"),
        (vec!["-1"], "no such option"),
        (vec!["Dawn"], "no such option"),
        (vec!["99999999999999999999"], "no such option"),
        (vec!["0", "1"], "Only one"),
    ] {
        let form: Vec<(&str, &str)> = choices.iter().map(|choice| ("choices[]", *choice)).collect();
        let said = api.post(&votes(&id), &form).await;
        assert_eq!(said.status, 422, "{choices:?}");
        assert!(said.body["error"].as_str().unwrap().contains(why), "{choices:?}: {}", said.text);
    }
    api.post(&votes(&id), &[("choices[]", "0"), ("choices[]", "0")]).await.fine();
    for choice in ["0", "1"] {
        let said = api.post(&votes(&id), &[("choices[]", choice)]).await;
        assert_eq!((said.status, said.text.contains("voted in this poll already")), (422, true), "{}", said.text);
    }
    scene.world().clock().advance(HOUR);
    let eve = Api::of(&scene.a.person("eve").await).await;
    let said = eve.post(&votes(&id), &[("choices[]", "1")]).await;
    assert_eq!((said.status, said.text.contains("is over")), (422, true), "{}", said.text);
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!((&told["expired"], counts(&told)), (&json!(true), vec![Some(4), Some(1)]));
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1, "only the vote that counted was told");
}

#[tokio::test]
async fn of_many_votes_at_once_one_counts() {
    let (scene, api, _, id) = asked(usual()).await;
    let path = votes(&id);
    let calls = (0..8).map(|n| {
        let (api, path) = (&api, &path);
        async move { api.post(path, &[("choices[]", if n % 2 == 0 { "0" } else { "1" })]).await.status }
    });
    let mut said = futures_util::future::join_all(calls).await;
    said.sort_unstable();
    assert_eq!(said, [200, 422, 422, 422, 422, 422, 422, 422]);
    assert_eq!(api.get(&poll(&id)).await.fine()["votes_count"], 5);
    scene.a.quiet().await;
    assert_eq!(scene.peer.deliveries("Create").len(), 1);
}

#[tokio::test]
async fn who_may_not_see_a_post_sees_no_poll_of_it_and_has_no_vote() {
    let scene = Scene::following().await;
    let mut more = usual();
    more["to"] = json!([scene.bob.followers()]);
    more["cc"] = json!([]);
    scene.heard(&scene.bob.create(&question(&scene, more))).await;
    let ada = Api::of(&scene.ada).await;
    let id = ada.get("/api/v1/timelines/home").await.ids()[0].clone();
    let (eve, nobody) = (Api::of(&scene.a.person("eve").await).await, Api::nobody(&scene.a));
    assert_eq!((eve.get(&poll(&id)).await.status, nobody.get(&poll(&id)).await.status), (404, 404));
    let form = [("choices[]", "0")];
    assert_eq!((eve.post(&votes(&id), &form).await.status, nobody.post(&votes(&id), &form).await.status), (404, 401));
    ada.post(&votes(&id), &form).await.fine();
    scene.ada.block(&scene.bob.handle()).await;
    assert_eq!(ada.get(&poll(&id)).await.status, 404, "nor once she blocks its author");
    for word in ["", "0", "12345", "x"] {
        assert_eq!(ada.get(&poll(word)).await.status, 404, "{word}");
    }
}

#[tokio::test]
async fn the_author_alone_says_how_it_stands() {
    let (scene, api, note, id) = asked(usual()).await;
    api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    let mut news = note.clone();
    news["oneOf"] = json!([option("Dawn", Some(7)), option("Dusk", Some(9))]);
    news["votersCount"] = 16.into();
    let carol = scene.peer.actor("carol");
    let mut hers = news.clone();
    hers["attributedTo"] = carol.id.as_str().into();
    for false_news in [news.clone(), hers] {
        carol.send(&scene.inbox, &carol.activity("Update", false_news)).await;
        scene.a.quiet().await;
        assert_eq!(counts(&api.get(&poll(&id)).await.fine()), [Some(3), Some(2)], "somebody else says nothing");
    }
    scene.heard(&scene.bob.activity("Update", news.clone())).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!((counts(&told), &told["voters_count"]), (vec![Some(7), Some(9)], &json!(16)));
    assert_eq!((&told["voted"], &told["own_votes"]), (&json!(true), &json!([1])), "her vote stays");
    assert_eq!(api.get(&format!("/api/v1/statuses/{id}")).await.fine()["edited_at"], Value::Null);
    news["oneOf"] = json!([option("Dawn", Some(7)), option("Never", Some(9))]);
    scene.heard(&scene.bob.activity("Update", news.clone())).await;
    assert_eq!(
        api.get(&poll(&id)).await.fine()["options"][1]["title"],
        "Dusk",
        "what is asked changes by an edit only"
    );
    news["closed"] = after(&scene, 0).into();
    news["oneOf"] = json!([option("Dawn", Some(8)), option("Dusk", Some(9))]);
    scene.heard(&scene.bob.activity("Update", news)).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!((&told["expired"], counts(&told)), (&json!(true), vec![Some(8), Some(9)]));
}

#[tokio::test]
async fn an_edit_that_asks_something_else_ends_the_votes_before_it() {
    let (scene, api, note, id) = asked(usual()).await;
    api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    let edited = |options: Value, text: &str| {
        scene.world().clock().advance(1_000);
        let mut note = note.clone();
        note["oneOf"] = options;
        scene.bob.update(&note, text)
    };
    let same = json!([option("Dawn", Some(5)), option("Dusk", Some(6))]);
    scene.heard(&edited(same, "When, then?")).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!((&told["voted"], counts(&told)), (&json!(true), vec![Some(5), Some(6)]));
    scene.heard(&edited(json!([option("Noon", Some(0)), option("Dusk", Some(0))]), "Or at noon?")).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!(
        (&told["voted"], &told["own_votes"], counts(&told)),
        (&json!(false), &json!([]), vec![Some(0), Some(0)])
    );
    api.post(&votes(&id), &[("choices[]", "0")]).await.fine();
    scene.world().clock().advance(1_000);
    let mut plain = note.clone();
    plain["type"] = "Note".into();
    plain.as_object_mut().unwrap().remove("oneOf");
    scene.heard(&scene.bob.update(&plain, "Never mind.")).await;
    assert_eq!(api.get(&poll(&id)).await.status, 404);
    assert_eq!(api.get(&format!("/api/v1/statuses/{id}")).await.fine()["poll"], Value::Null);
}

#[tokio::test]
async fn a_poll_goes_with_its_post() {
    use cyanotype::entity::{poll as kept, poll_vote};
    use sea_orm::prelude::*;
    let (scene, api, note, id) = asked(usual()).await;
    api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    scene.heard(&scene.bob.activity("Delete", note["id"].clone())).await;
    assert_eq!(api.get(&poll(&id)).await.status, 404);
    assert_eq!(api.post(&votes(&id), &[("choices[]", "1")]).await.status, 404);
    let db = &scene.a.app.db.read;
    assert_eq!(kept::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(poll_vote::Entity::find().count(db).await.unwrap(), 0);
}

#[tokio::test]
async fn whoever_voted_is_told_when_it_is_over() {
    let (scene, api, note, id) = asked(usual()).await;
    let eve = Api::of(&scene.a.person("eve").await).await;
    api.post(&votes(&id), &[("choices[]", "1")]).await.fine();
    // It is to last longer than was said at first.
    let mut news = note.clone();
    news["endTime"] = after(&scene, 2 * HOUR).into();
    scene.heard(&scene.bob.activity("Update", news)).await;
    scene.world().clock().advance(HOUR);
    scene.a.quiet().await;
    assert!(api.get("/api/v1/notifications?types[]=poll").await.ids().is_empty());
    scene.world().clock().advance(HOUR);
    let told = || async { api.get("/api/v1/notifications?types[]=poll").await.fine().get(0).cloned() };
    let told = eventually(told, "she is told").await;
    assert_eq!((&told["type"], &told["status"]["id"]), (&json!("poll"), &json!(id)));
    assert_eq!((&told["account"]["acct"], &told["status"]["poll"]["expired"]), (&json!("bob@peer.test"), &json!(true)));
    assert!(scene.ada.notifications().await.says("the poll is over"));
    scene.a.quiet().await;
    assert_eq!(api.get("/api/v1/notifications?types[]=poll").await.ids().len(), 1, "once");
    assert!(eve.get("/api/v1/notifications").await.ids().is_empty(), "nobody else is");
}

#[tokio::test]
async fn a_poll_that_somebody_looks_at_is_asked_for_at_home_until_it_is_over() {
    let (scene, api, note, id) = asked(usual()).await;
    let place = note["id"].as_str().unwrap().strip_prefix("https://peer.test").unwrap();
    let requests = || scene.peer.received().iter().filter(|r| r.target == place).count();
    let mut news = note.clone();
    news["oneOf"] = json!([option("Dawn", Some(30)), option("Dusk", Some(10))]);
    scene.bob.serve(&news);
    api.get(&poll(&id)).await.fine();
    scene.a.quiet().await;
    assert_eq!(requests(), 0, "it was told of a moment ago");
    scene.world().clock().advance(limits::POLL_AGAIN);
    Api::nobody(&scene.a).get(&poll(&id)).await.fine();
    scene.a.quiet().await;
    assert_eq!(requests(), 0, "a visitor makes this server ask nobody");
    api.get(&poll(&id)).await.fine();
    api.get(&poll(&id)).await.fine();
    scene.a.quiet().await;
    assert_eq!((requests(), counts(&api.get(&poll(&id)).await.fine())), (1, vec![Some(30), Some(10)]));
    scene.world().clock().advance(HOUR);
    for _ in 0..3 {
        api.get(&poll(&id)).await.fine();
        scene.a.quiet().await;
        scene.world().clock().advance(limits::POLL_AGAIN);
    }
    assert_eq!(requests(), 2, "once more after its end, and then no more");
}

#[tokio::test]
async fn what_can_be_chosen_is_plain_text() {
    let more = json!({ "oneOf": [option("<b>Dawn</b> & <script>alert(1)</script>", Some(1)), option("Du\u{7}sk\nor so", Some(i64::MAX))] });
    let (scene, api, _, id) = asked(more).await;
    let told = api.get(&poll(&id)).await.fine();
    assert_eq!(told["options"][0]["title"], "<b>Dawn</b> & <script>alert(1)</script>");
    assert_eq!(told["options"][1]["title"], "Dusk or so");
    assert!(told["votes_count"].as_i64().unwrap() <= i64::from(i32::MAX), "some apps keep numbers in 32 bits");
    let page = scene.ada.page(&format!("/@bob@peer.test/{id}")).await;
    assert!(page.html.contains("&lt;script&gt;") && !page.html.contains("<script>alert"), "{}", page.html);
}

#[tokio::test]
async fn a_poll_nobody_could_vote_in_is_words() {
    let many: Vec<Value> = (0..101).map(|n| option(&format!("Number {n}"), Some(0))).collect();
    let (_scene, api, _, id) = asked(json!({ "oneOf": many })).await;
    let status = api.get(&format!("/api/v1/statuses/{id}")).await.fine();
    assert_eq!(status["poll"], Value::Null);
    assert!(status["content"].as_str().unwrap().contains("○ Number 7"), "{}", status["content"]);
}

#[tokio::test]
async fn filters_look_at_what_can_be_chosen() {
    let (_scene, api, _, id) = asked(usual()).await;
    let filter = |action: &str| json!({ "title": action, "context": ["home"], "filter_action": action, "keywords_attributes": [{ "keyword": "dusk" }] });
    api.json(Method::POST, "/api/v2/filters", &filter("warn")).await.fine();
    let status = api.get(&format!("/api/v1/statuses/{id}")).await.fine();
    assert_eq!(status["filtered"][0]["keyword_matches"], json!(["dusk"]));
    api.json(Method::POST, "/api/v2/filters", &filter("hide")).await.fine();
    assert!(api.get("/api/v1/timelines/home").await.ids().is_empty());
}

#[tokio::test]
async fn somebody_votes_on_the_page_of_a_post() {
    let (scene, api, _, id) = asked(usual()).await;
    let path = format!("/@bob@peer.test/{id}");
    let action = format!("{path}/vote");
    let visitor = scene.a.visitor().page(&path).await;
    assert!(visitor.says("75 % · 3 votes") && visitor.form(&action).is_none(), "{}", visitor.text());
    let form = scene.ada.form(&path, &action).await;
    let page = scene.ada.submit(form.clone().set("choice", "7")).await;
    assert_eq!((page.status.as_u16(), page.says("There is no such option")), (422, true), "{}", page.text());
    let page = scene.ada.submit(form.clone().set("choice", "1")).await;
    assert_eq!((page.status.as_u16(), page.path.as_str()), (200, path.as_str()));
    assert!(page.says("your choice") && page.says("40 % · 2 votes") && page.form(&action).is_none(), "{}", page.text());
    assert!(scene.ada.home().await.says("your choice"));
    assert_eq!(api.get(&poll(&id)).await.fine()["own_votes"], json!([1]));
    assert_eq!(scene.peer.expect("Create").await["object"]["name"], "Dusk");
    let page = scene.ada.submit(form.set("choice", "0")).await;
    assert_eq!(
        (page.status.as_u16(), page.says("You have voted in this poll already.")),
        (409, true),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_page_offers_no_vote_in_a_poll_that_is_over_and_several_where_they_are_allowed() {
    let (scene, _, _, id) =
        asked(json!({ "votersCount": 2, "anyOf": [option("Dawn", Some(2)), option("Dusk", Some(1))] })).await;
    let path = format!("/@bob@peer.test/{id}");
    let action = format!("{path}/vote");
    let mut form = scene.ada.form(&path, &action).await;
    form.fields = vec![("choice".to_owned(), "0".to_owned()), ("choice".to_owned(), "1".to_owned())];
    let page = scene.ada.submit(form).await;
    assert!(page.says("100 % · 3 votes") && page.says("67 % · 2 votes") && page.says("3 people"), "{}", page.text());
    scene.world().clock().advance(HOUR);
    let eve = scene.a.person("eve").await.page(&path).await;
    assert!(eve.form(&action).is_none() && eve.says("Over since"), "{}", eve.text());
}
