//! HEIF and AVIF: containers that lie.

use super::*;

fn full(kind: &[u8; 4], version: u8, payload: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], payload].concat())
}

fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat()
}

fn entry(id: u16, kind: &[u8; 4]) -> Vec<u8> {
    full(b"infe", 2, &[&id.to_be_bytes()[..], &[0, 0], kind, b"\0"].concat())
}

/// The first item is a grid of `tiles`; `from` says which item refers to them.
struct Grid {
    rows: u8,
    columns: u8,
    tiles: Vec<u16>,
    from: u16,
    kinds: Vec<(u16, [u8; 4])>,
    sizes: [[u32; 2]; 2],
    /// Pieces of each tile's data.
    pieces: u16,
    properties: Vec<Vec<u8>>,
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            rows: 1,
            columns: 2,
            tiles: vec![2, 3],
            from: 1,
            kinds: vec![(1, *b"grid"), (2, *b"hvc1"), (3, *b"hvc1")],
            sizes: [[128, 64], [64, 64]],
            pieces: 1,
            properties: vec![],
        }
    }
}

impl Grid {
    fn file(&self) -> Vec<u8> {
        let ids = |ids: &[u16]| ids.iter().flat_map(|id| id.to_be_bytes()).collect::<Vec<u8>>();
        let entries: Vec<_> = self.kinds.iter().map(|(id, kind)| entry(*id, kind)).collect();
        let items = full(b"iinf", 0, &[&(entries.len() as u16).to_be_bytes()[..], &entries.concat()].concat());
        let to = [&ids(&[self.from, self.tiles.len() as u16])[..], &ids(&self.tiles)].concat();
        let references = full(b"iref", 0, &boxed(b"dimg", &to));
        let size = |[w, h]: [u32; 2]| full(b"ispe", 0, &[w.to_be_bytes(), h.to_be_bytes()].concat());
        let mut properties = vec![size(self.sizes[0]), size(self.sizes[1]), boxed(b"hvcC", &[0; 23])];
        properties.extend(self.properties.iter().cloned());
        let mut associations = (self.kinds.len() as u32).to_be_bytes().to_vec();
        for (id, kind) in &self.kinds {
            let own: Vec<u8> =
                if kind == b"grid" { [1].into_iter().chain(4..=properties.len() as u8).collect() } else { vec![2, 3] };
            associations.extend(id.to_be_bytes());
            associations.push(own.len() as u8);
            associations.extend(own);
        }
        let properties =
            boxed(b"iprp", &[boxed(b"ipco", &properties.concat()), full(b"ipma", 0, &associations)].concat());
        // All data lies in `idat`: the grid first, then what every tile shares.
        let [w, h] = self.sizes[0].map(|side| (side as u16).to_be_bytes());
        let idat = [&[0, 0, self.rows - 1, self.columns - 1, w[0], w[1], h[0], h[1]][..], &[0; 64]].concat();
        let mut places = [&[0x44, 0x00][..], &(self.kinds.len() as u16).to_be_bytes()].concat();
        for (id, kind) in &self.kinds {
            let (pieces, start, length) = if kind == b"grid" { (1, 0u32, 8u32) } else { (self.pieces, 8, 64) };
            places.extend(ids(&[*id, 1, 0, pieces]));
            places.extend([start.to_be_bytes(), length.to_be_bytes()].concat().repeat(usize::from(pieces)));
        }
        let primary = full(b"pitm", 0, &ids(&[1]));
        let tables = [primary, items, references, properties, full(b"iloc", 1, &places), boxed(b"idat", &idat)];
        [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), full(b"meta", 0, &tables.concat())].concat()
    }
}

/// Refused, and so soon that nothing was decoded.
#[track_caller]
fn refused_at_once(cases: Vec<(&str, Vec<u8>)>) {
    for (name, input) in cases {
        let started = Stopwatch::begin();
        let error = cyanotype_photo::probe(&input, &Limits::default()).err();
        let took = started.spent();
        assert!(error.is_some(), "{name} came in");
        assert!(took < Duration::from_millis(10), "{name} took {took:?}");
        assert!(derive(&input).is_err(), "{name}");
    }
}

#[test]
fn the_grid_these_tests_bend_is_sound_until_it_is_decoded() {
    assert!(cyanotype_photo::probe(&Grid::default().file(), &Limits::default()).is_ok());
    assert!(derive(&Grid::default().file()).is_err(), "its tiles hold nothing");
}

#[test]
fn grids_that_hold_themselves_or_too_much_are_refused_at_once() {
    let many: Vec<u16> = (2..2 + 1100).collect();
    let kinds =
        |ids: &[u16]| std::iter::once((1, *b"grid")).chain(ids.iter().map(|&id| (id, *b"hvc1"))).collect::<Vec<_>>();
    let grid = |grid: Grid| grid.file();
    refused_at_once(vec![
        ("a grid of itself", grid(Grid { tiles: vec![1, 1], ..Grid::default() })),
        ("a grid of grids", grid(Grid { kinds: vec![(1, *b"grid"), (2, *b"grid"), (3, *b"grid")], ..Grid::default() })),
        ("one tile twice", grid(Grid { tiles: vec![2, 2], ..Grid::default() })),
        ("fewer tiles than told", grid(Grid { rows: 255, columns: 255, ..Grid::default() })),
        ("65 536 tiles of one item", grid(Grid { rows: 255, columns: 255, tiles: vec![2; 65_025], ..Grid::default() })),
        (
            "1 100 tiles",
            grid(Grid {
                rows: 11,
                columns: 100,
                kinds: kinds(&many),
                tiles: many,
                sizes: [[6400, 704], [64, 64]],
                ..Grid::default()
            }),
        ),
        ("tiles that are not there", grid(Grid { tiles: vec![8, 9], ..Grid::default() })),
        ("tiles too small", grid(Grid { sizes: [[128, 64], [32, 32]], ..Grid::default() })),
        ("tiles far too large", grid(Grid { sizes: [[128, 64], [16_384, 16_384]], ..Grid::default() })),
        (
            "a picture of two billion pixels a side",
            grid(Grid { sizes: [[1 << 31, 1 << 31], [64, 64]], ..Grid::default() }),
        ),
        ("data used 64 times", grid(Grid { pieces: 64, ..Grid::default() })),
        ("data in 65 535 pieces", grid(Grid { pieces: u16::MAX, ..Grid::default() })),
        ("references of something else", grid(Grid { from: 7, ..Grid::default() })),
    ]);
}

#[test]
fn turns_and_cuts_that_make_no_sense_are_refused_at_once() {
    let with = |properties: Vec<Vec<u8>>| Grid { properties, ..Grid::default() }.file();
    let clap = |values: [u32; 8]| vec![boxed(b"clap", &values.map(u32::to_be_bytes).concat())];
    let turn = || boxed(b"irot", &[1]);
    assert!(cyanotype_photo::probe(&with(clap([100, 1, 50, 1, 0, 1, 0, 1])), &Limits::default()).is_ok());
    refused_at_once(vec![
        ("64 turns", with(vec![turn(); 29])),
        ("three turns", with(vec![turn(); 3])),
        ("a cut by nothing", with(clap([100, 0, 50, 0, 0, 0, 0, 0]))),
        ("a cut to nothing", with(clap([0, 1, 0, 1, 0, 1, 0, 1]))),
        ("a cut larger than the picture", with(clap([1000, 1, 50, 1, 0, 1, 0, 1]))),
        ("a cut outside", with(clap([100, 1, 50, 1, 1000, 1, 0, 1]))),
        ("a turn of nothing", with(vec![boxed(b"irot", b"")])),
        ("more properties than anyone has", with(vec![turn(); 60])),
    ]);
}

#[test]
fn a_cut_shows_the_part_it_names() {
    let clap = boxed(b"clap", &[100u32, 1, 50, 1, 14, 1, 7, 1].map(u32::to_be_bytes).concat());
    let probe = probed(&Grid { properties: vec![clap], ..Grid::default() }.file());
    assert_eq!((probe.width, probe.height), (100, 50));
}

#[test]
fn boxes_that_do_not_hold_together_are_refused_at_once() {
    let plain = fixture("plain.heic");
    let size_of = |kind: &[u8], size: [u8; 4]| {
        let mut input = plain.clone();
        let at = input.windows(4).position(|four| four == kind).expect("the box is there") - 4;
        input[at..at + 4].copy_from_slice(&size);
        input
    };
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        nested = full(b"meta", 0, &nested);
    }
    let brand = boxed(b"ftyp", b"avif\0\0\0\0mif1avif");
    refused_at_once(vec![
        ("no box behind the first", brand.clone()),
        ("ten thousand boxes in each other", [brand.clone(), nested].concat()),
        ("a hundred thousand boxes", [brand.clone(), boxed(b"free", b"").repeat(100_000)].concat()),
        ("a film", [brand, boxed(b"moov", &[0; 64])].concat()),
        ("tables of size 1", size_of(b"meta", [0, 0, 0, 1])),
        ("tables of half of all bytes there can be", {
            let mut input = plain.clone();
            let at = input.windows(4).position(|four| four == b"meta").expect("the box is there");
            input[at - 4..at].copy_from_slice(&[0, 0, 0, 1]);
            input[at + 4..at + 12].copy_from_slice(&(1u64 << 63).to_be_bytes());
            input
        }),
        ("everything behind the brand in one box", size_of(b"meta", [0; 4]).drain(..200).collect()),
        ("tables of size 4", size_of(b"meta", [0, 0, 0, 4])),
        ("tables past the end", size_of(b"meta", [0x7F, 0xFF, 0xFF, 0xFF])),
        ("items past their box", size_of(b"iinf", [0, 0, 0xFF, 0xFF])),
        ("no properties", size_of(b"ipco", [0, 0, 0, 8])),
        ("another primary", patched("plain.heic", b"pitm", 8, &[0xFF, 0xFF])),
        ("no width", patched("plain.heic", b"ispe", 8, &[0; 4])),
        ("a side of two billion", patched("plain.avif", b"ispe", 8, &[0x80, 0, 0, 0])),
        ("cut short", plain[..plain.len() / 2].to_vec()),
    ]);
}

#[test]
fn a_coded_picture_larger_than_it_says_is_never_decoded() {
    // The same data under a smaller size, and under a larger one.
    for name in ["plain.heic", "plain.avif"] {
        for sides in [[0, 0, 0, 64, 0, 0, 0, 64], [0, 0, 2, 0, 0, 0, 2, 0]] {
            let input = patched(name, b"ispe", 8, &sides);
            let started = Stopwatch::begin();
            assert!(derive(&input).is_err(), "{name} {sides:?}");
            assert!(started.spent() < Duration::from_millis(50), "{name}");
        }
    }
}

#[test]
fn damage_anywhere_never_harms() {
    let mut state = 46u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let names = [
        "turned.heic",
        "turned.avif",
        "grid.heic",
        "grid.avif",
        "alpha.heic",
        "alpha.avif",
        "grey.heic",
        "grey.avif",
        "deep.heic",
        "deep.avif",
    ];
    let mut cases = Vec::new();
    for name in names {
        let whole = fixture(name);
        for _ in 0..40 {
            let mut input = whole.clone();
            for _ in 0..=random(4) {
                let at = random(input.len());
                input[at] = random(256) as u8;
            }
            if random(5) == 0 {
                input.truncate(random(input.len()) + 1);
            }
            cases.push((name, input, Either));
        }
    }
    check(cases);
}
