//! Lines proposed from facts, for a technician to confirm.
//!
//! Nothing is invented: a code that the book does not have gives no line, and what a sheet already charges is not
//! proposed again.

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{Coverage, FeeKind, JobKind, PartSource, Payer, Text};

use super::amount::line_fen;
use super::each;
use super::fees::{Terms, covered};
use super::guide::share_of_rank;
use crate::domain::facts::Job;
use crate::domain::nodes;

/// An item of the price book in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceItem {
    pub name: Text,
    pub kind: FeeKind,
    pub guide_fen: i64,
}

/// A price book as this rule needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceBook {
    pub items: BTreeMap<String, PriceItem>,
    /// Codes of the items that follow from facts.
    pub visit: String,
    pub distance: String,
    pub height: String,
    /// Kilometres that cost nothing.
    pub free_km: i64,
    /// Shares of several labour items, per mille.
    pub labour_shares: Vec<i64>,
}

/// Work that was done, by the book's code: a labour item, metres of pipe, holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub appliance: Option<ShortId>,
    pub code: String,
    /// Thousandths.
    pub quantity: i64,
}

/// A line that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub appliance: Option<ShortId>,
    pub kind: FeeKind,
    pub code: String,
    pub name: Text,
    pub quantity: i64,
    pub unit_fen: i64,
    pub share: i64,
    pub payer: Payer,
    pub part: Option<ShortId>,
    pub amount_fen: i64,
}

/// The lines that follow from facts and from the work done (R27): visit, labour with its shares, materials and
/// surcharges, the way beyond the free kilometres, height, parts used.
pub fn propose(job: &Job, terms: &Terms<'_>, book: &PriceBook, done: &[Done]) -> Vec<Proposal> {
    let mut work: Vec<Done> = Vec::new();
    let once = |code: &str, quantity| Done { appliance: None, code: code.to_owned(), quantity };
    if pays_a_visit(job) {
        work.push(once(&book.visit, 1_000));
    }
    work.extend(done.iter().cloned());
    let beyond = job.order.km.unwrap_or(0).saturating_sub(book.free_km);
    if beyond > 0 && !by_contract(job) {
        work.push(once(&book.distance, beyond.saturating_mul(1_000)));
    }
    if job.order.at_height {
        work.push(once(&book.height, 1_000));
    }
    let mut out: Vec<Proposal> = Vec::new();
    for item in work.iter().filter(|item| !written(job, item)) {
        let Some(priced) = book.items.get(&item.code) else { continue };
        if priced.kind == FeeKind::Visit && job.sheet.fees.iter().any(|fee| fee.kind.is(FeeKind::Visit)) {
            continue;
        }
        out.push(Proposal {
            appliance: item.appliance,
            kind: priced.kind,
            code: item.code.clone(),
            name: priced.name.clone(),
            quantity: item.quantity,
            unit_fen: priced.guide_fen,
            share: 1_000,
            payer: payer(job, terms, item.appliance, priced.kind, item.code == book.distance),
            part: None,
            amount_fen: 0,
        });
    }
    out.extend(parts(job, terms));
    share_labour(job, &mut out, &book.labour_shares);
    for line in &mut out {
        line.amount_fen = line_fen(line.unit_fen, line.quantity, line.share);
    }
    out
}

/// The contract has paid for coming; what is repaired then is charged like any work (R37).
fn by_contract(job: &Job) -> bool {
    job.order.coverage == Coverage::Contract
}

/// Repairs and care pay for the way there; installations have it in their price, a unit at the bench was fetched, and
/// coming back to one's own work is free (R8).
fn pays_a_visit(job: &Job) -> bool {
    let kind = matches!(job.order.kind, JobKind::Repair | JobKind::Maintenance | JobKind::Clean | JobKind::Appraisal);
    kind && !nodes::over_the_bench(job) && job.order.revisit_of.is_none() && !by_contract(job)
}

fn written(job: &Job, item: &Done) -> bool {
    job.sheet.fees.iter().any(|fee| fee.code == item.code && fee.appliance == item.appliance)
}

/// Under warranty the maker also bears the way; materials and other surcharges stay with the customer.
fn payer(job: &Job, terms: &Terms<'_>, appliance: Option<ShortId>, kind: FeeKind, way: bool) -> Payer {
    let borne = way || matches!(kind, FeeKind::Visit | FeeKind::Diagnosis | FeeKind::Labour | FeeKind::Part);
    if borne && covered(terms.coverage(job, appliance)) { Payer::Maker } else { Payer::Customer }
}

fn parts(job: &Job, terms: &Terms<'_>) -> Vec<Proposal> {
    let billed = |part: ShortId| job.sheet.fees.iter().any(|fee| fee.part == Some(part));
    let used = each(&job.sheet.parts).into_iter();
    used.filter(|part| !billed(part.id) && !part.source.is(PartSource::Customer))
        .map(|part| Proposal {
            appliance: Some(part.appliance),
            kind: FeeKind::Part,
            code: part.code.clone(),
            name: Text { zh: part.name.clone(), en: part.name.clone() },
            quantity: i64::from(part.quantity) * 1_000,
            unit_fen: part.guide_fen,
            share: 1_000,
            payer: payer(job, terms, Some(part.appliance), FeeKind::Part, false),
            part: Some(part.id),
            amount_fen: 0,
        })
        .collect()
}

/// Several labour items of an appliance count by their shares, those that are charged already with them.
fn share_labour(job: &Job, out: &mut [Proposal], shares: &[i64]) {
    let appliances: std::collections::BTreeSet<_> = out.iter().map(|line| line.appliance).collect();
    for appliance in appliances {
        let of =
            each(&job.sheet.fees).into_iter().filter(|fee| fee.kind.is(FeeKind::Labour) && fee.appliance == appliance);
        let charged: Vec<i64> = of.map(|fee| line_fen(fee.unit_fen, fee.quantity, 1_000)).collect();
        let mut items: Vec<&mut Proposal> =
            out.iter_mut().filter(|l| l.kind == FeeKind::Labour && l.appliance == appliance).collect();
        let full = |line: &Proposal| line_fen(line.unit_fen, line.quantity, 1_000);
        items.sort_by_key(|line| std::cmp::Reverse(full(line)));
        for (rank, line) in items.into_iter().enumerate() {
            let dearer = charged.iter().filter(|fen| **fen >= full(line)).count();
            line.share = share_of_rank(shares, rank + dearer);
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, JobOutcome};

    use super::*;
    use crate::domain::facts::Fee;
    use crate::domain::money::cast::*;

    fn book() -> PriceBook {
        let item = |code: &str, kind, guide_fen| {
            let name = Text { zh: code.to_owned(), en: code.to_owned() };
            (code.to_owned(), PriceItem { name, kind, guide_fen })
        };
        PriceBook {
            items: [
                item("visit", FeeKind::Visit, 3_000),
                item("km", FeeKind::Surcharge, 150),
                item("height", FeeKind::Surcharge, 10_000),
                item("weld_charge", FeeKind::Labour, 20_500),
                item("element", FeeKind::Labour, 8_000),
                item("rod", FeeKind::Labour, 4_000),
                item("install_wall", FeeKind::Labour, 20_000),
                item("pipe_wall", FeeKind::Material, 11_000),
                item("pipe_floor", FeeKind::Material, 13_000),
                item("bracket", FeeKind::Material, 12_000),
                item("hole", FeeKind::Surcharge, 6_000),
            ]
            .into(),
            visit: "visit".to_owned(),
            distance: "km".to_owned(),
            height: "height".to_owned(),
            free_km: 15,
            labour_shares: vec![1_000, 500, 300],
        }
    }

    fn done(code: &str, quantity: i64) -> Done {
        Done { appliance: Some(unit()), code: code.to_owned(), quantity }
    }

    #[test]
    fn r37_a_contract_has_paid_for_the_visit_and_not_for_what_is_repaired_then() {
        let mut job = job(JobKind::Maintenance, ApplianceKind::StorageHeater, Coverage::OutOfWarranty);
        job.order.km = Some(22);
        let codes = |job: &Job| -> Vec<(String, Payer)> {
            let found = propose(job, &Terms::default(), &book(), &[done("rod", 1_000)]);
            found.into_iter().map(|line| (line.code, line.payer)).collect()
        };
        let line = |code: &str| (code.to_owned(), Payer::Customer);
        assert_eq!(codes(&job), [line("visit"), line("rod"), line("km")]);
        job.order.coverage = Coverage::Contract;
        assert_eq!(codes(&job), [line("rod")]);
    }

    /// What the customer would pay.
    fn comes_to(proposals: &[Proposal]) -> i64 {
        proposals.iter().filter(|p| p.payer == Payer::Customer).map(|p| p.amount_fen).sum()
    }

    #[test]
    fn r27_a_weld_22_km_away_is_proposed_as_245_50() {
        let mut job = repair();
        job.order.km = Some(22);
        let found = propose(&job, &Terms::default(), &book(), &[done("weld_charge", 1_000)]);
        assert_eq!(found.iter().map(|p| p.amount_fen).collect::<Vec<_>>(), [3_000, 20_500, 1_050]);
        assert_eq!(comes_to(&found), 24_550);
        job.order.coverage = Coverage::InWarranty;
        assert_eq!(comes_to(&propose(&job, &Terms::default(), &book(), &[done("weld_charge", 1_000)])), 0);
        for km in [15, 0, i64::MIN] {
            job.order.km = Some(km);
            assert!(!propose(&job, &Terms::default(), &book(), &[]).iter().any(|p| p.code == "km"), "{km}");
        }
    }

    #[test]
    fn r27_an_installation_under_warranty_is_proposed_as_385_for_the_customer() {
        let mut job = job(JobKind::Install, ApplianceKind::AirConditioner, Coverage::InWarranty);
        job.order.at_height = true;
        let work = [done("install_wall", 1_000), done("pipe_wall", 1_500), done("bracket", 1_000)];
        let found = propose(&job, &Terms::default(), &book(), &work);
        assert_eq!(comes_to(&found), 38_500);
        let set = [done("hole", 2_000), done("pipe_floor", 2_000)];
        job.order.at_height = false;
        assert_eq!(comes_to(&propose(&job, &Terms::default(), &book(), &set)), 38_000);
    }

    #[test]
    fn r27_used_parts_and_shares_are_proposed_and_nothing_twice() {
        let mut job = repair();
        job.sheet.parts = vec![used(50, "AQ-RG-2000", 1, 9_500), used(51, "AQ-MF-63", 2, 1_000)];
        let work = [done("rod", 1_000), done("element", 1_000), done("nobody_knows", 1_000)];
        let found = propose(&job, &Terms::default(), &book(), &work);
        let by_code: Vec<(&str, i64)> = found.iter().map(|p| (p.code.as_str(), p.amount_fen)).collect();
        let expected =
            [("visit", 3_000), ("rod", 2_000), ("element", 8_000), ("AQ-RG-2000", 9_500), ("AQ-MF-63", 2_000)];
        assert_eq!(by_code, expected);
        job.sheet.fees = vec![
            Fee { code: "visit_village".to_owned(), ..one(1, FeeKind::Visit, 3_000) },
            Fee { part: Some(id(50)), ..one(2, FeeKind::Part, 9_500) },
        ];
        let found = propose(&job, &Terms::default(), &book(), &[]);
        assert_eq!(found.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["AQ-MF-63"]);
    }

    #[test]
    fn r27_what_is_charged_already_counts_among_the_shares() {
        let mut job = repair();
        let labour = |n, fen| Fee { appliance: Some(unit()), code: format!("l{n}"), ..one(n, FeeKind::Labour, fen) };
        let share = |job: &Job| {
            let found = propose(job, &Terms::default(), &book(), &[done("element", 1_000)]);
            found.iter().find(|line| line.code == "element").unwrap().share
        };
        assert_eq!(share(&job), 1_000);
        job.sheet.fees = vec![labour(1, 4_000)];
        assert_eq!(share(&job), 1_000, "the dearest counts in full");
        job.sheet.fees.push(labour(2, 9_000));
        assert_eq!(share(&job), 500);
        job.sheet.fees.push(labour(3, 8_000));
        assert_eq!(share(&job), 300);
    }

    #[test]
    fn r8_r27_each_appliance_pays_its_own_and_coming_back_to_ones_own_work_pays_no_visit() {
        let mut job = repair();
        let twice = [done("hole", 1_000), Done { appliance: Some(id(901)), ..done("hole", 1_000) }];
        job.sheet.fees = vec![Fee { code: "hole".to_owned(), ..one(1, FeeKind::Surcharge, 6_000) }];
        let of_the_other = propose(&job, &Terms::default(), &book(), &twice);
        assert_eq!(of_the_other.iter().map(|p| p.appliance).collect::<Vec<_>>(), [None, Some(id(901))]);
        job.sheet.fees.clear();
        job.sheet.outcomes = vec![outcome(5, JobOutcome::TakenToBench)];
        assert_eq!(propose(&job, &Terms::default(), &book(), &[]), [], "fetched to the bench");
        job.sheet.outcomes.clear();
        assert_eq!(propose(&job, &Terms::default(), &book(), &[]).len(), 1);
        job.order.revisit_of = Some(job_id(3));
        assert_eq!(propose(&job, &Terms::default(), &book(), &[]), []);
    }
}
