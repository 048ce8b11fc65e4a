//! What a check of a claim pack finds, item by item.

use doorstep_schemas::ids::{DeviceId, DocId, ShortId};

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The relay's key.
    Relay,
    /// The maker's signature under `claim.json`.
    Seal,
    /// An entry of the archive.
    File(String),
    /// A document's changes, as they are in the file.
    Changes(DocId),
    /// What one start of one device wrote in a document: changes, chain and signature.
    Run(DocId, DeviceId),
    /// One statement of the relay, counted from 1.
    Receipt(usize),
    /// A beacon that the statement repeats.
    Beacon(usize),
    Photo(ShortId),
    Reading(ShortId),
    Damage(ShortId),
    History,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is as it must be.
    Sound,
    /// Nothing speaks against it, but the file doesn't prove it.
    Unproven(Gap),
    Broken(Fault),
}

/// What is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// The relay's key is the file's own word.
    KeyFromFile,
    /// No receipt says whose device this is.
    DeviceNotVouched,
    /// The picture's bytes are not in the file.
    PictureAbsent,
    /// A side of the time is open.
    TimeOpen,
    /// No receipt is in the file at all.
    NoReceipts,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The file names another relay's key than the one that was given.
    OtherRelay,
    SealForged,
    FileAbsent,
    FileAltered,
    FileNotListed,
    Unreadable,
    /// A change stands in the file more than once.
    ChangeTwice,
    /// A change is missing: in a run, before one that builds on it, or behind the last that its author signed.
    ChangeMissing,
    SignatureForged,
    SignatureAbsent,
    ReceiptForged,
    /// A receipt of another outlet or job.
    ReceiptForeign,
    /// The receipt speaks of other changes than those in the file.
    ReceiptDiffers,
    BeaconForged,
    /// The relay held more of the job when it was asked.
    LeftOut,
    PictureAltered,
    /// The changes hold no such fact, or another one.
    NotInTheChanges,
    /// The times are not those of the signatures and receipts.
    TimesDiffer,
    /// It would have been signed after it was handed over.
    TimesImpossible,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub item: Item,
    pub verdict: Verdict,
}

/// All that was found, one word an item: the worst.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn sound(&mut self, item: Item) {
        self.note(item, Verdict::Sound);
    }

    pub fn gap(&mut self, item: Item, gap: Gap) {
        self.note(item, Verdict::Unproven(gap));
    }

    pub fn fault(&mut self, item: Item, fault: Fault) {
        self.note(item, Verdict::Broken(fault));
    }

    /// Notes a word on an item; one that is known keeps the worse of both.
    pub fn note(&mut self, item: Item, verdict: Verdict) {
        match self.0.iter_mut().find(|known| known.item == item) {
            Some(known) => known.verdict = rank(known.verdict, verdict),
            None => self.0.push(Finding { item, verdict }),
        }
    }

    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    pub fn of(&self, item: &Item) -> Option<Verdict> {
        self.0.iter().find(|finding| finding.item == *item).map(|finding| finding.verdict)
    }

    /// Whether nothing is broken.
    pub fn hold(&self) -> bool {
        !self.0.iter().any(|finding| matches!(finding.verdict, Verdict::Broken(_)))
    }

    pub fn faults(&self) -> Vec<Fault> {
        let fault = |finding: &Finding| match finding.verdict {
            Verdict::Broken(fault) => Some(fault),
            Verdict::Sound | Verdict::Unproven(_) => None,
        };
        self.0.iter().filter_map(fault).collect()
    }
}

/// The first fault of an item is the one that is told: those behind it follow from it.
fn rank(known: Verdict, new: Verdict) -> Verdict {
    match (known, new) {
        (Verdict::Broken(_), _) | (Verdict::Unproven(_), Verdict::Sound | Verdict::Unproven(_)) => known,
        _ => new,
    }
}
