//! Packing while the relay serves: a portion at a time, made beside the writer, who only keeps it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use doorstep_schemas::ids::OutletId;

use crate::engine::pack;
use crate::state::State;
use crate::storage::{self, Storage, StorageError};

/// Jobs of one portion: some tens of milliseconds.
const PORTION: usize = 32;
/// Between two looks for jobs that have become quiet.
const EVERY: Duration = Duration::from_secs(600);
/// After the start, others come first.
const FIRST: Duration = Duration::from_secs(20);

/// Makes and keeps one portion; returns whether nothing more is quiet.
pub fn portion(storage: &dyn Storage, outlet: OutletId, quiet_ms: i64) -> Result<bool, StorageError> {
    let made = storage::look(storage, |shelf| {
        let outlet = shelf.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
        pack::gather(shelf, &outlet, quiet_ms, PORTION)
    })?;
    let (done, moved) = (made.done, made.moved());
    if moved {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(StorageError::Random)?;
        storage::write(storage, move |ledger| pack::keep(ledger, &made, name)).wait()?;
    }
    Ok(done || !moved)
}

/// Packs what becomes quiet for as long as the relay serves. It rests as long as it works.
pub(crate) async fn go_on(state: Arc<State>) {
    tokio::time::sleep(FIRST).await;
    loop {
        let packing = state.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || pack_all(&packing)).await {
            tracing::warn!(%error, "jobs can't be packed; devices are sent entries");
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn pack_all(state: &State) -> Result<(), StorageError> {
    let quiet_ms = state.now_ms().saturating_sub(pack::days_ms(pack::QUIET_DAYS));
    for outlet in storage::look(state.storage(), |shelf| shelf.outlets())? {
        let stopping = state.closing();
        loop {
            let begun = Instant::now();
            if *stopping.borrow() || portion(state.storage(), outlet.id, quiet_ms)? {
                break;
            }
            std::thread::sleep(begun.elapsed());
        }
    }
    Ok(())
}
