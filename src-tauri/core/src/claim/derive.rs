//! The facts of a claim, read from the proven changes (R30). The maker of a file and whoever checks it call the same.

use std::panic::{AssertUnwindSafe, catch_unwind};

use doorstep_schemas::claim_pack::{ClaimedDamage, ClaimedDeed, ClaimedPhoto, ClaimedReading, ClaimedShare, Origin};
use doorstep_schemas::ids::{ChangeHash, ShortId};
use doorstep_schemas::input::Found;
use doorstep_schemas::view::Thousandths;

use super::proof::Proof;
use crate::documents::history::{self, Deed};
use crate::documents::origins::{Origins, origins};
use crate::documents::{order, sheet};
use crate::domain::facts::{ClaimShare, Damage, Job, Noted, Order, Photo, Reading, Sheet};
use crate::domain::pictures;
use crate::domain::record::Record;

/// Everything that a file may say of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// All of the job; a file names those that were chosen.
    pub photos: Vec<ClaimedPhoto>,
    pub damages: Vec<ClaimedDamage>,
    pub readings: Vec<ClaimedReading>,
    pub history: Vec<ClaimedDeed>,
    /// What the history's lines are told from, in its order.
    pub deeds: Vec<Deed>,
}

/// Reads the facts of a claim (R30). `None` where the changes make no sheet, or one that no reader survives.
pub fn facts(proof: &mut Proof) -> Option<Facts> {
    catch_unwind(AssertUnwindSafe(|| read(proof))).ok().flatten()
}

fn read(proof: &mut Proof) -> Option<Facts> {
    let mut paper = proof.sheet.take()?;
    let sheet = paper.read(sheet::read);
    let wrote = origins(&mut paper);
    let mut deeds = history::deeds(&mut paper);
    let order = match &mut proof.order {
        Some(paper) => {
            deeds.extend(history::deeds(paper));
            paper.read(order::read)
        }
        None => paper.read(order::read_walk_in),
    };
    proof.sheet = Some(paper);
    let reader = Reader { proof, wrote };
    Some(reader.facts(order, &sheet, history::together(deeds)))
}

struct Reader<'a> {
    proof: &'a Proof,
    wrote: Origins,
}

impl Reader<'_> {
    fn facts(&self, order: Option<Order>, sheet: &Sheet, deeds: Vec<Deed>) -> Facts {
        let job = order.map(|order| Job { order, sheet: sheet.clone() });
        let caption = |photo: &Photo| match &job {
            Some(job) => pictures::caption(job, photo).to_owned(),
            None => photo.caption.clone(),
        };
        Facts {
            photos: sheet.photos.iter().map(|photo| self.photo(photo, caption(photo))).collect(),
            damages: sheet.damages.iter().map(|damage| self.damage(damage, &sheet.claim_shares)).collect(),
            readings: sheet.readings.iter().map(|reading| self.reading(reading)).collect(),
            history: deeds.iter().map(|deed| self.deed(deed)).collect(),
            deeds,
        }
    }

    fn origin(&self, container: &str, id: ShortId, noted: Noted) -> Origin {
        let place = (container.to_owned(), id.to_string());
        let changes: Vec<ChangeHash> = self.wrote.get(&place).cloned().unwrap_or_default();
        let bracket = self.proof.bracket(&changes);
        Origin { by: noted.by, phone_said_ms: noted.at_ms, changes, bracket }
    }

    fn photo(&self, photo: &Photo, caption: String) -> ClaimedPhoto {
        ClaimedPhoto {
            id: photo.id,
            file: None,
            sha256: photo.photo,
            width: photo.width,
            height: photo.height,
            stage: photo.stage.text().to_owned(),
            caption,
            camera_said_ms: photo.taken.map(|at| at.0),
            at_relay_ms: self.proof.at_relay(&photo.photo),
            origin: self.origin(Photo::CONTAINER, photo.id, photo.noted),
        }
    }

    fn damage(&self, damage: &Damage, shares: &[ClaimShare]) -> ClaimedDamage {
        let shares = shares.iter().filter(|share| share.damage == damage.id).map(|share| ClaimedShare {
            id: share.id,
            party: share.party.text().to_owned(),
            amount_fen: share.fen,
            state: share.state.text().to_owned(),
            note: share.note.clone(),
            origin: self.origin(ClaimShare::CONTAINER, share.id, share.noted),
        });
        ClaimedDamage {
            id: damage.id,
            what: damage.what.clone(),
            text: damage.text.clone(),
            photos: damage.photos.clone(),
            asked_fen: damage.asked_fen,
            shares: shares.collect(),
            origin: self.origin(Damage::CONTAINER, damage.id, damage.noted),
        }
    }

    fn reading(&self, reading: &Reading) -> ClaimedReading {
        let (state, value) = match &reading.found {
            Found::Number { thousandths } => ("num", number(*thousandths)),
            Found::Choice { option } => ("opt", option.clone()),
            Found::NotApplicable { reason } => ("na", reason.clone()),
            Found::NotMeasured { reason } => ("nm", reason.clone()),
        };
        ClaimedReading {
            id: reading.id,
            appliance: reading.appliance,
            code: reading.code.clone(),
            state: state.to_owned(),
            value,
            unit: reading.unit.clone(),
            method: reading.method.clone(),
            instrument: reading.instrument.clone(),
            rectified: reading.rectified.clone(),
            limits: reading.limits.iter().map(|byte| format!("{byte:02x}")).collect(),
            origin: self.origin(Reading::CONTAINER, reading.id, reading.noted),
        }
    }

    fn deed(&self, deed: &Deed) -> ClaimedDeed {
        let changes: Vec<ChangeHash> = deed.changes.iter().map(|(_, hash)| *hash).collect();
        let bracket = self.proof.bracket(&changes);
        let (action, device) = (deed.code.clone(), deed.actor.device());
        ClaimedDeed { action, device, phone_said_ms: deed.at_ms, changes, bracket }
    }
}

/// 12,600 thousandths are "12.6".
fn number(Thousandths(value): Thousandths) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 1000, value.unsigned_abs() % 1000);
    let rest = format!("{rest:03}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}
