//! What must be found in a folder by all that was said about it, and what may be found because it was under way.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{Actor, BlobHash, JobId, ShortId};
use doorstep_tests::trial::words::{Did, Heard, Line, Will, Written};

/// A field of a sheet.
pub type Place = (JobId, ShortId, String);

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Account {
    pub founded: bool,
    /// Every start's.
    pub actors: BTreeSet<[u8; 16]>,
    /// Customer and number of appliances of each order taken.
    pub jobs: BTreeMap<JobId, (String, usize)>,
    /// Orders whose taking was not acknowledged.
    pub open_takings: usize,
    /// Values that a field may have; more than one while a write was not acknowledged.
    pub fields: BTreeMap<Place, Vec<Option<String>>>,
    pub nodes: BTreeSet<(JobId, String)>,
    pub readings: BTreeSet<(JobId, ShortId)>,
    pub parts: BTreeSet<(JobId, ShortId)>,
    pub photos: BTreeSet<(JobId, BlobHash)>,
    pub cursor: u64,
    pub hearing: Vec<Heard>,
    pub on_relay: u32,
    pub confirming: bool,
    pub acknowledged: u32,
}

impl Account {
    pub fn note(&mut self, lines: &[Line]) {
        for line in lines {
            match line {
                Line::Began { actor } => {
                    assert!(self.actors.insert(*actor), "an actor came twice: {}", Actor(*actor));
                }
                Line::Will(will) => self.will(will),
                Line::Did(did) => {
                    self.acknowledged += 1;
                    self.did(did);
                }
                Line::Refused(_) => {}
            }
        }
    }

    fn will(&mut self, will: &Will) {
        match will {
            Will::Take => self.open_takings += 1,
            Will::Write(written) => self.may_hold(written),
            Will::Hear(heard) => {
                self.may_hold(&heard.written);
                self.hearing.push(heard.clone());
            }
            Will::Confirm => self.confirming = true,
            Will::Other => {}
        }
    }

    fn may_hold(&mut self, written: &Written) {
        self.fields.entry(place(written)).or_insert_with(|| vec![None]).push(Some(written.value.clone()));
    }

    fn did(&mut self, did: &Did) {
        match did.clone() {
            Did::Founded => self.founded = true,
            Did::Taken { job, customer, appliances } => {
                self.open_takings -= 1;
                self.jobs.insert(job, (customer, appliances));
            }
            Did::Written(written) => self.holds(&written),
            Did::Tapped { job, node } => {
                self.nodes.insert((job, node));
            }
            Did::Measured { job, reading } => {
                self.readings.insert((job, reading));
            }
            Did::Used { job, part } => {
                self.parts.insert((job, part));
            }
            Did::Pictured { job, photo, thumb } => self.photos.extend([(job, photo), (job, thumb)]),
            Did::Heard(heard) => self.heard(&heard),
            Did::Confirmed { on_relay } => {
                (self.on_relay, self.confirming) = (on_relay, false);
            }
        }
    }

    fn holds(&mut self, written: &Written) {
        self.fields.insert(place(written), vec![Some(written.value.clone())]);
    }

    /// A colleague's batch is in: by the subject's word, or because the cursor says so.
    pub fn heard(&mut self, heard: &Heard) {
        self.cursor = heard.cursor;
        self.hearing.clear();
        self.holds(&heard.written);
    }

    /// Nothing is under way any more: what was found is what holds from now on.
    pub fn settle(&mut self, found: &BTreeMap<Place, Option<String>>, on_relay: u32) {
        for (place, values) in &mut self.fields {
            *values = vec![found.get(place).cloned().flatten()];
        }
        (self.open_takings, self.confirming, self.on_relay) = (0, false, on_relay);
        self.hearing.clear();
    }
}

pub fn place(written: &Written) -> Place {
    (written.job, written.appliance, written.field.clone())
}
