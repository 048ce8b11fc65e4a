//! Holds a data folder to an account of it: everything that was acknowledged is there, nothing is there by half, and the
//! read models say what the changes say.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use doorstep::domain::facts::Job;
use doorstep::nature::Machine;
use doorstep::store::key::{Kept, Keyring, StoreKey};
use doorstep::store::{self, Store};
use doorstep_schemas::ids::{Actor, BlobHash, ChangeHash, DeviceId, DocId, JobId};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Device, Entry, Piece, Segment, Status, kind};
use doorstep_tests::town::Town;
use doorstep_tests::trial;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::account::{Account, Place};

/// What is not as it was said to be.
#[derive(Debug, Default)]
pub struct Findings {
    pub lost: Vec<String>,
    pub corrupt: Vec<String>,
}

impl Findings {
    pub fn none(&self) -> bool {
        self.lost.is_empty() && self.corrupt.is_empty()
    }

    fn expect(&mut self, holds: bool, lost: impl FnOnce() -> String) {
        if !holds {
            self.lost.push(lost());
        }
    }

    fn sound(&mut self, holds: bool, corrupt: impl FnOnce() -> String) {
        if !holds {
            self.corrupt.push(corrupt());
        }
    }
}

fn town() -> &'static Town {
    static TOWN: OnceLock<Town> = OnceLock::new();
    TOWN.get_or_init(|| trial::town().unwrap())
}

/// Looks at everything. What was under way is settled in the account by what is found.
pub fn examine(folder: &Path, account: &mut Account) -> Findings {
    let mut findings = Findings::default();
    if !folder.is_dir() {
        // It ended before the folder itself was on the disk.
        findings.expect(!account.founded, || "the whole folder".to_owned());
        return findings;
    }
    let database = store::database(folder);
    let kept = Kept::find(folder, &Keyring::File, &Machine);
    findings.sound(kept.is_ok(), || format!("the database has no key: {:?}", kept.as_ref().err()));
    let Ok(Kept { key, .. }) = kept else { return findings };
    let store = Store::open(folder, &key, town().rules.clone(), &Machine);
    findings.sound(store.is_ok(), || format!("the folder does not open: {:?}", store.as_ref().err()));
    let Ok(mut store) = store else { return findings };
    let fresh = account.actors.insert(store.actor().0);
    findings.sound(fresh, || "a start repeated an earlier start's actor".to_owned());
    let db = Connection::open(&database).unwrap();
    store::unlock(&db, &key).unwrap();
    for check in ["integrity_check", "cipher_integrity_check"] {
        let mut query = db.prepare(&format!("PRAGMA {check}")).unwrap();
        let says: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        findings.sound(says.iter().all(|line| line == "ok"), || format!("{check}: {says:?}"));
    }
    let enrolled = store.enrolment().unwrap().is_some();
    findings.expect(enrolled || !account.founded, || "the enrolment".to_owned());
    if enrolled {
        account.founded = true;
        heard(&store, account, &mut findings);
        let jobs = jobs(&mut store, account, &mut findings);
        let fields = sheets(&jobs, account, &mut findings);
        photos(&store, &db, &jobs, account, &mut findings);
        let on_relay = sent(&store, account, &mut findings);
        rebuilt(&mut store, &db, &jobs, &mut findings);
        account.settle(&fields, on_relay);
    }
    findings
}

/// A colleague's batch came in whole, with its cursor, or not at all.
fn heard(store: &Store, account: &mut Account, findings: &mut Findings) {
    let cursor = store.cursor().unwrap().map_or(0, |cursor| cursor.seq);
    let under_way = account.hearing.iter().rfind(|heard| heard.cursor == cursor).cloned();
    match under_way {
        _ if cursor == account.cursor => {}
        Some(heard) => account.heard(&heard),
        None => findings.expect(false, || format!("the cursor stands at {cursor}, was at {}", account.cursor)),
    }
}

type Jobs = BTreeMap<JobId, Job>;

/// All jobs that lists show, and those that they must.
fn jobs(store: &mut Store, account: &mut Account, findings: &mut Findings) -> Jobs {
    let mut jobs = Jobs::new();
    for job in store.listed_jobs().unwrap() {
        match store.job_facts(job).unwrap() {
            Some(facts) => drop(jobs.insert(job, Job::clone(&facts))),
            None => findings.sound(false, || format!("{job} is in the lists and has no documents")),
        }
    }
    for (job, (customer, appliances)) in &account.jobs {
        let here = jobs.get(job).map(|facts| (&facts.order.customer.name, facts.order.appliances.len()));
        findings.expect(here == Some((customer, *appliances)), || format!("order {job}: {here:?}"));
    }
    let heard = |job: &JobId| account.fields.keys().any(|(known, ..)| known == job);
    let more: Vec<_> = jobs.iter().filter(|(job, _)| !account.jobs.contains_key(job) && !heard(job)).collect();
    findings.sound(more.len() <= account.open_takings, || format!("nobody took {} of the orders", more.len()));
    for (job, facts) in more {
        let whole = !facts.order.customer.name.is_empty()
            && !facts.order.appliances.is_empty()
            && facts.order.assignees.contains_key(&town().owner());
        findings.sound(whole, || format!("half of order {job} is here"));
        account.jobs.insert(*job, (facts.order.customer.name.clone(), facts.order.appliances.len()));
    }
    jobs
}

/// Everything on the sheets; returns the fields' values.
fn sheets(jobs: &Jobs, account: &Account, findings: &mut Findings) -> BTreeMap<Place, Option<String>> {
    let mut found = BTreeMap::new();
    for (place, allowed) in &account.fields {
        let (job, appliance, field) = place;
        let key = (*appliance, field.clone());
        let value = jobs.get(job).and_then(|facts| facts.sheet.fields.get(&key)).map(|field| field.value.clone());
        findings.expect(allowed.contains(&value), || format!("{job} {field}: {value:?} for {allowed:?}"));
        found.insert(place.clone(), value);
    }
    let sheet = |job: &JobId| jobs.get(job).map(|facts| &facts.sheet);
    for (job, node) in &account.nodes {
        let here = sheet(job).is_some_and(|sheet| sheet.nodes.iter().any(|n| n.kind.text() == *node));
        findings.expect(here, || format!("{job}: {node}"));
    }
    for (job, reading) in &account.readings {
        let here = sheet(job).is_some_and(|sheet| sheet.readings.iter().any(|r| r.id == *reading));
        findings.expect(here, || format!("{job}: reading {reading}"));
    }
    for (job, part) in &account.parts {
        let here = sheet(job).is_some_and(|sheet| sheet.parts.iter().any(|p| p.id == *part));
        findings.expect(here, || format!("{job}: part {part}"));
    }
    found
}

/// Acknowledged photos are named by their sheets; every photo that a sheet of this device names has its bytes, and every
/// row its sheet.
fn photos(store: &Store, db: &Connection, jobs: &Jobs, account: &Account, findings: &mut Findings) {
    let files = store.photo_files();
    let mut named = Vec::new();
    for (job, facts) in jobs {
        for photo in facts.sheet.photos.iter().flat_map(|photo| [photo.photo, photo.thumb]) {
            let here = store.photo_standing(&photo).unwrap().is_some_and(|standing| standing.here);
            findings.sound(here, || format!("{job}: photo {photo} has no row"));
            let read = files.read(&photo);
            findings.expect(read.is_ok(), || format!("{job}: the bytes of photo {photo}: {:?}", read.as_ref().err()));
            named.push((*job, photo));
        }
    }
    for photo in &account.photos {
        findings.expect(named.contains(photo), || format!("{}: photo {}", photo.0, photo.1));
    }
    let mut rows = db.prepare("SELECT hash FROM photo").unwrap();
    for hash in rows.query_map([], |row| row.get(0).map(BlobHash)).unwrap().map(Result::unwrap) {
        findings.sound(named.iter().any(|(_, known)| *known == hash), || format!("no sheet names photo {hash}"));
    }
}

/// Nothing is called sent that was not confirmed; returns how many changes are.
fn sent(store: &Store, account: &Account, findings: &mut Findings) -> u32 {
    let counts = store.counts().unwrap();
    findings.expect(counts.on_relay >= account.on_relay, || format!("{} confirmations", account.on_relay));
    let more = counts.on_relay > account.on_relay && !account.confirming;
    findings.sound(!more, || format!("{} changes are called sent, {} were", counts.on_relay, account.on_relay));
    findings.sound(store.photo_counts().unwrap().on_relay == 0, || "a photo is called sent".to_owned());
    counts.on_relay
}

/// Lists, facts and heads are those of a new device that got the same changes: all of them pass admission again.
fn rebuilt(store: &mut Store, db: &Connection, jobs: &Jobs, findings: &mut Findings) {
    let folder = TempDir::new_in(crate::memory()).unwrap();
    let mut fresh = Store::open(folder.path(), &StoreKey::from([9; 32]), town().rules.clone(), &Machine).unwrap();
    town().found(&mut fresh).unwrap();
    let mut pieces = runs(db);
    let own = store.device();
    let mut devices: Vec<DeviceId> =
        pieces.iter().filter_map(|piece| piece.segment.as_ref()).map(|segment| segment.actor.device()).collect();
    devices.sort();
    devices.dedup();
    for device in devices {
        let key = if device == own { Some(store.public_key()) } else { store.device_key(device).unwrap() };
        findings.sound(key.is_some(), || format!("nobody knows device {device}"));
        let Some(key) = key else { continue };
        let word = Device { device, member: town().owner(), key, name: String::new(), status: Status::Active };
        pieces.push(Piece { kind: kind::DEVICE, device: Some(word), ..Piece::default() });
    }
    let entry = |(seq, piece)| Entry { seq, hash: [0; 8], part: 0, at_ms: 0, piece };
    let entries: Vec<Entry> = (1..).zip(pieces).map(entry).collect();
    fresh.absorb(&entries, None, 0).unwrap();
    let figures = |store: &Store| -> Vec<_> {
        let jobs = store.listed_jobs().unwrap();
        jobs.into_iter().map(|job| store.job_row(job).unwrap().map(|row| (job, row.figures))).collect()
    };
    let (here, anew) = (figures(store), figures(&fresh));
    findings.sound(here == anew, || "figures differ from those of the changes".to_owned());
    for (job, facts) in jobs {
        let (here, anew) = (card(store, *job), card(&fresh, *job));
        findings.sound(here == anew, || format!("{job}: the list's row is not that of its changes"));
        let same = fresh.job_facts(*job).unwrap().is_some_and(|anew| *anew == *facts);
        findings.sound(same, || format!("{job}: its facts are not those of its changes"));
        for doc in [DocId::Order(*job), DocId::Sheet(*job)] {
            let heads: [Vec<ChangeHash>; 2] = [store.heads(&doc).unwrap(), fresh.heads(&doc).unwrap()];
            findings.sound(heads[0] == heads[1], || format!("{doc}: its heads are not those of its changes"));
        }
    }
}

fn card(store: &Store, job: JobId) -> String {
    let mut card = store.job_row(job).unwrap().unwrap().card;
    // What is unsent is this device's own affair.
    card.unsent = 0;
    serde_json::to_string(&card).unwrap()
}

/// Every run of the database as pieces.
fn runs(db: &Connection) -> Vec<Piece> {
    let mut named = db.prepare("SELECT doc, actor, signature, tail FROM run").unwrap();
    let mut changes = db.prepare("SELECT bytes FROM change WHERE doc = ?1 AND actor = ?2 ORDER BY seq").unwrap();
    let named = named.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, Actor(row.get(1)?), row.get::<_, Vec<u8>>(2)?, row.get::<_, Vec<u8>>(3)?))
    });
    named
        .unwrap()
        .map(Result::unwrap)
        .map(|(doc, actor, signature, tail)| {
            let rows = changes.query_map(params![doc, actor.0], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            let rows: Vec<Vec<u8>> = rows.map(Result::unwrap).collect();
            let (codec, body) = segment::encode(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
            let signature = minicbor::decode(&signature).unwrap();
            let segment = Segment { actor, from_seq: 1, codec, body, signature, tail };
            let doc = Some(doc.parse().unwrap());
            Piece { kind: kind::SEGMENT, doc, segment: Some(segment), ..Piece::default() }
        })
        .collect()
}
