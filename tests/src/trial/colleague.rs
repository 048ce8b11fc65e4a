//! A technician whose work reaches the subject in pieces. Their own device lies on a memory disk and ends with the
//! subject: only what the subject kept of it counts.

use std::path::Path;
use std::sync::Arc;

use doorstep::actions::{Actions, Shelf};
use doorstep::nature::Nature;
use doorstep::store::Store;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{SheetField, TakeOrder, WriteField};
use doorstep_schemas::wire::{Device, Entry, Piece, RoleKind, RunHeld, Status, kind};
use tokio::sync::broadcast;

use super::subject::SubjectError;
use super::words::Written;
use crate::chance::Chance;
use crate::town::Town;

pub struct Colleague {
    actions: Actions,
    vouched: Piece,
    job: JobId,
    appliance: ShortId,
}

impl Colleague {
    /// Enrols a new device and takes a walk-in's order with it.
    pub fn join(town: &Town, folder: &Path, input: &TakeOrder, nature: Arc<dyn Nature>) -> Result<Self, SubjectError> {
        let mut store = Store::open(folder, &[7; 32], town.rules.clone(), nature.as_ref())?;
        town.found(&mut store)?;
        let member = town.first(RoleKind::Technician);
        store.set_enrolment(&town.enrolment(member))?;
        let device = Device {
            device: store.device(),
            member,
            key: store.public_key(),
            name: "学徒手机".to_owned(),
            status: Status::Active,
        };
        let vouched = Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() };
        let actions = Actions { shelf: Shelf::new(store), nature, events: broadcast::channel(1).0 };
        let view = actions.take_walk_in(input)?;
        Ok(Self { actions, vouched, job: view.card.job, appliance: view.appliances[0].id })
    }

    /// What they will have written next.
    pub fn next(&self, value: String) -> Written {
        let field = SheetField::Cause.word().to_owned();
        Written { job: self.job, appliance: self.appliance, field, value }
    }

    /// Writes it after a few others, and hands over pieces that follow entry `seq`: shuffled, some of them twice.
    pub fn work(&self, written: &Written, seq: u64, chance: &Chance) -> Result<Vec<Entry>, SubjectError> {
        for n in 0..chance.between(0, 4) {
            self.write(SheetField::Fault, format!("{}-{n}", written.value))?;
        }
        self.write(SheetField::Cause, written.value.clone())?;
        let mut store = self.actions.shelf.store();
        let mut pieces: Vec<Piece> = store.outgoing(usize::MAX)?.pieces.into_iter().map(|out| out.piece).collect();
        if chance.happens(50) {
            // The relay has them; else they come once more with the next ones.
            let runs = store.unsent_runs()?;
            let all = runs.iter().map(|run| RunHeld {
                doc: run.doc.clone(),
                actor: run.actor,
                seq: u64::MAX,
                log_seq: seq + 1,
            });
            store.settle_runs(&runs, &all.collect::<Vec<_>>())?;
        }
        pieces.push(self.vouched.clone());
        if chance.happens(30) {
            pieces.extend(pieces.clone());
        }
        for place in (1..pieces.len()).rev() {
            pieces.swap(place, chance.between(0, u32::try_from(place + 1).unwrap_or(1)) as usize);
        }
        let at_ms = self.actions.nature.now_ms();
        let entry = |(seq, piece)| Entry { seq, hash: [0; 8], part: 0, at_ms, piece };
        Ok((seq + 1..).zip(pieces).map(entry).collect())
    }

    fn write(&self, field: SheetField, value: String) -> Result<(), SubjectError> {
        self.actions.write_field(&WriteField { job: self.job, appliance: self.appliance, field, value })?;
        Ok(())
    }
}
