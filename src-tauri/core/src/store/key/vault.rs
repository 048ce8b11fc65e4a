//! The keeper of an open folder's key, which becomes another one when the folder is erased.

use std::sync::{Arc, Mutex, PoisonError};

use super::{KeyKeeper, Keyring};
use crate::nature::Nature;
use crate::store::Store;
use crate::store::erase::EraseError;

/// See the module.
pub struct Vault {
    keeper: Mutex<Arc<dyn KeyKeeper>>,
    keyring: Keyring,
}

impl Vault {
    pub fn new(keeper: Arc<dyn KeyKeeper>, keyring: Keyring) -> Self {
        Self { keeper: Mutex::new(keeper), keyring }
    }

    pub fn keeper(&self) -> Arc<dyn KeyKeeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Another folder is open now, and this keeps its key.
    pub fn hand_to(&self, keeper: Arc<dyn KeyKeeper>) {
        *self.keeper.lock().unwrap_or_else(PoisonError::into_inner) = keeper;
    }

    /// Erases the folder, key first, and goes on in it as a device that nobody knows, under a new key.
    pub fn erase(&self, store: &mut Store, nature: &dyn Nature) -> Result<(), EraseError> {
        let kept = store.erase(self.keeper().as_ref(), &self.keyring, nature)?;
        self.hand_to(kept.keeper);
        Ok(())
    }
}
