//! A browser tab without a browser: keeps its cookie, follows nothing by itself, sends forms as a
//! browser does.

use crate::support;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode, redirect};
use std::sync::Mutex;
use std::time::Duration;

/// One tab at one server.
pub struct Tab {
    pub base: String,
    client: reqwest::Client,
    cookie: Mutex<Option<String>>,
    /// Sent with every request.
    pub always: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where it leads; empty when it does not.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn has(&self, part: &str) -> bool {
        self.text().contains(part)
    }

    /// The page, if it is one.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text());
        self
    }

    /// Where it leads, if it does.
    #[track_caller]
    pub fn led(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        self.location().to_owned()
    }

    /// The same as a page without script reads it: forms, links, pictures.
    pub fn read(&self) -> support::Page {
        support::Page {
            path: String::new(),
            status: StatusCode::from_u16(self.status).unwrap(),
            headers: self.headers.clone(),
            html: self.text(),
        }
    }

    /// Ids of the photos in the composer on this page, in order.
    pub fn draft_photos(&self) -> Vec<String> {
        let form = self.read().forms().into_iter().find(|f| f.multipart);
        let form = form.unwrap_or_else(|| panic!("no composer here: {}", self.text()));
        form.values("photo").into_iter().filter(|id| *id != "0").map(str::to_owned).collect()
    }
}

/// A form with files in it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    body: Vec<u8>,
}

const BOUNDARY: &str = "----cyanotypeformboundary7d1";

impl Form {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn text(mut self, name: &str, value: &str) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.body.extend(head.as_bytes());
        self
    }

    pub fn file(mut self, name: &str, file_name: &str, kind: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        self.body.extend(head.as_bytes());
        self.body.extend(bytes);
        self.body.extend(b"\r\n");
        self
    }

    /// A photo as a file input sends it.
    pub fn photo(self, file_name: &str, bytes: &[u8]) -> Self {
        self.file("photos", file_name, "image/jpeg", bytes)
    }

    /// The whole body.
    pub fn bytes(&self) -> Vec<u8> {
        let mut body = self.body.clone();
        body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        body
    }

    pub fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }
}

impl Tab {
    /// A visitor at `base`, e.g. `http://127.0.0.1:8080`.
    #[allow(clippy::disallowed_methods, reason = "a test's own browser, not the server's way out")]
    pub fn at(base: &str) -> Self {
        // The client insists on a provider even where it speaks no TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        Self { base: base.to_owned(), client, cookie: Mutex::new(None), always: Vec::new() }
    }

    /// Another tab of the same browser, with headers of its own.
    pub fn sending(&self, always: &[(&'static str, &str)]) -> Self {
        Self {
            base: self.base.clone(),
            client: self.client.clone(),
            cookie: Mutex::new(self.cookie()),
            always: always.iter().map(|(n, v)| (*n, (*v).to_owned())).collect(),
        }
    }

    /// The session cookie as the browser sends it.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    /// Any request; a connection that breaks off is an error.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Page, reqwest::Error> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).body(body);
        if let Some(cookie) = self.cookie() {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in self.always.iter().map(|(n, v)| (*n, v.as_str())).chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await?.to_vec();
        for set in headers.get_all(SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let pair = set.split(';').next().unwrap_or_default().to_owned();
            *self.cookie.lock().unwrap() = Some(pair).filter(|p| !p.ends_with('='));
        }
        Ok(Page { status, headers, body })
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Page {
        self.try_send(method, path, headers, body).await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    /// A plain form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let kind = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &kind, encoded(fields)).await
    }

    /// A form with files.
    pub async fn submit(&self, path: &str, form: &Form) -> Page {
        let kind = Form::content_type();
        self.send(Method::POST, path, &[(CONTENT_TYPE.as_str(), &kind)], form.bytes()).await
    }

    /// The same, where the connection may break off.
    pub async fn try_submit(&self, path: &str, form: &Form) -> Result<Page, reqwest::Error> {
        let kind = Form::content_type();
        self.try_send(Method::POST, path, &[(CONTENT_TYPE.as_str(), &kind)], form.bytes()).await
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Page {
        self.post("/sign-in", &[("login", name), ("password", password)]).await
    }

    /// Opens the composer; where its form goes.
    pub async fn compose(&self) -> String {
        let page = self.get("/compose").await.ok();
        let forms = page.read().forms();
        forms.into_iter().find(|f| f.multipart).unwrap().action
    }
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}
