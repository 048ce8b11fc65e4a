//! Half-typed fields and choices that are offered again: kept at once, sent nowhere.

use doorstep_schemas::input::PutDraft;
use doorstep_schemas::view::{ChoiceView, DraftView, KeptView, Millis};

use super::Actions;
use crate::store::StoreError;
use crate::store::drafts::DraftError;

impl Actions {
    /// Keeps what is typed so far; on the disk when this returns.
    pub fn put_draft(&self, input: &PutDraft) -> Result<(), DraftError> {
        self.shelf.store().put_draft(&input.key, &input.text, self.nature.now_ms())
    }

    /// Drafts whose keys begin with `prefix`, newest first.
    pub fn drafts(&self, prefix: &str) -> Result<Vec<DraftView>, StoreError> {
        let drafts = self.shelf.store().drafts(prefix)?;
        Ok(drafts.into_iter().map(|d| DraftView { key: d.key, text: d.text, at: Millis(d.at_ms) }).collect())
    }

    pub fn drop_draft(&self, key: &str) -> Result<(), StoreError> {
        self.shelf.store().drop_draft(key)
    }

    /// Everything that the screens left here.
    pub fn kept(&self) -> Result<KeptView, StoreError> {
        let choices = self.shelf.store().newest_choices()?;
        let choices = choices.into_iter().map(|(key, value)| ChoiceView { key, value }).collect();
        Ok(KeptView { drafts: self.drafts("")?, choices })
    }

    /// Offers a choice again the next time.
    pub fn remember_choice(&self, key: &str, value: &str) -> Result<(), DraftError> {
        self.shelf.store().remember_choice(key, value, self.nature.now_ms())
    }

    pub fn remembered_choices(&self, key: &str) -> Result<Vec<String>, StoreError> {
        self.shelf.store().remembered_choices(key)
    }
}
