//! In which order changes are judged: parents first, and of those that could be next the one with the smaller hash. It
//! follows from the changes alone, so it is the same wherever they are and however they came.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::ChangeHash;

use super::adopt::Here;

/// One change whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Its place in the list.
    pub change: usize,
    /// It rests on something that can't be taken, whatever else it waits for.
    pub lost: bool,
}

/// The changes whose parents are all here or before them in the list that comes out, and those that rest on one of `lost`.
/// What waits for a parent that nobody has seen is left out.
pub fn sorted(changes: &[Here], lost: &mut HashSet<ChangeHash>, here: impl Fn(&ChangeHash) -> bool) -> Vec<Turn> {
    let places: HashMap<ChangeHash, usize> = changes.iter().enumerate().map(|(i, c)| (c.hash, i)).collect();
    let mut children: HashMap<ChangeHash, Vec<usize>> = HashMap::new();
    let mut missing = vec![0usize; changes.len()];
    let mut next = BinaryHeap::new();
    let mut fallen = Vec::new();
    for (i, change) in changes.iter().enumerate() {
        for dep in change.deps.iter().filter(|dep| !here(dep)) {
            missing[i] += 1;
            children.entry(*dep).or_default().push(i);
        }
        if change.deps.iter().any(|dep| lost.contains(dep)) {
            fallen.push(i);
        } else if missing[i] == 0 {
            next.push(Reverse((change.hash, i)));
        }
    }
    let mut out = Vec::with_capacity(changes.len());
    let mut gone = HashSet::new();
    while let Some(change) = fallen.pop() {
        if gone.insert(change) {
            lost.insert(changes[change].hash);
            out.push(Turn { change, lost: true });
            fallen.extend(children.get(&changes[change].hash).into_iter().flatten());
        }
    }
    while let Some(Reverse((hash, change))) = next.pop() {
        if gone.contains(&change) {
            continue;
        }
        out.push(Turn { change, lost: false });
        for child in children.get(&hash).into_iter().flatten() {
            missing[*child] -= 1;
            if missing[*child] == 0 && places.get(&changes[*child].hash) == Some(child) {
                next.push(Reverse((changes[*child].hash, *child)));
            }
        }
    }
    out
}

/// Takes each in its turn where `take` can, on top of what was taken before; the reason of those that it could not.
pub fn chosen(
    changes: &[Here],
    order: &[Turn],
    mut lost: HashSet<ChangeHash>,
    mut take: impl FnMut(&Here) -> Result<(), ErrorCode>,
) -> Vec<(usize, Option<ErrorCode>)> {
    let mut out = Vec::with_capacity(order.len());
    for turn in order {
        let change = &changes[turn.change];
        let outcome = if turn.lost || change.deps.iter().any(|dep| lost.contains(dep)) {
            Some(ErrorCode::RestsOnRefused)
        } else {
            take(change).err()
        };
        if outcome.is_some() {
            lost.insert(change.hash);
        }
        out.push((turn.change, outcome));
    }
    out
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::ids::Actor;

    use super::*;

    fn here(n: u8, deps: &[u8]) -> Here {
        let deps = deps.iter().map(|n| ChangeHash([*n; 32])).collect();
        let actor = Actor([n; 16]);
        Here { id: i64::from(n), actor, seq: 1, hash: ChangeHash([n; 32]), bytes: vec![n], deps, state: 1 }
    }

    /// 2 and 3 are fine alone and not together; 4 rests on 2, 5 on 3, 6 on nothing of them. 7 waits for 99, 8 for 99 and
    /// on something that is lost.
    fn outcomes(order: &[usize]) -> Vec<(u8, Option<ErrorCode>)> {
        let all = [
            here(3, &[1]),
            here(2, &[1]),
            here(4, &[2]),
            here(5, &[3]),
            here(6, &[1]),
            here(7, &[99]),
            here(8, &[99, 50]),
        ];
        let come: Vec<Here> = order.iter().map(|i| here(all[*i].bytes[0], &[])).collect();
        let come: Vec<Here> = come
            .into_iter()
            .map(|c| Here { deps: all.iter().find(|a| a.hash == c.hash).unwrap().deps.clone(), ..c })
            .collect();
        let mut lost: HashSet<ChangeHash> = [ChangeHash([50; 32])].into();
        let turns = sorted(&come, &mut lost, |hash| hash.0[0] == 1);
        let mut taken: Vec<u8> = Vec::new();
        let take = |change: &Here| {
            let clash = matches!(change.bytes[0], 2 | 3) && taken.iter().any(|n| matches!(n, 2 | 3));
            taken.push(change.bytes[0]);
            if clash { Err(ErrorCode::ChangeClashes) } else { Ok(()) }
        };
        let mut out: Vec<_> =
            chosen(&come, &turns, lost, take).into_iter().map(|(i, code)| (come[i].bytes[0], code)).collect();
        out.sort_by_key(|(n, _)| *n);
        out
    }

    #[test]
    fn of_two_that_clash_everybody_takes_the_same_whichever_came_first() {
        let expected = [
            (2, None),
            (3, Some(ErrorCode::ChangeClashes)),
            (4, None),
            (5, Some(ErrorCode::RestsOnRefused)),
            (6, None),
            (8, Some(ErrorCode::RestsOnRefused)),
        ];
        for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 2, 6, 5, 1, 4], [1, 3, 5, 0, 2, 4, 6]] {
            assert_eq!(outcomes(&order), expected, "{order:?}");
        }
    }
}
