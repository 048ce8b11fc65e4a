//! Texts in and out: a pasted dispatch, the maker's reply, messages and the proof for the customer (R33, R41, R45).

use doorstep_schemas::input::{AskTexts, SheetField};
use doorstep_schemas::rules::replies::MessageKind;
use doorstep_schemas::view::{JobTexts, MessageText, PastedOrder, Text};

use super::{Actions, JobError};
use crate::domain::calendar;
use crate::domain::facts::Job;
use crate::domain::import::rows::appliance;
use crate::domain::money::fees::{self, Terms};
use crate::domain::paste::parse_dispatch;
use crate::domain::reply::{self, About, Proof, Reader};

/// Characters of a pasted text that are read.
const MOST_PASTED: usize = 8_000;

impl Actions {
    /// Proposes the fields that a text names (R41). Nothing is written.
    pub fn read_pasted(&self, text: &str) -> PastedOrder {
        let text: String = text.chars().take(MOST_PASTED).collect();
        let now = self.nature.now_ms();
        let markers = self.shelf.store().rules().at(now).dispatch_markers();
        let found = parse_dispatch(&text, &markers, now);
        PastedOrder {
            name: found.name,
            phone: found.phone,
            address: found.address,
            township: found.township,
            appliance: found.appliance.or_else(|| appliance(&text, &markers)),
            brand: found.brand,
            model: found.model,
            symptom: found.fault,
            maker_order: found.maker_order,
            window: found.window,
        }
    }

    /// What can be said of a job as it stands: the maker's reply, messages, the proof.
    pub fn job_texts(&self, input: &AskTexts) -> Result<JobTexts, JobError> {
        let mut store = self.looking_at(input.job)?;
        let enrolment = Self::enrolment(&store)?;
        let facts = store.job_facts(input.job)?.ok_or(JobError::NotFound(input.job))?;
        let rules = store.rules().clone();
        let in_force = rules.at(self.nature.now_ms());
        let readings = reply::readings(&facts, &in_force);
        let about = |readings: &str| About {
            outlet: enrolment.outlet_name.clone(),
            technician: store.member(enrolment.member).map(|member| member.name).unwrap_or_default(),
            eta: input.eta.map(|at| calendar::clock(at.0)).unwrap_or_default(),
            readings: readings.to_owned(),
        };
        let (zh, en) = (about(&readings.zh), about(&readings.en));
        let fill = |body: &Text, reader: Reader| Text {
            zh: reply::text(&facts, &body.zh, reader, &zh),
            en: reply::text(&facts, &body.en, reader, &en),
        };
        let messages = MessageKind::ALL.iter().filter_map(|kind| {
            let body = in_force.message(*kind)?;
            Some(MessageText { message: *kind, text: fill(body, Reader::Customer) })
        });
        let messages = messages.collect();
        Ok(JobTexts {
            reply: in_force.reply(&brand_of(&facts)).map(|body| fill(body, Reader::Maker)),
            messages,
            proof: reply::proof(
                &facts,
                &Proof {
                    outlet: enrolment.outlet_name.clone(),
                    outlet_phone: in_force.outlet_number().to_owned(),
                    technician: zh.technician.clone(),
                    cost_fen: fees::totals(&facts, &Terms::default()).customer_fen,
                    warranty_days: None,
                },
            ),
        })
    }
}

fn brand_of(job: &Job) -> String {
    job.order.appliances.first().map(|appliance| job.field(appliance, SheetField::Brand)).unwrap_or_default()
}
