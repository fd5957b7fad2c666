//! The only metadata a served file may carry, and only where its author asked for it: her name and her
//! claim, written afresh as Exif `Artist` and `Copyright` (Exif 3.0, 4.6.5: tags 0x013B and 0x8298).

/// Bytes of one text; longer ones are cut between characters.
const MOST: usize = 500;
const ASCII: u16 = 2;

/// The JPEG with these two texts in it, right after its start and a JFIF segment; empty ones are left
/// out. A file that does not begin as a JPEG comes back as it is.
pub fn with_credit(jpeg: Vec<u8>, artist: &str, copyright: &str) -> Vec<u8> {
    let texts = [(0x013B, cut(artist)), (0x8298, cut(copyright))];
    let texts: Vec<(u16, &str)> = texts.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let (Some(at), false) = (after_jfif(&jpeg), texts.is_empty()) else { return jpeg };
    let exif = exif(&texts);
    let length = u16::try_from(exif.len() + 2).unwrap_or(u16::MAX);
    let mut with = Vec::with_capacity(jpeg.len() + exif.len() + 4);
    let (before, behind) = jpeg.split_at(at);
    with.extend(before);
    with.extend([0xFF, 0xE1]);
    with.extend(length.to_be_bytes());
    with.extend(exif);
    with.extend(behind);
    with
}

fn cut(text: &str) -> &str {
    let text = text.trim();
    let end = (0..=MOST.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Where the first segment after the start marker and APP0 begins.
fn after_jfif(jpeg: &[u8]) -> Option<usize> {
    match jpeg {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => {
            let end = 4 + usize::from(u16::from_be_bytes([*high, *low]));
            (end <= jpeg.len()).then_some(end)
        }
        [0xFF, 0xD8, 0xFF, ..] => Some(2),
        _ => None,
    }
}

/// A TIFF block of one directory: entries of 12 bytes, their texts behind it, ended by NUL.
fn exif(texts: &[(u16, &str)]) -> Vec<u8> {
    let mut directory = u16::try_from(texts.len()).unwrap_or(0).to_be_bytes().to_vec();
    let mut behind = Vec::new();
    let first = 8 + 2 + texts.len() * 12 + 4;
    for (tag, text) in texts {
        let count = u32::try_from(text.len() + 1).unwrap_or(0);
        directory.extend(tag.to_be_bytes());
        directory.extend(ASCII.to_be_bytes());
        directory.extend(count.to_be_bytes());
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        if value.len() <= 4 {
            value.resize(4, 0);
            directory.extend(value);
        } else {
            directory.extend(u32::try_from(first + behind.len()).unwrap_or(0).to_be_bytes());
            behind.extend(value);
        }
    }
    directory.extend([0; 4]);
    [b"Exif\0\0MM\0*\0\0\0\x08".as_slice(), &directory, &behind].concat()
}

#[cfg(test)]
mod tests {
    use super::with_credit;
    use crate::{Limits, probe};

    const JPEG: &[u8] = include_bytes!("../../media-test-fixtures/srgb.jpg");

    #[test]
    fn both_texts_are_read_again_as_they_were_written() {
        for (artist, copyright) in [("Ada Lovelace", "© 2026 Ada"), ("Ö", ""), ("", "CC"), (&"x".repeat(700), "c")] {
            let with = with_credit(JPEG.to_vec(), artist, copyright);
            let said = probe(&with, &Limits::default()).unwrap().metadata();
            let creator = said.creator.unwrap_or_default();
            assert!(artist.starts_with(&creator) && creator.len() >= artist.len().min(200), "{artist}: {creator}");
            assert_eq!(said.copyright.unwrap_or_default(), copyright);
        }
    }

    #[test]
    fn without_texts_nothing_is_written() {
        assert_eq!(with_credit(JPEG.to_vec(), " ", ""), JPEG);
        assert_eq!(with_credit(b"no picture".to_vec(), "Ada", ""), b"no picture");
    }
}
