//! Making a sample: work of the trade's shape, every text in other words.

use super::parts::Value;
use super::{Coder, Item, MORE, Parts, State, TerseError, Writer};
use crate::change::Change;
use crate::ids::ChangeHash;
use crate::segment;

/// Writes a sample from segments whose texts are said by `told` in other words. What comes out is no work of anybody's: no hash
/// or signature in it holds.
pub fn sample(items: &[Item], mut told: impl FnMut(&str) -> Option<String>) -> Result<Vec<u8>, TerseError> {
    let mut state = State::default();
    let mut writer = Writer::new(state.table.taken());
    for item in items {
        let segment = &item.segment;
        let changes = segment::decode(segment.codec, &segment.body, segment.actor, segment.from_seq)?;
        let mut bodies = Vec::new();
        let (mut before, mut now): (Option<ChangeHash>, Option<ChangeHash>) = (None, None);
        for (bytes, seq) in changes.iter().zip(segment.from_seq..) {
            let change = Change::parse(bytes)?;
            let mut parts = Parts::of(&change).ok_or(TerseError::Inconsistent)?;
            for dep in &mut parts.deps {
                if Some(*dep) == before
                    && let Some(now) = now
                {
                    *dep = now;
                }
            }
            for op in &mut parts.ops {
                if let Value::Text(text) = &mut op.value
                    && let Some(other) = std::str::from_utf8(text).ok().and_then(&mut told)
                {
                    *text = other.into_bytes();
                }
            }
            let (bytes, hash) = parts.build(segment.actor, seq);
            (before, now) = (Some(change.hash), Some(hash));
            bodies.push(bytes);
        }
        let parsed = bodies.iter().map(|bytes| Change::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
        writer.bit(&[MORE], 0, true)?;
        state.item(&mut writer, Some((item, &parsed)))?;
    }
    writer.bit(&[MORE], 0, false)?;
    Ok(writer.end().0)
}
