//! The HTML of others, made safe; and the one type that templates may write unescaped.
//!
//! Two steps. The first reads the markup in one pass and writes it again: only known elements, only
//! known attributes, properly nested and not deeply, so that no input can keep the second step busy
//! for long. The second is `ammonia` with a list of allowed elements, and it alone is relied on.

mod emoji;
mod links;
mod tokens;

use ammonia::{Builder, UrlRelative};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;
use tokens::{Part, Tag, Token, Tokens};

pub use emoji::{name_with_emoji, with_emoji};
pub use links::{links_back, only_link};

/// Longest HTML looked at, in bytes; the rest is cut off.
pub const MAX_HTML: usize = 100_000;
/// How deep elements may be nested.
const MAX_DEPTH: usize = 24;
/// How many characters are kept for each of which the serialiser looks through the rest of the text:
/// ampersands and U+0080 to U+00BF. A page of text has a dozen.
const MAX_COSTLY: usize = 4000;
/// On every link of others: no endorsement, no handle on our window, no telling where one came from.
const REL: &str = "nofollow noopener noreferrer";

/// The elements kept. None of them makes a parser change its mode, which is what tricks with
/// misread markup need.
const ELEMENTS: [&str; 20] = [
    "p",
    "br",
    "span",
    "a",
    "del",
    "s",
    "u",
    "b",
    "strong",
    "i",
    "em",
    "blockquote",
    "pre",
    "code",
    "ul",
    "ol",
    "li",
    "ruby",
    "rt",
    "rp",
];

/// HTML that may stand in a page. Only [`sanitize`] and [`super::text`] make one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SanitizedHtml(String);

impl SanitizedHtml {
    /// For the text module, which escapes everything it did not write itself.
    pub(super) fn from_own_markup(html: String) -> Self {
        SanitizedHtml(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The HTML, taken out.
    pub fn into_string(self) -> String {
        self.0
    }

    /// True when there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a reader would see, without markup.
    pub fn to_plain_text(&self) -> String {
        to_plain_text(&self.0)
    }
}

impl fmt::Display for SanitizedHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for SanitizedHtml {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Makes HTML from outside safe to show. Never fails; what cannot be kept is left out, its text stays.
pub fn sanitize(remote_html: &str) -> SanitizedHtml {
    let cut = truncate(remote_html, MAX_HTML);
    let simple = Rewriter::default().run(cut);
    SanitizedHtml(POLICY.clean(&simple).to_string())
}

/// At most `bytes` bytes, cut between characters.
pub fn truncate(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::empty();
    policy
        .tags(HashSet::from(ELEMENTS))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "class"])),
            ("span", HashSet::from(["class"])),
            ("ol", HashSet::from(["start", "reversed"])),
            ("li", HashSet::from(["value"])),
        ]))
        .attribute_filter(filter_attribute)
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL));
    policy
});

fn filter_attribute<'v>(_element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match attribute {
        "class" => classes(value).map(Cow::Owned),
        "start" | "value" => value.parse::<i16>().ok().map(|number| Cow::Owned(number.to_string())),
        "reversed" => Some(Cow::Borrowed("")),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// The class names that mean something to readers of posts: microformats and Mastodon's.
fn classes(list: &str) -> Option<String> {
    let known = |name: &&str| {
        matches!(*name, "mention" | "hashtag" | "ellipsis" | "invisible")
            || (["h-", "p-", "u-"].iter().any(|prefix| name.starts_with(prefix))
                && name.len() <= 32
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
    };
    let kept: Vec<&str> = list.split_ascii_whitespace().filter(known).take(8).collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

/// The first step: well-formed markup of known elements.
#[derive(Default)]
struct Rewriter {
    out: String,
    open: Vec<&'static str>,
    costly: usize,
}

impl Rewriter {
    fn run(mut self, html: &str) -> String {
        for token in Tokens::new(html) {
            match token {
                Token::Text(text) => self.text(text),
                Token::Open(tag) => self.start(&tag),
                Token::Close(name) => self.end(&name),
            }
        }
        self.close_from(0);
        self.out
    }

    fn text(&mut self, text: &str) {
        for part in tokens::entities(text) {
            let costly = matches!(part, Part::Char('&' | '\u{80}'..='\u{bf}') | Part::Named(_));
            self.costly += usize::from(costly);
            match part {
                _ if costly && self.costly > MAX_COSTLY => {}
                Part::Char('<') => self.out.push_str("&lt;"),
                Part::Char('>') => self.out.push_str("&gt;"),
                Part::Char('&') => self.out.push_str("&amp;"),
                Part::Char('\0') => {}
                // A browser skips the first of them, and would skip the next one the next time.
                Part::Char('\n' | '\r') if self.out.ends_with("<pre>") => {}
                Part::Char(c) => self.out.push(c),
                Part::Named(entity) => self.out.push_str(entity),
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => self.out.push_str("<br>"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block("p");
                self.push("strong", "");
            }
            name if is_block(name) => self.block("p"),
            "a" => self.anchor(tag),
            "span" => self.push("span", &class_attribute(tag)),
            "ol" => {
                let mut attributes = number_attribute("start", tag.start);
                if tag.reversed {
                    attributes.push_str(" reversed");
                }
                self.close("p");
                self.push("ol", &attributes);
            }
            "li" => self.item(tag),
            name => {
                let Some(known) = ELEMENTS.iter().find(|element| **element == name) else { return };
                if matches!(*known, "p" | "blockquote" | "pre" | "ul") {
                    self.block(known);
                } else {
                    self.push(known, "");
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        let heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        self.close(if heading || is_block(name) { "p" } else { name });
    }

    /// A block ends the paragraph it would otherwise stand in, as in every browser.
    fn block(&mut self, name: &'static str) {
        self.close("p");
        self.push(name, "");
    }

    fn anchor(&mut self, tag: &Tag<'_>) {
        self.close("a");
        // A link that leads nowhere is text.
        let Some(href) = tag.href.and_then(|href| super::id::display_url(&tokens::decode(href))) else { return };
        let attributes = format!(" href=\"{}\"{}", super::text::escape(&href), class_attribute(tag));
        self.push("a", &attributes);
    }

    fn item(&mut self, tag: &Tag<'_>) {
        let Some(list) = self.open.iter().rposition(|name| matches!(*name, "ul" | "ol")) else {
            return self.block("p");
        };
        // Whatever else stands in the list ends where its item begins: a paragraph would be read as two.
        self.close_from(list + 1);
        self.push("li", &number_attribute("value", tag.value));
    }

    fn push(&mut self, name: &'static str, attributes: &str) {
        if self.open.len() < MAX_DEPTH {
            self.out.push_str(&format!("<{name}{attributes}>"));
            self.open.push(name);
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(place) = self.open.iter().rposition(|open| *open == name) {
            self.close_from(place);
        }
    }

    fn close_from(&mut self, place: usize) {
        while self.open.len() > place {
            let Some(name) = self.open.pop() else { return };
            let empty = format!("<{name}>");
            if name == "p" && self.out.ends_with(&empty) {
                self.out.truncate(self.out.len() - empty.len());
            } else {
                self.out.push_str(&format!("</{name}>"));
            }
        }
    }
}

/// Elements that part their content from the rest, and of which only that is kept.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "aside"
            | "main"
            | "nav"
            | "figure"
            | "figcaption"
            | "table"
            | "tr"
            | "caption"
            | "dl"
            | "dt"
            | "dd"
            | "address"
            | "details"
            | "summary"
            | "form"
            | "fieldset"
            | "hr"
            | "center"
    )
}

fn class_attribute(tag: &Tag<'_>) -> String {
    tag.class.and_then(classes).map(|classes| format!(" class=\"{classes}\"")).unwrap_or_default()
}

fn number_attribute(name: &str, value: Option<&str>) -> String {
    let number = value.and_then(|value| value.parse::<i16>().ok());
    number.map(|number| format!(" {name}=\"{number}\"")).unwrap_or_default()
}

/// Pictures within HTML, in order: address and description, as they are written. For documents that are read
/// as posts; nothing of the HTML is shown.
pub fn pictures(html: &str, most: usize) -> Vec<(String, String)> {
    let found = tokens::Tokens::new(html).filter_map(|token| match token {
        tokens::Token::Open(tag) if tag.name == "img" => {
            let text = |raw: Option<&str>| raw.map(|raw| tokens::decode(raw).into_owned());
            Some((text(tag.src)?, text(tag.alt).unwrap_or_default()))
        }
        _ => None,
    });
    found.take(most).collect()
}

/// What a reader would see: paragraphs parted by a blank line, `<br>` as a line end, no markup. Works
/// for any HTML, safe or not; the result is text and has to be escaped like any other.
pub fn to_plain_text(html: &str) -> String {
    let mut plain = PlainText::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => plain.text(&tokens::decode(text)),
            Token::Open(tag) if tag.name == "br" => plain.line(1),
            Token::Open(tag) => plain.edge(&tag.name),
            Token::Close(name) => plain.edge(&name),
        }
    }
    plain.out
}

#[derive(Default)]
struct PlainText {
    out: String,
    lines: usize,
    blank: bool,
}

impl PlainText {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_ascii_whitespace() {
                self.blank = true;
            } else if !c.is_control() {
                self.glue();
                self.out.push(c);
            }
        }
    }

    /// Writes the white space that lies between what was and what comes.
    fn glue(&mut self) {
        if !self.out.is_empty() {
            match self.lines {
                0 if self.blank => self.out.push(' '),
                0 => {}
                lines => self.out.push_str(if lines > 1 { "\n\n" } else { "\n" }),
            }
        }
        (self.lines, self.blank) = (0, false);
    }

    fn line(&mut self, lines: usize) {
        self.lines = self.lines.max(if lines == 1 { self.lines + 1 } else { lines });
    }

    fn edge(&mut self, name: &str) {
        match name {
            "li" => self.lines = self.lines.max(1),
            "p" | "blockquote" | "pre" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.line(2),
            name if is_block(name) => self.line(2),
            _ => {}
        }
    }
}
