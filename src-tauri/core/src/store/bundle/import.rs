//! Taking a bundle in: frame by frame, each judged and kept by itself, as often as anybody likes.

use std::path::Path;

use doorstep_schemas::blob::MAX_BLOB;
use doorstep_schemas::bundle::{BlobPart, BundleItem, CarriedPiece, Label, what};
use doorstep_schemas::ids::{BlobHash, DeviceId, DocId, JobId, MemberId, PublicKey};
use doorstep_schemas::wire::{Access, Piece, Segment, kind};
use rusqlite::{OptionalExtension, params};

use super::file::{BundleReader, NextFrame};
use super::seal::Opener;
use super::{BundleError, Lent};
use crate::nature::Nature;
use crate::rules::MOST_BYTES;
use crate::store::absorb::Taken as From;
use crate::store::{Absorbed, Store, StoreError, exports, settings};
use crate::tasks::{Step, Watcher};

/// What came of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub label: Label,
    pub photos: u32,
    pub sets: u32,
    /// Frames that are sealed to others.
    pub closed: u32,
    pub damaged: u32,
    /// The file ends where its writer ended it.
    pub whole: bool,
}

/// Takes in what of a bundle this device may have, or what a repair of this folder wrote before it began. What was taken when it is cancelled, or when a part is damaged,
/// stays, and is added to `absorbed`; the same bundle again brings the rest and nothing twice.
pub fn import(
    lent: &mut impl Lent,
    path: &Path,
    nature: &dyn Nature,
    watcher: &mut dyn Watcher,
    absorbed: &mut Absorbed,
) -> Result<Taken, BundleError> {
    if let Some(made_ms) = exports::made_ms(path) {
        return lent.with(|store| take_export(store, path, made_ms, nature, absorbed));
    }
    let mut sender = None;
    let (outlet, opener) = lent.with(|store| -> Result<_, StoreError> {
        let enrolment = settings::enrolment(&store.db)?.ok_or(StoreError::NotEnrolled)?;
        Ok((enrolment.outlet, Opener::of_device(&store.signer)))
    })?;
    let (mut reader, label) = BundleReader::open(path, outlet, &opener, |label| {
        let found = lent.with(|store| store.bundle_sender(label.device))?;
        sender = Some(found);
        Ok(found.key)
    })?;
    let sender = sender.ok_or(BundleError::Damaged)?;
    let mut taken = Taken { label, photos: 0, sets: 0, closed: 0, damaged: 0, whole: false };
    let mut blob = Growing::default();
    let mut done = 0;
    loop {
        match reader.next_frame()? {
            NextFrame::Items(items) => take_items(lent, items, sender, &mut blob, &mut taken, absorbed, nature)?,
            NextFrame::Closed => taken.closed += 1,
            NextFrame::Damaged => taken.damaged += 1,
            NextFrame::Cut => return Ok(taken),
            NextFrame::End => {
                taken.whole = true;
                return Ok(taken);
            }
        }
        done += 1;
        watcher.step(Step { done, of: None, bytes: reader.bytes() })?;
    }
}

/// What a repair wrote was sealed under this folder's key: whoever can open it wrote it.
fn take_export(
    store: &mut Store,
    path: &Path,
    made_ms: i64,
    nature: &dyn Nature,
    absorbed: &mut Absorbed,
) -> Result<Taken, BundleError> {
    let outlet = settings::enrolment(&store.db)?.ok_or(StoreError::NotEnrolled)?.outlet;
    absorbed.and(store.take_export(path, nature.now_ms()).map_err(|error| match error {
        StoreError::Cipher => BundleError::NotForThisDevice,
        other => other.into(),
    })?);
    let label = Label {
        outlet,
        device: store.device(),
        made_ms,
        what: what::UNSENT,
        from_ms: None,
        to_ms: None,
        jobs: absorbed.jobs.len() as u64,
        changes: absorbed.received.into(),
        photos: 0,
        photo_bytes: 0,
    };
    Ok(Taken { label, photos: 0, sets: 0, closed: 0, damaged: 0, whole: true })
}

/// The device that wrote a bundle, by this device's own knowledge.
#[derive(Debug, Clone, Copy)]
struct Sender {
    key: PublicKey,
    /// An owner's device is believed what it says of people, devices and grants that are not known here.
    owner: bool,
}

fn take_items(
    lent: &mut impl Lent,
    items: Vec<BundleItem>,
    sender: Sender,
    blob: &mut Growing,
    taken: &mut Taken,
    absorbed: &mut Absorbed,
    nature: &dyn Nature,
) -> Result<(), BundleError> {
    let mut pieces = Vec::new();
    for item in items {
        match item {
            BundleItem { piece: Some(piece), .. } => pieces.push(piece),
            BundleItem { blob: Some(part), .. } => take_part(lent, &part, blob, taken, absorbed, nature)?,
            _ => {}
        }
    }
    if !pieces.is_empty() {
        absorbed.and(lent.with(|store| store.absorb_bundled(&pieces, sender, nature.now_ms()))?);
    }
    Ok(())
}

/// A photo or rule set whose stretches are coming.
#[derive(Default)]
struct Growing {
    hash: Option<BlobHash>,
    bytes: Vec<u8>,
}

fn take_part(
    lent: &mut impl Lent,
    part: &BlobPart,
    growing: &mut Growing,
    taken: &mut Taken,
    absorbed: &mut Absorbed,
    nature: &dyn Nature,
) -> Result<(), BundleError> {
    let photo = part.doc.job().is_some();
    if part.offset == 0 {
        *growing = Growing::default();
        let expected =
            lent.with(|store| if photo { store.lacks_photo(&part.hash) } else { store.lacks_set(&part.hash) })?;
        let most = if photo { MAX_BLOB } else { MOST_BYTES as u64 };
        growing.hash = (expected && part.length <= most).then_some(part.hash);
    }
    let fits = growing.bytes.len() as u64 == part.offset && part.offset + part.bytes.len() as u64 <= part.length;
    if growing.hash != Some(part.hash) || !fits {
        // Nothing here names it, or a stretch of it was damaged.
        growing.hash = None;
        return Ok(());
    }
    growing.bytes.extend_from_slice(&part.bytes);
    if (growing.bytes.len() as u64) < part.length {
        return Ok(());
    }
    let bytes = std::mem::take(&mut growing.bytes);
    growing.hash = None;
    if BlobHash::of(&bytes) != part.hash {
        return Ok(());
    }
    if photo {
        let files = lent.with(|store| store.photo_files());
        files.write(&part.hash, &bytes, nature)?;
        lent.with(|store| store.note_photo_brought(&part.hash))?;
        taken.photos += 1;
        absorbed.jobs.extend(part.doc.job());
    } else {
        absorbed.jobs.append(&mut lent.with(|store| store.keep_set(&part.hash, &bytes, nature.now_ms()))?);
        absorbed.rules = true;
        taken.sets += 1;
    }
    Ok(())
}

impl Store {
    fn bundle_sender(&self, device: DeviceId) -> Result<Sender, BundleError> {
        let own = device == self.device();
        let mut query = self.db.prepare_cached("SELECT key, member, lost FROM device WHERE device = ?1")?;
        let row = query
            .query_row([device.0], |row| Ok((PublicKey(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))
            .optional()?;
        let Some((key, member, lost)) = row else {
            // Before its first exchange a device does not know itself.
            let own = own.then(|| Sender { key: self.public_key(), owner: false });
            return own.ok_or(BundleError::SenderUnknown(device));
        };
        let member: MemberId = member.parse().map_err(|_not_an_id| StoreError::Row("device"))?;
        if lost || !self.member(member)?.active {
            return Err(BundleError::SenderRefused(device));
        }
        Ok(Sender { key, owner: self.is_owner(member)? })
    }

    /// Pieces of one frame, in one transaction.
    fn absorb_bundled(
        &mut self,
        carried: &[CarriedPiece],
        sender: Sender,
        now_ms: i64,
    ) -> Result<Absorbed, StoreError> {
        let mut pieces = Vec::new();
        for CarriedPiece { piece, at_ms, log_seq } in carried {
            if !self.may_take(piece, sender)? {
                continue;
            }
            let own = matches!(&piece.segment, Some(Segment { actor, .. }) if actor.device() == self.device());
            // Only the relay itself confirms own work. That it holds others', an owner may say: who is told so wrongly
            // does not carry it.
            // How new its words on people, devices and grants are, only the log itself says.
            let log_seq = log_seq.filter(|_| sender.owner && !own && piece.kind == kind::SEGMENT);
            pieces.push((piece, From { at_ms: *at_ms, log_seq, ..From::default() }));
        }
        self.absorb_pieces(&pieces, None, now_ms)
    }

    /// Whether this device may have a piece. The relay's word is never replaced by a bundle's.
    fn may_take(&self, piece: &Piece, sender: Sender) -> Result<bool, StoreError> {
        let me = settings::enrolment(&self.db)?.ok_or(StoreError::NotEnrolled)?.member;
        let owner = self.is_owner(me)?;
        match piece {
            Piece { kind: kind::SEGMENT, doc: Some(doc), .. } if !owner => self.may_hold(doc, me),
            Piece { kind: kind::SEGMENT, .. } => Ok(true),
            Piece { kind: kind::ROLE, role: Some(role), .. } => {
                let sql = "SELECT EXISTS (SELECT 1 FROM member WHERE member = ?1)";
                let known: bool = self.db.query_row(sql, [role.member.as_str()], |row| row.get(0))?;
                Ok(sender.owner && !known)
            }
            Piece { kind: kind::DEVICE, device: Some(device), .. } => {
                Ok(sender.owner && self.device_key(device.device)?.is_none())
            }
            // An owner's own difference to the log's grants must stay visible, or it would never be said to the relay.
            Piece { kind: kind::GRANT, grant: Some(grant), .. } => {
                Ok(sender.owner && !owner && grant.member == me && self.granted(grant.job, me)?.is_none())
            }
            _ => Ok(false),
        }
    }

    /// Whether somebody who is not an owner may hold a document. A job that was taken from them doesn't come back by file.
    fn may_hold(&self, doc: &DocId, me: MemberId) -> Result<bool, StoreError> {
        Ok(match doc {
            DocId::Roster | DocId::Catalogue => true,
            DocId::Request(member) | DocId::Stock(member) => *member == me,
            DocId::Desk(_) => false,
            DocId::Order(job) | DocId::Sheet(job) => self.granted(*job, me)? != Some(Access::None),
        })
    }

    /// The log's word on a member and a job; `None` when it has none.
    fn granted(&self, job: JobId, member: MemberId) -> Result<Option<Access>, StoreError> {
        let sql = "SELECT 1 FROM granted WHERE job = ?1 AND member = ?2";
        let named = self.db.query_row(sql, params![job.to_string(), member.as_str()], |_| Ok(())).optional()?;
        named.map(|()| self.access(job, member)).transpose()
    }

    /// Whether a sheet here names a photo whose bytes are missing.
    fn lacks_photo(&self, hash: &BlobHash) -> Result<bool, StoreError> {
        Ok(self.photo_standing(hash)?.is_some_and(|standing| !standing.here))
    }

    /// Whether a paper here names a rule set whose bytes are missing.
    fn lacks_set(&self, hash: &BlobHash) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM rule_set WHERE hash = ?1 AND bytes IS NULL)";
        Ok(self.db.query_row(sql, [hash.0], |row| row.get(0))?)
    }
}

impl Absorbed {
    /// This and what came after it.
    fn and(&mut self, mut later: Self) {
        self.adopted += later.adopted;
        self.received += later.received;
        self.jobs.append(&mut later.jobs);
        self.team |= later.team;
        self.rules |= later.rules;
        self.papers |= later.papers;
        self.grants_due |= later.grants_due;
    }
}
