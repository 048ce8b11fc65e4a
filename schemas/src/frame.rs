//! Frames: how messages follow one another in a body that may end anywhere.
//!
//! Each frame is its length (LEB128) and a CBOR item. A reader hands out what arrived whole, so a cut loses at most
//! the frame it fell into.

use minicbor::{Decode, Encode};

use crate::leb::{self, Reader};

/// Largest frame: the largest change, its signature and its tail of hashes fit.
pub const MAX_FRAME: usize = 1024 * 1024;

/// A body that is not made of frames, or a frame that is not the message it should be.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("a frame claims {0} bytes, more than {MAX_FRAME}")]
    TooLarge(u64),
    #[error("a frame's length is not a number")]
    Length,
    #[error("a frame does not hold the expected message")]
    Message(#[source] minicbor::decode::Error),
    #[error("the body ends inside a frame")]
    Truncated,
}

/// Appends one message as a frame.
pub fn put<T: Encode<()>>(out: &mut Vec<u8>, message: &T) {
    let item = minicbor::to_vec(message).expect("writing to memory can't fail");
    leb::put_prefixed(out, &item);
}

/// Appends a frame that was received, byte for byte as it came.
pub fn put_again(out: &mut Vec<u8>, item: &[u8]) {
    leb::put_prefixed(out, item);
}

/// Reads a frame's message; unknown fields are skipped.
pub fn read<'b, T: Decode<'b, ()>>(frame: &'b [u8]) -> Result<T, FrameError> {
    minicbor::decode(frame).map_err(FrameError::Message)
}

/// Collects bytes as they arrive and hands out whole frames.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
}

impl FrameReader {
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame's item, or `None` until more arrives.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let mut reader = Reader::new(&self.buffer[self.start..]);
        let before = reader.rest().len();
        let length = match reader.unsigned() {
            Ok(length) => length,
            Err(leb::LebError::Truncated) => return Ok(None),
            Err(leb::LebError::TooLong | leb::LebError::NotShortest) => return Err(FrameError::Length),
        };
        let wanted = usize::try_from(length).ok().filter(|n| *n <= MAX_FRAME).ok_or(FrameError::TooLarge(length))?;
        if reader.rest().len() < wanted {
            return Ok(None);
        }
        let from = self.start + before - reader.rest().len();
        self.start = from + wanted;
        Ok(Some(&self.buffer[from..from + wanted]))
    }

    /// Says whether the body ended between two frames.
    pub fn finish(&self) -> Result<(), FrameError> {
        if self.start == self.buffer.len() { Ok(()) } else { Err(FrameError::Truncated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn frames_come_whole_however_the_body_is_cut(
            texts in proptest::collection::vec(".{0,40}", 0..8),
            cuts in proptest::collection::vec(1usize..30, 1..40),
        ) {
            let mut body = Vec::new();
            texts.iter().for_each(|text| put(&mut body, text));
            let mut reader = FrameReader::default();
            let mut seen: Vec<String> = Vec::new();
            let mut rest = body.as_slice();
            for cut in cuts.into_iter().cycle() {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                reader.push(head);
                while let Some(frame) = reader.next_frame().unwrap() {
                    seen.push(read::<String>(frame).unwrap());
                }
                rest = tail;
                if rest.is_empty() { break; }
            }
            prop_assert_eq!(seen, texts);
            prop_assert!(reader.finish().is_ok());
        }

        #[test]
        fn no_body_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = FrameReader::default();
            reader.push(&bytes);
            while let Ok(Some(frame)) = reader.next_frame() {
                let _ = read::<crate::wire::UpHeader>(frame);
                let _ = read::<crate::wire::Piece>(frame);
                let _ = read::<crate::wire::DownHeader>(frame);
            }
        }
    }
}
