//! What dictionaries are trained on: jobs of the town's shape in words of another county.
//!
//! No test and no bench says any of these texts. A dictionary that had seen the town's words would be measured on its own
//! training.

pub mod packs;
pub mod parcels;
mod words;

use std::sync::Arc;

use doorstep::actions::{Actions, Shelf};
use doorstep::domain::find::Found;
use doorstep::rules::RuleBook;
use doorstep::store::listed::JobRow;
use doorstep::store::{Store, row_of};
use doorstep_schemas::closed::Closed;
use doorstep_schemas::ids::JobId;
use tokio::sync::broadcast;

use crate::chance::Chance;
use crate::town::{self, Clock, Ordered, Town};
pub use words::TEXTS;

/// The seed of the county that nothing else is drawn from.
const SEED: u64 = 0x7261_696e;

/// Rows of the list, in words of their own, as they lie before packing.
pub fn rows(rules: &Arc<RuleBook>, days: u32, per_day: u32) -> Vec<Vec<u8>> {
    let town = Town::new(SEED, rules.clone());
    let now = town::FIRST_DAY_MS + i64::from(days) * town::DAY_MS;
    let orders = town.orders(0..days, per_day);
    let drawn = orders.zip(0u64..).map(|(order, n)| {
        let facts = town::facts(&town, &order, &town.course(&order));
        let chance = Chance::of(SEED, 99, n);
        let job = JobId::mint(u64::try_from(order.taken_ms).unwrap_or(0), chance.bytes());
        in_other_words(row_of(rules, job, &facts, now), &chance).to_bytes()
    });
    drawn.collect()
}

/// Plays so many jobs of a county of this seed, so many in each start of the app, and hands each over as it lies.
fn played(
    rules: &Arc<RuleBook>,
    jobs: usize,
    (seed, a_start): (u64, usize),
    mut tell: impl FnMut(&Ordered, JobId, Closed),
) {
    let town = Town::new(seed, rules.clone());
    let days = u32::try_from(jobs / 10 + 1).unwrap_or(u32::MAX);
    let drawn: Vec<_> = town.orders(0..days, 12).take(jobs).map(|order| (town.course(&order), order)).collect();
    let folder = tempfile::tempdir().expect("a folder for training");
    for (start, some) in (0u64..).zip(drawn.chunks(a_start)) {
        let clock = Arc::new(Clock::new(seed + start));
        let store = Store::open(folder.path(), &[7; 32], rules.clone(), clock.as_ref());
        let mut store = store.expect("the training's store opens");
        town.found(&mut store).expect("the town is founded");
        let actions = Actions { shelf: Shelf::new(store), nature: clock.clone(), events: broadcast::channel(16).0 };
        for (course, order) in some {
            // A course that the rules refuse teaches nothing.
            let Ok(job) = town::play(&town, &actions, &clock, order, course) else { continue };
            tell(order, job, actions.shelf.store().whole_job(job).expect("a played job is here"));
        }
    }
}

fn in_other_words(mut row: JobRow, chance: &Chance) -> JobRow {
    let card = &mut row.card;
    card.customer = format!("{}{}", chance.pick(words::SURNAMES), chance.pick(words::GIVEN));
    card.township = chance.pick(words::TOWNSHIPS).to_owned();
    card.address = if chance.happens(50) {
        format!("{}{}组{}号", chance.pick(words::VILLAGES), chance.between(1, 9), chance.between(1, 80))
    } else {
        let door = 100 * chance.between(1, 18) + chance.between(1, 4);
        format!("{}{}栋{}单元{door}", chance.pick(words::ESTATES), chance.between(1, 20), chance.between(1, 4))
    };
    card.phone =
        format!("1{}{:04}{:04}", chance.pick(words::PREFIXES), chance.between(0, 9_999), chance.between(0, 9_999));
    let (brand, model) = (chance.pick(words::BRANDS), chance.pick(words::MODELS));
    card.appliance = format!("{brand} {model}");
    card.symptom = chance.pick(words::SYMPTOMS).to_owned();
    if !card.maker_order.is_empty() {
        card.maker_order = format!("{}{}", chance.pick(words::ORDERS), chance.between(100_000, 999_999));
    }
    let worked = row.found.texts.len() > 5;
    let mut texts =
        vec![card.address.clone(), card.symptom.clone(), card.maker_order.clone(), brand.into(), model.into()];
    if worked {
        texts.extend([words::FAULTS, words::CAUSES, words::ACTIONS].map(|pool| chance.pick(pool).to_owned()));
    }
    texts.retain(|text| !text.is_empty());
    let serials = row.found.serials.iter().map(|_| {
        let (year, month) = (chance.between(15, 26), chance.between(1, 12));
        format!("{}{year}{month:02}{:06}", chance.pick(words::LETTERS), chance.between(0, 999_999))
    });
    for used in &mut row.figures.uses {
        (used.code, used.name) = (chance.pick(words::MODELS).to_owned(), chance.pick(words::ACTIONS).to_owned());
    }
    row.found = Found {
        name: card.customer.clone(),
        township: card.township.clone(),
        phones: vec![card.phone.clone()],
        serials: serials.collect(),
        texts,
        kinds: row.found.kinds,
    };
    row
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use doorstep::store::dictionary::{self, Kind};

    /// Bytes of the dictionary of rows: twice as many spare two bytes a row.
    const ROW_BYTES: usize = 24 * 1024;

    #[test]
    fn the_training_shares_no_text_with_the_town() {
        for text in TEXTS.iter().flat_map(|pool| pool.iter()) {
            assert_eq!(town::shares_text_with(text), Vec::<&str>::new(), "{text}");
        }
        let built: String = rows(&Arc::new(RuleBook::built_in().unwrap()), 20, 10)
            .iter()
            .map(|row| String::from_utf8_lossy(row).into_owned())
            .collect();
        assert_eq!(town::shares_text_with(&built), Vec::<&str>::new());
    }

    #[test]
    fn released_dictionaries_hold_no_text_of_the_town_and_are_worth_their_bytes() {
        for words in dictionary::released(Kind::Row) {
            assert_eq!(town::shares_text_with(&String::from_utf8_lossy(words)), Vec::<&str>::new());
        }
        let rows = rows(&Arc::new(RuleBook::built_in().unwrap()), 10, 10);
        let packed: usize = rows.iter().map(|row| dictionary::compress(Kind::Row, row).len()).sum();
        assert!(packed < rows.iter().map(Vec::len).sum::<usize>() * 2 / 3, "{packed}");
    }

    /// Writes a dictionary where `DOORSTEP_WRITE_DICTIONARIES` says. One that was released is never written over: the new
    /// one is a file beside it, named behind it in `dictionary.rs`.
    #[test]
    fn a_dictionary_can_be_trained() {
        let rules = Arc::new(RuleBook::built_in().unwrap());
        let asked = std::env::var_os("DOORSTEP_WRITE_DICTIONARIES");
        let days = if asked.is_some() { 400 } else { 30 };
        let words = zstd::dict::from_samples(&rows(&rules, days, 10), ROW_BYTES).unwrap();
        assert!(words.len() > 1_000);
        if let Some(folder) = asked {
            std::fs::write(Path::new(&folder).join("row.new.zdict"), words).unwrap();
        }
    }
}
