//! Every answer to an app is held against what the description says it is, and against what the strictest
//! apps insist on.

use cyanotype::http::api::{Route, describe, table};
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// The description, as every server gives it.
static DESCRIBED: LazyLock<Value> = LazyLock::new(|| describe("https://a.test"));
static TABLE: LazyLock<Vec<Route>> = LazyLock::new(table);
/// What apps reject an answer for, by the names of entities.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../fixtures/apps/strict.json");
    serde_json::from_str(text).expect("JSON")
});
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The row of the table that answers this path.
pub fn route(method: &Method, path: &str) -> Option<&'static Route> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let open = |route: &Route| route.path.matches('{').count();
    let fits = |route: &Route| {
        let known: Vec<&str> = route.path.split('/').collect();
        known.len() == parts.len() && known.iter().zip(&parts).all(|(a, b)| a.starts_with('{') || a == b)
    };
    TABLE.iter().filter(|route| route.method == *method && fits(route)).min_by_key(|route| open(route))
}

/// What a route says it answers.
fn described(route: &Route) -> &'static Value {
    let operation = &DESCRIBED["paths"][route.path][route.method.as_str().to_lowercase()];
    &operation["responses"]["200"]["content"]["application/json"]["schema"]
}

/// The entity an answer is, or is a list of.
fn entity(schema: &Value) -> Option<(&str, bool)> {
    fn name(schema: &Value) -> Option<&str> {
        schema["$ref"].as_str()?.rsplit('/').next()
    }
    name(schema).map(|name| (name, false)).or_else(|| Some((name(&schema["items"])?, true)))
}

fn validator(name: &str, schema: impl FnOnce() -> Value) -> Arc<Validator> {
    let mut known = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = || Arc::new(jsonschema::validator_for(&schema()).unwrap_or_else(|error| panic!("{name}: {error}")));
    known.entry(name.to_owned()).or_insert_with(made).clone()
}

fn hold(validator: &Validator, body: &Value, what: &str) {
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{body:#}");
}

/// Fails where an answer is not what it should be.
pub fn check(method: &Method, path: &str, status: u16, body: &Value) {
    // What streams is no document.
    let told = |route: &&Route| route.answer.is_some() && !route.path.contains("/streaming");
    let Some(route) = route(method, path).filter(told) else { return };
    let name = format!("{} {}", route.method, route.path);
    if status >= 400 {
        let own = || json!({ "$ref": "#/components/schemas/Error", "components": DESCRIBED["components"] });
        hold(&validator("Error", own), body, &format!("{method} {path}: {status}"));
        return;
    }
    let schema = described(route);
    let own = || {
        let mut whole = schema.clone();
        whole["components"] = DESCRIBED["components"].clone();
        whole
    };
    hold(&validator(&name, own), body, &format!("{method} {path}, as described"));
    let Some((entity, many)) = entity(schema).filter(|(entity, _)| STRICT["$defs"][entity].is_object()) else { return };
    let strict = || {
        let one = json!({ "$ref": format!("#/$defs/{entity}") });
        let mut whole = if many { json!({ "type": "array", "items": one }) } else { one };
        whole["$defs"] = STRICT["$defs"].clone();
        whole
    };
    hold(
        &validator(&format!("{entity}, strictly, many: {many}"), strict),
        body,
        &format!("{method} {path}, as apps read it"),
    );
}

/// Names of what apps insist on.
pub fn strict_entities() -> Vec<String> {
    STRICT["$defs"].as_object().expect("an object").keys().cloned().collect()
}
