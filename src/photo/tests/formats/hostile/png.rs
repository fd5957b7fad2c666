//! PNG.

use super::*;

fn header(width: u32, height: u32, depth: u8, colour: u8, interlaced: u8) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&sides[..], &[depth, colour, 0, 0, interlaced]].concat())
}

/// A PNG of these chunks; `rows` with their filter bytes.
fn png(header: Vec<u8>, chunks: &[Vec<u8>], rows: &[u8]) -> Vec<u8> {
    let data = chunk(b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(rows, 6));
    [b"\x89PNG\r\n\x1A\n".to_vec(), header, chunks.concat(), data, chunk(b"IEND", b"")].concat()
}

/// A fixture with chunks put behind its header.
fn with(name: &str, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut input = fixture(name);
    input.splice(33..33, chunks.concat());
    input
}

/// Eight by eight pixels of 16 bits and alpha, in the seven passes of Adam7.
fn interlaced(chunks: &[Vec<u8>]) -> Vec<u8> {
    const PASSES: [(u32, u32, u32, u32); 7] =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = Vec::new();
    for (left, top, across, down) in PASSES {
        for y in (top..8).step_by(down as usize) {
            rows.push(0);
            for x in (left..8).step_by(across as usize) {
                rows.extend([x as u16 * 8_000, y as u16 * 8_000, 0x8000, 0xFFFF].map(u16::to_be_bytes).concat());
            }
        }
    }
    png(header(8, 8, 16, 6, 1), chunks, &rows)
}

#[test]
fn every_depth_and_kind_of_png_is_read() {
    let grey = |depth, bytes: usize| png(header(16, 16, depth, 0, 0), &[], &vec![0; 16 * (bytes + 1)]);
    let extras = [chunk(b"gAMA", &45_455u32.to_be_bytes()), chunk(b"sBIT", &[12; 4]), chunk(b"cICP", &[1, 13, 0, 1])];
    check(vec![
        ("one bit", grey(1, 2), Accepted),
        ("two bits", grey(2, 4), Accepted),
        ("four bits", grey(4, 8), Accepted),
        ("sixteen bits", grey(16, 32), Accepted),
        ("grey and alpha", png(header(16, 16, 8, 4, 0), &[], &vec![0; 16 * 33]), Accepted),
        ("a transparent grey", png(header(16, 16, 8, 0, 0), &[chunk(b"tRNS", &[0, 0])], &vec![0; 16 * 17]), Accepted),
        ("interlaced, deep, with every extra", interlaced(&extras), Accepted),
    ]);
    let derived = derive(&interlaced(&extras)).expect("a sound picture");
    let picture = image::load_from_memory(first(&derived)).expect("a JPEG").into_rgb8();
    assert!(picture.get_pixel(7, 0)[0] > 190 && picture.get_pixel(0, 7)[1] > 190, "passes stand where they belong");
}

#[test]
fn chunks_that_inflate_without_end_are_left_out() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 64 << 20], 6);
    let named = |name: &[u8]| [name, &bomb].concat();
    check(vec![
        ("a profile", with("palette.png", &[chunk(b"iCCP", &named(b"bomb\0\0"))]), Like("palette.png")),
        ("a text", with("palette.png", &[chunk(b"zTXt", &named(b"bomb\0\0"))]), Like("palette.png")),
        (
            "a packet",
            with("palette.png", &[chunk(b"iTXt", &named(b"XML:com.adobe.xmp\0\x01\0\0\0"))]),
            Like("palette.png"),
        ),
    ]);
}

#[test]
fn pictures_that_inflate_to_something_else_are_refused_or_cut() {
    let too_much = png(header(16, 16, 8, 0, 0), &[], &vec![0; 64 << 20]);
    let too_little = png(header(16, 16, 8, 0, 0), &[], &[0; 40]);
    let filter = png(header(16, 16, 8, 0, 0), &[], &[9; 16 * 17]);
    check(vec![
        ("far too much", too_much, Either),
        ("too little", too_little, Refused),
        ("an unknown filter", filter, Refused),
        ("50 000 pixels a side", png(header(50_000, 50_000, 1, 0, 0), &[], &vec![0; 300_000]), Refused),
        ("no width", png(header(0, 16, 8, 0, 0), &[], &[0; 16]), Refused),
        ("sides beyond the format", png(header(u32::MAX, u32::MAX, 8, 0, 0), &[], &[0; 16]), Refused),
        ("a depth of 3", png(header(16, 16, 3, 0, 0), &[], &[0; 16 * 17]), Refused),
        ("a colour type of 5", png(header(16, 16, 8, 5, 0), &[], &[0; 16 * 17]), Refused),
        ("a palette of 16 bits", png(header(16, 16, 16, 3, 0), &[], &[0; 16 * 33]), Refused),
    ]);
}

#[test]
fn chunks_are_counted_and_their_checksums_kept_where_it_matters() {
    let picture = png(header(64, 64, 8, 0, 0), &[], &[0; 64 * 65]);
    let data = picture.windows(4).position(|four| four == b"IDAT").expect("data");
    let length = u32::from_be_bytes(*picture[data - 4..].first_chunk().expect("a length")) as usize;
    let bytes: Vec<_> = picture[data + 4..data + 4 + length].iter().map(|&byte| chunk(b"IDAT", &[byte])).collect();
    let pieces = [&picture[..33], &bytes.concat(), &chunk(b"IEND", b"")].concat();
    let mut wrong = picture.clone();
    wrong[data + 4 + length] ^= 1;
    let mut text = chunk(b"tEXt", b"a\0b");
    if let Some(last) = text.last_mut() {
        *last ^= 1;
    }
    let mut endless = picture.clone();
    endless[data - 4..data].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF]);
    check(vec![
        ("a million empty chunks", with("palette.png", &vec![chunk(b"teSt", b""); 1_000_000]), Refused),
        ("data in pieces of a byte", pieces, Accepted),
        ("a chunk of two gigabytes", endless, Refused),
        ("a wrong checksum of a text", with("palette.png", &[text]), Like("palette.png")),
        ("a wrong checksum of the picture", wrong, Refused),
        ("no end", picture[..picture.len() - 12].to_vec(), Accepted),
        ("something behind the end", [fixture("palette.png"), b"PK\x03\x04".to_vec()].concat(), Like("palette.png")),
    ]);
}

#[test]
fn palettes_must_be_there_and_are_never_read_past() {
    let few = |entries: usize| png(header(16, 16, 8, 3, 0), &[chunk(b"PLTE", &vec![9; entries * 3])], &[200; 16 * 17]);
    let rows: Vec<u8> = (0..16).flat_map(|_| [&[0][..], &[200; 16]].concat()).collect();
    check(vec![
        ("no palette", png(header(16, 16, 8, 3, 0), &[], &rows), Refused),
        ("half an entry", png(header(16, 16, 8, 3, 0), &[chunk(b"PLTE", &[1, 2])], &rows), Refused),
        ("indices past its end", png(header(16, 16, 8, 3, 0), &[chunk(b"PLTE", &[9; 6])], &rows), Either),
        ("a filter of 200", few(2), Refused),
        ("more transparency than colours", with("palette.png", &[chunk(b"tRNS", &[9; 300])]), Either),
    ]);
}

#[test]
fn of_an_animation_only_the_picture_is_decoded() {
    let control = |number: u32| {
        let sides = [number.to_be_bytes(), 64u32.to_be_bytes(), 64u32.to_be_bytes(), [0; 4], [0; 4]].concat();
        chunk(b"fcTL", &[&sides[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let mut chunks = vec![chunk(b"acTL", &[0, 1, 0x86, 0xA0, 0, 0, 0, 0])];
    for number in 0..5000 {
        chunks.push(control(number * 2));
        chunks.push(chunk(b"fdAT", &(number * 2 + 1).to_be_bytes()));
    }
    check(vec![("100 000 frames", png(header(64, 64, 8, 0, 0), &chunks, &[0; 64 * 65]), Accepted)]);
}
