//! What a file would bring: its columns, its rows, and what of it is here already.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_schemas::input::{ReadImport, TakeOrder};
use doorstep_schemas::view::{ImportPlan, NodeKind, OrderColumn, PlannedRow, RowNote, RowNoteCode, RowState};

use super::picked::Picked;
use super::{IMPORTS, Import, ImportError, MAPPING, NEEDED, digest};
use crate::actions::Actions;
use crate::actions::orders::{self, OrderError};
use crate::domain::import::rows::Reader;
use crate::domain::import::same::{Here, Known, Likeness};
use crate::domain::import::{columns, headings};
use crate::domain::intake::{same_phone, same_serial};
use crate::rules::RuleBook;
use crate::store::StoreError;
use crate::store::listed::JobRow;
use crate::tables::Sheet;

/// Rows that are shown: the first ones that are ready, and of the others these many.
const SHOWN_READY: usize = 20;
const SHOWN_OTHERS: usize = 300;
/// Cells of a column that are shown.
const SAMPLES: usize = 3;
/// Jobs of one phone, serial or maker's number that rows are compared with.
const MOST_KNOWN: usize = 2_000;
/// Phones, serials and numbers that are asked for while nobody else has the store.
const ASKED_AT_ONCE: usize = 100;
/// Columns whose meaning is remembered.
const MOST_COLUMNS: usize = 190;

/// One row, read and compared.
pub(super) struct Planned {
    pub row: u32,
    pub state: RowState,
    pub order: TakeOrder,
    notes: Vec<RowNote>,
    like: Option<doorstep_schemas::ids::JobId>,
}

impl Actions {
    /// What a file would bring. Nothing is written.
    pub fn read_import(&self, input: &ReadImport) -> Result<ImportPlan, ImportError> {
        let now = self.nature.now_ms();
        let rules = self.import_rules()?;
        let markers = rules.at(now).dispatch_markers();
        let of = Picked::of(&input.base64, input.sheet, |rows| columns::head_row(rows, &markers))?;
        let (head, rows) = (&of.head, of.rows());
        let (remembered, imports) = {
            let store = self.looking()?;
            (store.remembered_choices(&mapping_key(head))?, store.remembered_choices(IMPORTS)?)
        };
        let remembered =
            remembered.first().filter(|_| input.columns.is_none()).map(|text| from_letters(text, OrderColumn::ALL));
        let known = remembered.is_some();
        let columns = input.columns.clone().or(remembered).unwrap_or_else(|| columns::guess(head, rows, &markers));
        let before = imports.iter().filter_map(|text| Import::from_text(text)).find(|i| i.file == of.file);
        let planned = self.planned(&rules, &of.sheet, &columns, now)?;
        let count = |state| u32::try_from(planned.iter().filter(|row| row.state == state).count()).unwrap_or(u32::MAX);
        Ok(ImportPlan {
            samples: samples(rows, columns.len().max(head.len())),
            sheets: of.names,
            sheet: of.number,
            lacking: lacking(&columns),
            remembered: known,
            ready: count(RowState::Ready),
            alike: count(RowState::Alike),
            here: count(RowState::Here),
            wrong: count(RowState::Wrong),
            rows: shown(planned),
            before: before.map(Import::view),
            head: of.head,
            columns,
        })
    }
}

impl Actions {
    /// The rules by which rows are read; owners only.
    pub(super) fn import_rules(&self) -> Result<Arc<RuleBook>, ImportError> {
        let store = self.looking()?;
        self.owner(&store)?;
        Ok(store.rules().clone())
    }

    /// Every row of a sheet, in its order. Others have the store while the file is read and compared.
    pub(super) fn planned(
        &self,
        rules: &RuleBook,
        sheet: &Sheet,
        columns: &[Option<OrderColumn>],
        now: i64,
    ) -> Result<Vec<Planned>, StoreError> {
        let mut rows = read(rules, sheet, columns, now);
        let here = self.jobs_of(&rows, now)?;
        compare(&mut rows, &here);
        Ok(rows)
    }

    /// The jobs that bear a phone, a serial or a maker's number of these rows.
    fn jobs_of(&self, rows: &[Planned], now: i64) -> Result<Here<Known>, StoreError> {
        let mut asked: BTreeSet<(Mark, String)> = BTreeSet::new();
        for Planned { order, .. } in rows.iter().filter(|row| row.state != RowState::Wrong) {
            asked.insert((Mark::Phone, same_phone(&order.customer.phone)));
            asked.insert((Mark::MakerOrder, same_serial(&order.maker_order)));
            asked.extend(order.appliances.iter().map(|machine| (Mark::Serial, same_serial(&machine.serial))));
        }
        asked.retain(|(_, text)| !text.is_empty());
        let asked: Vec<(Mark, String)> = asked.into_iter().collect();
        let mut found = Vec::new();
        for some in asked.chunks(ASKED_AT_ONCE) {
            let store = self.looking()?;
            for (mark, text) in some {
                let rows = match mark {
                    Mark::Phone => store.known_by(text, &[], "", MOST_KNOWN)?,
                    Mark::Serial => store.known_by("", std::slice::from_ref(text), "", MOST_KNOWN)?,
                    Mark::MakerOrder => store.known_by("", &[], text, MOST_KNOWN)?,
                };
                found.extend(rows.into_iter().map(known));
            }
        }
        // The newest first: it is the one that is named.
        found.sort_by_key(|job| (std::cmp::Reverse(job.taken_ms), job.job));
        found.dedup_by_key(|job| job.job);
        let mut here = Here::default();
        found.iter().for_each(|job| here.add_job(job, now));
        Ok(here)
    }
}

/// By what a job that is here is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Phone,
    Serial,
    MakerOrder,
}

pub(super) fn lacking(columns: &[Option<OrderColumn>]) -> Vec<OrderColumn> {
    NEEDED.into_iter().filter(|needed| !columns.contains(&Some(*needed))).collect()
}

/// What the rows say, each by itself.
fn read(rules: &RuleBook, sheet: &Sheet, columns: &[Option<OrderColumn>], now: i64) -> Vec<Planned> {
    let rules = rules.at(now);
    let (markers, triggers) = (rules.dispatch_markers(), rules.triggers());
    let far: Vec<String> =
        rules.pick_lists().townships.into_iter().filter(|town| town.far).map(|town| town.name).collect();
    let reader = Reader { columns, markers: &markers, triggers: &triggers, far: &far, now };
    let first = columns::head_row(&sheet.rows, &markers) + 1;
    let filled = sheet.rows.iter().enumerate().skip(first).filter(|(_, cells)| !cells.iter().all(String::is_empty));
    let one = |(at, cells): (usize, &Vec<String>)| {
        let (order, mut notes) = reader.read(cells);
        let order = orders::tidy(&order);
        let wrong = wrong(&order, &notes);
        let state = if wrong.is_some() { RowState::Wrong } else { RowState::Ready };
        notes.extend(wrong.into_iter().flatten());
        Planned { row: u32::try_from(at + 1).unwrap_or(u32::MAX), state, order, notes, like: None }
    };
    filled.map(one).collect()
}

/// Says of each row that is right whether it is here already, as a job or as a row before it.
fn compare(rows: &mut [Planned], here: &Here<Known>) {
    let mut before = Here::default();
    for planned in rows.iter_mut().filter(|row| row.state != RowState::Wrong) {
        let note = |code, text, row| RowNote { code, column: None, text, row };
        if let Some(found) = here.like(&planned.order) {
            let (code, state, job) = match found {
                Likeness::Same(job) => (RowNoteCode::SameJob, RowState::Here, job),
                Likeness::Alike(job) => (RowNoteCode::AlikeJob, RowState::Alike, job),
            };
            planned.notes.push(note(code, job.customer, None));
            (planned.state, planned.like) = (state, Some(job.job));
        } else if let Some(found) = before.like(&planned.order) {
            let (code, state, row) = match found {
                Likeness::Same(row) => (RowNoteCode::SameRow, RowState::Here, row),
                Likeness::Alike(row) => (RowNoteCode::AlikeRow, RowState::Alike, row),
            };
            planned.notes.push(note(code, String::new(), Some(row)));
            planned.state = state;
        }
        before.add_row(planned.row, &planned.order);
    }
}

/// What keeps a row out: `Some` of what its notes don't say yet.
fn wrong(order: &TakeOrder, notes: &[RowNote]) -> Option<Vec<RowNote>> {
    if notes.iter().any(|note| note.code == RowNoteCode::Shortened) {
        return Some(Vec::new());
    }
    let mut said = Vec::new();
    let mut say = |code, column: Option<OrderColumn>, text: &str| {
        said.push(RowNote { code, column, text: text.chars().take(60).collect(), row: None });
    };
    let customer = &order.customer;
    for (column, text) in [
        (OrderColumn::Name, &customer.name),
        (OrderColumn::Phone, &customer.phone),
        (OrderColumn::Address, &customer.address),
    ] {
        if text.is_empty() {
            say(RowNoteCode::Required, Some(column), "");
        }
    }
    match orders::check(order) {
        Ok(()) => {}
        // Said above, of all that is missing at once.
        Err(OrderError::Required(_)) => {}
        Err(OrderError::TooLong { field, .. }) => say(RowNoteCode::TooLong, OrderColumn::from_word(field), ""),
        Err(OrderError::Phone(phone)) => say(RowNoteCode::Phone, Some(OrderColumn::Phone), &phone),
        Err(OrderError::IdentityNumber) => say(RowNoteCode::IdentityNumber, None, ""),
        Err(_) => say(RowNoteCode::WindowUnknown, Some(OrderColumn::Window), ""),
    }
    (!said.is_empty()).then_some(said)
}

fn known(row: JobRow) -> Known {
    let JobRow { card, figures, found } = row;
    Known {
        job: card.job,
        customer: card.customer,
        taken_ms: card.taken_at.0,
        maker_order: card.maker_order,
        phones: found.phones,
        serials: found.serials,
        kind: card.appliance_kind,
        symptom: card.symptom,
        window: card.window,
        open: figures.finished_at.is_none() && !figures.cancelled,
        cancelled: figures.cancelled || card.status == NodeKind::Cancelled,
    }
}

fn shown(planned: Vec<Planned>) -> Vec<PlannedRow> {
    let (mut ready, mut others) = (0, 0);
    let rows = planned.into_iter().filter(|row| {
        let count = if row.state == RowState::Ready { &mut ready } else { &mut others };
        *count += 1;
        *count <= if row.state == RowState::Ready { SHOWN_READY } else { SHOWN_OTHERS }
    });
    rows.map(view).collect()
}

fn view(planned: Planned) -> PlannedRow {
    let Planned { row, state, order, notes, like } = planned;
    let appliance = order.appliances.into_iter().next();
    let kind = appliance.as_ref().map_or(doorstep_schemas::view::ApplianceKind::Other, |appliance| appliance.kind);
    let (name, serial) = appliance.map(|a| (format!("{} {}", a.brand, a.model), a.serial)).unwrap_or_default();
    PlannedRow {
        row,
        state,
        notes,
        like,
        customer: order.customer.name,
        phone: order.customer.phone,
        township: order.customer.township,
        address: order.customer.address,
        kind: order.kind,
        appliance_kind: kind,
        appliance: name.trim().to_owned(),
        serial,
        symptom: order.symptom,
        window: order.window,
        coverage: order.coverage,
        maker_order: order.maker_order,
    }
}

/// The same headings have the same key, whatever marks stand around them.
pub(super) fn mapping_key(head: &[String]) -> String {
    let plain: Vec<String> = head.iter().map(|heading| headings::plain(heading)).collect();
    format!("{MAPPING}{}", digest(plain.join("\n").as_bytes()))
}

/// A letter a column, for the table of choices.
pub(in crate::actions) fn to_letters<C: Copy + PartialEq>(columns: &[Option<C>], all: &[C]) -> String {
    let letter = |column: &Option<C>| {
        let place = column.and_then(|column| all.iter().position(|other| *other == column));
        place.and_then(|place| u8::try_from(place).ok()).map_or('-', |place| char::from(b'a' + place))
    };
    columns.iter().take(MOST_COLUMNS).map(letter).collect()
}

pub(in crate::actions) fn from_letters<C: Copy>(text: &str, all: &[C]) -> Vec<Option<C>> {
    let column = |letter: u8| all.get(usize::from(letter.checked_sub(b'a')?)).copied();
    text.bytes().map(column).collect()
}

/// The first cells of each column.
pub(in crate::actions) fn samples(rows: &[Vec<String>], width: usize) -> Vec<Vec<String>> {
    let of = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        cells.take(SAMPLES).map(|cell| cell.chars().take(60).collect()).collect()
    };
    (0..width).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_remembered_whole() {
        let columns: Vec<_> = OrderColumn::ALL.iter().map(|column| Some(*column)).chain([None, None]).collect();
        assert_eq!(from_letters(&to_letters(&columns, OrderColumn::ALL), OrderColumn::ALL), columns);
        assert_eq!(mapping_key(&["*客户（必填）".into()]), mapping_key(&["客户".into()]));
        assert_ne!(mapping_key(&["客户".into()]), mapping_key(&["电话".into()]));
    }
}
