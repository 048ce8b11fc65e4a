//! The sample that parcels begin with: jobs played by the town, every text of theirs in words of another county.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep::rules::RuleBook;
use doorstep_schemas::closed::Closed;
use doorstep_schemas::ids::{DocId, DocKind, JobId};
use doorstep_schemas::segment;
use doorstep_schemas::terse::{self, Item, TerseError};
use doorstep_schemas::wire::Segment;

use super::packs::{OTHERS, texts};
use super::played;
use crate::chance::Chance;
use crate::town::{self, TEXTS};

/// The seed of the county that nothing else is drawn from.
const SEED: u64 = 0x7061_7263;
/// Jobs that one start of the app lasts.
const A_START: usize = 10;

/// A sample of so many jobs.
pub fn sample(rules: &Arc<RuleBook>, jobs: usize) -> Result<Vec<u8>, TerseError> {
    let (mut items, mut said) = (Vec::new(), BTreeSet::new());
    played(rules, jobs, (SEED, A_START), |order, job, whole| {
        texts(&serde_json::to_value(&order.input).unwrap_or_default(), &mut said);
        items.extend(carried(job, &whole));
    });
    said.extend(TEXTS.iter().flat_map(|pool| pool.texts()).map(str::to_owned));
    let mut said: Vec<String> = said.into_iter().filter(|text| text.len() > 3).collect();
    // A text that another is a part of goes first.
    said.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let chance = Chance::of(SEED, 97, 0);
    terse::sample(&items, |text| in_other_words(text, &said, &chance))
}

/// Each run of a job as it would go up: the sheets of a day one after another.
fn carried(job: JobId, whole: &Closed) -> Vec<Item> {
    let mut out = Vec::new();
    for run in &whole.runs {
        let of_run = whole.changes.iter().filter(|kept| kept.kind == run.kind && kept.change.actor == run.actor);
        let changes: Vec<&[u8]> = of_run.clone().map(|kept| kept.change.bytes.as_slice()).collect();
        let Some(first) = of_run.clone().next() else { continue };
        let (codec, body) = segment::plain(changes);
        let (actor, from_seq) = (run.actor, first.change.seq);
        let signature = run.signature.clone();
        let segment = Segment { actor, from_seq, codec, body, signature, tail: Vec::new() };
        let doc = if run.kind == DocKind::Order { DocId::Order(job) } else { DocId::Sheet(job) };
        out.push(Item { seq: 0, at_ms: 0, doc, segment });
    }
    out
}

fn in_other_words(text: &str, said: &[String], chance: &Chance) -> Option<String> {
    let mut told = text.to_owned();
    for text in said {
        if told.contains(text) {
            told = told.replace(text, chance.pick(chance.pick(OTHERS)));
        }
    }
    let clean = town::shares_text_with(&told).is_empty();
    Some(if clean { told } else { chance.pick(chance.pick(OTHERS)).to_owned() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn released_samples_hold_no_text_of_the_town() {
        for version in 1..=terse::NEWEST {
            let texts = terse::sample_texts(version).unwrap();
            assert!(texts.len() > 100);
            for text in texts {
                assert_eq!(town::shares_text_with(&text), Vec::<&str>::new(), "{text}");
            }
        }
    }

    /// Writes a sample where `DOORSTEP_WRITE_DICTIONARIES` says. One that was released is never written over: the new one
    /// is a file beside it, with the next number in `schemas/src/terse`.
    #[test]
    fn a_sample_can_be_made() {
        let rules = Arc::new(RuleBook::built_in().unwrap());
        let asked = std::env::var_os("DOORSTEP_WRITE_DICTIONARIES");
        let jobs = asked.as_ref().map_or(4, |_| 150);
        let made = sample(&rules, jobs).unwrap();
        assert!(made.len() > jobs * 20, "{}", made.len());
        if let Some(folder) = asked {
            std::fs::write(Path::new(&folder).join("sample.new"), made).unwrap();
        }
    }
}
