//! 费用: the customer's side of a job's money on one page (R26–R28, R43).

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{
    CoverageView, FeeKind, FeeLine, FeeOff, FeeOffer, FeeProblem, FeeSums, FeesView, Fen, InvoiceView, Millis, PaidFor,
    PaymentLine, Thousandths,
};

use super::job_view::Names;
use super::{Actions, JobError, may_write, spoken};
use crate::domain::facts::{Fee, Job};
use crate::domain::money::fees::{self, Line, Terms, WhyNot};
use crate::domain::money::problem::{Place, Problem};
use crate::domain::money::propose::{Done, PriceBook, PriceItem, Proposal, propose};
use crate::domain::money::spoken::Judged;
use crate::domain::money::{billed, cash, each, guide, invoice, quotes, warranty};
use crate::domain::{approval, nodes};
use crate::qr;
use crate::rules::InForce;

impl Actions {
    /// What a job costs its customer, what may still be charged, and what was paid. Guide prices only: settlement
    /// prices are on no page of the field (R27).
    pub fn fees(&self, job: JobId) -> Result<FeesView, JobError> {
        let mut store = self.looking_at(job)?;
        let enrolment = Self::enrolment(&store)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let rules = store.rules().clone();
        let now = self.nature.now_ms();
        let in_force = rules.at(nodes::ended(&facts).map_or(now, |(_, noted)| noted.at_ms));
        let book = in_force.price_book(&facts);
        let secret = spoken::secret(&mut store)?;
        let judged = if store.is_owner(enrolment.member)? {
            Judged::by_owner(secret.as_deref(), job)
        } else {
            Judged::AtTheirWord
        };
        let terms = Terms { spoken: judged, ..Terms::default() };
        let lines = fees::lines(&facts, &terms);
        let totals = fees::totals_of(&lines);
        let owed = fees::owed(&facts, &totals);
        let roster = store.roster()?;
        let names = Names::new(&store);
        let writes = may_write(&store, &facts, job, enrolment.member)?;
        let open = nodes::ended(&facts).is_none() || approval::reopened(&facts, enrolment.member);
        let proposed = propose(&facts, &terms, &book, &[]);
        Ok(FeesView {
            job,
            coverage: coverage(&facts, in_force, now),
            lines: each(&facts.sheet.fees)
                .into_iter()
                .zip(&lines)
                .map(|(fee, line)| shown(fee, line, &names))
                .collect(),
            offers: offers(&facts, in_force, &proposed),
            proposed: proposed.iter().map(|line| offer(line, in_force, &facts)).collect(),
            payments: payments(&facts, &names),
            sums: FeeSums {
                customer: Fen(totals.customer_fen),
                maker: Fen(totals.maker_fen),
                outlet: Fen(totals.outlet_fen),
                insurer: Fen(totals.insurer_fen),
                above_guide: Fen(totals.above_guide_fen),
                waiting: Fen(totals.waiting_fen),
                collect: Fen(totals.collect_fen),
                owed: Fen(owed),
                deposits: Fen(deposits(&facts)),
            },
            problems: problems(&facts, &terms, &book),
            invoice: InvoiceView {
                title: facts.sheet.about(invoice::TITLE).to_owned(),
                tax_number: facts.sheet.about(invoice::TAX_NUMBER).to_owned(),
                mail: facts.sheet.about(invoice::MAIL).to_owned(),
            },
            collection: cash::collection_text(&enrolment.outlet_name, owed),
            // A code that can't be drawn is as good as none: the words say whom to pay.
            collection_svg: cash::collection_code(&roster).filter(|_| owed > 0).and_then(|code| qr::svg(code).ok()),
            may_charge: writes && open && !facts.order.cancelled,
            may_take_money: writes,
            now: Millis(now),
        })
    }
}

/// What the lines of a sheet come to for whom, beside what the policy in force says of each appliance (R26).
pub(super) fn coverage(job: &Job, rules: InForce<'_>, now: i64) -> Vec<CoverageView> {
    let policies = rules.warranty_policies();
    let one = |appliance: &crate::domain::facts::OrderedAppliance| {
        let purchase = job.order.purchases.get(&appliance.id).cloned().unwrap_or_default();
        let brand = job.field(appliance, SheetField::Brand);
        let made = job.field(appliance, SheetField::Made);
        let judged = warranty::coverage(&policies, &brand, appliance.kind, &purchase, &made, "", now);
        CoverageView {
            appliance: appliance.id,
            name: name_of(job, appliance.id),
            ordered: job.order.coverage,
            judged: judged.coverage,
            until: judged.until,
            reason: judged.reason,
        }
    };
    job.order.appliances.iter().map(one).collect()
}

/// Brand and model of an appliance of the order, as written.
pub(super) fn name_of(job: &Job, id: ShortId) -> String {
    let found = job.order.appliances.iter().find(|appliance| appliance.id == id);
    let words = found.map(|a| [SheetField::Brand, SheetField::Model].map(|field| job.field(a, field)).join(" "));
    words.unwrap_or_default().trim().to_owned()
}

fn shown(fee: &Fee, line: &Line, names: &Names<'_>) -> FeeLine {
    FeeLine {
        id: fee.id,
        appliance: fee.appliance,
        kind: line.kind.known(),
        payer: line.payer.known(),
        code: fee.code.clone(),
        name: fee.name.clone(),
        quantity: Thousandths(fee.quantity),
        unit_fen: Fen(fee.unit_fen),
        share: u32::try_from(fee.share).unwrap_or(0),
        amount_fen: Fen(line.amount_fen),
        guide_fen: line.guide_amount_fen.map(Fen),
        above_guide_fen: Fen(line.above_guide_fen),
        waiting_fen: Fen(line.waiting_fen),
        adjusts: line.adjusts.or(fee.adjusts),
        quote: fee.quote,
        reason: fee.reason.clone(),
        off: line.why_not.map(|why| match why {
            WhyNot::NotConsented => FeeOff::NotConsented,
            WhyNot::WaivedByRepair => FeeOff::WaivedByRepair,
            WhyNot::SecondVisitFee => FeeOff::SecondVisitFee,
            WhyNot::WithItsLine => FeeOff::WithItsLine,
        }),
        by: names.of(fee.noted.by),
        at: Millis(fee.noted.happened_ms()),
    }
}

fn offer(line: &Proposal, rules: InForce<'_>, job: &Job) -> FeeOffer {
    FeeOffer {
        appliance: line.appliance,
        kind: line.kind,
        code: line.code.clone(),
        name: line.name.clone(),
        unit: if line.part.is_some() { None } else { rules.unit_of(&line.code, job) },
        quantity: Thousandths(line.quantity),
        unit_fen: Fen(line.unit_fen),
        share: u32::try_from(line.share).unwrap_or(1_000),
        amount_fen: Fen(line.amount_fen),
        payer: line.payer,
        part: line.part,
    }
}

/// Items of the price book that fit the job's appliances and are neither charged nor proposed yet. Each is priced as
/// the next line of its appliance would be: several labour items count by their shares (R27).
fn offers(job: &Job, rules: InForce<'_>, proposed: &[Proposal]) -> Vec<FeeOffer> {
    let book = rules.price_book(job);
    let mut out = Vec::new();
    for appliance in &job.order.appliances {
        for code in rules.chargeable(job, appliance.kind) {
            let known = |other: &str, of: Option<ShortId>| code == other && (of.is_none() || of == Some(appliance.id));
            let taken = proposed.iter().any(|line| known(&line.code, line.appliance))
                || job.sheet.fees.iter().any(|fee| known(&fee.code, fee.appliance))
                || out.iter().any(|line: &FeeOffer| known(&line.code, line.appliance) && line.appliance.is_none());
            if !taken {
                out.extend(priced(job, rules, &book, code, appliance.id));
            }
        }
    }
    out
}

/// One of it, as its line would be proposed if it had been done.
fn priced(job: &Job, rules: InForce<'_>, book: &PriceBook, code: &str, appliance: ShortId) -> Option<FeeOffer> {
    let of_visit = book.items.get(code)?.kind == FeeKind::Visit;
    let done = Done { appliance: (!of_visit).then_some(appliance), code: code.to_owned(), quantity: 1_000 };
    let lines = propose(job, &Terms::default(), book, std::slice::from_ref(&done));
    let line = lines.iter().find(|line| line.code == done.code && line.appliance == done.appliance)?;
    Some(offer(line, rules, job))
}

fn payments(job: &Job, names: &Names<'_>) -> Vec<PaymentLine> {
    let line = |payment: &crate::domain::facts::Payment| PaymentLine {
        id: payment.id,
        fen: Fen(payment.fen),
        way: payment.way.known(),
        paid_for: payment.paid_for.known(),
        reference: payment.reference.clone(),
        by: names.of(payment.noted.by),
        at: Millis(payment.noted.happened_ms()),
    };
    each(&job.sheet.payments).into_iter().map(line).collect()
}

/// Deposits of the customer that the outlet holds, by whatever way they came.
pub(super) fn deposits(job: &Job) -> i64 {
    let of_deposits = |way: Option<PaidFor>| matches!(way, Some(PaidFor::Deposit | PaidFor::DepositBack));
    let of = each(&job.sheet.payments).into_iter().filter(|payment| of_deposits(payment.paid_for.known()));
    of.map(cash::moved_fen).fold(0, i64::saturating_add)
}

fn problems(job: &Job, terms: &Terms<'_>, book: &PriceBook) -> Vec<FeeProblem> {
    let of_book = |fee: &Fee| book.items.get(&fee.code).map(|item: &PriceItem| item.guide_fen);
    let found = guide::guide_problems(job, terms, of_book)
        .into_iter()
        .chain(guide::share_problems(job, terms, &book.labour_shares))
        .chain(billed::parts_billed(job, terms))
        .chain(quotes::quote_problems(job))
        .chain(invoice::invoice_problems(&job.sheet));
    found.map(|each| problem(&each)).collect()
}

fn problem(found: &Problem) -> FeeProblem {
    let (line, part) = match &found.at {
        Place::Fee(id) => (Some(*id), None),
        Place::Part(id) => (None, Some(*id)),
        _ => (None, None),
    };
    FeeProblem { code: found.code.code().to_owned(), text: found.code.text(), line, part }
}
