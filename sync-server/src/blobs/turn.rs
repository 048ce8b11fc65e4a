//! One writer per partial: the newest connection wins.
//!
//! A phone that lost its line comes back long before the relay notices that the old connection is dead. Were both to
//! append, the partial would be spoilt; were the new one to wait, it would wait for a ghost.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};

#[derive(Debug)]
struct Place {
    newest: watch::Sender<u64>,
    writing: Arc<AsyncMutex<()>>,
}

#[derive(Debug, Default)]
pub struct Turns {
    places: Mutex<HashMap<PathBuf, Arc<Place>>>,
}

/// The right to write, until a newer one asks for it.
#[derive(Debug)]
pub struct Turn {
    number: u64,
    newest: watch::Receiver<u64>,
    _writing: OwnedMutexGuard<()>,
    _place: Arc<Place>,
}

impl Turns {
    pub async fn take(&self, path: PathBuf) -> Turn {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.retain(|_, place| Arc::strong_count(place) > 1);
            let fresh = || Arc::new(Place { newest: watch::channel(0).0, writing: Arc::default() });
            places.entry(path).or_insert_with(fresh).clone()
        };
        let mut number = 0;
        place.newest.send_modify(|newest| {
            *newest += 1;
            number = *newest;
        });
        let newest = place.newest.subscribe();
        let writing = place.writing.clone().lock_owned().await;
        Turn { number, newest, _writing: writing, _place: place }
    }
}

impl Turn {
    /// Resolves when a newer connection wants to write.
    pub async fn over(&mut self) {
        let number = self.number;
        // The sender lives in `_place`, so this can only end by a newer turn.
        let _ = self.newest.wait_for(|newest| *newest > number).await;
    }
}
