//! The outlet's own papers: requests by members; stock, roster, desk and catalogue by owners.

use doorstep_schemas::ids::{DocId, JobId, MemberId, ShortId};
use doorstep_schemas::input::{DeskFact, RequestFact, RosterFact, SetCollection, SetPictures, StockFact};
use doorstep_schemas::view::{Millis, RosterEvent};

use super::check::{LINE, MOST_FEN, amount, line, paragraph, required, signed_amount, text, within};
use super::{Actions, FactError};
use crate::actions::withdraw::WITHDRAWN;
use crate::documents::layout::{self, Edit};
use crate::domain::facts::desk::{
    Admission, Answer, CashTaken, Contract, FollowUp, Referral, Sample, SettlementLine, SettlementStep, WageLine,
};
use crate::domain::facts::outlet::{
    AdvanceAsked, Authorisation, Certificate, GradeGiven, HandIn, Kit, Moved, NoteToOwner, PartRequest, RosterNote,
};
use crate::domain::facts::{Noted, Remark};
use crate::domain::money::cash;
use crate::domain::pictures;
use crate::domain::record::{At, Word};
use crate::photos::PICTURE_SIDES;
use crate::store::Store;

/// What a collection code says, in characters: payment links are shorter, and so much is still easy to scan.
const LONGEST_CODE: usize = 300;
/// Of one part, in one movement.
const MOST_PIECES: i64 = 100_000;

fn at(ms: Option<Millis>) -> Option<At> {
    ms.map(|ms| At(ms.0))
}

impl Actions {
    /// Asks something of the owner, or says what was handed in.
    pub fn ask(&self, fact: &RequestFact) -> Result<ShortId, FactError> {
        let mut store = self.shelf.store();
        let me = Self::enrolment(&store)?.member;
        let noted = self.noted(&store, me)?;
        let id = self.mint();
        let (code, edit) = match fact {
            RequestFact::Part { job, code, name, quantity, note } => (
                "ask_part",
                Edit::add(PartRequest {
                    id,
                    job: *job,
                    code: line("code", code)?,
                    name: required("part", name)?,
                    quantity: u32::try_from(within("quantity", i64::from(*quantity), 1, 999)?).unwrap_or(1),
                    note: line("note", note)?,
                    noted,
                }),
            ),
            RequestFact::Advance { fen, note } => {
                let fen = within("amount", fen.0, 1, MOST_FEN)?;
                ("ask_advance", Edit::add(AdvanceAsked { id, fen, note: line("note", note)?, noted }))
            }
            RequestFact::HandIn { fen, way, note } => {
                let fen = within("amount", fen.0, 1, MOST_FEN)?;
                ("hand_in", Edit::add(HandIn { id, fen, way: (*way).into(), note: line("note", note)?, noted }))
            }
            RequestFact::Note { job, text } => {
                ("note_owner", Edit::add(NoteToOwner { id, job: *job, text: required("text", text)?, noted }))
            }
        };
        store.act(&DocId::Request(me), code, noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(id)
    }

    /// Gives parts out to a member, takes them back, or writes down a count (R22).
    pub fn move_stock(&self, member: MemberId, fact: &StockFact) -> Result<ShortId, FactError> {
        self.move_stock_in(&mut self.shelf.store(), member, fact)
    }

    pub(crate) fn move_stock_in(
        &self,
        store: &mut Store,
        member: MemberId,
        fact: &StockFact,
    ) -> Result<ShortId, FactError> {
        let noted = self.as_owner(store)?;
        let id = self.mint();
        let moved = Moved {
            id,
            movement: fact.movement.into(),
            code: line("code", &fact.code)?,
            name: required("part", &fact.name)?,
            quantity: within("quantity", i64::from(fact.quantity), 0, MOST_PIECES)?,
            request: fact.request,
            note: line("note", &fact.note)?,
            withdraws: None,
            noted,
        };
        let edit = Edit::add(moved);
        store.act(&DocId::Stock(member), "move_stock", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(id)
    }

    /// Adds to the roster (R7, R10, R47).
    pub fn note_on_roster(&self, fact: &RosterFact) -> Result<ShortId, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let id = self.mint();
        let edit = roster_edit(id, noted, fact)?;
        store.act(&DocId::Roster, "roster", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(id)
    }

    /// Takes an instrument off the roster. Certificates and events are evidence: they are withdrawn by another fact.
    pub fn remove_kit(&self, kit: ShortId) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        if !store.roster()?.kits.iter().any(|known| known.id == kit) {
            return Err(FactError::Unknown("kit"));
        }
        let write = |doc: &mut _| layout::remove_record::<Kit>(doc, kit).map(|_found| ());
        store.act(&DocId::Roster, "roster", noted.at_ms, write, |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }

    /// Says how the outlet wants its shared pictures; every member's device goes by it.
    pub fn set_pictures(&self, input: &SetPictures) -> Result<(), FactError> {
        let (least, most) = (i64::from(*PICTURE_SIDES.start()), i64::from(*PICTURE_SIDES.end()));
        let side = within("side", i64::from(input.side), least, most)?.to_string();
        let stamped = if input.stamped { "on" } else { "off" };
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let edits = [about(pictures::SIDE, &side)?, about(pictures::STAMP, stamped)?];
        let write = |doc: &mut _| edits.into_iter().try_for_each(|edit| edit.apply(doc));
        store.act(&DocId::Roster, "roster", noted.at_ms, write, |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }

    /// Says what the outlet's own collection code is (R43), so that every member's phone can show it; an empty text takes
    /// it back.
    pub fn set_collection(&self, input: &SetCollection) -> Result<(), FactError> {
        let code = text("collection_code", &input.code, LONGEST_CODE)?;
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let edit = about(cash::COLLECTION_CODE, &code)?;
        store.act(&DocId::Roster, "roster", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }

    /// Adds to a topic of the desk.
    pub fn note_on_desk(&self, topic: &str, fact: &DeskFact) -> Result<ShortId, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let doc = desk(topic)?;
        let id = self.mint();
        let (code, edit) = desk_edit(id, noted, fact)?;
        store.act(&doc, code, noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(id)
    }

    /// Writes down a sample that was drawn from the jobs of a day, with its seed (R40).
    pub(crate) fn keep_sample(
        &self,
        topic: &str,
        seed: i64,
        day: i64,
        of: Vec<JobId>,
        drawn: Vec<JobId>,
    ) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let edit = Edit::add(Sample { id: self.mint(), seed, day: Some(At(day)), of, drawn, noted });
        store.act(&desk(topic)?, "sample", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }
}

fn desk(topic: &str) -> Result<DocId, FactError> {
    format!("desk:{topic}").parse().map_err(|_not_a_topic| FactError::Unknown("topic"))
}

fn roster_edit(id: ShortId, noted: Noted, fact: &RosterFact) -> Result<Edit, FactError> {
    Ok(match fact {
        RosterFact::Certificate { member, kind, number, issued, expires, withdrawn } => Edit::add(Certificate {
            id,
            member: *member,
            kind: (*kind).into(),
            number: line("number", number)?,
            issued: at(*issued),
            expires: at(*expires),
            withdrawn: *withdrawn,
            photo: None,
            noted,
        }),
        RosterFact::Grade { member, grade, years, note } => Edit::add(GradeGiven {
            id,
            member: *member,
            grade: (*grade).into(),
            years: within("years", i64::from(*years), 0, 80)?,
            note: line("note", note)?,
            noted,
        }),
        RosterFact::NoGrade { member } => Edit::add(GradeGiven {
            id,
            member: *member,
            grade: Word::Other(WITHDRAWN.to_owned()),
            years: 0,
            note: String::new(),
            noted,
        }),
        RosterFact::Kit { member, level, instrument, number, calibrated, due } => Edit::add(Kit {
            id,
            member: *member,
            level: (*level).into(),
            instrument: line("instrument", instrument)?,
            number: line("number", number)?,
            calibrated: at(*calibrated),
            due: at(*due),
            noted,
        }),
        RosterFact::Event { member, event, text, level, passed, fen } => Edit::add(RosterNote {
            id,
            member: *member,
            event: (*event).into(),
            text: required("text", text)?,
            level: line("level", level)?,
            passed: *passed,
            fen: amount("amount", *fen)?,
            takes_back: None,
            noted,
        }),
        RosterFact::TakeBack { member, event, reason } => Edit::add(RosterNote {
            id,
            member: *member,
            event: RosterEvent::TakenBack.into(),
            text: required("reason", reason)?,
            level: String::new(),
            passed: false,
            fen: 0,
            takes_back: Some(*event),
            noted,
        }),
        RosterFact::Authorisation { brand, number, expires, withdrawn } => Edit::add(Authorisation {
            id,
            brand: required("brand", brand)?,
            number: line("number", number)?,
            expires: at(*expires),
            withdrawn: *withdrawn,
            noted,
        }),
        RosterFact::About { key, value } => about(key, value)?,
    })
}

/// A text under a composed key: `<what>/<field>`.
fn about(key: &str, value: &str) -> Result<Edit, FactError> {
    let fits = key.chars().count() <= LINE && key.split('/').count() >= 2 && !key.split('/').any(str::is_empty);
    if !fits {
        return Err(FactError::Unknown("key"));
    }
    Ok(Edit::set("about", line("key", key)?, paragraph("value", value)?))
}

fn desk_edit(id: ShortId, noted: Noted, fact: &DeskFact) -> Result<(&'static str, Edit), FactError> {
    Ok(match fact {
        DeskFact::Answer { request, step, promised, note } => {
            let (promised, note) = (at(*promised), line("note", note)?);
            ("answer_request", Edit::add(Answer { id, request: *request, step: (*step).into(), promised, note, noted }))
        }
        DeskFact::SettlementLine { job, maker, code, name, quantity, fen, fee, adjusts } => (
            "settlement_line",
            Edit::add(SettlementLine {
                id,
                job: *job,
                maker: required("maker", maker)?,
                code: line("code", code)?,
                name: required("name", name)?,
                quantity: within("quantity", quantity.0, 1, 10_000_000)?,
                fen: if adjusts.is_some() { signed_amount("amount", *fen)? } else { amount("amount", *fen)? },
                fee: *fee,
                adjusts: *adjusts,
                set: Vec::new(),
                noted,
            }),
        ),
        DeskFact::SettlementStep { job, state, fen, reason, reference } => (
            "settlement_step",
            Edit::add(SettlementStep {
                id,
                job: *job,
                state: (*state).into(),
                fen: amount("amount", *fen)?,
                reason: line("reason", reason)?,
                reference: line("reference", reference)?,
                noted,
            }),
        ),
        DeskFact::FollowUp { job, kind, stars, chips, text, do_not_contact, complaint, handled } => (
            "follow_up",
            Edit::add(FollowUp {
                id,
                job: *job,
                kind: (*kind).into(),
                stars: within("stars", i64::from(*stars), 0, 5)?,
                chips: line("chips", chips)?,
                text: paragraph("text", text)?,
                do_not_contact: *do_not_contact,
                complaint: *complaint,
                handled: *handled,
                withdraws: None,
                noted,
            }),
        ),
        DeskFact::Wage { member, job, kind, fen, reason } => {
            let fen = within("amount", fen.0, 0, MOST_FEN)?;
            let reason = required("reason", reason)?;
            ("wage", Edit::add(WageLine { id, member: *member, job: *job, kind: (*kind).into(), fen, reason, noted }))
        }
        DeskFact::CashTaken { member, fen, hand_in, note } => {
            let fen = within("amount", fen.0, 1, MOST_FEN)?;
            let (hand_in, note) = (*hand_in, line("note", note)?);
            let taken = CashTaken { id, member: *member, fen, hand_in, note, withdraws: None, noted };
            ("take_cash", Edit::add(taken))
        }
        DeskFact::Contract { customer, phone, appliance, from, months, every, fen, ended } => (
            "contract",
            Edit::add(Contract {
                id,
                customer: required("customer", customer)?,
                phone: line("phone", phone)?,
                appliance: line("appliance", appliance)?,
                from: at(*from),
                months: within("months", i64::from(*months), 1, 240)?,
                every: within("every", i64::from(*every), 1, 60)?,
                fen: amount("amount", *fen)?,
                ended: *ended,
                noted,
            }),
        ),
        DeskFact::Referral { job, text, member, sold_fen } => {
            let sold_fen = amount("amount", *sold_fen)?;
            let text = required("text", text)?;
            ("referral", Edit::add(Referral { id, job: *job, text, member: *member, sold_fen, noted }))
        }
        DeskFact::Admission { dealer, sees, until, withdrawn } => {
            let (dealer, sees) = (required("dealer", dealer)?, line("sees", sees)?);
            let until = at(*until);
            (
                "admit_dealer",
                Edit::add(Admission { id, dealer, sees, until, withdrawn: *withdrawn, photo: None, noted }),
            )
        }
        DeskFact::Remark { text } => {
            ("remark", Edit::add(Remark { id, text: required("text", text)?, photo: None, noted }))
        }
        DeskFact::About { key, value } => ("desk_about", about(key, value)?),
        // What is withdrawn says on which paper, and as what.
        DeskFact::Withdraw { .. } => return Err(FactError::Unknown("fact")),
    })
}
