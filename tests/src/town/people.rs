//! Members of the outlet, and the names and numbers of people.

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::RosterFact;
use doorstep_schemas::view::{CertificateKind, Grade, KitLevel, Millis};
use doorstep_schemas::wire::{Role, RoleKind, Status};

use super::words::names::{MIDDLE, OLD, SURNAMES, YOUNG};
use super::{FIRST_DAY_MS, YEAR_MS};
use crate::chance::Chance;

/// One of the outlet's own people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    pub role: RoleKind,
    /// Owners and repairers have none.
    pub grade: Option<Grade>,
    pub years: u32,
    pub certificates: Vec<CertificateKind>,
}

impl Member {
    /// The relay's word on them.
    pub fn role(&self) -> Role {
        Role { member: self.id, name: self.name.clone(), roles: vec![self.role], status: Status::Active }
    }
}

/// Role, grade, years in the trade, certificates.
const POSTS: [(RoleKind, Option<Grade>, u32, &[CertificateKind]); 9] = {
    use CertificateKind::{LowVoltage, Welding, WorkAtHeight};
    use RoleKind::{Installer, Owner, Repairer, Technician};
    [
        (Owner, None, 18, &[]),
        (Technician, Some(Grade::APlus), 12, &[LowVoltage, Welding, WorkAtHeight]),
        (Technician, Some(Grade::A), 7, &[LowVoltage, Welding, WorkAtHeight]),
        (Technician, Some(Grade::B), 3, &[LowVoltage, WorkAtHeight]),
        (Technician, Some(Grade::C), 1, &[LowVoltage]),
        (Installer, Some(Grade::B), 6, &[LowVoltage, WorkAtHeight]),
        (Installer, Some(Grade::C), 2, &[LowVoltage]),
        (Technician, Some(Grade::D), 0, &[]),
        (Repairer, None, 9, &[LowVoltage]),
    ]
};

/// The outlet's people; the owner first, nobody's name twice.
pub fn members(seed: u64) -> Vec<Member> {
    let chance = Chance::of(seed, super::stream::MEMBER, 0);
    let mut out: Vec<Member> = Vec::new();
    for (role, grade, years, certificates) in POSTS {
        let name = loop {
            let name = person(&chance);
            if out.iter().all(|member| member.name != name) {
                break name;
            }
        };
        let id = ShortId::mint(chance.bytes());
        out.push(Member { id, name, role, grade, years, certificates: certificates.to_vec() });
    }
    out
}

/// What the roster says of these people: grades, certificates, kits, and the outlet's own filing for gas (R7).
pub fn roster(members: &[Member]) -> Vec<RosterFact> {
    let issued = Some(Millis(FIRST_DAY_MS - YEAR_MS));
    let expires = Some(Millis(FIRST_DAY_MS + 5 * YEAR_MS));
    let certificate =
        |member, kind, number| RosterFact::Certificate { member, kind, number, issued, expires, withdrawn: false };
    let mut out = vec![certificate(None, CertificateKind::GasFiling, "枥燃备 0017".to_owned())];
    for (place, member) in members.iter().enumerate() {
        for kind in &member.certificates {
            out.push(certificate(Some(member.id), *kind, format!("T{place:02}{:06}", 1_000 + place)));
        }
        let Some(grade) = member.grade else { continue };
        out.push(RosterFact::Grade { member: member.id, grade, years: member.years, note: String::new() });
        let level = if grade >= Grade::B { KitLevel::Standard } else { KitLevel::Basic };
        let instrument = super::words::sayings::INSTRUMENTS[place % 7].to_owned();
        let due = Some(Millis(FIRST_DAY_MS + YEAR_MS));
        let number = format!("K{place:03}");
        out.push(RosterFact::Kit { member: member.id, level, instrument, number, calibrated: issued, due });
    }
    out
}

/// A person's name, two or three characters as a rule.
pub fn person(chance: &Chance) -> String {
    let surname = chance.weighted(SURNAMES, |(_, weight)| *weight).0;
    let generation = *chance.weighted(&[(OLD, 40), (MIDDLE, 40), (YOUNG, 20)], |(_, weight)| *weight);
    format!("{surname}{}", chance.pick(generation.0))
}

/// How many numbers nobody has: two blocks of ten thousand.
pub const PHONES: u64 = 20_000;

/// A number that can't be anybody's: 138 0000 xxxx or 139 0000 xxxx.
pub fn phone(n: u64) -> String {
    let n = n % PHONES;
    format!("13{}0000{:04}", 8 + n / 10_000, n % 10_000)
}
