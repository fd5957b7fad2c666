//! Every number that bounds what a photo may cost us.

use serde::{Deserialize, Serialize};

use super::PhotoError;

/// What one photo may be at most. All of it is checked on the header, before any pixel is decoded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// File size in bytes.
    pub max_bytes: usize,
    /// Width times height.
    pub max_pixels: u64,
    /// Pixels along either side.
    pub max_side: u32,
    /// Long side divided by short side.
    pub max_aspect: u32,
    /// Pixels times scans: a progressive JPEG visits every pixel once a scan.
    pub max_scan_pixels: u64,
    /// Bytes the decoder may hold at once.
    pub max_memory: u64,
    /// Frames of an animation that is served as one.
    pub max_frames: u32,
    /// Its frames times the pixels of its canvas.
    pub max_frame_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 40_000_000,
            max_pixels: 100_000_000,
            max_side: 30_000,
            max_aspect: 40,
            max_scan_pixels: 1_500_000_000,
            max_memory: 1_000_000_000,
            max_frames: 1_000,
            max_frame_pixels: 500_000_000,
        }
    }
}

impl Limits {
    pub(super) fn check_bytes(&self, size: usize) -> Result<(), PhotoError> {
        if size > self.max_bytes {
            return Err(PhotoError::TooManyBytes { size, limit: self.max_bytes });
        }
        Ok(())
    }

    pub(super) fn check_size(&self, width: u32, height: u32) -> Result<(), PhotoError> {
        let (long, short) = (width.max(height), width.min(height));
        if short == 0 {
            return Err(PhotoError::damaged("a side of no pixels"));
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(PhotoError::TooManyPixels { width, height, limit: self.max_pixels });
        }
        if long > self.max_side {
            return Err(PhotoError::TooLong { width, height, limit: self.max_side });
        }
        if u64::from(long) > u64::from(short) * u64::from(self.max_aspect) {
            return Err(PhotoError::TooNarrow { width, height, limit: self.max_aspect });
        }
        Ok(())
    }

    pub(super) fn check_work(&self, pixels: u64, scans: u32) -> Result<(), PhotoError> {
        if pixels.saturating_mul(u64::from(scans)) > self.max_scan_pixels {
            return Err(PhotoError::TooMuchWork { scans });
        }
        Ok(())
    }

    pub(super) fn check_frames(&self, frames: u32, width: u32, height: u32) -> Result<(), PhotoError> {
        let all = u64::from(frames).saturating_mul(u64::from(width) * u64::from(height));
        if frames > self.max_frames || all > self.max_frame_pixels {
            return Err(PhotoError::TooManyFrames { frames, width, height });
        }
        Ok(())
    }

    pub(super) fn check_memory(&self, needed: u64) -> Result<(), PhotoError> {
        if needed > self.max_memory {
            return Err(PhotoError::TooMuchMemory { needed, limit: self.max_memory });
        }
        Ok(())
    }
}

/// Marker segments in a JPEG; cameras write a few dozen.
pub(super) const MAX_SEGMENTS: usize = 1_000;
/// Scans in a JPEG; encoders write one to a dozen.
pub(super) const MAX_SCANS: u32 = 200;
/// Chunks in a PNG or WebP; 40 MB in the usual 8 kB pieces are 5000.
pub(super) const MAX_CHUNKS: usize = 20_000;
/// Bytes of an embedded colour profile; press profiles (CMYK) hold large tables.
pub(super) const MAX_ICC: usize = 1 << 20;
/// Bytes of an embedded CMYK profile, and of any profile after inflating.
pub(super) const MAX_ICC_CMYK: usize = 4 << 20;
/// Tags in a colour profile.
pub(super) const MAX_ICC_TAGS: u32 = 100;
/// Bytes of an XMP packet.
pub(super) const MAX_XMP: usize = 256 * 1024;
/// Nodes in an XMP packet.
pub(super) const MAX_XMP_NODES: u32 = 20_000;
/// Bytes of an Exif block: one segment of a JPEG holds 64 kB, other formats set no bound.
pub(super) const MAX_EXIF: usize = 1 << 20;
/// Entries read from an Exif directory; cameras write about twenty.
pub(super) const MAX_EXIF_ENTRIES: u16 = 500;
/// Characters of alternative text taken from a file.
pub(super) const MAX_ALT_CHARS: usize = 1_500;
/// Characters of a caption or long description taken from a file.
pub(super) const MAX_CAPTION_CHARS: usize = 5_000;
/// Characters of a name (of a camera, a person, a title) taken from a file.
pub(super) const MAX_NAME_CHARS: usize = 300;
/// Keywords taken from a file, and characters of each.
pub(super) const MAX_KEYWORDS: usize = 50;
pub(super) const MAX_KEYWORD_CHARS: usize = 100;
/// Bytes of IPTC records, and records read.
pub(super) const MAX_IPTC: usize = 256 * 1024;
pub(super) const MAX_IPTC_RECORDS: usize = 1_000;
/// Boxes side by side in a HEIF or AVIF file; phones write two dozen. They are read four deep at most.
pub(super) const MAX_BOXES: usize = 4_096;
/// Items of a HEIF or AVIF file, and properties of all of them; 48 megapixels are 192 tiles.
pub(super) const MAX_ITEMS: usize = 4_096;
/// Tiles of one picture.
pub(super) const MAX_TILES: usize = 1_024;
/// Pieces an item's data lies in.
pub(super) const MAX_EXTENTS: usize = 64;
/// Properties of one item.
pub(super) const MAX_PROPERTIES: usize = 32;
/// Blocks of a GIF that are looked at; a second at 50 frames writes a hundred.
pub(super) const MAX_GIF_BLOCKS: usize = 20_000;
