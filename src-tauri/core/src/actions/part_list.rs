//! 配件目录 from a table: laid beside the list in force, then published as a rule set; what the owner alone knows of a part goes
//! to the desk (R22, R25, decision 0054).

use std::collections::BTreeMap;

use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::{PublishParts, ReadParts};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::rules::faults::FaultSet;
use doorstep_schemas::view::{PartColumn, PartRowState, PartsPlan, PartsPublished, PlannedPart};

use super::Actions;
use super::facts::FactError;
use super::import::picked::Picked;
use super::import::plan::{from_letters, samples, to_letters};
use super::import::{ImportError, digest};
use super::parts::{STOCK_TOPIC, dealer_prices};
use super::rule_sets::PublishError;
use crate::documents::layout::Edit;
use crate::domain::calendar;
use crate::domain::import::headings;
use crate::domain::import::part_rows::{self, Compared, Listed, Reader, Terms};
use crate::domain::parts;
use crate::store::drafts::DraftError;
use crate::store::{Store, StoreError};

const MAPPING: &str = "parts/";
/// Rows that are shown.
const SHOWN: usize = 1_000;
/// Parts whose terms one change holds.
const TERMS_AT_ONCE: usize = 500;
/// What has to be looked at comes first.
const ORDER: [PartRowState; 4] = [PartRowState::Wrong, PartRowState::Changed, PartRowState::Added, PartRowState::Same];

/// Why a list was not looked at or published.
#[derive(Debug, thiserror::Error)]
pub enum PartListError {
    #[error(transparent)]
    File(#[from] ImportError),
    #[error("{} columns that a parts list needs are not named", .0.len())]
    Lacking(Vec<PartColumn>),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("what was chosen could not be remembered")]
    Draft(#[from] DraftError),
}

impl From<FactError> for PartListError {
    fn from(error: FactError) -> Self {
        Self::Publish(error.into())
    }
}

impl From<StoreError> for PartListError {
    fn from(error: StoreError) -> Self {
        Self::Publish(error.into())
    }
}

impl Actions {
    /// What a file would change of the parts list. Nothing is written.
    pub fn read_parts(&self, input: &ReadParts) -> Result<PartsPlan, PartListError> {
        let of = Picked::of(&input.base64, input.sheet, part_rows::head_row)?;
        let (head, rows) = (&of.head, of.rows());
        let choices = if input.columns.is_some() {
            Vec::new()
        } else {
            self.looking()?.remembered_choices(&mapping_key(head))?
        };
        let remembered = choices.first().map(|text| from_letters(text, PartColumn::ALL));
        let known = remembered.is_some();
        let columns = input.columns.clone().or(remembered).unwrap_or_else(|| part_rows::guess(head, rows));
        let (_, listed) = self.list_from(self.nature.now_ms())?;
        let (compared, _) = self.laid(&of, &columns, listed.clone())?;
        let count = |state| {
            let those = compared.iter().filter(|row| row.state == state).count();
            u32::try_from(those).unwrap_or(u32::MAX)
        };
        let named = compared.iter().filter(|row| listed.parts.contains_key(&row.code)).count();
        Ok(PartsPlan {
            samples: samples(rows, columns.len().max(head.len())),
            sheets: of.names,
            sheet: of.number,
            remembered: known,
            lacking: lacking(&columns),
            added: count(PartRowState::Added),
            changed: count(PartRowState::Changed),
            same: count(PartRowState::Same),
            wrong: count(PartRowState::Wrong),
            unnamed: u32::try_from(listed.parts.len().saturating_sub(named)).unwrap_or(u32::MAX),
            rows: shown(compared),
            head: of.head,
            columns,
        })
    }

    /// Puts what is right of a file into the parts list, from a moment on. What is wrong is left out; parts that the file does
    /// not name stay. Purchase prices and safe stocks are the desk's and hold at once.
    pub fn publish_parts(&self, input: &PublishParts) -> Result<PartsPublished, PartListError> {
        let lacking = lacking(&input.columns);
        if !lacking.is_empty() {
            return Err(PartListError::Lacking(lacking));
        }
        let of = Picked::of(&input.base64, input.sheet, part_rows::head_row)?;
        let now = self.nature.now_ms();
        let from = input.from.0.max(now);
        let (set, before) = self.list_from(from)?;
        let (compared, after) = self.laid(&of, &input.columns, before.clone())?;
        let count = |state| {
            let those = compared.iter().filter(|row| row.state == state).count();
            u32::try_from(those).unwrap_or(u32::MAX)
        };
        let (added, changed) = (count(PartRowState::Added), count(PartRowState::Changed));
        if added + changed == 0 {
            return Err(FactError::Required("parts").into());
        }
        let mut version = String::new();
        if after.parts != before.parts {
            version = format!("{}-{}", calendar::day_name(now), calendar::clock(now).replace(':', ""));
            let set = published(set, &compared, &after, &version, from);
            let bytes = serde_json::to_vec(&set).expect("a rule set is plain data");
            self.publish_rule_set(SetKind::Faults, &bytes, from)?;
        }
        self.keep_terms(&before.terms, &after.terms)?;
        let mut store = self.looking()?;
        store.remember_choice(&mapping_key(&of.head), &to_letters(&input.columns, PartColumn::ALL), now)?;
        Ok(PartsPublished { version, added, changed })
    }

    /// The set in force at a moment, and the list as files are laid beside it; owners only.
    fn list_from(&self, at_ms: i64) -> Result<(FaultSet, Listed), PartListError> {
        let mut store = self.looking()?;
        self.as_owner(&store)?;
        let set = store.rules().faults_at(at_ms).clone();
        let parts = set.parts.iter().map(|part| (parts::key(&part.code, ""), part.clone())).collect();
        Ok((set, Listed { parts, terms: terms(&mut store)? }))
    }

    fn laid(
        &self,
        of: &Picked,
        columns: &[Option<PartColumn>],
        mut listed: Listed,
    ) -> Result<(Vec<Compared>, Listed), PartListError> {
        let markers = {
            let store = self.looking()?;
            store.rules().at(self.nature.now_ms()).dispatch_markers()
        };
        let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        let rows: Vec<(u32, &[String])> =
            of.sheet.rows.iter().enumerate().skip(of.first).map(|(at, cells)| (number(at), cells.as_slice())).collect();
        let compared = Reader { columns, markers: &markers }.lay(&rows, &mut listed);
        Ok((compared, listed))
    }

    fn keep_terms(&self, before: &BTreeMap<String, Terms>, after: &BTreeMap<String, Terms>) -> Result<(), FactError> {
        let differ: Vec<(&String, &Terms)> =
            after.iter().filter(|(code, terms)| before.get(*code).copied().unwrap_or_default() != **terms).collect();
        for some in differ.chunks(TERMS_AT_ONCE) {
            let mut store = self.looking()?;
            let noted = self.as_owner(&store)?;
            let mut edits = Vec::new();
            let known = dealer_prices(&store.desk(STOCK_TOPIC)?.about);
            for (code, terms) in some {
                let low = terms.low.map_or_else(String::new, |number| number.to_string());
                edits.push(Edit::set("about", format!("low/{code}"), low));
                let dealer = known.said(code, terms.dealer_fen, noted.at_ms);
                edits.extend(dealer.into_iter().map(|(key, value)| Edit::set("about", key, value)));
            }
            let write = |doc: &mut _| edits.into_iter().try_for_each(|edit: Edit| edit.apply(doc));
            store.act(&DocId::Desk(STOCK_TOPIC.to_owned()), "part_terms", noted.at_ms, write, |_| Ok(()))?;
        }
        self.papers_changed();
        Ok(())
    }
}

/// What the owner keeps beside the list, by code.
fn terms(store: &mut Store) -> Result<BTreeMap<String, Terms>, StoreError> {
    let mut out: BTreeMap<String, Terms> = BTreeMap::new();
    for (key, field) in store.desk(STOCK_TOPIC)?.about {
        let (Some((what, code)), Ok(number)) = (key.split_once('/'), field.value.parse::<i64>()) else { continue };
        match what {
            "dealer" => out.entry(code.to_owned()).or_default().dealer_fen = Some(number),
            "low" => out.entry(code.to_owned()).or_default().low = Some(number),
            _ => {}
        }
    }
    Ok(out)
}

fn lacking(columns: &[Option<PartColumn>]) -> Vec<PartColumn> {
    if columns.contains(&Some(PartColumn::Code)) { Vec::new() } else { vec![PartColumn::Code] }
}

/// The list in its order, with what is new at its end in the order of the file.
fn published(mut set: FaultSet, compared: &[Compared], after: &Listed, version: &str, from: i64) -> FaultSet {
    for part in &mut set.parts {
        if let Some(known) = after.parts.get(&parts::key(&part.code, "")) {
            part.clone_from(known);
        }
    }
    let new = compared.iter().filter(|row| row.state == PartRowState::Added);
    set.parts.extend(new.filter_map(|row| after.parts.get(&row.code).cloned()));
    version.clone_into(&mut set.version);
    set.valid_from = calendar::day_name(from);
    set
}

fn shown(mut compared: Vec<Compared>) -> Vec<PlannedPart> {
    compared.sort_by_key(|row| ORDER.iter().position(|state| *state == row.state));
    let view = |row: Compared| {
        let Compared { row, state, code, name, changes, notes } = row;
        PlannedPart { row, state, code, name, changes, notes }
    };
    compared.into_iter().take(SHOWN).map(view).collect()
}

/// The same headings have the same key.
fn mapping_key(head: &[String]) -> String {
    let plain: Vec<String> = head.iter().map(|heading| headings::plain(heading)).collect();
    format!("{MAPPING}{}", digest(plain.join("\n").as_bytes()))
}
