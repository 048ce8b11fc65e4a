//! Everything that people of the town write, in pools.
//!
//! This text must stay disjoint from whatever the sync dictionary is trained on: a dictionary that has seen these
//! words would be measured on its own training, and a bench's bytes would be a flattery.

pub mod faults;
pub mod names;
pub mod sayings;
pub mod services;

use std::collections::BTreeSet;

use faults::Trouble;

/// One pool of texts, in the shape in which it is drawn from.
#[derive(Clone, Copy)]
pub enum Pool {
    Plain(&'static [&'static str]),
    /// What, and the text.
    Paired(&'static [(&'static str, &'static str)]),
    /// Text and price in fen.
    Priced(&'static [(&'static str, i64)]),
    Threes(&'static [(&'static str, &'static str, &'static str)]),
    Troubles(&'static [Trouble]),
}

impl Pool {
    /// Every text of the pool; the words that only name a kind are left out.
    pub fn texts(self) -> Vec<&'static str> {
        match self {
            Self::Plain(texts) => texts.to_vec(),
            Self::Paired(pairs) => pairs.iter().map(|(_, text)| *text).collect(),
            Self::Priced(priced) => priced.iter().map(|(text, _)| *text).collect(),
            Self::Threes(threes) => threes.iter().flat_map(|(a, b, c)| [*a, *b, *c]).collect(),
            Self::Troubles(troubles) => troubles.iter().flat_map(|t| [t.symptom, t.fault, t.cause, t.action]).collect(),
        }
    }
}

/// All pools. See the module: disjoint from the dictionary's training.
pub const TEXTS: &[Pool] = &[
    Pool::Plain(names::OLD),
    Pool::Plain(names::MIDDLE),
    Pool::Plain(names::YOUNG),
    Pool::Plain(names::HOUSES),
    Pool::Plain(names::SHOPS),
    Pool::Plain(names::STREETS),
    Pool::Plain(names::ESTATES),
    Pool::Plain(names::VILLAGES),
    Pool::Plain(names::BESIDE),
    Pool::Troubles(faults::AIR_CONDITIONER),
    Pool::Troubles(faults::STORAGE_HEATER),
    Pool::Troubles(faults::INSTANT_HEATER),
    Pool::Troubles(faults::GAS_HEATER),
    Pool::Troubles(faults::WASHING_MACHINE),
    Pool::Troubles(faults::REFRIGERATOR),
    Pool::Troubles(faults::RANGE_HOOD),
    Pool::Troubles(faults::GAS_STOVE),
    Pool::Troubles(faults::TELEVISION),
    Pool::Troubles(faults::OTHER),
    Pool::Plain(sayings::NOTES),
    Pool::Plain(sayings::ENGLISH_NOTES),
    Pool::Plain(sayings::ABSENT),
    Pool::Plain(sayings::NO_GOODS),
    Pool::Plain(sayings::LATE),
    Pool::Plain(sayings::OVERRUN),
    Pool::Plain(sayings::RECTIFIED),
    Pool::Plain(sayings::GIVEN_UP),
    Pool::Plain(sayings::NO_FAULT),
    Pool::Plain(sayings::REMARKS),
    Pool::Plain(sayings::NOT_APPLICABLE),
    Pool::Plain(sayings::WITNESSES),
    Pool::Plain(sayings::HAZARDS),
    Pool::Paired(sayings::DAMAGES),
    Pool::Plain(sayings::CALLS),
    Pool::Plain(sayings::ENTERED_LATE),
    Pool::Plain(sayings::ABOVE_GUIDE),
    Pool::Plain(sayings::CONDITIONS),
    Pool::Plain(sayings::SHELVES),
    Pool::Plain(sayings::BENCH),
    Pool::Plain(sayings::DIAGNOSES),
    Pool::Plain(sayings::UNREPAIRABLE),
    Pool::Plain(sayings::TOLD),
    Pool::Plain(sayings::INSTRUMENTS),
    Pool::Priced(sayings::LOOSE_PARTS),
    Pool::Threes(sayings::PAPERS),
    Pool::Plain(sayings::ACCEPTORS),
    Pool::Plain(sayings::CANCELLED),
    Pool::Plain(services::INSTALLED),
    Pool::Priced(services::MATERIALS),
    Pool::Priced(services::LABOURS),
    Pool::Paired(services::SYMPTOMS_OF_WORK),
    Pool::Plain(services::ENGLISH_REMARKS),
    Pool::Paired(services::EMERGENCIES),
    Pool::Plain(services::SOLVED_BY_PHONE),
];

/// A run of this many characters in two texts is no accident.
const RUN: usize = 6;
/// Nor is a run of this many letters; six of them are " the w" and no more.
const LETTERS: usize = 24;

/// The town's phrases that have a run of six characters or more in common with `other`; of twenty-four where the run is in
/// Latin letters alone.
pub fn shares_text_with(other: &str) -> Vec<&'static str> {
    let theirs: Vec<char> = other.chars().collect();
    let runs: BTreeSet<&[char]> = theirs.windows(RUN).chain(theirs.windows(LETTERS)).collect();
    let shared = |text: &&'static str| {
        let ours: Vec<char> = text.chars().collect();
        let written = |run: &&[char]| !run.iter().all(char::is_ascii);
        ours.windows(RUN).filter(written).chain(ours.windows(LETTERS)).any(|run| runs.contains(run))
    };
    TEXTS.iter().flat_map(|pool| pool.texts()).filter(shared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_has_four_hundred_phrases_and_more() {
        let all: BTreeSet<&str> = TEXTS.iter().flat_map(|pool| pool.texts()).collect();
        assert!(all.len() >= 400, "{}", all.len());
        assert!(all.iter().all(|text| !text.trim().is_empty()));
    }

    #[test]
    fn a_planted_overlap_is_found_and_five_characters_are_none() {
        let phrase = sayings::LATE[1];
        let run: String = phrase.chars().take(6).collect();
        assert_eq!(shares_text_with(&format!("另一段文字{run}到此为止")), [phrase]);
        let five: String = phrase.chars().take(5).collect();
        assert_eq!(shares_text_with(&format!("另一段文字{five}到此为止")), Vec::<&str>::new());
        assert_eq!(shares_text_with("how the washing machine was tested is not told here"), Vec::<&str>::new());
        assert_eq!(shares_text_with("Tested for twenty minutes."), ["Tested for twenty minutes, runs quietly"]);
    }
}
