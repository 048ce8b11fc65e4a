//! 调度: the owner's board of one day, and whom to send to a job (R7, R35).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::Suggest;
use doorstep_schemas::view::{
    Blocker, BlockerCode, BoardJob, BoardMember, BoardView, MemberView, Millis, SuggestLine, SuggestView,
};

use super::mine::papers;
use super::{Actions, JobError};
use crate::domain::calendar;
use crate::domain::dispatch::{self, Candidate};
use crate::domain::facts::outlet::Roster;
use crate::domain::roster::Notice;
use crate::domain::score::{self, Score};
use crate::domain::{board, crew, timing};
use crate::store::listed::JobRow;
use crate::store::{Store, StoreError};

/// Open jobs of days before that a board shows, the latest due first: more are for the list of orders.
const MOST_CARRIED: usize = 100;

impl Actions {
    /// One day of the outlet: members, jobs on the timeline, what wants the owner's eye. For any other member's device, the
    /// jobs that it holds.
    pub fn board(&self, at: Option<i64>) -> Result<BoardView, StoreError> {
        let mut store = self.looking()?;
        let me = Self::enrolment(&store)?.member;
        let now = self.nature.now_ms();
        let only = if store.is_owner(me)? { None } else { Some(me) };
        let start = calendar::day_start(at.unwrap_or(now));
        let (rows, left_off) = of_day(&mut store, start, now, only)?;
        let bar = |row: &JobRow| board::bar(&row.card, row.figures.due_again, start, now);
        let mut jobs: Vec<BoardJob> = rows.iter().map(bar).collect();
        jobs.sort_by_key(|job| (job.from, job.to, job.card.job));
        let roster = store.roster()?;
        let scores = scores(&mut store, now)?;
        let notice = Notice { now, days: store.rules().at(now).promises().expiry_notice_days };
        let mut members: Vec<BoardMember> = Vec::new();
        for member in store.members()? {
            let theirs: Vec<&BoardJob> = jobs.iter().filter(|job| has(&job.card.assignees, member.id)).collect();
            if member.active || !theirs.is_empty() {
                members.push(row_of(member, &theirs, &roster, &scores, notice));
            }
        }
        // Who only keeps the shop comes last.
        members.sort_by_key(|row| (row.jobs == 0 && !crew::goes_out(&row.member.roles), row.member.name.clone()));
        let alerts = board::alerts(&jobs);
        let day = calendar::day_name(start);
        Ok(BoardView { day, start: Millis(start), now: Millis(now), members, jobs, alerts, left_off })
    }

    /// Whom to send, best first, with what speaks for and against each (R7, R35). The load is that of the day on which
    /// the job is agreed, at the earliest today.
    pub fn suggest(&self, input: &Suggest) -> Result<SuggestView, JobError> {
        let mut store = self.looking_at(input.job)?;
        let facts = store.job_facts(input.job)?.ok_or(JobError::NotFound(input.job))?;
        let card = store.job_row(input.job)?.ok_or(JobError::NotFound(input.job))?.card;
        let now = self.nature.now_ms();
        let window = timing::window(&facts, i64::MAX);
        let start = calendar::day_start(window.map_or(now, |window| window.from.0.max(now)));
        let (mut rows, _) = of_day(&mut store, start, now, None)?;
        rows.retain(|row| row.card.job != input.job && board::is_open(&row.card));
        let scores = scores(&mut store, now)?;
        let members: Vec<MemberView> = store.members()?.into_iter().filter(|member| member.active).collect();
        let people: Vec<Candidate> = members
            .iter()
            .map(|member| {
                let theirs = rows.iter().filter(|row| row.figures.members.contains(&member.id));
                let townships: BTreeSet<&str> = theirs.clone().map(|row| row.card.township.trim()).collect();
                Candidate {
                    member: member.id,
                    load: count(theirs.count()),
                    townships: townships.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
                    score: scores.get(&member.id).copied().unwrap_or_default(),
                }
            })
            .collect();
        let roster = store.roster()?;
        let rules = store.rules().clone();
        let rules = rules.at(now).crew_rules();
        let found = dispatch::candidates(&roster, &facts, &people, &input.beside, now, &rules);
        let lines = found.into_iter().filter_map(|suggestion| {
            let member = members.iter().find(|member| member.id == suggestion.member)?.clone();
            let may_set_aside =
                !suggestion.fits && suggestion.stops.iter().all(|stop| stop.code == BlockerCode::GradeTooLow);
            let stops = suggestion.stops.into_iter().map(Blocker::from).collect();
            let (fits, reasons) = (suggestion.fits, suggestion.reasons);
            Some(SuggestLine { assigned: has(&card.assignees, member.id), member, fits, may_set_aside, stops, reasons })
        });
        Ok(SuggestView {
            job: input.job,
            lines: lines.collect(),
            needs: if crew::kept(&roster) { crew::needed(&facts, &rules) } else { Vec::new() },
            difficulty: facts.order.difficulty.filter(|_| crew::grades_on(&roster)),
            wished: facts.order.wished,
        })
    }
}

fn has(members: &[MemberView], id: MemberId) -> bool {
    members.iter().any(|member| member.id == id)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The jobs of a day, and how many of those that days before left are not among them.
fn of_day(store: &mut Store, start: i64, now: i64, only: Option<MemberId>) -> Result<(Vec<JobRow>, u32), StoreError> {
    let rows = store.jobs_of_day(start, now, only)?;
    let today = calendar::day_start(now) == start;
    let own = |row: &JobRow| !today || row.figures.arrive_by >= start || row.figures.of_day_itself(start);
    let (mut rows, mut carried): (Vec<_>, Vec<_>) = rows.into_iter().partition(own);
    carried.sort_by_key(|row| std::cmp::Reverse((row.figures.arrive_by, row.card.job)));
    let left_off = carried.len().saturating_sub(MOST_CARRIED);
    carried.truncate(MOST_CARRIED);
    rows.extend(carried);
    Ok((rows, count(left_off)))
}

/// What customers said lately of each member (R35).
pub(super) fn scores(store: &mut Store, now: i64) -> Result<BTreeMap<MemberId, Score>, StoreError> {
    let oldest = calendar::day_name(now.saturating_sub(score::COUNTS_MS));
    let oldest = format!("follow/{}", oldest.get(..7).unwrap_or_default());
    let wanted = |topic: &str| topic.starts_with("follow/") && topic >= oldest.as_str();
    let follow_ups: Vec<_> = store.desks_of(wanted)?.into_iter().flat_map(|(_, desk)| desk.follow_ups).collect();
    let mut members = BTreeMap::new();
    for job in score::rated(&follow_ups, now) {
        members.insert(job, store.members_of(job)?);
    }
    Ok(score::by_member(&follow_ups, &members, now))
}

fn row_of(
    member: MemberView,
    jobs: &[&BoardJob],
    roster: &Roster,
    scores: &BTreeMap<MemberId, Score>,
    notice: Notice,
) -> BoardMember {
    let open: Vec<&&BoardJob> = jobs.iter().filter(|job| board::is_open(&job.card)).collect();
    let townships: BTreeSet<&str> = jobs.iter().map(|job| job.card.township.trim()).collect();
    BoardMember {
        open: count(open.len()),
        jobs: count(jobs.len()),
        minutes: open.iter().fold(0, |sum, job| sum.saturating_add(job.card.limit_minutes)),
        townships: townships.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        grade: crew::grade(roster, member.id).filter(|_| crew::grades_on(roster)),
        score: scores.get(&member.id).copied().unwrap_or_default().text(),
        papers: papers(roster, member.id, notice).into_iter().filter(|paper| paper.ends_soon).collect(),
        gaps: board::gaps(jobs),
        member,
    }
}
