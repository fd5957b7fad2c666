//! What an endpoint takes: in its path, in its query, or in its body.

use super::super::Route;
use axum::http::Method;
use serde_json::{Value, json as value};

/// What stands in the path, and in the query of what is read. (The query is looked at everywhere; a body is the
/// place for what changes something.)
pub fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let in_path = in_path.map(|name| {
        let kind = if name == "id" { "id" } else { "text" };
        value!({ "name": name, "in": "path", "required": true, "schema": schema_of(kind) })
    });
    let in_query = taken(route)
        .filter(|_| route.method == Method::GET)
        .map(|(name, kind)| value!({ "name": name, "in": "query", "required": false, "schema": named(name, kind) }));
    in_path.chain(in_query).collect()
}

/// The body of what changes something: a form, or JSON; multipart where files come.
pub fn body(route: &Route) -> Option<Value> {
    if route.method == Method::GET || taken(route).next().is_none() {
        return None;
    }
    let flat = |files: bool| {
        let shown = taken(route).filter(|(_, kind)| files || *kind != "file");
        let properties: Value = shown.map(|(name, kind)| (name.to_owned(), named(name, kind))).collect();
        value!({ "schema": { "type": "object", "properties": properties } })
    };
    let mut deep = value!({ "type": "object", "properties": {} });
    for (name, kind) in taken(route).filter(|(_, kind)| *kind != "file") {
        let parts: Vec<&str> = name.trim_end_matches("[]").split(['[', ']']).filter(|part| !part.is_empty()).collect();
        put(&mut deep, &parts, named(name, kind));
    }
    let mut content = value!({
        "application/x-www-form-urlencoded": flat(false),
        "application/json": { "schema": deep },
    });
    if route.files > 0 {
        content["multipart/form-data"] = flat(true);
    }
    Some(value!({ "required": false, "content": content }))
}

/// Puts `source[privacy]` where JSON has it: `privacy` in `source`.
fn put(object: &mut Value, path: &[&str], leaf: Value) {
    let [name, rest @ ..] = path else { return };
    let place = &mut object["properties"][*name];
    if rest.is_empty() {
        *place = leaf;
        return;
    }
    if !place.is_object() {
        *place = value!({ "type": "object", "properties": {} });
    }
    put(place, rest, leaf);
}

/// Names and kinds.
fn taken(route: &Route) -> impl Iterator<Item = (&'static str, &'static str)> {
    let pages = ["max_id:id", "since_id:id", "min_id:id", "limit:number"];
    let pages = pages.into_iter().filter(|_| route.pages);
    route.takes.iter().copied().chain(pages).map(|text| text.split_once(':').unwrap_or((text, "text")))
}

fn named(name: &str, kind: &str) -> Value {
    match name.strip_suffix("[]") {
        // Each with names of its own.
        Some(list) if list.ends_with("_attributes") => value!({ "type": "array", "items": { "type": "object" } }),
        Some(_) => value!({ "type": "array", "items": schema_of(kind) }),
        None => schema_of(kind),
    }
}

fn schema_of(kind: &str) -> Value {
    match kind {
        "flag" => value!({ "type": "boolean" }),
        "number" => value!({ "type": "integer" }),
        "id" => value!({ "type": "string", "pattern": "^[0-9]+$" }),
        "time" => value!({ "type": "string", "format": "date-time" }),
        // Bytes (OpenAPI 3.1: nothing is said of their encoding).
        "file" => value!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        _ => value!({ "type": "string" }),
    }
}
