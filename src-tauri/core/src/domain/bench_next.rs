//! 送修: what is to be done next with a unit on its way to the bench and back (R17–R21).

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{BenchNext, BenchWork, CustodyStep};

use super::bench::{self, Refusal};
use super::facts::{Job, OrderedAppliance};
use super::money::fees::{Terms, covered};
use super::record::last;

/// The next step of a unit. What a customer need not pay for is not quoted (R19); who gave up is told and gets it back.
pub fn next(job: &Job, unit: &OrderedAppliance) -> BenchNext {
    match bench::custody(job, unit.id) {
        None if loaner_settled(job, unit) => BenchNext::Take,
        None => BenchNext::Loaner,
        Some(CustodyStep::Taken | CustodyStep::ToFactory) => BenchNext::Receive,
        Some(CustodyStep::Received | CustodyStep::FromFactory) => at_the_bench(job, unit),
        Some(CustodyStep::Returned) if loaner_out(job, unit) => BenchNext::LoanerBack,
        Some(CustodyStep::Returned) => BenchNext::Nothing,
    }
}

/// A loaner is there, or somebody said why not.
fn loaner_settled(job: &Job, unit: &OrderedAppliance) -> bool {
    job.sheet.loaners.iter().any(|loaner| loaner.appliance == unit.id)
        || job.sheet.without_loaner.iter().any(|word| word.appliance == unit.id)
}

fn loaner_out(job: &Job, unit: &OrderedAppliance) -> bool {
    let back = |id| job.sheet.loaner_backs.iter().any(|back| back.loaner == id);
    job.sheet.loaners.iter().any(|loaner| loaner.appliance == unit.id && !back(loaner.id))
}

fn at_the_bench(job: &Job, unit: &OrderedAppliance) -> BenchNext {
    let Some(found) = last(job.sheet.diagnoses.iter().filter(|d| d.appliance == unit.id)) else {
        return BenchNext::Diagnose;
    };
    let since = found.noted.happened_ms();
    let of = |work| last(job.sheet.bench.iter().filter(move |b| b.appliance == unit.id && b.work.is(work)));
    let after = |work, since| of(work).map(|entry| entry.noted.happened_ms()).filter(|at| *at >= since);
    let told = |since| if after(BenchWork::Informed, since).is_some() { BenchNext::Return } else { BenchNext::Inform };
    if let Some(at) = after(BenchWork::Repaired, since).or_else(|| after(BenchWork::Unrepairable, since)) {
        return told(at);
    }
    if !found.repairable {
        return told(since);
    }
    if covered(Terms::default().coverage(job, Some(unit.id))) {
        return BenchNext::Repair;
    }
    let Some(quote) = last(job.sheet.quotes.iter().filter(|q| q.appliance == unit.id)) else {
        return BenchNext::Quote;
    };
    match last(job.sheet.consents.iter().filter(|c| c.quote == quote.id)) {
        None => BenchNext::AskConsent,
        Some(said) if said.yes => BenchNext::Repair,
        Some(said) => told(said.noted.happened_ms()),
    }
}

/// What stands in the way of a step (R17–R19).
pub fn stops(
    job: &Job,
    unit: &OrderedAppliance,
    step: BenchNext,
    loaner_unsafe: impl Fn(ShortId) -> bool,
) -> Vec<Refusal> {
    match step {
        BenchNext::Take => bench::may_take(job, unit, false, loaner_unsafe),
        BenchNext::Quote => bench::may_quote(job, unit.id),
        BenchNext::Repair => bench::may_repair(job, unit.id, !covered(Terms::default().coverage(job, Some(unit.id)))),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Channel, Coverage, JobKind, NoLoaner, RepairLevel};

    use super::*;
    use crate::domain::facts::{BenchEntry, Consent, Custody, Diagnosis, Loaner, LoanerBack, Quote, WithoutLoaner};
    use crate::domain::record::{Record, Scalar};
    use crate::domain::scene::{NOON, id, job, noted};

    /// A record that says what is listed, noted so many minutes after noon.
    fn said<R: Record>(n: u32, minutes: i64, words: &[(&str, Scalar)]) -> R {
        let get = |key: &str| words.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone());
        R::read(id(n), noted(NOON + minutes * 60_000), &get).unwrap()
    }

    fn text(words: &str) -> Scalar {
        Scalar::Text(words.to_owned())
    }

    #[test]
    fn r17_r21_a_unit_goes_there_and_back_step_by_step() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::Television]);
        job.order.coverage = Coverage::OutOfWarranty;
        let unit = job.order.appliances[0].clone();
        let of = || ("app", text(unit.id.as_str()));
        let step = |job: &Job| next(job, &unit);
        assert_eq!(step(&job), BenchNext::Loaner);
        job.sheet.loaners.push(said::<Loaner>(20, 0, &[of(), ("kind", text("television"))]));
        assert_eq!(step(&job), BenchNext::Take);
        job.sheet.custody.push(said::<Custody>(21, 1, &[of(), ("step", text("taken"))]));
        assert_eq!(step(&job), BenchNext::Receive);
        job.sheet.custody.push(said::<Custody>(22, 2, &[of(), ("step", text("received"))]));
        assert_eq!(step(&job), BenchNext::Diagnose);
        let cause = ("cause", text("strips"));
        job.sheet.diagnoses.push(said::<Diagnosis>(23, 3, &[of(), cause, ("ok", Scalar::Flag(true))]));
        assert_eq!(step(&job), BenchNext::Quote);
        job.order.coverage = Coverage::InWarranty;
        assert_eq!(step(&job), BenchNext::Repair, "what the maker pays is not quoted");
        job.order.coverage = Coverage::OutOfWarranty;
        let level = ("level", text("component"));
        job.sheet.quotes.push(said::<Quote>(24, 4, &[of(), ("diagnosis", text(id(23).as_str())), level]));
        assert_eq!(step(&job), BenchNext::AskConsent);
        let answer = |n, minutes, yes| {
            said::<Consent>(n, minutes, &[("quote", text(id(24).as_str())), ("yes", Scalar::Flag(yes))])
        };
        job.sheet.consents.push(answer(25, 5, false));
        assert_eq!(step(&job), BenchNext::Inform, "given up");
        job.sheet.consents.push(answer(26, 6, true));
        assert_eq!(step(&job), BenchNext::Repair);
        let work = |n, minutes, word| said::<BenchEntry>(n, minutes, &[of(), ("work", text(word))]);
        job.sheet.bench.push(work(27, 7, "repaired"));
        assert_eq!(step(&job), BenchNext::Inform);
        job.sheet.bench.push(work(28, 8, "informed"));
        assert_eq!(step(&job), BenchNext::Return);
        job.sheet.custody.push(said::<Custody>(29, 9, &[of(), ("step", text("returned"))]));
        assert_eq!(step(&job), BenchNext::LoanerBack);
        job.sheet.loaner_backs.push(said::<LoanerBack>(30, 10, &[("loaner", text(id(20).as_str()))]));
        assert_eq!(step(&job), BenchNext::Nothing);
    }

    #[test]
    fn r19_r20_what_cannot_be_repaired_is_told_and_given_back() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::Television]);
        let unit = job.order.appliances[0].clone();
        let of = || ("app", text(unit.id.as_str()));
        job.sheet.without_loaner.push(said::<WithoutLoaner>(20, 0, &[of(), ("why", text(NoLoaner::Declined.word()))]));
        assert_eq!(next(&job, &unit), BenchNext::Take);
        job.sheet.custody.push(said::<Custody>(22, 2, &[of(), ("step", text("received"))]));
        let hopeless =
            [of(), ("cause", text("glass")), ("ok", Scalar::Flag(false)), ("level", text(RepairLevel::Board.word()))];
        job.sheet.diagnoses.push(said::<Diagnosis>(23, 3, &hopeless));
        assert_eq!(next(&job, &unit), BenchNext::Inform);
        let told = [of(), ("work", text("informed")), ("channel", text(Channel::Phone.word()))];
        job.sheet.bench.push(said::<BenchEntry>(24, 4, &told));
        assert_eq!(next(&job, &unit), BenchNext::Return);
    }
}
