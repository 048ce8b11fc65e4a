//! Roster, catalogue, requests, stock and the desk's topics: records by container, and texts under composed keys.

use automerge::{AutoCommit, ScalarValue};

use super::layout::{self, WriteError};
use crate::domain::facts::desk::Desk;
use crate::domain::facts::outlet::{Catalogue, Requests, Roster, Stock};
use crate::domain::roster;

/// A text under a composed key of a document that has an `about`: `outlet/grades`, `<member>/phone`.
pub fn set_about(doc: &mut AutoCommit, key: &str, value: &str) -> Result<(), WriteError> {
    layout::set(doc, "about", key, ScalarValue::from(value))
}

pub fn read_roster(doc: &AutoCommit) -> Roster {
    Roster {
        about: layout::texts(doc, "about"),
        certificates: layout::records(doc),
        grades: layout::records(doc),
        kits: layout::records(doc),
        events: roster::standing(layout::records(doc)),
        authorisations: layout::records(doc),
        recovery_keys: layout::records(doc),
    }
}

pub fn read_catalogue(doc: &AutoCommit) -> Catalogue {
    Catalogue { sets: layout::records(doc) }
}

pub fn read_requests(doc: &AutoCommit) -> Requests {
    Requests {
        parts: layout::records(doc),
        advances: layout::records(doc),
        cash: layout::records(doc),
        notes: layout::records(doc),
    }
}

pub fn read_stock(doc: &AutoCommit) -> Stock {
    Stock { about: layout::texts(doc, "about"), moves: layout::records(doc) }.standing()
}

pub fn read_desk(doc: &AutoCommit) -> Desk {
    Desk {
        about: layout::texts(doc, "about"),
        sets: layout::records(doc),
        answers: layout::records(doc),
        lines: layout::records(doc),
        states: layout::records(doc),
        follow_ups: layout::records(doc),
        samples: layout::records(doc),
        wages: layout::records(doc),
        cash: layout::records(doc),
        contracts: layout::records(doc),
        referrals: layout::records(doc),
        admissions: layout::records(doc),
        notes: layout::records(doc),
    }
    .standing()
}
