//! 撤回: the way back for what an owner's hand wrote by a slip where nothing is deleted (decisions 0057, 0062). What is evidence
//! stays on its paper with a later record that withdraws it; what is the outlet's own book is marked as taken back.

use doorstep_schemas::ids::{DocId, MemberId, ShortId};
use doorstep_schemas::view::RequestStep;

use super::Actions;
use super::answers::to_asker;
use super::facts::FactError;
use crate::documents::layout::{self, Edit};
use crate::domain::calendar;
use crate::domain::facts::Noted;
use crate::domain::facts::desk::{Answer, CashTaken, FollowUp};
use crate::domain::facts::outlet::Moved;
use crate::domain::parts;
use crate::domain::record::{Word, last};
use crate::store::{self, Store};

/// The word of a record that only withdraws: every version passes over it where it counts.
pub(super) const WITHDRAWN: &str = "withdrawn";
/// The topic of all answers to requests.
const REQUESTS: &str = "requests";

impl Actions {
    /// Withdraws what this owner wrote: cash taken in or a customer's word, of this month or the one before (R36, R43); a
    /// movement of a stock (R22); the last answer to a request, by the request's name, with what went into the asker's stock
    /// by it (R23).
    pub(crate) fn withdraw(&self, of: ShortId) -> Result<ShortId, FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let id = self.mint();
        let edits = match self.of_money(&mut store, of, id, noted)? {
            Some(edit) => vec![edit],
            None => match of_stock(&mut store, of, id, noted)? {
                Some(edit) => vec![edit],
                None => self.of_answer(&mut store, of, noted)?.ok_or(FactError::Unknown("record"))?,
            },
        };
        store.act_many(edits.into_iter().map(written).collect(), ("withdraw", id), noted.at_ms, |_| Ok(()))?;
        self.papers_changed();
        Ok(id)
    }

    fn of_money(&self, store: &mut Store, of: ShortId, id: ShortId, noted: Noted) -> Result<Option<Change>, FactError> {
        let before = noted.at_ms - i64::from(calendar::year_month_day(noted.at_ms).2) * calendar::DAY_MS;
        let months = [noted.at_ms, before].map(calendar::day_name);
        let wanted = |topic: &str| {
            let of_month = |day: &String| day.get(..7).is_some_and(|month| topic.ends_with(month));
            (topic.starts_with("cash/") || topic.starts_with("follow/")) && months.iter().any(of_month)
        };
        let own = |record: ShortId, by: MemberId| record == of && by == noted.by;
        for (topic, desk) in store.desks_of(wanted)? {
            let cash = desk.cash.into_iter().find(|one| own(one.id, one.noted.by));
            let word = desk.follow_ups.into_iter().find(|one| own(one.id, one.noted.by));
            let (note, text) = (String::new(), String::new());
            let edit = if let Some(one) = cash {
                Edit::add(CashTaken { id, fen: 0, hand_in: None, note, withdraws: Some(of), noted, ..one })
            } else if let Some(one) = word {
                let (kind, chips) = (Word::Other(WITHDRAWN.to_owned()), String::new());
                Edit::add(FollowUp { id, kind, stars: 0, chips, text, withdraws: Some(of), noted, ..one })
            } else {
                continue;
            };
            return Ok(Some((DocId::Desk(topic), vec![edit])));
        }
        Ok(None)
    }

    /// The asker is told what was said before, or nothing.
    fn of_answer(&self, store: &mut Store, request: ShortId, noted: Noted) -> Result<Option<Vec<Change>>, FactError> {
        let mut answers = store.desk(REQUESTS)?.answers;
        answers.retain(|answer| answer.request == request);
        let Some(slip) = last(&answers).filter(|answer| answer.noted.by == noted.by).cloned() else { return Ok(None) };
        answers.retain(|answer| answer.id != slip.id);
        let mut out = Vec::new();
        let arrived = |answer: &Answer| answer.step.is(RequestStep::Arrived);
        if arrived(&slip) && !answers.iter().any(arrived) {
            for member in store.members()? {
                let moves = store.stock(member.id)?.moves.into_iter();
                let came = moves.filter(|moved| moved.request == Some(request) && moved.noted.by == noted.by);
                let edits: Vec<Edit> = came.map(|moved| withdrawn(moved, self.mint(), noted)).collect();
                if !edits.is_empty() {
                    out.push((DocId::Stock(member.id), edits));
                }
            }
        }
        let said = match last(&answers).and_then(|before| Some((before, before.step.known()?))) {
            Some((before, step)) => {
                parts::said(request, step, before.promised.map(|at| at.0), before.note.clone()).to_vec()
            }
            None => parts::unsaid(request).to_vec(),
        };
        if let Some((stock, edits)) = to_asker(store, request, said)? {
            match out.iter_mut().find(|(doc, _)| *doc == stock) {
                Some((_, known)) => known.extend(edits),
                None => out.push((stock, edits)),
            }
        }
        let remove = Edit::new(move |doc| layout::remove_record::<Answer>(doc, slip.id).map(|_found| ()));
        out.push((DocId::Desk(REQUESTS.to_owned()), vec![remove]));
        Ok(Some(out))
    }
}

/// What is written to one document.
type Change = (DocId, Vec<Edit>);

fn written((doc, edits): Change) -> (DocId, store::Edit<'static>) {
    (doc, Box::new(|paper| edits.into_iter().try_for_each(|edit| edit.apply(paper))))
}

fn of_stock(store: &mut Store, of: ShortId, id: ShortId, noted: Noted) -> Result<Option<Change>, FactError> {
    for member in store.members()? {
        let moves = store.stock(member.id)?.moves;
        if let Some(moved) = moves.into_iter().find(|moved| moved.id == of && moved.noted.by == noted.by) {
            return Ok(Some((DocId::Stock(member.id), vec![withdrawn(moved, id, noted)])));
        }
    }
    Ok(None)
}

/// The record that withdraws a movement: of a kind that every version passes over.
fn withdrawn(moved: Moved, id: ShortId, noted: Noted) -> Edit {
    let movement = Word::Other(WITHDRAWN.to_owned());
    let (quantity, request, withdraws) = (0, None, Some(moved.id));
    Edit::add(Moved { id, movement, quantity, request, withdraws, note: String::new(), noted, ..moved })
}
