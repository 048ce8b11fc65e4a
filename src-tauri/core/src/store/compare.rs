//! Whole documents: the heads that two devices compare to know that they hold the same, and a copy to read from.

use doorstep_schemas::ids::{ChangeHash, DocId};

use super::{Store, StoreError, views};
use crate::documents::paper::Paper;

impl Store {
    /// The document's heads, sorted: equal heads are equal histories.
    pub fn heads(&mut self, doc: &DocId) -> Result<Vec<ChangeHash>, StoreError> {
        Ok(self.papers.get(&self.db, doc)?.heads())
    }

    /// The document as it stands, in hand.
    pub fn copy_of(&mut self, doc: &DocId) -> Result<Paper, StoreError> {
        Ok(self.papers.read(&self.db, doc)?.clone())
    }

    /// Whether somebody has written to this document.
    pub fn has(&self, doc: &DocId) -> Result<bool, StoreError> {
        views::exists(&self.db, doc)
    }
}
