//! The relay says that this device is lost: its key goes, then everything that the key opened.

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::wire::Status;

use super::fault::Fault;
use super::runner::Shared;

/// Whether the fault was the relay's word that this device is lost, and its folder was emptied by that. A word that is not
/// to be believed does nothing.
pub(super) fn erased(fault: &Fault, shared: &Shared) -> bool {
    let Some(word) = fault.farewell() else { return false };
    let mut store = shared.actions.shelf.store();
    match store.heard_farewell(word) {
        Ok(Some(Status::Lost)) => {}
        Ok(_) => return false,
        Err(error) => {
            tracing::error!(%error, "it can't be known what the relay's farewell says");
            return false;
        }
    }
    tracing::warn!("this device was reported lost: its key and its data are erased");
    if let Err(error) = shared.vault.erase(&mut store, shared.actions.nature.as_ref()) {
        // A folder that was begun is ended at the next start; one whose key can't be erased is tried again by the next
        // exchange.
        tracing::error!(%error, "this device could not be erased");
        return false;
    }
    drop(store);
    for event in [CoreEvent::DeviceRefused, CoreEvent::TeamChanged, CoreEvent::StorageChanged] {
        shared.tell(event);
    }
    shared.set(|now| {
        now.exchanging = false;
        now.error = None;
        now.next = None;
    });
    true
}
