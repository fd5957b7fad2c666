//! How one stands to others, and what one does about it in an app.

use crate::support::*;
use reqwest::Method;
use serde_json::{Value, json};

/// Our server with two people, each with her app and her id.
struct Pair {
    server: Server,
    ada: Person,
    bea: Person,
    her: Api,
    other: Api,
    ada_id: String,
    bea_id: String,
}

pub async fn id_of(api: &Api) -> String {
    api.get("/api/v1/accounts/verify_credentials").await.fine()["id"].as_str().unwrap().to_owned()
}

impl Pair {
    async fn new() -> Self {
        let server = Server::start("a.test").await;
        let ada = server.owner("ada").await;
        let bea = server.person("bea").await;
        let (her, other) = (Api::of(&ada).await, Api::of(&bea).await);
        let (ada_id, bea_id) = (id_of(&her).await, id_of(&other).await);
        Self { server, ada, bea, her, other, ada_id, bea_id }
    }

    /// Ada does something with bea: `follow`, `mute`, …
    async fn deed(&self, deed: &str, form: &[(&str, &str)]) -> Value {
        self.her.post(&format!("/api/v1/accounts/{}/{deed}", self.bea_id), form).await.fine()
    }

    async fn standing(&self, api: &Api, id: &str) -> Value {
        api.get(&format!("/api/v1/accounts/relationships?id[]={id}")).await.fine()[0].clone()
    }

    async fn home(&self) -> Vec<Value> {
        self.server.quiet().await;
        self.her.get("/api/v1/timelines/home").await.fine().as_array().unwrap().clone()
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|account| account["acct"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_relationship_has_every_key() {
    let pair = Pair::new().await;
    let said = pair.standing(&pair.her, &pair.bea_id).await;
    let expected = json!({
        "id": pair.bea_id, "following": false, "showing_reblogs": false, "notifying": false, "languages": null,
        "followed_by": false, "blocking": false, "blocked_by": false, "muting": false, "muting_notifications": false,
        "muting_expires_at": null, "requested": false, "requested_by": false, "domain_blocking": false,
        "endorsed": false, "note": "", "following_since": null,
    });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn somebody_is_followed_as_one_likes_and_let_go() {
    let pair = Pair::new().await;
    let said = pair.deed("follow", &[]).await;
    assert_eq!(
        (&said["following"], &said["showing_reblogs"], &said["notifying"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert!(said["following_since"].is_string() && said["languages"].is_null());
    let said = pair.deed("follow", &[("reblogs", "false"), ("notify", "true"), ("languages[]", "de")]).await;
    assert_eq!((&said["showing_reblogs"], &said["notifying"]), (&json!(false), &json!(true)));
    assert_eq!(said["languages"], json!(["de"]));
    let said = pair.deed("follow", &[("notify", "0")]).await;
    assert_eq!(
        (&said["showing_reblogs"], &said["notifying"]),
        (&json!(false), &json!(false)),
        "what is not said stays"
    );
    let body = json!({ "reblogs": true, "languages": [] });
    let path = format!("/api/v1/accounts/{}/follow", pair.bea_id);
    let said = pair.her.json(Method::POST, &path, &body).await.fine();
    assert_eq!((&said["showing_reblogs"], &said["languages"]), (&json!(true), &Value::Null), "all of them again");
    assert_eq!(pair.standing(&pair.other, &pair.ada_id).await["followed_by"], true);
    let said = pair.deed("unfollow", &[]).await;
    assert_eq!((&said["following"], &said["showing_reblogs"]), (&json!(false), &json!(false)));
    let own = format!("/api/v1/accounts/{}/follow", pair.ada_id);
    assert_eq!(pair.her.post(&own, &[]).await.status, 422, "nobody follows herself");
    assert_eq!(pair.her.post("/api/v1/accounts/99/follow", &[]).await.status, 404);
}

#[tokio::test]
async fn boosts_come_home_only_as_long_as_one_wants_them() {
    let pair = Pair::new().await;
    let cleo = pair.server.person("cleo").await;
    let (first, second) =
        (cleo.post_photo("orientation-1.jpg", "First").await, cleo.post_photo("orientation-1.jpg", "Second").await);
    pair.deed("follow", &[]).await;
    pair.bea.boost(&first.path).await;
    assert_eq!(pair.home().await.len(), 1);
    pair.deed("follow", &[("reblogs", "false")]).await;
    assert!(pair.home().await.is_empty(), "those that came go");
    pair.bea.boost(&second.path).await;
    assert!(pair.home().await.is_empty(), "and no others come");
    pair.bea.post_photo("orientation-1.jpg", "Her own").await;
    assert_eq!(pair.home().await.len(), 1);
}

#[tokio::test]
async fn posts_in_other_languages_stay_out_of_home_where_one_says_so() {
    let pair = Pair::new().await;
    pair.deed("follow", &[("languages[]", "de"), ("languages[]", "pt-BR")]).await;
    pair.bea.post_photo("orientation-1.jpg", "In English").await;
    assert!(pair.home().await.is_empty());
    pair.deed("follow", &[("languages[]", "en-GB")]).await;
    pair.bea.post_photo("orientation-1.jpg", "In English too").await;
    assert_eq!(pair.home().await.len(), 1);
}

#[tokio::test]
async fn each_post_of_somebody_is_told_to_whoever_asked_for_it() {
    let pair = Pair::new().await;
    pair.deed("follow", &[]).await;
    pair.bea.post_photo("orientation-1.jpg", "Not told").await;
    pair.server.quiet().await;
    pair.deed("follow", &[("notify", "true")]).await;
    let post = pair.bea.post_photo("orientation-1.jpg", "Told").await;
    pair.bea.reply(&post.path, "An answer is not").await;
    pair.server.quiet().await;
    let page = pair.ada.notifications().await;
    assert_eq!(page.html.matches(">posted<").count(), 1, "{}", page.text());
}

#[tokio::test]
async fn a_block_is_listed_and_taken_back() {
    let pair = Pair::new().await;
    pair.bea.follow("@ada@a.test").await;
    pair.deed("follow", &[]).await;
    let said = pair.deed("block", &[]).await;
    assert_eq!(
        (&said["blocking"], &said["following"], &said["followed_by"]),
        (&json!(true), &json!(false), &json!(false))
    );
    assert_eq!(pair.standing(&pair.other, &pair.ada_id).await["blocked_by"], true);
    assert_eq!(names(&pair.her.get("/api/v1/blocks").await.fine()), ["bea"]);
    assert_eq!(names(&pair.other.get("/api/v1/blocks").await.fine()), [""; 0], "the other's list is hers");
    let own = format!("/api/v1/accounts/{}", pair.ada_id);
    assert_eq!(pair.other.get(&own).await.status, 404, "who blocks her is not there");
    assert_eq!(pair.other.post(&format!("{own}/follow"), &[]).await.status, 404);
    assert_eq!(pair.her.get(&format!("/api/v1/accounts/{}", pair.bea_id)).await.status, 200, "to be let in again");
    assert_eq!(pair.other.post(&format!("{own}/block"), &[]).await.status, 200, "she can keep the other out too");
    assert_eq!(names(&pair.her.get("/api/v1/blocks").await.fine()), ["bea"], "who blocks her too is listed");
    pair.other.post(&format!("{own}/unblock"), &[]).await.fine();
    assert_eq!(pair.deed("unblock", &[]).await["blocking"], false);
    assert_eq!(pair.her.get("/api/v1/blocks").await.fine(), json!([]));
}

#[tokio::test]
async fn lists_of_those_kept_out_are_paged_by_the_blocks_and_mutes() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let mut ids = Vec::new();
    for name in ["bea", "cleo", "dora"] {
        server.person(name).await;
        ids.push(
            ada.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned(),
        );
    }
    // The last to sign up is the first to be kept out.
    for id in ids.iter().rev() {
        ada.post(&format!("/api/v1/accounts/{id}/block"), &[]).await.fine();
        ada.post(&format!("/api/v1/accounts/{id}/mute"), &[]).await.fine();
    }
    for list in ["blocks", "mutes"] {
        let walked = Value::Array(ada.walk(&format!("/api/v1/{list}?limit=1")).await);
        assert_eq!(names(&walked), ["bea", "cleo", "dora"], "{list}");
    }
}

#[tokio::test]
async fn a_mute_ends_when_its_time_is_over() {
    let pair = Pair::new().await;
    pair.deed("follow", &[]).await;
    pair.bea.post_photo("orientation-1.jpg", "Loud").await;
    assert_eq!(pair.home().await.len(), 1);
    let said = pair.deed("mute", &[("duration", "3600"), ("notifications", "false")]).await;
    assert_eq!((&said["muting"], &said["muting_notifications"]), (&json!(true), &json!(false)));
    assert!(pair.home().await.is_empty());
    let muted = pair.her.get("/api/v1/mutes").await.fine();
    assert_eq!(names(&muted), ["bea"]);
    assert_eq!(muted[0]["mute_expires_at"], said["muting_expires_at"]);
    assert_eq!(said["muting_expires_at"].as_str().unwrap().len(), 24);
    pair.server.world.clock().advance(3_601_000);
    assert_eq!(pair.standing(&pair.her, &pair.bea_id).await["muting"], false);
    assert_eq!(pair.her.get("/api/v1/mutes").await.fine(), json!([]));
    assert_eq!(pair.home().await.len(), 1);
}

#[tokio::test]
async fn a_mute_without_an_end_says_so_and_is_taken_back() {
    let pair = Pair::new().await;
    for duration in ["0", "", "-5", "99999999999999"] {
        let said = pair.deed("mute", &[("duration", duration)]).await;
        assert_eq!((&said["muting"], &said["muting_expires_at"]), (&json!(true), &Value::Null), "{duration}");
        assert_eq!(said["muting_notifications"], true, "unless she says otherwise");
    }
    assert_eq!(pair.her.get("/api/v1/mutes").await.fine()[0]["mute_expires_at"], Value::Null);
    assert_eq!(pair.deed("unmute", &[]).await["muting"], false);
}

#[tokio::test]
async fn a_note_is_kept_for_its_writer_alone() {
    let pair = Pair::new().await;
    assert_eq!(pair.deed("note", &[("comment", "Met in Faro")]).await["note"], "Met in Faro");
    assert_eq!(pair.standing(&pair.her, &pair.bea_id).await["note"], "Met in Faro");
    assert_eq!(pair.standing(&pair.other, &pair.ada_id).await["note"], "");
    assert_eq!(pair.deed("note", &[("comment", "")]).await["note"], "", "an empty one goes");
    let long = "x".repeat(2_001);
    let path = format!("/api/v1/accounts/{}/note", pair.bea_id);
    assert_eq!(pair.her.post(&path, &[("comment", &long)]).await.status, 422);
}

#[tokio::test]
async fn people_one_follows_are_shown_on_ones_profile() {
    let pair = Pair::new().await;
    let path = format!("/api/v1/accounts/{}/endorse", pair.bea_id);
    assert_eq!(pair.her.post(&path, &[]).await.status, 422, "only whom she follows");
    pair.deed("follow", &[]).await;
    assert_eq!(pair.deed("endorse", &[]).await["endorsed"], true);
    let shown = format!("/api/v1/accounts/{}/endorsements", pair.ada_id);
    assert_eq!(names(&Api::nobody(&pair.server).get(&shown).await.fine()), ["bea"]);
    assert_eq!(names(&pair.her.get("/api/v1/endorsements").await.fine()), ["bea"]);
    assert_eq!(pair.deed("unpin", &[]).await["endorsed"], false, "by its older name");
    assert_eq!(pair.deed("pin", &[]).await["endorsed"], true);
    pair.deed("unfollow", &[]).await;
    assert_eq!(pair.her.get("/api/v1/endorsements").await.fine(), json!([]), "it ends with the follow");
}

#[tokio::test]
async fn a_follower_is_sent_away() {
    let pair = Pair::new().await;
    pair.bea.follow("@ada@a.test").await;
    assert_eq!(pair.standing(&pair.her, &pair.bea_id).await["followed_by"], true);
    assert_eq!(pair.deed("remove_from_followers", &[]).await["followed_by"], false);
    assert_eq!(pair.her.get(&format!("/api/v1/accounts/{}/followers", pair.ada_id)).await.fine(), json!([]));
}

#[tokio::test]
async fn requests_to_follow_are_listed_and_answered() {
    let pair = Pair::new().await;
    let cleo = pair.server.person("cleo").await;
    pair.her.form(Method::PATCH, "/api/v1/accounts/update_credentials", &[("locked", "true")]).await.fine();
    for person in [&pair.bea, &cleo] {
        person.follow("@ada@a.test").await;
    }
    assert_eq!(pair.standing(&pair.other, &pair.ada_id).await["requested"], true);
    assert_eq!(pair.standing(&pair.her, &pair.bea_id).await["requested_by"], true);
    let waiting = pair.her.get("/api/v1/follow_requests").await.fine();
    assert_eq!(names(&waiting), ["cleo", "bea"], "the last first");
    let me = pair.her.get("/api/v1/accounts/verify_credentials").await.fine();
    assert_eq!(me["source"]["follow_requests_count"], 2);
    let answer = async |id: &Value, deed: &str| {
        pair.her.post(&format!("/api/v1/follow_requests/{}/{deed}", id.as_str().unwrap()), &[]).await
    };
    let said = answer(&waiting[1]["id"], "authorize").await.fine();
    assert_eq!(
        (&said["id"], &said["followed_by"], &said["requested_by"]),
        (&waiting[1]["id"], &json!(true), &json!(false))
    );
    assert_eq!(answer(&waiting[0]["id"], "reject").await.fine()["followed_by"], false);
    assert_eq!(answer(&waiting[0]["id"], "authorize").await.status, 404, "nobody asks any more");
    assert_eq!(pair.her.get("/api/v1/follow_requests").await.fine(), json!([]));
}

#[tokio::test]
async fn somebody_elsewhere_is_asked_and_told_when_she_is_let_go() {
    let scene = Scene::new().await;
    let api = Api::of(&scene.ada).await;
    let found = api.get(&format!("/api/v1/accounts/search?q={}&resolve=true", scene.bob.acct())).await.fine();
    let bob = found[0]["id"].as_str().unwrap().to_owned();
    let deed = async |deed: &str| api.post(&format!("/api/v1/accounts/{bob}/{deed}"), &[]).await.fine();
    let said = deed("follow").await;
    assert_eq!((&said["following"], &said["requested"]), (&json!(false), &json!(true)));
    assert_eq!(said["showing_reblogs"], true);
    let follow = scene.peer.expect("Follow").await;
    scene.heard(&scene.bob.activity("Accept", follow)).await;
    let standing = api.get(&format!("/api/v1/accounts/relationships?id={bob}")).await.fine();
    assert_eq!((&standing[0]["following"], &standing[0]["requested"]), (&json!(true), &json!(false)));
    assert_eq!(deed("unfollow").await["following"], false);
    assert_eq!(scene.peer.expect("Undo").await["object"]["type"], "Follow");
}

#[tokio::test]
async fn followers_whom_one_follows_too_are_named() {
    let server = Server::start("a.test").await;
    let ada = Api::of(&server.owner("ada").await).await;
    let mut ids = Vec::new();
    let mut apps = Vec::new();
    for name in ["bea", "cleo", "dora", "ella"] {
        let api = Api::of(&server.person(name).await).await;
        ids.push(id_of(&api).await);
        apps.push(api);
    }
    let follow = async |api: &Api, whom: &str| api.post(&format!("/api/v1/accounts/{whom}/follow"), &[]).await.fine();
    // Ada follows bea and cleo; they and dora follow ella.
    for whom in &ids[..2] {
        follow(&ada, whom).await;
    }
    for api in &apps[..3] {
        follow(api, &ids[3]).await;
    }
    let asked = format!("/api/v1/accounts/familiar_followers?id[]={}&id[]={}", ids[3], ids[0]);
    let said = ada.get(&asked).await.fine();
    assert_eq!((&said[0]["id"], &said[1]["id"]), (&json!(ids[3]), &json!(ids[0])), "in the order asked for");
    assert_eq!(names(&said[0]["accounts"]), ["cleo", "bea"]);
    assert_eq!(said[1]["accounts"], json!([]));
    let hide = [("hide_collections", "true")];
    apps[1].form(Method::PATCH, "/api/v1/accounts/update_credentials", &hide).await.fine();
    assert_eq!(names(&ada.get(&asked).await.fine()[0]["accounts"]), ["bea"], "cleo hides whom she follows");
}

#[tokio::test]
async fn several_people_are_asked_for_at_once() {
    let pair = Pair::new().await;
    let asked = format!("/api/v1/accounts?id[]={}&id[]=99&id[]={}", pair.bea_id, pair.ada_id);
    let nobody = Api::nobody(&pair.server);
    assert_eq!(nobody.get(&asked).await.ids(), [&*pair.bea_id, &*pair.ada_id]);
    pair.deed("block", &[]).await;
    assert_eq!(pair.other.get(&asked).await.ids(), [&*pair.bea_id], "who blocks her is left out");
    assert_eq!(pair.her.get(&asked).await.ids(), [&*pair.bea_id, &*pair.ada_id]);
}

#[tokio::test]
async fn people_are_found_by_the_start_of_their_names() {
    let scene = Scene::following().await;
    for name in ["bea", "beatrix", "cleo"] {
        scene.a.person(name).await;
    }
    let api = Api::of(&scene.ada).await;
    let found = async |query: &str| {
        let said = api.get(&format!("/api/v1/accounts/search?{query}")).await.fine();
        said.as_array().unwrap().iter().map(|a| a["acct"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("q=bea").await, ["bea", "beatrix"], "the whole name first");
    assert_eq!(found("q=@be").await, ["bea", "beatrix"]);
    assert_eq!(found("q=b&limit=1").await, ["bob@peer.test"], "those she follows first");
    assert_eq!(found("q=b&limit=1&offset=1").await, ["bea"]);
    assert_eq!(found("q=bea&limit=1&offset=1").await, ["beatrix"], "nobody twice, nobody left out");
    assert_eq!(found("q=b&following=true").await, ["bob@peer.test"]);
    assert_eq!(found("q=bob@pe").await, ["bob@peer.test"]);
    assert_eq!(found("q=BOB@peer.test").await, ["bob@peer.test"]);
    assert_eq!(found("q=bea@a.test").await, ["bea"]);
    assert_eq!(found("q=").await, [""; 0]);
    assert_eq!(found("q=nobody@nowhere.test&resolve=true").await, [""; 0], "a server that is not there is no error");
    let cleo = api.get("/api/v1/accounts/lookup?acct=cleo").await.fine()["id"].as_str().unwrap().to_owned();
    api.post(&format!("/api/v1/accounts/{cleo}/block"), &[]).await.fine();
    assert_eq!(found("q=cle").await, [""; 0], "whom she blocks is not offered");
    assert_eq!(found("q=cleo").await, ["cleo"], "and is found by her whole name, to be let in again");
}

#[tokio::test]
async fn whoever_hides_whom_she_follows_is_seen_by_herself_alone() {
    let pair = Pair::new().await;
    pair.deed("follow", &[]).await;
    let lists =
        [format!("/api/v1/accounts/{}/following", pair.ada_id), format!("/api/v1/accounts/{}/followers", pair.bea_id)];
    for list in &lists {
        assert_eq!(pair.other.get(list).await.fine().as_array().unwrap().len(), 1);
    }
    for api in [&pair.her, &pair.other] {
        let hide = [("hide_collections", "true")];
        let said = api.form(Method::PATCH, "/api/v1/accounts/update_credentials", &hide).await.fine();
        assert_eq!((&said["hide_collections"], &said["source"]["hide_collections"]), (&json!(true), &json!(true)));
    }
    assert_eq!(pair.other.get(&lists[0]).await.fine(), json!([]));
    assert_eq!(pair.her.get(&lists[0]).await.fine().as_array().unwrap().len(), 1, "herself");
    assert_eq!(pair.her.get(&lists[1]).await.fine(), json!([]));
    let page = pair.server.visitor().page("/@ada/following").await;
    assert!(page.link("/@bea").is_none(), "{}", page.text());
    let actor = pair.server.actor_id("ada").await;
    let (status, collection) = pair.server.document(&format!("{actor}/following")).await;
    assert_eq!((status, &collection["totalItems"], collection.get("first")), (200, &json!(1), None));
    assert_eq!(pair.server.document(&format!("{actor}/following?page=1")).await.0, 404);
}

#[tokio::test]
async fn nothing_of_what_one_did_about_others_outlives_ones_account() {
    use cyanotype::entity::{endorsement, hidden_server, list, list_member, mute, person_note, tag_follow};
    use sea_orm::EntityTrait;
    let pair = Pair::new().await;
    for (deed, form) in [("follow", ("", "")), ("endorse", ("", "")), ("mute", ("", "")), ("note", ("comment", "Hers"))]
    {
        let path = format!("/api/v1/accounts/{}/{deed}", pair.ada_id);
        pair.other.post(&path, &[form]).await.fine();
    }
    pair.other.post("/api/v1/domain_blocks", &[("domain", "peer.test")]).await.fine();
    pair.other.post("/api/v1/tags/fog/follow", &[]).await.fine();
    let list = pair.other.post("/api/v1/lists", &[("title", "Hers")]).await.fine();
    let people = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
    pair.other.post(&people, &[("account_ids[]", &pair.ada_id)]).await.fine();
    pair.deed("note", &[("comment", "About her")]).await;
    let form = pair.bea.form("/settings/delete", "/settings/delete").await.set("name", "bea");
    pair.bea.submit(form.set("password", PASSWORD)).await;
    pair.server.quiet().await;
    let db = &pair.server.app.db.read;
    assert!(endorsement::Entity::find().one(db).await.unwrap().is_none());
    assert!(hidden_server::Entity::find().one(db).await.unwrap().is_none());
    assert!(list::Entity::find().one(db).await.unwrap().is_none());
    assert!(list_member::Entity::find().one(db).await.unwrap().is_none());
    assert!(mute::Entity::find().one(db).await.unwrap().is_none());
    assert!(person_note::Entity::find().one(db).await.unwrap().is_none());
    assert!(tag_follow::Entity::find().one(db).await.unwrap().is_none());
}
