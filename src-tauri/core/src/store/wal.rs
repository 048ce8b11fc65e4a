//! Whether a write-ahead log was damaged after it was written.
//!
//! SQLite reads a log up to its first bad frame and forgets the rest without a word: right for a commit that a power cut
//! tore, wrong for a byte that went bad in front of commits that people were told are saved. The two differ in what follows:
//! behind a torn commit there is nothing that continues it.

use std::fs;
use std::path::Path;

use super::pages::PAGE;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const FRAME: usize = FRAME_HEADER + PAGE;

type Sum = (u32, u32);

/// Whether commits stand behind a frame that does not hold.
pub fn is_damaged(path: &Path) -> std::io::Result<bool> {
    match fs::read(path) {
        Ok(bytes) => Ok(damaged(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn damaged(log: &[u8]) -> bool {
    let Some((header, frames)) = log.split_at_checked(HEADER) else { return false };
    let frames: Vec<&[u8]> = frames.chunks_exact(FRAME).collect();
    let big = header[3] & 1 == 1;
    let stored = (word(header, 24), word(header, 28));
    let sound_head = header[..3] == [0x37, 0x7f, 0x06] && sum(&header[..24], (0, 0), big) == stored;
    let mut commit_behind_bad = false;
    let mut bad = !sound_head;
    let mut before = stored;
    for (place, frame) in frames.iter().enumerate() {
        let claimed = (word(frame, 16), word(frame, 20));
        let of_round = if sound_head {
            frame[8..16] == header[16..24]
        } else {
            // The header's word is not to be had: frames of one round share theirs.
            place > 0 && frame[8..16] == frames[place - 1][8..16]
        };
        let linked = |big| sum(&frame[FRAME_HEADER..], sum(&frame[..8], before, big), big) == claimed;
        let holds = of_round && (linked(big) || (!sound_head && linked(!big)));
        if bad && holds && commit_behind_bad {
            return true;
        }
        bad |= !holds;
        commit_behind_bad |= bad && word(frame, 4) != 0;
        before = claimed;
    }
    false
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// SQLite's sum over pairs of words, each in the byte order that the header names.
fn sum(bytes: &[u8], from: Sum, big: bool) -> Sum {
    let read = |word: &[u8]| {
        let word = word.try_into().unwrap_or_default();
        if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
    };
    bytes.chunks_exact(8).fold(from, |(one, two), pair| {
        let one = one.wrapping_add(read(&pair[..4])).wrapping_add(two);
        (one, two.wrapping_add(read(&pair[4..])).wrapping_add(one))
    })
}
