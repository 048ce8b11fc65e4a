//! The town itself: believable, the same from the same seed, and at one with the core's rules.

mod courses;
mod listed;
mod packed;
mod played;
mod whole;
mod world;
mod written;

use std::sync::{Arc, OnceLock};

use doorstep::rules::RuleBook;

use super::{Course, Ordered, Town};

fn rules() -> Arc<RuleBook> {
    static RULES: OnceLock<Arc<RuleBook>> = OnceLock::new();
    RULES.get_or_init(|| Arc::new(RuleBook::built_in().unwrap())).clone()
}

fn town(seed: u64) -> Town {
    Town::new(seed, rules())
}

/// So many jobs of one town, with what came of them.
fn jobs(town: &Town, days: u32, per_day: u32) -> Vec<(Ordered, Course)> {
    town.orders(0..days, per_day).map(|order| (order.clone(), town.course(&order))).collect()
}
