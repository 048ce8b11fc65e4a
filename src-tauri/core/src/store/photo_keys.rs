//! Keys of the photo files: random, in the database, independent of its own key, newest generation for what is written.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::key::StoreKey;
use crate::nature::{Nature, random};

pub(super) type PhotoKeys = BTreeMap<u32, [u8; 32]>;

/// All generations.
pub(super) fn all(db: &Connection) -> Result<PhotoKeys, StoreError> {
    let mut query = db.prepare("SELECT generation, key FROM photo_key")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All generations, the first one made where there is none. A folder that has photos from before there was a choice
/// goes on with the key that followed from the store's.
pub(super) fn ensure(
    db: &Connection,
    folder: &Path,
    store: &StoreKey,
    nature: &dyn Nature,
) -> Result<PhotoKeys, StoreError> {
    let keys = all(db)?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    if folder.join("photos").exists() {
        let key = Sha256::new().chain_update(b"doorstep photo files\0").chain_update(store).finalize();
        put(db, 0, &key.into(), nature)?;
    } else {
        put(db, 1, &random(nature), nature)?;
    }
    all(db)
}

/// A new generation, for what is written from now on.
pub(super) fn add(db: &Connection, nature: &dyn Nature) -> Result<(), StoreError> {
    let newest = all(db)?.last_key_value().map_or(0, |(generation, _)| *generation);
    put(db, newest.checked_add(1).ok_or(StoreError::Row("photo_key"))?, &random(nature), nature)
}

/// A generation that is known from elsewhere; one that is here stays.
pub(super) fn put_back(db: &Connection, generation: u32, key: &[u8; 32]) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR IGNORE INTO photo_key (generation, key, made_ms) VALUES (?1, ?2, 0)",
        params![generation, key],
    )?;
    Ok(())
}

fn put(db: &Connection, generation: u32, key: &[u8; 32], nature: &dyn Nature) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO photo_key (generation, key, made_ms) VALUES (?1, ?2, ?3)",
        params![generation, key, nature.now_ms()],
    )?;
    Ok(())
}
