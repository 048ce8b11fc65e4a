//! Heads of the newest entries, kept in memory for those who read.
//!
//! Each commit empties the pages that a reading connection has, and with their bodies entries lie a page or more apart:
//! whoever looks for what is new would decrypt one for each entry that others brought. A head never changes once it is
//! committed, so what was read at one moment holds at every later one; how far a reader may see is up to the caller.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use doorstep_schemas::ids::OutletId;

use crate::storage::EntryHead;

/// Heads of one log, and of all of them: some 200 bytes each.
const MOST_OF_ONE: usize = 8_192;
const MOST: usize = 65_536;

/// See the module.
#[derive(Debug, Default)]
pub struct Recent(Mutex<Logs>);

#[derive(Debug, Default)]
struct Logs {
    /// Heads in their order without a gap, never none.
    by_outlet: HashMap<OutletId, VecDeque<EntryHead>>,
    count: usize,
}

impl Recent {
    fn logs(&self) -> MutexGuard<'_, Logs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Heads after `after` up to `head`, at most so many; none where the first of them is not here.
    pub fn after(&self, outlet: OutletId, after: u64, head: u64, most: usize) -> Vec<EntryHead> {
        let logs = self.logs();
        let Some(heads) = logs.by_outlet.get(&outlet) else { return Vec::new() };
        let first = heads.front().map_or(0, |first| first.seq);
        let from = after.checked_add(1).and_then(|next| next.checked_sub(first));
        let Some(from) = from.and_then(|from| usize::try_from(from).ok()) else { return Vec::new() };
        let known = heads.range(from.min(heads.len())..);
        known.take_while(|entry| entry.seq <= head).take(most).cloned().collect()
    }

    /// Keeps heads that were read from the log, oldest first and without a gap.
    pub fn keep(&self, outlet: OutletId, read: &[EntryHead]) {
        let (Some(first), Some(last)) = (read.first(), read.last()) else { return };
        let mut logs = self.logs();
        let Logs { by_outlet, count } = &mut *logs;
        let heads = by_outlet.entry(outlet).or_default();
        let before = heads.len();
        let end = heads.back().map_or(0, |end| end.seq);
        if last.seq <= end {
            return;
        }
        if first.seq > end + 1 {
            heads.clear();
        }
        heads.extend(read.iter().filter(|entry| entry.seq > end || first.seq > end + 1).cloned());
        heads.drain(..heads.len().saturating_sub(MOST_OF_ONE));
        *count = *count + heads.len() - before;
        if *count > MOST {
            // Whoever reads next brings them back; that is seldom enough not to keep account of who read when.
            by_outlet.clear();
            *count = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::wire::kind;

    use super::*;

    const SHOP: OutletId = OutletId(ulid::Ulid(1));

    fn heads(seqs: std::ops::RangeInclusive<u64>) -> Vec<EntryHead> {
        let head = |seq| EntryHead {
            seq,
            kind: kind::ROLE,
            doc: None,
            author: None,
            carrier: None,
            actor: None,
            member: None,
            at_ms: 0,
            digest: [0; 32],
            hash: [0; 32],
        };
        seqs.map(head).collect()
    }

    fn seqs(recent: &Recent, after: u64, head: u64, most: usize) -> Vec<u64> {
        recent.after(SHOP, after, head, most).iter().map(|entry| entry.seq).collect()
    }

    #[test]
    fn what_was_read_is_handed_out_up_to_the_readers_own_head() {
        let recent = Recent::default();
        assert_eq!(seqs(&recent, 0, 9, 9), [0; 0]);
        recent.keep(SHOP, &heads(3..=5));
        recent.keep(SHOP, &heads(4..=8));
        assert_eq!(seqs(&recent, 2, 99, 99), [3, 4, 5, 6, 7, 8]);
        assert_eq!(seqs(&recent, 4, 7, 99), [5, 6, 7], "a reader of an earlier moment sees no further");
        assert_eq!(seqs(&recent, 4, 99, 2), [5, 6]);
        assert_eq!(seqs(&recent, 1, 99, 99), [0; 0], "behind a gap nothing can be told");
        assert_eq!(seqs(&recent, 8, 99, 99), [0; 0]);
        assert_eq!(seqs(&recent, u64::MAX, 99, 99), [0; 0]);
    }

    #[test]
    fn a_gap_begins_anew_and_what_is_older_changes_nothing() {
        let recent = Recent::default();
        recent.keep(SHOP, &heads(3..=5));
        recent.keep(SHOP, &heads(9..=10));
        recent.keep(SHOP, &heads(1..=4));
        assert_eq!((seqs(&recent, 2, 99, 99), seqs(&recent, 8, 99, 99)), (vec![], vec![9, 10]));
    }

    #[test]
    fn memory_is_bounded() {
        let recent = Recent::default();
        let most = MOST_OF_ONE as u64;
        recent.keep(SHOP, &heads(1..=most + 5));
        assert_eq!((seqs(&recent, 4, 99, 1), seqs(&recent, 5, 99, 1)), (vec![], vec![6]));
        for n in 2..20 {
            recent.keep(OutletId(ulid::Ulid(n)), &heads(1..=most));
        }
        let logs = recent.logs();
        let kept: usize = logs.by_outlet.values().map(VecDeque::len).sum();
        assert!(kept <= MOST && kept == logs.count, "{kept}");
    }
}
