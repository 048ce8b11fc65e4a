//! Intake: a job made on the spot, and what is known of the person who calls (R6, R9).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{Segment, Source};

use super::facts::{Job, Order, OrderedAppliance};

/// A digit or letter typed with a Chinese keyboard's full width, as its usual self.
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// A telephone number as compared (R9): digits only, without the country's prefix or an extension; a landline keeps its
/// area code's nought. Empty where there is no number.
pub fn same_phone(text: &str) -> String {
    let text: String = text.trim().chars().map(half_width).collect();
    let main = text.split(['转', 'x', 'X', '#', '/', ',', '，', ';', '、']).next().unwrap_or_default();
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let international = main.trim_start().starts_with('+') || digits.starts_with("0086");
    let national = match digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")) {
        Some(rest) if international || (digits.len() == 13 && is_mobile(rest)) => rest,
        _ => return digits,
    };
    if is_mobile(national) || national.starts_with('0') { national.to_owned() } else { format!("0{national}") }
}

/// Eleven digits that begin like a mobile number.
pub fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) && bytes.iter().all(u8::is_ascii_digit)
}

/// A serial number as compared (R9): without spaces, in upper case. O and 0 stay apart: makers use both.
pub fn same_serial(text: &str) -> String {
    text.chars().map(half_width).filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// What a machine carries on its plate. The room, the circuit and everything measured are looked at anew on each visit.
const ON_THE_PLATE: [SheetField; 12] = [
    SheetField::Brand,
    SheetField::Model,
    SheetField::Serial,
    SheetField::Made,
    SheetField::RatedWatts,
    SheetField::RatedMilliamps,
    SheetField::Protection,
    SheetField::Build,
    SheetField::Refrigerant,
    SheetField::Gas,
    SheetField::NameplateVolts,
    SheetField::NameplateMegapascals,
];

/// 照上次: what an earlier job says of this machine, where this job says nothing (R9). It is the same machine if its serial
/// is; without one, if it is the only one of its kind there and neither brand nor model speaks against it. `None` where it
/// is another machine, or nothing is new.
pub fn last_time(job: &Job, machine: &OrderedAppliance, earlier: &Job) -> Option<BTreeMap<SheetField, String>> {
    let here = |field| job.field(machine, field);
    let alike = |of: &&OrderedAppliance| {
        let agrees = |field| {
            let (one, other) = (same_serial(&here(field)), same_serial(&earlier.field(of, field)));
            one.is_empty() || other.is_empty() || one == other
        };
        of.kind == machine.kind && agrees(SheetField::Serial) && agrees(SheetField::Brand) && agrees(SheetField::Model)
    };
    let candidates: Vec<&OrderedAppliance> = earlier.order.appliances.iter().filter(alike).collect();
    let serial = same_serial(&here(SheetField::Serial));
    let by_serial = || candidates.iter().find(|of| same_serial(&earlier.field(of, SheetField::Serial)) == serial);
    let found = match candidates.as_slice() {
        [only] => *only,
        _ if serial.is_empty() => return None,
        _ => by_serial()?,
    };
    // Of two alike in this house the serial alone says which one it was.
    let twins = job.order.appliances.iter().filter(|of| of.kind == machine.kind).count();
    if twins > 1 && (serial.is_empty() || same_serial(&earlier.field(found, SheetField::Serial)) != serial) {
        return None;
    }
    let told: BTreeMap<SheetField, String> = ON_THE_PLATE
        .into_iter()
        .filter(|field| here(*field).trim().is_empty())
        .map(|field| (field, earlier.field(found, field)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    (!told.is_empty()).then_some(told)
}

/// What an address in a village holds.
pub const VILLAGE_MARKS: [&str; 4] = ["村", "组", "屯", "寨"];

/// Who the customer is to the shop (R9): what the owner said, else what the order shows.
pub fn segment(order: &Order, village_marks: &[&str]) -> Segment {
    if let Some(said) = order.segment.known() {
        return said;
    }
    if order.project {
        Segment::Project
    } else if order.appliances.len() > 1 {
        Segment::Set
    } else if village_marks.iter().any(|mark| order.customer.address.contains(mark)) {
        Segment::Village
    } else {
        Segment::Town
    }
}

/// Whether a job began outside the maker's system and has to be reported to it (R6, R46): a walk-in or a direct call, until it
/// has the maker's own number.
pub fn unreported(order: &Order) -> bool {
    let direct = order.source.is(Source::WalkIn) || order.source.is(Source::Direct);
    direct && order.maker_order.trim().is_empty() && !order.cancelled
}

/// Appliances that a sheet speaks of and its order doesn't know (R6). A walk-in's facts are adopted under the same ids: a
/// new id in the order would leave readings and photos with a machine that isn't there.
pub fn not_adopted(job: &Job) -> Vec<ShortId> {
    let sheet = &job.sheet;
    let mut named: BTreeSet<ShortId> = sheet.fields.keys().map(|(appliance, _)| *appliance).collect();
    named.extend(sheet.readings.iter().map(|r| r.appliance));
    named.extend(sheet.photos.iter().map(|p| p.appliance));
    named.extend(sheet.parts.iter().map(|p| p.appliance));
    named.extend(sheet.serials.iter().map(|s| s.appliance));
    named.extend(sheet.services.iter().map(|s| s.appliance));
    named.extend(sheet.charges.iter().map(|c| c.appliance));
    for known in job.order.appliances.iter().map(|a| a.id).chain(sheet.loaners.iter().map(|l| l.id)) {
        named.remove(&known);
    }
    named.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::FieldValue;
    use crate::domain::scene::{NOON, id, job};
    use doorstep_schemas::view::{ApplianceKind, JobKind};
    use proptest::prelude::*;

    fn customer(phone: &str, serial: &str, taken: i64) -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::AirConditioner]);
        job.order.customer.phone = phone.to_owned();
        job.order.appliances[0].serial = serial.to_owned();
        job.order.taken.at_ms = taken;
        job
    }

    #[test]
    fn r9_a_number_is_the_same_however_it_is_written() {
        for text in [
            "13800001001",
            "138 0000 1001",
            "+86 138-0000-1001",
            "0086 13800001001",
            "86-13800001001",
            "１３８００００１００１",
        ] {
            assert_eq!(same_phone(text), "13800001001", "{text}");
        }
        for text in
            ["0718-8221234", "(0718) 822 1234", "+86 718 8221234", "0718-8221234转802", "0718-8221234/13800001001"]
        {
            assert_eq!(same_phone(text), "07188221234", "{text}");
        }
        assert_eq!(same_phone("8622123"), "8622123", "a local number that begins like the country");
        assert_eq!(same_phone("没有"), "");
    }

    #[test]
    fn r9_a_customer_belongs_to_one_segment_and_the_owners_word_counts() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::AirConditioner]);
        let of = |job: &Job| segment(&job.order, &VILLAGE_MARKS);
        assert_eq!(of(&job), Segment::Town);
        job.order.customer.address = "大湾乡三组".to_owned();
        assert_eq!(of(&job), Segment::Village);
        job.order.appliances.push(job.order.appliances[0].clone());
        assert_eq!(of(&job), Segment::Set);
        job.order.project = true;
        assert_eq!(of(&job), Segment::Project);
        job.order.segment = Segment::Vip.into();
        assert_eq!(of(&job), Segment::Vip);
    }

    #[test]
    fn r6_r46_walk_ins_and_direct_calls_without_a_makers_number_are_listed_for_reporting() {
        let of = |source: Source| {
            let mut job = customer("", "", NOON);
            job.order.source = source.into();
            job.order
        };
        assert!(unreported(&of(Source::Direct)) && unreported(&of(Source::WalkIn)));
        assert!(!unreported(&of(Source::Maker)) && !unreported(&of(Source::Contract)));
        let reported = Order { maker_order: "CG2026112101".to_owned(), ..of(Source::WalkIn) };
        assert!(!unreported(&reported));
        assert!(!unreported(&Order { cancelled: true, ..of(Source::WalkIn) }));
    }

    #[test]
    fn r6_a_walk_in_is_adopted_under_the_same_ids() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::AirConditioner]);
        let field = FieldValue { value: "KFR-35GW".to_owned(), others: Vec::new() };
        job.sheet.fields.insert((id(1), "model".to_owned()), field);
        assert!(not_adopted(&job).is_empty());
        job.order.appliances[0].id = id(2);
        assert_eq!(not_adopted(&job), [id(1)]);
        let text = String::new;
        job.sheet.loaners = vec![crate::domain::facts::Loaner {
            id: id(1),
            appliance: id(2),
            kind: ApplianceKind::AirConditioner.into(),
            tag: text(),
            model: text(),
            serial: text(),
            deposit_fen: 0,
            condition: text(),
            photos: Vec::new(),
            noted: crate::domain::scene::noted(NOON),
        }];
        assert!(not_adopted(&job).is_empty(), "what is written of a loaner");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r9_no_text_is_too_strange_for_a_number(text in "\\PC{0,40}") {
            prop_assert!(same_phone(&text).bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(same_serial(&same_serial(&text)), same_serial(&text));
        }
    }
}
