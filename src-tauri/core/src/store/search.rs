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
/// A single character gathers less than that: it is asked of the index after so many rows.
const LOOKED_AT_FIRST: usize = 60;
/// Words without a whole piece that are asked of the index; the rows are asked for the others.
const MOST_BROAD: usize = 2;

/// These words in the index's own language. Each piece is quoted, and holds no quote.
fn expression(words: &[&Word]) -> String {
    let piece = |asked: &Asked| match asked {
        Asked::Whole(piece) => format!("\"{piece}\""),
        Asked::Beginning(piece) => format!("\"{piece}\" *"),
    };
    let group = |group: &Vec<Asked>| format!("({})", group.iter().map(piece).collect::<Vec<_>>().join(" AND "));
    let words: BTreeSet<String> = words
        .iter()
        .map(|word| format!("({})", word.index_query().iter().map(group).collect::<Vec<_>>().join(" OR ")))
        .collect();
    words.into_iter().collect::<Vec<_>>().join(" AND ")
}

/// Ways to the same jobs, each with the rows that are looked at before the next one is better: `None` for all. Without an
/// expression, the newest jobs are walked through.
fn ways(query: &Query) -> Vec<(Option<String>, Option<usize>)> {
    let (broad, narrow): (Vec<&Word>, Vec<&Word>) = query.words.iter().partition(|word| word.is_broad());
    if broad.is_empty() {
        return vec![(Some(expression(&narrow)), None)];
    }
    // What two letters or digits hold is a good part of all jobs, a character is said of some in a hundred.
    let (dense, characters): (Vec<&Word>, Vec<&Word>) = broad.iter().partition(|word| word.as_str().is_ascii());
    let mut asked = narrow.clone();
    let mut ways = Vec::new();
    let say = |words: &[&Word]| Some(words).filter(|words| !words.is_empty()).map(expression);
    if dense.is_empty() && !narrow.is_empty() {
        ways.push((say(&asked), Some(LOOKED_AT_FIRST)));
    } else {
        ways.push((say(&asked), Some(LOOKED_AT)));
        if !characters.is_empty() {
            asked.extend(characters.iter().take(MOST_BROAD));
            ways.push((say(&asked), Some(LOOKED_AT)));
            asked.truncate(narrow.len());
        }
    }
    let mut broad = broad;
    broad.sort_by_key(|word| std::cmp::Reverse(word.as_str().len()));
    asked.extend(broad.into_iter().take(MOST_BROAD));
    ways.push((say(&asked), None));
    ways
}

impl Store {
    /// The jobs of which every word is said, newest order first, at most `most`. `viewer` as in [`Store::list`].
    pub fn find(&self, query: &Query, viewer: Option<MemberId>, most: usize) -> Result<Finds, StoreError> {
        if query.is_empty() {
            return Ok(Finds::default());
        }
        let index = include_str!("sql/find_jobs.sql");
        let mut finds = Finds::default();
        for (asked, looked_at) in ways(query) {
            let found = match asked {
                Some(asked) => self.walk(index, params![asked, i64::MAX], looked_at, query, viewer, most)?,
                None => self.walk(NEWEST, params![i64::MAX], looked_at, query, viewer, most)?,
            };
            if let Some(found) = found {
                finds = found;
                break;
            }
        }
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
