//! A reader that cannot run past its end.

pub(crate) struct Bytes<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.data.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// What was read from a position on.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.data.get(start..self.at).unwrap_or_default()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.first_chunk().copied()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn fourcc(&mut self) -> Option<[u8; 4]> {
        self.array()
    }

    pub(crate) fn u16_be(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32_be(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A big-endian number of 0, 4 or 8 bytes, or 2, as boxes write them.
    pub(crate) fn sized(&mut self, size: u8) -> Option<u64> {
        match size {
            0 => Some(0),
            2 => self.u16_be().map(u64::from),
            4 => self.u32_be().map(u64::from),
            8 => self.array().map(u64::from_be_bytes),
            _ => None,
        }
    }

    pub(crate) fn u16_le(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u24_le(&mut self) -> Option<u32> {
        self.array().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    pub(crate) fn u32_le(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Moves past everything that is not a JPEG marker (filling, coded data with its stuffed zeros,
    /// restart markers) and past the marker itself; gives its code.
    pub(crate) fn next_marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.data.get(self.at..)?;
            let plain = before_mark(rest);
            if plain == rest.len() {
                return None;
            }
            self.at += plain;
            let rest = self.data.get(self.at..)?;
            let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
            let code = *rest.get(fill)?;
            self.at += fill + 1;
            if !matches!(code, 0x00 | 0x01 | 0xD0..=0xD7) {
                return Some(code);
            }
        }
    }
}

/// How many bytes stand before the first 0xFF.
#[inline]
pub(crate) fn before_mark(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<32>();
    // Without a way out inside the chunk, so that it is one comparison of a vector.
    let holds_mark = |chunk: &&[u8; 32]| chunk.iter().fold(false, |found, &byte| found | (byte == 0xFF));
    let plain = chunks.iter().take_while(|chunk| !holds_mark(chunk)).count() * 32;
    let rest = bytes.get(plain..).unwrap_or_default();
    plain + rest.iter().position(|&byte| byte == 0xFF).unwrap_or(rest.len())
}
