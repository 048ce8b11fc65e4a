//! What two devices compare to know that they hold the same: heads of a document.

use doorstep_schemas::ids::{ChangeHash, DocId};

use super::{Store, StoreError};

impl Store {
    /// The document's heads, sorted: equal heads are equal histories.
    pub fn heads(&mut self, doc: &DocId) -> Result<Vec<ChangeHash>, StoreError> {
        Ok(self.papers.get(&self.db, doc)?.heads())
    }
}
