//! A page as a browser without script has it: text, links, pictures, forms.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// What a request was answered with.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path and query, after redirects.
    pub path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The body.
    pub html: String,
}

/// A picture in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub src: String,
    pub alt: String,
}

/// A form as the page has it, to be filled in.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub multipart: bool,
    pub fields: Vec<(String, String)>,
    /// Field, file name, bytes.
    pub files: Vec<(String, String, Vec<u8>)>,
}

impl Form {
    /// Sets a field, whether it was there or not.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a file.
    pub fn file(mut self, field: &str, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((field.to_owned(), name.to_owned(), bytes));
        self
    }

    /// Values of all fields of that name.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }
}

impl Page {
    /// The page says so: compared with the text, entities resolved.
    pub fn says(&self, text: &str) -> bool {
        unescape(&self.html).contains(text)
    }

    /// What is to be read: no tags, blanks joined.
    pub fn text(&self) -> String {
        let main = self.html.find("<main").map_or(self.html.as_str(), |at| &self.html[at..]);
        let parts = main.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        unescape(&parts.collect::<Vec<_>>().join(" ")).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every `href` of an `a`.
    pub fn links(&self) -> Vec<String> {
        tags(&self.html, "a").iter().filter_map(|tag| attribute(tag, "href")).collect()
    }

    /// Where the list goes on, without the fragment; none on its last page.
    pub fn next(&self) -> Option<String> {
        let links = tags(&self.html, "a");
        let next = links.iter().find(|tag| attribute(tag, "rel").as_deref() == Some("next"))?;
        attribute(next, "href").map(|link| link.split('#').next().unwrap_or_default().to_owned())
    }

    /// The first link that starts so, without its fragment.
    pub fn link(&self, start: &str) -> Option<String> {
        let found = self.links().into_iter().find(|link| link.starts_with(start))?;
        Some(found.split('#').next().unwrap_or_default().to_owned())
    }

    /// The path of the first post of somebody (`ada` or `ada@a.test`) that the page links to.
    pub fn post_of(&self, acct: &str) -> Option<String> {
        let start = format!("/@{acct}/");
        let digits = |link: &String| {
            let rest = link.strip_prefix(&start).unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
        };
        self.links().into_iter().map(|l| l.split('#').next().unwrap_or_default().to_owned()).find(digits)
    }

    pub fn images(&self) -> Vec<Image> {
        let tags = tags(&self.html, "img");
        let image =
            |tag: &&str| Some(Image { src: attribute(tag, "src")?, alt: attribute(tag, "alt").unwrap_or_default() });
        tags.iter().filter_map(image).collect()
    }

    /// Pictures of posts: those that lie under `/media/`, here or at the address of media.
    pub fn photos(&self) -> Vec<Image> {
        self.images().into_iter().filter(|image| image.src.contains("/media/")).collect()
    }

    /// The first form with this action.
    pub fn form(&self, action: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action == action)
    }

    pub fn forms(&self) -> Vec<Form> {
        let mut found = Vec::new();
        let mut rest = self.html.as_str();
        while let Some(at) = rest.find("<form") {
            rest = &rest[at..];
            let end = rest.find("</form>").unwrap_or(rest.len());
            found.push(form(&rest[..end]));
            rest = &rest[end..];
        }
        found
    }

    /// The number shown beside a reaction (`like`, `boost`) on a post's page.
    pub fn count(&self, verb: &str) -> Option<String> {
        let marked = format!("data-n=\"{verb}\">");
        let rest = &self.html[self.html.find(&marked)? + marked.len()..];
        Some(rest[..rest.find('<')?].trim().to_owned())
    }
}

fn form(html: &str) -> Form {
    let head = &html[..=html.find('>').unwrap_or(html.len() - 1)];
    let mut form = Form {
        action: attribute(head, "action").unwrap_or_default(),
        method: attribute(head, "method").unwrap_or_else(|| "get".to_owned()),
        multipart: attribute(head, "enctype").is_some_and(|kind| kind == "multipart/form-data"),
        fields: Vec::new(),
        files: Vec::new(),
    };
    for tag in tags(html, "input") {
        let kind = attribute(tag, "type").unwrap_or_default();
        let chosen = !matches!(kind.as_str(), "radio" | "checkbox") || has(tag, "checked");
        if let Some(name) = attribute(tag, "name").filter(|_| chosen && kind != "file") {
            form.fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for (tag, inner) in elements(html, "textarea") {
        if let Some(name) = attribute(tag, "name") {
            form.fields.push((name, unescape(inner)));
        }
    }
    for (tag, inner) in elements(html, "select") {
        let chosen = tags(inner, "option").into_iter().find(|option| has(option, "selected"));
        if let (Some(name), Some(option)) = (attribute(tag, "name"), chosen) {
            form.fields.push((name, attribute(option, "value").unwrap_or_default()));
        }
    }
    form
}

/// Opening tags of that name, whole.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = end_of_tag(rest);
        let tag = &rest[..end];
        if tag.split([' ', '\n', '\t', '/']).next() == Some(name) {
            found.push(tag);
        }
        rest = &rest[end..];
    }
    found
}

fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Opening tag and what stands up to the closing one.
fn elements<'a>(html: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + 1..];
        let head = end_of_tag(rest);
        let Some(end) = rest.find(&close) else { break };
        found.push((&rest[..head], &rest[(head + 1).min(end)..end]));
        rest = &rest[end..];
    }
    found
}

fn has(tag: &str, name: &str) -> bool {
    tag.split_whitespace().any(|part| part == name)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let rest = &tag[tag.find(&start)? + start.len()..];
    Some(unescape(&rest[..rest.find('"')?]))
}

/// Entities resolved.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|b| b == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
