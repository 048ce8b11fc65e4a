//! The subject: opens a data folder as the app does and does one durable thing after the other, until something ends it.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use doorstep::actions::Actions;
use doorstep::actions::orders::OrderError;
use doorstep::actions::sheet::SheetError;
use doorstep::app::{Doorstep, OpenError};
use doorstep::nature::{Machine, Nature};
use doorstep::rules::MalformedSet;
use doorstep::store::StoreError;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    Found, Preferences, RecordReading, SheetField, TakeOrder, Tap, TapNode, UsePart, WriteField,
};
use doorstep_schemas::view::{Fen, JobKind, JobView, PhotoStage};
use doorstep_schemas::wire::{Cursor, RunHeld};
use jpeg_encoder::{ColorType, Encoder};
use tokio::runtime::Handle;

use super::colleague::Colleague;
use super::words::{Did, Heard, Line, Will, Written};
use crate::chance::Chance;
use crate::town::{Refused, Town};

/// Why the subject stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Rules(#[from] MalformedSet),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error("nobody listens")]
    Silence(#[from] io::Error),
    #[error("{0} deeds in a row were refused, the last by: {1}")]
    Stuck(u32, String),
}

/// Refusals in a row after which the disk, not the trade, must be the reason.
const STUCK: u32 = 40;
const FIELDS: [SheetField; 4] = [SheetField::Fault, SheetField::Action, SheetField::Serial, SheetField::Model];

/// Works on `folder` by this seed until the program is ended. The colleague's device lies in `beside`. `lax` takes the
/// syncing out of every commit: what a power cut does then is how the trial shows that it can see a loss.
pub fn run(folder: &Path, beside: &Path, seed: u64, lax: bool, runtime: &Handle) -> Result<(), SubjectError> {
    let town = super::town()?;
    let nature: Arc<dyn Nature> = Arc::new(Machine);
    let app = Doorstep::open(folder, nature.clone(), runtime)?;
    let actions = app.actions.clone();
    if lax {
        actions.shelf.store().sync_at_checkpoints_only()?;
    }
    let actor = actions.shelf.store().actor();
    say(&Line::Began { actor: actor.0 })?;
    if actions.shelf.store().enrolment()?.is_none() {
        app.set_preferences(&Preferences {
            language: None,
            shell: None,
            no_network: Some(true),
            wifi_only: None,
            photo_position: None,
        })?;
        town.found(&mut actions.shelf.store())?;
        say(&Line::Did(Did::Founded))?;
    }
    let plain = |input: &TakeOrder| input.kind == JobKind::Repair;
    let orders: Vec<TakeOrder> = town
        .orders(0..60, 4)
        .filter(|order| order.emergency.is_none() && plain(&order.input))
        .map(|order| order.input)
        .take(24)
        .collect();
    let chance = Chance::from_seed(seed);
    let colleague = Colleague::join(&town, beside, &orders[0], nature)?;
    let jobs = actions.shelf.store().listed_jobs()?;
    Subject { actions, town, orders, chance, colleague, jobs, seed, done: 0 }.work()
}

fn say(line: &Line) -> Result<(), io::Error> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    // One write, so that whoever listens has a line whole or not at all.
    let mut out = io::stdout().lock();
    out.write_all(&text)?;
    out.flush()
}

struct Subject {
    actions: Actions,
    town: Town,
    orders: Vec<TakeOrder>,
    chance: Chance,
    colleague: Colleague,
    jobs: Vec<JobId>,
    seed: u64,
    done: u32,
}

impl Subject {
    fn work(mut self) -> Result<(), SubjectError> {
        let mut refused = 0;
        loop {
            self.done += 1;
            match self.deed() {
                Ok(Some(did)) => {
                    refused = 0;
                    say(&Line::Did(did))?;
                }
                Ok(None) => {}
                Err(error) => {
                    refused += 1;
                    say(&Line::Refused(error.to_string()))?;
                    if refused >= STUCK {
                        return Err(SubjectError::Stuck(refused, error.to_string()));
                    }
                }
            }
        }
    }

    /// One deed; `None` when there was nothing to do it with.
    fn deed(&mut self) -> Result<Option<Did>, Refused> {
        let own: Option<JobView> = match self.jobs.len() {
            0 => None,
            many => {
                // The newest are worked on most.
                let back = self.chance.between(0, 6).min(self.chance.between(0, 6)) as usize;
                let view = self.actions.job(self.jobs[(many - 1).saturating_sub(back)]).map_err(SheetError::from)?;
                Some(view).filter(|view| view.may_write)
            }
        };
        let Some(view) = own else { return self.take() };
        let appliance = view.appliances[self.chance.between(0, 9) as usize % view.appliances.len()].id;
        match self.chance.between(0, 100) {
            0..8 => self.take(),
            8..40 => self.write(&view, appliance),
            40..50 => self.tap(&view),
            50..62 => self.measure(&view, appliance),
            62..70 => self.part(&view, appliance),
            70..80 => self.picture(&view, appliance),
            80..94 => self.hear(),
            _ => self.confirm(),
        }
    }

    fn will(will: Will) -> Result<(), Refused> {
        Ok(say(&Line::Will(will)).map_err(StoreError::from)?)
    }

    fn take(&mut self) -> Result<Option<Did>, Refused> {
        let mut input = self.orders[self.chance.between(0, 1_000) as usize % self.orders.len()].clone();
        input.assignees = vec![self.town.owner()];
        Self::will(Will::Take)?;
        let view = self.actions.take_order(&input)?;
        self.jobs.push(view.card.job);
        Ok(Some(Did::Taken { job: view.card.job, customer: input.customer.name, appliances: view.appliances.len() }))
    }

    fn write(&self, view: &JobView, appliance: ShortId) -> Result<Option<Did>, Refused> {
        let job = view.card.job;
        let field = FIELDS[self.chance.between(0, 4) as usize];
        let value = format!("{:x}-{}", self.seed, self.done);
        let written = Written { job, appliance, field: field.word().to_owned(), value: value.clone() };
        Self::will(Will::Write(written.clone()))?;
        self.actions.write_field(&WriteField { job, appliance, field, value })?;
        Ok(Some(Did::Written(written)))
    }

    fn tap(&self, view: &JobView) -> Result<Option<Did>, Refused> {
        let job = view.card.job;
        let (tap, node) = match (
            view.nodes.iter().any(|node| node.kind.word() == "departed" && node.at.is_some()),
            view.card.arrived_at,
        ) {
            (false, _) => (Tap::Depart, "departed"),
            (true, None) => (Tap::Arrive, "arrived"),
            (true, Some(_)) => return Ok(None),
        };
        Self::will(Will::Other)?;
        self.actions.tap_node(&TapNode { job, tap })?;
        Ok(Some(Did::Tapped { job, node: node.to_owned() }))
    }

    fn measure(&self, view: &JobView, appliance: ShortId) -> Result<Option<Did>, Refused> {
        let rows = view.appliances.iter().filter(|a| a.id == appliance).flat_map(|a| &a.readings);
        let rows: Vec<_> = rows.collect();
        if view.card.arrived_at.is_none() || rows.is_empty() {
            return Ok(None);
        }
        let code = rows[self.chance.between(0, 1_000) as usize % rows.len()].code.clone();
        Self::will(Will::Other)?;
        let after = self.actions.record_reading(&RecordReading {
            job: view.card.job,
            appliance,
            code: code.clone(),
            found: Found::NotMeasured { reason: "停电".to_owned() },
            unit: String::new(),
            method: String::new(),
            instrument: String::new(),
            calibrated: String::new(),
            rectified: String::new(),
            photo: None,
        })?;
        let rows = after.appliances.iter().filter(|a| a.id == appliance).flat_map(|a| &a.readings);
        let newest = rows.filter(|row| row.code == code).filter_map(|row| row.records.last()).next_back();
        Ok(newest.map(|record| Did::Measured { job: view.card.job, reading: record.id }))
    }

    fn part(&self, view: &JobView, appliance: ShortId) -> Result<Option<Did>, Refused> {
        let job = view.card.job;
        Self::will(Will::Other)?;
        let after = self.actions.use_part(&UsePart {
            job,
            appliance,
            code: String::new(),
            name: format!("密封圈 {}", self.done),
            quantity: 1,
            guide_fen: Fen(1_200),
        })?;
        let known = |id| view.parts.iter().any(|part| part.id == id);
        Ok(after.parts.iter().find(|part| !known(part.id)).map(|part| Did::Used { job, part: part.id }))
    }

    fn picture(&self, view: &JobView, appliance: ShortId) -> Result<Option<Did>, Refused> {
        let job = view.card.job;
        let mut pixels = vec![0; 64 * 64 * 3];
        self.chance.fill(&mut pixels);
        let mut file = Vec::new();
        Encoder::new(&mut file, 60).encode(&pixels, 64, 64, ColorType::Rgb)?;
        Self::will(Will::Other)?;
        let after = self.actions.add_photo(job, appliance, PhotoStage::During, &file)?;
        let known = |id| view.photos.iter().any(|photo| photo.id == id);
        let new = after.photos.iter().find(|photo| !known(photo.id));
        Ok(new.map(|photo| Did::Pictured { job, photo: photo.photo, thumb: photo.thumb }))
    }

    fn hear(&self) -> Result<Option<Did>, Refused> {
        let mut store = self.actions.shelf.store();
        let before = store.cursor()?.map_or(0, |cursor| cursor.seq);
        let written = self.colleague.next(format!("{:x}-{}", self.seed, self.done));
        let entries = self.colleague.work(&written, before, &self.chance).map_err(|error| match error {
            SubjectError::Store(error) => Refused::Store(error),
            SubjectError::Sheet(error) => Refused::Sheet(error),
            other => Refused::Store(StoreError::Io(io::Error::other(other))),
        })?;
        let seq = before + entries.len() as u64;
        let heard = Heard { cursor: seq, written };
        Self::will(Will::Hear(heard.clone()))?;
        let cursor = Cursor { epoch: [5; 8], seq, hash: [0; 8], part: 0 };
        store.absorb(&entries, Some(&cursor), self.actions.nature.now_ms())?;
        Ok(Some(Did::Heard(heard)))
    }

    /// The relay's word on one run.
    fn confirm(&self) -> Result<Option<Did>, Refused> {
        let mut store = self.actions.shelf.store();
        let runs = store.unsent_runs()?;
        let Some(run) = runs.first().cloned() else { return Ok(None) };
        let held = RunHeld { doc: run.doc, actor: run.actor, seq: u64::MAX, log_seq: 1 };
        Self::will(Will::Confirm)?;
        store.settle_runs(&runs, &[held])?;
        Ok(Some(Did::Confirmed { on_relay: store.counts()?.on_relay }))
    }
}
