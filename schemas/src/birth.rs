//! Births: the first change of each kind of document, the same bytes everywhere.
//!
//! A birth has a fixed actor and time 0 and makes every container of its kind. Were each device to make its own
//! containers, a merge would hide one's readings behind the other's. Birth n+1 is again fixed bytes that depend only
//! on birth n. Births never travel: both sides have them.

use std::sync::OnceLock;

use crate::ids::{Actor, DocKind};

/// The actor of every birth: no device has it, so no segment can carry one.
pub const ACTOR: Actor = Actor(*b"doorstep-birth-1");

/// One birth: the change's bytes.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    pub bytes: &'static [u8],
}

/// The committed bytes of each birth.
macro_rules! births {
    ($($file:literal),+) => { &[$(Birth { bytes: include_bytes!(concat!("../births/", $file, ".bin")) }),+] };
}

/// The births of a kind, oldest first.
pub fn births(kind: DocKind) -> &'static [Birth] {
    match kind {
        DocKind::Order => births!["order.1", "order.2"],
        DocKind::Sheet => births!["sheet.1", "sheet.2"],
        DocKind::Request => births!["request.1"],
        DocKind::Stock => births!["stock.1"],
        DocKind::Desk => births!["desk.1"],
        DocKind::Roster => births!["roster.1", "roster.2"],
        DocKind::Catalogue => births!["catalogue.1"],
    }
}

/// Operations that a document of this kind holds when nobody has written to it. What people wrote is counted without
/// them, so that a kind may grow by a birth while its documents are at work.
pub fn ops(kind: DocKind) -> u64 {
    // Asked of every piece that arrives, and a birth is long.
    static COUNTED: [OnceLock<u64>; 8] = [const { OnceLock::new() }; 8];
    *COUNTED[kind as usize % COUNTED.len()].get_or_init(|| count(kind))
}

fn count(kind: DocKind) -> u64 {
    let count = |birth: &Birth| {
        crate::change::Change::parse(birth.bytes)
            .expect("births are shipped with the program, and a test reads each")
            .ops
    };
    births(kind).iter().map(count).sum()
}
