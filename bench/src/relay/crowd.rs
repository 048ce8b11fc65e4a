//! An outlet of many technicians, founded in a relay's folder before the relay starts: members, devices, jobs given out.

use std::path::Path;

use doorstep_relay::engine::intake::{self, Carrier};
use doorstep_relay::engine::quota::Room;
use doorstep_relay::engine::standing::Caller;
use doorstep_relay::engine::team::{self, token_hash};
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{self, Device, Ledger, Outlet, StorageError};
use doorstep_schemas::ids::{JobId, MemberId, OutletId, ShortId};
use doorstep_schemas::log;
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Access, Cursor, Grant, Held, Outcome, Piece, RoleKind, Status, kind};
use doorstep_tests::chance::Chance;
use ed25519_dalek::SigningKey;

use super::RelayBenchError;
use super::load::Author;

const SEED: u64 = 20_261_124;
/// 2026-11-22 08:00 at the shop.
pub const MORNING_MS: i64 = 1_795_305_600_000;
/// Pieces that are put into the log in one go.
const BATCH: usize = 256;

/// A device of the crowd.
pub struct Fellow {
    pub author: Author,
    pub member: MemberId,
    pub token: String,
}

/// An outlet with its owner's device first.
pub struct Crowd {
    pub outlet: OutletId,
    pub fellows: Vec<Fellow>,
    storage: Sqlite,
}

impl Crowd {
    /// An owner and so many technicians, a device each, in a new folder.
    pub async fn found(folder: &Path, technicians: usize) -> Result<Self, RelayBenchError> {
        let storage = Sqlite::open(folder)?;
        let outlet = OutletId::from_bytes([7; 16]);
        let fellows: Vec<Fellow> = (0..=technicians as u64).map(|n| fellow(outlet, n)).collect();
        let rows: Vec<(MemberId, RoleKind, Device)> = fellows.iter().enumerate().map(row).collect();
        let founded = storage::write(&storage, move |ledger| {
            team::found_outlet(ledger, outlet, "赶集日网点".to_owned(), [9; 8], MORNING_MS)?;
            for (member, role, device) in rows {
                let name = format!("师傅{member}");
                team::put_member(ledger, outlet, member, name, vec![role], Status::Active, MORNING_MS)?;
                team::put_device(ledger, outlet, &device, MORNING_MS)?;
            }
            Ok(())
        });
        founded.durable().await?;
        Ok(Self { outlet, fellows, storage })
    }

    /// Gives each job to a member.
    pub async fn give(&self, jobs: &[(JobId, MemberId)]) -> Result<(), RelayBenchError> {
        let grant = |(job, member): &(JobId, MemberId)| Piece {
            kind: kind::GRANT,
            grant: Some(Grant { job: *job, member: *member, access: Access::Write }),
            ..Piece::default()
        };
        self.put(jobs.iter().map(grant).collect()).await
    }

    /// Puts pieces into the log as the owner's device brings them.
    pub async fn put(&self, pieces: Vec<Piece>) -> Result<(), RelayBenchError> {
        let (outlet, boss) = (self.outlet, &self.fellows[0]);
        let (device, boss) = (identity(&boss.author.key).1, boss.member);
        let mut rest = pieces;
        while !rest.is_empty() {
            let some: Vec<Piece> = rest.drain(..rest.len().min(BATCH)).collect();
            let put = storage::write(&self.storage, move |ledger| take_all(ledger, outlet, boss, device, some));
            if !put.durable().await? {
                return Err(RelayBenchError::Refused);
            }
        }
        Ok(())
    }

    /// Where a device stands that has everything up to now.
    pub fn cursor(&self) -> Result<Cursor, RelayBenchError> {
        let row = storage::look(&self.storage, |shelf| shelf.outlet(self.outlet))?;
        let Outlet { epoch, head, hash, .. } = row.ok_or(RelayBenchError::Refused)?;
        Ok(Cursor { epoch, seq: head, hash: log::short(&hash), part: 0 })
    }
}

fn take_all(
    ledger: &mut dyn Ledger,
    outlet: OutletId,
    boss: MemberId,
    device: doorstep_schemas::ids::DeviceId,
    pieces: Vec<Piece>,
) -> Result<bool, StorageError> {
    let Some(member) = ledger.member(outlet, boss)? else { return Ok(false) };
    let Some(Device { key, .. }) = ledger.device(outlet, device)? else { return Ok(false) };
    let caller = Caller { outlet, device, key, member };
    let room = Room::endless(device);
    let carrier = Carrier { caller: &caller, actor: None, now_ms: MORNING_MS, room: &room };
    for piece in pieces {
        if intake::take(ledger, carrier, piece)?.outcome != Outcome::Accepted {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fellow(outlet: OutletId, n: u64) -> Fellow {
    let chance = Chance::of(SEED, 1, n);
    let key = SigningKey::from_bytes(&chance.bytes());
    let token = chance.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    Fellow { author: Author { outlet, key }, member: ShortId::mint(chance.bytes()), token }
}

fn row((n, fellow): (usize, &Fellow)) -> (MemberId, RoleKind, Device) {
    let (key, id) = identity(&fellow.author.key);
    let role = if n == 0 { RoleKind::Owner } else { RoleKind::Technician };
    let device = Device {
        id,
        member: fellow.member,
        key,
        name: format!("手机{n}"),
        status: Status::Active,
        status_ms: 0,
        token_hash: token_hash(&fellow.token),
        cursor_seq: 0,
        seen_ms: 0,
        held: Held::default(),
        pending: false,
    };
    (fellow.member, role, device)
}
