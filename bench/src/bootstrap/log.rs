//! A relay's log of a town's jobs, in the order in which its devices would have handed them over.
//!
//! It is written through the relay's own admission and storage before the relay starts: what is measured is the new
//! device, not how the others pushed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use doorstep_relay::engine::intake::{self, Carrier};
use doorstep_relay::engine::quota::Room;
use doorstep_relay::engine::standing::Caller;
use doorstep_relay::engine::team;
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{self, Confirms, Device, Ledger, StorageError};
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{ChangeHash, DeviceId, DocId, MemberId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{self, Held, Outcome, Piece};
use doorstep_tests::town::{Pens, Town};

use super::BootstrapError;
use crate::relay::RelayBenchError;
use crate::store::build::{self, Story};
use crate::store::{Plan, Whose};

/// Pieces that are put into the log in one go.
const BATCH: usize = 256;
/// A line of progress each.
const TELL: usize = 2_000;
/// Beside the log: what a device must hold in the end.
const EXPECTED: &str = "expected";

/// The folder of a relay that holds so many jobs, made if it is not there yet.
pub async fn ready(beside: &Path, jobs: usize, anew: bool) -> Result<PathBuf, BootstrapError> {
    let story = Story::of(Plan { jobs, whose: Whose::Owner })?;
    let folder = beside.join(format!("bootstrap-{jobs}-{}", build::fingerprint(&story)?));
    if anew && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    if !folder.exists() {
        // Under its name only when it is whole.
        let partial = tempfile::Builder::new().prefix("bench-bootstrap-").tempdir_in(beside)?;
        eprintln!("bootstrap: a log of {jobs} jobs is made; it is kept for later runs");
        fill(partial.path(), &story, jobs).await?;
        fs::rename(partial.keep(), &folder)?;
    }
    Ok(folder)
}

/// The heads of every document.
pub type Heads = BTreeMap<DocId, Vec<ChangeHash>>;

async fn fill(folder: &Path, story: &Story, jobs: usize) -> Result<(), BootstrapError> {
    let town = &story.town;
    let pens = Pens::new(town);
    let outlet = town.enrolment(town.owner()).outlet;
    let storage = Sqlite::open(folder).map_err(RelayBenchError::Storage)?;
    found(&storage, outlet, town, &pens).await?;
    let boss = pens.devices().into_iter().filter_map(|piece| piece.device).find(|d| d.member == town.owner());
    let boss = boss.ok_or(RelayBenchError::Refused)?;

    // By the moment at which each was made, as far as nothing earlier can still come.
    let mut waiting: BTreeMap<(i64, usize), Piece> = BTreeMap::new();
    let (mut heads, mut number) = (BTreeMap::<DocId, Vec<ChangeHash>>::new(), 0);
    for (place, (ordered, course)) in story.orders().take(jobs).enumerate() {
        while waiting.len() > BATCH
            && let Some(first) = waiting.first_entry()
            && first.key().0 < ordered.taken_ms
        {
            let some: Vec<Piece> = std::iter::from_fn(|| {
                let first = waiting.first_entry()?;
                (first.key().0 < ordered.taken_ms).then(|| first.remove())
            })
            .take(BATCH)
            .collect();
            put(&storage, outlet, (boss.member, boss.device), some).await?;
        }
        let mut at = i64::MIN;
        for (made_ms, piece) in pens.write(&ordered, &course).map_err(RelayBenchError::Written)?.pieces {
            note_heads(&mut heads, &piece)?;
            at = at.max(made_ms);
            number += 1;
            waiting.insert((at, number), piece);
        }
        if (place + 1) % TELL == 0 {
            eprintln!("bootstrap: {} jobs", place + 1);
        }
    }
    while !waiting.is_empty() {
        let some = std::iter::from_fn(|| waiting.pop_first()).take(BATCH).map(|(_, piece)| piece).collect();
        put(&storage, outlet, (boss.member, boss.device), some).await?;
    }
    let row = storage::look(&storage, |shelf| shelf.outlet(outlet)).map_err(RelayBenchError::Storage)?;
    let mut out = BufWriter::new(fs::File::create(folder.join(EXPECTED))?);
    writeln!(out, "{}", row.map_or(0, |row| row.head))?;
    for (doc, heads) in heads {
        let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
        writeln!(out, "{doc} {}", heads.join(" "))?;
    }
    Ok(out.into_inner().map_err(|error| error.into_error())?.sync_all()?)
}

/// Members with a device each; another one of theirs need not be let in by hand.
async fn found(storage: &Sqlite, id: OutletId, town: &Town, pens: &Pens<'_>) -> Result<(), RelayBenchError> {
    let members = town.members.clone();
    let devices: Vec<wire::Device> = pens.devices().into_iter().filter_map(|piece| piece.device).collect();
    let founded = storage::write(storage, move |ledger| {
        let outlet = team::found_outlet(ledger, id, "新装机网点".to_owned(), [9; 8], 0)?;
        ledger.put_outlet(&storage::Outlet { confirms: Confirms::None, ..outlet })?;
        for member in &members {
            let role = member.role();
            team::put_member(ledger, id, member.id, role.name, role.roles, role.status, 0)?;
        }
        devices.into_iter().try_for_each(|device| team::put_device(ledger, id, &at_the_relay(device), 0))
    });
    Ok(founded.durable().await?)
}

fn at_the_relay(device: wire::Device) -> Device {
    let wire::Device { device: id, member, key, name, status } = device;
    Device {
        id,
        member,
        key,
        name,
        status,
        status_ms: 0,
        token_hash: id.0.repeat(4).try_into().unwrap_or_default(),
        cursor_seq: 0,
        seen_ms: 0,
        held: Held::default(),
        pending: false,
    }
}

async fn put(
    storage: &Sqlite,
    outlet: OutletId,
    by: (MemberId, DeviceId),
    pieces: Vec<Piece>,
) -> Result<(), RelayBenchError> {
    let taken = storage::write(storage, move |ledger| take_all(ledger, outlet, by, pieces));
    if taken.durable().await? { Ok(()) } else { Err(RelayBenchError::Refused) }
}

fn take_all(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    (member, device): (MemberId, DeviceId),
    pieces: Vec<Piece>,
) -> Result<bool, StorageError> {
    let Some(member) = ledger.member(outlet, member)? else { return Ok(false) };
    let Some(Device { key, .. }) = ledger.device(outlet, device)? else { return Ok(false) };
    let caller = Caller { outlet, device, key, member };
    let room = Room::endless(device);
    let carrier = Carrier { caller: &caller, actor: None, now_ms: 0, room: &room };
    for piece in pieces {
        if !matches!(intake::take(ledger, carrier, piece)?.outcome, Outcome::Accepted | Outcome::Known) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What nothing rests on: the document's heads, told from the changes alone.
fn note_heads(heads: &mut Heads, piece: &Piece) -> Result<(), RelayBenchError> {
    let (Some(doc), Some(segment)) = (&piece.doc, &piece.segment) else { return Ok(()) };
    let of = heads.entry(doc.clone()).or_default();
    for bytes in segment::decode(segment.codec, &segment.body, segment.actor, segment.from_seq)? {
        let change = Change::parse(&bytes)?;
        of.retain(|head| !change.deps.contains(head));
        of.push(change.hash);
    }
    of.sort();
    Ok(())
}

/// How far the log reached, and the heads that every document must have once all of it is here.
pub fn expected(folder: &Path) -> Result<(u64, Heads), BootstrapError> {
    let mut lines = BufReader::new(fs::File::open(folder.join(EXPECTED))?).lines();
    let head = lines.next().transpose()?.and_then(|line| line.parse().ok()).ok_or(BootstrapError::Expected)?;
    let mut all = Heads::new();
    for line in lines {
        let line = line?;
        let mut words = line.split(' ');
        let doc = words.next().and_then(|word| word.parse().ok()).ok_or(BootstrapError::Expected)?;
        let heads = words.map(|word| hash(word).ok_or(BootstrapError::Expected)).collect::<Result<_, _>>()?;
        all.insert(doc, heads);
    }
    Ok((head, all))
}

fn hash(text: &str) -> Option<ChangeHash> {
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(ChangeHash(bytes))
}
