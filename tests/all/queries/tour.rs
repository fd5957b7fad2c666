//! Everything a server answers, asked once: each endpoint of the API, each page and form, each document, and a
//! delivery of each kind of activity.

use super::many;
use crate::api::described::Known;
use crate::support::statements::{self, Asked};
use crate::support::*;
use crate::visibility::routes::{ROWS, is_for_apps};
use cyanotype::service::{housekeeping, limits, sessions};
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// A server with something of everything in it, and who asks it.
pub struct Tour {
    server: Server,
    _peer: Peer,
    bob: Actor,
    known: Known,
    /// Ada's, for bob.
    follow: Value,
    id: String,
}

/// Statements that are asked on the way through everything.
pub async fn statements() -> Vec<Asked> {
    let tour = Tour::begin().await;
    let statements = statements::collect(&tour.server.app);
    tour.activities().await;
    let (_, answered) = tour.known.call_everything(&tour.server).await;
    assert!(answered.len() > 100, "{answered:?}");
    tour.lists().await;
    tour.pages().await;
    tour.server.quiet().await;
    housekeeping::run(&tour.server.app).await;
    // Documents were asked for at addresses that nobody is told.
    tour.server.front.take_problems();
    statements.lock().unwrap().values().cloned().collect()
}

/// A server with very many rows.
pub async fn filled() -> Server {
    let tour = Tour::begin().await;
    tour.activities().await;
    many::fill(&tour.server.data.address()).await;
    tour.server
}

impl Tour {
    async fn begin() -> Self {
        let world = World::new(["a.test", "peer.test"]).await;
        let (peer, server) = (world.peer("peer.test"), world.server("a.test").await);
        let known = Known::of(&server).await;
        let bob = peer.actor("bob");
        known.ada.follow(&bob.handle()).await;
        let (follow, id) = (peer.expect("Follow").await, server.actor_id("ada").await);
        Self { server, _peer: peer, bob, known, follow, id }
    }

    /// Every kind that is understood, as the program has them.
    fn kinds() -> BTreeSet<&'static str> {
        let source = include_str!("../../../src/activitypub/vocab/activity.rs");
        let names = source.split("fn from_name").nth(1).unwrap().split("other =>").next().unwrap();
        names.split('"').skip(1).step_by(2).collect()
    }

    /// A delivery of each kind, and what it leads to.
    async fn activities(&self) {
        let (bob, ada, post) = (&self.bob, self.id.as_str(), self.known.post.id.as_str());
        let note = bob.note("Fog #fog");
        let picture = bob.photo_note("A lake #fog", "photo-lake.jpg", "A lake");
        let mut letter = bob.note("For you alone");
        letter["to"] = json!([ada]);
        letter["cc"] = json!([]);
        letter["tag"] = json!([{ "type": "Mention", "href": ada, "name": "@ada@a.test" }]);
        let mut quote = bob.note("Look at this");
        quote["quote"] = post.into();
        bob.serve(&quote);
        let (like, boost) = (bob.activity("Like", post), bob.activity("Announce", post));
        let (follow, block) = (bob.activity("Follow", ada), bob.activity("Block", ada));
        let with = |mut activity: Value, name: &str, value: Value| {
            activity[name] = value;
            activity
        };
        let featured = json!(format!("{}/featured", bob.id));
        let asked = vec![
            bob.activity("Accept", self.follow.clone()),
            follow.clone(),
            bob.create(&note),
            bob.create(&picture),
            bob.create(&letter),
            bob.create(&bob.reply_note("An answer", post, ada)),
            bob.create(&quote),
            with(bob.activity("QuoteRequest", post), "instrument", quote["id"].clone()),
            like.clone(),
            bob.activity("EmojiReact", post),
            boost.clone(),
            bob.update(&note, "Changed"),
            bob.activity("Update", bob.document()),
            with(bob.activity("Add", note["id"].clone()), "target", featured.clone()),
            with(bob.activity("Remove", note["id"].clone()), "target", featured),
            bob.activity("Announce", picture["id"].clone()),
            with(bob.activity("Flag", json!([ada, post])), "content", "Rude".into()),
            bob.activity("Undo", like),
            bob.activity("Undo", boost),
            bob.activity("Undo", follow.clone()),
            bob.activity("Delete", picture["id"].clone()),
            with(bob.activity("Move", bob.id.as_str()), "target", format!("{}-else", bob.id).into()),
            bob.activity("Undo", block.clone()),
            block,
            bob.activity("Reject", self.follow.clone()),
        ];
        let told: BTreeSet<&str> = asked.iter().map(|activity| activity["type"].as_str().unwrap()).collect();
        assert!(Self::kinds().is_subset(&told), "not told: {:?}", Self::kinds().difference(&told));
        for activity in asked {
            self.later().await;
            bob.tell(&self.server.url("/ap/inbox"), &activity).await;
            self.server.quiet().await;
        }
        // So that there is a follow again.
        bob.tell(&self.server.url("/ap/inbox"), &bob.activity("Follow", ada)).await;
        self.server.quiet().await;
    }

    /// Whoever calls may call again, and nothing is on its way whose date would be an old one.
    async fn later(&self) {
        self.server.quiet().await;
        self.server.world.clock().advance(limits::CALLS_WINDOW);
    }

    /// Lists further down and from below, which are asked for in other words.
    async fn lists(&self) {
        let paged = cyanotype::http::api::table().into_iter().filter(|route| route.pages);
        let (api, middle) = (&self.known.api, &self.known.post.number);
        for route in paged {
            self.later().await;
            let path = self.known.fill(route.path);
            for part in ["max_id", "min_id", "since_id"] {
                let said = api.get(&format!("{path}?{part}={middle}")).await;
                assert!(said.status < 500, "{path}: {}", said.text);
            }
        }
    }

    async fn newest(&self, table: &str, column: &str) -> String {
        let db = &self.server.app.db.read;
        let sql = format!("SELECT CAST(MAX({column}) AS TEXT) AS n FROM {table}");
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
        row.try_get::<Option<String>>("", "n").unwrap().unwrap_or_else(|| "1".to_owned())
    }

    /// What the places of paths stand for.
    async fn places(&self, post: &str) -> HashMap<&'static str, String> {
        let api = &self.known.api;
        let letter = [("status", "Only @bob"), ("visibility", "direct")];
        let letter = api.post("/api/v1/statuses", &letter).await.fine()["id"].as_str().unwrap().to_owned();
        let draft = self.known.ada.draft(&["orientation-1.jpg"]).await;
        let photo = self.known.ada.form(&draft, &draft).await.values("photo")[0].to_owned();
        let link = sessions::make_link(&self.server.app, sessions::OWNER_LINK, None).await.unwrap();
        HashMap::from([
            ("{conversation}", letter),
            ("{draft}", draft.rsplit('/').next().unwrap().to_owned()),
            ("{photo}", photo),
            ("{link}", link),
            ("{tag}", "fog".to_owned()),
            ("{quote}", self.newest("quote", "id").await),
            ("{stamp}", self.newest("quote", "id").await),
            ("{report}", self.newest("report", "id").await),
            ("{version}", "2.1".to_owned()),
            ("{*path}", "css/base.css".to_owned()),
            ("{file}", format!("{}.jpg", self.newest("rendition", "key").await)),
            ("/users/{id}", format!("/users/{}", self.id.rsplit('/').next().unwrap())),
            ("/posts/{id}", format!("/posts/{post}")),
            ("/activities/{id}", format!("/activities/{}", self.newest("activity", "id").await)),
            ("/sessions/{id}", format!("/sessions/{}", self.newest("session", "id").await)),
            ("/apps/{id}", format!("/apps/{}", self.newest("application", "id").await)),
            ("/emoji/{id}", format!("/emoji/{}", self.newest("emoji", "id").await)),
        ])
    }

    /// Every page, form and document.
    async fn pages(&self) {
        let hers = self.known.ada.post_photo("orientation-1.jpg", "Hers #fog").await.number;
        let his = self.known.bobs.post_photo("orientation-2.jpg", "His #fog").await.number;
        let places = self.places(&hers).await;
        let targets = [("ada", &hers), ("bob", &his), ("bob@peer.test", &his)];
        let (mut gets, mut posts): (Vec<&str>, Vec<&str>) =
            ROWS.iter().map(|(route, _)| *route).filter(|r| !is_for_apps(r)).partition(|r| r.starts_with("GET "));
        gets.retain(|route| !route.contains("inbox"));
        // What ends something comes last.
        posts.sort_by_key(|route| ["sign-out", "/end", "delete", "password"].iter().any(|end| route.contains(end)));
        posts.retain(|route| !route.contains("inbox") && *route != "POST /settings/delete");
        posts.push("POST /settings/delete");
        for route in gets.into_iter().chain(posts) {
            self.later().await;
            let (method, path) = route.split_once(' ').unwrap();
            for (acct, post) in targets {
                let mut path = path.replace("{acct}", acct).replace("{post}", post);
                for (place, what) in &places {
                    path = path.replace(place, what);
                }
                assert!(!path.contains('{'), "what stands for the place in {path}?");
                self.ask(method, &path, post).await;
                if !route.contains("{acct}") {
                    break;
                }
            }
        }
    }

    async fn ask(&self, method: &str, path: &str, post: &str) {
        let ada = &self.known.ada;
        if method == "GET" {
            for query in ["", &*format!("?before={post}"), "?page=true", "?page=1", "?tab=albums", QUERY] {
                let path = format!("{path}{query}");
                let answer = ada.request(Method::GET, &path, Default::default(), Vec::new()).await;
                assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
                let (signed, _) = self.bob.get(&self.server.url(&path)).await;
                let unsigned = self.server.ask(&path, "application/activity+json").await.status();
                assert!(signed < 500 && unsigned.as_u16() < 500, "{path}");
            }
            return;
        }
        for multipart in [false, true] {
            let fields = fields(post).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let action = path.to_owned();
            let form = Form { action, method: "post".to_owned(), multipart, fields, files: Vec::new() };
            let answer = ada.send(form).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
        }
        self.server.quiet().await;
    }
}

/// Questions of several pages at once.
const QUERY: &str = "?q=fog&resource=acct:ada@a.test&uri=https://a.test/@ada&acct=bob";

/// Fields of all forms at once: each takes those it knows.
fn fields(post: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("acct", "bob"),
        ("answer", "allow"),
        ("caption", "Words #fog with @bob"),
        ("category", "spam"),
        ("choice", "0"),
        ("comment", "Rude"),
        ("current", PASSWORD),
        ("display_name", "Ada"),
        ("do", "post"),
        ("email", "new@mail.example"),
        ("handle", "@carol@peer.test"),
        ("home", "all"),
        ("language", "en"),
        ("length", "3600"),
        ("login", "ada"),
        ("name", "ada"),
        ("new", "five quiet words are here"),
        ("password", PASSWORD),
        ("post", post),
        ("text", "Hello @bob #fog"),
        ("to", "bob"),
        ("username", "newcomer"),
        ("visibility", "public"),
    ]
}
