//! Members, devices and grants, as the relay's log has them; and the grants that an owner's device has yet to say.

use doorstep_schemas::enrol::{DeviceStatus, RoleName};
use doorstep_schemas::ids::{DeviceId, DocId, JobId, MemberId, PublicKey};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::view::{DeviceView, MemberView, Millis};
use doorstep_schemas::wire::{Access, Device, DeviceHeld, Grant, Held, Role, RoleKind, Status};
use rusqlite::{Connection, OptionalExtension, params};

use super::absorb::Taken;
use super::links::{self, Links, Said, Wanted};
use super::papers::Papers;
use super::rows::signed;
use super::settings::Enrolment;
use super::{Store, StoreError, settings, unopened, views};
use crate::domain::facts::Order;

fn access_number(access: Access) -> i64 {
    match access {
        Access::None => 0,
        Access::Read => 1,
        Access::Write => 2,
    }
}

/// In `granted`: what the log says is not known. It was put back to an older copy, or a word is on its way to it and may
/// arrive although no answer comes.
const UNKNOWN: i64 = -1;

pub(super) fn access_of(number: i64) -> Access {
    match number {
        i64::MIN..=0 => Access::None,
        1 => Access::Read,
        _ => Access::Write,
    }
}

fn role_word(role: RoleKind) -> &'static str {
    match role {
        RoleKind::Owner => "owner",
        RoleKind::Technician => "technician",
        RoleKind::Installer => "installer",
        RoleKind::Repairer => "repairer",
    }
}

fn role_names(words: &str) -> Vec<RoleName> {
    words
        .split(' ')
        .filter_map(|word| match word {
            "owner" => Some(RoleName::Owner),
            "technician" => Some(RoleName::Technician),
            "installer" => Some(RoleName::Installer),
            "repairer" => Some(RoleName::Repairer),
            _ => None,
        })
        .collect()
}

/// A device's own word on what it holds, as far as a screen can show it.
fn shown(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How new a word of the log is among all of it; `None` for a word that is not the log's.
pub(super) fn rank(taken: Taken) -> Option<i64> {
    // What an opening entry hands over is older than the entry, and in the log's order.
    taken.log_seq.map(|seq| signed(seq).saturating_mul(2).saturating_sub(i64::from(taken.handed_over)))
}

/// The log is another one: whatever it says is newer than what is known.
pub(super) fn forget_ranks(db: &Connection) -> Result<(), StoreError> {
    Ok(db.execute_batch("UPDATE member SET rank = 0; UPDATE device SET rank = 0; UPDATE granted SET rank = 0;")?)
}

/// Takes a word that is not older than what is known. One that is not the log's is always taken.
pub(super) fn put_member(db: &Connection, role: &Role, rank: Option<i64>) -> Result<(), StoreError> {
    let roles: Vec<&str> = role.roles.iter().map(|r| role_word(*r)).collect();
    db.execute(
        "INSERT INTO member (member, name, roles, active, rank) VALUES (?1, ?2, ?3, ?4, coalesce(?5, 0))
         ON CONFLICT (member) DO UPDATE SET name = excluded.name, roles = excluded.roles, active = excluded.active,
             rank = coalesce(?5, rank) WHERE ?5 IS NULL OR ?5 >= rank",
        params![role.member.as_str(), role.name, roles.join(" "), role.status == Status::Active, rank],
    )?;
    Ok(())
}

/// The same.
pub(super) fn put_device(db: &Connection, device: &Device, rank: Option<i64>) -> Result<(), StoreError> {
    if DeviceId::of_key(&device.key) != device.device {
        tracing::warn!(device = %device.device, "a device's name is not that of its key; passed over");
        return Ok(());
    }
    db.execute(
        "INSERT INTO device (device, member, key, name, lost, rank) VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, 0))
         ON CONFLICT (device) DO UPDATE SET member = excluded.member, name = excluded.name, lost = excluded.lost,
             rank = coalesce(?6, rank) WHERE ?6 IS NULL OR ?6 >= rank",
        params![
            device.device.0,
            device.member.as_str(),
            device.key.0,
            device.name,
            device.status != Status::Active,
            rank
        ],
    )?;
    Ok(())
}

/// The same.
pub(super) fn put_grant(db: &Connection, grant: &Grant, rank: Option<i64>) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO granted (job, member, access, rank) VALUES (?1, ?2, ?3, coalesce(?4, 0))
         ON CONFLICT (job, member) DO UPDATE SET access = excluded.access, rank = coalesce(?4, rank)
             WHERE ?4 IS NULL OR ?4 >= rank",
    )?
    .execute(params![grant.job.to_string(), grant.member.as_str(), access_number(grant.access), rank])?;
    Ok(())
}

/// The log is another one: which grants it holds is not known until it has come again. An owner's device says all that
/// it knew, what was taken away included; the relay passes over those that it has.
pub(super) fn say_grants_again(db: &Connection) -> Result<(), StoreError> {
    let Some(enrolment) = settings::enrolment(db)? else { return Ok(()) };
    if is_owner(db, enrolment.member)? {
        db.execute(
            "INSERT OR REPLACE INTO grant_out (job, member, access) SELECT job, member, access FROM granted WHERE access >= 0",
            [],
        )?;
        // Not forgotten: who had the job and is taken off it before the log is heard again must be told so as well.
        db.execute("UPDATE granted SET access = ?1", [UNKNOWN])?;
    }
    Ok(())
}

/// What the log has of a grant is not known any more.
pub(super) fn forget_grant(db: &Connection, job: JobId, member: MemberId) -> Result<(), StoreError> {
    let place = params![job.to_string(), member.as_str(), UNKNOWN];
    db.execute("UPDATE granted SET access = ?3 WHERE job = ?1 AND member = ?2", place)?;
    Ok(())
}

/// What the relay refused for want of a right is offered again when the right comes.
pub(super) fn offer_again(db: &Connection, job: JobId) -> Result<(), StoreError> {
    let (order, sheet) = (DocId::Order(job).to_string(), DocId::Sheet(job).to_string());
    let docs = (order.as_str(), sheet.as_str());
    for sql in [
        "DELETE FROM refused WHERE doc IN (?1, ?2) AND code = 'not_allowed'",
        "UPDATE photo SET refused = NULL WHERE doc IN (?1, ?2) AND refused = 'not_found'",
    ] {
        db.prepare_cached(sql)?.execute(docs)?;
    }
    Ok(())
}

pub(super) fn is_owner(db: &Connection, member: MemberId) -> Result<bool, StoreError> {
    let roles: Option<String> = db
        .prepare_cached("SELECT roles FROM member WHERE member = ?1 AND active = 1")?
        .query_row([member.as_str()], |row| row.get(0))
        .optional()?;
    Ok(roles.is_some_and(|roles| roles.split(' ').any(|role| role == "owner")))
}

/// Grants are desired state, computed from the merged orders (who has the job, and who may read it as history): every owner's
/// device queues the difference, which goes
/// quiet when the orders agree. Returns whether something is due.
pub(super) fn queue_grants(
    db: &Connection,
    papers: &mut Papers,
    enrolment: &Enrolment,
    job: JobId,
    links: Links,
) -> Result<bool, StoreError> {
    if planted::on(Bug::GrantsForgotten) || !is_owner(db, enrolment.member)? {
        return Ok(false);
    }
    let Some(order) = views::order(db, papers, job)? else { return Ok(false) };
    queue_wanted(db, job, order.assignees.into_keys(), |said, wanted| links::want_history(db, job, links, said, wanted))
}

/// The same for a job of which is known who has it, on an owner's device: its order, which may be packed, is not opened.
/// `history` adds who may read it as history.
pub(super) fn queue_listed(
    db: &Connection,
    job: JobId,
    assignees: &[MemberId],
    history: impl FnOnce(&Said, &mut Wanted) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    Ok(!planted::on(Bug::GrantsForgotten) && queue_wanted(db, job, assignees.iter().copied(), history)?)
}

/// The same for an order that is at hand, on an owner's device. Who may read a job as history is asked once all have come.
pub(super) fn queue_assigned(db: &Connection, job: JobId, order: &Order) -> Result<bool, StoreError> {
    let as_said = |said: &Said, wanted: &mut Wanted| links::want_history(db, job, Links::AsSaid, said, wanted);
    Ok(!planted::on(Bug::GrantsForgotten) && queue_wanted(db, job, order.assignees.keys().copied(), as_said)?)
}

fn queue_wanted(
    db: &Connection,
    job: JobId,
    assignees: impl Iterator<Item = MemberId>,
    history: impl FnOnce(&Said, &mut Wanted) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    let mut wanted: Wanted = assignees.map(|member| (member, Access::Write)).collect();
    let mut said = Said::new();
    let mut rows = db.prepare_cached("SELECT member, access FROM granted WHERE job = ?1")?;
    for row in rows.query_map([job.to_string()], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))? {
        let (member, access): (String, i64) = row?;
        if let Ok(member) = member.parse::<MemberId>() {
            said.insert(member, Some(access).filter(|access| *access != UNKNOWN).map(access_of));
        }
    }
    history(&said, &mut wanted)?;
    for member in said.keys() {
        wanted.entry(*member).or_insert(Access::None);
    }
    db.prepare_cached("DELETE FROM grant_out WHERE job = ?1")?.execute([job.to_string()])?;
    let mut due = Vec::new();
    for (member, access) in wanted {
        // What nobody has said of a member is that they have nothing.
        if said.get(&member).copied().unwrap_or(Some(Access::None)) != Some(access) {
            due.push(member);
            db.prepare_cached("INSERT INTO grant_out (job, member, access) VALUES (?1, ?2, ?3)")?.execute(params![
                job.to_string(),
                member.as_str(),
                access_number(access)
            ])?;
        }
    }
    unopened::only(db, job, &due)?;
    Ok(!due.is_empty())
}

/// A device that waits for an owner's word: its id, whose it is, its name.
type Waiting = (DeviceId, MemberId, String);

const PENDING: &str = "pending_devices";

impl Store {
    pub fn put_member(&mut self, role: &Role) -> Result<(), StoreError> {
        put_member(&self.db, role, None)
    }

    pub fn is_owner(&self, member: MemberId) -> Result<bool, StoreError> {
        is_owner(&self.db, member)
    }

    pub fn members(&self) -> Result<Vec<MemberView>, StoreError> {
        let mut query =
            self.db.prepare_cached("SELECT member, name, roles, active FROM member ORDER BY name, member")?;
        let rows = query.query_map([], member_row)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// A member's name, or the id when the relay has not told it yet.
    pub fn member(&self, member: MemberId) -> Result<MemberView, StoreError> {
        let mut query = self.db.prepare_cached("SELECT member, name, roles, active FROM member WHERE member = ?1")?;
        let known = query.query_row([member.as_str()], member_row).optional()?;
        Ok(known.unwrap_or(MemberView { id: member, name: member.to_string(), roles: Vec::new(), active: false }))
    }

    pub fn devices(&self) -> Result<Vec<DeviceView>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT d.device, d.name, d.lost, d.seen_ms, d.changes, d.photos, d.photo_bytes,
                    d.member, coalesce(m.name, d.member), coalesce(m.roles, ''), coalesce(m.active, 0)
             FROM device d LEFT JOIN member m ON m.member = d.member ORDER BY 9, d.name, d.device",
        )?;
        let own = self.device();
        let rows = query.query_map([], |row| {
            let device = DeviceId(row.get(0)?);
            let lost: bool = row.get(2)?;
            let id: String = row.get(7)?;
            Ok(DeviceView {
                device,
                name: row.get(1)?,
                member: MemberView {
                    id: id.parse().map_err(|e| text_error(7, e))?,
                    name: row.get(8)?,
                    roles: role_names(&row.get::<_, String>(9)?),
                    active: row.get(10)?,
                },
                status: if lost { DeviceStatus::Lost } else { DeviceStatus::Active },
                this_device: device == own,
                seen_at: row.get::<_, Option<i64>>(3)?.map(Millis),
                changes: row.get(4)?,
                photos: row.get(5)?,
                photo_bytes: row.get(6)?,
            })
        })?;
        let mut devices = rows.collect::<Result<Vec<_>, _>>()?;
        for (device, member, name) in self.pending()? {
            let member = self.member(member)?;
            let (status, this_device) = (DeviceStatus::Pending, false);
            let (seen_at, changes, photos, photo_bytes) = (None, 0, 0, 0);
            devices.push(DeviceView {
                device,
                name,
                member,
                status,
                this_device,
                seen_at,
                changes,
                photos,
                photo_bytes,
            });
        }
        Ok(devices)
    }

    /// The relay's word on each member, as it was said here.
    pub(super) fn roles(&self) -> Result<Vec<Role>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT member, name, roles, active FROM member ORDER BY member")?;
        let rows = query.query_map([], |row| {
            let member: String = row.get(0)?;
            let status = if row.get(3)? { Status::Active } else { Status::Left };
            let roles = role_names(&row.get::<_, String>(2)?).into_iter().map(RoleKind::from).collect();
            Ok(Role { member: member.parse().map_err(|e| text_error(0, e))?, name: row.get(1)?, roles, status })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The relay's word on each device, as it was said here.
    pub(super) fn known_devices(&self) -> Result<Vec<Device>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT device, member, key, name, lost FROM device ORDER BY device")?;
        let rows = query.query_map([], |row| {
            let member: String = row.get(1)?;
            Ok(Device {
                device: DeviceId(row.get(0)?),
                member: member.parse().map_err(|e| text_error(1, e))?,
                key: PublicKey(row.get(2)?),
                name: row.get(3)?,
                status: if row.get(4)? { Status::Lost } else { Status::Active },
            })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The names of a device's member and of the device; empty for what is not known here.
    pub fn device_names(&self, device: DeviceId) -> Result<(String, String), StoreError> {
        let mut query = self.db.prepare_cached("SELECT member, name FROM device WHERE device = ?1")?;
        let row = query.query_row([device.0], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
        let Some((member, name)) = row else { return Ok(Default::default()) };
        let member = member.parse().map_err(|_not_an_id| StoreError::Row("device"))?;
        Ok((self.member(member)?.name, name))
    }

    pub fn device_key(&self, device: DeviceId) -> Result<Option<PublicKey>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT key FROM device WHERE device = ?1")?;
        Ok(query.query_row([device.0], |row| row.get(0).map(PublicKey)).optional()?)
    }

    /// What other devices last said they still hold.
    pub fn note_held(&mut self, devices: &[DeviceHeld]) -> Result<(), StoreError> {
        for DeviceHeld { device, seen_ms, held: Held { changes, photos, photo_bytes } } in devices {
            self.db.execute(
                "UPDATE device SET seen_ms = ?2, changes = ?3, photos = ?4, photo_bytes = ?5 WHERE device = ?1",
                params![device.0, seen_ms, shown(*changes), shown(*photos), shown(*photo_bytes)],
            )?;
        }
        Ok(())
    }

    /// Devices that wait for an owner's word, as the relay names them now. Returns whether they are others than before.
    pub fn note_pending(&mut self, devices: &[Device]) -> Result<bool, StoreError> {
        let named: Vec<Waiting> = devices.iter().map(|d| (d.device, d.member, d.name.clone())).collect();
        let moved = self.pending()? != named;
        if moved {
            settings::put_json(&self.db, PENDING, &named)?;
        }
        Ok(moved)
    }

    fn pending(&self) -> Result<Vec<Waiting>, StoreError> {
        Ok(settings::get_json(&self.db, PENDING)?.unwrap_or_default())
    }

    /// What this member may do with a job by the log's word.
    pub fn access(&self, job: JobId, member: MemberId) -> Result<Access, StoreError> {
        let mut query = self.db.prepare_cached("SELECT access FROM granted WHERE job = ?1 AND member = ?2")?;
        let found = query.query_row(params![job.to_string(), member.as_str()], |row| row.get(0)).optional()?;
        Ok(found.map_or(Access::None, access_of))
    }

    /// Grants that this owner's device has yet to say.
    pub fn grants_due(&self) -> Result<Vec<Grant>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT job, member, access FROM grant_out ORDER BY job, member")?;
        let rows = query.query_map([], |row| {
            let job: String = row.get(0)?;
            let member: String = row.get(1)?;
            Ok(Grant {
                job: job.parse().map_err(|e| text_error(0, e))?,
                member: member.parse().map_err(|e| text_error(1, e))?,
                access: access_of(row.get(2)?),
            })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// These are about to leave. Until they are answered nobody knows what the log says: were the job given to somebody
    /// else meanwhile, whoever had it must be taken off it in so many words.
    pub fn grants_leave<'a>(&self, grants: impl IntoIterator<Item = &'a Grant>) -> Result<(), StoreError> {
        for grant in grants {
            self.db
                .prepare_cached(
                    "INSERT INTO granted (job, member, access, rank) VALUES (?1, ?2, ?3, 0)
                     ON CONFLICT (job, member) DO UPDATE SET access = excluded.access",
                )?
                .execute(params![grant.job.to_string(), grant.member.as_str(), UNKNOWN])?;
        }
        Ok(())
    }

    /// The relay has a grant in its log, at this entry if it says so, or will never take it.
    pub(super) fn grant_said(
        &mut self,
        grant: &Grant,
        accepted: bool,
        log_seq: Option<u64>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        if accepted {
            put_grant(&tx, grant, rank(Taken { log_seq, ..Taken::default() }))?;
            unopened::agreed(&tx, grant)?;
            if grant.access == Access::Write {
                // Work that is carried for whoever has the job now may have gone before it.
                offer_again(&tx, grant.job)?;
            }
        } else {
            unopened::note(&tx, grant, now_ms)?;
            tx.execute(
                "DELETE FROM granted WHERE job = ?1 AND member = ?2 AND access = ?3",
                params![grant.job.to_string(), grant.member.as_str(), UNKNOWN],
            )?;
        }
        tx.execute(
            "DELETE FROM grant_out WHERE job = ?1 AND member = ?2 AND access = ?3",
            params![grant.job.to_string(), grant.member.as_str(), access_number(grant.access)],
        )?;
        tx.commit()?;
        Ok(())
    }
}

pub(super) fn member_row(row: &rusqlite::Row<'_>) -> Result<MemberView, rusqlite::Error> {
    let id: String = row.get(0)?;
    Ok(MemberView {
        id: id.parse().map_err(|e| text_error(0, e))?,
        name: row.get(1)?,
        roles: role_names(&row.get::<_, String>(2)?),
        active: row.get(3)?,
    })
}

pub(super) fn text_error(column: usize, error: doorstep_schemas::ids::NotAnId) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// The document whose assignees decide who may write a job's sheet.
pub(super) fn order_of(job: JobId) -> DocId {
    DocId::Order(job)
}
