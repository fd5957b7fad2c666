//! An app that somebody let in: registered, asked for and let in through the real pages.

use super::{Person, Server, World, schemas};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use url::Url;

/// Where the app is called back.
pub const BACK: &str = "https://app.test/back?kept=yes";
/// What apps usually ask for.
const USUAL: &str = "read write follow push";

/// An app, and what it holds.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    host: String,
    pub client_id: String,
    pub client_secret: String,
    pub token: Option<String>,
}

/// What a call was answered with.
#[derive(Debug, Clone)]
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where it was no JSON.
    pub body: Value,
    pub text: String,
}

impl Said {
    /// It went well.
    pub fn fine(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Ids of a list, in order.
    pub fn ids(&self) -> Vec<String> {
        let list = self.body.as_array().unwrap_or_else(|| panic!("{}", self.text));
        list.iter().map(|item| item["id"].as_str().expect("an id in text").to_owned()).collect()
    }

    /// Where `Link` leads on (`next`) or back (`prev`): path and query.
    pub fn link(&self, rel: &str) -> Option<String> {
        let part = self.header("link").split(", ").find(|part| part.ends_with(&format!("rel=\"{rel}\"")))?;
        let url = Url::parse(part.split(['<', '>']).nth(1)?).expect("an absolute address");
        Some(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
    }
}

impl Api {
    /// Nobody's: calls without a token.
    pub fn nobody(server: &Server) -> Self {
        Self::at(&server.world, &server.host)
    }

    fn at(world: &World, host: &str) -> Self {
        Self {
            client: world.client_at(world.new_address()),
            host: host.to_owned(),
            client_id: String::new(),
            client_secret: String::new(),
            token: None,
        }
    }

    /// Let in by somebody for everything apps usually ask for.
    pub async fn of(person: &Person) -> Self {
        Self::with(person, USUAL).await
    }

    /// Let in for these scopes only.
    pub async fn with(person: &Person, scopes: &str) -> Self {
        let api = Self::registered(&person.world, &person.host, scopes).await;
        let code = api.asked(person, scopes).await;
        api.exchanged(&code).await
    }

    /// An app that nobody let in yet.
    pub async fn registered(world: &World, host: &str, scopes: &str) -> Self {
        let mut api = Self::at(world, host);
        let form = [("client_name", "Test app"), ("redirect_uris", BACK), ("scopes", scopes)];
        let said = api.post("/api/v1/apps", &form).await.fine();
        let text = |name: &str| said[name].as_str().expect("text").to_owned();
        (api.client_id, api.client_secret) = (text("client_id"), text("client_secret"));
        api
    }

    /// Asks somebody, who lets it in; gives the code.
    pub async fn asked(&self, person: &Person, scopes: &str) -> String {
        let form = person.form(&self.question(scopes), "/oauth/authorize").await.set("answer", "allow");
        let page = person.send(form).await;
        let to = page.headers.get(LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_else(|| panic!("{}", page.text()));
        assert!(to.starts_with(BACK), "{to}");
        let url = Url::parse(to).expect("an address");
        let code = url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        code.unwrap_or_else(|| panic!("{to}"))
    }

    /// Where somebody is asked.
    pub fn question(&self, scopes: &str) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        let pairs = [("client_id", &*self.client_id), ("redirect_uri", BACK), ("response_type", "code")];
        text.extend_pairs(pairs).append_pair("scope", scopes);
        format!("/oauth/authorize?{}", text.finish())
    }

    /// The same app with the token that a code is changed for.
    pub async fn exchanged(&self, code: &str) -> Self {
        let said = self.exchange(code, &[]).await.fine();
        self.holding(said["access_token"].as_str().expect("a token"))
    }

    /// The same app with a token of its own, which nobody let in.
    pub async fn for_itself(&self, scope: &str) -> Self {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &*self.client_id),
            ("client_secret", &*self.client_secret),
            ("scope", scope),
        ];
        let said = self.post("/oauth/token", &form).await.fine();
        self.holding(said["access_token"].as_str().expect("a token"))
    }

    /// The same app with this token.
    pub fn holding(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Changes a code.
    pub async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Said {
        let usual = [
            ("grant_type", "authorization_code"),
            ("client_id", &*self.client_id),
            ("client_secret", &*self.client_secret),
            ("redirect_uri", BACK),
            ("code", code),
        ];
        let given: Vec<_> = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)).collect();
        let form: Vec<(&str, &str)> = given.into_iter().chain(more).copied().filter(|(_, v)| !v.is_empty()).collect();
        self.post("/oauth/token", &form).await
    }

    // ---- Calls ----

    /// A request as the app makes it, to be filled in.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("https://{}{path}", self.host));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Said {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let answer = self.client.execute(request).await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("text");
        let body = serde_json::from_str(&text).unwrap_or_default();
        schemas::check(&method, &path, status, &body);
        Said { status, headers, body, text }
    }

    pub async fn get(&self, path: &str) -> Said {
        self.send(self.request(Method::GET, path)).await
    }

    /// A form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Said {
        self.form(Method::POST, path, form).await
    }

    pub async fn form(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Said {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let request = self.request(method, path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body.finish())).await
    }

    /// JSON.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Said {
        let request = self.request(method, path).header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    // ---- What people do with apps ----

    /// A multipart body with one file in the part `file`.
    pub async fn send_file(&self, path: &str, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Said {
        const BOUNDARY: &str = "----app-boundary-3fT8";
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send(self.request(Method::POST, path).header("content-type", kind).body(body)).await
    }

    /// Sends a photo of the fixtures, with what it shows; its id.
    pub async fn upload(&self, file: &str, description: &str) -> String {
        let bytes = super::fixture_bytes(file);
        let said = self.send_file("/api/v2/media", file, &bytes, &[("description", description)]).await.fine();
        said["id"].as_str().expect("an id").to_owned()
    }

    /// Posts one photo, for everybody.
    pub async fn say(&self, text: &str) -> Value {
        let photo = self.upload("orientation-1.jpg", "A photograph").await;
        self.post("/api/v1/statuses", &[("status", text), ("media_ids[]", &photo)]).await.fine()
    }

    /// Answers a post.
    pub async fn answer(&self, id: &str, text: &str) -> Value {
        self.post("/api/v1/statuses", &[("status", text), ("in_reply_to_id", id)]).await.fine()
    }

    /// Does something with a post: `favourite`, `reblog`, `pin`, …
    pub async fn with_post(&self, id: &str, deed: &str) -> Said {
        self.post(&format!("/api/v1/statuses/{id}/{deed}"), &[]).await
    }

    /// Every item of a list, page by page.
    pub async fn walk(&self, path: &str) -> Vec<Value> {
        let (mut found, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let said = self.get(&path).await;
            next = said.link("next").filter(|_| !said.body.as_array().is_none_or(Vec::is_empty));
            found.extend(said.fine().as_array().expect("a list").iter().cloned());
        }
        found
    }
}
