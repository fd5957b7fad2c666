//! IPTC-IIM (IPTC-NAA Information Interchange Model 4.2): a flat list of records, as Photoshop keeps
//! them in its resource 0x0404.

use super::Said;
use super::readable::{Moment, moment};
use super::text::{plain, windows_1252};
use crate::limits::{MAX_CAPTION_CHARS, MAX_IPTC_RECORDS, MAX_NAME_CHARS};

/// The records in a segment that begins with `Photoshop 3.0\0`: blocks of `8BIM`, a number, a name and
/// data, each padded to an even length (Adobe, Photoshop File Formats).
pub(in crate::metadata) fn records(mut resources: &[u8]) -> Option<&[u8]> {
    for _ in 0..MAX_IPTC_RECORDS {
        let block = resources.strip_prefix(b"8BIM")?;
        let (&number, block) = block.split_first_chunk::<2>()?;
        let name = usize::from(*block.first()?) + 1;
        let block = block.get(name.next_multiple_of(2)..)?;
        let (&size, block) = block.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_be_bytes(size)).ok()?;
        if number == [0x04, 0x04] {
            return block.get(..size);
        }
        resources = block.get(size.checked_next_multiple_of(2)?..)?;
    }
    None
}

/// Record number, data set number, data; until something is not a record.
fn sets(mut data: &[u8]) -> impl Iterator<Item = (u8, u8, &[u8])> {
    let next = move || {
        let (&[mark, record, set, high, low], rest) = data.split_first_chunk::<5>()?;
        let size = usize::from(u16::from_be_bytes([high, low]));
        // A set bit announces a longer length, which no text here needs.
        if mark != 0x1C || size >= 0x8000 {
            return None;
        }
        let (value, rest) = rest.split_at_checked(size)?;
        data = rest;
        Some((record, set, value))
    };
    std::iter::from_fn(next).take(MAX_IPTC_RECORDS)
}

pub(super) fn read(data: &[u8]) -> Said {
    let utf8 = sets(data).any(|(record, set, value)| (record, set) == (1, 90) && value == b"\x1B%G");
    let text = |value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) if utf8 => String::from_utf8_lossy(value).into_owned(),
        Err(_) => windows_1252(value),
    };
    let mut said = Said::default();
    let mut headline = None;
    for (_, set, value) in sets(data).filter(|&(record, ..)| record == 2) {
        let value = text(value);
        let (field, most) = match set {
            5 => (&mut said.title, MAX_NAME_CHARS),
            105 => (&mut headline, MAX_NAME_CHARS),
            80 => (&mut said.creator, MAX_NAME_CHARS),
            116 => (&mut said.copyright, MAX_NAME_CHARS),
            120 => (&mut said.description, MAX_CAPTION_CHARS),
            25 => {
                said.keywords.push(value);
                continue;
            }
            _ => continue,
        };
        if field.is_none() {
            *field = plain(&value, most);
        }
    }
    said.title = said.title.or(headline);
    said
}

/// When the picture was taken: "20260704" and "182203+0200", in two records.
pub(super) fn taken(data: &[u8]) -> Moment {
    let of = |wanted: u8| {
        let found = sets(data).find(|&(record, set, _)| (record, set) == (2, wanted));
        found.and_then(|(_, _, value)| std::str::from_utf8(value).ok()).unwrap_or_default().trim()
    };
    let (day, time) = (of(55), of(60));
    let cut = |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    let written = format!(
        "{}-{}-{}T{}:{}:{}",
        cut(day, 0, 4),
        cut(day, 4, 6),
        cut(day, 6, 8),
        cut(time, 0, 2),
        cut(time, 2, 4),
        cut(time, 4, 6)
    );
    moment(&written, &format!("{}:{}", cut(time, 6, 9), cut(time, 9, 11)))
}

/// Whether a city, a part of one, a province or a country is named.
pub(super) fn names_a_place(data: &[u8]) -> bool {
    sets(data).any(|(record, set, _)| record == 2 && matches!(set, 26 | 27 | 90 | 92 | 95 | 100 | 101))
}
