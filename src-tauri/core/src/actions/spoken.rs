//! The owner's six digits for a price above guide, said over the phone (R28).

use doorstep_schemas::ids::DocId;
use doorstep_schemas::input::SayDigits;
use doorstep_schemas::view::SpokenDigits;

use super::facts::FactError;
use super::facts::check::{MOST_FEN, within};
use super::{Actions, JobError};
use crate::documents::layout::Edit;
use crate::domain::money::spoken;
use crate::nature::random;
use crate::store::{Store, StoreError};

/// The topic of the owners' desk that has their secret, and its key there: no other member reads a desk.
const TOPIC: &str = "spoken";
const KEY: &str = "digits/secret";

impl Actions {
    /// Six digits that let so much be taken for one line of this job. The first ones make the owners' secret.
    pub fn say_digits(&self, input: &SayDigits) -> Result<SpokenDigits, FactError> {
        let fen = within("amount", input.most_fen.0, 1, MOST_FEN)?;
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        if store.job_facts(input.job)?.is_none() {
            return Err(JobError::NotFound(input.job).into());
        }
        let secret = if let Some(known) = secret(&mut store)? {
            known
        } else {
            let made: String = random::<32>(self.nature.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect();
            let edit = Edit::set("about", KEY.to_owned(), made.clone());
            let desk = DocId::Desk(TOPIC.to_owned());
            store.act(&desk, "spoken_secret", noted.at_ms, |doc| edit.apply(doc), |_| Ok(()))?;
            made
        };
        Ok(SpokenDigits { digits: spoken::code(secret.as_bytes(), input.job, fen) })
    }
}

/// The owners' secret, where this is an owner's device and digits were given before.
pub(super) fn secret(store: &mut Store) -> Result<Option<String>, StoreError> {
    let desks = store.desks()?;
    let kept = desks.iter().find(|(topic, _)| topic == TOPIC).and_then(|(_, desk)| desk.about.get(KEY));
    Ok(kept.map(|text| text.value.clone()).filter(|text| !text.is_empty()))
}
