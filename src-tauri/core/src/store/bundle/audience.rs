//! Who may open what of a bundle: the relay's table of readers, as far as this device knows it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::bundle::{BundleHead, BundleKey, MAX_SLOTS, VERSION, outlet_tag};
use doorstep_schemas::ids::{DocId, JobId, MemberId, OutletId, PublicKey};
use rusqlite::Connection;

use super::seal::{self, FileKey, Recipient};
use crate::nature::{Nature, random};
use crate::store::{Store, StoreError, index};

/// Members whose devices get a key; owners get every key.
pub type Audience = BTreeSet<MemberId>;

/// The outlet's active devices by member, and who of them runs it.
struct Devices {
    by_member: BTreeMap<MemberId, Vec<Recipient>>,
    owners: Audience,
}

impl Devices {
    fn read(db: &Connection) -> Result<Self, StoreError> {
        let mut query = db.prepare_cached(
            "SELECT d.member, d.key, m.roles FROM device d JOIN member m ON m.member = d.member
             WHERE d.lost = 0 AND m.active = 1",
        )?;
        let rows = query
            .query_map([], |row| Ok((row.get::<_, String>(0)?, PublicKey(row.get(1)?), row.get::<_, String>(2)?)))?;
        let mut devices = Self { by_member: BTreeMap::new(), owners: Audience::new() };
        for row in rows {
            let (member, key, roles) = row?;
            let (Ok(member), Some(to)) = (member.parse::<MemberId>(), seal::recipient(&key)) else { continue };
            devices.by_member.entry(member).or_default().push(to);
            if roles.split(' ').any(|role| role == "owner") {
                devices.owners.insert(member);
            }
        }
        Ok(devices)
    }
}

/// The keys of one file while it is planned.
pub struct Keys {
    devices: Devices,
    /// Always recipients: this device, and the outlet's recovery key where there is one.
    always: BTreeSet<Recipient>,
    everybody: Audience,
    by_audience: BTreeMap<Audience, u32>,
    slots: usize,
    count: u32,
    /// The key that only owners have.
    owners: u32,
}

impl Keys {
    pub fn new(store: &mut Store) -> Result<Self, StoreError> {
        let devices = Devices::read(&store.db)?;
        let recovery = store.recovery_public()?.map(|public| public.0);
        let always = recovery.into_iter().chain(seal::recipient(&store.public_key())).collect();
        let everybody = devices.by_member.keys().copied().collect::<Audience>();
        let by_audience = BTreeMap::new();
        let mut keys =
            Self { devices, always, everybody: everybody.clone(), by_audience, slots: 0, count: 0, owners: 0 };
        // The first key is the label's.
        keys.key_of(&everybody);
        keys.owners = keys.key_of(&Audience::new());
        Ok(keys)
    }

    /// The key for a document's readers.
    pub fn of_doc(&mut self, db: &Connection, doc: &DocId) -> Result<u32, StoreError> {
        let audience = match doc {
            DocId::Roster | DocId::Catalogue => self.everybody.clone(),
            DocId::Request(member) | DocId::Stock(member) => [*member].into(),
            DocId::Desk(_) => Audience::new(),
            DocId::Order(job) | DocId::Sheet(job) => job_members(db, *job)?,
        };
        Ok(self.key_of(&audience))
    }

    fn key_of(&mut self, audience: &Audience) -> u32 {
        let readers: Audience = audience.union(&self.devices.owners).copied().collect();
        if let Some(key) = self.by_audience.get(&readers) {
            return *key;
        }
        let slots = self.recipients(&readers).len();
        if self.slots + slots > MAX_SLOTS {
            // The head is one frame: whoever is not an owner gets this part in a smaller bundle.
            return self.owners;
        }
        self.slots += slots;
        self.by_audience.insert(readers, self.count);
        self.count += 1;
        self.count - 1
    }

    fn recipients(&self, readers: &Audience) -> BTreeSet<Recipient> {
        let of = |member| self.devices.by_member.get(member).into_iter().flatten().copied();
        readers.iter().flat_map(of).chain(self.always.iter().copied()).collect()
    }

    /// Devices that can open the file.
    pub fn reached(&self) -> usize {
        self.recipients(&self.everybody).len()
    }

    /// Draws the keys and seals each to its readers.
    pub fn draw(&self, outlet: OutletId, nature: &dyn Nature) -> (BundleHead, Vec<FileKey>) {
        let salt: [u8; 16] = random(nature);
        let mut by_number: Vec<(&Audience, u32)> = self.by_audience.iter().map(|(a, key)| (a, *key)).collect();
        by_number.sort_by_key(|(_, key)| *key);
        let mut keys = Vec::new();
        let mut secrets = Vec::new();
        for (readers, _) in by_number {
            let secret: FileKey = random(nature);
            let recipients = self.recipients(readers);
            let slots = recipients.iter().filter_map(|to| seal::slot(&secret, &salt, to, nature)).collect();
            keys.push(BundleKey { slots });
            secrets.push(secret);
        }
        (BundleHead { version: VERSION, outlet: outlet_tag(outlet), salt, keys }, secrets)
    }
}

/// Who reads a job besides the owners: by the relay's grants, and by the order where it says more already.
fn job_members(db: &Connection, job: JobId) -> Result<Audience, StoreError> {
    let mut members = assignees(db, job)?;
    let mut query = db.prepare_cached("SELECT member, access FROM granted WHERE job = ?1")?;
    let rows = query.query_map([job.to_string()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (member, access) = row?;
        if access > 0 {
            members.extend(member.parse::<MemberId>());
        }
    }
    Ok(members)
}

fn assignees(db: &Connection, job: JobId) -> Result<Audience, StoreError> {
    let row = index::row_of(db, job)?;
    Ok(row.map(|(_, row)| row.figures.members.into_iter().collect()).unwrap_or_default())
}
