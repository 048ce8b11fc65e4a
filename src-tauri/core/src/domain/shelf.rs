//! 库存: what members carry and what lies on the shop's shelf, from movements and use (R22).
//!
//! The shop's shelf is what stands under the owners' own names. Nobody writes a movement twice: what was given out to a
//! member left the shelf, and what a member brought back lies there again.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::view::{PartSource, StockMove};
use serde::{Deserialize, Serialize};

use super::facts::outlet::Moved;
use super::facts::{Job, UsedPart};
use super::money::amount::showable;
use super::money::each;
use super::parts::{Holding, key};
use super::record::Word;

/// Parts that a job took from somebody's stock: all that a stock needs of it, kept beside the job's row so that no stock
/// opens a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The fact on the sheet.
    pub id: ShortId,
    /// Whose stock; the shop's shelf where nobody is named.
    pub holder: Option<MemberId>,
    pub code: String,
    pub name: String,
    pub quantity: u32,
    pub at: i64,
}

impl Use {
    /// `None` for what came from no stock of the outlet's: the customer's own, or bought for the job.
    pub fn of(part: &UsedPart) -> Option<Self> {
        let holder = match part.source.known() {
            Some(PartSource::OwnStock) => Some(part.noted.by),
            Some(PartSource::Shop) => None,
            _ => return None,
        };
        Some(Self {
            id: part.id,
            holder,
            code: part.code.clone(),
            name: part.name.clone(),
            quantity: part.quantity,
            at: part.noted.happened_ms(),
        })
    }
}

/// What a job took from stocks.
pub fn uses(job: &Job) -> Vec<Use> {
    each(&job.sheet.parts).into_iter().filter_map(Use::of).collect()
}

/// What is there: the last count, and what was issued, returned and used after it. It may go below zero.
pub fn carried<'a>(moves: &[Moved], uses: impl IntoIterator<Item = &'a Use>) -> BTreeMap<String, Holding> {
    let mut sums: BTreeMap<String, (i128, Holding)> = BTreeMap::new();
    let moves = each(moves);
    for moved in moves.iter().filter(|m| m.movement.is(StockMove::Count)) {
        let (sum, holding) = sums.entry(key(&moved.code, &moved.name)).or_default();
        // Moves come by the time they were entered; what was counted later in truth stands.
        if holding.counted_ms.is_none_or(|before| before <= moved.noted.happened_ms()) {
            *sum = i128::from(moved.quantity);
            holding.counted_ms = Some(moved.noted.happened_ms());
            holding.name.clone_from(&moved.name);
        }
    }
    let mut add = |code: &str, name: &str, quantity: i128, at: i64| {
        let (sum, holding) = sums.entry(key(code, name)).or_default();
        if holding.counted_ms.is_none_or(|counted| at > counted) {
            *sum += quantity;
        }
        if holding.name.is_empty() {
            name.clone_into(&mut holding.name);
        }
    };
    for moved in moves {
        let quantity = i128::from(moved.quantity);
        let signed = match moved.movement.known() {
            Some(StockMove::Issue) => quantity,
            Some(StockMove::Return) => -quantity,
            Some(StockMove::Count) | None => continue,
        };
        add(&moved.code, &moved.name, signed, moved.noted.happened_ms());
    }
    for part in uses {
        add(&part.code, &part.name, -i128::from(part.quantity), part.at);
    }
    sums.into_iter().map(|(code, (sum, holding))| (code, Holding { quantity: showable(sum), ..holding })).collect()
}

/// What lies on the shop's shelf: `own` are the movements under the owners' names, `others` those of everybody else, `uses`
/// what jobs took from the shelf or from an owner's bag. Only what the shop keeps there at all is on it: whoever never wrote
/// down what came in would see a shelf below zero.
pub fn shelf(own: &[Moved], others: &[Moved], uses: &[Use]) -> BTreeMap<String, Holding> {
    let kept: BTreeSet<String> = own.iter().map(|moved| key(&moved.code, &moved.name)).collect();
    let mirrored = others.iter().filter_map(|moved| {
        let movement = match moved.movement.known()? {
            StockMove::Issue => StockMove::Return,
            StockMove::Return => StockMove::Issue,
            StockMove::Count => return None,
        };
        Some(Moved { movement: Word::Known(movement), ..moved.clone() })
    });
    let moves: Vec<Moved> = own.iter().cloned().chain(mirrored).collect();
    let mut held = carried(&moves, uses);
    held.retain(|code, _| kept.contains(code));
    held
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::cast::*;

    fn moved(n: u64, movement: StockMove, quantity: i64) -> Moved {
        Moved { movement: movement.into(), code: "AQ-MF-63".to_owned(), quantity, ..blank(n) }
    }

    fn taken(n: u64, source: PartSource) -> Option<Use> {
        Use::of(&UsedPart { source: source.into(), ..used(n, "AQ-MF-63", 2, 1_000) })
    }

    fn on(held: &BTreeMap<String, Holding>) -> i64 {
        held.get("AQ-MF-63").map_or(0, |held| held.quantity)
    }

    #[test]
    fn r22_what_is_given_out_leaves_the_shelf_and_what_comes_back_lies_there_again() {
        let own = [moved(1, StockMove::Count, 20)];
        let later = |n: i32, movement, quantity| {
            let mut moved = moved(u64::from(n.unsigned_abs()), movement, quantity);
            moved.noted.at_ms += i64::from(n);
            moved
        };
        let others = [later(2, StockMove::Issue, 5), later(3, StockMove::Return, 2), later(4, StockMove::Count, 90)];
        assert_eq!(on(&shelf(&own, &others, &[])), 17, "what a member's bag holds is no matter of the shelf");
        let mut from_shelf = taken(10, PartSource::Shop).unwrap();
        assert_eq!(from_shelf.holder, None);
        from_shelf.at = own[0].noted.at_ms + 9;
        assert_eq!(on(&shelf(&own, &others, &[from_shelf])), 15);
    }

    #[test]
    fn r22_a_shelf_that_nobody_keeps_is_not_below_zero() {
        assert!(shelf(&[], &[moved(1, StockMove::Issue, 5)], &[]).is_empty());
    }

    #[test]
    fn r22_what_the_customer_brought_comes_from_no_stock() {
        assert_eq!(taken(10, PartSource::OwnStock).map(|part| part.holder), Some(Some(ran())));
        assert_eq!(taken(10, PartSource::Customer), None);
    }
}
