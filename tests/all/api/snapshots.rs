//! Every key of every entity, for the owner, a stranger and nobody, as `tests/fixtures/apps/entities.txt` has them.
//!
//! Every documented endpoint is called by the three. Where something was changed on purpose, the file is written
//! anew with `CYANOTYPE_WRITE_SNAPSHOTS=1` in the environment, and its changes are to be looked at.

use super::described::Known;
use super::entities::kind;
use crate::support::*;
use cyanotype::clock::DAY;
use cyanotype::service::announcements::announce;
use cyanotype::service::{emoji, limits};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Only described: what is answered is one of the entities they stand for, or is told by the tests named.
const NEVER: &[(&str, &str)] = &[
    ("Error", "every_refusal_has_the_same_shape"),
    ("PostedStatus", "stands for Status and ScheduledStatus"),
    ("GivenToken", "stands for Token and RenewableToken"),
    ("RenewableToken", "a_token_is_renewed_and_the_one_before_is_void"),
    ("MediaMeta", "stands for Meta, and for nothing where no size is known"),
    ("Empty", "has no keys"),
    ("String", "domain_blocks and peers are lists of words"),
    ("AccountRole", "nobody has a role that is shown"),
    ("LikedBy", "nobody is singled out among those who like a post"),
    ("Poll", "a_poll_of_another_server_is_told_whole_to_everybody"),
    ("PollOption", "a_poll_of_another_server_is_told_whole_to_everybody"),
    ("TrendsLink", "no links trend"),
];

/// Entity, who looks, key: the kinds of what was seen there.
type Seen = BTreeMap<String, BTreeMap<&'static str, BTreeMap<String, BTreeSet<&'static str>>>>;

struct Book {
    entities: Value,
    seen: Seen,
}

impl Book {
    /// What an entity is described as: its keys, those of its parts included.
    fn keys<'a>(&'a self, schema: &'a Value, into: &mut BTreeMap<&'a str, &'a Value>) {
        if let Some(name) = named(schema) {
            return self.keys(&self.entities[name], into);
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        into.extend(own.map(|(key, value)| (key.as_str(), value)));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.keys(part, into);
        }
    }

    /// Which of several ways to be described this is.
    fn which<'a>(&'a self, ways: &'a [Value], value: &Value) -> Option<&'a Value> {
        let object = value.as_object()?;
        ways.iter().find(|way| {
            let mut keys = BTreeMap::new();
            self.keys(way, &mut keys);
            !keys.is_empty() && keys.keys().all(|key| object.contains_key(*key))
        })
    }

    fn look(&mut self, who: &'static str, schema: &Value, value: &Value) {
        if let Some(ways) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            if let Some(way) = self.which(ways, value).cloned() {
                self.look(who, &way, value);
            }
            return;
        }
        let name = named(schema).map(str::to_owned);
        if let Some(ways) =
            name.as_ref().map(|name| self.entities[name.as_str()].clone()).filter(|s| s["oneOf"].is_array())
        {
            return self.look(who, &ways, value);
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look(who, &schema["items"], item)),
            Value::Object(object) => {
                let mut keys = BTreeMap::new();
                self.keys(schema, &mut keys);
                let more = match &name {
                    Some(name) => &self.entities[name]["additionalProperties"],
                    None => &schema["additionalProperties"],
                };
                let more = more.clone();
                let keys: BTreeMap<String, Value> = keys.into_iter().map(|(k, v)| (k.to_owned(), v.clone())).collect();
                for (key, value) in object {
                    if let Some(name) = &name {
                        let of = self.seen.entry(name.clone()).or_default().entry(who).or_default();
                        of.entry(key.clone()).or_default().insert(kind(value));
                    }
                    let below = keys.get(key).unwrap_or(&more).clone();
                    self.look(who, &below, value);
                }
            }
            _ => {}
        }
    }

    /// The file: a paragraph for every entity, a line for everybody to whom it looks alike.
    fn text(&self) -> String {
        let mut text = String::new();
        for (entity, viewers) in &self.seen {
            text += &format!("{entity}\n");
            let mut lines: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (who, keys) in viewers {
                let kinds = |kinds: &BTreeSet<&str>| kinds.iter().copied().collect::<Vec<_>>().join(" or ");
                let line: Vec<String> = keys.iter().map(|(key, seen)| format!("{key}: {}", kinds(seen))).collect();
                lines.entry(line.join(", ")).or_default().push(who);
            }
            for (line, who) in lines {
                text += &format!("    for {}: {line}\n", who.join(" and "));
            }
        }
        text
    }
}

fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Something of everything there can be.
async fn more(server: &Server, known: &Known) {
    let api = &known.api;
    emoji::add(&server.app, "blob", fixture("alpha.png"), None).await.unwrap();
    let profile = [
        ("display_name", "Ada :blob:"),
        ("fields_attributes[0][name]", "Camera"),
        ("fields_attributes[0][value]", "A box"),
    ];
    api.form(Method::PATCH, "/api/v1/accounts/update_credentials", &profile).await.fine();
    let said = announce(&server.app, "We are away on Sunday", None).await.unwrap();
    api.form(Method::PUT, &format!("/api/v1/announcements/{}/reactions/%F0%9F%91%8D", said.id), &[]).await.fine();
    api.say("With an app").await;
    known.bobs.post_album(&["orientation-1.jpg"], "For @ada", "mentioned", &[]).await;
    let photo = api.upload("orientation-1.jpg", "").await;
    let later = [("status", "Later"), ("media_ids[]", &*photo), ("scheduled_at", "2099-01-01T00:00:00.000Z")];
    let at = cyanotype::activitypub::stamp::write(server.app.now() + DAY);
    let later = later.map(|(name, value)| (name, if name == "scheduled_at" { at.as_str() } else { value }));
    api.post("/api/v1/statuses", &later).await.fine();
    for name in ["fay", "gil"] {
        server.person(name).await.like(&known.post.path).await;
    }
    let dora = server.person("dora").await;
    let id = api.get("/api/v1/accounts/lookup?acct=dora").await.fine()["id"].as_str().unwrap().to_owned();
    api.form(Method::PATCH, "/api/v2/notifications/policy", &[("for_not_following", "filter")]).await.fine();
    dora.like(&known.post.path).await;
    server.quiet().await;
    api.post(&format!("/api/v1/accounts/{id}/mute"), &[]).await.fine();
    let key = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM";
    let push = json!({ "subscription": { "endpoint": "https://push.test/1",
        "keys": { "p256dh": key, "auth": "tBHItJI5svbpez7KI4CCXg" } }, "data": { "alerts": { "mention": true } } });
    api.json(Method::POST, "/api/v1/push/subscription", &push).await.fine();
}

#[tokio::test]
async fn every_entity_has_its_keys_for_owner_stranger_and_nobody() {
    let world = World::new(["a.test", "push.test"]).await;
    let server = world.server_with("a.test", &[("rules", "Be kind.")]).await;
    let known = Known::of(&server).await;
    more(&server, &known).await;
    let (nobody, stranger) = (Api::nobody(&server), Api::of(&server.person("eve").await).await);
    let document = nobody.get("/api/openapi.json").await.fine();
    let mut book = Book { entities: document["components"]["schemas"].clone(), seen: BTreeMap::new() };
    // What takes a parameter of its own, or a scope that apps seldom ask for.
    let whole = Api::with(&known.ada, "profile read").await;
    for path in ["/oauth/userinfo", "/api/v2/notifications?expand_accounts=partial_avatars"] {
        let operation = &document["paths"][path.split('?').next().unwrap()]["get"];
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        book.look("the owner", schema, &whole.get(path).await.fine());
    }
    // What takes something away comes last.
    for method in ["get", "post", "put", "patch", "delete"] {
        for (path, operations) in document["paths"].as_object().unwrap() {
            let operation = &operations[method];
            if operation.is_null() || path.contains("/streaming") {
                continue;
            }
            for (who, api) in [("nobody", &nobody), ("a stranger", &stranger), ("the owner", &known.api)] {
                server.world.clock().advance(limits::CALLS_WINDOW);
                let said = known.call(api, method, path, operation).await;
                if said.status == 200 {
                    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
                    book.look(who, schema, &said.body);
                }
            }
        }
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/apps/entities.txt");
    if std::env::var_os("CYANOTYPE_WRITE_SNAPSHOTS").is_some() {
        std::fs::write(&file, book.text()).unwrap();
    }
    let (kept, now) = (std::fs::read_to_string(file).unwrap(), book.text());
    for (kept, now) in kept.lines().zip(now.lines()) {
        assert_eq!(now, kept, "see the head of this test for how it is changed on purpose");
    }
    assert_eq!(now, kept);
    let unseen: Vec<&String> =
        book.entities.as_object().unwrap().keys().filter(|name| !book.seen.contains_key(*name)).collect();
    let unseen: Vec<_> = unseen.into_iter().filter(|name| NEVER.iter().all(|(known, _)| known != name)).collect();
    assert!(unseen.is_empty(), "never seen: {unseen:#?}");
}
