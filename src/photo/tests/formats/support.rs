//! Pictures to test with, and ways to build files by hand.

use cyanotype_photo::{Limits, Probe};

pub const CANARY: &[u8] = b"CANARY-7f3a";

pub fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../../media-test-fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
pub fn probed(input: &[u8]) -> Probe {
    cyanotype_photo::probe(input, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {error:?}"))
}

pub fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// A JPEG marker segment.
pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).expect("fits a segment");
    [&[0xFF, marker], &length.to_be_bytes()[..], payload].concat()
}

/// The picture of a fixture with segments put behind its start marker.
pub fn jpeg_with(name: &str, segments: &[Vec<u8>]) -> Vec<u8> {
    let mut input = fixture(name);
    input.splice(2..2, segments.concat());
    input
}

/// One entry of a directory: tag, type, count, data.
pub struct Entry(pub u16, pub u16, pub u32, pub Vec<u8>);

pub fn ascii(tag: u16, text: &str) -> Entry {
    Entry(tag, 2, text.len() as u32 + 1, [text.as_bytes(), b"\0"].concat())
}

pub fn short(tag: u16, value: u16) -> Entry {
    Entry(tag, 3, 1, value.to_be_bytes().to_vec())
}

pub fn long(tag: u16, value: u32) -> Entry {
    Entry(tag, 4, 1, value.to_be_bytes().to_vec())
}

pub fn ratio(tag: u16, over: u32, under: u32) -> Entry {
    Entry(tag, 5, 1, [over.to_be_bytes(), under.to_be_bytes()].concat())
}

/// A big-endian directory that stands at `at` in its block, its longer values behind it.
fn directory(at: usize, entries: &[Entry]) -> Vec<u8> {
    let mut table = (entries.len() as u16).to_be_bytes().to_vec();
    let mut values: Vec<u8> = Vec::new();
    let behind = at + 2 + entries.len() * 12 + 4;
    for Entry(tag, kind, count, data) in entries {
        table.extend(tag.to_be_bytes());
        table.extend(kind.to_be_bytes());
        table.extend(count.to_be_bytes());
        if data.len() <= 4 {
            table.extend(data);
            table.extend(vec![0; 4 - data.len()]);
        } else {
            table.extend((behind as u32 + values.len() as u32).to_be_bytes());
            values.extend(data);
        }
    }
    table.extend([0; 4]);
    table.extend(values);
    table
}

/// A block of the main directory and the camera's, as an Exif segment carries it.
pub fn exif(main: Vec<Entry>, camera: &[Entry]) -> Vec<u8> {
    let mut main = main;
    main.push(long(0x8769, 0));
    let second = 8 + directory(8, &main).len();
    if let Some(pointer) = main.last_mut() {
        *pointer = long(0x8769, second as u32);
    }
    [b"Exif\0\0MM\0*\0\0\0\x08".to_vec(), directory(8, &main), directory(second, camera)].concat()
}

pub fn with_exif(main: Vec<Entry>, camera: &[Entry]) -> Vec<u8> {
    jpeg_with("orientation-1.jpg", &[segment(0xE1, &exif(main, camera))])
}

/// A packet whose one description holds these properties.
pub fn xmp(inner: &str) -> Vec<u8> {
    let packet = format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
        xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
        xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">
        {inner}</rdf:Description></rdf:RDF></x:xmpmeta>"#
    );
    [b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat()
}

pub fn with_xmp(inner: &str) -> Vec<u8> {
    jpeg_with("orientation-1.jpg", &[segment(0xE1, &xmp(inner))])
}

/// A PNG chunk, its checksum right.
pub fn chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let body = [kind, payload].concat();
    let length = u32::try_from(payload.len()).expect("fits a chunk");
    [&length.to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
