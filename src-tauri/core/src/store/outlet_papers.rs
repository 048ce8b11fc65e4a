//! The outlet's own papers as they stand here: roster, requests, stock, the desk's topics. What this device was never
//! given is empty.

use std::sync::Arc;

use doorstep_schemas::ids::{DocId, MemberId};

use super::{Store, StoreError, views};
use crate::documents::outlet;
use crate::documents::paper::Paper;
use crate::domain::facts::desk::Desk;
use crate::domain::facts::outlet::{Requests, Roster, Stock};

impl Store {
    pub fn roster(&mut self) -> Result<Arc<Roster>, StoreError> {
        if let Some(known) = self.papers.known_roster() {
            return Ok(known);
        }
        let read = self.paper(&DocId::Roster)?.map(|paper| paper.read(outlet::read_roster));
        let roster = Arc::new(read.unwrap_or_default());
        self.papers.keep_roster(&roster);
        Ok(roster)
    }

    pub fn requests(&mut self, member: MemberId) -> Result<Requests, StoreError> {
        let paper = self.paper(&DocId::Request(member))?;
        Ok(paper.map(|paper| paper.read(outlet::read_requests)).unwrap_or_default())
    }

    pub fn stock(&mut self, member: MemberId) -> Result<Stock, StoreError> {
        let paper = self.paper(&DocId::Stock(member))?;
        Ok(paper.map(|paper| paper.read(outlet::read_stock)).unwrap_or_default())
    }

    /// One topic of the desk.
    pub fn desk(&mut self, topic: &str) -> Result<Desk, StoreError> {
        let paper = self.paper(&DocId::Desk(topic.to_owned()))?;
        Ok(paper.map(|paper| paper.read(outlet::read_desk)).unwrap_or_default())
    }

    /// Names of the desk's topics that are here, but for notes on single customers: those are thousands.
    pub fn desk_topics(&self) -> Result<Vec<String>, StoreError> {
        let docs = {
            let mut query = self.db.prepare_cached(
                "SELECT doc FROM paper WHERE doc GLOB 'desk:*'
                 AND doc NOT GLOB 'desk:customer/*' ORDER BY doc",
            )?;
            query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?
        };
        let topic = |name: String| match name.parse::<DocId>() {
            Ok(DocId::Desk(topic)) => Some(topic),
            _ => None,
        };
        Ok(docs.into_iter().filter_map(topic).collect())
    }

    /// Every topic of the desk that is here, by name.
    pub fn desks(&mut self) -> Result<Vec<(String, Desk)>, StoreError> {
        self.desks_of(|_| true)
    }

    /// Those topics of the desk that are wanted, by name.
    pub fn desks_of(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Desk)>, StoreError> {
        let mut out = Vec::new();
        for topic in self.desk_topics()?.into_iter().filter(|topic| wanted(topic)) {
            let paper = self.paper(&DocId::Desk(topic.clone()))?;
            out.push((topic, paper.map(|paper| paper.read(outlet::read_desk)).unwrap_or_default()));
        }
        Ok(out)
    }

    fn paper(&mut self, doc: &DocId) -> Result<Option<&Paper>, StoreError> {
        if views::exists(&self.db, doc)? { Ok(Some(self.papers.read(&self.db, doc)?)) } else { Ok(None) }
    }
}
