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

/// The emoji that occur in some texts and are here; each by the server whose people wrote it.
#[derive(Debug, Clone, Default)]
pub struct Emojis {
    /// Paths by handle.
    paths: HashMap<String, String>,
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
        let path = |row: emoji::Row| Some((row.handle, picture_path(app, &row.media_key?)));
        Ok(Self { paths: rows.into_iter().filter_map(path).collect() })
    }

    fn path(&self, domain: &str, name: &str) -> Option<String> {
        self.paths.get(&emoji::handle(name, domain)).cloned()
    }

    /// Safe HTML with pictures in it.
    pub fn within(&self, domain: &str, html: SanitizedHtml) -> SanitizedHtml {
        if self.paths.is_empty() { html } else { with_emoji(&html, |name| self.path(domain, name)) }
    }

    /// A person whose name is shown with pictures.
    pub fn on(&self, person: Person, row: &account::Model) -> Person {
        if self.paths.is_empty() {
            return person;
        }
        let shown = name_with_emoji(&person.name, |name| self.path(&row.domain, name));
        Person { shown, ..person }
    }
}
