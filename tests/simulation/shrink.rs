//! How a failure is read: the shortest story that still fails, found by leaving out halves, quarters and single events.

use crate::heal::{self, Ran};
use crate::plan::Plan;

/// Runs that a story may cost.
const MOST_RUNS: usize = 150;

/// The shortest plan that was found to fail, and what happens in it.
pub fn shortest(plan: &Plan) -> (Plan, Ran) {
    let mut best = plan.clone();
    let mut runs = 0;
    let mut size = best.events.len().div_ceil(2);
    while size > 0 && runs < MOST_RUNS {
        let mut from = 0;
        let mut shorter = false;
        while from < best.events.len() && runs < MOST_RUNS {
            let mut tried = best.clone();
            tried.events.drain(from..(from + size).min(best.events.len()));
            runs += 1;
            if heal::run(&tried, false).broken.is_some() {
                best = tried;
                shorter = true;
            } else {
                from += size;
            }
        }
        if !shorter || size > 1 {
            size /= 2;
        }
    }
    let ran = heal::run(&best, true);
    (best, ran)
}
