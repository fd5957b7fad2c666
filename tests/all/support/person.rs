//! Somebody at a browser without script: pages, forms, a cookie jar.

use super::html::{Form, Page};
use super::{Server, World, eventually, fixture_bytes};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION, ORIGIN, SET_COOKIE, USER_AGENT};
use reqwest::{Method, Url};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What every password here is.
pub const PASSWORD: &str = "four quiet words here";
const BOUNDARY: &str = "----form-boundary-7MA4YWxkTrZu0gW";
const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A browser, mostly with somebody signed in.
pub struct Person {
    pub name: String,
    pub host: String,
    pub world: World,
    client: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A post that is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// `/@ada/123`
    pub path: String,
    /// `123`
    pub number: String,
    /// `https://a.test/ap/posts/123`
    pub id: String,
}

impl Person {
    pub(super) fn new(server: &Server, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            host: server.host.clone(),
            client: server.world.client_at(server.world.new_address()),
            world: server.world.clone(),
            cookies: Mutex::default(),
        }
    }

    pub(super) async fn join(server: &Server, name: &str) -> Self {
        let person = Self::new(server, name);
        person.fill_in("/join").await;
        person
    }

    pub(super) async fn welcome(server: &Server, name: &str, link: &str) -> Self {
        let person = Self::new(server, name);
        person.fill_in(&format!("/welcome/{link}")).await;
        person
    }

    async fn fill_in(&self, path: &str) {
        let form = self.form(path, path).await.set("username", &self.name).set("password", PASSWORD);
        let page = self.submit(form.set("email", &format!("{}@mail.example", self.name))).await;
        assert_eq!((page.status.as_u16(), page.path.as_str()), (200, "/"), "{}", page.text());
    }

    /// Another browser in which the same person signs in.
    pub async fn signed_in_elsewhere(&self, server: &Server) -> Self {
        let other = Self::new(server, &self.name);
        let form = other.form("/sign-in", "/sign-in").await.set("login", &self.name).set("password", PASSWORD);
        let page = other.submit(form).await;
        assert_eq!((page.status.as_u16(), page.path.as_str()), (200, "/"), "{}", page.text());
        other
    }

    /// `@ada@a.test`
    pub fn handle(&self) -> String {
        format!("@{}@{}", self.name, self.host)
    }

    /// `ada@a.test`
    pub fn acct(&self) -> String {
        format!("{}@{}", self.name, self.host)
    }

    // ---- Requests ----

    /// A file, byte for byte.
    pub async fn download(&self, path: &str) -> (HeaderMap, Vec<u8>) {
        let answer = self.ask(Method::GET, path, HeaderMap::new(), Vec::new()).await;
        assert_eq!(answer.status(), 200, "{path}");
        let headers = answer.headers().clone();
        (headers, answer.bytes().await.unwrap().to_vec())
    }

    /// One request as the browser makes it, cookies and all; redirects are not followed.
    pub async fn request(&self, method: Method, path: &str, headers: HeaderMap, body: Vec<u8>) -> Page {
        let answer = self.ask(method, path, headers, body).await;
        let path = match answer.url().query() {
            Some(query) => format!("{}?{query}", answer.url().path()),
            None => answer.url().path().to_owned(),
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let html = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        Page { path, status, headers, html }
    }

    async fn ask(&self, method: Method, path: &str, headers: HeaderMap, body: Vec<u8>) -> reqwest::Response {
        let url = Url::parse(&format!("https://{}", self.host)).unwrap().join(path).unwrap();
        let mut all = HeaderMap::new();
        all.insert(ACCEPT, HeaderValue::from_static(HTML));
        all.insert(USER_AGENT, HeaderValue::from_static("Mozilla/5.0 (tests)"));
        let cookies: Vec<_> = self.cookies.lock().unwrap().iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            all.insert(COOKIE, HeaderValue::from_str(&cookies.join("; ")).unwrap());
        }
        all.extend(headers);
        let answer = self.client.request(method, url).headers(all).body(body).send().await.unwrap();
        self.remember(answer.headers());
        answer
    }

    fn remember(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            let mut jar = self.cookies.lock().unwrap();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The cookies, by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    async fn follow_redirects(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            let location = page.headers.get(LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
            match location.filter(|_| page.status.is_redirection()) {
                Some(to) => page = self.request(Method::GET, &to, HeaderMap::new(), Vec::new()).await,
                None => return page,
            }
        }
        panic!("too many redirects at {}", page.path)
    }

    /// A page, whatever its status, redirects followed.
    pub async fn get(&self, path: &str) -> Page {
        self.follow_redirects(self.request(Method::GET, path, HeaderMap::new(), Vec::new()).await).await
    }

    /// A page that must be there.
    pub async fn page(&self, path: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page
    }

    /// The form with this action on a page.
    pub async fn form(&self, path: &str, action: &str) -> Form {
        let page = self.page(path).await;
        page.form(action).unwrap_or_else(|| panic!("no form for {action} at {path}: {}", page.html))
    }

    /// Sends a form as a browser does and follows where it leads.
    pub async fn submit(&self, form: Form) -> Page {
        if form.method.eq_ignore_ascii_case("get") {
            return self.get(&format!("{}?{}", form.action, encoded(&form))).await;
        }
        let page = self.send(form).await;
        self.follow_redirects(page).await
    }

    /// Sends a form, and goes nowhere.
    pub async fn send(&self, form: Form) -> Page {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&format!("https://{}", self.host)).unwrap());
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        let (kind, body) = match form.multipart {
            true => (format!("multipart/form-data; boundary={BOUNDARY}"), multipart(&form)),
            false => ("application/x-www-form-urlencoded".to_owned(), encoded(&form).into_bytes()),
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).unwrap());
        self.request(Method::POST, &form.action, headers, body).await
    }

    /// Presses the button of the form with this action on a page; must go well.
    pub async fn press(&self, path: &str, action: &str) -> Page {
        let page = self.submit(self.form(path, action).await).await;
        assert!(page.status.is_success(), "{action}: {} {}", page.status, page.text());
        page
    }

    // ---- What people do ----

    /// Posts photos from the fixtures: adds the files, writes the words, presses Post.
    pub async fn post_album(&self, files: &[&str], caption: &str, visibility: &str, alts: &[&str]) -> Posted {
        let draft = self.draft(files).await;
        let mut form = self.form(&draft, &draft).await.set("caption", caption).set("visibility", visibility);
        let photos: Vec<String> = form.values("photo").into_iter().map(str::to_owned).collect();
        assert_eq!(photos.len(), files.len(), "every photo is in the draft");
        for (photo, alt) in photos.iter().zip(alts) {
            form = form.set(&format!("alt_{photo}"), alt);
        }
        let page = self.submit(form.set("do", "post")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        self.posted(&page.path)
    }

    /// Opens a draft with photos; returns its path.
    pub async fn draft(&self, files: &[&str]) -> String {
        let page = self.page("/compose").await;
        let composer = page.forms().into_iter().find(|form| form.multipart);
        let mut form = composer.unwrap_or_else(|| panic!("no composer: {}", page.text())).set("do", "add");
        for name in files {
            form = form.file("photos", name, fixture_bytes(name));
        }
        let page = self.submit(form).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.path.starts_with("/compose/"), "{}", page.path);
        page.path.split('?').next().unwrap().to_owned()
    }

    fn posted(&self, path: &str) -> Posted {
        let start = format!("/@{}/", self.name);
        let number = path.strip_prefix(&start).unwrap_or_else(|| panic!("{path} is no post of mine")).to_owned();
        Posted { path: path.to_owned(), id: format!("https://{}/ap/posts/{number}", self.host), number }
    }

    /// One photo, public.
    pub async fn post_photo(&self, file: &str, caption: &str) -> Posted {
        self.post_album(&[file], caption, "public", &["A photograph"]).await
    }

    /// Edits a post: `change` fills in the form. Photos are in the field `photo`, alt texts in `alt_…`.
    pub async fn edit(&self, post: &Posted, change: impl FnOnce(Form) -> Form) -> Page {
        let action = format!("{}/edit", post.path);
        let form = change(self.form(&action, &action).await).set("do", "save_post");
        let mut page = self.submit(form).await;
        if page.path == action && page.status == 200 {
            // Photos that came with the form are shown first, to be described.
            let composer = page.forms().into_iter().find(|form| form.multipart).unwrap();
            page = self.submit(composer.set("do", "save_post")).await;
        }
        assert_eq!((page.status.as_u16(), page.path.as_str()), (200, post.path.as_str()), "{}", page.text());
        page
    }

    pub async fn delete(&self, post: &Posted) -> Page {
        let action = format!("{}/delete", post.path);
        self.press(&action, &action).await
    }

    /// `deed`: `like`, `unlike`, `boost`, `unboost`, `pin` or `unpin`, on the post at `path` of this server.
    pub async fn react(&self, path: &str, deed: &str) -> Page {
        self.press(path, &format!("{path}/{deed}")).await
    }

    pub async fn like(&self, path: &str) -> Page {
        self.react(path, "like").await
    }

    pub async fn boost(&self, path: &str) -> Page {
        self.react(path, "boost").await
    }

    pub async fn reply(&self, path: &str, text: &str) -> Page {
        let form = self.form(path, &format!("{path}/reply")).await.set("text", text);
        let page = self.submit(form).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    pub async fn search(&self, query: &str) -> Page {
        self.submit(self.form("/search", "/search").await.set("q", query)).await
    }

    /// Searches for a handle and follows whom it finds.
    pub async fn follow(&self, handle: &str) -> Page {
        let acct = self.local_acct(handle);
        let found = self.search(handle).await;
        let action = format!("/@{acct}/follow");
        let form = found.form(&action).unwrap_or_else(|| panic!("{handle} was not found: {}", found.text()));
        let page = self.submit(form).await;
        assert!(page.status.is_success(), "{}", page.text());
        page
    }

    pub async fn unfollow(&self, handle: &str) -> Page {
        let profile = format!("/@{}", self.local_acct(handle));
        self.press(&profile, &format!("{profile}/unfollow")).await
    }

    pub async fn block(&self, handle: &str) -> Page {
        let action = format!("/@{}/block", self.local_acct(handle));
        self.press(&action, &action).await
    }

    /// How somebody is written in paths here.
    fn local_acct(&self, handle: &str) -> String {
        let acct = handle.trim_start_matches('@');
        acct.strip_suffix(&format!("@{}", self.host)).unwrap_or(acct).to_owned()
    }

    pub async fn home(&self) -> Page {
        self.page("/").await
    }

    pub async fn notifications(&self) -> Page {
        self.page("/notifications").await
    }

    /// Follows and waits until the other server has said yes.
    pub async fn follows(&self, handle: &str) {
        self.follow(handle).await;
        let profile = format!("/@{}", self.local_acct(handle));
        eventually(
            || async { self.page(&profile).await.html.contains(">Following<span") },
            &format!("{handle} answers the follow"),
        )
        .await;
    }

    /// Waits until home shows a post of somebody; returns its path here.
    pub async fn sees(&self, acct: &str) -> String {
        eventually(|| async { self.home().await.post_of(acct) }, &format!("{} sees a post of {acct}", self.name)).await
    }
}

fn encoded(form: &Form) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(&form.fields);
    out.finish()
}

fn multipart(form: &Form) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in &form.fields {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    for (field, file, bytes) in &form.files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
