//! Every endpoint of the description is called, and answers what the description says: each answer to an app
//! is held against its schema wherever it comes from, see `support/schemas.rs`.

use crate::support::*;
use cyanotype::http::api::table;
use cyanotype::service::limits;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What there is to be asked about.
pub(crate) struct Known {
    pub(crate) api: Api,
    pub(crate) ada: Person,
    /// The person behind the id.
    pub(crate) bobs: Person,
    pub(crate) post: Posted,
    bob: String,
    carol: String,
    filter: Value,
}

impl Known {
    pub(crate) async fn of(server: &Server) -> Self {
        let ada = server.owner("ada").await;
        let (bob, carol) = (server.person("bob").await, server.person("carol").await);
        ada.follow("@bob@a.test").await;
        bob.follow("@ada@a.test").await;
        let post = ada.post_photo("orientation-1.jpg", "A spider #fog with @bob").await;
        let his = bob.post_photo("orientation-2.jpg", "A moth #fog #sea").await;
        bob.like(&post.path).await;
        bob.reply(&post.path, "Lovely, @ada").await;
        carol.boost(&his.path).await;
        server.quiet().await;
        let api = Api::of(&ada).await;
        let filter = json!({ "title": "Moths", "context": ["public"], "keywords_attributes": [{ "keyword": "moth" }] });
        let filter = api.json(Method::POST, "/api/v2/filters", &filter).await.fine();
        let named = format!("/api/v2/filters/{}/statuses", filter["id"].as_str().unwrap());
        api.post(&named, &[("status_id", &his.number)]).await.fine();
        let filter = api.get("/api/v2/filters").await.fine()[0].clone();
        let id = async |name: &str| {
            api.get(&format!("/api/v1/accounts/lookup?acct={name}")).await.fine()["id"].as_str().unwrap().to_owned()
        };
        Self { bob: id("bob").await, carol: id("carol").await, api, ada, bobs: bob, post, filter }
    }

    /// The path with what its places stand for.
    pub(crate) fn fill(&self, path: &str) -> String {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let lost = ["block", "mute", "reject", "remove_from_followers"].iter().any(|word| path.contains(word));
        let id = match path {
            _ if path.contains("/filters/keywords/") || path.starts_with("/api/v1/filters/") => {
                text(&self.filter["keywords"][0]["id"])
            }
            _ if path.contains("/filters/statuses/") => text(&self.filter["statuses"][0]["id"]),
            _ if path.contains("/filters/") => text(&self.filter["id"]),
            _ if path.contains("/statuses/") => self.post.number.clone(),
            _ if lost => self.carol.clone(),
            _ => self.bob.clone(),
        };
        let name = if path.contains("/tags/") || path.contains("/tag/") { "fog" } else { "bob" };
        path.replace("{id}", &id).replace("{name}", name)
    }

    /// A value for a parameter that says something; none for those that only narrow.
    fn value(&self, path: &str, name: &str) -> Option<String> {
        let of_posts = path.contains("/statuses");
        let value = match name.trim_end_matches("[]") {
            "q" | "acct" => "bob",
            "name" => "fog",
            "title" | "client_name" => "A name",
            "phrase" | "keyword" => "spider",
            "context" => "home",
            "status" | "message" | "comment" => "Hello",
            "domain" => "elsewhere.test",
            "redirect_uris" => "urn:ietf:wg:oauth:2.0:oob",
            "grant_type" => "client_credentials",
            "client_id" => &self.api.client_id,
            "client_secret" => &self.api.client_secret,
            "token" => "nobody's",
            "object_type" => "user",
            "report_type" => "spam",
            "url" => return Some(format!("https://a.test{}", self.post.path)),
            "status_id" => &self.post.number,
            "id" if of_posts => &self.post.number,
            "id" | "account_id" | "account_ids" | "pid" | "to_id" | "object_id" => &self.bob,
            other if other.ends_with("[last_read_id]") => &self.post.number,
            _ => return None,
        };
        Some(value.to_owned())
    }

    /// Calls what is described, with everything it takes that says something.
    pub(crate) async fn call(&self, api: &Api, method: &str, path: &str, operation: &Value) -> Said {
        let parameters = operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "query");
        let form = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"];
        let in_body = form.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let names = parameters.map(|p| p["name"].as_str().unwrap()).chain(in_body);
        let given: Vec<(&str, String)> = names.filter_map(|name| Some((name, self.value(path, name)?))).collect();
        let form: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if method == "get" {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
            return api.get(&format!("{}?{query}", self.fill(path))).await;
        }
        let verb: Method = method.to_uppercase().parse().unwrap();
        api.form(verb, &self.fill(path), &form).await
    }

    /// Calls every endpoint of the description, as nobody and as Ada: which were asked, and which of them answered.
    pub(crate) async fn call_everything(&self, server: &Server) -> (BTreeSet<String>, BTreeSet<String>) {
        let nobody = Api::nobody(server);
        let document = nobody.get("/api/openapi.json").await.fine();
        let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
        // What takes something away comes last.
        for method in ["get", "post", "put", "patch", "delete"] {
            for (path, operations) in document["paths"].as_object().unwrap() {
                let operation = &operations[method];
                if operation.is_null() || path.contains("/streaming") {
                    continue;
                }
                let what = format!("{} {path}", method.to_uppercase());
                for api in [&nobody, &self.api] {
                    server.world.clock().advance(limits::CALLS_WINDOW);
                    let said = self.call(api, method, path, operation).await;
                    assert!(said.status < 500, "{what}: {} {}", said.status, said.text);
                    assert!(said.header("content-type").starts_with("application/json"), "{what}");
                    if said.status == 200 {
                        answered.insert(what.clone());
                    }
                }
                asked.insert(what);
            }
        }
        (asked, answered)
    }
}

#[tokio::test]
async fn every_documented_endpoint_answers_what_its_description_says() {
    let server = Server::start("a.test").await;
    let known = Known::of(&server).await;
    let (asked, answered) = known.call_everything(&server).await;
    let all: BTreeSet<String> = table().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let left: Vec<&String> = all.difference(&asked).filter(|what| !what.contains("/streaming")).collect();
    assert!(left.is_empty(), "not described: {left:#?}");
    let refused: Vec<&String> = asked.difference(&answered).collect();
    println!("Refused for want of something to ask about: {refused:#?}");
    assert!(
        answered.len() * 4 >= asked.len() * 3,
        "{} of {} answered; not these: {refused:#?}",
        answered.len(),
        asked.len()
    );
}

#[test]
fn what_apps_insist_on_is_said_of_entities_there_are() {
    let document = cyanotype::http::api::describe("https://a.test");
    let described = document["components"]["schemas"].as_object().unwrap();
    for entity in [
        "Account",
        "CredentialAccount",
        "Status",
        "MediaAttachment",
        "Relationship",
        "InstanceV1",
        "InstanceV2",
        "Filter",
        "Token",
    ] {
        assert!(strict_entities().iter().any(|name| name == entity), "{entity}");
        assert!(described.contains_key(entity), "{entity} is called otherwise in the description");
    }
}
