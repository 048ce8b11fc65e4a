//! 规则: the sets in force and to come, what another file would change, and publishing it from a moment on.
//!
//! It is tried against the book first, so what comes to the other devices was usable here. It never begins before it was
//! published: what was finished by then was judged and charged by what was known then.

use std::collections::BTreeMap;

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::{ExportSet, PublishSet, SetFile, TakeBackSet};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{
    Millis, RowTurn, RuleSetsView, SetChange, SetCompared, SetKindView, SetStands, SetVersionView, ValueChange,
};

use super::facts::FactError;
use super::job_view::Names;
use super::price_books::stands;
use super::{Actions, set_jobs};
use crate::documents::layout::Edit;
use crate::domain::calendar;
use crate::domain::facts::outlet::{SetVersion, TAKEN_BACK};
use crate::domain::record::At;
use crate::reports::set_words;
use crate::rules::compare::{self, Changed, Key, Row};
use crate::rules::{MalformedSet, RuleBook, load, shipped};
use crate::store::{Store, StoreError, rule_sets};

/// Longest name of a version, in characters.
const VERSION: usize = 120;
/// Rows that a comparison lists; a file in which everything is new says so by their number.
const MOST_CHANGES: usize = 300;
/// Values that are listed of one row.
const MOST_VALUES: usize = 60;

/// Why a rule set was not published. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// With the line and the reason.
    #[error(transparent)]
    Malformed(#[from] MalformedSet),
    /// Something was judged or charged by it.
    #[error("the set has begun")]
    Begun,
    #[error(transparent)]
    Fact(#[from] FactError),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Fact(error.into())
    }
}

impl Actions {
    /// Puts a rule set in force from a moment on, now at the earliest (R27). Settlement prices are named at the owner's
    /// desk, all others in the catalogue; the bytes follow to the relay by themselves. Returns the set's name.
    pub fn publish_rule_set(&self, kind: SetKind, bytes: &[u8], valid_from: i64) -> Result<BlobHash, PublishError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let from_ms = valid_from.max(noted.at_ms);
        let (version, hash) = store.rules().candidate(kind, bytes, from_ms)?;
        if version.chars().count() > VERSION {
            return Err(FactError::TooLong { field: "version", most: VERSION }.into());
        }
        let doc = rule_sets::paper_of(kind);
        let named = SetVersion {
            id: self.mint(),
            kind: kind.word().to_owned(),
            version,
            set: hash,
            valid_from: Some(At(from_ms)),
            takes_back: None,
            noted,
        };
        let edit = Edit::add(named);
        let keep = |tx: &_| rule_sets::put_own(tx, &hash, &doc, bytes);
        store.act(&doc, "publish_set", noted.at_ms, |paper| edit.apply(paper), |tx| keep(tx))?;
        let jobs = store.renew_rules(noted.at_ms)?;
        self.rules_changed(jobs);
        Ok(hash)
    }

    /// Puts a set in force as its file has it.
    pub fn publish_set(&self, input: &PublishSet) -> Result<BlobHash, PublishError> {
        self.publish_rule_set(input.kind, input.file.as_bytes(), input.from.0)
    }

    /// Takes a version back that has not begun: what is in force until then stays in force.
    pub fn take_back_set(&self, input: &TakeBackSet) -> Result<(), PublishError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let known = store.set_versions()?;
        let of_it = |(kind, version): &&(SetKind, SetVersion)| *kind == input.kind && version.id == input.id;
        let (_, version) = known.iter().find(of_it).ok_or(FactError::Unknown("set"))?;
        if version.from_ms() <= noted.at_ms {
            return Err(PublishError::Begun);
        }
        let back = SetVersion {
            id: self.mint(),
            kind: TAKEN_BACK.to_owned(),
            version: version.version.clone(),
            set: version.set,
            valid_from: None,
            takes_back: Some(version.id),
            noted,
        };
        let (edit, doc) = (Edit::add(back), rule_sets::paper_of(input.kind));
        store.act(&doc, "take_back_set", noted.at_ms, |paper| edit.apply(paper), |_| Ok(()))?;
        let jobs = store.renew_rules(noted.at_ms)?;
        self.rules_changed(jobs);
        Ok(())
    }

    /// Every kind of set, each with what is in force, what is to come and what was; owners only.
    pub fn rule_sets(&self) -> Result<RuleSetsView, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let named = store.set_versions()?;
        let rules = store.rules().clone();
        let names = Names::new(&store);
        let kinds = SetKind::ALL.iter().map(|kind| kind_view(*kind, &rules, &named, &names, now)).collect();
        Ok(RuleSetsView { kinds, refused: store.refused_sets().to_vec(), now: Millis(now) })
    }

    /// A version's file as it was published, to be edited or kept: its name and its bytes.
    pub fn export_set(&self, input: &ExportSet) -> Result<(String, Vec<u8>), FactError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let bytes = match shipped(&input.hash) {
            Some(bytes) => Some(bytes.to_vec()),
            None => store.set_bytes(&input.hash)?,
        };
        let bytes = bytes.ok_or(FactError::Unknown("set"))?;
        let version = load(input.kind, &bytes).map(|set| set.head().version.to_owned()).unwrap_or_default();
        let fits = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        Ok((format!("{}-{}.json", input.kind.word(), version.chars().map(fits).collect::<String>()), bytes))
    }

    /// What a file would change against what is in force. Nothing is written.
    pub fn compare_set(&self, input: &SetFile) -> Result<SetCompared, PublishError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        compared(&store, input.kind, &input.file, self.nature.now_ms())
    }

    /// Tells that other rules are in force, and which jobs look different by them.
    pub(crate) fn rules_changed(&self, jobs: impl IntoIterator<Item = doorstep_schemas::ids::JobId>) {
        self.papers_changed();
        // Nobody may be listening; the next reader sees the rows anyway.
        let _ = self.events.send(CoreEvent::JobsChanged { jobs: jobs.into_iter().collect() });
    }
}

/// What a file would change, once it is seen that it could be published.
pub(super) fn compared(store: &Store, kind: SetKind, file: &str, now: i64) -> Result<SetCompared, PublishError> {
    let set = load(kind, file.as_bytes())?;
    store.rules().candidate(kind, file.as_bytes(), now)?;
    let before = store.rules().in_force(kind, now).map(compare::rows).unwrap_or_default();
    let (changes, same) = compare::changed(&before, &compare::rows(&set));
    let head = set.head();
    Ok(SetCompared {
        kind,
        version: head.version.to_owned(),
        valid_from: calendar::parse_day(head.valid_from).map(Millis),
        more: count(changes.len().saturating_sub(MOST_CHANGES)),
        changes: changes.iter().take(MOST_CHANGES).map(shown).collect(),
        same: count(same),
        touches_jobs: set_jobs::touches(kind),
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn shown(change: &Changed) -> SetChange {
    let (under, row) = &change.key;
    let values = change.values.iter().take(MOST_VALUES).map(|(leaf, before, after)| {
        let read = |said: &Option<_>| said.as_ref().map(|said| set_words::value(leaf, row, said));
        let field = if leaf.path.is_empty() { set_words::field(row) } else { set_words::place(leaf) };
        ValueChange { field, before: read(before), after: read(after) }
    });
    SetChange {
        under: set_words::under(under),
        code: row.clone(),
        name: named(&change.key, change.name.as_ref()),
        turn: match (change.comes, change.goes) {
            (true, _) => RowTurn::Added,
            (_, true) => RowTurn::Gone,
            _ => RowTurn::Changed,
        },
        values: values.collect(),
    }
}

/// What a row is called: its own name, else what its field is called.
pub(super) fn named((_, row): &Key, name: Option<&doorstep_schemas::view::Text>) -> doorstep_schemas::view::Text {
    name.cloned().unwrap_or_else(|| set_words::words(row))
}

fn kind_view(
    kind: SetKind,
    rules: &RuleBook,
    named: &[(SetKind, SetVersion)],
    names: &Names<'_>,
    now: i64,
) -> SetKindView {
    let of_kind: Vec<(i64, BlobHash)> =
        rules.versions().filter(|(of, _, _)| *of == kind).map(|(_, from, hash)| (from, hash)).collect();
    let says = |from: i64, hash: BlobHash| {
        let of_it =
            |(of, version): &&(SetKind, SetVersion)| *of == kind && version.set == hash && version.from_ms() == from;
        named.iter().rfind(of_it).map(|(_, version)| version)
    };
    let line = |(n, (from, hash)): (usize, &(i64, BlobHash))| {
        let said = says(*from, *hash);
        let stands = stands(&of_kind, n, now);
        SetVersionView {
            hash: *hash,
            version: rules.by_hash(&hash.0).map(|set| set.head().version.to_owned()).unwrap_or_default(),
            from: (*from != i64::MIN).then_some(Millis(*from)),
            stands,
            by: said.map(|said| names.of(said.noted.by)).unwrap_or_default(),
            published: said.map(|said| Millis(said.noted.at_ms)),
            takes_back: said.filter(|_| stands == SetStands::ToCome).map(|said| said.id),
            awaited: false,
        }
    };
    let mut versions: Vec<SetVersionView> = of_kind.iter().enumerate().map(line).collect();
    let missing = |(of, version): &&(SetKind, SetVersion)| *of == kind && rules.by_hash(&version.set.0).is_none();
    versions.extend(named.iter().filter(missing).map(|(_, version)| SetVersionView {
        hash: version.set,
        version: version.version.clone(),
        from: Some(Millis(version.from_ms())),
        stands: SetStands::ToCome,
        by: names.of(version.noted.by),
        published: Some(Millis(version.noted.at_ms)),
        takes_back: Some(version.id).filter(|_| version.from_ms() > now),
        awaited: true,
    }));
    let rows: BTreeMap<Key, Row> = rules.in_force(kind, now).map(compare::rows).unwrap_or_default();
    SetKindView { kind, rows: count(rows.len()), versions }
}
