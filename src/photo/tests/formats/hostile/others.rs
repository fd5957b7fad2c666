//! GIF, WebP, and profiles of any format.

use super::*;

/// A GIF of a canvas and blocks: two colours, no trailer of its own.
fn gif(width: u16, height: u16, blocks: &[Vec<u8>]) -> Vec<u8> {
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [b"GIF89a".to_vec(), sides, vec![0x80, 0, 0, 0, 0, 0, 255, 255, 255], blocks.concat()].concat()
}

/// A frame whose pixels all are the second colour; its codes: clear, then pixels, then end, three bits
/// each.
fn gif_frame(left: u16, top: u16, width: u16, height: u16, codes: &[u8]) -> Vec<u8> {
    let place = [left, top, width, height].map(u16::to_le_bytes).concat();
    [b",".to_vec(), place, vec![0, 2, codes.len() as u8], codes.to_vec(), vec![0]].concat()
}

/// Clear, one pixel of colour 1, end.
const ONE: &[u8] = &[0b0100_1100, 0b1];

#[test]
fn a_gif_is_its_first_frame_whatever_follows() {
    let one = || gif_frame(0, 0, 1, 1, ONE);
    let end = || b";".to_vec();
    let mut many = vec![one()];
    many.extend((0..50_000).map(|_| one()));
    let comments = vec![b"!\xFE\x04abcd\0".to_vec(); 100_000];
    check(vec![
        ("one frame", gif(1, 1, &[one(), end()]), Accepted),
        ("50 000 frames", gif(1, 1, &many), Accepted),
        ("no trailer", gif(1, 1, &[one()]), Accepted),
        ("a frame outside", gif(4, 4, &[gif_frame(60_000, 60_000, 1, 1, ONE), end()]), Either),
        ("a frame larger than the canvas", gif(2, 2, &[gif_frame(0, 0, 60_000, 60_000, ONE), end()]), Either),
        ("a frame of nothing", gif(1, 1, &[gif_frame(0, 0, 0, 0, ONE), end()]), Either),
        ("no frame", gif(1, 1, &[end()]), Refused),
        ("codes that never were", gif(16, 16, &[gif_frame(0, 0, 16, 16, &[0xFF; 60]), end()]), Either),
        ("a canvas of nothing", gif(0, 0, &[one()]), Refused),
        ("100 000 comments", gif(1, 1, &[comments.concat(), one(), end()]), Either),
        ("no colours", [b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), one(), end()].concat(), Either),
    ]);
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    [b"RIFF".to_vec(), (body.len() as u32).to_le_bytes().to_vec(), body].concat()
}

fn riff_chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut chunk = [&kind[..], &(payload.len() as u32).to_le_bytes(), payload].concat();
    if payload.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

/// The picture chunk of a simple WebP.
fn picture(name: &str) -> Vec<u8> {
    fixture(name)[12..].to_vec()
}

fn extended(width: u32, height: u32, flags: u8) -> Vec<u8> {
    let (w, h) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    riff_chunk(b"VP8X", &[flags, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]])
}

#[test]
fn a_webp_that_lies_about_its_sizes_is_refused() {
    let lossy = || picture("lossy.webp");
    let mut long = fixture("lossy.webp");
    long[4..8].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F]);
    let mut short = fixture("lossy.webp");
    short[4..8].copy_from_slice(&[40, 0, 0, 0]);
    let unknown = riff_chunk(b"unkn", b"");
    check(vec![
        ("rebuilt", riff(&[extended(320, 240, 0), lossy()]), Like("lossy.webp")),
        ("a file longer than it is", long, Refused),
        ("a file shorter than it is", short, Refused),
        ("another canvas", riff(&[extended(100, 100, 0), lossy()]), Refused),
        ("alpha for another size", riff(&[extended(320, 240, 16), riff_chunk(b"ALPH", &[1, 9, 9]), lossy()]), Either),
        ("100 000 unknown chunks", riff(&[extended(320, 240, 0), unknown.repeat(100_000), lossy()]), Refused),
        (
            "an animation of a thousand frames as large as can be",
            {
                let frame = riff_chunk(b"ANMF", &[&[0; 16][..], &lossy()].concat());
                riff(&[extended(16_383, 16_383, 2), riff_chunk(b"ANIM", &[0; 6]), frame.repeat(1000)])
            },
            Refused,
        ),
        ("an animation without frames", riff(&[extended(100, 100, 2), riff_chunk(b"ANIM", &[0; 6])]), Refused),
        ("no picture", riff(&[extended(100, 100, 0)]), Refused),
    ]);
}

/// The class of damage of CVE-2023-4863: code lengths in a lossless picture that build tables past their
/// room.
#[test]
fn damaged_code_lengths_of_a_lossless_webp_never_harm() {
    let whole = fixture("lossless.webp");
    let mut state = 4863u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let mut cases = Vec::new();
    for _ in 0..300 {
        let mut input = whole.clone();
        for _ in 0..=random() % 6 {
            let at = 25 + random() as usize % 60;
            input[at] = random() as u8;
        }
        cases.push(("damaged codes", input, Either));
    }
    check(cases);
}

/// A profile of these tags, for a picture in `space`.
fn profile(version: u8, space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut icc = vec![0; 132 + 12 * tags.len()];
    icc[8] = version;
    icc[12..16].copy_from_slice(b"mntr");
    icc[16..20].copy_from_slice(space);
    icc[20..24].copy_from_slice(b"XYZ ");
    icc[36..40].copy_from_slice(b"acsp");
    icc[68..80].copy_from_slice(&[0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
    icc[128..132].copy_from_slice(&(tags.len() as u32).to_be_bytes());
    for (index, (name, data)) in tags.iter().enumerate() {
        let entry = [&name[..], &(icc.len() as u32).to_be_bytes(), &(data.len() as u32).to_be_bytes()].concat();
        icc[132 + 12 * index..144 + 12 * index].copy_from_slice(&entry);
        icc.extend(data);
    }
    let length = (icc.len() as u32).to_be_bytes();
    icc[..4].copy_from_slice(&length);
    icc
}

fn part(number: u8, total: u8, bytes: &[u8]) -> Vec<u8> {
    segment(0xE2, &[b"ICC_PROFILE\0", &[number, total][..], bytes].concat())
}

#[test]
fn a_profile_that_does_not_hold_together_counts_as_none() {
    let p3 = cyanotype_photo::profile::display_p3();
    let (head, tail) = p3.split_at(200);
    let with = |segments: &[Vec<u8>]| jpeg_with("interleaved.jpg", segments);
    let same = "interleaved.jpg";
    check(vec![
        ("in two parts", with(&[part(2, 2, tail), part(1, 2, head)]), Accepted),
        ("255 parts", with(&(1..=255).map(|n| part(n, 255, b"x")).collect::<Vec<_>>()), Like(same)),
        ("a part missing", with(&[part(1, 3, head), part(3, 3, tail)]), Like(same)),
        ("a part twice", with(&[part(1, 2, head), part(1, 2, head), part(2, 2, tail)]), Like(same)),
        ("another total", with(&[part(1, 2, head), part(2, 3, tail)]), Like(same)),
        ("part zero", with(&[part(0, 1, p3)]), Like(same)),
        ("too long", with(&(1..=20).map(|n| part(n, 20, &[0; 65_000])).collect::<Vec<_>>()), Like(same)),
    ]);
}

#[test]
fn a_profile_that_is_a_bomb_or_of_another_kind_counts_as_none() {
    let curve = |count: u32| [b"curv\0\0\0\0".to_vec(), count.to_be_bytes().to_vec(), vec![0; 40]].concat();
    let table = |kind: &[u8; 4], inputs: u8| [&kind[..], &[0; 4], &[inputs, 3, 255, 0], &[0; 60]].concat();
    let colour = |tags: &[(&[u8; 4], Vec<u8>)]| profile(4, b"RGB ", tags);
    let mut overlapping = colour(&[(b"rTRC", curve(1)), (b"gTRC", curve(1)), (b"bTRC", curve(1))]);
    for index in 0..3 {
        overlapping[132 + 12 * index + 4..132 + 12 * index + 8].copy_from_slice(&[0, 0, 0, 128]);
    }
    let mut many = colour(&[]);
    many[128..132].copy_from_slice(&[0xFF; 4]);
    let lab = profile(4, b"Lab ", &[]);
    let mut link = profile(4, b"RGB ", &[]);
    link[12..16].copy_from_slice(b"link");
    let mut named = profile(4, b"RGB ", &[]);
    named[12..16].copy_from_slice(b"nmcl");
    let bombs = [
        ("255 to the fourth grid points", colour(&[(b"A2B0", table(b"mft2", 4))])),
        ("255 cubed grid points", colour(&[(b"A2B0", table(b"mft1", 3))])),
        ("sixteen inks", colour(&[(b"A2B0", table(b"mft1", 16))])),
        ("a curve of two billion", colour(&[(b"rTRC", curve(1 << 31)), (b"gTRC", curve(1)), (b"bTRC", curve(1))])),
        ("a curve of kind 9", colour(&[(b"rTRC", [b"para\0\0\0\0\0\x09\0\0".to_vec(), vec![0; 40]].concat())])),
        (
            "elements that hold themselves",
            colour(&[(b"D2B0", b"mpet\0\0\0\0\0\x03\0\x03\0\0\0\x01\0\0\0\0\0\0\0\x20".to_vec())]),
        ),
        ("tags upon the header", overlapping),
        ("four billion tags", many),
        ("inks for a picture of light", profile(4, b"CMYK", &[(b"A2B0", table(b"mft1", 4))])),
        ("grey for a coloured picture", profile(4, b"GRAY", &[(b"kTRC", curve(0))])),
        ("Lab", lab),
        ("a link of devices", link),
        ("named colours", named),
        ("version 5", profile(5, b"RGB ", &[])),
        ("nothing but a header", vec![0; 132]),
    ];
    let with = |icc: &[u8]| jpeg_with("interleaved.jpg", &[part(1, 1, icc)]);
    for (name, icc) in &bombs {
        let (input, started) = (with(icc), Stopwatch::begin());
        let _ = derive(&input);
        // What the photo itself takes is in it too.
        assert!(started.spent() < Duration::from_millis(150), "{name}: {:?}", started.spent());
    }
    check(bombs.map(|(name, icc)| (name, with(&icc), Like("interleaved.jpg"))).into());
}
