//! Text from outside: decoded, cleaned, cut to length.

use crate::limits::{MAX_KEYWORD_CHARS, MAX_KEYWORDS};

/// Trimmed, without control characters, at most `most` characters; nothing if nothing is left.
pub(super) fn plain(text: &str, most: usize) -> Option<String> {
    let kept = |c: &char| *c == '\n' || !c.is_control();
    let text: String = text.trim().chars().filter(kept).take(most).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Bytes up to the first NUL: UTF-8, which is what programs write, else Windows-1252.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    std::str::from_utf8(bytes).map_or_else(|_| windows_1252(bytes), str::to_owned)
}

/// The upper half of Windows-1252 that differs from Latin-1; 0 where it has no character.
const WINDOWS_1252: [u16; 32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0,
    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
];

pub(super) fn windows_1252(bytes: &[u8]) -> String {
    let character = |&byte: &u8| {
        let special = usize::from(byte).checked_sub(0x80).and_then(|index| WINDOWS_1252.get(index));
        char::from_u32(special.copied().map_or(u32::from(byte), u32::from)).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    bytes.iter().map(character).collect()
}

/// UTF-16 up to the first NUL; broken pairs become replacement characters.
pub(super) fn utf_16(bytes: &[u8], little_endian: bool) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let unit = |&pair: &[u8; 2]| if little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
    let units = pairs.iter().map(unit).take_while(|&unit| unit != 0);
    char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A web address without spaces, at most 500 characters.
pub(super) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let scheme = text.starts_with("https://") || text.starts_with("http://");
    let sound = text.len() <= 500 && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>'));
    (scheme && sound).then(|| text.to_owned())
}

/// The first source that has any keywords, each of them once.
pub(super) fn list(sources: [Vec<String>; 3]) -> Vec<String> {
    let first = sources.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    let mut kept: Vec<String> = Vec::new();
    for word in first {
        if let Some(word) = plain(&word, MAX_KEYWORD_CHARS).filter(|word| !kept.contains(word)) {
            kept.push(word);
        }
        if kept.len() == MAX_KEYWORDS {
            break;
        }
    }
    kept
}

/// A thing by its maker and its name, the maker once; of a maker's name its first word is enough.
pub(super) fn with_maker(maker: &str, name: &str) -> String {
    let first = maker.split_whitespace().next().unwrap_or(maker);
    let repeats = name.get(..first.len()).is_some_and(|start| start.eq_ignore_ascii_case(first));
    if repeats { name.to_owned() } else { format!("{maker} {name}") }
}

/// A number with at most `decimals` of them, none that is a closing zero.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
