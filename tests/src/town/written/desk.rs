//! A job in the hands of its people: what each step adds to the facts is what it adds to the documents.

use std::collections::BTreeSet;

use doorstep::documents::layout::Edit;
use doorstep::documents::{order, sheet};
use doorstep::domain::facts::{Job, Noted, Order, Purchase, Sheet};
use doorstep::domain::record::Record;
use doorstep_schemas::ids::{BlobHash, DocId, MemberId, ShortId};
use doorstep_schemas::log;
use doorstep_schemas::wire::{Access, Grant, Piece, kind};

use super::super::course::{Act, Step};
use super::super::facts;
use super::super::orders::Ordered;
use super::super::stream;
use super::message::message;
use super::page::Page;
use super::{Pens, Written, WrittenError};
use crate::chance::Chance;

/// See the module.
pub struct Desk<'a> {
    pens: &'a Pens<'a>,
    ordered: &'a Ordered,
    facts: Job,
    order: Page<'a>,
    sheet: Page<'a>,
    granted: BTreeSet<MemberId>,
    pieces: Vec<(i64, Piece)>,
    chance: Chance,
}

impl<'a> Desk<'a> {
    pub fn open(pens: &'a Pens<'a>, ordered: &'a Ordered) -> Result<Self, WrittenError> {
        let pen = pens.pen(ordered.taken_by, ordered.taken_ms)?;
        Ok(Self {
            pens,
            ordered,
            facts: Job { order: facts::taken(ordered), sheet: Sheet::default() },
            order: Page::blank(DocId::Order(ordered.job), pen.clone())?,
            sheet: Page::blank(DocId::Sheet(ordered.job), pen)?,
            granted: BTreeSet::new(),
            pieces: Vec::new(),
            chance: Chance::of(ordered.seed, stream::START, 0),
        })
    }

    /// The order is taken.
    pub fn take(&mut self) -> Result<(), WrittenError> {
        let Ordered { taken_ms, taken_by, walk_in, .. } = *self.ordered;
        let pen = self.pens.pen(taken_by, taken_ms)?;
        let noted = Noted::now(taken_ms, Some(pen.offset_ms), taken_by);
        let ids: Vec<ShortId> = self.ordered.units.iter().map(|unit| unit.id).collect();
        let (input, assignees) = (self.ordered.input.clone(), self.ordered.input.assignees.clone());
        let order = Edit::new(move |doc| order::write(doc, &input, &ids, noted));
        if walk_in {
            return self.sheet.edit(&pen, "take_walk_in", taken_ms, vec![order], &mut self.pieces);
        }
        let assigned = Edit::new(move |doc| order::assign(doc, &assignees, taken_ms));
        self.order.edit(&pen, "take_order", taken_ms, vec![order, assigned], &mut self.pieces)?;
        self.grant(taken_ms)
    }

    pub fn step(&mut self, step: &Step) -> Result<(), WrittenError> {
        let Step { at_ms, member, ref act } = *step;
        let pen = self.pens.pen(member, at_ms)?;
        let before = self.facts.clone();
        facts::add(self.pens.town, &mut self.facts, step, Noted::now(at_ms, Some(pen.offset_ms), member));
        self.name_heads(&before);
        let message = message(act);
        match act {
            Act::Adopt => {
                let (creator, sheet) = (self.facts.order.taken.by, self.sheet.paper().clone());
                let adopted = Edit::new(move |doc| order::adopt(doc, &sheet));
                let assigned = Edit::new(move |doc| order::assign(doc, &[creator], at_ms));
                self.order.edit(&pen, message, at_ms, vec![adopted, assigned], &mut self.pieces)?;
                self.grant(at_ms)
            }
            Act::Assign(members) => {
                let members = members.clone();
                let assigned = Edit::new(move |doc| order::assign(doc, &members, at_ms));
                self.order.edit(&pen, message, at_ms, vec![assigned], &mut self.pieces)?;
                self.grant(at_ms)
            }
            Act::Order { .. } | Act::Approve { .. } => {
                let edits = order_edits(&before.order, &self.facts.order);
                self.order.edit(&pen, message, at_ms, edits, &mut self.pieces)
            }
            _ => {
                let edits = sheet_edits(&before.sheet, &self.facts.sheet, &self.chance);
                self.sheet.edit(&pen, message, at_ms, edits, &mut self.pieces)
            }
        }
    }

    pub fn close(mut self) -> Result<Written, WrittenError> {
        self.order.sign(&mut self.pieces)?;
        self.sheet.sign(&mut self.pieces)?;
        Ok(Written {
            job: self.ordered.job,
            pieces: self.pieces,
            changes: self.order.changes + self.sheet.changes,
            pictures: self.facts.sheet.photos.iter().flat_map(|photo| [photo.photo, photo.thumb]).collect(),
        })
    }

    /// An approval and a signature name the sheet as it stood.
    fn name_heads(&mut self, before: &Job) {
        let heads = self.sheet.heads();
        for approval in &mut self.facts.order.approvals[before.order.approvals.len()..] {
            approval.heads = heads.iter().map(|head| BlobHash(head.0)).collect();
        }
        for signature in &mut self.facts.sheet.signatures[before.sheet.signatures.len()..] {
            signature.page = log::digest(&heads.iter().flat_map(|head| head.0).collect::<Vec<u8>>()).to_vec();
        }
    }

    /// What the owner's device has to say of who has the job, after the order that says it.
    fn grant(&mut self, at_ms: i64) -> Result<(), WrittenError> {
        self.order.sign(&mut self.pieces)?;
        let wanted: BTreeSet<MemberId> = self.facts.order.assignees.keys().copied().collect();
        let job = self.ordered.job;
        for member in wanted.symmetric_difference(&self.granted) {
            let access = if wanted.contains(member) { Access::Write } else { Access::None };
            let grant = Some(Grant { job, member: *member, access });
            self.pieces.push((at_ms, Piece { kind: kind::GRANT, grant, ..Piece::default() }));
        }
        self.granted = wanted;
        Ok(())
    }
}

/// Adds the records that `new` has more than `old`.
fn more<R: Record + Clone + 'static>(old: &[R], new: &[R]) -> impl Iterator<Item = Edit> {
    new.iter().skip(old.len()).cloned().map(Edit::add)
}

fn order_edits(old: &Order, new: &Order) -> Vec<Edit> {
    let mut edits: Vec<Edit> = more(&old.approvals, &new.approvals).collect();
    edits.extend(more(&old.overrides, &new.overrides));
    edits.extend(more(&old.over_guide, &new.over_guide));
    edits.extend(more(&old.plan, &new.plan));
    edits.extend(more(&old.serials, &new.serials));
    for (appliance, purchase) in &new.purchases {
        let known = old.purchases.get(appliance).cloned().unwrap_or_default();
        for (key, was, is) in proofs(&known, purchase) {
            if was != is {
                let (appliance, value) = (*appliance, is.to_owned());
                edits.push(Edit::new(move |doc| order::set_purchase(doc, appliance, key, &value)));
            }
        }
    }
    if let Some(window) = new.window.filter(|window| old.window != Some(*window)) {
        let said = new.window_at;
        edits.push(Edit::new(move |doc| match said {
            Some(at_ms) => order::move_window(doc, window, at_ms),
            None => order::set_window(doc, window),
        }));
    }
    if new.cancelled && !old.cancelled {
        let reason = new.cancel_reason.clone();
        edits.push(Edit::new(move |doc| order::cancel(doc, &reason)));
    }
    if let Some(at_ms) = new.settled_at.filter(|_| old.settled_at.is_none()) {
        edits.push(Edit::new(move |doc| order::settle(doc, at_ms)));
    }
    edits
}

fn proofs<'a>(was: &'a Purchase, is: &'a Purchase) -> [(&'static str, &'a str, &'a str); 7] {
    [
        ("invoice", &was.invoice, &is.invoice),
        ("card", &was.card, &is.card),
        ("installed", &was.installed, &is.installed),
        ("made", &was.made, &is.made),
        ("dealer", &was.dealer, &is.dealer),
        ("part", &was.part, &is.part),
        ("voids", &was.voids, &is.voids),
    ]
}

fn sheet_edits(old: &Sheet, new: &Sheet, chance: &Chance) -> Vec<Edit> {
    let mut edits = Vec::new();
    for ((appliance, field), said) in &new.fields {
        if old.fields.get(&(*appliance, field.clone())) != Some(said) {
            let (appliance, field, value) = (*appliance, field.clone(), said.value.clone());
            edits.push(Edit::new(move |doc| sheet::set_field(doc, appliance, &field, &value)));
        }
    }
    for fact in &new.services[old.services.len()..] {
        let (id, fact) = (ShortId::mint(chance.bytes()), fact.clone());
        edits.push(Edit::new(move |doc| sheet::add_service(doc, id, &fact)));
    }
    macro_rules! records {
        ($($list:ident)*) => { $(edits.extend(more(&old.$list, &new.$list));)* };
    }
    records! {
        nodes appointments guidance goods crew pauses reasons readings hazards notices signatures charges serials parts
        old_parts photos fees payments damages claim_shares loaners loaner_backs without_loaner custody bench diagnoses
        quotes consents promises outcomes notes
    }
    edits
}
