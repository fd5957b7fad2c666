//! HEIF and AVIF: a new container around the coded pictures, with the items and the properties that make
//! the picture and nothing else (ISO/IEC 23008-12; ISO/IEC 14496-12, 8.11).

use std::collections::BTreeMap;
use std::ops::Range;

use crate::PhotoError;
use crate::probe::{Format, Heif, Picture, Property};
use crate::profile::neutral;

type Kind = [u8; 4];

/// Brands of still pictures. Those of films and of what was taken out are not kept.
const BRANDS: [&Kind; 11] =
    [b"mif1", b"mif2", b"miaf", b"heic", b"heix", b"heim", b"heis", b"avif", b"MA1A", b"MA1B", b"1pic"];
/// What alpha calls itself; other pictures that help are not kept.
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0"];

pub(super) fn rebuilt(input: &[u8], heif: &Heif, most: usize) -> Result<Vec<u8>, PhotoError> {
    let mut container = Container { input, most, ..Container::default() };
    let primary = container.picture(&heif.picture)?;
    if let Some(alpha) = &heif.alpha {
        let id = container.picture(alpha)?;
        container.refer(*b"auxl", id, vec![primary]);
        if heif.premultiplied {
            container.refer(*b"prem", primary, vec![id]);
        }
    }
    container
        .written(primary, &file_type(input, heif.picture.format))
        .ok_or(PhotoError::damaged("more than a container holds"))
}

/// Where the data of an item lies.
enum Place {
    /// Beside the tables: only a few numbers.
    Idat(Range<usize>),
    Mdat(Range<usize>),
}

struct Item {
    kind: Kind,
    /// Part of another picture, not to be shown by itself.
    hidden: bool,
    place: Place,
    /// Properties by number, counted from 1, and whether they must be understood.
    properties: Vec<(usize, bool)>,
}

#[derive(Default)]
struct Container<'a> {
    input: &'a [u8],
    /// Bytes one item's data may be.
    most: usize,
    /// Item 1 is the first.
    items: Vec<Item>,
    references: Vec<(Kind, usize, Vec<usize>)>,
    /// Whole boxes; each is there once.
    properties: Vec<Vec<u8>>,
    /// Numbers of properties by where they stand in the input.
    known: BTreeMap<(Kind, usize), Option<usize>>,
    idat: Vec<u8>,
    mdat: Vec<u8>,
}

impl Container<'_> {
    /// Adds a picture with all its tiles; its number.
    fn picture(&mut self, picture: &Picture) -> Result<usize, PhotoError> {
        let Some(grid) = &picture.grid else {
            let tile = picture.tiles.first().ok_or(PhotoError::damaged("no tiles"))?;
            return self.coded(picture.format, tile, false);
        };
        let start = self.idat.len();
        self.idat.extend(layout(picture).ok_or(PhotoError::damaged("grid"))?);
        let properties = grid.iter().filter_map(|property| self.property(property)).collect();
        let place = Place::Idat(start..self.idat.len());
        let id = self.add(Item { kind: *b"grid", hidden: false, place, properties });
        let tiles =
            picture.tiles.iter().map(|tile| self.coded(picture.format, tile, true)).collect::<Result<_, _>>()?;
        self.refer(*b"dimg", id, tiles);
        Ok(id)
    }

    fn coded(&mut self, format: Format, tile: &crate::probe::Tile, hidden: bool) -> Result<usize, PhotoError> {
        let (setup, data) = crate::heif::cleaned(self.input, format, tile, self.most)?;
        let (kind, setup_kind) = if format == Format::Avif { (*b"av01", *b"av1C") } else { (*b"hvc1", *b"hvcC") };
        let mut properties = Vec::new();
        for property in &tile.properties {
            if property.1 == tile.setup {
                properties.push((self.stored(boxed(setup_kind, &setup)), true));
            } else {
                properties.extend(self.property(property));
            }
        }
        let start = self.mdat.len();
        self.mdat.extend(data);
        let place = Place::Mdat(start..self.mdat.len());
        Ok(self.add(Item { kind, hidden, place, properties }))
    }

    fn add(&mut self, item: Item) -> usize {
        self.items.push(item);
        self.items.len()
    }

    fn refer(&mut self, kind: Kind, from: usize, to: Vec<usize>) {
        self.references.push((kind, from, to));
    }

    /// Takes over a property, if it is one that makes the picture.
    fn property(&mut self, (kind, contents, essential): &Property) -> Option<(usize, bool)> {
        let place = (*kind, contents.start);
        let number = match self.known.get(&place) {
            Some(number) => *number,
            None => {
                let data = self.input.get(contents.clone()).unwrap_or_default();
                let number = numbers(*kind, data).map(|kept| self.stored(boxed(*kind, &kept)));
                self.known.insert(place, number);
                number
            }
        };
        number.map(|number| (number, *essential))
    }

    fn stored(&mut self, whole: Vec<u8>) -> usize {
        let found = self.properties.iter().position(|other| *other == whole);
        let index = found.unwrap_or_else(|| {
            self.properties.push(whole);
            self.properties.len() - 1
        });
        index + 1
    }

    /// The file; nothing if a number is too large for its field.
    fn written(&self, primary: usize, file_type: &[u8]) -> Option<Vec<u8>> {
        let handler = full(*b"hdlr", 0, 0, &[&[0; 4][..], b"pict", &[0; 13]].concat());
        let primary = full(*b"pitm", 0, 0, &short(primary)?);
        let before = [handler, primary].concat();
        let after = [self.entries()?, self.references()?, self.properties()?, self.idat()].concat();
        let tables = |mdat: usize| Some(full(*b"meta", 0, 0, &[&before[..], &self.places(mdat)?, &after].concat()));
        // How long the tables are does not depend on where the data begins.
        let start = file_type.len() + tables(0)?.len() + 8;
        u32::try_from(start + self.mdat.len()).ok()?;
        Some([file_type, &tables(start)?, &boxed(*b"mdat", &self.mdat)].concat())
    }

    fn entries(&self) -> Option<Vec<u8>> {
        let mut entries = short(self.items.len())?.to_vec();
        for (id, item) in (1..).zip(&self.items) {
            entries.extend(full(
                *b"infe",
                2,
                u32::from(item.hidden),
                &[&short(id)?[..], &[0, 0], &item.kind, b"\0"].concat(),
            ));
        }
        Some(full(*b"iinf", 0, 0, &entries))
    }

    fn places(&self, mdat: usize) -> Option<Vec<u8>> {
        // Offsets and lengths of four bytes, no base, no index.
        let mut places = [&[0x44, 0x00][..], &short(self.items.len())?].concat();
        for (id, item) in (1..).zip(&self.items) {
            let (method, start, length) = match &item.place {
                Place::Idat(range) => (1, range.start, range.len()),
                Place::Mdat(range) => (0, mdat + range.start, range.len()),
            };
            places.extend([short(id)?, short(method)?, [0; 2], [0, 1]].concat());
            places
                .extend([u32::try_from(start).ok()?.to_be_bytes(), u32::try_from(length).ok()?.to_be_bytes()].concat());
        }
        Some(full(*b"iloc", 1, 0, &places))
    }

    fn references(&self) -> Option<Vec<u8>> {
        let mut references = Vec::new();
        for (kind, from, to) in &self.references {
            let mut ids = [short(*from)?, short(to.len())?].concat();
            for id in to {
                ids.extend(short(*id)?);
            }
            references.extend(boxed(*kind, &ids));
        }
        Some(if references.is_empty() { references } else { full(*b"iref", 0, 0, &references) })
    }

    fn properties(&self) -> Option<Vec<u8>> {
        let mut associations = u32::try_from(self.items.len()).ok()?.to_be_bytes().to_vec();
        for (id, item) in (1..).zip(&self.items) {
            associations.extend(short(id)?);
            associations.push(u8::try_from(item.properties.len()).ok()?);
            for &(number, essential) in &item.properties {
                let number = u16::try_from(number).ok().filter(|&number| number < 0x8000)?;
                associations.extend((number | if essential { 0x8000 } else { 0 }).to_be_bytes());
            }
        }
        let all = boxed(*b"ipco", &self.properties.concat());
        Some(boxed(*b"iprp", &[all, full(*b"ipma", 0, 1, &associations)].concat()))
    }

    fn idat(&self) -> Vec<u8> {
        if self.idat.is_empty() { Vec::new() } else { boxed(*b"idat", &self.idat) }
    }
}

/// The numbers of a grid (ISO/IEC 23008-12, 6.6.2.3), its sides in four bytes.
fn layout(picture: &Picture) -> Option<Vec<u8>> {
    let rows = u32::try_from(picture.tiles.len()).ok()? / picture.columns.max(1);
    let less = |count: u32| u8::try_from(count.checked_sub(1)?).ok();
    let head = [0, 1, less(rows)?, less(picture.columns)?];
    Some([&head[..], &picture.width.to_be_bytes(), &picture.height.to_be_bytes()].concat())
}

/// What is kept of a property's contents: numbers of a known length, and colours without words.
fn numbers(kind: Kind, data: &[u8]) -> Option<Vec<u8>> {
    let first = |length: usize| data.get(..length).map(<[u8]>::to_vec);
    match &kind {
        b"ispe" => Some([&[0; 4], data.get(4..12)?].concat()),
        b"pixi" => Some([&[0; 4], data.get(4..5 + usize::from(*data.get(4)?))?].concat()),
        b"pasp" => first(8),
        b"clap" => first(32),
        b"irot" => Some(vec![data.first()? & 3]),
        b"imir" => Some(vec![data.first()? & 1]),
        b"clli" => first(4),
        b"mdcv" => first(24),
        b"lsel" => first(2),
        b"auxC" => {
            Some([&[0; 4], *ALPHA.iter().find(|name| data.get(4..).is_some_and(|own| own.starts_with(name)))?].concat())
        }
        b"colr" => match data {
            [b'n', b'c', b'l', b'x', ..] => first(11),
            [b'p', b'r', b'o', b'f', icc @ ..] | [b'r', b'I', b'C', b'C', icc @ ..] => {
                Some([&b"prof"[..], &neutral(icc)?].concat())
            }
            _ => None,
        },
        _ => None,
    }
}

/// The first box: brands of the original that still hold.
fn file_type(input: &[u8], format: Format) -> Vec<u8> {
    let own = if format == Format::Avif { *b"avif" } else { *b"heic" };
    let size = input.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let (said, _) = input.get(8..size.clamp(8, 256).min(input.len())).unwrap_or_default().as_chunks::<4>();
    let fits = |brand: &Kind| BRANDS.contains(&brand);
    let major = said.first().copied().filter(fits).unwrap_or(own);
    let mut brands = vec![*b"mif1", own];
    for brand in said.iter().skip(2).filter(|brand| fits(brand)) {
        if !brands.contains(brand) {
            brands.push(*brand);
        }
    }
    boxed(*b"ftyp", &[&major[..], &[0; 4], &brands.concat()].concat())
}

fn short(number: usize) -> Option<[u8; 2]> {
    u16::try_from(number).ok().map(u16::to_be_bytes)
}

fn full(kind: Kind, version: u8, flags: u32, payload: &[u8]) -> Vec<u8> {
    let head = (u32::from(version) << 24 | flags).to_be_bytes();
    boxed(kind, &[&head[..], payload].concat())
}

fn boxed(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 8).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], &kind, payload].concat()
}
