//! The screen descriptor of a GIF. Only its first frame is ever decoded.

use super::bytes::Bytes;
use super::{Body, Found};
use crate::PhotoError;

pub(super) fn walk(data: &[u8]) -> Result<Found, PhotoError> {
    let mut bytes = Bytes::new(data);
    let size = (|| {
        bytes.take(6)?;
        Some((u32::from(bytes.u16_le()?), u32::from(bytes.u16_le()?)))
    })();
    let (width, height) = size.ok_or(PhotoError::damaged("GIF screen descriptor"))?;
    Ok(Found { width, height, body: Body::Gif, ..Found::default() })
}
