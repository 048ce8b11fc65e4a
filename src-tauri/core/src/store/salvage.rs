//! What can be read of a damaged database: every row of every sound page, known by its shape and proved by its hash.
//!
//! Nothing here trusts the tree of tables: one bad page above the rows would hide them all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use doorstep_schemas::change::Change;
use doorstep_schemas::closed::volume::Parts;
use doorstep_schemas::closed::{self, Closed, ClosedChange};
use doorstep_schemas::ids::{Actor, BlobHash, ChangeHash, DeviceId, DocId, JobId, PublicKey};
use doorstep_schemas::signature::Signature;

use super::cells::{self, Row, Value, u32_at};
use super::pages::{self, Found, Pages, Salt};
use super::rows::signed;
use super::{StoreError, database, files, key, packs, volumes};
use crate::tasks::{Step, Watcher};

/// A change whose bytes are those of its hash.
#[derive(Debug, Clone)]
pub struct Kept {
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub noted_ms: i64,
    pub log_seq: Option<i64>,
}

/// The newest signature of a run.
#[derive(Debug, Clone)]
pub struct KeptRun {
    pub seq: u64,
    pub signature: Signature,
    pub tail: Vec<u8>,
}

pub type RunKey = (DocId, Actor);

/// All that was found.
#[derive(Default)]
pub struct Haul {
    pub pages: u32,
    pub damaged: u32,
    /// The list of free pages was readable: no row here is one that was deleted or overtaken.
    pub all_live: bool,
    pub meta: BTreeMap<String, Vec<u8>>,
    pub changes: BTreeMap<RunKey, BTreeMap<u64, Kept>>,
    pub runs: BTreeMap<RunKey, KeptRun>,
    /// Documents that were here.
    pub papers: BTreeSet<DocId>,
    /// Rows that go over as they are, by table.
    pub rows: BTreeMap<&'static str, Vec<Vec<Value>>>,
}

/// The salts to try: the file's own, and the copy beside it.
pub fn salts(folder: &Path) -> Result<Vec<Salt>, StoreError> {
    let mut out = Vec::new();
    if database(folder).exists() {
        out.extend(pages::salt_of(&database(folder))?);
    }
    if let Ok(copy) = std::fs::read(pages::salt_copy(folder)) {
        out.extend(Salt::try_from(copy));
    }
    Ok(out)
}

/// The salt under which this key opens pages of the database; `None` when it is not its key.
pub fn salt_under(folder: &Path, key: &key::StoreKey) -> Result<Option<Salt>, StoreError> {
    let mut best: Option<(u32, Salt)> = None;
    if !database(folder).exists() {
        return Ok(None);
    }
    for salt in salts(folder)? {
        let path = database(folder);
        let mut pages = Pages::of_file(&path, key, salt)?.with_log(&files::beside(&path, "-wal"))?;
        // A few pages tell, wherever the damage is; in a large file not all have to be read.
        let every = (pages.count / 64).max(1);
        let mut sound = 0;
        for number in (1..=pages.count).step_by(usize::try_from(every).unwrap_or(1)) {
            sound += u32::from(matches!(pages.page(number)?, Found::Sound(_)));
        }
        if sound > 0 && best.is_none_or(|(most, _)| sound > most) {
            best = Some((sound, salt));
        }
    }
    Ok(best.map(|(_, salt)| salt))
}

/// Reads everything that can be read.
pub fn haul(folder: &Path, key: &key::StoreKey, salt: Salt, watcher: &mut dyn Watcher) -> Result<Haul, StoreError> {
    let path = database(folder);
    if !path.exists() {
        return Ok(Haul::default());
    }
    let mut pages = Pages::of_file(&path, key, salt)?.with_log(&files::beside(&path, "-wal"))?;
    let mut haul = Haul { pages: pages.count, damaged: pages.bad_frames, ..Haul::default() };
    let free = free_pages(&mut pages)?;
    haul.all_live = free.is_some();
    let free = free.unwrap_or_default();
    let named = named_pages(&mut pages)?;
    for number in 1..=pages.count {
        if number % 64 == 1 {
            let bytes = u64::from(number) * pages::PAGE as u64;
            watcher.step(Step { done: u64::from(number), of: Some(u64::from(pages.count)), bytes })?;
        }
        if free.contains(&number) {
            continue;
        }
        match pages.page(number)? {
            Found::Sound(page) => {
                for row in cells::rows(&mut pages, number, &page)?.rows {
                    match named.get(&number) {
                        Some(&UNSAID) => {}
                        Some(table) => haul.put(table, row.values),
                        None => haul.sort(&row),
                    }
                }
            }
            Found::Damaged => haul.damaged += 1,
            Found::Beyond => {}
        }
    }
    Ok(haul)
}

/// Pages that hold nothing any more; `None` when that can't be known.
fn free_pages(pages: &mut Pages) -> Result<Option<BTreeSet<u32>>, StoreError> {
    let Found::Sound(first) = pages.page(1)? else { return Ok(None) };
    let mut free = BTreeSet::new();
    let mut trunk = u32_at(&first, 32).unwrap_or(0);
    while trunk != 0 && free.insert(trunk) {
        let Found::Sound(page) = pages.page(trunk)? else { return Ok(None) };
        let leaves = u32_at(&page, 4).unwrap_or(0).min(u32::try_from(pages::USABLE / 4 - 2).unwrap_or(0));
        free.extend((0..leaves as usize).filter_map(|leaf| u32_at(&page, 8 + 4 * leaf)));
        trunk = u32_at(&page, 0).unwrap_or(0);
    }
    Ok(Some(free))
}

/// Grants that this device has yet to say: computed anew.
const UNSAID: &str = "grant_out";
/// Tables whose rows look like another's, so that only the tree tells them apart.
const NAMED: [&str; 4] = ["granted", UNSAID, "draft", "remembered"];

/// Which pages are whose, of those tables. Where the tree is damaged they are nobody's, and their rows are left out: a grant
/// that is believed to be said is never said.
fn named_pages(pages: &mut Pages) -> Result<BTreeMap<u32, &'static str>, StoreError> {
    let mut out = BTreeMap::new();
    for (name, root) in roots(pages)? {
        let Some(name) = NAMED.into_iter().find(|named| *named == name) else { continue };
        for page in cells::tree(pages, root)?.unwrap_or_default() {
            out.insert(page, name);
        }
    }
    Ok(out)
}

/// The first page of each table, by the schema's own rows.
fn roots(pages: &mut Pages) -> Result<BTreeMap<String, u32>, StoreError> {
    let mut out = BTreeMap::new();
    for number in cells::tree(pages, 1)?.unwrap_or_default() {
        let Found::Sound(page) = pages.page(number)? else { continue };
        for row in cells::rows(pages, number, &page)?.rows {
            if let [Value::Text(kind), Value::Text(name), _, Value::Int(root), ..] = row.values.as_slice()
                && kind == "table"
                && let Ok(root) = u32::try_from(*root)
                && root > 0
            {
                out.insert(name.clone(), root);
            }
        }
    }
    Ok(out)
}

impl Haul {
    fn put(&mut self, table: &'static str, row: Vec<Value>) {
        self.rows.entry(table).or_default().push(row);
    }

    /// A closed job's changes and runs, as if they had rows.
    fn take_pack(&mut self, job: JobId, closed: Closed) {
        for kept in closed.changes {
            let key = (packs::doc_of(job, kept.kind), kept.change.actor);
            self.papers.insert(key.0.clone());
            let ClosedChange { change, noted_ms, log_seq, .. } = kept;
            let kept = Kept { hash: change.hash, bytes: change.bytes, noted_ms, log_seq: Some(signed(log_seq)) };
            self.changes.entry(key).or_default().entry(change.seq).or_insert(kept);
        }
        for run in closed.runs {
            let key = (packs::doc_of(job, run.kind), run.actor);
            let run = KeptRun { seq: run.run.seq, signature: run.signature, tail: run.tail };
            let known = self.runs.entry(key).or_insert_with(|| run.clone());
            if run.signature.seq > known.signature.seq {
                *known = run;
            }
        }
    }

    fn sort(&mut self, row: &Row) {
        let values = row.values.as_slice();
        if let Some((key, seq, kept)) = change(values) {
            let known = self.changes.entry(key).or_default().entry(seq).or_insert_with(|| kept.clone());
            // Of two copies the one that claims less is believed.
            if kept.log_seq.is_none() {
                known.log_seq = None;
            }
        } else if let Some((key, run)) = run(values) {
            let known = self.runs.entry(key).or_insert_with(|| run.clone());
            if run.signature.seq > known.signature.seq {
                *known = run;
            }
        } else if let Some((job, closed)) = pack(values) {
            self.take_pack(job, closed);
        } else if let [Value::Null, Value::Blob(body)] = values
            && let Ok(jobs) = volumes::split(body)
        {
            // One job that is not what it was says nothing about its neighbours.
            let whole = |parts: Parts| Some((parts.job, closed::unpack(&parts.main, &parts.content).ok()?));
            jobs.into_iter().filter_map(whole).for_each(|(job, closed)| self.take_pack(job, closed));
        } else if let [Value::Text(doc), Value::Int(_), Value::Null | Value::Blob(_), Value::Int(_)] = values
            && let Ok(doc) = doc.parse()
        {
            self.papers.insert(doc);
        } else if let [Value::Text(key), Value::Blob(value)] = values
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            self.meta.entry(key.clone()).or_insert_with(|| value.clone());
        } else if let ([Value::Null, Value::Blob(key), Value::Int(made_ms)], Some(generation)) = (values, row.id)
            && key.len() == 32
        {
            self.put("photo_key", vec![Value::Int(generation), Value::Blob(key.clone()), Value::Int(*made_ms)]);
        } else if let Some(table) = table(values) {
            self.put(table, values.to_vec());
        }
    }
}

fn change(values: &[Value]) -> Option<(RunKey, u64, Kept)> {
    let [Value::Null, doc, actor, seq, hash, bytes, state, mine, noted, log_seq, ..] = values else { return None };
    let doc: DocId = doc.text()?.parse().ok()?;
    let (actor, hash, bytes) = (Actor(actor.array()?), ChangeHash(hash.array()?), bytes.blob()?);
    let seq = u64::try_from(seq.int()?).ok()?;
    state.int()?;
    mine.flag()?;
    let parsed = Change::parse(bytes).ok()?;
    if (parsed.hash, parsed.seq, parsed.actor) != (hash, seq, actor) {
        return None;
    }
    let kept = Kept { hash, bytes: bytes.to_vec(), noted_ms: noted.int()?, log_seq: log_seq.maybe_int()? };
    Some(((doc, actor), seq, kept))
}

fn pack(values: &[Value]) -> Option<(JobId, Closed)> {
    // Where it was bound into a volume, its body is there.
    let [Value::Null, job, docs, changes, own, photos, photo_bytes, newest, turn, body, ..] = values else {
        return None;
    };
    for number in [docs, changes, own, photos, photo_bytes, newest, turn] {
        number.int()?;
    }
    Some((JobId::from_bytes(job.array()?), packs::decode(body.blob()?).ok()?))
}

fn run(values: &[Value]) -> Option<(RunKey, KeptRun)> {
    let [doc, actor, seq, hash, chain, next_op, signature, tail, ..] = values else { return None };
    let doc: DocId = doc.text()?.parse().ok()?;
    let actor = Actor(actor.array()?);
    let seq = u64::try_from(seq.int()?).ok()?;
    hash.array::<32>()?;
    chain.array::<32>()?;
    next_op.int()?;
    let signature = minicbor::decode(signature.blob()?).ok()?;
    Some(((doc, actor), KeptRun { seq, signature, tail: tail.blob()?.to_vec() }))
}

/// Tables whose rows go over as they are.
fn table(values: &[Value]) -> Option<&'static str> {
    let named = |value: &Value| value.text().is_some_and(|doc| doc.parse::<DocId>().is_ok());
    match values {
        [Value::Text(id), Value::Text(_), Value::Text(_), active, ..] if id.len() == 8 => {
            active.flag().map(|_active| "member")
        }
        [device, Value::Text(_), key, Value::Text(_), lost, ..] if values.len() >= 5 => {
            lost.flag()?;
            (DeviceId::of_key(&PublicKey(key.array()?)) == DeviceId(device.array()?)).then_some("device")
        }
        [hash, doc, thumb, Value::Int(_), here, mine, Value::Int(_), on_relay, refused, Value::Int(_), ..] => {
            hash.array::<32>()?;
            (thumb.flag().is_some() && here.flag().is_some() && mine.flag().is_some() && on_relay.flag().is_some())
                .then_some(())?;
            (named(doc) && matches!(refused, Value::Null | Value::Text(_))).then_some("photo")
        }
        [hash, doc, bytes, mine, on_relay, Value::Null | Value::Text(_)] => {
            let hash = BlobHash(hash.array()?);
            (mine.flag().is_some() && on_relay.flag().is_some()).then_some(())?;
            (named(doc) && bytes.blob().is_none_or(|bytes| BlobHash::of(bytes) == hash)).then_some("rule_set")
        }
        [doc, actor, Value::Int(_), Value::Text(_), Value::Int(_)] => {
            actor.array::<16>()?;
            named(doc).then_some("refused")
        }
        _ => None,
    }
}
