//! Small facts about this installation: its key, its enrolment, its cursor, what a person chose.

use doorstep_schemas::ids::{DeviceId, MemberId, OutletId, PublicKey};
use doorstep_schemas::nearby;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::signature::{Beacon, identity};
use doorstep_schemas::view::{Language, Shell};
use doorstep_schemas::wire::Cursor;
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::nature::{Nature, random};

/// What an enrolment left here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub outlet: OutletId,
    pub outlet_name: String,
    pub member: MemberId,
    pub device_name: String,
    /// `http://` on loopback or `https://`.
    pub relay: String,
    pub relay_key: PublicKey,
    pub token: String,
}

impl Enrolment {
    /// Whether the outlet was made up on this device. It names no relay, so nothing of it can be sent anywhere.
    pub fn is_sample(&self) -> bool {
        self.relay.is_empty()
    }
}

/// What a person chose on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub language: Language,
    pub shell: Option<Shell>,
    pub no_network: bool,
    /// Full pictures go over networks without a meter only.
    #[serde(default)]
    pub wifi_only: bool,
    /// Where a photo was taken is kept with it.
    #[serde(default)]
    pub photo_position: bool,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { language: Language::Zh, shell: None, no_network: false, wifi_only: false, photo_position: false }
    }
}

pub(super) fn get(db: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut query = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(query.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn put(db: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![key, value])?;
    Ok(())
}

pub(super) fn get_json<T: DeserializeOwned>(db: &Connection, key: &str) -> Result<Option<T>, StoreError> {
    let Some(bytes) = get(db, key)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(StoreError::Json)
}

pub(super) fn put_json<T: Serialize>(db: &Connection, key: &str, value: &T) -> Result<(), StoreError> {
    put(db, key, &serde_json::to_vec(value).expect("settings have only text keys"))
}

/// Where the relay says that it can be reached; what is no address is left out.
pub(super) fn put_addresses(db: &Connection, addresses: &[String]) -> Result<(), StoreError> {
    let kept: Vec<&String> =
        addresses.iter().filter(|address| nearby::is_address(address)).take(nearby::MOST_ADDRESSES).collect();
    put_json(db, "relay_addresses", &kept)
}

/// This installation's signing key, made at the first open.
pub(super) fn signing_key(db: &Connection, nature: &dyn Nature) -> Result<SigningKey, StoreError> {
    if let Some(seed) = get(db, "signing_key")? {
        let seed: [u8; 32] = seed.try_into().map_err(|_: Vec<u8>| StoreError::Row("signing_key"))?;
        return Ok(SigningKey::from_bytes(&seed));
    }
    let seed = random::<32>(nature);
    put(db, "signing_key", &seed)?;
    Ok(SigningKey::from_bytes(&seed))
}

pub(super) fn enrolment(db: &Connection) -> Result<Option<Enrolment>, StoreError> {
    get_json(db, "enrolment")
}

pub(super) fn beacon(db: &Connection) -> Result<Option<Beacon>, StoreError> {
    let bytes = get(db, "beacon")?;
    Ok(bytes.and_then(|bytes| minicbor::decode(&bytes).ok()))
}

pub(super) fn set_cursor(db: &Connection, cursor: &Cursor) -> Result<(), StoreError> {
    let part = if planted::on(Bug::CursorWithoutPart) { 0 } else { cursor.part };
    let cursor = &Cursor { part, ..*cursor };
    put(db, "cursor", &minicbor::to_vec(cursor).expect("writing to memory can't fail"))
}

pub(super) fn number(db: &Connection, key: &str) -> Result<Option<i64>, StoreError> {
    Ok(get(db, key)?.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes))
}

pub(super) fn put_number(db: &Connection, key: &str, value: i64) -> Result<(), StoreError> {
    put(db, key, &value.to_be_bytes())
}

impl Store {
    /// Where the relay can be reached beside the address that this device was enrolled by, the likeliest first.
    pub fn relay_addresses(&self) -> Result<Vec<String>, StoreError> {
        Ok(get_json(&self.db, "relay_addresses")?.unwrap_or_default())
    }

    /// What the relay is told of them; `None` while none is known.
    pub fn relay_addresses_tag(&self) -> Result<Option<u32>, StoreError> {
        Ok(Some(nearby::addresses_tag(&self.relay_addresses()?)).filter(|tag| *tag != 0))
    }

    pub fn enrolment(&self) -> Result<Option<Enrolment>, StoreError> {
        enrolment(&self.db)
    }

    /// Joins an outlet. The relay is asked for everything from the beginning.
    pub fn set_enrolment(&mut self, enrolment: &Enrolment) -> Result<(), StoreError> {
        put_json(&self.db, "enrolment", enrolment)?;
        self.sample = enrolment.is_sample();
        // The enrolment stands; a disk without room for its copy is tried again at the next start.
        if let Err(error) = self.renew_identity() {
            tracing::warn!(%error, "the identity was not written");
        }
        Ok(())
    }

    pub fn chosen(&self) -> Result<Chosen, StoreError> {
        Ok(get_json(&self.db, "chosen")?.unwrap_or_default())
    }

    pub fn set_chosen(&mut self, chosen: &Chosen) -> Result<(), StoreError> {
        put_json(&self.db, "chosen", chosen)
    }

    pub fn cursor(&self) -> Result<Option<Cursor>, StoreError> {
        Ok(get(&self.db, "cursor")?.and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    /// This device's clock minus the relay's, in milliseconds, once an answer told it.
    pub fn clock_offset(&self) -> Result<Option<i64>, StoreError> {
        number(&self.db, "clock_offset")
    }

    pub fn device(&self) -> DeviceId {
        identity(&self.signer).1
    }

    /// The relay refuses this device; remembered so that the screen says so also without network.
    pub fn device_refused(&self) -> Result<bool, StoreError> {
        Ok(number(&self.db, "device_refused")?.is_some_and(|n| n != 0))
    }

    pub fn set_device_refused(&mut self, refused: bool) -> Result<(), StoreError> {
        put_number(&self.db, "device_refused", i64::from(refused))
    }
}
