//! What is stuck as one file, for whoever looks into it: a line of JSON each, with the bytes as they came. It holds
//! customers' data as the documents do, and no key.

use std::io::Write;

use doorstep_schemas::ids::{Actor, DocId, JobId};
use rusqlite::params;
use serde::Serialize;

use super::{Store, StoreError};

/// The first line of the file.
#[derive(Serialize)]
struct Head<'a> {
    format: &'a str,
    version: u32,
    device: String,
    outlet: String,
    at_ms: i64,
}

#[derive(Serialize)]
struct Line<'a> {
    /// `change`: signed by its author and in quarantine. `waiting`: a parent is not here. `piece`: put aside. `held`:
    /// what comes before it is not here. `refused`: our own, refused by the relay.
    what: &'a str,
    doc: &'a str,
    actor: String,
    seq: i64,
    code: Option<String>,
    at_ms: i64,
    log_seq: Option<i64>,
    hash: Option<String>,
    /// Hexadecimal; of a change its chunk, of a piece its CBOR.
    bytes: Option<String>,
}

impl Store {
    /// Writes everything that is stuck, of one job or of all; returns how many lines follow the first.
    pub fn write_stuck(&self, of: Option<JobId>, now_ms: i64, out: &mut dyn Write) -> Result<u32, StoreError> {
        let head = Head {
            format: "doorstep-stuck",
            version: 1,
            device: self.device().to_string(),
            outlet: self.enrolment()?.map(|e| e.outlet.to_string()).unwrap_or_default(),
            at_ms: now_ms,
        };
        put(out, &head)?;
        let docs = of.map(|job| (DocId::Order(job).to_string(), DocId::Sheet(job).to_string()));
        let (order, sheet) = docs.unzip();
        let mut query = self.db.prepare(include_str!("sql/stuck_file.sql"))?;
        let mut rows = query.query(params![order, sheet])?;
        let mut lines = 0;
        while let Some(row) = rows.next()? {
            let (what, doc): (String, String) = (row.get(0)?, row.get(1)?);
            let hex = |bytes: Option<Vec<u8>>| {
                bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            };
            let actor = row.get::<_, Option<[u8; 16]>>(2)?.map(|bytes| Actor(bytes).to_string());
            put(
                out,
                &Line {
                    what: &what,
                    doc: &doc,
                    actor: actor.unwrap_or_default(),
                    seq: row.get(3)?,
                    code: row.get(4)?,
                    at_ms: row.get(5)?,
                    log_seq: row.get(6)?,
                    hash: hex(row.get(7)?),
                    bytes: hex(row.get(8)?),
                },
            )?;
            lines += 1;
        }
        Ok(lines)
    }
}

fn put(out: &mut dyn Write, line: &impl Serialize) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *out, line).map_err(|error| StoreError::Io(error.into()))?;
    Ok(out.write_all(b"\n")?)
}
