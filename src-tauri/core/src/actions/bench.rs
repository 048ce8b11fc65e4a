//! 送修 on the screen: one job's units with their chains, and the queue of everything that is away from home (R5, R17–R21).

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::ListJobs;
use doorstep_schemas::view::{
    BenchLine, BenchNext, BenchPage, BenchQueue, BenchStep, BenchUnit, Blocker, Fen, Jump, Millis, QueuedUnit,
};

use super::fees::{deposits, name_of};
use super::job_view::Names;
use super::{Actions, JobError, may_write};
use crate::domain::facts::{Job, Noted, OrderedAppliance};
use crate::domain::gates::{self, Judge};
use crate::domain::money::quotes;
use crate::domain::record::last;
use crate::domain::{bench, bench_next};
use crate::qr;
use crate::store::StoreError;

/// Units of the queue that are shown at once, and open jobs of a page.
const MOST_UNITS: usize = 200;
const PAGE: u32 = 200;

impl Actions {
    /// One job's units on their way to the bench and back.
    pub fn bench(&self, job: JobId) -> Result<BenchPage, JobError> {
        let mut store = self.looking_at(job)?;
        let me = Self::enrolment(&store)?.member;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let now = self.nature.now_ms();
        let rules = store.rules().clone();
        let in_force = rules.at(now);
        let judge = Judge::new(&facts, &in_force);
        let names = Names::new(&store);
        let units = facts.order.appliances.iter().map(|appliance| unit(&judge, appliance, &names, now)).collect();
        let may_write = may_write(&store, &facts, job, me)? && !facts.order.cancelled;
        Ok(BenchPage { job, units, may_write, now: Millis(now) })
    }

    /// Units that are away from home, the longest first (R5). A technician sees those of their own jobs.
    pub fn bench_queue(&self) -> Result<BenchQueue, StoreError> {
        let now = self.nature.now_ms();
        let mut units = Vec::new();
        let mut asked = ListJobs { open: true, limit: PAGE, ..ListJobs::default() };
        loop {
            let page = self.list_jobs(&asked)?;
            let mut store = self.shelf.store();
            for card in page.jobs {
                let Some(facts) = store.job_facts(card.job)? else { continue };
                for waiting in bench::waiting(&facts, now) {
                    let Some(unit) = facts.order.appliances.iter().find(|a| a.id == waiting.appliance) else {
                        continue;
                    };
                    let (tag, place) = bench::tag_and_place(&facts, unit.id);
                    units.push(QueuedUnit {
                        card: card.clone(),
                        unit: unit.id,
                        name: name_of(&facts, unit.id),
                        tag,
                        place,
                        days: u32::try_from(waiting.days).unwrap_or(0),
                        ready: waiting.ready.map(Millis),
                        next_contact: waiting.next_contact.map(Millis),
                        overdue: waiting.overdue,
                        next: bench_next::next(&facts, unit),
                    });
                }
            }
            asked.after = page.next;
            if asked.after.is_none() || units.len() >= MOST_UNITS {
                break;
            }
        }
        units.sort_by_key(|unit| (std::cmp::Reverse(unit.days), unit.card.job));
        Ok(BenchQueue { units, now: Millis(now) })
    }
}

fn unit(judge: &Judge<'_>, appliance: &OrderedAppliance, names: &Names<'_>, now: i64) -> BenchUnit {
    let job = judge.job;
    let next = bench_next::next(job, appliance);
    let waiting = bench::waiting(job, now).into_iter().find(|waiting| waiting.appliance == appliance.id);
    let (tag, place) = bench::tag_and_place(job, appliance.id);
    // A tag that can't be drawn is read by eye.
    let tag_svg = Some(tag.trim()).filter(|tag| !tag.is_empty()).and_then(|tag| qr::svg(tag).ok());
    let unsafe_loaner = |loaner| !gates::loaner_problems(judge, loaner).is_empty();
    let stops = bench_next::stops(job, appliance, next, unsafe_loaner);
    let quote = last(job.sheet.quotes.iter().filter(|q| q.appliance == appliance.id));
    let back = |id| job.sheet.loaner_backs.iter().any(|back| back.loaner == id);
    let loaners = job.sheet.loaners.iter().filter(|l| l.appliance == appliance.id && !back(l.id));
    let promised = |pick: fn(&crate::domain::facts::Promise) -> Option<i64>| {
        last(job.sheet.promises.iter().filter(|p| p.appliance == appliance.id && pick(p).is_some())).and_then(pick)
    };
    BenchUnit {
        appliance: appliance.id,
        name: name_of(job, appliance.id),
        custody: bench::custody(job, appliance.id),
        tag,
        tag_svg,
        place,
        days: waiting.map(|waiting| u32::try_from(waiting.days).unwrap_or(0)),
        ready: promised(|p| p.ready.map(|at| at.0)).map(Millis),
        next_contact: promised(|p| p.next_contact.map(|at| at.0)).map(Millis),
        overdue: waiting.is_some_and(|waiting| waiting.overdue),
        next,
        blockers: stops
            .iter()
            .map(|stop| Blocker { code: stop.code, subject: None, jump: Jump::Bench { appliance: stop.appliance } })
            .collect(),
        loaners_out: loaners.map(|loaner| loaner.id).collect(),
        deposits_fen: Fen(if next == BenchNext::Nothing { 0 } else { deposits(job) }),
        quoted_fen: quote.map(|quote| Fen(quotes::quoted_fen(job, quote.id))),
        consented: bench::consented(job, appliance.id).is_some(),
        chain: chain(job, appliance.id, names),
    }
}

/// Everything that happened to a unit and its loaners, oldest first.
fn chain(job: &Job, unit: ShortId, names: &Names<'_>) -> Vec<BenchLine> {
    let mut out: Vec<(ShortId, BenchLine)> = Vec::new();
    let mut add = |id: ShortId, noted: Noted, step: BenchStep| {
        let entered = noted.claimed_ms.map(|_claimed| Millis(noted.at_ms));
        let line = BenchLine { step, at: Millis(noted.happened_ms()), entered, by: names.of(noted.by) };
        out.push((id, line));
    };
    let days = |days: i64| u32::try_from(days).unwrap_or(0);
    let sheet = &job.sheet;
    for c in sheet.custody.iter().filter(|c| c.appliance == unit) {
        let (tag, place, condition) = (c.tag.clone(), c.place.clone(), c.condition.clone());
        let carried_in = c.carried_in;
        add(c.id, c.noted, BenchStep::Custody { step: c.step.known(), tag, place, condition, carried_in });
    }
    for l in sheet.loaners.iter().filter(|l| l.appliance == unit) {
        let (tag, model, condition) = (l.tag.clone(), l.model.clone(), l.condition.clone());
        let deposit_fen = Fen(l.deposit_fen);
        add(l.id, l.noted, BenchStep::Loaner { id: l.id, tag, model, deposit_fen, condition });
        for back in sheet.loaner_backs.iter().filter(|back| back.loaner == l.id) {
            let (condition, kept_fen, reason) = (back.condition.clone(), Fen(back.kept_fen), back.reason.clone());
            add(back.id, back.noted, BenchStep::LoanerBack { condition, kept_fen, reason });
        }
    }
    for w in sheet.without_loaner.iter().filter(|w| w.appliance == unit) {
        let promised = w.promised.map(|at| Millis(at.0));
        add(w.id, w.noted, BenchStep::WithoutLoaner { why: w.why.known(), promised });
    }
    for b in sheet.bench.iter().filter(|b| b.appliance == unit) {
        let (work, text, level, channel) = (b.work.known(), b.text.clone(), b.level.known(), b.channel.known());
        add(b.id, b.noted, BenchStep::Work { work, text, level, channel });
    }
    for d in sheet.diagnoses.iter().filter(|d| d.appliance == unit) {
        let (cause, level, repairable) = (d.cause.clone(), d.level.known(), d.repairable);
        add(d.id, d.noted, BenchStep::Diagnosis { cause, level, repairable });
    }
    for q in sheet.quotes.iter().filter(|q| q.appliance == unit) {
        let (level, other_level) = (q.level.known(), q.other_level.known());
        let (total_fen, other_fen) = (Fen(q.total_fen), q.other_fen.map(Fen));
        let days = days(q.days);
        add(q.id, q.noted, BenchStep::Quote { id: q.id, level, total_fen, other_level, other_fen, days });
        for c in sheet.consents.iter().filter(|c| c.quote == q.id) {
            let (who, channel, cost_fen) = (c.who.clone(), c.channel.known(), Fen(c.cost_fen));
            let days = u32::try_from(c.days).unwrap_or(0);
            add(c.id, c.noted, BenchStep::Consent { yes: c.yes, who, channel, cost_fen, days });
        }
    }
    for p in sheet.promises.iter().filter(|p| p.appliance == unit) {
        let at = |at: Option<crate::domain::record::At>| at.map(|at| Millis(at.0));
        let (ready, next_contact, note) = (at(p.ready), at(p.next_contact), p.note.clone());
        add(p.id, p.noted, BenchStep::Promise { ready, next_contact, note });
    }
    out.sort_by_key(|(id, line)| (line.at, *id));
    out.into_iter().map(|(_, line)| line).collect()
}
