//! Parts of a file as one: a decoder reads what was found to be the picture, and nothing else.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Seek, SeekFrom};

/// What is left of the parts.
pub(super) struct Pieces<'a, I> {
    now: &'a [u8],
    next: I,
}

impl<'a, I: Iterator<Item = &'a [u8]>> Pieces<'a, I> {
    pub(super) fn new(parts: I) -> Self {
        Self { now: &[], next: parts }
    }
}

impl<'a, I: Iterator<Item = &'a [u8]>> BufRead for Pieces<'a, I> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        while self.now.is_empty() {
            let Some(next) = self.next.next() else { break };
            self.now = next;
        }
        Ok(self.now)
    }

    fn consume(&mut self, count: usize) {
        self.now = self.now.get(count..).unwrap_or_default();
    }
}

impl<'a, I: Iterator<Item = &'a [u8]>> Read for Pieces<'a, I> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        let mut from = self.fill_buf()?;
        let count = from.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

/// Decoders ask for it and make no use of it on a first picture.
impl<I> Seek for Pieces<'_, I> {
    fn seek(&mut self, _: SeekFrom) -> Result<u64> {
        Err(Error::from(ErrorKind::Unsupported))
    }
}
