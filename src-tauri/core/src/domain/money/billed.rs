//! Parts used against parts billed (R25, R38): every used part is billed or somebody said why not, every billed part was
//! used.

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{FeeKind, PartSource};

use super::amount::{line_fen, sum};
use super::each;
use super::fees::{Terms, covered, lines};
use super::problem::{Place, Problem, Trouble};
use crate::domain::facts::{Fee, Job, UsedPart};

/// Quantities of one job's parts, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsedAgainstBilled {
    pub used: i64,
    pub billed: i64,
    /// Not billed, and rightly: under warranty, the customer's own, or with a reason.
    pub free: i64,
}

/// How many parts were used, billed, and rightly not billed (R38).
pub fn used_against_billed(job: &Job, terms: &Terms<'_>) -> UsedAgainstBilled {
    let mut out = UsedAgainstBilled::default();
    let bills = bills(job, terms);
    for part in each(&job.sheet.parts) {
        let used = i64::from(part.quantity) * 1_000;
        let billed = bills.get(&part.id).copied().unwrap_or(0);
        out.used = out.used.saturating_add(used);
        out.billed = out.billed.saturating_add(billed);
        if free(job, terms, part) {
            out.free = out.free.saturating_add(used.saturating_sub(billed).max(0));
        }
    }
    out
}

/// Parts used and not billed, billed and not used, billed more often than used (R38).
pub fn parts_billed(job: &Job, terms: &Terms<'_>) -> Vec<Problem> {
    let mut out = Vec::new();
    let parts = each(&job.sheet.parts);
    let bills = bills(job, terms);
    for part in &parts {
        let (used, billed) = (i64::from(part.quantity) * 1_000, bills.get(&part.id).copied().unwrap_or(0));
        let code = match () {
            () if billed < used && !free(job, terms, part) => Trouble::PartNotBilled,
            () if billed > used => Trouble::PartBilledTooOften,
            () => continue,
        };
        out.push(Problem::new(code, Place::Part(part.id)).with("part", part.name.clone()));
    }
    for (fee, line) in each(&job.sheet.fees).into_iter().zip(lines(job, terms)) {
        let stands = line.counts() && line.adjusts.is_none() && !line.adjusts_nothing;
        let names_one = match fee.part {
            Some(id) => parts.iter().any(|part| part.id == id),
            None => parts.iter().any(|part| is_of(fee, part)),
        };
        if stands && fee.kind.is(FeeKind::Part) && !names_one {
            out.push(Problem::new(Trouble::BilledPartNotUsed, Place::Fee(fee.id)).with("part", fee.name.clone()));
        }
    }
    out
}

/// Parts that were used, are on no line, and should be: pieces begun, and what they come to at guide price (R38).
pub fn unbilled(job: &Job, terms: &Terms<'_>) -> (u32, i64) {
    let bills = bills(job, terms);
    let mut pieces = 0u32;
    let mut amounts = Vec::new();
    for part in each(&job.sheet.parts).into_iter().filter(|part| !free(job, terms, part)) {
        let billed = bills.get(&part.id).copied().unwrap_or(0);
        let open = (i64::from(part.quantity) * 1_000).saturating_sub(billed).max(0);
        pieces = pieces.saturating_add(u32::try_from((open + 999) / 1_000).unwrap_or(u32::MAX));
        amounts.push(line_fen(part.guide_fen, open, 1_000));
    }
    (pieces, sum(amounts))
}

/// How much of each used part the lines bill, whoever pays them. A line that names no part, as a quote's that was
/// written before anything was used, bills those with its code, the first first.
fn bills(job: &Job, terms: &Terms<'_>) -> BTreeMap<ShortId, i64> {
    let mut out: BTreeMap<ShortId, i64> = BTreeMap::new();
    let parts = each(&job.sheet.parts);
    let counting = || {
        let lines = each(&job.sheet.fees).into_iter().zip(lines(job, terms));
        lines.filter(|(_, line)| line.counts() && line.adjusts.is_none()).map(|(fee, _)| fee)
    };
    for fee in counting() {
        if let Some(part) = fee.part {
            let billed = out.entry(part).or_default();
            *billed = billed.saturating_add(fee.quantity);
        }
    }
    for fee in counting().filter(|fee| fee.part.is_none() && fee.kind.is(FeeKind::Part)) {
        let mut left = fee.quantity;
        let mut same = parts.iter().filter(|part| is_of(fee, part)).peekable();
        while let Some(part) = same.next() {
            let billed = out.entry(part.id).or_default();
            let open = (i64::from(part.quantity) * 1_000).saturating_sub(*billed).max(0);
            // Whatever is too much shows at the last one.
            let here = if same.peek().is_some() { left.min(open) } else { left };
            *billed = billed.saturating_add(here);
            left = left.saturating_sub(here);
        }
    }
    out
}

/// Whether the line's code is the part's.
fn is_of(fee: &Fee, part: &UsedPart) -> bool {
    !fee.code.trim().is_empty() && fee.code == part.code
}

/// Whether a used part need not be billed.
fn free(job: &Job, terms: &Terms<'_>, used: &UsedPart) -> bool {
    let reason = job.sheet.reasons.iter().any(|r| r.subject == Some(used.id) && !r.text.trim().is_empty());
    reason || used.source.is(PartSource::Customer) || covered(terms.coverage(job, Some(used.appliance)))
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind};

    use super::*;
    use crate::domain::facts::Reason;
    use crate::domain::money::cast::*;

    fn bill(n: u64, part: u64, quantity: i64) -> Fee {
        Fee { part: Some(id(part)), ..fee(n, FeeKind::Part, quantity, 4_500) }
    }

    fn troubles(job: &Job) -> Vec<(Trouble, Place)> {
        parts_billed(job, &Terms::default()).into_iter().map(|p| (p.code, p.at)).collect()
    }

    #[test]
    fn r38_every_used_part_is_billed_or_somebody_said_why_not() {
        let mut job = repair();
        job.sheet.parts = vec![used(50, "JS-DT-65", 3, 4_500)];
        assert_eq!(troubles(&job), [(Trouble::PartNotBilled, Place::Part(id(50)))]);
        job.sheet.fees = vec![bill(1, 50, 2_000)];
        assert_eq!(troubles(&job), [(Trouble::PartNotBilled, Place::Part(id(50)))], "two of three");
        job.sheet.fees.push(bill(2, 50, 1_000));
        assert_eq!(troubles(&job), []);
        job.sheet.fees.push(bill(3, 50, 1_000));
        assert_eq!(troubles(&job), [(Trouble::PartBilledTooOften, Place::Part(id(50)))]);
        job.sheet.fees.clear();
        job.sheet.reasons = vec![Reason { subject: Some(id(50)), text: "返修免费".to_owned(), ..blank(60) }];
        assert_eq!(troubles(&job), []);
        let found = used_against_billed(&job, &Terms::default());
        assert_eq!(found, UsedAgainstBilled { used: 3_000, billed: 0, free: 3_000 });
    }

    #[test]
    fn r38_a_billed_part_was_used() {
        let mut job = repair();
        job.sheet.fees = vec![bill(1, 50, 1_000), one(2, FeeKind::Part, 500)];
        let places = [Place::Fee(id(1)), Place::Fee(id(2))];
        assert_eq!(troubles(&job), places.map(|at| (Trouble::BilledPartNotUsed, at)));
    }

    #[test]
    fn r38_a_quotes_line_bills_the_part_of_its_code() {
        let mut job = repair();
        job.sheet.parts = vec![used(50, "JS-DT-65", 1, 4_500), used(51, "JS-DT-65", 2, 4_500)];
        let quoted = |n, quantity| Fee { code: "JS-DT-65".to_owned(), ..fee(n, FeeKind::Part, quantity, 4_500) };
        job.sheet.fees = vec![quoted(1, 2_000)];
        assert_eq!(troubles(&job), [(Trouble::PartNotBilled, Place::Part(id(51)))]);
        assert_eq!(unbilled(&job, &Terms::default()), (1, 4_500));
        job.sheet.fees = vec![quoted(1, 4_000)];
        assert_eq!(troubles(&job), [(Trouble::PartBilledTooOften, Place::Part(id(51)))]);
        job.sheet.fees = vec![quoted(1, 3_000)];
        assert_eq!((troubles(&job), unbilled(&job, &Terms::default())), (Vec::new(), (0, 0)));
    }

    #[test]
    fn r38_under_warranty_a_part_needs_no_bill() {
        let mut job = job(JobKind::Repair, ApplianceKind::WashingMachine, Coverage::InWarranty);
        job.sheet.parts = vec![used(50, "YH-PSB-30W", 1, 6_800)];
        assert_eq!(troubles(&job), []);
        job.order.coverage = Coverage::OutOfWarranty;
        job.sheet.parts[0].source = PartSource::Customer.into();
        assert_eq!(troubles(&job), [], "the customer's own");
        job.sheet.parts[0].quantity = u32::MAX;
        assert_eq!(used_against_billed(&job, &Terms::default()).free, i64::from(u32::MAX) * 1_000);
    }
}
