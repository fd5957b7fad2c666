//! Structured fields (RFC 8941), as far as signatures are written in them: dictionaries of items and
//! inner lists. Decimals are not read, because no parameter here is one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::{self, Write};

/// Most members of a dictionary, of a list, and most parameters of one thing.
pub const MAX_MEMBERS: usize = 32;

/// A value without parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bare {
    /// A whole number.
    Integer(i64),
    /// Quoted text.
    Text(String),
    /// A word.
    Token(String),
    /// Bytes, base64 on the wire.
    Bytes(Vec<u8>),
    /// `?1` or `?0`; also a parameter without a value.
    Flag(bool),
}

/// Parameters of an item or a list, in their order.
pub type Parameters = Vec<(String, Bare)>;

/// A value with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The value.
    pub value: Bare,
    /// What stands behind it.
    pub parameters: Parameters,
}

/// A member of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// One item.
    Item(Item),
    /// Items in round brackets, and the parameters behind them.
    List(Vec<Item>, Parameters),
}

/// Reads a dictionary. `None` for anything the standard does not allow, for a key that stands twice
/// (the standard lets the last one win; a reader in between may think otherwise) and beyond
/// [`MAX_MEMBERS`].
pub fn dictionary(text: &str) -> Option<Vec<(String, Member)>> {
    let mut reader = Reader { rest: text.trim_matches(' ') };
    let mut members: Vec<(String, Member)> = Vec::new();
    while !reader.rest.is_empty() {
        let key = reader.key()?;
        let member =
            if reader.take('=') { reader.member()? } else { Member::Item(reader.parametered(Bare::Flag(true))?) };
        if members.len() == MAX_MEMBERS || members.iter().any(|(known, _)| *known == key) {
            return None;
        }
        members.push((key, member));
        reader.blanks();
        if reader.rest.is_empty() {
            break;
        }
        if !reader.take(',') {
            return None;
        }
        reader.blanks();
        if reader.rest.is_empty() {
            return None;
        }
    }
    Some(members)
}

/// What is left to read.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Everything up to the first character that is not `fine`.
    fn while_fine(&mut self, fine: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fine(c)).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at(end);
        self.rest = rest;
        found
    }

    fn blanks(&mut self) {
        self.while_fine(|c| c == ' ' || c == '\t');
    }

    fn key(&mut self) -> Option<String> {
        let first = self.rest.chars().next()?;
        if !first.is_ascii_lowercase() && first != '*' {
            return None;
        }
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '*');
        Some(self.while_fine(fine).to_owned())
    }

    fn member(&mut self) -> Option<Member> {
        if !self.take('(') {
            let value = self.bare()?;
            return self.parametered(value).map(Member::Item);
        }
        let mut items = Vec::new();
        loop {
            self.while_fine(|c| c == ' ');
            if self.take(')') {
                return Some(Member::List(items, self.parameters()?));
            }
            if items.len() == MAX_MEMBERS {
                return None;
            }
            let value = self.bare()?;
            items.push(self.parametered(value)?);
            if !self.rest.starts_with([' ', ')']) {
                return None;
            }
        }
    }

    fn parametered(&mut self, value: Bare) -> Option<Item> {
        Some(Item { value, parameters: self.parameters()? })
    }

    fn parameters(&mut self) -> Option<Parameters> {
        let mut found: Parameters = Vec::new();
        while self.take(';') {
            self.while_fine(|c| c == ' ');
            let key = self.key()?;
            let value = if self.take('=') { self.bare()? } else { Bare::Flag(true) };
            if found.len() == MAX_MEMBERS || found.iter().any(|(known, _)| *known == key) {
                return None;
            }
            found.push((key, value));
        }
        Some(found)
    }

    fn bare(&mut self) -> Option<Bare> {
        match self.rest.chars().next()? {
            '"' => self.text(),
            ':' => self.bytes(),
            '?' => self.flag(),
            '-' | '0'..='9' => self.integer(),
            'a'..='z' | 'A'..='Z' | '*' => {
                let fine = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c);
                Some(Bare::Token(self.while_fine(fine).to_owned()))
            }
            _ => None,
        }
    }

    fn text(&mut self) -> Option<Bare> {
        let mut found = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(Bare::Text(found));
                }
                '\\' => found.push(characters.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
                ' '..='~' => found.push(c),
                _ => return None,
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<Bare> {
        let (inside, rest) = self.rest.get(1..)?.split_once(':')?;
        self.rest = rest;
        STANDARD.decode(inside).ok().map(Bare::Bytes)
    }

    fn flag(&mut self) -> Option<Bare> {
        let flag = match self.rest.get(1..2)? {
            "1" => true,
            "0" => false,
            _ => return None,
        };
        self.rest = &self.rest[2..];
        Some(Bare::Flag(flag))
    }

    /// At most 15 digits.
    fn integer(&mut self) -> Option<Bare> {
        let negative = self.take('-');
        let digits = self.while_fine(|c| c.is_ascii_digit());
        if digits.len() > 15 || self.rest.starts_with('.') {
            return None;
        }
        let number: i64 = digits.parse().ok()?;
        Some(Bare::Integer(if negative { -number } else { number }))
    }
}

impl fmt::Display for Bare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Text(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            Self::Token(word) => f.write_str(word),
            Self::Bytes(bytes) => write!(f, ":{}:", STANDARD.encode(bytes)),
            Self::Flag(flag) => f.write_str(if *flag { "?1" } else { "?0" }),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value)?;
        write_parameters(f, &self.parameters)
    }
}

fn write_parameters(f: &mut impl Write, parameters: &Parameters) -> fmt::Result {
    for (key, value) in parameters {
        match value {
            Bare::Flag(true) => write!(f, ";{key}")?,
            value => write!(f, ";{key}={value}")?,
        }
    }
    Ok(())
}

/// An inner list in the one way the standard writes it.
pub fn write_list(items: &[Item], parameters: &Parameters) -> String {
    let inside: Vec<String> = items.iter().map(Item::to_string).collect();
    let mut out = format!("({})", inside.join(" "));
    // Writing to a String cannot fail.
    let _ = write_parameters(&mut out, parameters);
    out
}
