//! A small HTML tokenizer: one pass, no backtracking, bounded state. It feeds the sanitiser's first
//! step and plain text; it decides nothing about safety.

use std::borrow::Cow;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Characters between tags; entities as they stand.
    Text(&'a str),
    /// Start tag with those of its attributes somebody asks for.
    Open(Tag<'a>),
    /// End tag, name in lower case.
    Close(String),
}

/// A start tag.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Name in lower case.
    pub name: String,
    /// Raw values, entities as they stand; the first of two counts.
    pub href: Option<&'a str>,
    pub class: Option<&'a str>,
    pub src: Option<&'a str>,
    pub alt: Option<&'a str>,
    pub rel: Option<&'a str>,
    pub start: Option<&'a str>,
    pub value: Option<&'a str>,
    pub reversed: bool,
}

/// Elements whose content is not markup, or is nothing to read.
const OPAQUE: [&str; 11] =
    ["script", "style", "iframe", "noembed", "noframes", "xmp", "textarea", "title", "plaintext", "template", "head"];

/// The longest tag name looked at; longer ones are some unknown element.
const MAX_NAME: usize = 32;

/// Splits HTML into tokens; comments, declarations and the content of opaque elements are left out.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    heads: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Tokens { rest: html, heads: false }
    }

    /// The same with what stands in heads of pages.
    pub(super) fn with_heads(html: &'a str) -> Self {
        Tokens { rest: html, heads: true }
    }

    /// Takes `bytes` from the front. Only called with positions next to ASCII characters.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (front, back) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = back;
        front
    }

    fn text(&mut self, from: usize) -> Token<'a> {
        let end = self.rest[from..].find('<').map_or(self.rest.len(), |at| at + from);
        Token::Text(self.take(end))
    }

    fn skip_past(&mut self, end: &str) {
        let length = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take(length);
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(self.rest.len());
        let name = self.take(end);
        if name.len() > MAX_NAME { String::new() } else { name.to_ascii_lowercase() }
    }

    fn open(&mut self) -> Token<'a> {
        self.take(1);
        let mut tag = Tag { name: self.name(), ..Tag::default() };
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if self.rest.is_empty() || self.rest.starts_with('>') {
                self.take(1);
                break;
            }
            self.attribute(&mut tag);
        }
        let open_head = self.heads && tag.name == "head";
        if OPAQUE.contains(&tag.name.as_str()) && !open_head {
            self.skip_opaque(&tag.name);
        }
        Token::Open(tag)
    }

    fn attribute(&mut self, tag: &mut Tag<'a>) {
        // The first character belongs to the name whatever it is (an equals sign too).
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let end = self.rest[first..].find(ends).map_or(self.rest.len(), |at| at + first);
        let name = self.take(end);
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let value = match after.strip_prefix('=') {
            Some(value) => {
                self.rest = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
                self.attribute_value()
            }
            None => "",
        };
        let slot = match name {
            _ if name.eq_ignore_ascii_case("href") => &mut tag.href,
            _ if name.eq_ignore_ascii_case("class") => &mut tag.class,
            _ if name.eq_ignore_ascii_case("src") => &mut tag.src,
            _ if name.eq_ignore_ascii_case("alt") => &mut tag.alt,
            _ if name.eq_ignore_ascii_case("rel") => &mut tag.rel,
            _ if name.eq_ignore_ascii_case("start") => &mut tag.start,
            _ if name.eq_ignore_ascii_case("value") => &mut tag.value,
            _ if name.eq_ignore_ascii_case("reversed") => {
                tag.reversed = true;
                return;
            }
            _ => return,
        };
        slot.get_or_insert(value);
    }

    fn attribute_value(&mut self) -> &'a str {
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            self.take(1);
            let end = self.rest.find(quote).unwrap_or(self.rest.len());
            let value = self.take(end);
            self.take(1);
            return value;
        }
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(self.rest.len());
        self.take(end)
    }

    fn skip_opaque(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.take(at + 2);
            let here = self.rest.as_bytes();
            if here.len() >= name.len() && here[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
                self.skip_past(">");
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let mut bytes = self.rest.bytes();
            match (bytes.next()?, bytes.next(), bytes.next()) {
                (b'<', Some(b'a'..=b'z' | b'A'..=b'Z'), _) => return Some(self.open()),
                (b'<', Some(b'/'), Some(b'a'..=b'z' | b'A'..=b'Z')) => {
                    self.take(2);
                    let name = self.name();
                    self.skip_past(">");
                    return Some(Token::Close(name));
                }
                (b'<', Some(b'!'), _) if self.rest.starts_with("<!--") => {
                    self.take(4);
                    if self.rest.starts_with('>') || self.rest.starts_with("->") {
                        self.skip_past(">");
                    } else {
                        self.skip_past("-->");
                    }
                }
                (b'<', Some(b'!' | b'?' | b'/'), _) => self.skip_past(">"),
                (b'<', _, _) => return Some(self.text(1)),
                _ => return Some(self.text(0)),
            }
        }
    }
}

/// A piece of text between tags.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A character, be it written as itself or as an entity.
    Char(char),
    /// An entity by a name that is not known here, `&eacute;`.
    Named(&'a str),
}

/// Longest entity that can be one, with both its signs.
const MAX_ENTITY: usize = 34;

/// Reads text character by character; numeric entities and the named ones that occur in practice
/// are replaced by what they stand for.
pub(super) fn entities(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '&' => rest.bytes().take(MAX_ENTITY).position(|byte| byte == b';'),
            _ => None,
        };
        if let Some(end) = end {
            let (whole, after) = rest.split_at(end + 1);
            let name = &whole[1..end];
            if let Some(character) = entity(name) {
                rest = after;
                return Some(Part::Char(character));
            }
            if name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                rest = after;
                return Some(Part::Named(whole));
            }
        }
        rest = &rest[first.len_utf8()..];
        Some(Part::Char(first))
    })
}

/// The same as text; unknown names stay as they are.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for part in entities(text) {
        match part {
            Part::Char(c) => out.push(c),
            Part::Named(entity) => out.push_str(entity),
        }
    }
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "colon" => ':',
        "Tab" => '\t',
        "NewLine" => '\n',
        _ => return None,
    })
}
