//! The search index, and the search. The index leaves a few jobs to ask; whether one is meant, its own texts say.

use std::collections::BTreeSet;

use doorstep_schemas::ids::MemberId;
use rusqlite::{Connection, params};

use super::listed::JobRow;
use super::{Store, StoreError, index};
use crate::domain::find::{Asked, Found, Query};

/// What was found, newest order first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finds {
    pub rows: Vec<JobRow>,
    /// There are older ones.
    pub more: bool,
}

/// Writes the pieces that are new to the index and takes out those that are gone. The rest of the job's pieces stays as
/// it lies: a piece names its job by itself.
pub(super) fn replace(
    db: &Connection,
    id: i64,
    before: Option<&Found>,
    after: Option<&Found>,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    let pieces = |found: Option<&Found>| found.map(Found::tokens).unwrap_or_default();
    let (old, new) = (pieces(before), pieces(after));
    if old == new && before.is_some() && after.is_some() {
        return Ok(());
    }
    // One row less and one more: the index counts its rows, and takes a count below nothing for damage.
    if before.is_some() {
        let gone = joined(old.difference(&new));
        db.prepare_cached("INSERT INTO search (search, rowid, piece) VALUES ('delete', ?1, ?2)")?
            .execute(params![id, gone])?;
    }
    if after.is_some() {
        let come = joined(new.difference(&old));
        db.prepare_cached("INSERT INTO search (rowid, piece) VALUES (?1, ?2)")?.execute(params![id, come])?;
    }
    Ok(())
}

fn joined<'a>(pieces: impl Iterator<Item = &'a String>) -> String {
    pieces.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The query in the index's own language. Each piece is quoted, and holds no quote.
fn expression(query: &Query) -> String {
    let piece = |asked: &Asked| match asked {
        Asked::Whole(piece) => format!("\"{piece}\""),
        Asked::Beginning(piece) => format!("\"{piece}\" *"),
    };
    let group = |group: &Vec<Asked>| format!("({})", group.iter().map(piece).collect::<Vec<_>>().join(" AND "));
    let words: BTreeSet<String> = query
        .words
        .iter()
        .map(|word| format!("({})", word.index_query().iter().map(group).collect::<Vec<_>>().join(" OR ")))
        .collect();
    words.into_iter().collect::<Vec<_>>().join(" AND ")
}

impl Store {
    /// The jobs of which every word is said, newest order first, at most `most`. `viewer` as in [`Store::list`].
    pub fn find(&self, query: &Query, viewer: Option<MemberId>, most: usize) -> Result<Finds, StoreError> {
        let mut finds = Finds::default();
        if query.is_empty() {
            return Ok(finds);
        }
        let mut statement = self.db.prepare_cached(include_str!("sql/find_jobs.sql"))?;
        let mut rows = statement.query(params![expression(query), i64::MAX])?;
        while let Some(row) = rows.next()? {
            let blob = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
            let Some(found) = index::read(row.get(1)?, blob)? else { continue };
            if !found.found.matches(query) || !self.shows(viewer, &found.card)? {
                continue;
            }
            if finds.rows.len() == most {
                finds.more = true;
                break;
            }
            finds.rows.push(found);
        }
        self.finish(&mut finds.rows)?;
        Ok(finds)
    }
}
