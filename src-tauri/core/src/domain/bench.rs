//! 送修: what stands in the way of taking, quoting, repairing and giving back a unit (R5, R17–R21).
//!
//! Every step is refused with all its reasons at once. A merge may bring together what neither device would have
//! allowed; then the same reasons are findings.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{BenchWork, BlockerCode, CustodyStep, RepairLevel, SignedFor};

use super::calendar::DAY_MS;
use super::facts::{Job, Noted, OrderedAppliance, Quote};
use super::record::last;

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    pub code: BlockerCode,
    pub appliance: ShortId,
}

/// Units and loaners that are not back where they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    Unit(ShortId),
    Loaner(ShortId),
}

/// The last hand that a unit went through.
pub fn custody(job: &Job, appliance: ShortId) -> Option<CustodyStep> {
    last(job.sheet.custody.iter().filter(|c| c.appliance == appliance)).and_then(|c| c.step.known())
}

/// The machine's own tag, and where it was put last.
pub fn tag_and_place(job: &Job, unit: ShortId) -> (String, String) {
    let of = || job.sheet.custody.iter().filter(|c| c.appliance == unit);
    let tag = last(of().filter(|c| !c.tag.trim().is_empty())).map(|c| c.tag.clone());
    let place = last(of()).map(|c| c.place.clone());
    (tag.unwrap_or_default(), place.unwrap_or_default())
}

/// What is still out: the job stays open until unit and loaner are both back (R17).
pub fn still_out(job: &Job) -> Vec<Out> {
    let mut out = Vec::new();
    for appliance in &job.order.appliances {
        if custody(job, appliance.id).is_some_and(|step| step != CustodyStep::Returned) {
            out.push(Out::Unit(appliance.id));
        }
    }
    for loaner in &job.sheet.loaners {
        if !job.sheet.loaner_backs.iter().any(|back| back.loaner == loaner.id) {
            out.push(Out::Loaner(loaner.id));
        }
    }
    out
}

/// Whether a unit may be taken: a loaner is placed and safe, or was declined and signed, or none is there, the customer
/// was told, with a promised date (R17); and when, where, whom, what and why are known (R18). `loaner_unsafe` says of a
/// loaner whether a gate keeps it from being switched on: it is an installation of its own.
pub fn may_take(
    job: &Job,
    appliance: &OrderedAppliance,
    carried_in: bool,
    loaner_unsafe: impl Fn(ShortId) -> bool,
) -> Vec<Refusal> {
    let mut out = handover_gaps(job, appliance, carried_in);
    let refuse = |code| Refusal { code, appliance: appliance.id };
    let loaners: Vec<_> = job.sheet.loaners.iter().filter(|l| l.appliance == appliance.id).collect();
    let without = job.sheet.without_loaner.iter().filter(|w| w.appliance == appliance.id);
    let answered = without.into_iter().any(|w| match w.why.known() {
        Some(doorstep_schemas::view::NoLoaner::Declined) => {
            w.signature.is_some_and(|id| job.sheet.signatures.iter().any(|s| s.id == id))
        }
        Some(doorstep_schemas::view::NoLoaner::NoneAvailable) => w.promised.is_some(),
        None => false,
    });
    if loaners.is_empty() && !answered {
        out.push(refuse(BlockerCode::LoanerUndecided));
    }
    if loaners.iter().any(|l| loaner_unsafe(l.id)) {
        out.push(refuse(BlockerCode::LoanerUnsafe));
    }
    out
}

/// What a handover must name (R18): when, address (unless carried in), phone, fault or symptom, and the machine's tag
/// once it is here.
pub fn handover_gaps(job: &Job, appliance: &OrderedAppliance, carried_in: bool) -> Vec<Refusal> {
    let customer = job.customer();
    let refuse = |code| Refusal { code, appliance: appliance.id };
    let mut out = Vec::new();
    if customer.phone.trim().is_empty() {
        out.push(refuse(BlockerCode::PhoneMissing));
    }
    if customer.address.trim().is_empty() && !carried_in {
        out.push(refuse(BlockerCode::AddressMissing));
    }
    let said = |field| !job.field(appliance, field).trim().is_empty();
    if !said(SheetField::Symptom) && !said(SheetField::Fault) {
        out.push(refuse(BlockerCode::SymptomMissing));
    }
    out
}

/// Whether a unit may be received at the bench: it bears a tag (R18).
pub fn may_receive(job: &Job, appliance: &OrderedAppliance, tag: &str) -> Vec<Refusal> {
    let mut out = handover_gaps(job, appliance, true);
    if tag.trim().is_empty() {
        out.push(Refusal { code: BlockerCode::TagMissing, appliance: appliance.id });
    }
    out
}

/// No quote before the diagnosis (R19).
pub fn may_quote(job: &Job, appliance: ShortId) -> Vec<Refusal> {
    let diagnosed = job.sheet.diagnoses.iter().any(|d| d.appliance == appliance && !d.cause.trim().is_empty());
    if diagnosed { Vec::new() } else { vec![Refusal { code: BlockerCode::NotDiagnosed, appliance }] }
}

/// The price of the cheaper level stands beside a dearer one's (R21).
pub fn quote_gaps(quote: &Quote) -> Vec<Refusal> {
    let dear = matches!(quote.level.known(), Some(RepairLevel::Board | RepairLevel::Factory));
    let code = BlockerCode::OtherLevelMissing;
    if dear && quote.other_fen.is_none() { vec![Refusal { code, appliance: quote.appliance }] } else { Vec::new() }
}

/// The quote that the customer said yes to, if the last word on it is a yes: with days, cost, who and channel (R19).
pub fn consented(job: &Job, appliance: ShortId) -> Option<&Quote> {
    let quote = last(job.sheet.quotes.iter().filter(|q| q.appliance == appliance))?;
    let said = last(job.sheet.consents.iter().filter(|c| c.quote == quote.id))?;
    let complete = !said.who.trim().is_empty() && said.channel.known().is_some();
    (said.yes && complete).then_some(quote)
}

/// No paid repair at the bench before consent (R19).
pub fn may_repair(job: &Job, appliance: ShortId, paid: bool) -> Vec<Refusal> {
    if paid && consented(job, appliance).is_none() {
        return vec![Refusal { code: BlockerCode::NotConsented, appliance }];
    }
    Vec::new()
}

/// Before the diagnosis a customer sees no suspected cause (R19): what may be shown of a cause.
pub fn cause_for_customer(job: &Job, appliance: &OrderedAppliance) -> String {
    let benched = custody(job, appliance.id).is_some();
    match last(job.sheet.diagnoses.iter().filter(|d| d.appliance == appliance.id)) {
        Some(diagnosis) => diagnosis.cause.clone(),
        None if benched => String::new(),
        None => job.field(appliance, SheetField::Cause),
    }
}

/// What keeps a bench job from being closed: unit and loaner back (R17), and for a unit that can't be repaired, a record
/// that the customer was told (R20).
pub fn may_close(job: &Job) -> Vec<Refusal> {
    let mut out: Vec<Refusal> = still_out(job)
        .into_iter()
        .map(|still| match still {
            Out::Unit(appliance) => Refusal { code: BlockerCode::UnitOut, appliance },
            Out::Loaner(appliance) => Refusal { code: BlockerCode::LoanerOut, appliance },
        })
        .collect();
    for appliance in &job.order.appliances {
        let of = |work| job.sheet.bench.iter().filter(move |b| b.appliance == appliance.id && b.work.is(work));
        // Written at the bench, or the word of the last diagnosis.
        let found = last(job.sheet.diagnoses.iter().filter(|d| d.appliance == appliance.id)).filter(|d| !d.repairable);
        let hopeless = last(of(BenchWork::Unrepairable)).map(|b| b.noted.happened_ms());
        let hopeless = hopeless.max(found.map(|d| d.noted.happened_ms()));
        let told = last(of(BenchWork::Informed).filter(|b| b.channel.known().is_some()));
        if hopeless.is_some_and(|since| told.is_none_or(|told| told.noted.happened_ms() < since)) {
            out.push(Refusal { code: BlockerCode::NotInformed, appliance: appliance.id });
        }
    }
    out
}

/// What is visible of a unit while it is at the bench (R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub appliance: ShortId,
    /// Whole days since it was taken.
    pub days: i64,
    pub ready: Option<i64>,
    pub next_contact: Option<i64>,
    /// The promised day or the next contact has passed.
    pub overdue: bool,
}

/// Waiting days, promised date and next contact of every unit that is out (R5). Without a promise, 48 h with a loaner
/// are the limit (R4).
pub fn waiting(job: &Job, now: i64) -> Vec<Waiting> {
    let mut out = Vec::new();
    for still in still_out(job) {
        let Out::Unit(appliance) = still else { continue };
        let taken = job.sheet.custody.iter().filter(|c| c.appliance == appliance).map(|c| c.noted.happened_ms()).min();
        let Some(taken) = taken else { continue };
        let of = || job.sheet.promises.iter().filter(|p| p.appliance == appliance);
        let ready = last(of().filter(|p| p.ready.is_some())).and_then(|p| p.ready).map(|at| at.0);
        let next_contact = last(of().filter(|p| p.next_contact.is_some())).and_then(|p| p.next_contact).map(|at| at.0);
        let limit = ready.unwrap_or(taken.saturating_add(2 * DAY_MS));
        out.push(Waiting {
            appliance,
            days: now.saturating_sub(taken).max(0) / DAY_MS,
            ready,
            next_contact,
            overdue: now > limit || next_contact.is_some_and(|at| now > at),
        });
    }
    out
}

/// How many of the repairs were done by swapping a board rather than mending it (R21): (swaps, all).
pub fn board_swaps<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> (u32, u32) {
    let mut found = (0, 0);
    for job in jobs {
        for entry in job.sheet.bench.iter().filter(|b| b.work.is(BenchWork::Repaired)) {
            found.1 += 1;
            found.0 += u32::from(entry.level.is(RepairLevel::Board));
        }
    }
    found
}

/// Whether a signature for this purpose is on the sheet.
pub fn signed(job: &Job, signed_for: SignedFor) -> Option<Noted> {
    job.sheet.signatures.iter().find(|s| s.signed_for.is(signed_for)).map(|s| s.noted)
}
