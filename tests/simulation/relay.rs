//! The relay: its real engine over a log in memory, driven as the exchange's route drives it, but by bytes that are cut
//! where the seed says, and with an end at any commit.

use std::collections::BTreeMap;

use doorstep_relay::engine::access::Endpoint;
use doorstep_relay::engine::intake::Carrier;
use doorstep_relay::engine::quota::Room;
use doorstep_relay::engine::session::Session;
use doorstep_relay::engine::standing::{self, Caller, NotServed};
use doorstep_relay::engine::{audit, compare, enrolment, erase, exchange, fork, pack, team};
use doorstep_relay::identity;
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::{Confirms, Ledger, Shelf, Storage, StorageError, look, write};
use doorstep_schemas::frame;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, JobId, MemberId, OutletId, PublicKey};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Erased, Piece, RoleKind, Status};
use doorstep_tests::chance::Chance;
use ed25519_dalek::SigningKey;

/// Between two new epochs that devices bring about.
const FORKS_EVERY_MS: i64 = 24 * 3_600 * 1_000;

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Lost, left, or unknown.
    Device,
    Unreadable,
    /// The relay ended.
    Gone,
}

/// Where the relay ends within one exchange: everything from this commit on is not on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub commits: u32,
}

pub struct Relay {
    pub log: Memory,
    pub outlet: OutletId,
    key: SigningKey,
    chance: Chance,
    forked_at: Option<i64>,
    pub backup: Option<Memory>,
    /// It was put back to an older copy without a word, and no device has shown so yet.
    pub in_doubt: bool,
    /// A device that is reported lost behind the first portion of the next request, and when.
    pub lost_midway: Option<(DeviceId, i64)>,
    told: Told,
    /// Portions of packs that were made, in whichever copy of the log: each has a name of its own.
    portions: u64,
}

/// The log's runs, read once.
#[derive(Default)]
struct Told {
    head: u64,
    hash: [u8; 32],
    runs: BTreeMap<(DocId, Actor), Vec<ChangeHash>>,
}

/// What the disk has when a relay ends: the log, and whether it was put back without a word.
type Synced = (Memory, bool);

impl Relay {
    pub fn found(outlet: OutletId, chance: Chance, people: &[(MemberId, String, RoleKind)], now_ms: i64) -> Self {
        let log = Memory::new();
        let key = SigningKey::from_bytes(&log.identity(chance.bytes()).unwrap());
        let epoch = chance.bytes();
        let people = people.to_vec();
        write(&log, move |ledger| {
            let mut row = team::found_outlet(ledger, outlet, "柘川县城关网点".to_owned(), epoch, now_ms)?;
            row.confirms = Confirms::None;
            ledger.put_outlet(&row)?;
            for (id, name, role) in people {
                team::put_member(ledger, outlet, id, name, vec![role], Status::Active, now_ms)?;
            }
            Ok(())
        })
        .wait()
        .unwrap();
        Self {
            log,
            outlet,
            key,
            chance,
            forked_at: None,
            backup: None,
            in_doubt: false,
            told: Told::default(),
            portions: 0,
            lost_midway: None,
        }
    }

    pub fn public_key(&self) -> PublicKey {
        identity::public_key(&self.key)
    }

    pub fn ask<T>(&self, of: impl FnOnce(&dyn Shelf) -> Result<T, StorageError>) -> T {
        look(&self.log, of).unwrap()
    }

    pub fn tell<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Ledger) -> Result<T, StorageError> + Send + 'static,
    ) -> T {
        write(&self.log, job).wait().unwrap()
    }

    /// Joins a device as its enrolment does; returns what it proves itself with.
    pub fn enrol(&self, member: MemberId, key: PublicKey, name: &str, now_ms: i64) -> [u8; 32] {
        let (outlet, name, random) = (self.outlet, name.to_owned(), self.chance.bytes());
        let token_hash = self.chance.bytes();
        self.tell(move |ledger| {
            let (code, _) = team::invite(ledger, outlet, member, random, now_ms).expect("a member may be invited");
            let newcomer = enrolment::Newcomer { code, key, name, token_hash };
            enrolment::enrol(ledger, &newcomer, now_ms).expect("the code is fresh");
            Ok(())
        });
        token_hash
    }

    pub fn set_device(&self, device: DeviceId, status: Status, now_ms: i64) {
        let outlet = self.outlet;
        self.tell(move |ledger| {
            team::set_device_status(ledger, outlet, device, status, now_ms).expect("the device is known");
            Ok(())
        });
    }

    pub fn set_member(&self, id: MemberId, status: Status, now_ms: i64) {
        let outlet = self.outlet;
        self.tell(move |ledger| {
            let member = ledger.member(outlet, id)?.expect("the member is known");
            team::put_member(ledger, outlet, id, member.name, member.roles, status, now_ms)
        });
    }

    /// One question of a device that compares.
    pub fn compare(&self, token: &[u8; 32], question: &[u8], now_ms: i64) -> Result<Vec<u8>, Refused> {
        let caller = look(&self.log, |shelf| Ok(standing::caller(shelf, token, Endpoint::Compare))).unwrap();
        let caller = caller.map_err(|_not_served| Refused::Device)?;
        let up = frame::read(question).map_err(|_no_question| Refused::Unreadable)?;
        let answer = look(&self.log, |shelf| Ok(compare::answer(shelf, &caller, &up, now_ms, &self.key))).unwrap();
        answer.map_err(|_not_served| Refused::Device)
    }

    /// One request whose bytes come in these portions, to its answer.
    pub fn serve(
        &mut self,
        token: &[u8; 32],
        portions: &[&[u8]],
        whole: bool,
        end: Option<End>,
        now_ms: i64,
    ) -> Result<Vec<u8>, Refused> {
        let caller = look(&self.log, |shelf| Ok(standing::caller(shelf, token, Endpoint::Exchange))).unwrap();
        let caller = caller.map_err(|cause| match cause {
            NotServed::Storage(cause) => panic!("the log in memory failed: {cause}"),
            NotServed::UnknownToken | NotServed::Revoked(_) | NotServed::Pending => Refused::Device,
        })?;
        let mut commits = end.map_or(u32::MAX, |end| end.commits);
        let mut synced = None;
        let mut session = Session::new(caller.clone());
        let (mut results, mut visit) = (Vec::new(), None);
        let mut read = Ok(());
        for portion in portions {
            let (batch, ok) = session.take(portion);
            if let Some(batch) = batch {
                self.commit(&mut commits, &mut synced);
                let kept = write(&self.log, move |ledger| batch.keep(ledger, now_ms, &|_| Ok(()))).wait().unwrap();
                results.extend(kept.results);
                visit = visit.or(kept.visit);
            }
            read = ok;
            if read.is_err() {
                break;
            }
            if let Some((device, at)) = self.lost_midway.take() {
                self.set_device(device, Status::Lost, at);
            }
        }
        if !whole || read.is_err() {
            return Err(self.end(end, synced, Refused::Unreadable));
        }
        let Ok(up) = session.finish() else { return Err(self.end(end, synced, Refused::Unreadable)) };
        if visit.is_none() && self.ask(|shelf| exchange::is_worth_noting(shelf, &caller, &up, now_ms)) {
            let (visitor, word) = (caller.clone(), up.clone());
            self.commit(&mut commits, &mut synced);
            visit = Some(self.tell(move |ledger| exchange::note(ledger, &visitor, &word, now_ms)));
        }
        if let Some(cursor) = up.cursor.filter(|_| visit.is_some_and(|visit| visit.remembers_more))
            && self.forked_at.is_none_or(|at| now_ms - at >= FORKS_EVERY_MS)
        {
            self.forked_at = Some(now_ms);
            let (outlet, epoch) = (caller.outlet, self.chance.bytes());
            self.commit(&mut commits, &mut synced);
            self.tell(move |ledger| fork::begin_anew(ledger, outlet, &cursor, epoch));
            self.in_doubt = false;
        }
        let key = &self.key;
        let answer = look(&self.log, |shelf| Ok(exchange::answer(shelf, &caller, &up, results, now_ms, key))).unwrap();
        if synced.is_some() {
            let gone = self.end(end, synced, Refused::Gone);
            return answer.ok().filter(|_| planted::on(Bug::AnswerBeforeCommit)).ok_or(gone);
        }
        if end.is_some() {
            // It ends behind the last commit, before the answer leaves.
            return Err(Refused::Gone);
        }
        answer.map_err(|_not_served| Refused::Device)
    }

    /// The same by somebody who only plays this relay: nothing of it is kept, and another key signs the answer.
    pub fn play(&mut self, token: &[u8; 32], body: &[u8], now_ms: i64) -> Result<Vec<u8>, Refused> {
        let log = self.log.copy();
        let other = SigningKey::from_bytes(&self.chance.bytes());
        let key = std::mem::replace(&mut self.key, other);
        let forked_at = self.forked_at;
        let in_doubt = self.in_doubt;
        let answer = self.serve(token, &[body], true, None, now_ms);
        (self.log, self.key, self.forked_at, self.in_doubt) = (log, key, forked_at, in_doubt);
        answer
    }

    /// A commit is about to be made: when it is the one that the disk does not get, what is there now is what stays.
    fn commit(&self, left: &mut u32, synced: &mut Option<Synced>) {
        if *left == 0 && synced.is_none() {
            *synced = Some((self.log.copy(), self.in_doubt));
        }
        *left = left.saturating_sub(1);
    }

    fn end(&mut self, end: Option<End>, synced: Option<Synced>, otherwise: Refused) -> Refused {
        if let Some((log, in_doubt)) = synced {
            // A new epoch that the disk did not get leaves the log as doubtful as it was.
            (self.log, self.in_doubt) = (log, in_doubt);
        }
        if end.is_some() {
            self.forked_at = None;
        }
        if end.is_some() { Refused::Gone } else { otherwise }
    }

    /// Puts together what was quiet since a moment.
    pub fn pack(&mut self, quiet_ms: i64) {
        let outlet = self.outlet;
        loop {
            let portion = self.ask(|shelf| {
                let row = shelf.outlet(outlet)?.expect("the outlet was founded");
                pack::gather(shelf, &row, quiet_ms, 3)
            });
            self.portions += 1;
            let (ends, name) = (portion.done || !portion.moved(), self.portions.to_be_bytes());
            if portion.moved() {
                self.tell(move |ledger| pack::keep(ledger, &portion, name));
            }
            if ends {
                return;
            }
        }
    }

    /// Erases a job by an owner's word; returns whether the cache still has it.
    pub fn erase(&self, owner: MemberId, device: DeviceId, job: JobId, now_ms: i64) -> bool {
        let outlet = self.outlet;
        self.tell(move |ledger| {
            let member = ledger.member(outlet, owner)?.expect("the owner is a member");
            let key = ledger.device(outlet, device)?.expect("the owner's device is known").key;
            let caller = Caller { outlet, device, key, member };
            let room = Room::endless(device);
            let carrier = Carrier { caller: &caller, actor: None, now_ms, room: &room };
            erase::erase(ledger, carrier, Erased { job }, &|_| Ok(()))?;
            Ok(ledger.pack(outlet, job)?.is_some())
        })
    }

    pub fn back_up(&mut self) {
        self.backup = Some(self.log.copy());
    }

    /// The backup takes the log's place: by the command, which draws a new epoch, or by files copied back without a word.
    pub fn restore(&mut self, without_a_word: bool) -> bool {
        let Some(backup) = &self.backup else { return false };
        self.log = backup.copy();
        if without_a_word {
            self.in_doubt = true;
        } else {
            let (outlet, epoch) = (self.outlet, self.chance.bytes());
            self.tell(move |ledger| {
                let mut row = ledger.outlet(outlet)?.expect("the outlet was founded");
                row.epoch = epoch;
                ledger.put_outlet(&row)
            });
            self.in_doubt = false;
        }
        true
    }

    pub fn head(&self) -> u64 {
        self.ask(|shelf| head(shelf, self.outlet))
    }

    pub fn epoch(&self) -> [u8; 8] {
        let outlet = self.outlet;
        self.ask(|shelf| Ok(shelf.outlet(outlet)?.expect("the outlet was founded").epoch))
    }

    pub fn audit(&self) -> Option<audit::Finding> {
        let outlet = self.outlet;
        self.ask(|shelf| audit::audit(shelf, outlet)).finding
    }

    /// Every run of the log, by its changes' hashes.
    pub fn runs(&mut self) -> &BTreeMap<(DocId, Actor), Vec<ChangeHash>> {
        let outlet = self.outlet;
        let Self { log, told, .. } = self;
        look(log, |shelf| {
            let known = match told.head {
                0 => true,
                seq => shelf.entry(outlet, seq)?.is_some_and(|entry| entry.hash == told.hash),
            };
            if !known {
                *told = Told::default();
            }
            for entry in shelf.entries_after(outlet, told.head, usize::MAX)? {
                (told.head, told.hash) = (entry.seq, entry.hash);
                let body = shelf.body(outlet, entry.seq)?.expect("each entry has a body");
                let piece: Piece = minicbor::decode(&body).expect("the log holds pieces");
                let (Some(doc), Some(kept)) = (piece.doc, piece.segment) else { continue };
                let changes = segment::unpack(kept.codec, &kept.body, kept.actor, kept.from_seq).expect("kept whole");
                told.runs.entry((doc, kept.actor)).or_default().extend(changes.iter().map(|change| change.hash));
            }
            Ok(())
        })
        .unwrap();
        &self.told.runs
    }

    pub fn holds(&mut self, doc: &DocId, actor: Actor, seq: u64, hash: &ChangeHash) -> bool {
        let run = self.runs().get(&(doc.clone(), actor));
        run.and_then(|run| run.get(usize::try_from(seq).unwrap_or(0).wrapping_sub(1))) == Some(hash)
            || self.waits_for_an_owner(doc, actor, seq, hash)
    }

    /// Whether a change lies beside the log, in the owner's inbox.
    fn waits_for_an_owner(&self, doc: &DocId, actor: Actor, seq: u64, hash: &ChangeHash) -> bool {
        let items = look(&self.log, |shelf| shelf.inbox_of(self.outlet, doc, actor)).expect("memory answers");
        let of_items = items.iter().filter_map(|item| {
            let piece: Piece = minicbor::decode(&item.body).ok()?;
            let kept = piece.segment?;
            let changes = segment::unpack(kept.codec, &kept.body, kept.actor, kept.from_seq).expect("kept whole");
            let at = usize::try_from(seq.checked_sub(kept.from_seq)?).ok()?;
            Some(changes.get(at)?.hash == *hash)
        });
        of_items.into_iter().any(|is_it| is_it)
    }
}

fn head(shelf: &dyn Shelf, outlet: OutletId) -> Result<u64, StorageError> {
    Ok(shelf.outlet(outlet)?.expect("the outlet was founded").head)
}
