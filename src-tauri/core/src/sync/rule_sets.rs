//! The bytes of rule sets, up and down: up before the text that names them, down after it, and both before photos.

use super::blobs::{self, Upload};
use super::fault::Fault;
use super::line::Line;
use crate::actions::Actions;
use crate::rules::MOST_BYTES;
use crate::store::StoreError;
use crate::store::rule_sets::SetJob;

/// Moves sets until none is left; whether there was one. One that the relay refuses is passed over; whatever else goes
/// wrong ends the turn.
pub async fn move_all(line: &Line, actions: &Actions) -> Result<bool, Fault> {
    let mut moved = false;
    while let Some((set, up)) = next(actions)? {
        moved = true;
        let outcome = if up { send(line, actions, &set).await } else { fetch(line, actions, &set).await };
        if let Err(fault) = outcome {
            let Some(code) = blobs::final_refusal(&fault) else { return Err(fault) };
            tracing::info!(code = code.wire(), up, "a rule set did not move");
            actions.shelf.store().note_set_refused(&set.hash, code, actions.nature.now_ms())?;
        }
    }
    Ok(moved)
}

/// The next set to move and whether it goes up. A device that is nobody's has none.
fn next(actions: &Actions) -> Result<Option<(SetJob, bool)>, StoreError> {
    let store = actions.shelf.store();
    let Some(enrolment) = store.enrolment()? else { return Ok(None) };
    if let Some(set) = store.set_to_send()? {
        return Ok(Some((set, true)));
    }
    let owner = store.is_owner(enrolment.member)?;
    Ok(store.set_to_fetch(owner)?.map(|set| (set, false)))
}

async fn send(line: &Line, actions: &Actions, set: &SetJob) -> Result<(), Fault> {
    let bytes = actions.shelf.store().set_bytes(&set.hash)?.ok_or(StoreError::Row("rule_set"))?;
    // Another device may have brought the same set.
    let upload = Upload { hash: &set.hash, doc: &set.doc, bytes: &bytes, begun: true };
    blobs::send(line, upload, None, |_offset| Ok(())).await?;
    actions.shelf.store().note_set_sent(&set.hash)?;
    // The paper that names it may go now.
    actions.papers_changed();
    Ok(())
}

async fn fetch(line: &Line, actions: &Actions, set: &SetJob) -> Result<(), Fault> {
    let mut bytes = Vec::new();
    blobs::fetch(line, &set.hash, MOST_BYTES as u64, &mut bytes, |_here| ()).await?;
    let jobs = actions.shelf.store().keep_set(&set.hash, &bytes, actions.nature.now_ms())?;
    actions.rules_changed(jobs);
    Ok(())
}
