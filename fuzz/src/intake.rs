//! The relay's whole way in: a hostile request through the engine into a log, whoever asks, in whatever portions.

use doorstep_relay::engine::access::Endpoint;
use doorstep_relay::engine::session::Session;
use doorstep_relay::engine::standing::{self, Caller};
use doorstep_relay::engine::{audit, exchange, team};
use doorstep_relay::storage::memory::Memory;
use doorstep_relay::storage::{Device, GrantNow, StorageError, look, write};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Access, DownHeader, Held, Outcome, Piece, PieceResult, RoleKind, Status, kind};
use ed25519_dalek::SigningKey;

use crate::work::{self, Log};

const NOW: i64 = 1_795_000_000_000;

/// Who asks: the owner, the technician whose work the corpus is, a colleague, and the technician once they have left.
const OWNER: u8 = 0;
const TECHNICIAN: u8 = 1;
const COLLEAGUE: u8 = 2;

fn member(n: u8) -> MemberId {
    ShortId::mint([n; 5])
}

/// A log with three people, a device each, and a job that is the technician's.
fn found(left: bool) -> Memory {
    let log = Memory::new();
    let (outlet, job) = (work::outlet(), work::sheet().job().expect("a sheet is a job's"));
    let founded = write(&log, move |ledger| {
        team::found_outlet(ledger, outlet, "柘川县城关网点".into(), [1; 8], NOW)?;
        for n in [OWNER, TECHNICIAN, COLLEAGUE] {
            let role = if n == OWNER { RoleKind::Owner } else { RoleKind::Technician };
            team::put_member(ledger, outlet, member(n), "师傅".into(), vec![role], Status::Active, NOW)?;
            let signing = if n == TECHNICIAN { work::author() } else { SigningKey::from_bytes(&[90 + n; 32]) };
            let (key, id) = identity(&signing);
            let device = Device {
                id,
                member: member(n),
                key,
                name: "手机".into(),
                status: Status::Active,
                token_hash: [n; 32],
                cursor_seq: 0,
                seen_ms: 0,
                held: Held::default(),
                pending: false,
                status_ms: NOW,
            };
            team::put_device(ledger, outlet, &device, NOW)?;
        }
        let granted = GrantNow { access: Access::Write, since: 1, had_write: true, log_seq: None };
        ledger.put_grant(outlet, job, member(TECHNICIAN), granted)?;
        if left {
            let roles = vec![RoleKind::Technician];
            team::put_member(ledger, outlet, member(TECHNICIAN), "师傅".into(), roles, Status::Left, NOW)?;
        }
        Ok(())
    });
    founded.wait().expect("an outlet in memory is founded");
    log
}

/// One request, to its answer; `None` where it ends before that.
fn ask(log: &Memory, caller: &Caller, portion: usize, body: &[u8]) -> Option<Vec<PieceResult>> {
    let mut session = Session::new(caller.clone());
    let (mut results, mut noted) = (Vec::new(), false);
    for part in body.chunks(portion) {
        let (batch, read) = session.take(part);
        if let Some(batch) = batch {
            let kept = write(log, move |ledger| batch.keep(ledger, NOW, &|_| Ok(())));
            let kept = kept.wait().expect("a log in memory keeps what it takes");
            results.extend(kept.results);
            noted |= kept.visit.is_some();
        }
        read.ok()?;
    }
    let up = session.finish().ok()?;
    let (visitor, visit) = (caller.clone(), up.clone());
    if !noted {
        write(log, move |ledger| exchange::note(ledger, &visitor, &visit, NOW)).wait().expect("a visit is noted");
    }
    let key = SigningKey::from_bytes(&[9; 32]);
    let told = results.clone();
    let answer = look(log, |shelf| Ok(exchange::answer(shelf, caller, &up, told, NOW, &key)));
    let answer = answer.expect("memory is read").expect("nobody was reported lost");
    let mut reader = FrameReader::default();
    reader.push(&answer);
    let first = reader.next_frame().expect("an answer is frames").expect("it has a header");
    let header: DownHeader = frame::read(first).expect("it is read as it was written");
    assert_eq!(header.results, results, "one result for each piece");
    Some(results)
}

fn head(log: &Memory) -> u64 {
    let outlet = work::outlet();
    let found = look(log, |shelf| {
        let audit = audit::audit(shelf, outlet)?;
        assert_eq!(audit.finding, None, "the log is as it was written");
        shelf.outlet(outlet)?.map(|row| row.head).ok_or(StorageError::Corrupt { what: "outlet" })
    });
    found.expect("memory is read")
}

/// The first byte is the portions' size in sixteens, the second who asks and, with its high bit, whether segments are signed as
/// their author could have. The rest is the body of the exchange.
pub fn intake(bytes: &[u8]) {
    let Some(([portion, mode], body)) = bytes.split_first_chunk::<2>() else { return };
    let (who, left) = match mode & 3 {
        3 => (TECHNICIAN, true),
        who => (who, false),
    };
    let body = if mode & 0x80 != 0 { signed(body) } else { body.to_vec() };
    let log = found(left);
    let caller = look(&log, |shelf| Ok(standing::caller(shelf, &[who; 32], Endpoint::Exchange)));
    let caller = caller.expect("memory is read").expect("the device is served");
    let portion = (usize::from(*portion) * 16).max(1);
    let before = head(&log);
    let first = ask(&log, &caller, portion, &body);
    let kept = head(&log);
    assert!(kept >= before);
    let again = ask(&log, &caller, portion.saturating_mul(3), &body);
    assert_eq!(first.is_some(), again.is_some(), "portions mean nothing");
    // A piece behind a gap may find its place the second time; all else is known or refused as before.
    let Some(results) = first else { return };
    if who != OWNER && results.iter().all(|result| result.outcome != Outcome::Gap) {
        assert_eq!(head(&log), kept, "what is said twice is kept once");
    }
}

/// The body with its segments in order and signed by the corpus's author.
fn signed(body: &[u8]) -> Vec<u8> {
    let mut reader = FrameReader::default();
    reader.push(body);
    let (mut out, mut log) = (Vec::new(), Log::default());
    while let Ok(Some(item)) = reader.next_frame() {
        match frame::read::<Piece>(item) {
            Ok(Piece { kind: kind::SEGMENT, segment: Some(segment), .. }) => {
                let segment = Some(work::signed_after(&mut log, segment));
                let doc = Some(work::sheet());
                frame::put(&mut out, &Piece { kind: kind::SEGMENT, doc, segment, ..Piece::default() });
            }
            _ => {
                work::put_length(&mut out, item.len());
                out.extend_from_slice(item);
            }
        }
    }
    out
}
