//! What a file would bring: its columns, its rows, and what of it is here already.

use std::collections::HashMap;

use doorstep_schemas::input::{ReadImport, TakeOrder};
use doorstep_schemas::view::{ImportPlan, NodeKind, OrderColumn, PlannedRow, RowNote, RowNoteCode, RowState};

use super::{IMPORTS, Import, ImportError, MAPPING, NEEDED, digest, open};
use crate::actions::Actions;
use crate::actions::orders::{self, OrderError};
use crate::domain::import::columns;
use crate::domain::import::rows::Reader;
use crate::domain::import::same::{Before, Known, Likeness, among_jobs};
use crate::store::listed::JobRow;
use crate::store::{Store, StoreError};
use crate::tables::Sheet;

/// Rows that are shown: the first ones that are ready, and of the others these many.
const SHOWN_READY: usize = 20;
const SHOWN_OTHERS: usize = 300;
/// Cells of a column that are shown.
const SAMPLES: usize = 3;
/// Jobs of one phone or serial that a row is compared with.
const MOST_KNOWN: usize = 2_000;
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
        let (sheets, file) = open(&input.base64)?;
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let number = usize::try_from(input.sheet).unwrap_or(0).min(sheets.len().saturating_sub(1));
        let sheet = sheets.into_iter().nth(number).unwrap_or_default();
        let mut store = self.looking()?;
        self.owner(&store)?;
        let now = self.nature.now_ms();
        let markers = store.rules().at(now).dispatch_markers();
        let at = columns::head_row(&sheet.rows, &markers);
        let head = sheet.rows.get(at).cloned().unwrap_or_default();
        let rows = sheet.rows.get(at + 1..).unwrap_or_default();
        let remembered = match &input.columns {
            Some(_) => None,
            None => store.remembered_choices(&mapping_key(&head))?.first().map(|text| from_letters(text)),
        };
        let known = remembered.is_some();
        let columns = input.columns.clone().or(remembered).unwrap_or_else(|| columns::guess(&head, rows, &markers));
        let before = store
            .remembered_choices(IMPORTS)?
            .iter()
            .filter_map(|text| Import::from_text(text))
            .find(|i| i.file == file);
        let planned = plan(&mut store, &sheet, &columns, now)?;
        drop(store);
        let count = |state| u32::try_from(planned.iter().filter(|row| row.state == state).count()).unwrap_or(u32::MAX);
        let samples = (0..columns.len().max(head.len())).map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            cells.take(SAMPLES).map(|cell| cell.chars().take(60).collect()).collect()
        });
        Ok(ImportPlan {
            sheets: names,
            sheet: u32::try_from(number).unwrap_or(0),
            samples: samples.collect(),
            lacking: lacking(&columns),
            remembered: known,
            ready: count(RowState::Ready),
            alike: count(RowState::Alike),
            here: count(RowState::Here),
            wrong: count(RowState::Wrong),
            rows: shown(planned),
            before: before.map(Import::view),
            head,
            columns,
        })
    }
}

pub(super) fn lacking(columns: &[Option<OrderColumn>]) -> Vec<OrderColumn> {
    NEEDED.into_iter().filter(|needed| !columns.contains(&Some(*needed))).collect()
}

/// Every row of a sheet, in its order.
pub(super) fn plan(
    store: &mut Store,
    sheet: &Sheet,
    columns: &[Option<OrderColumn>],
    now: i64,
) -> Result<Vec<Planned>, StoreError> {
    let book = store.rules().clone();
    let rules = book.at(now);
    let (markers, triggers) = (rules.dispatch_markers(), rules.triggers());
    let far: Vec<String> =
        rules.pick_lists().townships.into_iter().filter(|town| town.far).map(|town| town.name).collect();
    let reader = Reader { columns, markers: &markers, triggers: &triggers, far: &far, now };
    let first = columns::head_row(&sheet.rows, &markers) + 1;
    let mut jobs = Jobs::default();
    let mut before = Before::default();
    let mut out = Vec::new();
    for (at, cells) in sheet.rows.iter().enumerate().skip(first) {
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let row = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let (order, mut notes) = reader.read(cells);
        let order = orders::tidy(&order);
        let mut like = None;
        let state = if let Some(wrong) = wrong(&order, &notes) {
            notes.extend(wrong);
            RowState::Wrong
        } else {
            let jobs = jobs.of(store, &order)?;
            match among_jobs(&order, &jobs, now) {
                Some(found) => {
                    let (code, state, job) = match found {
                        Likeness::Same(job) => (RowNoteCode::SameJob, RowState::Here, job),
                        Likeness::Alike(job) => (RowNoteCode::AlikeJob, RowState::Alike, job),
                    };
                    like = Some(job.job);
                    notes.push(RowNote { code, column: None, text: job.customer.clone(), row: None });
                    state
                }
                None => match before.like(&order) {
                    Some(found) => {
                        let (code, state, other) = match found {
                            Likeness::Same(row) => (RowNoteCode::SameRow, RowState::Here, row),
                            Likeness::Alike(row) => (RowNoteCode::AlikeRow, RowState::Alike, row),
                        };
                        notes.push(RowNote { code, column: None, text: String::new(), row: Some(other) });
                        state
                    }
                    None => RowState::Ready,
                },
            }
        };
        if state != RowState::Wrong {
            before.add(row, &order);
        }
        out.push(Planned { row, state, order, notes, like });
    }
    Ok(out)
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

/// Jobs by phone and serial, asked for once.
#[derive(Default)]
struct Jobs {
    of: HashMap<(String, String), Vec<Known>>,
}

impl Jobs {
    fn of(&mut self, store: &Store, order: &TakeOrder) -> Result<Vec<Known>, StoreError> {
        let serial = order.appliances.first().map(|appliance| appliance.serial.clone()).unwrap_or_default();
        let key = (order.customer.phone.clone(), serial.clone());
        if let Some(known) = self.of.get(&key) {
            return Ok(known.clone());
        }
        let rows = store.known_by(&key.0, &[serial], MOST_KNOWN)?;
        let known: Vec<Known> = rows.into_iter().map(known).collect();
        self.of.insert(key, known.clone());
        Ok(known)
    }
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
    let plain: Vec<String> = head.iter().map(|heading| columns::plain(heading)).collect();
    format!("{MAPPING}{}", digest(plain.join("\n").as_bytes()))
}

/// A letter a column, for the table of choices.
pub(super) fn to_letters(columns: &[Option<OrderColumn>]) -> String {
    let letter = |column: &Option<OrderColumn>| {
        let place = column.and_then(|column| OrderColumn::ALL.iter().position(|other| *other == column));
        place.and_then(|place| u8::try_from(place).ok()).map_or('-', |place| char::from(b'a' + place))
    };
    columns.iter().take(MOST_COLUMNS).map(letter).collect()
}

fn from_letters(text: &str) -> Vec<Option<OrderColumn>> {
    let column = |letter: u8| OrderColumn::ALL.get(usize::from(letter.checked_sub(b'a')?)).copied();
    text.bytes().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_remembered_whole() {
        let columns: Vec<_> = OrderColumn::ALL.iter().map(|column| Some(*column)).chain([None, None]).collect();
        assert_eq!(from_letters(&to_letters(&columns)), columns);
        assert_eq!(mapping_key(&["*客户（必填）".into()]), mapping_key(&["客户".into()]));
        assert_ne!(mapping_key(&["客户".into()]), mapping_key(&["电话".into()]));
    }
}
