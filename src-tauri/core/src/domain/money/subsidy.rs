//! 国补: what a subsidised trade-in must show (R44), and what no document may hold: an ID number.

use chrono::NaiveDate;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{PhotoStage, UnitOf};

use super::each;
use super::problem::{Place, Problem, Trouble};
use crate::domain::facts::{Job, OrderedAppliance, Serial};

pub const ENERGY_LABEL: &str = "subsidy/energy_label";
pub const INVOICE: &str = "subsidy/invoice";
pub const INVOICE_SERIAL: &str = "subsidy/invoice_serial";

/// The shape and check digit of an ID number by GB 11643: region, a day that was, eighteen places.
fn is_id_number(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    let Some(digits) = text.get(..17).filter(|d| d.iter().all(u8::is_ascii_digit)) else { return false };
    let number =
        |range: std::ops::Range<usize>| digits[range].iter().fold(0u32, |n, digit| n * 10 + u32::from(digit - b'0'));
    let region = matches!(number(0..2), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    let year = i32::try_from(number(6..10)).unwrap_or(0);
    let born = (1850..2200).contains(&year) && NaiveDate::from_ymd_opt(year, number(10..12), number(12..14)).is_some();
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    region && born && text.len() == 18 && CHECK[(sum % 11) as usize] == text[17].to_ascii_uppercase()
}

/// Whether a text holds what looks like an ID number (R44): also in full-width digits, and with gaps or hyphens in it.
pub fn looks_like_id_number(text: &str) -> bool {
    let narrow = |c: char| match c {
        '０'..='９' => char::from(b'0' + u8::try_from(u32::from(c) - u32::from('０')).unwrap_or(0)),
        'Ｘ' | 'ｘ' => 'X',
        _ => c,
    };
    let plain: String = text.chars().map(narrow).collect();
    let closed: String = plain.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '·' | '.')).collect();
    [plain, closed].iter().any(|text| {
        // A longer run of digits is a bar code.
        text.split(|c: char| !c.is_ascii_digit() && !matches!(c, 'x' | 'X'))
            .any(|run| is_id_number(run.trim_start_matches(['x', 'X']).as_bytes()))
    })
}

/// Every place of a job's texts that holds what looks like an ID number (R44).
pub fn id_numbers(job: &Job) -> Vec<Problem> {
    let customer = &job.order.customer;
    let mut texts: Vec<(Place, &str)> = vec![
        (Place::About("customer/name".to_owned()), &customer.name),
        (Place::About("customer/phone".to_owned()), &customer.phone),
        (Place::About("customer/address".to_owned()), &customer.address),
        (Place::Job, &job.order.note),
        (Place::Job, &job.order.symptom),
        (Place::Job, &job.order.maker_order),
    ];
    texts.extend(job.sheet.about.iter().map(|(key, field)| (Place::About(key.clone()), field.value.as_str())));
    for ((appliance, key), field) in &job.sheet.fields {
        let at = SheetField::from_word(key).map_or(Place::Job, |field| Place::Field { appliance: *appliance, field });
        texts.push((at, &field.value));
    }
    texts.extend(job.sheet.notes.iter().map(|note| (Place::Job, note.text.as_str())));
    texts.extend(job.sheet.payments.iter().map(|payment| (Place::Job, payment.reference.as_str())));
    texts.extend(job.sheet.photos.iter().map(|photo| (Place::Job, photo.caption.as_str())));
    texts.extend(job.sheet.signatures.iter().map(|signature| (Place::Job, signature.name.as_str())));
    let holding = texts.into_iter().filter(|(_, text)| looks_like_id_number(text)).map(|(at, _)| at);
    let mut places: Vec<Place> = holding.collect();
    places.sort();
    places.dedup();
    places.into_iter().map(|at| Problem::new(Trouble::IdNumber, at)).collect()
}

/// A serial number as it is compared: without gaps, in capitals.
fn plain(serial: &str) -> String {
    serial.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase()
}

/// What a subsidised trade-in lacks (R44): serials in and out, energy label, invoice, photos of the old unit and of the
/// nameplate; and whether serial, nameplate and invoice are one. Of an unsubsidised job nothing is asked.
pub fn subsidy_problems(job: &Job) -> Vec<Problem> {
    if !job.order.subsidised {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (key, code) in [(ENERGY_LABEL, Trouble::EnergyLabelMissing), (INVOICE, Trouble::SubsidyInvoiceMissing)] {
        if job.sheet.about(key).trim().is_empty() {
            out.push(Problem::new(code, Place::About(key.to_owned())));
        }
    }
    // An invoice may be about several units, with commas between their serial numbers.
    let invoiced: Vec<String> = job.sheet.about(INVOICE_SERIAL).split([',', ',', '、', ';', '\n']).map(plain).collect();
    let invoiced: Vec<String> = invoiced.into_iter().filter(|serial| !serial.is_empty()).collect();
    let at = || Place::About(INVOICE_SERIAL.to_owned());
    if invoiced.is_empty() && !out.iter().any(|p| p.code == Trouble::SubsidyInvoiceMissing) {
        out.push(Problem::new(Trouble::SubsidyInvoiceMissing, at()));
    }
    for appliance in &job.order.appliances {
        let known = of_appliance(job, appliance, &mut out);
        if !known.is_empty() && !invoiced.is_empty() && !known.iter().any(|serial| invoiced.contains(serial)) {
            out.push(Problem::new(Trouble::SerialsDiffer, at()).with("invoice", invoiced.join(", ")));
        }
    }
    out
}

/// Adds what one appliance lacks; the serial numbers that its new unit is known by.
fn of_appliance(job: &Job, appliance: &OrderedAppliance, out: &mut Vec<Problem>) -> Vec<String> {
    let id = appliance.id;
    let serials: Vec<&Serial> = each(job.order.serials.iter().chain(&job.sheet.serials))
        .into_iter()
        .filter(|s| s.appliance == id && !s.serial.trim().is_empty())
        .collect();
    let (old, new): (Vec<&Serial>, Vec<&Serial>) = serials.into_iter().partition(|s| s.unit.is(UnitOf::Old));
    let at = Place::Serials { appliance: id };
    if old.is_empty() {
        out.push(Problem::new(Trouble::SubsidySerialOutMissing, at.clone()));
    }
    let photo_of = |s: &&Serial| s.photo.is_some_and(|photo| job.sheet.photos.iter().any(|p| p.id == photo));
    if !old.iter().any(photo_of) {
        out.push(Problem::new(Trouble::OldUnitPhotoMissing, at.clone()));
    }
    let nameplate = plain(job.sheet.field(id, SheetField::Serial));
    let mut known: Vec<String> = new.iter().map(|s| plain(&s.serial)).collect();
    known.extend([plain(&appliance.serial), nameplate.clone()].into_iter().filter(|serial| !serial.is_empty()));
    if known.is_empty() {
        out.push(Problem::new(Trouble::SubsidySerialInMissing, at.clone()));
    }
    // A split unit has a serial for each half: the nameplate must be one of those that are claimed.
    let claimed: Vec<String> = if new.is_empty() {
        Some(plain(&appliance.serial)).filter(|serial| !serial.is_empty()).into_iter().collect()
    } else {
        new.iter().map(|s| plain(&s.serial)).collect()
    };
    if !nameplate.is_empty() && !claimed.is_empty() && !claimed.contains(&nameplate) {
        out.push(Problem::new(Trouble::SerialsDiffer, at).with("nameplate", nameplate));
    }
    if !job.sheet.photos.iter().any(|p| p.appliance == id && p.stage.is(PhotoStage::Nameplate)) {
        let stage = PhotoStage::Nameplate;
        out.push(Problem::new(Trouble::NameplatePhotoMissing, Place::Photos { appliance: id, stage }));
    }
    known
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::ids::BlobHash;
    use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind};

    use super::*;
    use crate::domain::facts::{FieldValue, Photo, Remark};
    use crate::domain::money::cast::*;
    use crate::domain::record::Scalar;

    /// The example of the standard.
    const EXAMPLE: &str = "11010519491231002X";

    fn photo(n: u64, stage: PhotoStage) -> Photo {
        let hash = || Scalar::Bytes(BlobHash([n as u8; 32]).0.to_vec());
        let of = [("app", name(unit())), ("photo", hash()), ("thumb", hash())];
        Photo { stage: stage.into(), ..known(n, &of) }
    }

    fn serial(n: u64, of: UnitOf, serial: &str, photo: Option<u64>) -> Serial {
        let serial = serial.to_owned();
        Serial { unit: of.into(), serial, photo: photo.map(id), ..known(n, &[("app", name(unit()))]) }
    }

    fn value(text: &str) -> FieldValue {
        FieldValue { value: text.to_owned(), others: Vec::new() }
    }

    /// 罗桂香: a split air conditioner for an old one, with everything there.
    fn trade_in() -> Job {
        let mut job = job(JobKind::Install, ApplianceKind::AirConditioner, Coverage::InWarranty);
        job.order.subsidised = true;
        job.sheet.serials = vec![
            serial(1, UnitOf::Indoor, "BL35N 0001", None),
            serial(2, UnitOf::Outdoor, "BL35W0001", None),
            serial(3, UnitOf::Old, "OLD77", Some(10)),
        ];
        job.sheet.photos = vec![photo(10, PhotoStage::Before), photo(11, PhotoStage::Nameplate)];
        job.sheet.fields.insert((unit(), "serial".to_owned()), value("bl35n0001"));
        for (key, text) in [(ENERGY_LABEL, "EL-1"), (INVOICE, "0471"), (INVOICE_SERIAL, "BL35W-0001")] {
            job.sheet.about.insert(key.to_owned(), value(text));
        }
        job
    }

    fn troubles(job: &Job) -> Vec<Trouble> {
        subsidy_problems(job).into_iter().map(|p| p.code).collect()
    }

    #[test]
    fn r44_a_trade_in_with_everything_is_in_order_and_each_missing_thing_is_told() {
        assert_eq!(troubles(&trade_in()), []);
        type Spoil = fn(&mut Job);
        let cases: [(Spoil, Trouble); 8] = [
            (|job| drop(job.sheet.about.remove(ENERGY_LABEL)), Trouble::EnergyLabelMissing),
            (|job| drop(job.sheet.about.remove(INVOICE)), Trouble::SubsidyInvoiceMissing),
            (|job| drop(job.sheet.about.remove(INVOICE_SERIAL)), Trouble::SubsidyInvoiceMissing),
            (|job| job.sheet.serials[2].photo = None, Trouble::OldUnitPhotoMissing),
            (|job| drop(job.sheet.photos.pop()), Trouble::NameplatePhotoMissing),
            (
                |job| drop(job.sheet.fields.insert((unit(), "serial".to_owned()), value("BL35N0002"))),
                Trouble::SerialsDiffer,
            ),
            (|job| drop(job.sheet.about.insert(INVOICE_SERIAL.to_owned(), value("BL99"))), Trouble::SerialsDiffer),
            (|job| job.sheet.serials[2].serial.clear(), Trouble::SubsidySerialOutMissing),
        ];
        for (spoil, trouble) in cases {
            let mut job = trade_in();
            spoil(&mut job);
            assert_eq!(troubles(&job)[0], trouble);
            assert!(trouble.blocker().is_some());
            job.order.subsidised = false;
            assert_eq!(troubles(&job), []);
        }
    }

    #[test]
    fn r44_one_invoice_may_be_about_several_units() {
        let mut job = trade_in();
        let mut second = job.order.appliances[0].clone();
        (second.id, second.serial) = (id(901), "WASH 9".to_owned());
        job.order.appliances.push(second);
        let of_second = |code: &Trouble| *code == Trouble::SerialsDiffer;
        assert_eq!(troubles(&job).iter().filter(|c| of_second(c)).count(), 1, "the second is not on it");
        job.sheet.about.insert(INVOICE_SERIAL.to_owned(), value("BL35W0001, wash-9"));
        assert_eq!(troubles(&job).iter().filter(|c| of_second(c)).count(), 0);
    }

    #[test]
    fn r44_without_any_serial_of_the_new_unit_that_is_told() {
        let mut job = trade_in();
        job.sheet.serials.drain(..2);
        job.sheet.fields.clear();
        job.order.appliances[0].serial.clear();
        assert_eq!(troubles(&job), [Trouble::SubsidySerialInMissing]);
    }

    #[test]
    fn r44_an_id_number_is_seen_however_it_is_written() {
        for text in [
            EXAMPLE,
            "11010519491231002x",
            "身份证:11010519491231002X。",
            "110105 19491231 002X",
            "110105-1949-1231-002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            "电话13800001001 证件11010519491231002X",
            "X11010519491231002X",
        ] {
            assert!(looks_like_id_number(text), "{text}");
        }
        for text in [
            "",
            "110105194912310021",
            "11010519491331002X",
            "91010519491231002X",
            // No such region, no such day, though the check digit is right.
            "160105194912310029",
            "110105194913310021",
            "110105194902300020",
            "110105174912310021",
            "1101051949123100",
            "0011010519491231002X",
            "11010519491231002X1",
            "92420000MA4EXAMPLX",
            "KFR-35GW/BP3N1",
            "13800001001",
        ] {
            assert!(!looks_like_id_number(text), "{text}");
        }
    }

    #[test]
    fn r44_wherever_on_a_job_an_id_number_lies_it_is_found() {
        let mut job = trade_in();
        assert_eq!(id_numbers(&job), []);
        job.sheet.notes = vec![Remark { text: format!("户主 {EXAMPLE}"), ..blank(40) }];
        job.order.note = EXAMPLE.to_owned();
        job.sheet.about.insert(INVOICE.to_owned(), value(EXAMPLE));
        job.sheet.fields.insert((unit(), "serial".to_owned()), value(EXAMPLE));
        let places: Vec<Place> = id_numbers(&job).into_iter().map(|p| p.at).collect();
        let field = Place::Field { appliance: unit(), field: SheetField::Serial };
        assert_eq!(places, [Place::Job, Place::About(INVOICE.to_owned()), field]);
    }
}
