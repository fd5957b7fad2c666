//! Captions: plain text in which hashtags, mentions and addresses are found and linked.
//!
//! Everything is found in one pass from left to right; no byte is looked at more than a fixed number
//! of times, whatever the text. Nothing here knows an address of ours: the caller gives them.

use super::html::SanitizedHtml;
use std::collections::HashSet;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use url::Url;

/// Longest hashtag, in characters, without the `#`.
pub const MAX_HASHTAG: usize = 100;
/// Different hashtags of one text that count; those after them are plain text.
pub const MAX_HASHTAGS: usize = 60;
/// What links may add to a text, in bytes; those after that are plain text. Some peers take no activity
/// above 64 KiB, and a link takes fifty times what `#a` takes.
const MAX_MARKUP: usize = 10_000;
/// Longest address that becomes a link, in bytes.
const MAX_URL: usize = 2048;
/// Longest user and host part of a mention, in bytes.
const MAX_USER: usize = 128;
const MAX_HOST: usize = 253;

/// What an address counts for in the length of a text, in characters.
pub const LINK_LENGTH: usize = 23;

/// Something found in a text. `range` are the bytes it takes, sign included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// `#Fog`: the name as written and the key tags are compared by (`fog`).
    Hashtag {
        /// As written, without `#`.
        name: String,
        /// NFKC, lower-case.
        key: String,
    },
    /// `@bob` or `@bob@elsewhere.example`.
    Mention(Mention),
    /// An http or https address.
    Url {
        /// Canonical form, for `href`.
        href: String,
    },
}

/// A person named in a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mention {
    /// As written.
    pub user: String,
    /// Lower-case; `None` for somebody of this server.
    pub host: Option<String>,
}

/// Gives the addresses for [`to_html`]: absolute for what is sent, paths for our own pages. `None`
/// leaves the text as it is.
pub trait Links {
    /// Page of a hashtag, by its key.
    fn hashtag(&self, key: &str) -> Option<String>;
    /// Page of a person.
    fn mention(&self, mention: &Mention) -> Option<String>;
}

/// Characters a hashtag is made of: letters, digits, underscore, and the marks letters carry.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// What two hashtags are compared by: NFKC, lower-case, without the leading `#`. `None` when it is
/// no hashtag: empty, too long, no letter in it, other characters.
pub fn hashtag_key(name: &str) -> Option<String> {
    let name = name.strip_prefix(['#', '＃']).unwrap_or(name);
    if name.is_empty() || name.len() > MAX_HASHTAG * 4 {
        return None;
    }
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        // Nothing to be normalised, as in most of them.
        let fine = name.len() <= MAX_HASHTAG && name.bytes().any(|byte| byte.is_ascii_alphabetic());
        return fine.then(|| name.to_ascii_lowercase());
    }
    let lower: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let key: String = lower.nfkc().collect();
    let fine = key.chars().count() <= MAX_HASHTAG && key.chars().all(is_word) && key.chars().any(char::is_alphabetic);
    fine.then_some(key)
}

/// Finds hashtags, mentions and addresses.
pub fn find(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let free = before.is_none_or(|c| !is_word(c) && c != '/');
        let (length, kind) = match c {
            '#' | '＃' if free => hashtag_at(rest),
            '@' if free => mention_at(rest),
            'h' | 'H' if free => url_at(rest),
            _ => (c.len_utf8(), None),
        };
        if let Some(kind) = kind {
            found.push(Token { range: at..at + length, kind });
        }
        before = rest[..length].chars().next_back();
        at += length;
    }
    found
}

/// How long a text is, in characters, as apps count: an address is [`LINK_LENGTH`] long whatever it says, and
/// somebody of another server as long as her name there.
pub fn length(text: &str) -> usize {
    let tokens = find(text);
    let longer = |token: &Token| {
        let written = text[token.range.clone()].chars().count();
        let counted = match &token.kind {
            TokenKind::Url { .. } => LINK_LENGTH,
            TokenKind::Mention(Mention { user, host: Some(_) }) => user.chars().count() + 1,
            _ => written,
        };
        (written, counted)
    };
    let (written, counted) = tokens.iter().map(longer).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    text.chars().count() - written + counted
}

/// Bytes taken, and what they are; at least the first character is taken.
type Taken = (usize, Option<TokenKind>);

fn hashtag_at(rest: &str) -> Taken {
    let sign = rest.chars().next().map_or(1, char::len_utf8);
    let end = rest[sign..].find(|c| !is_word(c)).map_or(rest.len(), |at| at + sign);
    let name = &rest[sign..end];
    match hashtag_key(name) {
        Some(key) => (end, Some(TokenKind::Hashtag { name: name.to_owned(), key })),
        None => (end, None),
    }
}

/// Length of a run of letters and digits with single signs from `inner` between them.
fn dotted(text: &str, inner: &[u8], longest: usize) -> usize {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut end = 0;
    for (at, &byte) in bytes.iter().enumerate().take(longest) {
        if word(byte) {
            end = at + 1;
        } else if at == 0 || !inner.contains(&byte) {
            break;
        }
    }
    end
}

fn mention_at(rest: &str) -> Taken {
    let user_length = dotted(&rest[1..], b".-", MAX_USER);
    if user_length == 0 {
        return (1, None);
    }
    let user_end = 1 + user_length;
    let user = rest[1..user_end].to_owned();
    if let Some(host) = rest[user_end..].strip_prefix('@') {
        let host = &host[..dotted_host(host)];
        if let Some(name) = super::webfinger::host_name(host) {
            let end = user_end + 1 + host.len();
            return (end, Some(TokenKind::Mention(Mention { user, host: Some(name) })));
        }
    }
    // `@bobß`: the name goes on in letters that no name has.
    if rest[user_end..].chars().next().is_some_and(is_word) {
        return (user_end, None);
    }
    (user_end, Some(TokenKind::Mention(Mention { user, host: None })))
}

/// As [`dotted`], for host names, which may have letters of any script.
fn dotted_host(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if at > MAX_HOST {
            return 0;
        }
        if c.is_alphanumeric() || is_combining_mark(c) {
            end = at + c.len_utf8();
        } else if at == 0 || !matches!(c, '.' | '-' | '_') {
            break;
        }
    }
    end
}

fn url_at(rest: &str) -> Taken {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else { return (1, None) };
    let stops =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '“' | '”' | '「' | '」');
    let run = rest.find(stops).unwrap_or(rest.len());
    let end = trim_url(&rest[..run]);
    if end <= scheme.len() || end > MAX_URL {
        return (run, None);
    }
    let Ok(url) = Url::parse(&rest[..end]) else { return (run, None) };
    // A user name before the host only serves to show another host than the one it leads to.
    let honest = url.username().is_empty() && url.password().is_none();
    if honest && url.host_str().is_some_and(|host| host.contains('.')) {
        (end, Some(TokenKind::Url { href: url.into() }))
    } else {
        (run, None)
    }
}

/// Where an address ends that stands in a sentence: before closing punctuation, and before a bracket
/// it did not open itself.
fn trim_url(run: &str) -> usize {
    let count = |c: char| run.matches(c).count();
    let mut surplus = [
        (')', count(')').saturating_sub(count('('))),
        (']', count(']').saturating_sub(count('['))),
        ('}', count('}').saturating_sub(count('{'))),
    ];
    let mut end = run.len();
    for c in run.chars().rev() {
        let bracket = surplus.iter_mut().find(|(sign, left)| *sign == c && *left > 0);
        match bracket {
            Some((_, left)) => *left -= 1,
            None if matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '…' | '。' | '、' | '，' | '’') => {}
            None => break,
        }
        end -= c.len_utf8();
    }
    end
}

/// The hashtags that count, each once, in order: the key, and the name as first written.
pub fn hashtags(text: &str) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    let mut seen = HashSet::new();
    for token in find(text) {
        if tags.len() == MAX_HASHTAGS {
            break;
        }
        if let TokenKind::Hashtag { name, key } = token.kind
            && seen.insert(key.clone())
        {
            tags.push((key, name));
        }
    }
    tags
}

/// Everybody mentioned, each once, in order. User names are compared without regard to case.
pub fn mentions(text: &str) -> Vec<Mention> {
    let mut people: Vec<Mention> = Vec::new();
    let mut seen = HashSet::new();
    for token in find(text) {
        if let TokenKind::Mention(mention) = token.kind
            && seen.insert((mention.user.to_lowercase(), mention.host.clone()))
        {
            people.push(mention);
        }
    }
    people
}

/// Escapes text for HTML, in content and in attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let told = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(told);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out
}

/// Line ends as `\n`, no other control characters.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

/// A caption as HTML: a paragraph where a blank line parts, `<br>` at a line end, links where
/// `links` gives an address. Closing lines of nothing but hashtags become a paragraph of their own,
/// which peers show as a row of tags below the post.
pub fn to_html(text: &str, links: &dyn Links) -> SanitizedHtml {
    let text = clean(text);
    let mut linker = Linker::new(links);
    let mut html = String::new();
    for paragraph in paragraphs(&text) {
        html.push_str("<p>");
        for (number, line) in paragraph.iter().enumerate() {
            if number > 0 {
                html.push_str("<br>");
            }
            linker.inline(line, &mut html);
        }
        html.push_str("</p>");
    }
    SanitizedHtml::from_own_markup(html)
}

/// The lines of each paragraph, without blank ones.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = all.last_mut().filter(|_| open) {
            last.push(line.trim_end());
        } else {
            all.push(vec![line.trim_end()]);
            open = true;
        }
    }
    if let Some(last) = all.last_mut() {
        let closing = last.iter().rev().take_while(|line| is_hashtags_only(line)).count();
        if closing > 0 && closing < last.len() {
            let tags = last.split_off(last.len() - closing);
            all.push(tags);
        }
    }
    all
}

fn is_hashtags_only(line: &str) -> bool {
    let mut at = 0;
    for token in find(line) {
        if !matches!(token.kind, TokenKind::Hashtag { .. }) || !line[at..token.range.start].trim().is_empty() {
            return false;
        }
        at = token.range.end;
    }
    at > 0 && line[at..].trim().is_empty()
}

/// The address that a field of a profile is, when it is nothing else.
pub fn only_url(value: &str) -> Option<String> {
    let value = clean(value).replace('\n', " ");
    let value = value.trim();
    match find(value).as_slice() {
        [Token { range, kind: TokenKind::Url { href } }] if *range == (0..value.len()) => Some(href.clone()),
        _ => None,
    }
}

/// A field of a profile as HTML: an address alone becomes one link whose text is the address, which
/// is what other servers need to verify it; anything else is text with links.
pub fn field_to_html(value: &str, links: &dyn Links) -> SanitizedHtml {
    let mut html = String::new();
    match only_url(value) {
        Some(href) => {
            let href = escape(&href);
            html = format!("<a href=\"{href}\" rel=\"me nofollow noopener noreferrer\" target=\"_blank\">{href}</a>");
        }
        None => Linker::new(links).inline(clean(value).replace('\n', " ").trim(), &mut html),
    }
    SanitizedHtml::from_own_markup(html)
}

/// Puts links into one text, as many as there is room for.
struct Linker<'a> {
    links: &'a dyn Links,
    /// Keys of the hashtags linked so far.
    tags: HashSet<String>,
    /// Bytes that may still be added.
    room: usize,
}

impl<'a> Linker<'a> {
    fn new(links: &'a dyn Links) -> Self {
        Self { links, tags: HashSet::new(), room: MAX_MARKUP }
    }

    fn inline(&mut self, line: &str, html: &mut String) {
        let mut at = 0;
        for token in find(line) {
            html.push_str(&escape(&line[at..token.range.start]));
            let written = escape(&line[token.range.clone()]);
            at = token.range.end;
            let link = self.link(&token.kind, &written);
            html.push_str(&link.unwrap_or(written));
        }
        html.push_str(&escape(&line[at..]));
    }

    fn link(&mut self, kind: &TokenKind, written: &str) -> Option<String> {
        let link = match kind {
            TokenKind::Hashtag { name, key } => {
                if self.tags.len() == MAX_HASHTAGS && !self.tags.contains(key) {
                    return None;
                }
                hashtag_link(&self.links.hashtag(key)?, name)?
            }
            TokenKind::Mention(mention) => mention_link(&self.links.mention(mention)?, &mention.user)?,
            TokenKind::Url { href } => {
                format!("<a href=\"{}\" rel=\"nofollow noopener noreferrer\">{written}</a>", escape(href))
            }
        };
        self.room = self.room.checked_sub(link.len().saturating_sub(written.len()))?;
        if let TokenKind::Hashtag { key, .. } = kind {
            self.tags.insert(key.clone());
        }
        Some(link)
    }
}

/// An address a link may lead to: a path of ours, or http(s). `None` for anything that could run.
fn safe_href(href: &str) -> Option<String> {
    let path = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\");
    let web = href.starts_with("https://") || href.starts_with("http://");
    ((path || web) && !href.chars().any(char::is_control)).then(|| escape(href))
}

fn hashtag_link(href: &str, name: &str) -> Option<String> {
    let (href, name) = (safe_href(href)?, escape(name));
    Some(format!("<a href=\"{href}\" class=\"mention hashtag\" rel=\"tag\">#<span>{name}</span></a>"))
}

fn mention_link(href: &str, user: &str) -> Option<String> {
    let (href, user) = (safe_href(href)?, escape(user));
    Some(format!("<span class=\"h-card\"><a href=\"{href}\" class=\"u-url mention\">@<span>{user}</span></a></span>"))
}

/// Puts a paragraph holding one link into a caption, before its closing row of hashtags.
pub(super) fn with_link_paragraph(caption: &SanitizedHtml, href: &str, label: &str) -> SanitizedHtml {
    let html = caption.as_str();
    let (body, tags) = html.split_at(closing_hashtags(html));
    let (href, label) = (escape(href), escape(label));
    SanitizedHtml::from_own_markup(format!("{body}<p><a href=\"{href}\">{label}</a></p>{tags}"))
}

/// Where the last paragraph begins, when it holds nothing but hashtag links; else the end.
fn closing_hashtags(html: &str) -> usize {
    let end = html.len();
    let Some(start) = html.rfind("<p>") else { return end };
    let Some(mut rest) = html[start + 3..].strip_suffix("</p>") else { return end };
    let mut count = 0;
    while let Some(link) = rest.trim_start().strip_prefix("<a ") {
        let Some((link, after)) = link.split_once("</a>") else { return end };
        if !link.contains("class=\"mention hashtag\"") {
            return end;
        }
        count += 1;
        rest = after.strip_prefix("<br>").unwrap_or(after);
    }
    if count > 0 && rest.trim().is_empty() { start } else { end }
}
