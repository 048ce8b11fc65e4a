//! A text that was not said before, letter by letter.

use super::TerseError;
use super::coder::{Coder, within};

const LENGTH: u32 = 20;
const LETTER: u32 = 22;
const ZERO: u32 = 23;

/// A text letter by letter, each predicted from those before it.
pub fn text_of<C: Coder>(c: &mut C, place: u32, text: &[u8]) -> Result<Vec<u8>, TerseError> {
    let counted = c.bit(&[ZERO], 0, text.contains(&0))?;
    let length = if counted { c.number(&[LENGTH], text.len() as u64)? } else { u64::MAX };
    let mut out = Vec::new();
    while (out.len() as u64) < length {
        let end = out.len();
        let back = |n: usize| {
            let from = end.saturating_sub(n);
            out[from..]
                .iter()
                .fold(LETTER + n as u32 * 1_000 + (end - from) as u32 * 50_000, |h, b| within(h, u32::from(*b)))
        };
        let contexts =
            [back(1), within(back(0), within(place, end.min(12) as u32)), back(2), back(3), back(4), back(6)];
        let letter = c.symbol(&contexts, 8, u32::from(text.get(end).copied().unwrap_or(0)))? as u8;
        if !counted && letter == 0 {
            break;
        }
        c.spend(1)?;
        out.push(letter);
    }
    Ok(out)
}
