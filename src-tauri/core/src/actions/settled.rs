//! One job's claim as the desk sees it: where it stands, what it lacks, what could be claimed, what it leaves (R27, R31).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::view::{
    ClaimOffer, ClaimedLine, Fen, JobCosts, LintAt, LintLine, Millis, SettleState, SettlementRow, Thousandths,
};

use super::answer::TAKEN;
use super::parts::{STOCK_TOPIC, dealer_prices, said_of_old_parts};
use super::settlement::Claimed;
use crate::domain::calendar::DAY_MS;
use crate::domain::facts::Job;
use crate::domain::facts::desk::{FollowUp, SettlementLine, SettlementStep};
use crate::domain::money::amount::{less, line_fen, sum};
use crate::domain::money::claimable::{Claim, Price, claimable};
use crate::domain::money::fees::{self, Terms};
use crate::domain::money::part_cost::{self, DealerPrices};
use crate::domain::money::problem::{Place, Problem, Trouble};
use crate::domain::money::settlement::{self, Costs};
use crate::domain::money::{each, lint, wages};
use crate::domain::nodes;
use crate::domain::parts::SaidAtDesk;
use crate::rules::{InForce, RuleBook};
use crate::store::{Store, StoreError};

/// Under this key of the desk stands what a kilometre costs the outlet, in fen.
pub(super) const KM: &str = "costs/km_fen";

/// What the desk holds of settlement, by job.
#[derive(Default)]
pub(super) struct Desk {
    pub lines: BTreeMap<JobId, Vec<SettlementLine>>,
    pub steps: BTreeMap<JobId, Vec<SettlementStep>>,
    pub words: BTreeMap<JobId, Vec<FollowUp>>,
    /// The desk's word on old parts (R24).
    pub old: BTreeMap<JobId, BTreeMap<ShortId, SaidAtDesk>>,
    pub km_fen: i64,
    /// What parts cost the outlet (R25).
    pub dealer: DealerPrices,
    /// By the mark of a maker's answer, the moments in which it was taken.
    pub answers: BTreeMap<String, BTreeSet<i64>>,
}

impl Desk {
    pub fn read(store: &mut Store) -> Result<Self, StoreError> {
        let mut out = Self::default();
        let kept = ["settle/", "follow/", "old_parts/"];
        let wanted =
            |topic: &str| topic == "desk" || topic == STOCK_TOPIC || kept.iter().any(|kind| topic.starts_with(kind));
        let desks = store.desks_of(wanted)?;
        for ((job, part), said) in said_of_old_parts(&desks) {
            out.old.entry(job).or_default().insert(part, said);
        }
        for (topic, desk) in desks {
            if topic == "desk" {
                let km = desk.about.get(KM).and_then(|field| field.value.trim().parse::<i64>().ok());
                out.km_fen = km.unwrap_or(0).clamp(0, 100_000);
            }
            if topic == STOCK_TOPIC {
                out.dealer = dealer_prices(&desk.about);
                continue;
            }
            for (key, _) in desk.about.iter().filter(|(_, field)| !field.value.is_empty()) {
                let mark = key.strip_prefix(TAKEN).and_then(|rest| rest.split_once('/'));
                let mark = mark.and_then(|(file, at_ms)| Some((file, at_ms.parse::<i64>().ok()?)));
                if let Some((file, at_ms)) = mark {
                    out.answers.entry(file.to_owned()).or_default().insert(at_ms);
                }
            }
            desk.lines.into_iter().for_each(|line| out.lines.entry(line.job).or_default().push(line));
            desk.states.into_iter().for_each(|step| out.steps.entry(step.job).or_default().push(step));
            desk.follow_ups.into_iter().for_each(|word| out.words.entry(word.job).or_default().push(word));
        }
        Ok(out)
    }

    pub fn standing(&self, job: JobId) -> settlement::Settlement {
        settlement::state(job, self.steps.get(&job).into_iter().flatten())
    }

    pub fn claimed_fen(&self, job: JobId) -> i64 {
        settlement::claimed_fen(job, self.lines.get(&job).into_iter().flatten())
    }

    /// Whom the first line of a job names.
    pub fn maker_of(&self, job: JobId) -> Option<String> {
        each(self.lines.get(&job)?).first().map(|line| line.maker.clone())
    }

    /// Makers that have prices, and brands that the outlet knows.
    pub fn makers(&self, rules: &RuleBook, now: i64) -> Vec<String> {
        let priced = rules.settlement_at(now).into_iter().flat_map(|set| &set.makers).map(|terms| terms.maker.clone());
        priced.chain(rules.places_at(now).brands.iter().cloned()).collect()
    }
}

/// The maker's prices of a day.
pub(super) fn prices(rules: &RuleBook, maker: &str, at_ms: i64) -> Vec<Price> {
    let terms = rules.settlement_at(at_ms).and_then(|set| set.makers.iter().find(|terms| terms.maker == maker));
    let price = |item: &doorstep_schemas::rules::settlement::SettlementItem| Price {
        guide: item.guide.clone(),
        code: item.code.clone(),
        fen: item.settlement_fen.0,
    };
    terms.into_iter().flat_map(|terms| &terms.items).map(price).collect()
}

/// What else could be done to the machines of an order, by code and name.
pub(super) fn fitting(rules: InForce<'_>, job: &Job) -> Vec<(String, String)> {
    let book = rules.price_book(job);
    let kinds = job.order.appliances.iter().map(|appliance| appliance.kind);
    let codes = kinds.flat_map(|kind| rules.chargeable(job, kind));
    codes.filter_map(|code| Some((code.to_owned(), book.items.get(code)?.name.zh.clone()))).collect()
}

/// What keeps a job's claim from being ready.
pub(super) fn lacks(desk: &Desk, job: JobId, facts: &Job, now: i64) -> Vec<Problem> {
    let lines: Vec<&SettlementLine> = desk.lines.get(&job).into_iter().flatten().collect();
    let words: Vec<&FollowUp> = desk.words.get(&job).into_iter().flatten().collect();
    let none = BTreeMap::new();
    lint::lint(facts, &Terms::default(), &lines, &words, desk.old.get(&job).unwrap_or(&none), now)
}

/// The whole of one row; `None` where the job's papers are not here.
pub(super) fn row(
    store: &mut Store,
    desk: &Desk,
    claimed: Claimed,
    now: i64,
) -> Result<Option<SettlementRow>, StoreError> {
    let job = claimed.row.card.job;
    let Some(facts) = store.job_facts(job)? else { return Ok(None) };
    let rules = store.rules().clone();
    let at_ms = nodes::ended(&facts).map_or(now, |(_, noted)| noted.at_ms);
    let in_force = rules.at(at_ms);
    let lines: Vec<&SettlementLine> = settlement::once(desk.lines.get(&job).into_iter().flatten());
    let prices = prices(&rules, &claimed.maker, at_ms);
    let could = claimable(&facts, &Terms::default(), &prices, &fitting(in_force, &facts), &lines);
    let due = claimed.due_fen();
    let age = |submitted: i64| u32::try_from(now.saturating_sub(submitted).max(0) / DAY_MS).unwrap_or(u32::MAX);
    let standing = &claimed.standing;
    let costs = costs(&claimed, &facts, (in_force, at_ms), &could.lines, desk);
    Ok(Some(SettlementRow {
        maker: claimed.maker.clone(),
        state: standing.state,
        since: standing.state.map(|_| Millis(standing.since_ms)),
        claimed: Fen(claimed.claimed_fen),
        accepted: standing.accepted_fen.map(Fen),
        deducted: Fen(standing.deducted_fen),
        received: Fen(settlement::received_fen(standing, claimed.claimed_fen)),
        due: Fen(due),
        age_days: standing.submitted_ms.filter(|_| due > 0).map(age),
        reason: standing.reason.clone(),
        reference: standing.reference.clone(),
        lines: lines.into_iter().map(line).collect(),
        proposed: could.lines.iter().map(offer).collect(),
        more: could.more.iter().map(offer).collect(),
        lint: lacks(desk, job, &facts, now).iter().map(lint_line).collect(),
        next: settlement::next(standing.state),
        costs,
        card: claimed.row.card,
    }))
}

fn line(line: &SettlementLine) -> ClaimedLine {
    ClaimedLine {
        id: line.id,
        maker: line.maker.clone(),
        code: line.code.clone(),
        name: line.name.clone(),
        quantity: Thousandths(line.quantity),
        fen: Fen(line.fen),
        adjusts: line.adjusts,
    }
}

fn offer(claim: &Claim) -> ClaimOffer {
    ClaimOffer {
        code: claim.code.clone(),
        name: claim.name.clone(),
        quantity: Thousandths(claim.quantity),
        fen: Fen(claim.fen),
        fee: claim.fee,
    }
}

fn lint_line(problem: &Problem) -> LintLine {
    let (at, appliance) = match &problem.at {
        Place::About(key) if key.starts_with("customer/") => (LintAt::Customer, None),
        Place::Field { appliance, .. } | Place::Serials { appliance } => (LintAt::Appliance, Some(*appliance)),
        Place::Purchase { appliance } => (LintAt::Purchase, Some(*appliance)),
        Place::Photos { appliance, .. } => (LintAt::Photos, Some(*appliance)),
        Place::Signature(_) => (LintAt::Signature, None),
        Place::Part(_) => (LintAt::Parts, None),
        Place::Fee(_) | Place::Quote(_) => (LintAt::Fees, None),
        Place::FollowUp(_) => (LintAt::FollowUp, None),
        _ if problem.code == Trouble::NothingToClaim => (LintAt::Lines, None),
        _ => (LintAt::Job, None),
    };
    LintLine { code: problem.code.code().to_owned(), text: problem.code.text(), at, appliance }
}

/// What the job brings and costs, by the prices of the day on which it ended.
fn costs(claimed: &Claimed, facts: &Job, (rules, at_ms): (InForce<'_>, i64), could: &[Claim], desk: &Desk) -> JobCosts {
    let terms = Terms::default();
    let standing = &claimed.standing;
    let expected = claimed.claimed_fen.saturating_add(sum(could.iter().map(|claim| claim.fen)));
    let settlement_fen = match standing.state {
        Some(SettleState::Rejected) => 0,
        None | Some(SettleState::Draft | SettleState::Ready) => expected,
        Some(_) => less(standing.accepted_fen.unwrap_or(claimed.claimed_fen), [standing.deducted_fen]),
    };
    let parts = part_cost::cost(facts, &terms, &desk.dealer, at_ms);
    let rates: Vec<wages::PieceRate> = rules.piece_rates().into_iter().map(|(rate, _)| rate).collect();
    let costs = Costs {
        settlement_fen,
        customer_fen: fees::totals(facts, &terms).customer_fen,
        parts_fen: parts.fen,
        travel_fen: line_fen(desk.km_fen, facts.order.km.unwrap_or(0).clamp(0, 10_000) * 2_000, 1_000),
        wages_fen: sum(wages::job_pieces(facts, &terms, &rates).into_iter().map(|(_, fen)| fen)),
    };
    JobCosts {
        settlement: Fen(costs.settlement_fen),
        customer: Fen(costs.customer_fen),
        parts: Fen(costs.parts_fen),
        parts_at_guide: Fen(parts.at_guide_fen),
        travel: Fen(costs.travel_fen),
        wages: Fen(costs.wages_fen),
        margin: Fen(settlement::margin_fen(&costs)),
    }
}
