//! 回话: the owner's answer to a request, where the one who asked can read it (R23).
//!
//! The desk is on no technician's device (R27), so an answer is written down twice: on the desk, which the owner's lists
//! read, and before that on the stock of whoever asked. Were it the other way round, a save that fails between the two would
//! take the request from the owner's list and leave the asker without a word.

use doorstep_schemas::ids::{DocId, MemberId, ShortId};
use doorstep_schemas::input::DeskFact;

use super::Actions;
use super::facts::FactError;
use super::facts::check::line;
use crate::documents::layout::Edit;
use crate::domain::facts::outlet::Requests;
use crate::domain::parts;
use crate::store::{Store, StoreError};

impl Actions {
    /// Tells the asker; nothing where the request is of nobody that this device knows.
    pub(super) fn tell_asker(&self, fact: &DeskFact) -> Result<(), FactError> {
        let DeskFact::Answer { request, step, promised, note } = fact else { return Ok(()) };
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let said = parts::said(*request, *step, promised.map(|at| at.0), line("note", note)?);
        let Some((stock, edits)) = to_asker(&mut store, *request, said)? else { return Ok(()) };
        let write = |doc: &mut _| edits.into_iter().try_for_each(|edit| edit.apply(doc));
        store.act(&stock, "answer_request", noted.at_ms, write, |_| Ok(()))?;
        Ok(())
    }
}

/// What the asker's stock is to say; `None` where the request is of nobody that this device knows.
pub(super) fn to_asker(
    store: &mut Store,
    request: ShortId,
    said: impl IntoIterator<Item = (String, String)>,
) -> Result<Option<(DocId, Vec<Edit>)>, StoreError> {
    let asker = asker(store, request)?;
    let edits = || said.into_iter().map(|(key, value)| Edit::set("about", key, value)).collect();
    Ok(asker.map(|asker| (DocId::Stock(asker), edits())))
}

/// Whose request it is.
fn asker(store: &mut Store, request: ShortId) -> Result<Option<MemberId>, StoreError> {
    for member in store.members()? {
        if asks(&store.requests(member.id)?, request) {
            return Ok(Some(member.id));
        }
    }
    Ok(None)
}

fn asks(requests: &Requests, request: ShortId) -> bool {
    requests.parts.iter().any(|asked| asked.id == request)
        || requests.advances.iter().any(|asked| asked.id == request)
        || requests.cash.iter().any(|said| said.id == request)
        || requests.notes.iter().any(|said| said.id == request)
}
