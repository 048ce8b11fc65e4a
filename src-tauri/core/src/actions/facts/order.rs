//! What owners add to an order: windows, proofs of purchase, plans, overrides, their word on a price; and their answer to
//! a sheet.

use doorstep_schemas::ids::{BlobHash, DocId, JobId};
use doorstep_schemas::input::OrderFact;
use doorstep_schemas::view::{ApprovalKind, JobView};

use super::check::{MOST_FEN, appliance, line, paragraph, required, within};
use super::{Added, FactError};
use crate::actions::{Actions, JobError};
use crate::documents::layout::Edit;
use crate::documents::order as paper;
use crate::domain::calendar;
use crate::domain::facts::{Approval, Noted, OverGuide, Override, Plan, Serial};
use crate::domain::money::fees::{self, Terms};
use crate::domain::{approval, nodes};
use crate::store::Store;

/// Keys of a purchase; those of days are days.
const PROOFS: [(&str, bool); 7] = [
    ("invoice", true),
    ("card", true),
    ("installed", true),
    ("made", false),
    ("dealer", false),
    ("part", false),
    ("voids", false),
];

impl Actions {
    /// Adds a fact to an order; owners only.
    pub fn note_on_order(&self, job: JobId, fact: &OrderFact) -> Result<Added, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let id = self.mint();
        let (code, edit) = match fact {
            OrderFact::Override { of, member, reason } => {
                let reason = required("reason", reason)?;
                ("override", Edit::add(Override { id, of: (*of).into(), member: *member, reason, noted }))
            }
            OrderFact::OverGuide { fee, granted, most_fen, note } => {
                if !facts.sheet.fees.iter().any(|f| f.id == *fee) {
                    return Err(FactError::Unknown("fee"));
                }
                let most_fen = within("most", most_fen.0, 0, MOST_FEN)?;
                let note = line("note", note)?;
                ("answer_price", Edit::add(OverGuide { id, fee: *fee, granted: *granted, most_fen, note, noted }))
            }
            OrderFact::Plan { step, text, passed, photo } => {
                let text = required("text", text)?;
                ("plan", Edit::add(Plan { id, step: (*step).into(), text, passed: *passed, photo: *photo, noted }))
            }
            OrderFact::Purchase { appliance: of, key, value } => {
                let of = appliance(&facts, *of)?;
                let is_day = PROOFS.iter().find(|(k, _)| k == key).ok_or(FactError::Unknown("key"))?.1;
                let value = line("value", value)?;
                if is_day && !value.is_empty() && calendar::parse_day(&value).is_none() {
                    return Err(FactError::Unknown("day"));
                }
                let key = key.clone();
                ("purchase", Edit::new(move |doc| paper::set_purchase(doc, of, &key, &value)))
            }
            OrderFact::Serial { appliance: of, unit, serial } => {
                let appliance = appliance(&facts, *of)?;
                let serial = required("serial", serial)?;
                let serial = Serial { id, appliance, unit: (*unit).into(), serial, photo: None, noted };
                ("read_serial", Edit::add(serial))
            }
            OrderFact::Window { window } => {
                if window.to <= window.from {
                    return Err(FactError::Required("window"));
                }
                let (window, at_ms) = (*window, noted.true_ms());
                ("set_window", Edit::new(move |doc| paper::move_window(doc, window, at_ms)))
            }
            OrderFact::Cancel { reason } => {
                let reason = required("reason", reason)?;
                ("cancel", Edit::new(move |doc| paper::cancel(doc, &reason)))
            }
            OrderFact::Settled => ("settled", Edit::new(move |doc| paper::settle(doc, noted.at_ms))),
        };
        store.act(&DocId::Order(job), code, noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.changed(job);
        Ok(Added { id, job: self.view(&mut store, job)? })
    }

    /// 审核: approves exactly the sheet that is here, returns it with a note, or withdraws one's own last answer (R39).
    pub fn answer_sheet(&self, job: JobId, kind: ApprovalKind, note: &str) -> Result<JobView, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let note = paragraph("note", note)?;
        let mut withdraws = None;
        match kind {
            ApprovalKind::Withdrawn => {
                let own = approval::last_answer(&facts).filter(|answer| answer.noted.by == noted.by);
                withdraws = Some(own.ok_or(FactError::Unknown("answer"))?.id);
            }
            ApprovalKind::Approved if nodes::ended(&facts).is_none() => return Err(FactError::Required("outcome")),
            ApprovalKind::Returned if note.is_empty() => return Err(FactError::Required("note")),
            _ => {}
        }
        let heads = store.heads(&DocId::Sheet(job))?.into_iter().map(|head| BlobHash(head.0)).collect();
        let total_fen = fees::totals(&facts, &Terms::default()).customer_fen;
        let mut photos: Vec<BlobHash> = facts.sheet.photos.iter().map(|p| p.photo).collect();
        photos.sort();
        photos.dedup();
        let approval =
            Approval { id: self.mint(), kind: kind.into(), heads, photos, total_fen, note, withdraws, noted };
        let edit = Edit::add(approval);
        let code = match kind {
            ApprovalKind::Approved => "approve",
            ApprovalKind::Returned => "return_sheet",
            ApprovalKind::Withdrawn => "withdraw_answer",
        };
        store.act(&DocId::Order(job), code, noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.changed(job);
        Ok(self.view(&mut store, job)?)
    }

    /// This member as an owner, now.
    pub(crate) fn as_owner(&self, store: &Store) -> Result<Noted, FactError> {
        let me = Self::enrolment(store)?.member;
        if store.is_owner(me)? { Ok(self.noted(store, me)?) } else { Err(FactError::OwnerOnly) }
    }
}
