//! What a statement reads, from its text: which tables, and by which keys. What is not understood counts as
//! reading the whole table, which is always right, only not remembered for long.

use super::changes::Topic;
use super::watched::{self, NOT_WATCHED, Watched};
use sea_orm::{Statement, Value};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a text reads, whatever its values.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub reads: Vec<Reads>,
    /// It reads what is not watched.
    pub blind: bool,
}

/// One place where a statement reads a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Reads {
    pub table: u16,
    /// Rows with these keys and no others: columns, and the places of the values.
    pub keys: Option<Vec<(u16, Vec<usize>)>>,
}

impl Plan {
    /// What the statement reads with its values; `apart` are tables that are said otherwise.
    pub fn topics(&self, statement: &Statement, apart: &[u16]) -> Vec<Topic> {
        let values: &[Value] = statement.values.as_ref().map_or(&[], |values| &values.0);
        let mut topics = Vec::new();
        for read in self.reads.iter().filter(|read| !apart.contains(&read.table)) {
            let keyed = read
                .keys
                .iter()
                .flatten()
                .flat_map(|(column, places)| places.iter().map(|place| Topic::keyed(*column, values.get(*place)?)));
            match keyed.collect::<Option<Vec<_>>>().filter(|_| read.keys.is_some()) {
                Some(keyed) => topics.extend(keyed),
                None => topics.push(Topic::table(read.table)),
            }
        }
        topics
    }
}

/// Texts whose plans are remembered; they take some 3 KiB each.
const REMEMBERED: usize = 1_000;

/// Plans by text.
#[derive(Default)]
pub struct Plans(RwLock<HashMap<String, Arc<Plan>>>);

impl Plans {
    pub fn of(&self, text: &str) -> Arc<Plan> {
        if let Some(plan) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return plan.clone();
        }
        let plan = Arc::new(plan(text));
        let mut plans = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= REMEMBERED {
            plans.clear();
        }
        plans.insert(text.to_owned(), plan.clone());
        plan
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A name or a word, as it stands there.
    Name(&'a str),
    /// The place of a value, counted from 0.
    Value(usize),
    /// One character of anything else.
    Mark(u8),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let end = |from: usize, of: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|b| !of(*b)).map_or(bytes.len(), |length| from + length)
    };
    let (mut found, mut at, mut values) = (Vec::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\n' | b'\t' | b'\r' => {}
            b'"' | b'\'' => {
                let close = end(at, &|b| b != *byte);
                if *byte == b'"' {
                    found.push(Token::Name(&text[at..close]));
                } else {
                    found.push(Token::Mark(b'\''));
                }
                at = close + 1;
            }
            b'?' => {
                found.push(Token::Value(values));
                values += 1;
            }
            b'$' => {
                at = end(at, &|b| b.is_ascii_digit());
                let number = text[start + 1..at].parse::<usize>().unwrap_or_default();
                found.push(number.checked_sub(1).map_or(Token::Mark(b'$'), Token::Value));
            }
            b if b.is_ascii_alphabetic() || *b == b'_' => {
                at = end(at, &|b| b.is_ascii_alphanumeric() || b == b'_');
                found.push(Token::Name(&text[start..at]));
            }
            b => found.push(Token::Mark(*b)),
        }
    }
    found
}

fn is_word(token: Option<&Token<'_>>, words: &[&str]) -> bool {
    matches!(token, Some(Token::Name(name)) if words.iter().any(|word| name.eq_ignore_ascii_case(word)))
}

/// What a part of a condition says.
#[derive(Debug)]
enum Says<'a> {
    All(Vec<Says<'a>>),
    Any(Vec<Says<'a>>),
    /// A column is one of these values.
    Is((&'a str, &'a str), Vec<usize>),
    /// Two columns are the same.
    Same((&'a str, &'a str), (&'a str, &'a str)),
    Other,
}

const ENDS: &[&str] = &["GROUP", "ORDER", "LIMIT", "HAVING", "UNION", "WINDOW", "OFFSET", "FOR", "RETURNING", "EXCEPT"];
const JOINS: &[&str] = &["JOIN", "INNER", "LEFT", "CROSS"];

fn plan(text: &str) -> Plan {
    let tokens = tokens(text);
    let mut plan = Plan::default();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        if is_mark(tokens.get(at + 1), b'.') || is_mark(before, b'.') {
            // A column of it, or one of that name: where it is read is said elsewhere.
            continue;
        }
        plan.blind |= NOT_WATCHED.contains(name);
        let Some(table) = watched::table_named(name) else { continue };
        let keys = is_word(before, &["FROM", "JOIN"]).then(|| keys_of(&tokens, at, table)).flatten();
        plan.reads.push(Reads { table: table.0, keys });
    }
    plan
}

fn is_mark(token: Option<&Token<'_>>, mark: u8) -> bool {
    token == Some(&Token::Mark(mark))
}

/// The keys by which a table is read that is named at this place.
fn keys_of(tokens: &[Token<'_>], at: usize, table: (u16, &Watched)) -> Option<Vec<(u16, Vec<usize>)>> {
    let called = match (tokens.get(at + 1), tokens.get(at + 2)) {
        (word, Some(Token::Name(alias))) if is_word(word, &["AS"]) => alias,
        _ => table.1.name,
    };
    let all = Says::All(conditions(tokens, at));
    keys(&all, &all, called, table)
}

/// Conditions of the query that reads at this place: of its joins and of its own.
fn conditions<'a>(tokens: &[Token<'a>], at: usize) -> Vec<Says<'a>> {
    let mut found = Vec::new();
    let (mut at, mut depth, mut left) = (at, 0_usize, false);
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Mark(b'(') => depth += 1,
            Token::Mark(b')') if depth == 0 => break,
            Token::Mark(b')') => depth -= 1,
            _ if depth > 0 => {}
            // What is joined only where it is there holds nothing else to its condition.
            _ if is_word(Some(token), &["LEFT"]) => left = true,
            _ if is_word(Some(token), &["INNER", "CROSS"]) => left = false,
            _ if is_word(Some(token), &["WHERE", "ON"]) => {
                let mut reader = Conditions { tokens, at };
                let said = reader.any();
                if !left || is_word(Some(token), &["WHERE"]) {
                    found.push(said);
                }
                at = reader.at;
            }
            _ if is_word(Some(token), ENDS) => break,
            _ => {}
        }
    }
    found
}

/// Reads a condition.
struct Conditions<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Conditions<'_, 'a> {
    fn peek(&self, on: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + on).copied()
    }

    fn any(&mut self) -> Says<'a> {
        let mut parts = vec![self.all()];
        while is_word(self.peek(0).as_ref(), &["OR"]) {
            self.at += 1;
            parts.push(self.all());
        }
        if parts.len() == 1 { parts.remove(0) } else { Says::Any(parts) }
    }

    fn all(&mut self) -> Says<'a> {
        let mut parts = vec![self.one()];
        while is_word(self.peek(0).as_ref(), &["AND"]) {
            self.at += 1;
            parts.push(self.one());
        }
        Says::All(parts)
    }

    fn one(&mut self) -> Says<'a> {
        if is_mark(self.peek(0).as_ref(), b'(') && !is_word(self.peek(1).as_ref(), &["SELECT"]) {
            let start = self.at;
            self.at += 1;
            let inside = self.any();
            if is_mark(self.peek(0).as_ref(), b')') {
                self.at += 1;
                if self.is_over() {
                    return inside;
                }
            }
            // It was no condition but a value, or part of one.
            self.at = start;
        }
        if let Some(said) = self.simple() {
            return said;
        }
        self.skip();
        Says::Other
    }

    /// Nothing more belongs to this part.
    fn is_over(&self) -> bool {
        let next = self.peek(0);
        let next = next.as_ref();
        next.is_none()
            || is_mark(next, b')')
            || is_word(next, &["AND", "OR"])
            || is_word(next, ENDS)
            || is_word(next, JOINS)
            || is_word(next, &["WHERE"])
    }

    fn column(&self, on: usize) -> Option<(&'a str, &'a str)> {
        match (self.peek(on), self.peek(on + 1), self.peek(on + 2)) {
            (Some(Token::Name(table)), Some(Token::Mark(b'.')), Some(Token::Name(column))) => Some((table, column)),
            _ => None,
        }
    }

    fn simple(&mut self) -> Option<Says<'a>> {
        let start = self.at;
        let said = self.comparison();
        if said.is_some() && self.is_over() {
            return said;
        }
        self.at = start;
        None
    }

    fn comparison(&mut self) -> Option<Says<'a>> {
        let column = self.column(0)?;
        self.at += 3;
        if is_mark(self.peek(0).as_ref(), b'=') {
            self.at += 1;
            if let Some(Token::Value(place)) = self.peek(0) {
                self.at += 1;
                return Some(Says::Is(column, vec![place]));
            }
            let other = self.column(0)?;
            self.at += 3;
            return Some(Says::Same(column, other));
        }
        if !is_word(self.peek(0).as_ref(), &["IN"]) || !is_mark(self.peek(1).as_ref(), b'(') {
            return None;
        }
        self.at += 2;
        let mut places = Vec::new();
        while let Some(Token::Value(place)) = self.peek(0) {
            places.push(place);
            self.at += 1;
            match self.peek(0) {
                Some(Token::Mark(b',')) => self.at += 1,
                Some(Token::Mark(b')')) => {
                    self.at += 1;
                    return Some(Says::Is(column, places));
                }
                _ => return None,
            }
        }
        None
    }

    /// Goes on to where the next part begins.
    fn skip(&mut self) {
        let (mut depth, mut between) = (0_usize, false);
        while let Some(token) = self.peek(0) {
            match token {
                Token::Mark(b'(') => depth += 1,
                Token::Mark(b')') if depth == 0 => return,
                Token::Mark(b')') => depth -= 1,
                _ if depth > 0 => {}
                _ if is_word(Some(&token), &["BETWEEN"]) => between = true,
                _ if between && is_word(Some(&token), &["AND"]) => between = false,
                _ if self.is_over() => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// The keys that a condition holds a table to; `all` is the whole, for columns that are the same as others.
fn keys(says: &Says<'_>, all: &Says<'_>, called: &str, table: (u16, &Watched)) -> Option<Vec<(u16, Vec<usize>)>> {
    let column = |of: &(&str, &str)| (of.0 == called).then(|| watched::column(table, of.1)).flatten();
    match says {
        Says::All(parts) => parts.iter().find_map(|part| keys(part, all, called, table)),
        Says::Any(parts) => {
            parts.iter().map(|part| keys(part, all, called, table)).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        Says::Is(of, places) => Some(vec![(column(of)?, places.clone())]),
        Says::Same(one, other) => {
            let (column, same) = match (column(one), column(other)) {
                (Some(column), _) => (column, other),
                (None, Some(column)) => (column, one),
                (None, None) => return None,
            };
            Some(vec![(column, held(all, same)?.to_vec())])
        }
        Says::Other => None,
    }
}

/// The values that a column is held to in any case.
fn held<'s>(all: &'s Says<'_>, column: &(&str, &str)) -> Option<&'s [usize]> {
    match all {
        Says::All(parts) => parts.iter().find_map(|part| held(part, column)),
        Says::Is(of, places) if of == column => Some(places),
        _ => None,
    }
}
