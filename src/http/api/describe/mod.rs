//! The description of everything there is, made from the table of routes (OpenAPI 3.1).

mod params;

use super::call::{Answer, Call, json};
use super::edge::is_api;
use super::route::{JSON, SOCKET};
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
    entities.insert("Error".to_owned(), error());
    let scopes: BTreeMap<&str, &str> = scopes::offered().map(|scope| (scope, scopes::words(scope))).collect();
    value!({
        "openapi": "3.1.0",
        "info": { "title": "Cyanotype", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": origin }],
        "paths": paths,
        "components": {
            "schemas": entities,
            "headers": headers(),
            "securitySchemes": { "oauth": { "type": "oauth2", "flows": { "authorizationCode": {
                "authorizationUrl": format!("{origin}/oauth/authorize"),
                "tokenUrl": format!("{origin}/oauth/token"),
                "scopes": scopes,
            } } } },
        },
    })
}

fn operation(route: &Route, entities: &mut BTreeMap<String, Value>) -> Value {
    let mut said = value!({
        "parameters": params::parameters(route),
        "responses": responses(route, &answer(route, entities)),
    });
    if let Some(body) = params::body(route) {
        said["requestBody"] = body;
    }
    let needed: Vec<Value> = route.access.scopes().iter().map(|scope| value!({ "oauth": [scope] })).collect();
    match route.access {
        Access::Free => {}
        Access::Open(_) => said["security"] = needed.into_iter().chain([value!({})]).collect(),
        Access::App(&[]) => said["security"] = value!([{ "oauth": [] }]),
        _ => said["security"] = needed.into(),
    }
    said
}

/// What it answers; the entities that are part of it are kept by their names.
fn answer(route: &Route, entities: &mut BTreeMap<String, Value>) -> Value {
    let Some(described) = route.answer else { return value!({ "type": "object" }) };
    let mut found = Vec::new();
    let schema = described(&mut found);
    for (name, schema) in found {
        entities.entry(name).or_insert_with(|| whole(serde_json::to_value(schema).unwrap_or_default()));
    }
    serde_json::to_value(schema).unwrap_or_default()
}

fn responses(route: &Route, answer: &Value) -> Value {
    let limits = || {
        let names = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
        let counted = names.into_iter().filter(|_| is_api(route.path));
        counted.map(|name| (name.to_owned(), header(name))).collect::<Map<String, Value>>()
    };
    let mut headers = limits();
    if route.pages || route.ranked {
        headers.insert("Link".to_owned(), header("Link"));
    }
    let mut told = Map::new();
    if route.kind == SOCKET {
        let upgraded = "The connection goes on as a socket (RFC 6455): an object a message.";
        told.insert("101".to_owned(), value!({ "description": upgraded }));
    } else {
        let schema = if route.kind == JSON { answer.clone() } else { value!({ "type": "string" }) };
        let content = || value!({ (route.kind): { "schema": schema } });
        for (status, what) in [(200, "It worked.")].iter().chain(route.also) {
            let one = value!({ "description": what, "headers": headers, "content": content() });
            told.insert(status.to_string(), one);
        }
    }
    let error = value!({
        "description": "It did not work.",
        "headers": limits(),
        "content": { (JSON): { "schema": { "$ref": "#/components/schemas/Error" } } },
    });
    told.insert("default".to_owned(), error);
    told.into()
}

fn header(name: &str) -> Value {
    value!({ "$ref": format!("#/components/headers/{name}") })
}

/// Headers of answers.
fn headers() -> Value {
    let one = |what: &str, schema: Value| value!({ "description": what, "schema": schema });
    value!({
        "Link": one(
            "Where the list goes on (`rel=\"next\"`) and what has come since (`rel=\"prev\"`), RFC 8288; absent where \
             there is nothing.",
            value!({ "type": "string" }),
        ),
        "X-RateLimit-Limit": one("Calls that may be made in five minutes.", value!({ "type": "integer" })),
        "X-RateLimit-Remaining": one("How many of them are left.", value!({ "type": "integer" })),
        "X-RateLimit-Reset": one(
            "When it is counted anew.",
            value!({ "type": "string", "format": "date-time" }),
        ),
    })
}

/// What every refusal says.
fn error() -> Value {
    let text = || value!({ "type": "string" });
    let fault = value!({
        "type": "object",
        "required": ["error", "description"],
        "properties": { "error": text(), "description": text() },
    });
    value!({
        "type": "object",
        "required": ["error", "error_description"],
        "properties": {
            "error": { "type": "string", "description": "A sentence, or a word of OAuth (RFC 6749, section 5.2)." },
            "error_description": text(),
            "details": {
                "type": "object",
                "description": "What is wrong, by the names of what was sent; `error` is a word such as ERR_BLANK.",
                "additionalProperties": { "type": "array", "items": fault },
            },
            "errors": {
                "type": "object",
                "description": "What is wrong with a file.",
                "additionalProperties": { "type": "array", "items": text() },
            },
            "error_code": { "type": "string", "description": "A word for Pixelfed's app." },
        },
    })
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
