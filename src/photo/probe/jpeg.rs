//! The marker segments of a JPEG file.

use super::bytes::Bytes;
use super::{Body, Found};
use crate::PhotoError;
use crate::limits::{MAX_ICC, MAX_ICC_CMYK, MAX_SCANS, MAX_SEGMENTS};
use crate::metadata::{self, Carried, Removed};
use crate::pixels::Kind;

/// How the components of a JPEG are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Components {
    Grey,
    Rgb,
    YCbCr,
    /// `inverted`: Adobe's programs write ink as light, and say so by their marker.
    Cmyk {
        inverted: bool,
    },
    Ycck {
        inverted: bool,
    },
}

impl Components {
    /// Luma alone or with colour, as our own files hold it.
    pub(crate) fn is_planar(self) -> bool {
        matches!(self, Self::Grey | Self::YCbCr)
    }

    /// What they are as pixels.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Grey => Kind::Grey,
            Self::Rgb | Self::YCbCr => Kind::Rgb,
            Self::Cmyk { .. } | Self::Ycck { .. } => Kind::Cmyk,
        }
    }

    pub(crate) fn count(self) -> u64 {
        match self {
            Self::Grey => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk { .. } | Self::Ycck { .. } => 4,
        }
    }
}

/// What the decoder needs, cut free from what it must not see: application segments, comments and
/// everything behind the end marker.
#[derive(Debug, Clone)]
pub(crate) struct Jpeg {
    /// Start marker, tables and frame header before the first scan.
    pub header: Vec<u8>,
    /// From the first scan up to, not including, the end marker (or the end of a cut file).
    pub scans: std::ops::Range<usize>,
    pub components: Components,
    /// Not Huffman's codes: read by libjpeg-turbo.
    pub arithmetic: bool,
}

/// Whether the decoder of arithmetic coding is built in.
const ARITHMETIC: bool = cfg!(feature = "libjpeg-turbo");

struct Frame {
    arithmetic: bool,
    progressive: bool,
    width: u16,
    height: u16,
    ids: Vec<u8>,
}

#[derive(Default)]
struct Walk<'a> {
    header: Vec<u8>,
    frame: Option<Frame>,
    jfif: bool,
    adobe: Option<u8>,
    carried: Carried,
    icc: Vec<(u8, u8, &'a [u8])>,
    first_scan: Option<usize>,
    scans: u32,
    /// Per component: a bit for every coefficient some scan has begun, and begun to its last bit.
    begun: [u64; 4],
    finished: [u64; 4],
}

pub(super) fn walk(data: &[u8]) -> Result<Found, PhotoError> {
    let mut walk = Walk { header: vec![0xFF, 0xD8], ..Walk::default() };
    let mut bytes = Bytes::new(data);
    let mut end = None;
    let mut segments = 0;
    while let Some(marker) = bytes.next_marker() {
        let at = bytes.position() - 2;
        match marker {
            0xD8 => continue,
            0xD9 => {
                end = Some(at);
                break;
            }
            _ => {}
        }
        segments += 1;
        if segments > MAX_SEGMENTS {
            return Err(PhotoError::damaged("too many segments"));
        }
        let Some(payload) = payload(&mut bytes) else { break };
        walk.segment(marker, at, payload)?;
    }
    let behind = end.and_then(|end| data.get(end + 2..)).unwrap_or_default();
    walk.finish(data.len(), end, trailer(behind))
}

/// What follows the end of the picture; padding is nothing.
fn trailer(behind: &[u8]) -> Option<Removed> {
    match behind {
        [0xFF, 0xD8, ..] => Some(Removed::SecondPicture),
        _ if behind.iter().all(|&byte| byte == 0) => None,
        _ => Some(Removed::Trailer),
    }
}

fn payload<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = bytes.u16_be()?;
    bytes.take(usize::from(length.checked_sub(2)?))
}

impl<'a> Walk<'a> {
    fn segment(&mut self, marker: u8, at: usize, payload: &'a [u8]) -> Result<(), PhotoError> {
        match marker {
            0xC0..=0xC2 => self.frame(marker, payload)?,
            0xC9 | 0xCA if ARITHMETIC => self.frame(marker, payload)?,
            0xCC if ARITHMETIC => self.keep(marker, payload),
            0xC3 => return Err(PhotoError::RareKind("lossless")),
            0xC9..=0xCC => return Err(PhotoError::RareKind("arithmetic coding")),
            0xC5..=0xC8 | 0xCD..=0xCF | 0xDE | 0xDF => return Err(PhotoError::RareKind("hierarchical")),
            0xC4 | 0xDB | 0xDD => self.keep(marker, payload),
            0xDA => self.scan(at, payload)?,
            0xEE if payload.starts_with(b"Adobe") => self.adobe = payload.get(11).copied(),
            0xE0..=0xEF => self.application(marker, payload),
            0xFE => self.carried.saw(Removed::Comments),
            _ => {}
        }
        Ok(())
    }

    /// Copies a segment the decoder needs. After the first scan it reads them where they stand.
    fn keep(&mut self, marker: u8, payload: &[u8]) {
        if self.first_scan.is_none() {
            let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
            self.header.extend([0xFF, marker]);
            self.header.extend(length.to_be_bytes());
            self.header.extend(payload);
        }
    }

    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<(), PhotoError> {
        if self.frame.is_some() {
            return Err(PhotoError::RareKind("hierarchical"));
        }
        let &[depth, h1, h0, w1, w0, count, ref rest @ ..] = payload else {
            return Err(PhotoError::damaged("frame header"));
        };
        if depth != 8 {
            return Err(PhotoError::RareKind("more than 8 bits a colour"));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(PhotoError::RareKind("an unusual number of colour components"));
        }
        let (components, _) = rest.as_chunks::<3>();
        let sound = |&[_, sampling, _]: &[u8; 3]| matches!(sampling >> 4, 1..=4) && matches!(sampling & 15, 1..=4);
        if components.len() != usize::from(count) || !components.iter().all(sound) {
            return Err(PhotoError::damaged("frame components"));
        }
        self.frame = Some(Frame {
            arithmetic: marker >= 0xC9,
            progressive: matches!(marker, 0xC2 | 0xCA),
            width: u16::from_be_bytes([w1, w0]),
            height: u16::from_be_bytes([h1, h0]),
            ids: components.iter().map(|component| component[0]).collect(),
        });
        self.keep(marker, payload);
        Ok(())
    }

    fn scan(&mut self, at: usize, payload: &[u8]) -> Result<(), PhotoError> {
        let damaged = || PhotoError::damaged("scan header");
        let frame = self.frame.as_ref().ok_or_else(damaged)?;
        let (&count, rest) = payload.split_first().ok_or_else(damaged)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(damaged)?;
        let &[start, end, bits] = rest.first_chunk().ok_or_else(damaged)?;
        let coefficients = match (frame.progressive, start, end) {
            (false, ..) => u64::MAX,
            (true, 0..=63, 0..=63) if start <= end => u64::MAX >> (63 - (end - start)) << start,
            _ => return Err(damaged()),
        };
        for selector in selectors.chunks_exact(2) {
            let index = frame.ids.iter().position(|id| selector.first() == Some(id)).ok_or_else(damaged)?;
            if let (Some(begun), Some(finished)) = (self.begun.get_mut(index), self.finished.get_mut(index)) {
                *begun |= coefficients;
                *finished |= if frame.progressive && bits & 15 != 0 { 0 } else { coefficients };
            }
        }
        self.first_scan.get_or_insert(at);
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(PhotoError::TooMuchWork { scans: self.scans });
        }
        Ok(())
    }

    /// What speaks of the picture is cut out; the rest is only told about.
    fn application(&mut self, marker: u8, payload: &'a [u8]) {
        let carried = &mut self.carried;
        match (marker, payload) {
            (0xE0, [b'J', b'F', b'I', b'F', 0, rest @ ..]) => {
                self.jfif = true;
                if rest.get(7..9).is_some_and(|sides| !sides.contains(&0)) {
                    carried.saw(Removed::Thumbnail);
                }
            }
            (0xE0, [b'J', b'F', b'X', b'X', 0, ..]) => carried.saw(Removed::Thumbnail),
            (0xE1, [b'E', b'x', b'i', b'f', 0, 0, ..]) => {
                carried.exif.get_or_insert_with(|| payload.to_vec());
            }
            (0xE2, [b'I', b'C', b'C', b'_', b'P', b'R', b'O', b'F', b'I', b'L', b'E', 0, number, total, part @ ..]) => {
                self.icc.push((*number, *total, part));
                carried.saw(Removed::ColourProfile);
            }
            (0xE2, [b'M', b'P', b'F', 0, ..]) => carried.saw(Removed::SecondPicture),
            (0xE2, _) if payload.starts_with(b"urn:iso:std:iso:ts:21496") => carried.saw(Removed::GainMap),
            (0xEB, [b'J', b'P', ..]) if payload.windows(4).any(|four| four == b"c2pa") => {
                carried.saw(Removed::ContentCredentials);
            }
            (0xED, _) if payload.starts_with(metadata::PHOTOSHOP) => carried.photoshop(payload),
            (0xE1, _) if payload.starts_with(b"http://ns.adobe.com/x") => self.xmp(payload),
            _ => carried.saw(Removed::Other),
        }
    }

    fn xmp(&mut self, payload: &[u8]) {
        self.carried.saw(Removed::Xmp);
        if let Some(packet) = payload.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
            self.carried.xmp.get_or_insert_with(|| packet.to_vec());
        }
    }

    /// The profile from its numbered parts; nothing if one is missing, double or they are too long.
    fn profile(&mut self, cap: usize) -> Option<Vec<u8>> {
        self.icc.sort_by_key(|&(number, ..)| number);
        let count = self.icc.len();
        let in_order = |(i, &(number, total, _)): (usize, &(u8, u8, &[u8]))| {
            usize::from(number) == i + 1 && usize::from(total) == count
        };
        let size: usize = self.icc.iter().map(|(.., part)| part.len()).sum();
        (count > 0 && size <= cap && self.icc.iter().enumerate().all(in_order))
            .then(|| self.icc.iter().flat_map(|(.., part)| *part).copied().collect())
    }

    fn components(&self, ids: &[u8]) -> Components {
        let inverted = self.adobe.is_some();
        match (ids.len(), self.adobe) {
            (1, _) => Components::Grey,
            (3, Some(0)) => Components::Rgb,
            (3, None) if !self.jfif && ids == b"RGB" => Components::Rgb,
            (3, _) => Components::YCbCr,
            (_, Some(2)) => Components::Ycck { inverted },
            _ => Components::Cmyk { inverted },
        }
    }

    fn finish(mut self, length: usize, end: Option<usize>, trailer: Option<Removed>) -> Result<Found, PhotoError> {
        let frame = self.frame.take().ok_or(PhotoError::damaged("no frame"))?;
        let first_scan = self.first_scan.ok_or(PhotoError::damaged("no scan"))?;
        // A whole progressive file may leave out detail; it may not leave out a component. In a cut one
        // only the last scan can be incomplete, so it must have come that far.
        let seen = if end.is_some() { &self.begun } else { &self.finished };
        let needed = if end.is_some() { 1 } else { u64::MAX };
        if seen.iter().take(frame.ids.len()).any(|mask| mask & needed != needed) {
            return Err(PhotoError::damaged("a component has no scan"));
        }
        let components = self.components(&frame.ids);
        let icc = self.profile(if components.count() == 4 { MAX_ICC_CMYK } else { MAX_ICC });
        if let Some(kind) = trailer {
            self.carried.saw(kind);
        }
        Ok(Found {
            width: frame.width.into(),
            height: frame.height.into(),
            orientation: self.carried.exif.as_deref().map(metadata::orientation).unwrap_or_default(),
            progressive: frame.progressive,
            scans: self.scans,
            icc,
            carried: self.carried,
            body: Body::Jpeg(Jpeg {
                header: self.header,
                scans: first_scan..end.unwrap_or(length),
                components,
                arithmetic: frame.arithmetic,
            }),
        })
    }
}
