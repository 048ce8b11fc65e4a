//! Which limit set judges: the house by the day of the job, an appliance by the day it was made.

use doorstep_schemas::rules::limits::{Dates, LimitSet};

use super::context::Month;

/// The newest of `sets` that was valid on the row's date (R11). Before the first set the first one counts: its
/// figures are the oldest that anybody wrote. An appliance of unknown age is judged as new.
pub fn set_for<'a>(
    sets: impl IntoIterator<Item = &'a LimitSet>,
    dates: Dates,
    made: Option<Month>,
    job_day: &str,
) -> Option<&'a LimitSet> {
    let date = match (dates, made) {
        (Dates::Manufacture, Some(made)) => format!("{:04}-{:02}-01", made.year, made.month),
        _ => job_day.to_owned(),
    };
    let mut sets: Vec<&LimitSet> = sets.into_iter().collect();
    sets.sort_by(|a, b| a.valid_from.cmp(&b.valid_from).then_with(|| a.version.cmp(&b.version)));
    let valid = sets.iter().rfind(|set| set.valid_from <= date);
    valid.or_else(|| sets.first()).copied()
}
