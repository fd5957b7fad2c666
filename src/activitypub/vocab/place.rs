//! Where a picture was taken, as its author says it: `location` of type `Place`, beside a post (Pixelfed)
//! or beside each picture (Vernissage). Coordinates are not read: a name is what an author chose to say.

use super::field::{self, Object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest name of a place or country, in characters.
pub const MAX_PLACE: usize = 200;

/// A named place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub name: String,
    /// Its country, by name or code; empty where it is not said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub country: String,
}

impl Place {
    /// "Bergen, Norway"
    pub fn label(&self) -> String {
        let parts = [&self.name, &self.country].into_iter().filter(|part| !part.is_empty());
        parts.cloned().collect::<Vec<_>>().join(", ")
    }

    /// True when nothing is said.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    /// As a row keeps it; an empty text for nothing.
    pub fn kept(&self) -> String {
        if self.is_empty() { String::new() } else { serde_json::to_string(self).unwrap_or_default() }
    }

    /// From what a row keeps.
    pub fn of(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_default()
    }
}

/// The place a document or a picture names.
pub(super) fn read(object: &Object) -> Option<Place> {
    let place = field::many(field::get(object, "location")).first()?.as_object()?;
    let line = |name: &str| field::line(place.get(name).and_then(Value::as_str).unwrap_or(""), MAX_PLACE);
    let name = line("name");
    let country = [line("country"), line("addressCountry")].into_iter().find(|text| !text.is_empty());
    (!name.is_empty()).then(|| Place { name, country: country.unwrap_or_default() })
}
