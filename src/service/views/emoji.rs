//! Custom emoji in what is shown: pictures of our own store in place of their names.

use super::{Person, picture_path};
use crate::activitypub::SanitizedHtml;
use crate::activitypub::html::{name_with_emoji, with_emoji};
use crate::app::App;
use crate::entity::account;
use crate::service::emoji::names;
use crate::service::limits;
use crate::store::emoji;
use sea_orm::DbErr;
use std::collections::{HashMap, HashSet};

/// One emoji as apps show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoji {
    pub shortcode: String,
    /// Path or address of its picture.
    pub path: String,
    /// People who write here are offered it.
    pub offered: bool,
    pub category: Option<String>,
}

impl Emoji {
    /// None where its picture is not here.
    pub fn of(app: &App, row: emoji::Row) -> Option<Self> {
        Some(Self {
            path: picture_path(app, row.media_key.as_deref()?),
            shortcode: row.shortcode,
            offered: row.visible_in_picker != 0,
            category: row.category,
        })
    }
}

/// The emoji that occur in some texts and are here; each by the server whose people wrote it.
#[derive(Debug, Clone, Default)]
pub struct Emojis {
    /// By handle.
    known: HashMap<String, Emoji>,
}

impl Emojis {
    /// For texts, each with the domain of who wrote it (empty for ours). Those not fetched yet are left out.
    pub async fn load<'a>(app: &App, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, DbErr> {
        let all = texts.into_iter().flat_map(|(domain, text)| {
            names(text).take(limits::EMOJI_IN_TEXT).map(move |name| emoji::handle(name, domain))
        });
        let handles: HashSet<String> = all.collect();
        if handles.is_empty() {
            return Ok(Self::default());
        }
        let rows = emoji::named(&app.db.read, &handles).await?;
        let one = |row: emoji::Row| Some((row.handle.clone(), Emoji::of(app, row)?));
        Ok(Self { known: rows.into_iter().filter_map(one).collect() })
    }

    /// Those that occur in these texts by people of one server, each once.
    pub fn used<'a>(&self, domain: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<Emoji> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let names = texts.into_iter().flat_map(|text| names(text).take(limits::EMOJI_IN_TEXT));
        let fresh = names.filter(|name| seen.insert(*name));
        fresh.filter_map(|name| self.known.get(&emoji::handle(name, domain)).cloned()).collect()
    }

    fn path(&self, domain: &str, name: &str) -> Option<String> {
        self.known.get(&emoji::handle(name, domain)).map(|emoji| emoji.path.clone())
    }

    /// Safe HTML with pictures in it.
    pub fn within(&self, domain: &str, html: SanitizedHtml) -> SanitizedHtml {
        if self.known.is_empty() { html } else { with_emoji(&html, |name| self.path(domain, name)) }
    }

    /// Plain text of one line, with pictures in it.
    pub fn title(&self, domain: &str, text: &str) -> SanitizedHtml {
        name_with_emoji(text, |name| self.path(domain, name))
    }

    /// A person whose name is shown with pictures.
    pub fn on(&self, person: Person, row: &account::Model) -> Person {
        if self.known.is_empty() {
            return person;
        }
        let shown = name_with_emoji(&person.name, |name| self.path(&row.domain, name));
        Person { shown, ..person }
    }
}
