//! From rule sets to what the rules of the trade take: plain figures and words.
//!
//! A rule never sees a set, so a set may change its shape without a rule noticing.

use doorstep_schemas::rules::emergency::EmergencyKind;

use super::InForce;
use crate::domain::timing::Limits;
use crate::domain::triage::{Danger, Trigger, Triggers};

impl InForce<'_> {
    /// How soon somebody must come and how long the work may take (R1–R4).
    pub fn time_limits(self) -> Limits {
        let (book, at_ms) = (self.book, self.at_ms);
        let (calls, promises) = (book.emergency_at(at_ms), &book.promises_at(at_ms).promises);
        Limits {
            work: book.surcharges_at(at_ms).minutes.clone(),
            near_min: i64::from(calls.arrive_near_minutes),
            far_min: i64::from(calls.arrive_far_minutes),
            first_visit_min: 60 * i64::from(promises.first_visit_hours),
            take_out_min: 60 * i64::from(promises.take_out_hours),
            early_min: i64::from(promises.early_grace_minutes),
            clock_min: i64::from(promises.clock_offset_minutes),
        }
    }

    /// Which words of a caller mean danger, and the script that is read out then (R3).
    pub fn triggers(self) -> Triggers {
        let calls = self.book.emergency_at(self.at_ms);
        let trigger = |script: &doorstep_schemas::rules::emergency::EmergencyScript| Trigger {
            danger: match script.emergency {
                EmergencyKind::Gas => Danger::Gas,
                EmergencyKind::CarbonMonoxide => Danger::CarbonMonoxide,
                EmergencyKind::Shock => Danger::Shock,
                EmergencyKind::BurningSmell => Danger::Burning,
                EmergencyKind::WaterLeak => Danger::Water,
            },
            words: script.triggers.words().cloned().collect(),
            script: script.emergency.word().to_owned(),
        };
        Triggers {
            dangers: calls.scripts.iter().map(trigger).collect(),
            gas_company: calls.gas_company.words().cloned().collect(),
        }
    }
}
