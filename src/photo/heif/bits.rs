//! The bits of a header, one after the other.

pub(super) struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), at: 0 }
    }

    /// Of the beginning of a unit of HEVC, the bytes left out that keep it from looking like the start of
    /// another (ITU-T H.265, 7.4.2): what is read here lies within it.
    #[cfg(feature = "heic")]
    pub(super) fn of_unit(unit: &[u8]) -> Self {
        let mut bytes = Vec::new();
        for &byte in unit.iter().take(2_048) {
            if !(byte == 3 && bytes.ends_with(&[0, 0])) {
                bytes.push(byte);
            }
        }
        Self { bytes, at: 0 }
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.number(1)? == 1)
    }

    /// At most 32 bits.
    pub(super) fn number(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        u8::try_from(self.number(8)?).ok()
    }

    /// An Exp-Golomb number (ITU-T H.265, 9.2; AV1 writes the same as `uvlc`).
    pub(super) fn counted(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.number(1)? == 0 {
            zeros += 1;
            if zeros > 24 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.number(zeros)?)
    }
}
