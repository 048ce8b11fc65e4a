//! Written jobs are played jobs: a store takes them in from a relay, and they hold the same facts in as many changes.

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::JobOutcome;
use doorstep_schemas::wire::{Entry, Piece};

use super::played::{Core, comparable, core};
use super::{jobs, town};
use crate::town::{Pens, Town, Written, play};

fn absorb(core: &Core, town: &Town, written: &[Written]) {
    let devices = Pens::new(town).devices().into_iter().map(|piece| (0, piece));
    let pieces: Vec<(i64, Piece)> = devices.chain(written.iter().flat_map(|job| job.pieces.clone())).collect();
    let entry = |(seq, (at_ms, piece))| Entry { seq, hash: [0; 8], part: 0, at_ms, piece };
    let entries: Vec<Entry> = (1..).zip(pieces).map(entry).collect();
    let absorbed = core.actions.shelf.store().absorb(&entries, None, 0).unwrap();
    let changes: usize = written.iter().map(|job| job.changes).sum();
    assert_eq!((absorbed.adopted as usize, absorbed.received as usize), (changes, changes));
    assert!(!absorbed.grants_due, "what the log says of grants is what the orders say");
}

/// Who did what when: a code and a second each.
fn history(core: &Core, job: JobId) -> Vec<(i64, String)> {
    let rows = core.actions.shelf.store().history(job).unwrap();
    let mut deeds: Vec<(i64, String)> = rows.into_iter().map(|row| (row.made_ms, row.action)).collect();
    deeds.sort();
    deeds
}

/// A played device never heard a relay: it does not know its clock's error.
fn without_offsets(facts: &str) -> String {
    let mut out = String::new();
    let mut lines = facts.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("offset_ms: Some(") {
            out.push_str(&line.replace("Some(", "None,"));
            lines.by_ref().take(2).for_each(drop);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

#[test]
fn a_written_job_is_taken_in_as_a_relays_and_reads_like_the_played_one() {
    let town = town(15);
    let all = jobs(&town, 60, 10);
    let walk_ins = all.iter().filter(|(order, _)| order.walk_in).take(3);
    let benched = all.iter().filter(|(_, course)| course.outcomes().contains(&JobOutcome::TakenToBench)).take(4);
    let given_up = all.iter().filter(|(_, course)| course.cancelled).take(2);
    let others = all.iter().step_by(all.len() / 15).take(15);
    let mut sample: Vec<_> = walk_ins.chain(benched).chain(given_up).chain(others).collect();
    sample.sort_by_key(|(order, _)| order.job);
    sample.dedup_by_key(|(order, _)| order.job);
    assert!(sample.len() > 18, "{}", sample.len());
    let pens = Pens::new(&town);
    let written: Vec<Written> = sample.iter().map(|(order, course)| pens.write(order, course).unwrap()).collect();
    let (here, there) = (core(&town), core(&town));
    absorb(&there, &town, &written);
    for ((order, course), written) in sample.iter().zip(&written) {
        let own = play(&town, &here.actions, &here.clock, order, course).unwrap();
        let facts =
            |core: &Core, job| comparable((*core.actions.shelf.store().job_facts(job).unwrap().unwrap()).clone());
        let (played, facts) = (facts(&here, own), facts(&there, written.job));
        for (a, b) in without_offsets(&played).lines().zip(without_offsets(&facts).lines()) {
            assert_eq!(a, b, "{:?} {:?}", order.input.kind, course.outcomes());
        }
        assert_eq!(history(&here, own), history(&there, written.job));
    }
}
