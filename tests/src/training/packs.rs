//! Closed jobs to train on: played by the town, then told in other words.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep::rules::RuleBook;
use doorstep_schemas::closed;
use serde_json::Value;

use super::{played, words};
use crate::chance::Chance;
use crate::town::{self, Ordered, TEXTS};

/// The seed of the county that nothing else is drawn from.
const SEED: u64 = 0x7061_636b;
/// Jobs that one start of the app lasts.
const A_START: usize = 12;

/// So many jobs as they lie before zstd shortens them, and none that still says what the town says.
pub fn packs(rules: &Arc<RuleBook>, jobs: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    played(rules, jobs, (SEED, A_START), |order, _, whole| {
        if let Ok((main, _)) = closed::pack(&whole) {
            let told = in_other_words(main, order, &Chance::of(SEED, 98, out.len() as u64));
            if town::shares_text_with(&String::from_utf8_lossy(&told)).is_empty() {
                out.push(told);
            }
        }
    });
    out
}

/// Pools to take another word from.
pub(super) const OTHERS: &[&[&str]] = &[
    words::GIVEN,
    words::VILLAGES,
    words::ESTATES,
    words::SYMPTOMS,
    words::FAULTS,
    words::CAUSES,
    words::ACTIONS,
    words::MODELS,
];

/// The same streams with every text of the town in words of another county. Lengths no longer fit: nothing reads them.
fn in_other_words(mut main: Vec<u8>, order: &Ordered, chance: &Chance) -> Vec<u8> {
    let mut said = BTreeSet::new();
    texts(&serde_json::to_value(&order.input).unwrap_or_default(), &mut said);
    said.extend(TEXTS.iter().flat_map(|pool| pool.texts()).map(str::to_owned));
    let mut said: Vec<String> = said.into_iter().filter(|text| text.len() > 3).collect();
    // A text that another is a part of goes first.
    said.sort_by_key(|text| std::cmp::Reverse(text.len()));
    for text in said {
        main = replaced(&main, text.as_bytes(), chance.pick(chance.pick(OTHERS)).as_bytes());
    }
    main
}

/// Texts with a letter that is not a code's.
pub(super) fn texts(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.chars().any(|c| !c.is_ascii_lowercase() && c != '_') => {
            out.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, out)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, out)),
        _ => {}
    }
}

fn replaced(bytes: &[u8], text: &[u8], other: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(place) = rest.windows(text.len()).position(|part| part == text) {
        out.extend_from_slice(&rest[..place]);
        out.extend_from_slice(other);
        rest = &rest[place + text.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Bytes of the dictionary of packs.
    const PACK_BYTES: usize = 96 * 1024;
    const RELEASED: &[&[u8]] = &[include_bytes!("../../../schemas/src/dictionaries/pack.1.zdict")];

    #[test]
    fn released_dictionaries_of_packs_hold_no_text_of_the_town() {
        for words in RELEASED {
            assert_eq!(town::shares_text_with(&String::from_utf8_lossy(words)), Vec::<&str>::new());
            assert!(words.len() <= 110 * 1024);
        }
    }

    /// Writes a dictionary where `DOORSTEP_WRITE_DICTIONARIES` says. One that was released is never written over: the new
    /// one is a file beside it, named behind it in `dictionary.rs`.
    #[test]
    fn a_dictionary_of_packs_can_be_trained() {
        let rules = Arc::new(RuleBook::built_in().unwrap());
        let asked = std::env::var_os("DOORSTEP_WRITE_DICTIONARIES");
        let (jobs, bytes) = if asked.is_some() { (400, PACK_BYTES) } else { (12, 4 * 1024) };
        let samples = packs(&rules, jobs);
        assert!(samples.len() * 10 > jobs * 8, "{} of {jobs}", samples.len());
        let words = zstd::dict::from_samples(&samples, bytes).unwrap();
        assert!(words.len() > 1_000);
        if let Some(folder) = asked {
            std::fs::write(Path::new(&folder).join("pack.new.zdict"), words).unwrap();
        }
    }
}
