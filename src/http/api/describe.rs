//! The description of everything there is, made from the table of routes (OpenAPI 3.1).

use super::call::{Answer, Call, json};
use super::{Access, Route, table};
use crate::service::apps::scopes;
use serde_json::{Map, Value, json as value};
use std::collections::BTreeMap;

pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/openapi.json", Access::Free, show)]
}

async fn show(call: Call) -> Answer {
    json(&document(call.urls.origin()))
}

/// The whole document; `origin` is where the server is.
pub fn document(origin: &str) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut entities: BTreeMap<String, Value> = BTreeMap::new();
    for route in table() {
        let operation = operation(&route, &mut entities);
        paths.entry(route.path).or_default().insert(route.method.as_str().to_lowercase(), operation);
    }
    let error = value!({
        "type": "object",
        "required": ["error", "error_description"],
        "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } },
    });
    entities.insert("Error".to_owned(), error);
    let scopes: BTreeMap<&str, &str> = scopes::offered().map(|scope| (scope, scopes::words(scope))).collect();
    value!({
        "openapi": "3.1.0",
        "info": { "title": "Cyanotype", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": origin }],
        "paths": paths,
        "components": {
            "schemas": entities,
            "securitySchemes": { "oauth": { "type": "oauth2", "flows": { "authorizationCode": {
                "authorizationUrl": format!("{origin}/oauth/authorize"),
                "tokenUrl": format!("{origin}/oauth/token"),
                "scopes": scopes,
            } } } },
        },
    })
}

fn operation(route: &Route, entities: &mut BTreeMap<String, Value>) -> Value {
    let answer = match route.answer {
        Some(described) => {
            let mut found = Vec::new();
            let schema = described(&mut found);
            for (name, schema) in found {
                entities.entry(name).or_insert_with(|| whole(serde_json::to_value(schema).unwrap_or_default()));
            }
            serde_json::to_value(schema).unwrap_or_default()
        }
        None => value!({ "type": "object" }),
    };
    let error = value!({ "description": "It did not work.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } } });
    let mut said = value!({
        "parameters": parameters(route),
        "responses": {
            "200": { "description": "It worked.", "content": { "application/json": { "schema": answer } } },
            "default": error,
        },
    });
    let needed: Vec<Value> = route.access.scopes().iter().map(|scope| value!({ "oauth": [scope] })).collect();
    match route.access {
        Access::Free => {}
        Access::Open(_) => said["security"] = needed.into_iter().chain([value!({})]).collect(),
        Access::App(&[]) => said["security"] = value!([{ "oauth": [] }]),
        _ => said["security"] = needed.into(),
    }
    said
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let in_path = in_path.map(|name| {
        value!({ "name": name, "in": "path", "required": true, "schema": schema_of(if name == "id" { "id" } else { "text" }) })
    });
    let pages = ["max_id:id", "since_id:id", "min_id:id", "limit:number"];
    let taken = route.takes.iter().copied().chain(pages.into_iter().filter(|_| route.pages));
    let taken = taken.map(|text| {
        let (name, kind) = text.split_once(':').unwrap_or((text, "text"));
        let schema = match name.ends_with("[]") {
            true => value!({ "type": "array", "items": schema_of(kind) }),
            false => schema_of(kind),
        };
        value!({ "name": name, "in": "query", "required": false, "schema": schema })
    });
    in_path.chain(taken).collect()
}

fn schema_of(kind: &str) -> Value {
    match kind {
        "flag" => value!({ "type": "boolean" }),
        "number" => value!({ "type": "integer" }),
        "id" => value!({ "type": "string", "pattern": "^[0-9]+$" }),
        "time" => value!({ "type": "string", "format": "date-time" }),
        "file" => value!({ "type": "string", "format": "binary" }),
        _ => value!({ "type": "string" }),
    }
}

/// Every key of an entity is always there.
fn whole(mut schema: Value) -> Value {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        schema["required"] = properties.keys().cloned().collect();
    }
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        for part in parts {
            *part = whole(part.take());
        }
    }
    schema
}
