//! Camera data beside a picture: `exifData` (FEP-ee3a), and `exif` as Vernissage wrote it before. Positions
//! are not among what is read.

use super::field::{self, Object};
use serde_json::Value;

/// Most entries looked at for one picture.
pub const MAX_EXIF: usize = 40;
/// Longest value kept, in characters.
pub const MAX_EXIF_VALUE: usize = 200;

/// The names that are read (FEP-ee3a, and three that Vernissage adds), each with its name in `exif`.
const NAMES: [(&str, &str); 13] = [
    ("Make", "make"),
    ("Model", "model"),
    ("LensMake", ""),
    ("LensModel", "lens"),
    ("FocalLength", "focalLength"),
    ("FocalLengthIn35mmFilm", "focalLenIn35mmFilm"),
    ("FNumber", "fNumber"),
    ("ExposureTime", "exposureTime"),
    ("PhotographicSensitivity", "photographicSensitivity"),
    ("DateTime", "createDate"),
    ("Film", "film"),
    ("Scanner", "scanner"),
    ("Chemistry", "chemistry"),
];

/// Name (as FEP-ee3a has it) and value of what is said about the camera, each name once.
pub(super) fn read(object: &Object) -> Vec<(&'static str, String)> {
    let listed = field::many(field::get(object, "exifData")).iter().take(MAX_EXIF).filter_map(Value::as_object);
    let listed: Vec<(&str, &Value)> =
        listed.filter_map(|e| Some((e.get("name")?.as_str()?, e.get("value")?))).collect();
    let older = field::get(object, "exif").and_then(Value::as_object);
    let value = |(name, old): &(&'static str, &str)| {
        let found = listed.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        let text = text(found.or_else(|| older?.get(*old))?)?;
        Some((*name, text))
    };
    NAMES.iter().filter_map(value).collect()
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => field::line(text, MAX_EXIF_VALUE),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
