//! Money: fees, payments, claims, settlement, wages; integer fen throughout.
//!
//! Everything is a function of the set of facts: in whatever order they arrive, and doubled, the sums are the same.
//! Sums are therefore formed wide and cut to a showable number once, at the end: saturating step by step would depend
//! on the order.

pub mod amount;
pub mod billed;
pub mod cash;
#[cfg(test)]
pub(crate) mod cast;
pub mod claimable;
pub mod claims;
pub mod exchange;
pub mod fees;
pub mod guide;
pub mod invoice;
pub mod lint;
pub mod part_cost;
pub mod problem;
pub mod propose;
pub mod quotes;
pub mod refrigerant;
pub mod settlement;
pub mod spoken;
pub mod subsidy;
pub mod wages;
pub mod warranty;

use std::collections::BTreeSet;

use super::record::Record;

/// Each fact once, by (time, id).
pub(crate) fn each<'a, R: Record>(records: impl IntoIterator<Item = &'a R>) -> Vec<&'a R> {
    let mut out: Vec<&R> = records.into_iter().collect();
    out.sort_by_key(|record| (record.noted().at_ms, record.id()));
    let mut seen = BTreeSet::new();
    out.retain(|record| seen.insert(record.id()));
    out
}

/// Each fact of several jobs once, by (time, job, id): ids are drawn for one document only, two jobs may share one.
pub(crate) fn each_of_jobs<'a, J: Ord + Copy, R: Record>(
    records: impl IntoIterator<Item = (J, &'a R)>,
) -> Vec<(J, &'a R)> {
    let mut out: Vec<(J, &R)> = records.into_iter().collect();
    out.sort_by_key(|(job, record)| (record.noted().at_ms, *job, record.id()));
    let mut seen = BTreeSet::new();
    out.retain(|(job, record)| seen.insert((*job, record.id())));
    out
}
