//! 保修到保证: what breaks, counted by brand, model and fault, for the maker (R46).

use std::collections::BTreeMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{JobKind, JobOutcome};

use super::facts::Job;
use super::nodes;

/// How often one fault was found on one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureCount {
    pub brand: String,
    pub model: String,
    pub fault: String,
    pub count: u32,
    /// Of all faults found on that model, per mille.
    pub share_permille: u32,
    pub jobs: Vec<JobId>,
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// Counts over finished repairs, most frequent first (R46). Where no fault was found nothing is counted; a model nobody
/// could read is counted as none.
pub fn counts<'a>(jobs: impl IntoIterator<Item = (JobId, &'a Job)>) -> Vec<FailureCount> {
    let jobs: BTreeMap<JobId, &Job> = jobs.into_iter().collect();
    let mut found: BTreeMap<(String, String, String), Vec<JobId>> = BTreeMap::new();
    for (id, job) in jobs {
        let repair = matches!(job.order.kind, JobKind::Repair | JobKind::UnitPickup | JobKind::Exchange);
        let known = nodes::ended(job).is_some_and(|(outcome, _)| outcome != JobOutcome::NoFaultFound);
        if !repair || !known {
            continue;
        }
        for appliance in &job.order.appliances {
            let of = |field| plain(&job.field(appliance, field));
            let fault = of(SheetField::Fault);
            if !fault.is_empty() {
                found.entry((of(SheetField::Brand), of(SheetField::Model), fault)).or_default().push(id);
            }
        }
    }
    let mut models: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for ((brand, model, _), jobs) in &found {
        *models.entry((brand, model)).or_default() += jobs.len() as u64;
    }
    let mut out: Vec<FailureCount> = found
        .iter()
        .map(|((brand, model, fault), jobs)| {
            let all = models.get(&(brand.as_str(), model.as_str())).copied().unwrap_or(1).max(1);
            FailureCount {
                brand: brand.clone(),
                model: model.clone(),
                fault: fault.clone(),
                count: u32::try_from(jobs.len()).unwrap_or(u32::MAX),
                share_permille: u32::try_from(jobs.len() as u64 * 1000 / all).unwrap_or(1000),
                jobs: jobs.clone(),
            }
        })
        .collect();
    out.sort_by(|a, b| {
        let key = |c: &FailureCount| (std::cmp::Reverse(c.count), c.brand.clone(), c.model.clone(), c.fault.clone());
        key(a).cmp(&key(b))
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::FieldValue;
    use crate::domain::scene::{NOON, id, job, job_id, outcome};
    use doorstep_schemas::view::ApplianceKind;
    use proptest::prelude::*;

    fn repaired(model: &str, fault: &str, ended: JobOutcome) -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.order.appliances[0].brand = "安泉".to_owned();
        job.order.appliances[0].model = model.to_owned();
        let value = FieldValue { value: fault.to_owned(), others: Vec::new() };
        job.sheet.fields.insert((id(1), "fault".to_owned()), value);
        job.sheet.outcomes = vec![outcome(1, ended, NOON)];
        job
    }

    #[test]
    fn r46_failures_are_counted_by_model_and_fault_with_their_share() {
        let done = JobOutcome::Completed;
        let jobs = [
            (job_id(1), repaired("ES50H-A1", "加热管漏电", done)),
            (job_id(2), repaired(" es50h-a1", "加热管漏电 ", done)),
            (job_id(3), repaired("ES50H-A1", "温控器坏", done)),
            (job_id(4), repaired("ES60H-D3", "加热管漏电", done)),
            (job_id(5), repaired("ES50H-A1", "加热管漏电", JobOutcome::NoFaultFound)),
            (job_id(6), repaired("ES50H-A1", "加热管漏电", JobOutcome::NeedsPart)),
            (job_id(7), repaired("ES50H-A1", "", done)),
        ];
        let found = counts(jobs.iter().map(|(id, job)| (*id, job)));
        let short: Vec<_> =
            found.iter().map(|c| (c.model.as_str(), c.fault.as_str(), c.count, c.share_permille)).collect();
        assert_eq!(
            short,
            [("ES50H-A1", "加热管漏电", 2, 666), ("ES50H-A1", "温控器坏", 1, 333), ("ES60H-D3", "加热管漏电", 1, 1000)]
        );
        assert_eq!(found[0].jobs, [job_id(1), job_id(2)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn r46_counts_do_not_depend_on_order_or_doubles(facts in proptest::collection::vec((0usize..3, 0usize..3), 0..9)) {
            let names = ["A", "B", "C"];
            let jobs: Vec<(JobId, Job)> = (1..)
                .zip(&facts)
                .map(|(n, (model, fault))| (job_id(n), repaired(names[*model], names[*fault], JobOutcome::Completed)))
                .collect();
            let once = counts(jobs.iter().map(|(id, job)| (*id, job)));
            prop_assert_eq!(counts(jobs.iter().rev().chain(&jobs).map(|(id, job)| (*id, job))), once.clone());
            prop_assert_eq!(once.iter().map(|c| c.count as usize).sum::<usize>(), facts.len());
        }
    }
}
