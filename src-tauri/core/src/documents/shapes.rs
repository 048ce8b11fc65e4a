//! Which record lies in which container of which kind of document, and whether it is evidence.
//!
//! The readers name each record by its type. Whoever sees a document as places and values (history, undo, labels) has
//! only a container's name, and one name means different things in different kinds of documents.

use automerge::AutoCommit;
use doorstep_schemas::ids::{DocKind, ShortId};

use super::layout;
use crate::domain::facts::desk::{
    Admission, Answer, CashTaken, Contract, FollowUp, Referral, Sample, SettlementLine, SettlementStep, WageLine,
};
use crate::domain::facts::outlet::{
    AdvanceAsked, Authorisation, Certificate, GradeGiven, HandIn, Kit, Moved, NoteToOwner, PartRequest, RecoveryKey,
    RosterNote, SetVersion,
};
use crate::domain::facts::{
    Appointment, Approval, BenchEntry, Charge, ClaimShare, Consent, CrewMember, Custody, Damage, Diagnosis, Fee,
    GoodsCheck, Guidance, Hazard, Loaner, LoanerBack, Node, Noted, Notice, OldPart, OutcomeFact, OverGuide, Override,
    Pause, Payment, Photo, Plan, Promise, Quote, Reading, Reason, Remark, Serial, Signature, UsedPart, WithoutLoaner,
};
use crate::domain::record::{Record, Scalar};

/// What a record asks its object for.
type Get<'a> = &'a dyn Fn(&str) -> Option<Scalar>;

/// Reads one record and says what it would write; `None` where it can't do without what is missing.
type Read = fn(ShortId, Noted, Get<'_>) -> Option<Vec<(&'static str, Scalar)>>;

/// One kind of record in one kind of document.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub kind: DocKind,
    pub container: &'static str,
    /// Evidence: nothing takes it back.
    pub kept: bool,
    pub read: Read,
    /// Ids of those that count in a document, ordered by (time, id).
    pub standing: fn(&AutoCommit) -> Vec<ShortId>,
}

const fn shape<R: Record>(kind: DocKind) -> Shape {
    Shape { kind, container: R::CONTAINER, kept: R::KEPT, read: read::<R>, standing: standing::<R> }
}

fn read<R: Record>(id: ShortId, noted: Noted, get: Get<'_>) -> Option<Vec<(&'static str, Scalar)>> {
    R::read(id, noted, get).map(|record| record.scalars())
}

fn standing<R: Record>(doc: &AutoCommit) -> Vec<ShortId> {
    layout::records::<R>(doc).iter().map(Record::id).collect()
}

macro_rules! shapes {
    ($($kind:ident: $($record:ident),+;)+) => { &[$($(shape::<$record>(DocKind::$kind),)+)+] };
}

/// Every record of every kind of document.
pub const SHAPES: &[Shape] = shapes! {
    Order: Serial, Approval, Override, OverGuide, Plan;
    Sheet: Node, Appointment, Guidance, GoodsCheck, CrewMember, Pause, Reason, Reading, Hazard, Notice, Signature, Charge,
        Serial, UsedPart, OldPart, Photo, Fee, Payment, Damage, ClaimShare, Loaner, LoanerBack, WithoutLoaner, Custody,
        BenchEntry, Diagnosis, Quote, Consent, Promise, OutcomeFact, Remark;
    Request: PartRequest, AdvanceAsked, HandIn, NoteToOwner;
    Stock: Moved;
    Desk: SetVersion, Answer, SettlementLine, SettlementStep, FollowUp, Sample, WageLine, CashTaken, Contract, Referral,
        Admission, Remark;
    Roster: Certificate, GradeGiven, Kit, RosterNote, Authorisation, RecoveryKey;
    Catalogue: SetVersion;
};

/// Whether the records of a container may be taken back. Of what this version does not know nobody can say that it is
/// no evidence; and an appliance of an order is what everything else is about.
pub fn loose(kind: DocKind, container: &str) -> bool {
    SHAPES.iter().any(|shape| shape.kind == kind && shape.container == container && !shape.kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::birth;

    #[test]
    fn every_record_lies_in_a_container_that_a_birth_makes_and_in_one_of_its_own() {
        for (n, shape) in SHAPES.iter().enumerate() {
            let Shape { kind, container, .. } = shape;
            assert!(birth::containers(*kind).any(|name| name == *container), "{kind:?} {container}");
            let same = SHAPES[n + 1..].iter().find(|other| (other.kind, other.container) == (*kind, *container));
            assert!(same.is_none(), "{kind:?} {container}");
        }
    }

    #[test]
    fn a_reading_is_evidence_and_a_part_is_not() {
        assert!(loose(DocKind::Sheet, "parts") && loose(DocKind::Sheet, "notes"));
        assert!(!loose(DocKind::Request, "parts"), "the same name in another document");
        for container in ["readings", "photos", "payments", "signatures", "nodes", "outcomes", "appliances", "wings"] {
            assert!(!loose(DocKind::Sheet, container), "{container}");
        }
    }
}
