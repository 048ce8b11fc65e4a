//! 配件: what each member carries, what was asked for, and where old parts are (R8, R22–R25).
//!
//! Use is never written into a stock: it follows from the sheets. Two phones that used the last one both count, and the
//! owner sees a number below zero rather than a sheet that lost its part.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::view::{BlockerCode, JobKind, OldPartStep, PartSource, RequestStep};

use super::facts::desk::Answer;
use super::facts::outlet::{Moved, PartRequest, Stock};
use super::facts::{Job, OldPart, UsedPart};
use super::money::fees::{Terms, covered};
use super::money::problem::{Place, Problem, Trouble};
use super::money::{each, each_of_jobs};
use super::record::last;
use super::shelf::{Use, carried};

/// What a member holds of one part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding {
    pub name: String,
    pub quantity: i64,
    /// When it was last counted.
    pub counted_ms: Option<i64>,
}

/// A part without a code goes by its name.
pub(crate) fn key(code: &str, name: &str) -> String {
    let code = code.trim();
    if code.is_empty() { name.trim().to_owned() } else { code.to_uppercase() }
}

/// A member's own stock (R22): the last count and what was issued, returned and used after it. It may go below zero.
/// `used` are the parts of all jobs.
pub fn stock<'a>(
    member: MemberId,
    moves: &[Moved],
    used: impl IntoIterator<Item = (JobId, &'a UsedPart)>,
) -> BTreeMap<String, Holding> {
    let own = |part: &UsedPart| part.noted.by == member && part.source.is(PartSource::OwnStock);
    let used: Vec<Use> =
        each_of_jobs(used).into_iter().filter(|(_, part)| own(part)).filter_map(|(_, part)| Use::of(part)).collect();
    carried(moves, &used)
}

/// Parts of which more was used than was there (R22), for the owner.
pub fn below_zero(stock: &BTreeMap<String, Holding>) -> Vec<(&str, i64)> {
    stock.iter().filter(|(_, held)| held.quantity < 0).map(|(code, held)| (code.as_str(), held.quantity)).collect()
}

/// What a symptom suggests and the member does not carry (R8), before departure.
pub fn not_carried<'a>(stock: &BTreeMap<String, Holding>, suggested: &[&'a str]) -> Vec<&'a str> {
    let has = |code: &str| stock.get(&key(code, "")).is_some_and(|held| held.quantity > 0);
    suggested.iter().copied().filter(|code| !has(code)).collect()
}

/// How far a request for a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// `None` while it is only asked for.
    pub step: Option<RequestStep>,
    /// Explicit, else by the market tier.
    pub promised_ms: i64,
    pub arrived_ms: Option<i64>,
    /// Until the promise, below zero after it; `None` once it arrived or was refused.
    pub left_ms: Option<i64>,
    /// It came after the promise, or has not come by now.
    pub late: bool,
}

/// Where a request stands (R23): asked → approved → ordered → shipped → arrived, or refused. What has arrived stays so,
/// whatever is written later. `tier_hours` is the outlet's delivery promise by its market tier.
pub fn requested<'a>(
    request: &PartRequest,
    answers: impl IntoIterator<Item = &'a Answer>,
    tier_hours: u32,
    now: i64,
) -> Requested {
    let answers: Vec<&Answer> = each(answers).into_iter().filter(|a| a.request == request.id).collect();
    let arrived = answers.iter().filter(|a| a.step.is(RequestStep::Arrived)).map(|a| a.noted.happened_ms()).min();
    let known = last(answers.iter().copied().filter(|a| a.step.known().is_some())).and_then(|a| a.step.known());
    let step = if arrived.is_some() { Some(RequestStep::Arrived) } else { known };
    let by_tier = request.noted.happened_ms().saturating_add(i64::from(tier_hours) * 3_600_000);
    let said = last(answers.iter().copied().filter(|a| a.promised.is_some())).and_then(|a| a.promised);
    let promised_ms = said.map_or(by_tier, |at| at.0);
    let waits = !matches!(step, Some(RequestStep::Arrived | RequestStep::Refused));
    Requested {
        step,
        promised_ms,
        arrived_ms: arrived,
        left_ms: waits.then(|| promised_ms.saturating_sub(now)),
        late: arrived.map_or(waits && now > promised_ms, |at| at > promised_ms),
    }
}

/// The owner's answer as the asker's stock tells it: the desk is on no technician's device (R27).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<'a> {
    pub step: RequestStep,
    pub promised_ms: Option<i64>,
    pub note: &'a str,
}

/// An answer as texts of the stock, by key: `<request>/step` and so on. What is empty takes back what was said before.
pub fn said(request: ShortId, step: RequestStep, promised_ms: Option<i64>, note: String) -> [(String, String); 3] {
    let promised = promised_ms.map(|at| at.to_string()).unwrap_or_default();
    let key = |what: &str| format!("{request}/{what}");
    [(key("step"), step.word().to_owned()), (key("note"), note), (key("promised"), promised)]
}

/// The same where nothing is said any more: the answer was a slip.
pub fn unsaid(request: ShortId) -> [(String, String); 3] {
    ["step", "note", "promised"].map(|what| (format!("{request}/{what}"), String::new()))
}

/// What was answered to a request (R23); `None` while nobody did.
pub fn answered(stock: &Stock, request: ShortId) -> Option<Answered<'_>> {
    let text = |what: &str| stock.about.get(&format!("{request}/{what}")).map_or("", |said| said.value.as_str());
    let step = RequestStep::from_word(text("step"))?;
    Some(Answered { step, promised_ms: text("promised").parse().ok(), note: text("note") })
}

/// Where the part is that a used part made room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldPartState {
    /// The used part.
    pub part: ShortId,
    /// It belongs to the maker (保内); else to the customer.
    pub makers: bool,
    pub step: Option<OldPartStep>,
    pub tag: String,
    pub due_ms: Option<i64>,
    pub batch: String,
    pub courier: String,
    pub deducted_fen: i64,
    /// 旧件未回不能索赔: the claim may name this part.
    pub claimable: bool,
    pub overdue: bool,
}

/// The old parts of a job (R24): one for each used part, where the work replaces something. Steps may come from several
/// hands; each detail is the last that was written.
pub fn old_parts(job: &Job, terms: &Terms<'_>, now: i64) -> Vec<OldPartState> {
    let replaces = !matches!(job.order.kind, JobKind::Install | JobKind::Move | JobKind::Survey | JobKind::Remove);
    let parts = each(&job.sheet.parts).into_iter().filter(|_| replaces);
    parts.map(|part| old_part(job, part, covered(terms.coverage(job, Some(part.appliance))), now)).collect()
}

fn old_part(job: &Job, part: &UsedPart, makers: bool, now: i64) -> OldPartState {
    let of = || each(&job.sheet.old_parts).into_iter().filter(|old| old.part == part.id);
    let text = |of_step: fn(&OldPart) -> &String| {
        let written: Vec<&OldPart> = of().filter(|old| !of_step(old).trim().is_empty()).collect();
        last(written).map(|old| of_step(old).clone()).unwrap_or_default()
    };
    let step = last(of().filter(|old| old.step.known().is_some())).and_then(|old| old.step.known());
    let due_ms = last(of().filter(|old| old.due.is_some())).and_then(|old| old.due).map(|at| at.0);
    let (batch, courier) = (text(|old| &old.batch), text(|old| &old.courier));
    let sent = step == Some(OldPartStep::Sent) && !batch.is_empty() && !courier.is_empty();
    let back = matches!(step, Some(OldPartStep::Sent | OldPartStep::Accepted | OldPartStep::Deducted));
    let deducted = last(of().filter(|old| old.step.is(OldPartStep::Deducted)));
    OldPartState {
        part: part.id,
        makers,
        step,
        tag: text(|old| &old.tag),
        due_ms,
        batch,
        courier,
        deducted_fen: deducted.filter(|_| step == Some(OldPartStep::Deducted)).map_or(0, |old| old.deducted_fen),
        claimable: makers && (sent || step == Some(OldPartStep::Accepted)),
        overdue: makers && !back && due_ms.is_some_and(|due| now > due),
    }
}

/// Old parts of a job that a maker still waits for, as its sheet tells (R24): the list of them is kept by this.
pub fn makers_open(job: &Job) -> u32 {
    let settled = |step| matches!(step, Some(OldPartStep::Accepted | OldPartStep::Deducted));
    let all = old_parts(job, &Terms::default(), 0);
    u32::try_from(all.iter().filter(|old| old.makers && !settled(old.step)).count()).unwrap_or(u32::MAX)
}

/// What the desk said of an old part after the sheet was written: its way to the maker is the shop's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaidAtDesk {
    pub step: Option<OldPartStep>,
    pub batch: String,
    pub courier: String,
    pub deducted_fen: i64,
}

impl OldPartState {
    /// With the desk's word, which comes after the sheet's.
    pub fn with(self, said: &SaidAtDesk, now: i64) -> Self {
        let Some(step) = said.step else { return self };
        let or = |text: &String, before: String| if text.is_empty() { before } else { text.clone() };
        let (batch, courier) = (or(&said.batch, self.batch), or(&said.courier, self.courier));
        let sent = step == OldPartStep::Sent && !batch.is_empty() && !courier.is_empty();
        let back = matches!(step, OldPartStep::Sent | OldPartStep::Accepted | OldPartStep::Deducted);
        Self {
            claimable: self.makers && (sent || step == OldPartStep::Accepted),
            overdue: self.makers && !back && self.due_ms.is_some_and(|due| now > due),
            deducted_fen: if step == OldPartStep::Deducted { said.deducted_fen } else { 0 },
            step: Some(step),
            batch,
            courier,
            ..self
        }
    }
}

/// What must be done with old parts before the technician leaves (R24): the maker's are tagged with a due date, the
/// customer's were offered first.
pub fn old_part_blockers(job: &Job, terms: &Terms<'_>, now: i64) -> Vec<(BlockerCode, ShortId)> {
    let open = old_parts(job, terms, now).into_iter().filter_map(|old| match old.makers {
        true if old.tag.is_empty() || old.due_ms.is_none() => Some((BlockerCode::OldPartMissing, old.part)),
        false if old.step.is_none() => Some((BlockerCode::OldPartNotOffered, old.part)),
        _ => None,
    });
    open.collect()
}

/// What keeps old parts from being claimed (R24): no tag, not on the way back with batch and courier number, overdue;
/// what a maker deducted is settled. `said` is the desk's word on them.
pub fn claim_gaps(job: &Job, terms: &Terms<'_>, said: &BTreeMap<ShortId, SaidAtDesk>, now: i64) -> Vec<Problem> {
    let mut out = Vec::new();
    for old in old_parts(job, terms, now).into_iter().filter(|old| old.makers) {
        let old = match said.get(&old.part) {
            Some(said) => old.with(said, now),
            None => old,
        };
        let code = match old.step {
            Some(OldPartStep::Deducted) => continue,
            _ if old.claimable => continue,
            _ if old.tag.is_empty() || old.due_ms.is_none() => Trouble::OldPartUntagged,
            _ if old.overdue => Trouble::OldPartOverdue,
            _ => Trouble::OldPartNotSent,
        };
        out.push(Problem::new(code, Place::Part(old.part)));
    }
    out
}

/// A part that an outlet is charged more for than its dealer price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overcharged {
    pub code: String,
    pub charged_fen: i64,
    pub dealer_fen: i64,
}

/// Parts go to outlets at the dealer's price (R25): what was charged above it. `charged` are (code, fen of one); a part
/// without a dealer price is not judged.
pub fn overcharged<'a>(
    charged: impl IntoIterator<Item = (&'a str, i64)>,
    dealer: &BTreeMap<String, i64>,
) -> Vec<Overcharged> {
    let above = charged.into_iter().filter_map(|(code, charged_fen)| {
        let dealer_fen = *dealer.get(&key(code, ""))?;
        (charged_fen > dealer_fen).then(|| Overcharged { code: key(code, ""), charged_fen, dealer_fen })
    });
    above.collect()
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
