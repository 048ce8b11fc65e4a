//! A job's documents as the devices of its people would have made them: the same facts as when it is played on a core,
//! signed, in the pieces that a relay hands out.
//!
//! Years of an outlet's work can't be played through the actions in minutes: each action saves, judges and shows a whole
//! job. Here every step is one change and nothing else. What a device adds of its own is in it: its clock's error, the
//! beacon it knew, the heads under a signature, names of pictures that nothing can compress.

mod desk;
mod message;
mod page;

use std::collections::BTreeMap;

use doorstep::documents::layout::WriteError;
use doorstep::documents::paper::PaperError;
use doorstep_schemas::ids::{BlobHash, JobId, MemberId, OutletId};
use doorstep_schemas::segment::SegmentError;
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Device, Piece, Status, kind};
use ed25519_dalek::SigningKey;

use super::course::Course;
use super::orders::Ordered;
use super::{DAY_MS, FIRST_DAY_MS, Town, stream};
use crate::chance::Chance;
use desk::Desk;
use page::Pen;

/// What could not be written: the town and the documents no longer fit each other.
#[derive(Debug, thiserror::Error)]
pub enum WrittenError {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Paper(#[from] PaperError),
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error("member {0} is not one of the town's")]
    Stranger(MemberId),
}

/// What a log holds of one job.
#[derive(Debug, Clone)]
pub struct Written {
    pub job: JobId,
    /// In the order of the log, with the moment of each in milliseconds since 1970.
    pub pieces: Vec<(i64, Piece)>,
    pub changes: usize,
    /// Names of its pictures and of their thumbnails.
    pub pictures: Vec<BlobHash>,
}

/// One device a member, with its key.
pub struct Pens<'a> {
    town: &'a Town,
    outlet: OutletId,
    keys: BTreeMap<MemberId, (u64, SigningKey)>,
}

impl<'a> Pens<'a> {
    pub fn new(town: &'a Town) -> Self {
        let key = |n: u64| (n, SigningKey::from_bytes(&Chance::of(town.seed, stream::DEVICE, n).bytes()));
        let keys = town.members.iter().zip(0..).map(|(member, n)| (member.id, key(n))).collect();
        Self { town, outlet: town.enrolment(town.owner()).outlet, keys }
    }

    /// The relay's word on each device.
    pub fn devices(&self) -> Vec<Piece> {
        let device = |(member, (_, key)): (&MemberId, &(u64, SigningKey))| {
            let (key, device) = identity(key);
            Device { device, member: *member, key, name: format!("手机 {member}"), status: Status::Active }
        };
        let piece = |device| Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() };
        self.keys.iter().map(device).map(piece).collect()
    }

    /// Writes an order and what came of it.
    pub fn write(&self, ordered: &Ordered, course: &Course) -> Result<Written, WrittenError> {
        let mut desk = Desk::open(self, ordered)?;
        desk.take()?;
        for step in &course.steps {
            desk.step(step)?;
        }
        desk.close()
    }

    /// The member's device as it was started on that day.
    fn pen(&self, member: MemberId, at_ms: i64) -> Result<Pen<'_>, WrittenError> {
        let (n, key) = self.keys.get(&member).ok_or(WrittenError::Stranger(member))?;
        let day = u64::try_from((at_ms - FIRST_DAY_MS) / DAY_MS).unwrap_or(0);
        Ok(Pen::new(self.outlet, key, &Chance::of(self.town.seed, stream::START, day << 8 | n)))
    }
}
