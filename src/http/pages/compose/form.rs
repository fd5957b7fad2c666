//! What the composer's form says.

use crate::activitypub::vocab::Place;
use crate::activitypub::vocab::place::MAX_PLACE;
use crate::http::uploads::Filled;
use crate::service::categories;
use crate::service::photos::focus::Focus;
use crate::service::posting::{Form, Offer};
use crate::service::uploads::clip;
use std::collections::HashMap;

/// Languages offered, by BCP 47 tag.
pub(in crate::http::pages) const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("ar", "العربية"),
    ("bg", "Български"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("ga", "Gaeilge"),
    ("gl", "Galego"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// What the fields of the composer say.
pub(super) fn read(filled: &Filled) -> Form {
    let ids: Vec<i64> = filled.all("photo").filter_map(|v| v.parse().ok()).collect();
    let mut places: Vec<(i64, usize, i64)> = Vec::new();
    let mut alts = HashMap::new();
    let mut focus = HashMap::new();
    let mut removed = Vec::new();
    let mut shown = HashMap::new();
    for (index, id) in ids.into_iter().enumerate() {
        let fallback = i64::try_from(index + 1).unwrap_or(i64::MAX);
        places.push((filled.text(&format!("order_{id}")).trim().parse().unwrap_or(fallback), index, id));
        if filled.fields.iter().any(|(name, _)| *name == format!("alt_{id}")) {
            alts.insert(id, filled.text(&format!("alt_{id}")).to_owned());
        }
        let number = |axis: &str| filled.text(&format!("focus_{axis}_{id}")).trim().parse::<f64>().ok();
        if let (Some(x), Some(y)) = (number("x"), number("y")) {
            focus.extend(Focus::new(x, y).map(|point| (id, point)));
        }
        // Boxes that are not ticked are not sent: this one says that they were there.
        if !filled.text(&format!("data_{id}")).is_empty() {
            let fields = filled.all(&format!("show_{id}")).map(str::to_owned).collect();
            shown.insert(id, Offer { fields, original: !filled.text(&format!("offer_{id}")).is_empty() });
        }
        if !filled.text(&format!("remove_{id}")).is_empty() {
            removed.push(id);
        }
    }
    // A number typed into two fields keeps the order in which they stood.
    places.sort();
    Form {
        caption: filled.text("caption").to_owned(),
        warning: filled.text("warning").to_owned(),
        language: language(filled.text("language")),
        visibility: filled.text("visibility").parse().ok(),
        place: place(filled.text("place"), filled.text("country")),
        category: categories::chosen(filled.text("category")).to_owned(),
        order: places.into_iter().map(|(_, _, id)| id).collect(),
        alts,
        focus,
        removed,
        shown,
    }
}

/// A country without a place is one.
fn place(name: &str, country: &str) -> Place {
    let line = |text: &str| clip(&text.replace(['\r', '\n'], " "), MAX_PLACE).trim().to_owned();
    match (line(name), line(country)) {
        (name, country) if name.is_empty() => Place { name: country, country: String::new() },
        (name, country) => Place { name, country },
    }
}

/// One of [`LANGUAGES`]; English for anything else.
pub(in crate::http::pages) fn language(tag: &str) -> String {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or("en", |(known, _)| known).to_owned()
}
