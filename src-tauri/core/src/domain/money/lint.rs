//! 结算前检查: everything that a maker would send a claim back for, all at once (R31).

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{PhotoStage, SignedFor, Signer};

use super::fees::{Terms, covered};
use super::problem::{Place, Problem, Trouble};
use super::subsidy::{id_numbers, subsidy_problems};
use super::{each, warranty};
use crate::domain::facts::Job;
use crate::domain::facts::desk::{FollowUp, SettlementLine};
use crate::domain::nodes;
use crate::domain::parts::{self, SaidAtDesk};

/// What keeps a job's claim from being ready (R31): customer file, parameters, proof of purchase, complaints, voucher,
/// the maker's order number, old parts (R24), the papers of a subsidised trade-in (R44), and an ID number anywhere.
/// `lines`, `follow_ups` and `old`, its word on old parts, are the desk's for this job.
pub fn lint(
    job: &Job,
    terms: &Terms<'_>,
    lines: &[&SettlementLine],
    follow_ups: &[&FollowUp],
    old: &BTreeMap<ShortId, SaidAtDesk>,
    now: i64,
) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut tell = |code, at| out.push(Problem::new(code, at));
    let customer = job.customer();
    let file = [("name", &customer.name), ("phone", &customer.phone), ("address", &customer.address)];
    for (key, _) in file.iter().filter(|(_, text)| text.trim().is_empty()) {
        tell(Trouble::CustomerFileIncomplete, Place::About(format!("customer/{key}")));
    }
    for appliance in &job.order.appliances {
        for field in [SheetField::Model, SheetField::Serial] {
            if job.field(appliance, field).trim().is_empty() {
                tell(Trouble::ParameterMissing, Place::Field { appliance: appliance.id, field });
            }
        }
        if covered(terms.coverage(job, Some(appliance.id))) && !proven(job, appliance.id, now) {
            tell(Trouble::ProofOfPurchaseMissing, Place::Purchase { appliance: appliance.id });
        }
    }
    if job.order.maker_order.trim().is_empty() {
        tell(Trouble::MakerOrderMissing, Place::Job);
    }
    if nodes::ended(job).is_none() {
        tell(Trouble::NotFinished, Place::Job);
    }
    if !vouched(job) {
        tell(Trouble::VoucherMissing, Place::Signature(SignedFor::Work));
    }
    if lines.iter().all(|line| line.fen == 0) {
        tell(Trouble::NothingToClaim, Place::Job);
    }
    for complaint in each(follow_ups.iter().copied()).into_iter().filter(|word| word.complaint) {
        // Handled by a later word on the same job, or by itself.
        let handled = |word: &&&FollowUp| word.handled && word.noted.at_ms >= complaint.noted.at_ms;
        if !follow_ups.iter().any(|word| handled(&word)) {
            tell(Trouble::ComplaintOpen, Place::FollowUp(complaint.id));
        }
    }
    out.extend(parts::claim_gaps(job, terms, old, now));
    out.extend(subsidy_problems(job));
    out.extend(id_numbers(job));
    out
}

/// Whether an installation is proven by itself, or a repair by invoice, card or installation date.
fn proven(job: &Job, appliance: ShortId, now: i64) -> bool {
    let installed_now = job.order.kind == doorstep_schemas::view::JobKind::Install;
    let purchase = job.order.purchases.get(&appliance);
    let start = purchase.and_then(|purchase| warranty::start(purchase, "", now));
    installed_now || start.is_some_and(|(_, from)| from != warranty::StartFrom::Made)
}

/// The customer's signature, or a photo of the finished work.
fn vouched(job: &Job) -> bool {
    let by_customer =
        |s: &crate::domain::facts::Signature| s.signed_for.is(SignedFor::Work) && s.signer.is(Signer::Customer);
    job.sheet.signatures.iter().any(by_customer) || job.sheet.photos.iter().any(|p| p.stage.is(PhotoStage::After))
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind, JobOutcome};

    use super::*;
    use crate::domain::facts::{Purchase, Signature};
    use crate::domain::money::cast::*;
    use crate::domain::record::Scalar;

    fn of_job() -> [(&'static str, Scalar); 1] {
        [("job", Scalar::Text(job_id(1).to_string()))]
    }

    fn line() -> SettlementLine {
        SettlementLine { maker: "云浣".to_owned(), fen: 5_500, ..known(70, &of_job()) }
    }

    fn word(n: u64, complaint: bool, handled: bool) -> FollowUp {
        FollowUp { complaint, handled, ..known(n, &of_job()) }
    }

    /// 邓小妹: a pump under warranty, ready to be claimed.
    fn ready() -> Job {
        let mut job = job(JobKind::Repair, ApplianceKind::WashingMachine, Coverage::InWarranty);
        let customer = &mut job.order.customer;
        (customer.name, customer.phone) = ("邓小妹".to_owned(), "13800001006".to_owned());
        customer.address = "柳林镇卫生院宿舍".to_owned();
        job.order.maker_order = "YH20261121007".to_owned();
        let invoice = "2025-12-24".to_owned();
        job.order.purchases.insert(unit(), Purchase { invoice, ..Purchase::default() });
        job.sheet.outcomes = vec![outcome(5, JobOutcome::Completed)];
        job.sheet.signatures =
            vec![Signature { signed_for: SignedFor::Work.into(), signer: Signer::Customer.into(), ..blank(6) }];
        job
    }

    fn troubles(job: &Job, follow_ups: &[&FollowUp]) -> Vec<Trouble> {
        lint(job, &Terms::default(), &[&line()], follow_ups, &BTreeMap::new(), MORNING)
            .into_iter()
            .map(|p| p.code)
            .collect()
    }

    #[test]
    fn r31_a_claim_with_everything_is_ready_and_each_missing_thing_is_told() {
        assert_eq!(troubles(&ready(), &[]), []);
        type Spoil = fn(&mut Job);
        let cases: [(Spoil, Trouble); 10] = [
            (|job| job.order.customer.name.clear(), Trouble::CustomerFileIncomplete),
            (|job| job.order.customer.phone = "  ".to_owned(), Trouble::CustomerFileIncomplete),
            (|job| job.order.customer.address.clear(), Trouble::CustomerFileIncomplete),
            (|job| job.order.appliances[0].model.clear(), Trouble::ParameterMissing),
            (|job| job.order.appliances[0].serial.clear(), Trouble::ParameterMissing),
            (|job| job.order.purchases.clear(), Trouble::ProofOfPurchaseMissing),
            (|job| job.order.maker_order.clear(), Trouble::MakerOrderMissing),
            (|job| job.sheet.outcomes.clear(), Trouble::NotFinished),
            (|job| job.sheet.signatures.clear(), Trouble::VoucherMissing),
            (|job| job.sheet.parts = vec![used(50, "YH-PSB-30W", 1, 6_800)], Trouble::OldPartUntagged),
        ];
        for (spoil, trouble) in cases {
            let mut job = ready();
            spoil(&mut job);
            assert_eq!(troubles(&job, &[]).first(), Some(&trouble));
        }
        let mut job = ready();
        job.order.subsidised = true;
        assert!(troubles(&job, &[]).contains(&Trouble::EnergyLabelMissing), "R44");
        job = ready();
        job.order.note = "11010519491231002X".to_owned();
        assert_eq!(troubles(&job, &[]), [Trouble::IdNumber]);
        let nothing = lint(&ready(), &Terms::default(), &[], &[], &BTreeMap::new(), MORNING);
        assert_eq!(nothing[0].code, Trouble::NothingToClaim);
    }

    #[test]
    fn r31_all_of_it_is_told_at_once_each_with_its_place() {
        let mut job = ready();
        job.order.customer.name.clear();
        job.order.appliances[0].model.clear();
        let found = lint(&job, &Terms::default(), &[&line()], &[], &BTreeMap::new(), MORNING);
        let places: Vec<Place> = found.into_iter().map(|p| p.at).collect();
        let model = Place::Field { appliance: unit(), field: SheetField::Model };
        assert_eq!(places, [Place::About("customer/name".to_owned()), model]);
    }

    #[test]
    fn r31_a_production_month_alone_proves_no_purchase_and_an_installation_proves_itself() {
        let mut job = ready();
        let made = "2026-01".to_owned();
        job.order.purchases.insert(unit(), Purchase { made, ..Purchase::default() });
        assert_eq!(troubles(&job, &[]), [Trouble::ProofOfPurchaseMissing]);
        job.order.kind = JobKind::Install;
        assert_eq!(troubles(&job, &[]), []);
    }

    #[test]
    fn r31_a_complaint_is_handled_first() {
        let (open, closed) = (word(80, true, false), word(81, false, true));
        assert_eq!(troubles(&ready(), &[&open]), [Trouble::ComplaintOpen]);
        assert_eq!(troubles(&ready(), &[&open, &closed]), []);
        let again = word(82, true, false);
        assert_eq!(troubles(&ready(), &[&open, &closed, &again]), [Trouble::ComplaintOpen]);
        assert_eq!(troubles(&ready(), &[&word(83, true, true)]), []);
    }
}
