//! All that is computed from the documents and kept: lists, days, keys, sums, search. What was kept up edit by edit must be
//! what is made anew.

use std::collections::BTreeMap;

use doorstep::nature::Nature;
use doorstep::store;
use doorstep::tasks::Unwatched;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::Phone;

/// Each with what makes its rows a set.
const TABLES: [(&str, &str); 7] = [
    ("job", "SELECT id, job, due, status FROM job"),
    ("job_day", "SELECT day, id FROM job_day"),
    ("job_key", "SELECT key, id FROM job_key"),
    ("job_revisit", "SELECT first, id FROM job_revisit"),
    // Whoever has nothing more in hand may have a row of nothing.
    ("hand", "SELECT member, fen FROM hand WHERE fen <> 0"),
    ("part_use", "SELECT holder, at, id, fact, code, name, quantity FROM part_use"),
    ("machine", "SELECT machine, served, id, kind, made, gone FROM machine"),
];

fn rows(db: &Connection, sql: &str) -> Vec<String> {
    let mut query = db.prepare(sql).unwrap();
    let columns = query.column_count();
    let read = query.query_map([], |row| {
        let values: Vec<Value> = (0..columns).map(|n| row.get(n)).collect::<Result<_, _>>()?;
        Ok(format!("{values:?}"))
    });
    let mut rows: Vec<String> = read.unwrap().map(Result::unwrap).collect();
    rows.sort();
    rows
}

/// Pieces by which jobs are found, each with the job's number.
pub fn pieces(db: &Connection) -> Vec<String> {
    let made = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.pieces USING fts5vocab(main, search, instance)";
    db.execute_batch(made).unwrap();
    rows(db, "SELECT term, doc FROM temp.pieces")
}

impl Phone {
    /// By table, sorted.
    pub fn kept_beside(&self) -> BTreeMap<&'static str, Vec<String>> {
        // What waits for an idle moment.
        self.store().catch_up_search(u32::MAX).unwrap();
        let db = self.database();
        let mut all: BTreeMap<_, _> = TABLES.iter().map(|(table, sql)| (*table, rows(&db, sql))).collect();
        let mut decoded: Vec<String> = store::all_rows(&db).unwrap().iter().map(|row| format!("{row:?}")).collect();
        decoded.sort();
        all.insert("rows", decoded);
        all.insert("search", pieces(&db));
        all
    }

    /// Makes everything anew, twice: over what is there, and with the read models emptied first.
    pub fn is_as_made_anew(&self) {
        let kept = self.kept_beside();
        let now = self.nature.now_ms();
        self.store().rebuild(now, &mut Unwatched).unwrap();
        self.is_kept_as(&kept, "rebuilt");
        self.store().rebuild_views(&mut Unwatched, now).unwrap();
        self.is_kept_as(&kept, "rebuilt from nothing");
    }

    fn is_kept_as(&self, kept: &BTreeMap<&'static str, Vec<String>>, how: &str) {
        let anew = self.kept_beside();
        for (table, rows) in kept {
            assert_eq!(rows, &anew[table], "{table}, {how}, of {}", self.name);
        }
    }
}
