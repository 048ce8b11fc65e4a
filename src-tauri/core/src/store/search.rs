//! The search index, and the search. The index leaves a few jobs to ask; whether one is meant, its own texts say.

use std::collections::BTreeSet;

use doorstep_schemas::ids::MemberId;
use rusqlite::{Connection, ToSql, params};

use super::listed::JobRow;
use super::lists::NEWEST;
use super::{Store, StoreError, index};
use crate::domain::find::{Asked, Found, Query, Word};

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

/// Words that most jobs hold are quicker found by looking at rows than by gathering all their places: so many, of those
/// that the other words leave.
const LOOKED_AT: usize = 800;
/// Words without a whole piece that are asked of the index; the rows are asked for the others.
const MOST_BROAD: usize = 2;

/// The query in the index's own language, with so many of the words that hold no whole piece. Each piece is quoted, and
/// holds no quote.
fn expression(query: &Query, most_broad: usize) -> String {
    let piece = |asked: &Asked| match asked {
        Asked::Whole(piece) => format!("\"{piece}\""),
        Asked::Beginning(piece) => format!("\"{piece}\" *"),
    };
    let group = |group: &Vec<Asked>| format!("({})", group.iter().map(piece).collect::<Vec<_>>().join(" AND "));
    let (mut broad, narrow): (Vec<&Word>, Vec<&Word>) = query.words.iter().partition(|word| word.is_broad());
    broad.sort_by_key(|word| std::cmp::Reverse(word.as_str().len()));
    broad.truncate(most_broad);
    let words: BTreeSet<String> = narrow
        .iter()
        .chain(&broad)
        .map(|word| format!("({})", word.index_query().iter().map(group).collect::<Vec<_>>().join(" OR ")))
        .collect();
    words.into_iter().collect::<Vec<_>>().join(" AND ")
}

impl Store {
    /// The jobs of which every word is said, newest order first, at most `most`. `viewer` as in [`Store::list`].
    pub fn find(&self, query: &Query, viewer: Option<MemberId>, most: usize) -> Result<Finds, StoreError> {
        if query.is_empty() {
            return Ok(Finds::default());
        }
        let index = include_str!("sql/find_jobs.sql");
        let broad = query.words.iter().filter(|word| word.is_broad()).count();
        let looked = if broad == 0 {
            None
        } else if broad == query.words.len() {
            self.walk(NEWEST, params![i64::MAX], Some(LOOKED_AT), query, viewer, most)?
        } else {
            self.walk(index, params![expression(query, 0), i64::MAX], Some(LOOKED_AT), query, viewer, most)?
        };
        let found = match looked {
            Some(finds) => Some(finds),
            None => self.walk(index, params![expression(query, MOST_BROAD), i64::MAX], None, query, viewer, most)?,
        };
        let mut finds = found.unwrap_or_default();
        self.finish(&mut finds.rows)?;
        Ok(finds)
    }

    /// Asks each row on a way, newest first, until there are enough. `None` when so many were looked at before that.
    fn walk(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        looked_at: Option<usize>,
        query: &Query,
        viewer: Option<MemberId>,
        most: usize,
    ) -> Result<Option<Finds>, StoreError> {
        let mut finds = Finds::default();
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut left = looked_at.unwrap_or(usize::MAX);
        while let Some(row) = rows.next()? {
            if left == 0 {
                return Ok(None);
            }
            left -= 1;
            let blob = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            let Some(found) = index::read(row.get(2)?, blob)? else { continue };
            if !found.found.matches(query) || !self.shows(viewer, &found.card)? {
                continue;
            }
            if finds.rows.len() == most {
                finds.more = true;
                break;
            }
            finds.rows.push(found);
        }
        Ok(Some(finds))
    }
}
