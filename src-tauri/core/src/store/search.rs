//! The search index, and the search. The index leaves a few jobs to ask; whether one is meant, its own texts say.

use std::collections::BTreeSet;

use doorstep_schemas::ids::MemberId;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

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
    let (gone, come) = changed(before, after);
    if before.is_some() && after.is_some() && gone.is_empty() && come.is_empty() {
        return Ok(());
    }
    // One row less and one more: the index counts its rows, and takes a count below nothing for damage.
    if before.is_some() {
        db.prepare_cached("INSERT INTO search (search, rowid, piece) VALUES ('delete', ?1, ?2)")?
            .execute(params![id, joined(&gone)])?;
    }
    if after.is_some() {
        db.prepare_cached("INSERT INTO search (rowid, piece) VALUES (?1, ?2)")?.execute(params![id, joined(&come)])?;
    }
    Ok(())
}

/// Leaves a job's texts for later: `packed` is its row as it was before this edit. Where they wait already, the index holds what they were
/// before that.
pub(super) fn put_off(db: &Connection, id: i64, packed: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR IGNORE INTO search_due (id, row) VALUES (?1, ?2)")?.execute(params![id, packed])?;
    Ok(())
}

/// The texts that the index holds of a job: those of the row before, if none wait. Whoever asks puts others in their place.
pub(super) fn indexed(db: &Connection, id: i64, before: Option<Found>) -> Result<Option<Found>, StoreError> {
    let mut waiting = db.prepare_cached("DELETE FROM search_due WHERE id = ?1 RETURNING row")?;
    match waiting.query_row([id], |row| row.get::<_, Vec<u8>>(0)).optional()? {
        // Of a job's name the texts say nothing.
        Some(packed) => Ok(index::read([0; 16], &packed)?.map(|row| row.found)),
        None => Ok(before),
    }
}

/// Brings the index up to a row, if its texts wait.
pub(super) fn catch_up_with(db: &Connection, id: i64, row: &JobRow) -> Result<(), StoreError> {
    let indexed = indexed(db, id, Some(row.found.clone()))?;
    replace(db, id, indexed.as_ref(), Some(&row.found))
}

/// Brings the index up to the rows of so many jobs whose texts wait; says of how many it did.
fn catch_up(db: &Connection, most: u32) -> Result<usize, StoreError> {
    let mut waiting = db.prepare_cached("SELECT j.id, j.job, j.row FROM search_due JOIN job j USING (id) LIMIT ?1")?;
    let rows = waiting.query_map([most], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
    let rows: Vec<(i64, [u8; 16], Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    for (id, job, packed) in &rows {
        if let Some(row) = index::read(*job, packed)? {
            catch_up_with(db, *id, &row)?;
        }
    }
    Ok(rows.len())
}

/// Pieces that are gone, and pieces that come. Of texts that stay the pieces are made once: an edit changes one of a dozen.
fn changed(before: Option<&Found>, after: Option<&Found>) -> (Vec<String>, Vec<String>) {
    let (Some(old), Some(new)) = (before, after) else {
        let pieces = |found: Option<&Found>| found.into_iter().flat_map(Found::tokens).collect();
        return (pieces(before), pieces(after));
    };
    let stay = old.part(new, true).tokens();
    let (old, new) = (old.part(new, false).tokens(), new.part(old, false).tokens());
    let besides = |these: &BTreeSet<String>, others| {
        these.difference(others).filter(|piece| !stay.contains(*piece)).cloned().collect()
    };
    (besides(&old, &new), besides(&new, &old))
}

fn joined(pieces: &[String]) -> String {
    pieces.join(" ")
}

/// Words that most jobs hold are quicker found by looking at rows than by gathering all their places: so many, of those
/// that the other words leave.
const LOOKED_AT: usize = 800;
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
/// expression, the newest jobs are walked through. Whole pieces are met in the index newest first and none is gathered, so
/// that a rare one leads past the places of the others.
fn ways(query: &Query) -> Vec<(Option<String>, Option<usize>)> {
    let (mut broad, mut asked): (Vec<&Word>, Vec<&Word>) = query.words.iter().partition(|word| word.is_broad());
    if broad.is_empty() {
        return vec![(Some(expression(&asked)), None)];
    }
    let first = (!asked.is_empty()).then(|| expression(&asked));
    broad.sort_by_key(|word| std::cmp::Reverse(word.as_str().len()));
    asked.extend(broad.into_iter().take(MOST_BROAD));
    vec![(first, Some(LOOKED_AT)), (Some(expression(&asked)), None)]
}

impl Store {
    /// Puts the texts of so many edited jobs into the search, all or none; says of how many.
    pub fn catch_up_search(&self, most: u32) -> Result<usize, StoreError> {
        let waits: bool =
            self.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM search_due)")?.query_row([], |row| row.get(0))?;
        if !waits {
            return Ok(0);
        }
        // A store is one connection behind a lock, and this is no part of another transaction.
        let tx = self.db.unchecked_transaction()?;
        let done = catch_up(&tx, most)?;
        tx.commit()?;
        Ok(done)
    }

    /// The jobs of which every word is said, newest order first, at most `most`. `viewer` as in [`Store::list`].
    pub fn find(&self, query: &Query, viewer: Option<MemberId>, most: usize) -> Result<Finds, StoreError> {
        if query.is_empty() {
            return Ok(Finds::default());
        }
        match self.catch_up_search(u32::MAX) {
            // Without room nothing is saved, and what is there is found.
            Err(error) if !error.is_full() => return Err(error),
            _ => {}
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

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::ApplianceKind;
    use proptest::prelude::*;

    use super::*;

    fn of(typed: &str) -> Vec<(Option<String>, Option<usize>)> {
        ways(&Query::parse(typed))
    }

    #[test]
    fn whole_pieces_are_asked_of_the_index_at_once_a_character_among_them() {
        let digits = r#"(("082" AND "821") OR ("+0821" *) OR ("-1280" *))"#;
        assert_eq!(of("罗 0821"), [(Some(format!(r#"{digits} AND (("罗"))"#)), None)]);
        assert_eq!(of("0821 罗"), of("罗 0821"));
        assert_eq!(of("罗"), [(Some(r#"(("罗"))"#.to_owned()), None)]);
        assert_eq!(of("灶 ü"), [(Some(r##"(("ü")) AND (("灶") OR ("#gasstove"))"##.to_owned()), None)]);
        assert_eq!(of("桂香 石板镇"), [(Some(r#"(("桂香")) AND (("石板" AND "板镇"))"#.to_owned()), None)]);
        // Each of twelve characters leads past the places of the others.
        let many: String = "罗桂香单志强覃玉珍向有福".chars().map(|c| format!("{c} ")).collect();
        let [(Some(asked), None)] = &of(&many)[..] else { panic!("{:?}", of(&many)) };
        assert_eq!((asked.matches("AND").count(), asked.contains('*')), (11, false));
    }

    #[test]
    fn what_most_jobs_hold_is_looked_for_in_rows_before_it_is_gathered() {
        let gathered = r#"(("00" *))"#;
        assert_eq!(of("00"), [(None, Some(LOOKED_AT)), (Some(gathered.to_owned()), None)]);
        let first = r#"(("罗"))"#;
        assert_eq!(
            of("00 罗"),
            [(Some(first.to_owned()), Some(LOOKED_AT)), (Some(format!("{gathered} AND {first}")), None)]
        );
        // Of more than so many the longest are gathered.
        let [_, (Some(last), None)] = &of("罗 1 00 2 33")[..] else { panic!("{:?}", of("罗 1 00 2 33")) };
        assert_eq!(*last, format!(r#"{gathered} AND (("33" *)) AND {first}"#));
    }
    fn any_found() -> impl Strategy<Value = Found> {
        let text =
            || prop::sample::select(vec!["", "罗桂香", "桂香", "罗", "3组", "E1", "香3"]).prop_map(str::to_owned);
        let texts = || prop::collection::vec(text(), 0..4);
        (text(), text(), texts(), texts(), "[12]{0,4}").prop_map(|(name, township, serials, texts, phone)| {
            let kinds = ApplianceKind::ALL[..phone.len()].to_vec();
            Found { name, township, phones: vec![phone], kinds, serials, texts }
        })
    }

    proptest! {
        #[test]
        fn what_is_gone_and_what_comes_makes_the_old_pieces_the_new_ones(old in any_found(), new in any_found()) {
            let (gone, come) = changed(Some(&old), Some(&new));
            let (old, new) = (old.tokens(), new.tokens());
            prop_assert_eq!(gone, old.difference(&new).cloned().collect::<Vec<_>>());
            prop_assert_eq!(come, new.difference(&old).cloned().collect::<Vec<_>>());
        }
    }
}
