//! The town in a store's lists: days, sums and searches are those that reading every job would give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use doorstep::actions::{Actions, Shelf};
use doorstep::domain::calendar;
use doorstep::domain::day::{self, Beside, JobFigures};
use doorstep::domain::facts::{Appointment, Job, Noted, OutcomeFact};
use doorstep::domain::find::Query;
use doorstep::domain::record::At;
use doorstep::domain::{day_money, first_fix, timing};
use doorstep::store::listed::JobRow;
use doorstep::store::lists::ListFilter;
use doorstep::store::{Store, row_of};
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::rules::promises::Promises;
use doorstep_schemas::view::{AppointmentResult, Channel, JobOutcome, NodeKind};
use tempfile::TempDir;
use tokio::sync::broadcast;

use super::{rules, town};
use crate::chance::Chance;
use crate::town::{Clock, DAY_MS, FIRST_DAY_MS, MINUTE_MS, facts};

const DAYS: u32 = 90;

struct Listed {
    actions: Actions,
    /// Every row, by the order's moment and id.
    all: Vec<JobRow>,
    now: i64,
    _folder: TempDir,
}

/// Three months of the town, one job in five only half done, some come back to.
fn listed(seed: u64) -> Listed {
    let town = town(seed);
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Clock::new(seed));
    let now = FIRST_DAY_MS + i64::from(DAYS) * DAY_MS + DAY_MS / 2;
    clock.set(now);
    let mut store = Store::open(folder.path(), &[7; 32], rules(), clock.as_ref()).unwrap();
    town.found(&mut store).unwrap();
    let mut jobs = Vec::new();
    for (order, n) in town.orders(0..DAYS, 5).zip(0u64..) {
        let mut course = town.course(&order);
        if n % 5 == 0 {
            course.steps.truncate(course.steps.len() / 2);
        }
        let chance = Chance::of(seed, 9, n);
        let id = JobId::mint(order.taken_ms.unsigned_abs(), chance.bytes());
        let mut job = facts(&town, &order, &course);
        if n % 7 == 3 {
            job.order.revisit_of = jobs.iter().rev().nth(9).map(|(first, _)| *first);
        }
        if n % 9 == 4 {
            come_again(&mut job, &chance);
        }
        jobs.push((id, job));
    }
    store.list_without_documents(&jobs, now).unwrap();
    let all = jobs.iter().map(|(id, job)| row_of(store.rules(), *id, job, now)).collect();
    let actions = Actions { shelf: Shelf::new(store), nature: clock, events: broadcast::channel(16).0 };
    Listed { actions, all, now, _folder: folder }
}

/// A part was missing, and somebody is to come again five days later.
fn come_again(job: &mut Job, chance: &Chance) {
    let Some(arrived) = timing::first_arrival(job) else { return };
    let noted = Noted::now(arrived + MINUTE_MS, None, job.order.taken.by);
    let id = ShortId::mint(chance.bytes());
    job.sheet.nodes.retain(|node| node.noted.true_ms() <= arrived);
    let outcome = JobOutcome::NeedsPart.into();
    job.sheet.outcomes = vec![OutcomeFact { id, outcome, reason: String::new(), noted }];
    job.sheet.appointments.push(Appointment {
        id,
        result: AppointmentResult::Appointed.into(),
        from: Some(At(arrived + 5 * DAY_MS)),
        to: Some(At(arrived + 5 * DAY_MS + MINUTE_MS)),
        channel: Channel::Phone.into(),
        reason: String::new(),
        noted,
    });
}

fn names(rows: &[JobRow]) -> BTreeSet<JobId> {
    rows.iter().map(|row| row.card.job).collect()
}

#[test]
fn every_days_review_is_that_of_reading_all_jobs() {
    let Listed { actions, all, now, _folder } = &listed(21);
    let mut figures: Vec<(JobId, JobFigures)> = all.iter().map(|row| (row.card.job, row.figures.clone())).collect();
    first_fix::mark_revisits(&mut figures, Promises::default().revisit_days.into());
    assert!(
        figures.iter().filter(|(_, f)| f.revisited).count() > 5 && figures.iter().any(|(_, f)| f.due_again.is_some())
    );
    let mut hands = BTreeMap::new();
    for paid in figures.iter().flat_map(|(_, f)| &f.money.paid).filter(|paid| paid.in_hand) {
        *hands.entry(paid.member).or_insert(0) += paid.fen;
    }
    hands.retain(|_, fen| *fen != 0);
    let mut kept = actions.shelf.store().hands().unwrap();
    kept.retain(|_, fen| *fen != 0);
    assert_eq!(kept, hands);
    assert!(!hands.is_empty());
    let mut again = 0;
    for at in (0..i64::from(DAYS) + 2).map(|n| FIRST_DAY_MS + n * DAY_MS) {
        let start = calendar::day_start(at);
        let of_day = |start: i64| figures.iter().map(|(_, f)| f).filter(move |f| f.of_day(start, *now));
        let beside = Beside {
            start: Some(start),
            not_handed_in: day_money::not_handed_in(&hands, &[]),
            receivable: BTreeMap::new(),
        };
        let review = actions.day_review(Some(at)).unwrap();
        assert_eq!(review.figures, day::review(of_day(start), &beside, *now), "{}", review.day);
        let only_again = |f: &&JobFigures| {
            let days = [Some(f.arrive_by), f.arrived_at, f.finished_at].map(|at| at.map(calendar::day_start));
            f.due_again.map(calendar::day_start) == Some(start) && !days.contains(&Some(start))
        };
        again += of_day(start).filter(only_again).count();
    }
    assert!(again > 5, "days of a second visit among them: {again}");
}

#[test]
fn lists_and_searches_of_the_town_are_those_of_reading_all_jobs() {
    let Listed { actions, all, .. } = &listed(22);
    let store = actions.shelf.store();
    let whole = |filter: &ListFilter| {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = store.list(filter, None, after, 40).unwrap();
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    };
    let any = ListFilter::default();
    assert_eq!(names(&whole(&any)), names(all));
    assert_eq!(whole(&any).len(), all.len());
    let chance = Chance::of(22, 98, 0);
    for row in all.iter().step_by(11) {
        let status = Some(row.card.status);
        let member = row.figures.members.first().copied();
        let days = Some((row.card.taken_at.0, row.card.taken_at.0 + 2 * DAY_MS));
        let serial = row.found.serials.first().cloned();
        for filter in [
            ListFilter { status, ..any.clone() },
            ListFilter { member, status, ..any.clone() },
            ListFilter { township: Some(row.card.township.clone()), open: true, ..any.clone() },
            ListFilter { phone: Some(row.card.phone.clone()), ..any.clone() },
            ListFilter { serial, ..any.clone() },
            ListFilter { days, member, ..any.clone() },
        ] {
            let rows = whole(&filter);
            let in_days = |other: &JobRow| {
                let f = &other.figures;
                let moments = [Some(f.arrive_by), f.due_again, f.arrived_at, f.finished_at];
                filter.days.is_none_or(|(from, to)| {
                    let days = calendar::day_number(from)..=calendar::day_number(to);
                    moments.into_iter().flatten().any(|at| days.contains(&calendar::day_number(at)))
                })
            };
            let fits = |other: &&JobRow| {
                filter.status.is_none_or(|status| other.card.status == status)
                    && filter.member.is_none_or(|member| other.figures.members.contains(&member))
                    && filter.township.as_ref().is_none_or(|town| other.card.township == *town)
                    && filter.phone.as_ref().is_none_or(|phone| other.card.phone == *phone)
                    && filter.serial.as_ref().is_none_or(|serial| other.found.serials.contains(serial))
                    && (!filter.open
                        || (other.figures.finished_at.is_none() && other.card.status != NodeKind::Cancelled))
                    && in_days(other)
            };
            let expected: BTreeSet<JobId> = all.iter().filter(fits).map(|row| row.card.job).collect();
            assert_eq!((names(&rows), rows.len()), (expected.clone(), expected.len()), "{filter:?}");
        }
        let mut typed: Vec<String> =
            row.found.texts.iter().chain(&row.found.serials).map(|text| piece(text, &chance)).collect();
        typed.push(piece(&row.card.customer, &chance));
        typed.push(row.card.phone.chars().skip(7).collect());
        typed.push(row.card.phone.chars().take(7).collect());
        typed.push(format!("{} {}", piece(&row.card.address, &chance), piece(&row.card.customer, &chance)));
        typed.push(doorstep::domain::find::spelled(&row.card.customer).initials.into_iter().next().unwrap_or_default());
        for typed in typed.iter().filter(|typed| !Query::parse(typed).is_empty()) {
            let query = Query::parse(typed);
            let expected: BTreeSet<JobId> =
                all.iter().filter(|row| row.found.matches(&query)).map(|row| row.card.job).collect();
            let found = store.find(&query, None, usize::MAX).unwrap();
            assert!(expected.contains(&row.card.job), "{typed:?}");
            assert_eq!((names(&found.rows), found.rows.len()), (expected.clone(), expected.len()), "{typed:?}");
        }
    }
}

fn piece(text: &str, chance: &Chance) -> String {
    let chars: Vec<char> = text.chars().collect();
    let from = chance.between(0, u32::try_from(chars.len()).unwrap_or(1).max(1) - 1) as usize;
    chars.iter().skip(from).take(chance.between(1, 5) as usize).collect()
}
