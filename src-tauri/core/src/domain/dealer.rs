//! A dealer above several outlets sees what each outlet lets in, by its own act and as long as it wants (R48).

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{JobKind, JobOutcome, NodeKind};

use super::facts::Job;
use super::facts::desk::Admission;
use super::record::last;
use super::{nodes, timing};

/// What a dealer may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sight {
    pub archive: bool,
    pub parts: bool,
    pub settlement: bool,
    pub visits: bool,
}

/// What the outlet lets this dealer see at that moment (R48): its last word counts, and nothing once it was withdrawn or
/// has ended. A word that this version doesn't know opens nothing.
pub fn sight(admissions: &[Admission], dealer: &str, now: i64) -> Sight {
    let of = admissions.iter().filter(|a| !dealer.trim().is_empty() && a.dealer.trim() == dealer.trim());
    let Some(word) = last(of).filter(|a| !a.withdrawn && a.until.is_none_or(|until| now < until.0)) else {
        return Sight::default();
    };
    let sees = |what| word.sees.split_whitespace().any(|known| known == what);
    Sight { archive: sees("archive"), parts: sees("parts"), settlement: sees("settlement"), visits: sees("visits") }
}

/// How many of some things were done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeliness {
    pub of: u32,
    pub in_time: u32,
    /// Not done, and their time not over: not counted above.
    pub open: u32,
}

/// Something that had to be done: begun, done, and until when it was to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    pub limit: i64,
    pub done: Option<i64>,
}

/// Timeliness of parts' arrival or of settlements (R48): late counts as soon as its time is over.
pub fn timeliness(promised: impl IntoIterator<Item = Promised>, now: i64) -> Timeliness {
    let mut out = Timeliness::default();
    for one in promised {
        match one.done {
            None if now <= one.limit => out.open += 1,
            done => {
                out.of += 1;
                out.in_time += u32::from(done.is_some_and(|at| at <= one.limit));
            }
        }
    }
    out
}

/// A line of the archive: the machine and what came of it, without the customer's name or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveLine {
    pub job: JobId,
    pub kind: JobKind,
    pub township: String,
    pub brand: String,
    pub model: String,
    pub fault: String,
    pub outcome: Option<JobOutcome>,
    pub finished: Option<i64>,
}

/// A line of the visit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitLine {
    pub job: JobId,
    pub members: Vec<MemberId>,
    pub departed: Option<i64>,
    pub arrived: Option<i64>,
    pub finished: Option<i64>,
}

/// What a dealer is shown of an outlet; `None` for what it isn't let into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DealerView {
    pub archive: Option<Vec<ArchiveLine>>,
    pub visits: Option<Vec<VisitLine>>,
    pub parts: Option<Timeliness>,
    pub settlement: Option<Timeliness>,
}

/// The view of one outlet through what it lets in (R48), jobs by their ids.
pub fn view(sight: Sight, jobs: &[(JobId, &Job)], parts: &[Promised], settlement: &[Promised], now: i64) -> DealerView {
    let mut jobs: Vec<(JobId, &Job)> = jobs.to_vec();
    jobs.sort_unstable_by_key(|(id, _)| *id);
    jobs.dedup_by_key(|(id, _)| *id);
    let of = |promised: &[Promised]| timeliness(promised.iter().copied(), now);
    DealerView {
        archive: sight.archive.then(|| jobs.iter().flat_map(|(id, job)| archive(*id, job)).collect()),
        visits: sight.visits.then(|| jobs.iter().map(|(id, job)| visit(*id, job)).collect()),
        parts: sight.parts.then(|| of(parts)),
        settlement: sight.settlement.then(|| of(settlement)),
    }
}

fn archive(id: JobId, job: &Job) -> Vec<ArchiveLine> {
    let lines = job.order.appliances.iter().map(|appliance| ArchiveLine {
        job: id,
        kind: job.order.kind,
        township: job.customer().township,
        brand: job.field(appliance, SheetField::Brand),
        model: job.field(appliance, SheetField::Model),
        fault: job.field(appliance, SheetField::Fault),
        outcome: nodes::outcome(job),
        finished: timing::finished(job),
    });
    lines.collect()
}

fn visit(id: JobId, job: &Job) -> VisitLine {
    let departures = job.sheet.nodes.iter().filter(|n| n.kind.is(NodeKind::Departed));
    VisitLine {
        job: id,
        members: super::crew::crew(job),
        departed: departures.map(|n| n.noted.true_ms()).min(),
        arrived: timing::first_arrival(job),
        finished: timing::finished(job),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::At;
    use crate::domain::scene::{NOON, id, job, job_id, node, noted, outcome};
    use doorstep_schemas::view::ApplianceKind;

    fn admission(n: u32, sees: &str, until: Option<i64>, withdrawn: bool, at: i64) -> Admission {
        Admission {
            id: id(n),
            dealer: "柘川经销商".to_owned(),
            sees: sees.to_owned(),
            until: until.map(At),
            withdrawn,
            photo: None,
            noted: noted(at),
        }
    }

    #[test]
    fn r48_a_dealer_sees_what_the_outlet_lets_in_until_it_ends_or_is_withdrawn() {
        let all = Sight { archive: true, parts: true, settlement: true, visits: true };
        let mut words = vec![admission(1, "archive parts settlement visits prices", Some(NOON), false, 0)];
        assert_eq!(sight(&words, "柘川经销商", NOON - 1), all);
        assert_eq!(sight(&words, "柘川经销商", NOON), Sight::default(), "ended");
        assert_eq!(sight(&words, "别的经销商", NOON - 1), Sight::default());
        words.push(admission(2, "parts", None, false, 1));
        assert_eq!(sight(&words, " 柘川经销商", NOON), Sight { parts: true, ..Sight::default() }, "the last word");
        words.push(admission(3, "parts", None, true, 2));
        assert_eq!(sight(&words, "柘川经销商", NOON), Sight::default());
        assert_eq!(sight(&[Admission { dealer: String::new(), ..words[1].clone() }], "", NOON), Sight::default());
    }

    #[test]
    fn r48_timeliness_counts_what_is_late_as_soon_as_its_time_is_over() {
        let promised = [(10, Some(10)), (10, Some(11)), (10, None), (99, None)];
        let found = timeliness(promised.map(|(limit, done)| Promised { limit, done }), 20);
        assert_eq!(found, Timeliness { of: 3, in_time: 1, open: 1 });
    }

    #[test]
    fn r48_the_view_holds_only_what_was_let_in_and_nobodys_name_or_number() {
        let mut done = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        done.order.customer.name = "彭秀兰".to_owned();
        done.order.customer.phone = "13800001003".to_owned();
        done.order.customer.township = "石桥铺镇".to_owned();
        done.sheet.nodes = vec![node(1, NodeKind::Departed, NOON), node(2, NodeKind::Arrived, NOON + 1)];
        done.sheet.outcomes = vec![outcome(3, JobOutcome::Completed, NOON + 2)];
        let jobs = [(job_id(1), &done), (job_id(1), &done)];
        let archive = view(Sight { archive: true, ..Sight::default() }, &jobs, &[], &[], NOON);
        assert!(archive.visits.is_none() && archive.parts.is_none() && archive.settlement.is_none());
        assert_eq!(archive.archive.as_ref().map(Vec::len), Some(1));
        let shown = format!("{archive:?}");
        assert!(shown.contains("石桥铺镇") && !shown.contains("彭秀兰") && !shown.contains("13800001003"));
        let log = view(Sight { visits: true, ..Sight::default() }, &jobs, &[], &[], NOON).visits.unwrap();
        assert_eq!((log[0].departed, log[0].arrived, log[0].finished), (Some(NOON), Some(NOON + 1), Some(NOON + 2)));
    }
}
