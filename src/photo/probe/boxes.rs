//! The boxes of a file of the ISO base media family, and the tables of items in its `meta` box
//! (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12). Nothing here goes deeper than the four levels it knows, so
//! that no nesting can exhaust anything.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bytes::Bytes;
use crate::PhotoError;
use crate::limits::{MAX_BOXES, MAX_EXTENTS, MAX_ITEMS, MAX_PROPERTIES};

pub(super) type Kind = [u8; 4];

/// The boxes side by side in a part of the file: their kinds and where their contents lie. Ends before
/// the first that does not hold together.
pub(super) fn boxes(file: &[u8], within: Range<usize>) -> Result<Vec<(Kind, Range<usize>)>, PhotoError> {
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some((kind, contents)) = next(file, at, within.end) {
        if found.len() == MAX_BOXES {
            return Err(PhotoError::damaged("too many boxes"));
        }
        at = contents.end;
        found.push((kind, contents));
    }
    Ok(found)
}

fn next(file: &[u8], at: usize, end: usize) -> Option<(Kind, Range<usize>)> {
    let mut bytes = Bytes::new(file.get(at..end)?);
    let size = bytes.u32_be()?;
    let kind = bytes.fourcc()?;
    let size = match size {
        0 => end - at,
        1 => usize::try_from(bytes.sized(8)?).ok()?,
        size => usize::try_from(size).ok()?,
    };
    let (start, stop) = (at + bytes.position(), at.checked_add(size)?);
    (start <= stop && stop <= end).then_some((kind, start..stop))
}

/// Where an item's data lies.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// In the file (0) or in the `idat` box (1); other ways are not read.
    method: u8,
    extents: Vec<(u64, u64)>,
}

/// The tables of a `meta` box.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub primary: u32,
    /// Kind of each item; of a `mime` item its content type too.
    pub items: BTreeMap<u32, (Kind, Vec<u8>)>,
    places: BTreeMap<u32, Place>,
    /// Kind, from, to.
    pub references: Vec<(Kind, u32, Vec<u32>)>,
    /// Kind and contents of every property, counted from 1.
    properties: Vec<(Kind, Range<usize>)>,
    /// Properties of each item by number, and whether they must be understood.
    associations: BTreeMap<u32, Vec<(usize, bool)>>,
    idat: Range<usize>,
}

impl Meta {
    /// Reads the box whose contents lie at `range`.
    pub(super) fn read(file: &[u8], range: Range<usize>) -> Result<Self, PhotoError> {
        let mut meta = Self::default();
        // A full box: version and flags come first.
        for (kind, contents) in boxes(file, range.start.saturating_add(4)..range.end)? {
            let data = file.get(contents.clone()).unwrap_or_default();
            let read = match &kind {
                b"pitm" => meta.read_primary(data),
                b"iinf" => meta.read_items(file, contents)?,
                b"iloc" => meta.read_places(data),
                b"iref" => meta.read_references(file, contents)?,
                b"iprp" => meta.read_properties(file, contents)?,
                b"idat" => {
                    meta.idat = contents;
                    Some(())
                }
                _ => Some(()),
            };
            read.ok_or(PhotoError::damaged("item tables"))?;
        }
        Ok(meta)
    }

    fn read_primary(&mut self, data: &[u8]) -> Option<()> {
        let mut bytes = Bytes::new(data);
        let wide = bytes.u32_be()? >> 24 > 0;
        self.primary = bytes.sized(if wide { 4 } else { 2 })?.try_into().ok()?;
        Some(())
    }

    fn read_items(&mut self, file: &[u8], contents: Range<usize>) -> Result<Option<()>, PhotoError> {
        let version = file.get(contents.start).copied().unwrap_or_default();
        let first = contents.start + if version == 0 { 6 } else { 8 };
        for (kind, entry) in boxes(file, first..contents.end)? {
            if kind == *b"infe"
                && let Some((id, kind, about)) = file.get(entry).and_then(item)
            {
                self.items.entry(id).or_insert((kind, about));
            }
        }
        Ok((self.items.len() <= MAX_ITEMS).then_some(()))
    }

    fn read_places(&mut self, data: &[u8]) -> Option<()> {
        let mut bytes = Bytes::new(data);
        let version = (bytes.u32_be()? >> 24) as u8;
        let (sizes, more) = (bytes.u8()?, bytes.u8()?);
        let (offset, length, base, index) =
            (sizes >> 4, sizes & 15, more >> 4, if version > 0 { more & 15 } else { 0 });
        let id_size = if version < 2 { 2 } else { 4 };
        let count = bytes.sized(id_size)?;
        if version > 2 || count > MAX_ITEMS as u64 {
            return None;
        }
        for _ in 0..count {
            let id = u32::try_from(bytes.sized(id_size)?).ok()?;
            let method = if version > 0 { (bytes.u16_be()? & 15) as u8 } else { 0 };
            let elsewhere = bytes.u16_be()? != 0;
            let start = bytes.sized(base)?;
            let pieces = usize::from(bytes.u16_be()?);
            if pieces > MAX_EXTENTS {
                return None;
            }
            let mut place = Place { method: if elsewhere { u8::MAX } else { method }, extents: Vec::new() };
            for _ in 0..pieces {
                bytes.sized(index)?;
                place.extents.push((start.checked_add(bytes.sized(offset)?)?, bytes.sized(length)?));
            }
            self.places.entry(id).or_insert(place);
        }
        Some(())
    }

    fn read_references(&mut self, file: &[u8], contents: Range<usize>) -> Result<Option<()>, PhotoError> {
        let size = if file.get(contents.start) == Some(&0) { 2 } else { 4 };
        let mut total = 0;
        for (kind, reference) in boxes(file, contents.start.saturating_add(4)..contents.end)? {
            let mut bytes = Bytes::new(file.get(reference).unwrap_or_default());
            let mut id = || bytes.sized(size)?.try_into().ok();
            let Some(from) = id() else { return Ok(None) };
            let Some(count) = bytes.u16_be() else { return Ok(None) };
            total += usize::from(count);
            if total > MAX_ITEMS {
                return Ok(None);
            }
            let to: Option<Vec<u32>> = (0..count).map(|_| bytes.sized(size)?.try_into().ok()).collect();
            let Some(to) = to else { return Ok(None) };
            self.references.push((kind, from, to));
        }
        Ok(Some(()))
    }

    fn read_properties(&mut self, file: &[u8], contents: Range<usize>) -> Result<Option<()>, PhotoError> {
        for (kind, inside) in boxes(file, contents)? {
            let read = match &kind {
                b"ipco" => {
                    self.properties = boxes(file, inside)?;
                    Some(())
                }
                b"ipma" => self.read_associations(file.get(inside).unwrap_or_default()),
                _ => Some(()),
            };
            if read.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    fn read_associations(&mut self, data: &[u8]) -> Option<()> {
        let mut bytes = Bytes::new(data);
        let head = bytes.u32_be()?;
        let (id_size, wide) = (if head >> 24 > 0 { 4 } else { 2 }, head & 1 == 1);
        let count = bytes.u32_be()?;
        if usize::try_from(count).ok()? > MAX_ITEMS {
            return None;
        }
        for _ in 0..count {
            let id = u32::try_from(bytes.sized(id_size)?).ok()?;
            let number = usize::from(bytes.u8()?);
            if number > MAX_PROPERTIES {
                return None;
            }
            let mut list = Vec::with_capacity(number);
            for _ in 0..number {
                list.push(if wide {
                    let value = bytes.u16_be()?;
                    (usize::from(value & 0x7FFF), value & 0x8000 != 0)
                } else {
                    let value = bytes.u8()?;
                    (usize::from(value & 0x7F), value & 0x80 != 0)
                });
            }
            self.associations.entry(id).or_insert(list);
        }
        Some(())
    }

    /// The properties of an item in their order: kind, contents, must be understood.
    pub(super) fn properties(&self, id: u32) -> impl Iterator<Item = (Kind, Range<usize>, bool)> + '_ {
        let list = self.associations.get(&id).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|&(number, essential)| {
            let (kind, contents) = self.properties.get(number.checked_sub(1)?)?;
            Some((*kind, contents.clone(), essential))
        })
    }

    /// The contents of the first property of a kind.
    pub(super) fn property(&self, id: u32, wanted: &Kind) -> Option<Range<usize>> {
        self.properties(id).find(|(kind, ..)| kind == wanted).map(|(_, contents, _)| contents)
    }

    /// Where the data of an item lies in the file.
    pub(super) fn data(&self, id: u32, file_size: usize) -> Option<Vec<Range<usize>>> {
        let place = self.places.get(&id)?;
        let within = match place.method {
            0 => 0..file_size,
            1 => self.idat.clone(),
            _ => return None,
        };
        let pieces = place.extents.iter().map(|&(offset, length)| {
            let start = within.start.checked_add(usize::try_from(offset).ok()?)?;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            (start < end && end <= within.end).then_some(start..end)
        });
        pieces.collect::<Option<Vec<_>>>().filter(|pieces| !pieces.is_empty())
    }

    /// What an item refers to in this way.
    pub(super) fn to(&self, wanted: &Kind, from: u32) -> &[u32] {
        let found = self.references.iter().find(|(kind, id, _)| kind == wanted && *id == from);
        found.map(|(.., to)| to.as_slice()).unwrap_or_default()
    }

    /// Items that refer to this one in this way.
    pub(super) fn referring(&self, wanted: &Kind, to: u32) -> impl Iterator<Item = u32> + '_ {
        let wanted = *wanted;
        self.references
            .iter()
            .filter(move |(kind, _, list)| *kind == wanted && list.contains(&to))
            .map(|&(_, id, _)| id)
    }
}

/// An item's entry: its number, its kind and, if it is `mime`, its content type.
fn item(data: &[u8]) -> Option<(u32, Kind, Vec<u8>)> {
    let mut bytes = Bytes::new(data);
    let size = match bytes.u32_be()? >> 24 {
        2 => 2,
        3 => 4,
        _ => return None,
    };
    let id = u32::try_from(bytes.sized(size)?).ok()?;
    bytes.u16_be()?;
    let kind = bytes.fourcc()?;
    let mut words = data.get(bytes.position()..)?.split(|&byte| byte == 0);
    words.next();
    let about = if kind == *b"mime" { words.next().unwrap_or_default().to_vec() } else { Vec::new() };
    Some((id, kind, about))
}
