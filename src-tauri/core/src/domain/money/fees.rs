//! 费用: which lines of a sheet count, who pays them, and what they add up to (R27, R28).
//!
//! A line is never changed. An adjustment is a line of its own that goes with the one it puts right: it counts where
//! that one counts, and what is above the guide price is judged on both together, or else a line at the guide price
//! could be raised behind it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{Coverage, FeeKind, PaidFor, Payer};

use super::amount::{less, line_fen, showable, sum};
use super::each;
use super::spoken::{self, Judged};
use crate::domain::bench;
use crate::domain::facts::{Fee, Job};
use crate::domain::record::{Word, last};

/// What the lines are read by beside the job's own facts.
#[derive(Debug, Clone, Default)]
pub struct Terms<'a> {
    /// Appliances whose coverage is not the order's: a set may be covered in part.
    pub coverage: BTreeMap<ShortId, Coverage>,
    /// How six digits by voice are judged here (R28).
    pub spoken: Judged<'a>,
}

impl Terms<'_> {
    /// Who pays for this appliance, or for the visit.
    pub fn coverage(&self, job: &Job, appliance: Option<ShortId>) -> Coverage {
        appliance.and_then(|id| self.coverage.get(&id).copied()).unwrap_or(job.order.coverage)
    }
}

/// Whether the maker or an extended warranty bears the work.
pub fn covered(coverage: Coverage) -> bool {
    match coverage {
        Coverage::InWarranty | Coverage::Extended => true,
        Coverage::OutOfWarranty | Coverage::ToBeAppraised | Coverage::Contract => false,
    }
}

/// Why a line does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// Its quote is not the one that the customer said yes to.
    NotConsented,
    /// The diagnosis fee is waived by the repair.
    WaivedByRepair,
    /// One visit fee a report.
    SecondVisitFee,
    /// The line that it puts right does not count.
    WithItsLine,
}

/// One line as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub fee: ShortId,
    /// An adjustment has the kind of the line that it puts right.
    pub kind: Word<FeeKind>,
    pub payer: Word<Payer>,
    pub amount_fen: i64,
    /// The same at the guide price; `None` where there is none.
    pub guide_amount_fen: Option<i64>,
    /// How far the line is above guide, with its adjustments.
    pub above_guide_fen: i64,
    /// What of that may not be collected yet (R28).
    pub waiting_fen: i64,
    /// The line that this one puts right.
    pub adjusts: Option<ShortId>,
    /// It puts right a line that is not there.
    pub adjusts_nothing: bool,
    pub why_not: Option<WhyNot>,
}

impl Line {
    pub fn counts(&self) -> bool {
        self.why_not.is_none()
    }
}

/// What a fee comes to. A share that nobody wrote is the whole; a discount lowers, whatever its sign.
pub fn amount(fee: &Fee) -> i64 {
    let fen = line_fen(fee.unit_fen, fee.quantity, share(fee));
    if fee.kind.is(FeeKind::Discount) { -fen.abs() } else { fen }
}

/// Per mille; nought is what a record says that has none.
pub(super) fn share(fee: &Fee) -> i64 {
    if fee.share == 0 { 1_000 } else { fee.share }
}

/// Where an adjustment leads, through adjustments of adjustments.
enum Root {
    Itself,
    Line(usize),
    /// A line that is not there, or a ring of adjustments.
    Nothing,
}

/// How many adjustments may stand one on another: beyond it is a ring, or nobody's bookkeeping.
const DEEPEST: usize = 32;

fn root(fees: &[&Fee], places: &BTreeMap<ShortId, usize>, at: usize) -> Root {
    let mut here = at;
    for _ in 0..DEEPEST {
        match fees[here].adjusts {
            None if here == at && fees[at].kind.is(FeeKind::Adjustment) => return Root::Nothing,
            None if here == at => return Root::Itself,
            None => return Root::Line(here),
            Some(id) => match places.get(&id) {
                Some(next) => here = *next,
                None if here == at => return Root::Nothing,
                // An adjustment of one that stands by itself goes with that one.
                None => return Root::Line(here),
            },
        }
    }
    Root::Nothing
}

/// The lines of a sheet, each once, by (time, id), with who pays and whether they count (R27): a line of a quote counts
/// when that quote was consented to (R19), a diagnosis fee is waived by the repair, one visit fee a report. Under
/// warranty the customer pays nothing for visit, diagnosis, labour and parts; what a customer bears all the same
/// (materials, height) stays with the customer.
pub fn lines(job: &Job, terms: &Terms<'_>) -> Vec<Line> {
    let fees = each(&job.sheet.fees);
    let places: BTreeMap<ShortId, usize> = fees.iter().enumerate().map(|(at, fee)| (fee.id, at)).collect();
    let roots: Vec<Root> = (0..fees.len()).map(|at| root(&fees, &places, at)).collect();
    let agreed = consented(job);
    let open = |fee: &Fee| fee.quote.is_some_and(|quote| !agreed.contains(&quote));
    let own: Vec<Option<WhyNot>> = fees.iter().map(|fee| open(fee).then_some(WhyNot::NotConsented)).collect();
    let stands = |at: usize| !matches!(roots[at], Root::Line(_));
    let mut why_not = own.clone();
    let repairs = |at: &usize| stands(*at) && own[*at].is_none() && is_repair(fees[*at]);
    let repaired: BTreeSet<Option<ShortId>> = (0..fees.len()).filter(repairs).map(|at| fees[at].appliance).collect();
    let mut visit_taken = false;
    for (at, fee) in fees.iter().enumerate().filter(|(at, _)| stands(*at) && own[*at].is_none()) {
        if fee.kind.is(FeeKind::Visit) {
            if visit_taken {
                why_not[at] = Some(WhyNot::SecondVisitFee);
            }
            visit_taken = true;
        }
        // A line for the visit as a whole is about every appliance.
        let about = |all: &BTreeSet<_>| all.contains(&fee.appliance) || all.contains(&None);
        let waived = about(&repaired) || (fee.appliance.is_none() && !repaired.is_empty());
        if fee.kind.is(FeeKind::Diagnosis) && waived {
            why_not[at] = Some(WhyNot::WaivedByRepair);
        }
    }
    let mut out: Vec<Line> = Vec::with_capacity(fees.len());
    for (at, fee) in fees.iter().enumerate() {
        let leads = match roots[at] {
            Root::Line(root) => root,
            Root::Itself | Root::Nothing => at,
        };
        let with_its_line = (leads != at && why_not[leads].is_some()).then_some(WhyNot::WithItsLine);
        out.push(Line {
            fee: fee.id,
            kind: fees[leads].kind.clone(),
            payer: payer(job, terms, fees[leads]),
            amount_fen: amount(fee),
            guide_amount_fen: fee.guide_fen.map(|guide| at_guide(fee, guide)),
            above_guide_fen: 0,
            waiting_fen: 0,
            adjusts: (leads != at).then(|| fees[leads].id),
            adjusts_nothing: matches!(roots[at], Root::Nothing),
            why_not: why_not[at].or(with_its_line),
        });
    }
    let nets = nets(&out);
    for (line, fee) in out.iter_mut().zip(fees) {
        judge_guide(job, terms, line, fee, nets.get(&fee.id).copied().unwrap_or(0));
    }
    out
}

/// Labour that repairs something.
fn is_repair(fee: &Fee) -> bool {
    fee.kind.is(FeeKind::Labour) && amount(fee) > 0
}

/// What a line comes to at this guide price. A share above the whole raises the line, never what it is measured by.
pub(super) fn at_guide(fee: &Fee, guide_fen: i64) -> i64 {
    line_fen(guide_fen, fee.quantity, share(fee).clamp(0, 1_000))
}

/// What each line comes to with the adjustments that count.
pub(super) fn nets(lines: &[Line]) -> BTreeMap<ShortId, i64> {
    let mut out: BTreeMap<ShortId, i128> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.counts()) {
        *out.entry(line.adjusts.unwrap_or(line.fee)).or_default() += i128::from(line.amount_fen);
    }
    out.into_iter().map(|(fee, fen)| (fee, showable(fen))).collect()
}

fn judge_guide(job: &Job, terms: &Terms<'_>, line: &mut Line, fee: &Fee, net: i64) {
    let Some(guide) = line.guide_amount_fen else { return };
    let of_customer = line.payer.is(Payer::Customer) && line.adjusts.is_none() && !line.adjusts_nothing;
    if !line.counts() || !of_customer || line.kind.is(FeeKind::Discount) {
        return;
    }
    let most = guide.max(granted(job, terms, fee, net));
    line.above_guide_fen = net.saturating_sub(guide).max(0);
    line.waiting_fen = net.saturating_sub(most).max(0);
}

/// The most that the owner lets be taken for this line, in writing or by six digits (R28).
fn granted(job: &Job, terms: &Terms<'_>, fee: &Fee, net: i64) -> i64 {
    let written = last(job.order.over_guide.iter().filter(|word| word.fee == fee.id));
    let at_their_word = || spoken::is_code(&fee.spoken_code) && written.is_none_or(|word| word.granted);
    let by_voice = terms.spoken.of(&fee.spoken_code, net).unwrap_or_else(at_their_word);
    let in_writing = written.filter(|word| word.granted).map_or(i64::MIN, |word| word.most_fen);
    if by_voice { net.max(in_writing) } else { in_writing }
}

/// The quotes that customers said yes to.
fn consented(job: &Job) -> BTreeSet<ShortId> {
    let quoted: BTreeSet<ShortId> = job.sheet.quotes.iter().map(|quote| quote.appliance).collect();
    quoted.into_iter().filter_map(|appliance| Some(bench::consented(job, appliance)?.id)).collect()
}

/// Who pays a line (R27).
fn payer(job: &Job, terms: &Terms<'_>, fee: &Fee) -> Word<Payer> {
    let borne = match fee.kind.known() {
        Some(FeeKind::Visit | FeeKind::Diagnosis | FeeKind::Labour | FeeKind::Part) => true,
        Some(
            FeeKind::Material | FeeKind::Surcharge | FeeKind::PassThrough | FeeKind::Discount | FeeKind::Adjustment,
        )
        | None => false,
    };
    if borne && fee.payer.is(Payer::Customer) && covered(terms.coverage(job, fee.appliance)) {
        return Payer::Maker.into();
    }
    fee.payer.clone()
}

/// What the lines of a sheet come to, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    pub customer_fen: i64,
    pub maker_fen: i64,
    pub outlet_fen: i64,
    pub insurer_fen: i64,
    /// Payers that this version does not know.
    pub other_fen: i64,
    /// The customer's lines by kind, adjustments with the line that they put right.
    pub by_kind: BTreeMap<Word<FeeKind>, i64>,
    pub above_guide_fen: i64,
    /// Above guide and not approved.
    pub waiting_fen: i64,
    /// What may be collected now: everything but what waits (R28).
    pub collect_fen: i64,
}

/// The sums of a sheet's lines by payer and kind (R27), and of what is above guide (R28).
pub fn totals(job: &Job, terms: &Terms<'_>) -> Totals {
    totals_of(&lines(job, terms))
}

pub fn totals_of(lines: &[Line]) -> Totals {
    let counting = || lines.iter().filter(|line| line.counts());
    let of = |payer: Payer| sum(counting().filter(|l| l.payer.is(payer)).map(|l| l.amount_fen));
    let mut by_kind: BTreeMap<Word<FeeKind>, i128> = BTreeMap::new();
    for line in counting().filter(|l| l.payer.is(Payer::Customer)) {
        *by_kind.entry(line.kind.clone()).or_default() += i128::from(line.amount_fen);
    }
    let customer_fen = of(Payer::Customer);
    let waiting_fen = sum(counting().map(|l| l.waiting_fen));
    Totals {
        customer_fen,
        maker_fen: of(Payer::Maker),
        outlet_fen: of(Payer::Outlet),
        insurer_fen: of(Payer::Insurer),
        other_fen: sum(counting().filter(|l| l.payer.known().is_none()).map(|l| l.amount_fen)),
        by_kind: by_kind.into_iter().map(|(kind, fen)| (kind, showable(fen))).collect(),
        above_guide_fen: sum(counting().map(|l| l.above_guide_fen)),
        waiting_fen,
        collect_fen: less(customer_fen, [waiting_fen]),
    }
}

/// What the customer still owes for the work (R27): what may be collected now, less what was paid for it. Deposits and
/// compensation are no pay for work.
pub fn owed(job: &Job, totals: &Totals) -> i64 {
    let paid = each(&job.sheet.payments).into_iter().filter_map(|payment| match payment.paid_for.known() {
        Some(PaidFor::Work) => Some(payment.fen),
        Some(PaidFor::Refund) => Some(payment.fen.saturating_abs().saturating_neg()),
        Some(PaidFor::Deposit | PaidFor::DepositBack | PaidFor::Compensation) | None => None,
    });
    less(totals.collect_fen, paid)
}

#[cfg(test)]
#[path = "fees_tests.rs"]
mod tests;
