//! Camera data between servers: what others are told of a photo, and what they tell of theirs (FEP-ee3a).

use super::data;
use crate::activitypub::vocab::Attachment;
use crate::entity::photo;
use crate::photo::Metadata;

/// Longest value that is sent, in characters.
const MOST: usize = 100;

/// What is sent of one photo: only what its author shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Names of FEP-ee3a with their values.
    pub exif: Vec<(&'static str, String)>,
    /// Name of the licence.
    pub licence: Option<String>,
}

/// What its author shows of a photo, as other servers are told.
pub fn said(row: &photo::Model) -> Said {
    let metadata = data::metadata(row);
    let shown: Vec<&str> = row.shows.split(',').collect();
    let mut exif = Vec::new();
    for (key, entries) in entries(&metadata) {
        if shown.contains(&key) {
            let entry = |(name, value): (&'static str, Option<String>)| Some((name, value?));
            exif.extend(entries.into_iter().filter_map(entry));
        }
    }
    for (_, value) in &mut exif {
        *value = value.chars().take(MOST).collect();
    }
    let licence = data::lines(row).into_iter().find(|line| line.key == "licence" && line.shown);
    Said { exif, licence: licence.map(|line| line.value.chars().take(MOST).collect()) }
}

type Entry = (&'static str, Option<String>);

/// What stands for each of the fields that can be shown.
fn entries(m: &Metadata) -> [(&'static str, Vec<Entry>); 10] {
    let one = |name, value: &Option<String>| vec![(name, value.clone())];
    [
        ("camera", vec![("Make", m.make.clone()), ("Model", m.model.clone())]),
        ("lens", vec![("LensMake", m.lens_make.clone()), ("LensModel", m.lens.clone())]),
        (
            "focal_length",
            vec![
                ("FocalLength", m.focal_length.clone()),
                ("FocalLengthIn35mmFilm", m.focal_length_35mm.map(|mm| mm.to_string())),
            ],
        ),
        ("aperture", one("FNumber", &m.aperture)),
        ("exposure", one("ExposureTime", &m.exposure)),
        ("iso", vec![("PhotographicSensitivity", m.iso.map(|iso| iso.to_string()))]),
        ("taken", vec![("DateTime", m.taken.as_deref().map(exif_time))]),
        ("film", one("Film", &m.film)),
        ("chemistry", one("Chemistry", &m.chemistry)),
        ("scanner", one("Scanner", &m.scanner)),
    ]
}

/// "2026-07-04T18:22:03" as "2026:07:04 18:22:03".
fn exif_time(taken: &str) -> String {
    match taken.split_once('T') {
        Some((day, time)) => format!("{} {time}", day.replace('-', ":")),
        None => taken.replace('-', ":"),
    }
}

/// What another server says about a photo, as a row keeps it: its metadata, and that all of it is shown.
pub fn heard(attachment: &Attachment) -> (String, String) {
    let mut m = Metadata::default();
    for (name, value) in &attachment.exif {
        let value = value.clone();
        match *name {
            "Make" => m.make = Some(value),
            "Model" => m.model = Some(value),
            "LensMake" => m.lens_make = Some(value),
            "LensModel" => m.lens = Some(value),
            "FocalLength" => m.focal_length = some(value.trim_end_matches("mm").trim()),
            "FocalLengthIn35mmFilm" => m.focal_length_35mm = value.trim_end_matches("mm").trim().parse().ok(),
            "FNumber" => m.aperture = some(value.trim_start_matches(['f', 'F', 'ƒ']).trim_start_matches('/').trim()),
            "ExposureTime" => m.exposure = some(value.trim_end_matches('s').trim()),
            "PhotographicSensitivity" => m.iso = value.trim_start_matches("ISO").trim().parse().ok(),
            "DateTime" => m.taken = time_of(&value),
            "Film" => m.film = Some(value),
            "Scanner" => m.scanner = Some(value),
            "Chemistry" => m.chemistry = Some(value),
            _ => {}
        }
    }
    m.licence = some(&attachment.licence);
    let all = data::FIELDS.iter().map(|field| field.key);
    let shows = if m == Metadata::default() { String::new() } else { data::chosen(all) };
    (serde_json::to_string(&m).unwrap_or_else(|_| "{}".to_owned()), shows)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// "2026:07:04 18:22:03", or the same as ISO 8601, as "2026-07-04T18:22:03"; nothing for what is no time.
fn time_of(text: &str) -> Option<String> {
    let text = text.get(..19)?;
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => matches!(byte, b':' | b'-'),
        10 => matches!(byte, b' ' | b'T'),
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    let fine = text.bytes().enumerate().all(shape) && !text.starts_with("0000");
    fine.then(|| format!("{}T{}", text[..10].replace(':', "-"), &text[11..]))
}
