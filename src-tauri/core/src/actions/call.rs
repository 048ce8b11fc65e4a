//! The caller while an order is typed: who it is, which machines they have and who pays, and what is read out first (R3, R9, R26).

use std::collections::BTreeSet;

use doorstep_schemas::input::{HearCall, SheetField};
use doorstep_schemas::view::{CallView, KnownMachine, Millis};

use super::orders::OrderError;
use super::{Actions, JobError};
use crate::domain::facts::{Job, Order};
use crate::domain::intake::{same_phone, same_serial};
use crate::domain::money::warranty;
use crate::domain::timing;
use crate::domain::triage::triage;
use crate::rules::InForce;

/// Earlier jobs that are shown and read.
const MOST_JOBS: usize = 8;
/// Fewer digits are nobody's number yet.
const FEWEST_DIGITS: usize = 5;

impl Actions {
    /// What is known of the caller so far, as far as this device may show it: a technician is called as well (R6). Nothing
    /// is written.
    pub fn hear_call(&self, input: &HearCall) -> Result<CallView, OrderError> {
        let mut store = self.looking()?;
        let me = Self::enrolment(&store)?.member;
        let noted = self.noted(&store, me)?;
        let phone = Some(same_phone(&input.phone)).filter(|phone| phone.len() >= FEWEST_DIGITS).unwrap_or_default();
        let serial = same_serial(&input.serial);
        let mut rows = store.known_by(&phone, std::slice::from_ref(&serial), "", MOST_JOBS + 1)?;
        store.finish(&mut rows)?;
        let hidden: Vec<bool> = rows.iter().map(|row| store.hides(&row.card)).collect::<Result<_, _>>()?;
        let mut shown = hidden.into_iter().map(|hidden| !hidden);
        rows.retain(|_| shown.next().unwrap_or(false));
        let more = rows.len() > MOST_JOBS;
        rows.truncate(MOST_JOBS);
        let book = store.rules().clone();
        let rules = book.at(noted.at_ms);
        let mut machines: Vec<KnownMachine> = Vec::new();
        let mut seen = BTreeSet::new();
        for row in &rows {
            let Some(facts) = store.job_facts(row.card.job).map_err(JobError::from)? else { continue };
            for machine in machines_of(&facts, rules, noted.at_ms) {
                let known = same_serial(&machine.serial);
                if seen.insert(known.clone()) {
                    machines.push(KnownMachine { named: known == serial, ..machine });
                }
            }
        }
        machines.sort_by_key(|machine| !machine.named);
        let found = triage(&input.symptom, &rules.triggers());
        let urgency = found.urgency.min(input.urgency);
        let mut order = Order::blank(input.kind, noted);
        order.urgency = urgency;
        order.far = input.far;
        let due = timing::due(&Job { order, sheet: Default::default() }, &rules.time_limits());
        Ok(CallView {
            jobs: rows.into_iter().map(|row| row.card).collect(),
            more,
            machines,
            urgency,
            scripts: found.dangers.iter().filter_map(|named| rules.call_script(&named.script)).collect(),
            arrive_by: Millis(due),
        })
    }
}

/// Machines of a job that are known by a serial.
fn machines_of(job: &Job, rules: InForce<'_>, now: i64) -> Vec<KnownMachine> {
    let policies = rules.warranty_policies();
    let one = |appliance: &crate::domain::facts::OrderedAppliance| {
        let said = |field| job.field(appliance, field);
        let serial = said(SheetField::Serial);
        let purchase = job.order.purchases.get(&appliance.id).cloned().unwrap_or_default();
        let (brand, made) = (said(SheetField::Brand), said(SheetField::Made));
        let judged = warranty::coverage(&policies, &brand, appliance.kind, &purchase, &made, "", now);
        (!serial.trim().is_empty()).then(|| KnownMachine {
            kind: appliance.kind,
            model: said(SheetField::Model),
            coverage: judged.coverage,
            reason: judged.reason,
            named: false,
            brand,
            serial,
        })
    };
    job.order.appliances.iter().filter_map(one).collect()
}
