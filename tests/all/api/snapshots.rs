//! Every key of every entity, for the owner, a stranger and nobody, as `tests/fixtures/apps/entities.txt` has them.
//!
//! Every documented endpoint is called by the three. Where something was changed on purpose, the file is written
//! anew with `CYANOTYPE_WRITE_SNAPSHOTS=1` in the environment, and its changes are to be looked at.

use super::described::Known;
use crate::support::*;
use cyanotype::service::limits;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Only described: what is answered is one of the entities they stand for, or is told by the tests named.
const NEVER: &[(&str, &str)] =
    &[("Error", "every_refusal_has_the_same_shape"), ("PostedStatus", "stands for Status and ScheduledStatus")];

/// Entity, who looks, key: the kinds of what was seen there.
type Seen = BTreeMap<String, BTreeMap<&'static str, BTreeMap<String, BTreeSet<&'static str>>>>;

struct Book {
    entities: Value,
    seen: Seen,
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
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
                let keys: BTreeMap<String, Value> = keys.into_iter().map(|(k, v)| (k.to_owned(), v.clone())).collect();
                for (key, value) in object {
                    if let Some(name) = &name {
                        let of = self.seen.entry(name.clone()).or_default().entry(who).or_default();
                        of.entry(key.clone()).or_default().insert(kind(value));
                    }
                    let below = keys.get(key).unwrap_or(&schema["additionalProperties"]).clone();
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

#[tokio::test]
async fn every_entity_has_its_keys_for_owner_stranger_and_nobody() {
    let server = Server::start("a.test").await;
    let known = Known::of(&server).await;
    let (nobody, stranger) = (Api::nobody(&server), Api::of(&server.person("eve").await).await);
    let document = nobody.get("/api/openapi.json").await.fine();
    let mut book = Book { entities: document["components"]["schemas"].clone(), seen: BTreeMap::new() };
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
