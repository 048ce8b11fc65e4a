//! 日清: the day in figures and rows (R38), and the random sample to call (R40).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{DrawSample, PrintDay};
use doorstep_schemas::paper::Paper;
use doorstep_schemas::view::{DayFigures, DayReview, FollowUpKind, MemberDay, Millis, Overrun, Rate, SampleView};

use super::Actions;
use super::facts::FactError;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::day::{self, Beside, JobFigures};
use crate::domain::facts::desk::{CashTaken, FollowUp, Sample, SettlementLine, SettlementStep};
use crate::domain::money::settlement;
use crate::domain::record::At;
use crate::domain::{day_mean, day_money, first_fix, sample, timing};
use crate::nature::random;
use crate::reports::day_paper;
use crate::store::listed::JobRow;
use crate::store::{Store, StoreError};

/// Days before the one looked at, to compare it with.
const WEEK: i64 = 7;

impl Actions {
    /// The day in numbers and rows (R38), with each of the seven days before it.
    pub fn day_review(&self, at: Option<i64>) -> Result<DayReview, StoreError> {
        let mut store = self.looking()?;
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let only = if store.is_owner(me)? { None } else { Some(me) };
        let start = calendar::day_start(at.unwrap_or(now));
        let first_end = start - (WEEK - 1) * DAY_MS;
        let desk = if only.is_none() { Desks::read(&mut store, first_end)? } else { Desks::default() };
        let hands = store.hands()?;
        let not_handed_in = day_money::not_handed_in(&hands, &desk.cash);
        let standing = only.is_none() && start == calendar::day_start(now);
        let rules = store.rules().clone();
        let promises = rules.at(now).promises();
        let of_day = |start: i64| -> Result<Vec<JobRow>, StoreError> {
            let mut rows = store.jobs_of_day(start, now, only)?;
            // What may be done whenever there is time is on the list, and nobody is measured by it.
            rows.retain(|row| row.figures.of_day(start, now));
            mark_revisited(&store, &mut rows, promises.revisit_days)?;
            Ok(rows)
        };
        let rows = of_day(start)?;
        let before: Vec<(i64, Vec<JobRow>)> = (1..=WEEK)
            .rev()
            .map(|back| start - back * DAY_MS)
            .map(|start| Ok((start, of_day(start)?)))
            .collect::<Result<_, StoreError>>()?;
        let known: BTreeMap<JobId, &JobRow> =
            before.iter().flat_map(|(_, rows)| rows).chain(&rows).map(|row| (row.card.job, row)).collect();
        let paid = || known.values().flat_map(|row| &row.figures.money.paid);
        let day_before = |(start, rows): &(i64, Vec<JobRow>)| {
            let mut beside = Beside { start: Some(*start), ..Beside::default() };
            if standing {
                let end = start + DAY_MS;
                beside.not_handed_in = day_money::not_handed_in_at(&hands, paid(), &desk.cash, end);
                beside.receivable = desk.receivable_at(end);
            }
            day::review(rows.iter().map(|row| &row.figures), &beside, now)
        };
        let week: Vec<DayFigures> = before.iter().map(day_before).collect();
        let beside = Beside { start: Some(start), not_handed_in, receivable: desk.receivable };
        let mut arrivals = vec![0; 24];
        for at in rows.iter().filter_map(|row| row.figures.arrived_at).filter(|at| calendar::day_start(*at) == start) {
            arrivals[calendar::hour(at)] += 1;
        }
        let mut members = Vec::new();
        for member in store.members()? {
            let theirs: Vec<&JobFigures> =
                rows.iter().map(|row| &row.figures).filter(|f| f.members.contains(&member.id)).collect();
            if !theirs.is_empty() {
                members.push(member_day(member, &theirs));
            }
        }
        let holding = |d: &doorstep_schemas::view::DeviceView| !d.this_device && (d.changes > 0 || d.photos > 0);
        let overruns = overruns(&mut store, &rows)?;
        let ended = rows.iter().filter(|row| ended_on(row, start)).count();
        Ok(DayReview {
            day: calendar::day_name(start),
            start: Millis(start),
            now: Millis(now),
            figures: day::review(rows.iter().map(|row| &row.figures), &beside, now),
            yesterday: week.last().cloned().unwrap_or_default(),
            mean: day_mean::mean(&week),
            standing,
            week,
            jobs: rows.into_iter().map(|row| row.card).collect(),
            arrivals,
            members,
            overruns,
            to_draw: sample::to_draw(ended, promises.sample_percent),
            sample: sample_of(start, &desk.samples, &desk.follow_ups),
            not_arrived: store.devices()?.into_iter().filter(holding).collect(),
        })
    }

    /// The review on paper, and what its file is called without the ending.
    pub fn day_paper(&self, input: &PrintDay) -> Result<(Paper, String), StoreError> {
        let review = self.day_review(input.at.map(|at| at.0))?;
        let outlet = Self::enrolment(&self.shelf.store())?.outlet_name;
        let name = format!("{}-日清", review.day);
        Ok((day_paper::paper(&review, &outlet, input.language), name))
    }

    /// Draws some of the jobs that ended on a day, and writes the seed down (R40). Every draw is kept, so that nobody
    /// draws until a sample pleases.
    pub fn draw_sample(&self, input: &DrawSample) -> Result<DayReview, FactError> {
        if input.count == 0 || input.count > sample::MOST_DRAWN {
            return Err(FactError::OutOfRange { field: "count", least: 1, most: sample::MOST_DRAWN.into() });
        }
        let now = self.nature.now_ms();
        let start = calendar::day_start(input.at.map_or(now, |at| at.0));
        let of: Vec<JobId> = {
            let store = self.shelf.store();
            let rows = store.jobs_of_day(start, now, None)?;
            rows.iter().filter(|row| ended_on(row, start)).map(|row| row.card.job).collect()
        };
        if of.is_empty() {
            return Err(FactError::Unknown("day"));
        }
        // Numbers in documents have 53 bits.
        let seed = u64::from_le_bytes(random(&*self.nature)) >> 11;
        let drawn = sample::draw(seed, &of, input.count as usize);
        let month = calendar::day_name(now).get(..7).unwrap_or_default().to_owned();
        self.keep_sample(&format!("follow/{month}"), seed.cast_signed(), start, of, drawn)?;
        Ok(self.day_review(input.at.map(|at| at.0))?)
    }
}

fn ended_on(row: &JobRow, day_start: i64) -> bool {
    row.figures.finished_at.is_some_and(|at| calendar::day_start(at) == day_start)
}

/// Jobs of the day that took longer than their limit, with the reason that was given (R2). Only these are opened.
fn overruns(store: &mut Store, rows: &[JobRow]) -> Result<Vec<Overrun>, StoreError> {
    let mut out = Vec::new();
    for row in rows.iter().filter(|row| row.figures.in_limit == Some(false)) {
        let Some(job) = store.job_facts(row.card.job)? else { continue };
        let arrived = timing::first_arrival(&job).unwrap_or(i64::MIN);
        let reason = timing::overrun_reason(&job, arrived).map(|(text, _)| text.to_owned());
        out.push(Overrun { job: row.card.job, reason: reason.unwrap_or_default() });
    }
    Ok(out)
}

/// The sample that stands for a day: the one drawn first, with whom was called since.
fn sample_of(start: i64, samples: &[Sample], follow_ups: &[FollowUp]) -> Option<SampleView> {
    let mut of_day: Vec<&Sample> = samples.iter().filter(|sample| sample.day == Some(At(start))).collect();
    of_day.sort_by_key(|sample| (sample.noted.true_ms(), sample.id));
    let first = of_day.first()?;
    let called = |job: &&JobId| {
        let theirs = |call: &&FollowUp| call.job == **job && call.kind.is(FollowUpKind::Call);
        follow_ups.iter().any(|call| theirs(&call))
    };
    Some(SampleView {
        drawn: first.drawn.clone(),
        called: first.drawn.iter().filter(called).copied().collect(),
        of: u32::try_from(first.of.len()).unwrap_or(u32::MAX),
        seed: format!("{:016x}", sample::seed_of(first)),
        honest: sample::is_honest(first),
        draws: u32::try_from(of_day.len()).unwrap_or(u32::MAX),
    })
}

/// Says of each job whether somebody had to come back to it (R8): only the jobs that name it can tell.
fn mark_revisited(store: &Store, rows: &mut [JobRow], days: u32) -> Result<(), StoreError> {
    let revisits = store.revisits_of(rows.iter().map(|row| row.card.job))?;
    let figures = |row: &JobRow| (row.card.job, row.figures.clone());
    let all: BTreeMap<JobId, JobFigures> = rows.iter().chain(&revisits).map(figures).collect();
    let mut marked: Vec<(JobId, JobFigures)> = all.into_iter().collect();
    first_fix::mark_revisits(&mut marked, days.into());
    let revisited: BTreeSet<JobId> = marked.iter().filter(|(_, f)| f.revisited).map(|(job, _)| *job).collect();
    rows.iter_mut().for_each(|row| row.figures.revisited = revisited.contains(&row.card.job));
    Ok(())
}

fn member_day(member: doorstep_schemas::view::MemberView, jobs: &[&JobFigures]) -> MemberDay {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    MemberDay {
        member,
        jobs: count(jobs.len()),
        done: count(jobs.iter().filter(|j| j.finished_at.is_some()).count()),
        on_time: Rate {
            of: count(jobs.iter().filter(|j| j.on_time.is_some()).count()),
            good: count(jobs.iter().filter(|j| j.on_time == Some(true)).count()),
        },
    }
}

/// What the day needs of the desk: empty on any device but an owner's.
#[derive(Default)]
struct Desks {
    cash: Vec<CashTaken>,
    samples: Vec<Sample>,
    follow_ups: Vec<FollowUp>,
    receivable: BTreeMap<String, i64>,
    /// Lines and steps of the jobs whose claim moved since the first day that is compared.
    moved: (Vec<SettlementLine>, Vec<SettlementStep>),
}

impl Desks {
    /// `since`: what claims were at the end of a day is told no further back.
    fn read(store: &mut Store, since: i64) -> Result<Self, StoreError> {
        let (mut cash, mut samples, mut follow_ups) = (Vec::new(), Vec::new(), Vec::new());
        let mut lines: Vec<SettlementLine> = Vec::new();
        let mut steps: Vec<SettlementStep> = Vec::new();
        let wanted = |topic: &str| ["cash/", "settle/", "follow/"].iter().any(|kind| topic.starts_with(kind));
        for (_, desk) in store.desks_of(wanted)? {
            cash.extend(desk.cash);
            samples.extend(desk.samples);
            follow_ups.extend(desk.follow_ups);
            lines.extend(desk.lines);
            steps.extend(desk.states);
        }
        let receivable = settlement::receivable_by_maker(&lines, &steps);
        let of_lines = lines.iter().filter(|line| line.noted.true_ms() >= since).map(|line| line.job);
        let of_steps = steps.iter().filter(|step| step.noted.true_ms() >= since).map(|step| step.job);
        let jobs: BTreeSet<JobId> = of_lines.chain(of_steps).collect();
        lines.retain(|line| jobs.contains(&line.job));
        steps.retain(|step| jobs.contains(&step.job));
        Ok(Self { cash, samples, follow_ups, receivable, moved: (lines, steps) })
    }

    /// What makers owed at the end of an earlier day: only claims that moved since are told anew.
    fn receivable_at(&self, end: i64) -> BTreeMap<String, i64> {
        let (lines, steps) = &self.moved;
        let mut out = self.receivable.clone();
        for (maker, fen) in settlement::receivable_by_maker(lines, steps) {
            *out.entry(maker).or_default() -= fen;
        }
        let lines = lines.iter().filter(|line| line.noted.true_ms() < end);
        let steps = steps.iter().filter(|step| step.noted.true_ms() < end);
        for (maker, fen) in settlement::receivable_by_maker(lines, steps) {
            *out.entry(maker).or_default() += fen;
        }
        out
    }
}
