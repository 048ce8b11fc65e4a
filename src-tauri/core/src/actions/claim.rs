//! 理赔包: a job's chosen photos, readings and history as one file that a third party checks offline (R30).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::claim_pack::{
    ClaimPack, ClaimedDamage, ClaimedPhoto, FORMAT, MANIFEST, MAX_FILE, MOST_PHOTOS, ORDER, PackedFile, RECEIPTS, SEAL,
    SHEET, SIGNATURES, SignedRun,
};
use doorstep_schemas::ids::{BlobHash, ChangeHash, DocId, JobId, ShortId};
use doorstep_schemas::input::MakeClaimPack;
use doorstep_schemas::receipt::{Receipt, RunAsked};
use doorstep_schemas::view::{ClaimPackMade, Language, Text};

use super::history::{Known, papers};
use super::{Actions, JobError};
use crate::claim::archive::Writer;
use crate::claim::derive::{self, Facts};
use crate::claim::finding::{Fault, Findings};
use crate::claim::pages::{self, Named};
use crate::claim::proof::{Parts, Proof};
use crate::domain::facts::Photo;
use crate::reports;
use crate::reports::history::Names;
use crate::store::evidence::Evidence;
use crate::store::{Enrolment, Store, StoreError, files};
use crate::tasks::{Cancelled, Step, Watcher};

/// Why no claim pack was made. Nothing of a file stays.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("this job has no such photo or damage")]
    NotFound,
    #[error("no photo was chosen, or more than {MOST_PHOTOS}")]
    Choice,
    #[error("the file would be larger than {MAX_FILE} bytes")]
    TooLarge,
    /// What is here of the job would not stand up to a check: as a rule the relay holds more of it.
    #[error("the file would not stand up to a check: {0:?}")]
    NotWhole(Vec<Fault>),
    #[error("the file can't be written")]
    File(#[from] io::Error),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for ClaimError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// All that proves a job, as it is here.
struct Here {
    enrolment: Enrolment,
    order: Vec<u8>,
    sheet: Vec<u8>,
    signed: Vec<SignedRun>,
}

impl Actions {
    /// A name for a claim pack that is made now.
    pub fn claim_name(&self, job: JobId) -> String {
        let number = job.to_string();
        let end = &number[number.len().saturating_sub(8)..];
        format!("claim-{end}-{}.zip", self.nature.now_ms().div_euclid(1000))
    }

    /// What the relay is asked for receipts of: every run of a job, and the chosen pictures.
    pub fn claim_asks(&self, input: &MakeClaimPack) -> Result<(Vec<RunAsked>, Vec<BlobHash>), ClaimError> {
        let mut store = self.looking_at(input.job)?;
        let photos = chosen(&mut store, input)?.iter().map(|photo| photo.photo).collect();
        let mut runs = Vec::new();
        for doc in papers(input.job) {
            let signed = store.evidence(&doc)?.signed.into_iter();
            runs.extend(signed.map(|run| RunAsked {
                doc: run.doc,
                actor: run.actor,
                up_to: run.signature.seq,
                after: 0,
            }));
        }
        Ok((runs, photos))
    }

    /// Writes a claim pack to `path`, whole or not at all (R30). Before anything is written, what it would say stands up to the
    /// check that others will make.
    pub fn make_claim_pack(
        &self,
        input: &MakeClaimPack,
        receipts: &[Receipt],
        path: &Path,
        watcher: &mut dyn Watcher,
    ) -> Result<ClaimPackMade, ClaimError> {
        let (here, photos) = {
            let mut store = self.looking_at(input.job)?;
            (gather(&store, input.job)?, chosen(&mut store, input)?)
        };
        let parts = Parts {
            outlet: here.enrolment.outlet,
            job: input.job,
            relay: here.enrolment.relay_key,
            order: &here.order,
            sheet: &here.sheet,
            signed: &here.signed,
            receipts,
        };
        let mut found = Findings::default();
        let mut proof = Proof::of(&parts, &mut found);
        let facts = derive::facts(&mut proof);
        let Some(facts) = facts.filter(|_| found.hold()) else {
            let faults = found.faults();
            tracing::warn!(job = %input.job, ?faults, "a claim pack would not stand up to a check");
            return Err(ClaimError::NotWhole(faults));
        };
        let partial = files::beside(path, ".part");
        let written = self.write_claim(input, &here, receipts, &photos, facts, &partial, watcher);
        let placed = written.and_then(|made| {
            std::fs::rename(&partial, path)?;
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                // Some sticks and shared folders can't be synced as folders; the file itself is.
                let _ = files::sync_folder(folder);
            }
            Ok(made)
        });
        if placed.is_err() {
            // What was begun is no file for anybody; when even this fails, the next one takes its place.
            let _ = files::remove(&partial);
        }
        let shown = path.display().to_string();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        placed.map(|made| ClaimPackMade { name, path: shown, ..made })
    }

    #[expect(clippy::too_many_arguments, reason = "everything that goes into the one file")]
    fn write_claim(
        &self,
        input: &MakeClaimPack,
        here: &Here,
        receipts: &[Receipt],
        photos: &[Photo],
        facts: Facts,
        partial: &Path,
        watcher: &mut dyn Watcher,
    ) -> Result<ClaimPackMade, ClaimError> {
        let mut zip = Zip { writer: Writer::new(BufWriter::new(File::create(partial)?)), files: Vec::new() };
        let mut claimed = self.put_photos(photos, &facts, &mut zip, watcher)?;
        claimed.sort_by_key(|photo| photos.iter().position(|chosen| chosen.id == photo.id));
        let (named, signer) = {
            let store = self.shelf.store();
            (self.named(&store, &facts)?, store.device())
        };
        let pack = ClaimPack {
            format: FORMAT,
            outlet: here.enrolment.outlet,
            outlet_name: here.enrolment.outlet_name.clone(),
            job: input.job,
            relay_key: here.enrolment.relay_key,
            made_by: signer,
            phone_said_ms: self.nature.now_ms(),
            photos: claimed,
            damage: about(facts.damages, photos, input.damage),
            readings: facts.readings,
            history: facts.history,
            files: Vec::new(),
        };
        zip.put(ORDER, &here.order)?;
        zip.put(SHEET, &here.sheet)?;
        zip.put(SIGNATURES, &cbor(&here.signed))?;
        zip.put(RECEIPTS, &cbor(receipts))?;
        for (language, end) in [(Language::Zh, "zh"), (Language::En, "en")] {
            zip.put(&format!("text/readings-{end}.txt"), pages::readings(&pack, &named, language).as_bytes())?;
            zip.put(&format!("text/history-{end}.txt"), pages::history(&pack, &named, language).as_bytes())?;
        }
        zip.put("index.html", pages::page(&pack, &named).as_bytes())?;
        let pack = ClaimPack { files: std::mem::take(&mut zip.files), ..pack };
        let manifest = serde_json::to_vec_pretty(&pack).map_err(io::Error::other)?;
        let seal = self.shelf.store().seal_claim(&manifest);
        zip.put(MANIFEST, &manifest)?;
        zip.put(SEAL, &serde_json::to_vec(&seal).map_err(io::Error::other)?)?;
        let bytes = zip.finish()?;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let unproven = |photo: &&ClaimedPhoto| photo.origin.bracket.not_after_ms.is_none();
        Ok(ClaimPackMade {
            name: String::new(),
            path: String::new(),
            kilobytes: u32::try_from(bytes.div_ceil(1000)).unwrap_or(u32::MAX),
            photos: small(pack.photos.iter().filter(|photo| photo.file.is_some()).count()),
            photos_missing: small(pack.photos.iter().filter(|photo| photo.file.is_none()).count()),
            unproven: small(pack.photos.iter().filter(unproven).count()),
        })
    }

    fn put_photos(
        &self,
        photos: &[Photo],
        facts: &Facts,
        zip: &mut Zip,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<ClaimedPhoto>, ClaimError> {
        let of = Some(photos.len() as u64);
        let mut out = Vec::new();
        for (done, photo) in (0..).zip(photos) {
            watcher.step(Step { done, of, bytes: zip.writer.bytes() })?;
            let fact = facts.photos.iter().find(|fact| fact.id == photo.id).ok_or(ClaimError::NotFound)?;
            // A file that is damaged is as good as none: the pack names the picture and lacks it.
            let bytes = self.photo_bytes(&photo.photo).ok().filter(|bytes| BlobHash::of(bytes) == photo.photo);
            let file = match bytes {
                Some(bytes) => {
                    let name = format!("photos/{:02}-{}.jpg", done + 1, plain(&fact.stage));
                    zip.put(&name, &bytes)?;
                    Some(name)
                }
                None => None,
            };
            out.push(ClaimedPhoto { file, ..fact.clone() });
        }
        watcher.step(Step { done: photos.len() as u64, of, bytes: zip.writer.bytes() })?;
        Ok(out)
    }

    /// Names that stand on other devices' papers, for people who read the file.
    fn named(&self, store: &Store, facts: &Facts) -> Result<Named, StoreError> {
        let known = Known::of(store, self.nature.now_ms())?;
        let reading = |set: &str, code: &str| {
            let set: Option<BlobHash> = set.parse().ok();
            let plain = || Text { zh: code.to_owned(), en: code.to_owned() };
            set.and_then(|set| known.reading(&set.0, code)).unwrap_or_else(plain)
        };
        let line = |deed: &crate::documents::history::Deed| {
            let (author, device) = known.names(deed.member, deed.actor);
            reports::history::line(deed, &author, &device, &known)
        };
        let by = facts.photos.iter().map(|fact| fact.origin.by);
        let by = by.chain(facts.readings.iter().map(|fact| fact.origin.by));
        let by: BTreeSet<_> = by.chain(facts.damages.iter().map(|fact| fact.origin.by)).collect();
        Ok(Named {
            readings: facts.readings.iter().map(|fact| reading(&fact.limits, &fact.code)).collect(),
            history: facts.deeds.iter().map(line).collect(),
            people: by.into_iter().map(|member| (member, known.member(member))).collect::<BTreeMap<_, _>>(),
        })
    }
}

/// The file while it is written, and the list of its entries.
struct Zip {
    writer: Writer<BufWriter<File>>,
    files: Vec<PackedFile>,
}

impl Zip {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), ClaimError> {
        if self.writer.bytes() + bytes.len() as u64 > MAX_FILE {
            return Err(ClaimError::TooLarge);
        }
        self.writer.put(name, bytes)?;
        self.files.push(PackedFile { name: name.to_owned(), bytes: bytes.len() as u64, sha256: BlobHash::of(bytes) });
        Ok(())
    }

    /// Ends the file and has it on the disk; returns its size in bytes.
    fn finish(self) -> Result<u64, ClaimError> {
        let mut out = self.writer.finish()?;
        out.flush()?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

/// The damage that was named, else the newest of which a chosen photo is.
fn about(damages: Vec<ClaimedDamage>, photos: &[Photo], named: Option<ShortId>) -> Option<ClaimedDamage> {
    let fits = |damage: &ClaimedDamage| match named {
        Some(named) => damage.id == named,
        None => photos.iter().any(|photo| damage.photos.contains(&photo.photo)),
    };
    damages.into_iter().rev().find(fits)
}

/// The part of a photo's name where its stage can't be one.
const OTHER: &str = "photo";

/// A word as a part of an entry's name.
fn plain(word: &str) -> &str {
    let letters = |c: char| c.is_ascii_lowercase() || c == '_';
    if !word.is_empty() && word.len() <= 24 && word.chars().all(letters) { word } else { OTHER }
}

fn cbor<T: minicbor::Encode<()>>(items: &[T]) -> Vec<u8> {
    items.iter().flat_map(|item| minicbor::to_vec(item).expect("writing to memory can't fail")).collect()
}

/// The chosen photos, in the order of the sheet.
fn chosen(store: &mut Store, input: &MakeClaimPack) -> Result<Vec<Photo>, ClaimError> {
    let facts = store.job_facts(input.job)?.ok_or(JobError::NotFound(input.job))?;
    let wanted: BTreeSet<ShortId> = input.photos.iter().copied().collect();
    if wanted.is_empty() || wanted.len() > MOST_PHOTOS {
        return Err(ClaimError::Choice);
    }
    let photos: Vec<Photo> = facts.sheet.photos.iter().filter(|photo| wanted.contains(&photo.id)).cloned().collect();
    let damage = input.damage.is_none_or(|id| facts.sheet.damages.iter().any(|damage| damage.id == id));
    if photos.len() == wanted.len() && damage { Ok(photos) } else { Err(ClaimError::NotFound) }
}

fn gather(store: &Store, job: JobId) -> Result<Here, ClaimError> {
    let enrolment = store.enrolment()?.ok_or(StoreError::NotEnrolled)?;
    let [order, sheet] =
        [DocId::Order(job), DocId::Sheet(job)].map(|doc| store.evidence(&doc).map(|found| (doc, found)));
    let ((order_doc, order), (sheet_doc, sheet)) = (order?, sheet?);
    let signed = order.signed.iter().chain(&sheet.signed).cloned().collect();
    Ok(Here { enrolment, order: in_order(&order_doc, order), sheet: in_order(&sheet_doc, sheet), signed })
}

/// Changes one behind the other, each behind those that it builds on. What builds on something that is not here stands at
/// the end, where the check sees it.
fn in_order(doc: &DocId, evidence: Evidence) -> Vec<u8> {
    let births = birth::births(doc.kind()).iter().filter_map(|birth| Change::parse(birth.bytes).ok());
    let mut known: BTreeSet<ChangeHash> = births.map(|change| change.hash).collect();
    let named = |bytes: Vec<u8>| (Change::parse(&bytes).ok().map(|change| (change.hash, change.deps)), bytes);
    let mut waiting: VecDeque<_> = evidence.changes.into_iter().map(named).collect();
    let (mut out, mut passed) = (Vec::new(), 0);
    while let Some((read, bytes)) = waiting.pop_front() {
        match &read {
            Some((hash, deps)) if deps.iter().all(|dep| known.contains(dep)) => {
                known.insert(*hash);
                out.extend(bytes);
                passed = 0;
            }
            _ if passed > waiting.len() => out.extend(bytes),
            _ => {
                waiting.push_back((read, bytes));
                passed += 1;
            }
        }
    }
    out
}
