//! What people meet in a browser without script: signing in, composing, editing, browsing, and what
//! nobody may do to anybody through a page.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod browsing;
mod composing;
mod editing;
mod focus;
mod hostile;
mod outsiders;
mod paging;
mod photos;
mod rendering;
mod sessions;
mod strangers;
mod text;

use crate::support::{Form, Page, Person, Server};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers of a request.
fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    list.iter().map(pair).collect()
}

/// Fields as a plain form sends them.
fn encoded(fields: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// Sends a plain form as it stands, from no page; redirects are not followed.
async fn post(person: &Person, path: &str, fields: &[(&str, &str)]) -> Page {
    post_with(person, path, fields, &[]).await
}

async fn post_with(person: &Person, path: &str, fields: &[(&str, &str)], more: &[(&'static str, &str)]) -> Page {
    let mut all = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    all.extend(headers(more));
    person.request(Method::POST, path, all, encoded(fields)).await
}

/// A page as it is answered, redirects not followed.
async fn look(person: &Person, path: &str) -> Page {
    person.request(Method::GET, path, HeaderMap::new(), Vec::new()).await
}

fn header<'a>(page: &'a Page, name: &str) -> &'a str {
    page.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// The composer at a path, to be filled in.
async fn composer(person: &Person, path: &str) -> Form {
    let page = person.page(path).await;
    page.forms().into_iter().find(|form| form.multipart).unwrap_or_else(|| panic!("no composer: {}", page.html))
}

/// Ids of the photos in a composer, in order.
fn photos(form: &Form) -> Vec<String> {
    form.values("photo").into_iter().map(str::to_owned).collect()
}

/// Number of posts shown on somebody's profile.
async fn posts_of(server: &Server, name: &str) -> usize {
    let page = server.visitor().page(&format!("/@{name}")).await;
    posts_on(&page, name).len()
}

/// Paths of somebody's posts that a page links to, in order, each once.
fn posts_on(page: &Page, name: &str) -> Vec<String> {
    let start = format!("/@{name}/");
    let mut found: Vec<String> = Vec::new();
    for link in page.links() {
        let number = link.strip_prefix(&start).unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && !found.contains(&link) {
            found.push(link);
        }
    }
    found
}
