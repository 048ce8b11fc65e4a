//! Who may read and write which kind of document: one table, kind × role × verb. Beside it: who sends and who is sent
//! which kind of entry, and who is let in at which endpoint.
//!
//! Access is decided per document and never per field. What is not in the table is forbidden.

use doorstep_schemas::ids::{DocId, DocKind, MemberId};
use doorstep_schemas::wire::{Access, RoleKind, kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    Read,
    Write,
}

/// What a role needs for a verb on a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Never,
    Always,
    /// Only the document that bears the member's own name.
    Own,
    /// A grant of the job, at least this one.
    Granted(Access),
}

/// The table.
pub const fn rule(kind: DocKind, role: RoleKind, verb: Verb) -> Rule {
    use DocKind::{Catalogue, Desk, Order, Request, Roster, Sheet, Stock};
    use Verb::{Read, Write};
    match (kind, role, verb) {
        (Sheet, _, Write) => Rule::Granted(Access::Write),
        // A request is the member's own word; the owner answers at the desk.
        (Request, _, Write) => Rule::Own,
        (_, RoleKind::Owner, Read | Write) => Rule::Always,
        (
            Order | Sheet | Request | Stock | Desk | Roster | Catalogue,
            RoleKind::Technician | RoleKind::Installer | RoleKind::Repairer,
            _,
        ) => field_rule(kind, verb),
    }
}

/// Those who work at the customer's and at the bench have the same rights; the job's grant makes the difference.
const fn field_rule(kind: DocKind, verb: Verb) -> Rule {
    match (kind, verb) {
        (DocKind::Order, Verb::Read) | (DocKind::Sheet, Verb::Read) => Rule::Granted(Access::Read),
        (DocKind::Sheet, Verb::Write) => Rule::Granted(Access::Write),
        (DocKind::Request, _) | (DocKind::Stock, Verb::Read) => Rule::Own,
        (DocKind::Roster | DocKind::Catalogue, Verb::Read) => Rule::Always,
        // What was given out is the owner's word; what was used follows from sheets (R22).
        (DocKind::Order | DocKind::Stock | DocKind::Roster | DocKind::Catalogue, Verb::Write) | (DocKind::Desk, _) => {
            Rule::Never
        }
    }
}

/// Whether one of the roles allows it. `granted` is the member's access to the document's job, if it has one.
pub fn allowed(roles: &[RoleKind], member: MemberId, verb: Verb, doc: &DocId, granted: Access) -> bool {
    roles.iter().any(|role| match rule(doc.kind(), *role, verb) {
        Rule::Never => false,
        Rule::Always => true,
        Rule::Own => matches!(doc, DocId::Request(owner) | DocId::Stock(owner) if *owner == member),
        Rule::Granted(least) => granted >= least,
    })
}

/// Whether work that may not enter the log may wait in the owner's inbox: the author could have written it before they
/// left, or before the job was taken. `had_grant`: the job was theirs once, or nobody has named it yet.
pub fn may_wait(roles: &[RoleKind], member: MemberId, left: bool, doc: &DocId, had_grant: bool) -> bool {
    let granted = if had_grant { Access::Write } else { Access::None };
    (left || doc.kind() == DocKind::Sheet) && allowed(roles, member, Verb::Write, doc, granted)
}

/// Who may send up an entry of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Its author's right to the document decides, or what they could write before they left.
    Author,
    Owner,
    /// It is the relay's own word.
    Nobody,
    /// No version of the protocol has it yet.
    Unknown,
}

/// The table of entry kinds.
pub const fn sender(entry: u8) -> Sender {
    match entry {
        // A parcel is what it holds: as a piece it comes to nobody.
        kind::SEGMENT => Sender::Author,
        kind::GRANT | kind::ADMIT | kind::ERASED => Sender::Owner,
        kind::ROLE | kind::DEVICE => Sender::Nobody,
        _ => Sender::Unknown,
    }
}

/// Who is sent an entry of a kind that is no document's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everybody,
    /// The member that it names, and owners.
    Named,
    /// Who may read the document, as the first table has it.
    Readers,
    Owners,
}

pub const fn audience(entry: u8) -> Audience {
    match entry {
        kind::ROLE | kind::DEVICE | kind::ERASED => Audience::Everybody,
        kind::GRANT => Audience::Named,
        kind::SEGMENT => Audience::Readers,
        _ => Audience::Owners,
    }
}

/// A way to ask the relay, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Exchange,
    Compare,
    Receipts,
    Live,
    /// What uploads are spoken in, at both their paths.
    UploadWays,
    UploadWaysOfOne,
    UploadBegin,
    UploadHeld,
    UploadAppend,
    UploadGiveUp,
    BlobRead,
    BlobsMissing,
    Enrol,
    Members,
    Member,
    Invites,
    DeviceStatus,
    /// What the relay holds, and whether its backup could be restored.
    State,
    Drill,
    Health,
    Description,
}

/// Who is let in at an endpoint; what they may do there is up to the tables above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    Anybody,
    /// A confirmed device of an active member.
    Member,
    /// The same, and the devices of members who have left: they may hand over, and get nothing.
    OrLeft,
    Owner,
}

impl Endpoint {
    pub const ALL: [Self; 21] = [
        Self::Exchange,
        Self::Compare,
        Self::Receipts,
        Self::Live,
        Self::UploadWays,
        Self::UploadWaysOfOne,
        Self::UploadBegin,
        Self::UploadHeld,
        Self::UploadAppend,
        Self::UploadGiveUp,
        Self::BlobRead,
        Self::BlobsMissing,
        Self::Enrol,
        Self::Members,
        Self::Member,
        Self::Invites,
        Self::DeviceStatus,
        Self::State,
        Self::Drill,
        Self::Health,
        Self::Description,
    ];

    /// Method and path; `{…}` stands for a parameter.
    pub const fn way(self) -> (&'static str, &'static str) {
        match self {
            Self::Exchange => ("POST", "/v1/exchange"),
            Self::Compare => ("POST", "/v1/compare"),
            Self::Receipts => ("POST", "/v1/receipts"),
            Self::Live => ("GET", "/v1/live"),
            Self::UploadWays => ("OPTIONS", "/v1/uploads"),
            Self::UploadWaysOfOne => ("OPTIONS", "/v1/uploads/{hash}"),
            Self::UploadBegin => ("POST", "/v1/uploads"),
            Self::UploadHeld => ("HEAD", "/v1/uploads/{hash}"),
            Self::UploadAppend => ("PATCH", "/v1/uploads/{hash}"),
            Self::UploadGiveUp => ("DELETE", "/v1/uploads/{hash}"),
            Self::BlobRead => ("GET", "/v1/blobs/{hash}"),
            Self::BlobsMissing => ("POST", "/v1/blobs/missing"),
            Self::Enrol => ("POST", "/v1/enrol"),
            Self::Members => ("POST", "/v1/members"),
            Self::Member => ("POST", "/v1/members/{member}"),
            Self::Invites => ("POST", "/v1/invites"),
            Self::DeviceStatus => ("POST", "/v1/devices/{device}/status"),
            Self::State => ("GET", "/v1/state"),
            Self::Drill => ("POST", "/v1/drill"),
            Self::Health => ("GET", "/v1/health"),
            Self::Description => ("GET", "/v1/openapi.json"),
        }
    }

    pub const fn entrance(self) -> Entrance {
        match self {
            Self::Enrol | Self::Health | Self::Description | Self::UploadWays | Self::UploadWaysOfOne => {
                Entrance::Anybody
            }
            Self::Exchange
            | Self::UploadBegin
            | Self::UploadHeld
            | Self::UploadAppend
            | Self::UploadGiveUp
            | Self::BlobsMissing => Entrance::OrLeft,
            Self::Compare | Self::Receipts | Self::Live | Self::BlobRead => Entrance::Member,
            Self::Members | Self::Member | Self::Invites | Self::DeviceStatus | Self::State | Self::Drill => {
                Entrance::Owner
            }
        }
    }
}

/// Owners give out grants, members, codes and devices.
pub fn runs_the_outlet(roles: &[RoleKind]) -> bool {
    roles.contains(&RoleKind::Owner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_schemas::ids::{JobId, ShortId};

    /// One letter a cell: `-` never, `+` always, `o` own, `r` granted to read, `w` granted to write.
    fn letter(rule: Rule) -> char {
        match rule {
            Rule::Never => '-',
            Rule::Always => '+',
            Rule::Own => 'o',
            Rule::Granted(Access::Write) => 'w',
            Rule::Granted(_) => 'r',
        }
    }

    #[test]
    fn the_table_is_the_one_that_the_trade_agreed_on() {
        // Columns: owner reads, owner writes, then the same for technician, installer and repairer.
        let agreed = [
            (DocKind::Order, "++r-r-r-"),
            (DocKind::Sheet, "+wrwrwrw"),
            (DocKind::Request, "+ooooooo"),
            (DocKind::Stock, "++o-o-o-"),
            (DocKind::Desk, "++------"),
            (DocKind::Roster, "+++-+-+-"),
            (DocKind::Catalogue, "+++-+-+-"),
        ];
        let roles = [RoleKind::Owner, RoleKind::Technician, RoleKind::Installer, RoleKind::Repairer];
        for (kind, letters) in agreed {
            let found: String = roles
                .into_iter()
                .flat_map(|role| [Verb::Read, Verb::Write].map(|verb| letter(rule(kind, role, verb))))
                .collect();
            assert_eq!(found, letters, "{}", kind.name());
        }
        assert_eq!(agreed.len(), DocKind::ALL.len());
    }

    #[test]
    fn a_technician_cant_write_the_order_they_were_given() {
        let (job, li) = (JobId::from_bytes([1; 16]), ShortId::mint([1; 5]));
        let may = |verb, doc| allowed(&[RoleKind::Technician], li, verb, &doc, Access::Write);
        assert!(may(Verb::Write, DocId::Sheet(job)));
        assert!(may(Verb::Read, DocId::Order(job)));
        assert!(!may(Verb::Write, DocId::Order(job)));
        assert!(!may(Verb::Read, DocId::Stock(ShortId::mint([2; 5]))));
        assert!(!allowed(&[], li, Verb::Read, &DocId::Roster, Access::Write), "no role, no right");
    }
}
