//! 五项服务: derived where the facts are there, one pick where not (R13).

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{PhotoStage, ServiceCode, ServiceState, SignedFor};

use super::facts::Job;

/// One of the five, as the facts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub service: ServiceCode,
    pub state: ServiceState,
    pub derived: bool,
    pub reason: String,
}

/// The five of a visit (R13). `safety_checked` says whether every required reading has been taken.
pub fn five(job: &Job, safety_checked: bool) -> Vec<Service> {
    ServiceCode::ALL
        .iter()
        .map(|service| {
            let derived = match service {
                ServiceCode::TestPower => safety_checked,
                ServiceCode::CleanUp => job.sheet.photos.iter().any(|p| p.stage.is(PhotoStage::After)),
                // Who signs the page has had it explained.
                ServiceCode::Explain => job.sheet.signatures.iter().any(|s| s.signed_for.is(SignedFor::Work)),
                ServiceCode::Maintain | ServiceCode::CheckAll => false,
            };
            if derived {
                return Service { service: *service, state: ServiceState::Done, derived: true, reason: String::new() };
            }
            let (state, reason) = answered(job, *service);
            Service { service: *service, state, derived: false, reason }
        })
        .collect()
}

fn answered(job: &Job, service: ServiceCode) -> (ServiceState, String) {
    match job.sheet.services.iter().rfind(|s| s.service == service).map(|s| s.answer.as_str()) {
        None => (ServiceState::Missing, String::new()),
        Some("not_wanted") => (ServiceState::NotWanted, String::new()),
        Some(answer) => match answer.strip_prefix("na:") {
            Some(reason) => (ServiceState::NotApplicable, reason.to_owned()),
            None => (ServiceState::Done, String::new()),
        },
    }
}

/// The appliance that an answer for the whole visit is kept under: the first of the order.
pub fn visit_appliance(job: &Job) -> Option<ShortId> {
    job.order.appliances.first().map(|a| a.id)
}
