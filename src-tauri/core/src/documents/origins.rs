//! Which changes wrote what stands in a document.

use std::collections::BTreeMap;

use doorstep_schemas::ids::ChangeHash;

use super::history::steps;
use super::paper::Paper;

/// The changes behind each record and each scalar, by container and key, in the order in which they build on each other.
pub type Origins = BTreeMap<(String, String), Vec<ChangeHash>>;

/// Who wrote a value that is overwritten now is among them: nothing is left out that ever touched the place.
pub fn origins(paper: &mut Paper) -> Origins {
    let mut out = Origins::new();
    for step in steps(paper) {
        let touched = step.touched.into_iter().map(|place| (place.container, place.key));
        for place in step.made.into_iter().chain(touched) {
            let changes = out.entry(place).or_default();
            if changes.last() != Some(&step.hash) {
                changes.push(step.hash);
            }
        }
    }
    out
}
