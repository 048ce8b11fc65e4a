//! What leaves the job as text: the maker's reply 复制回单, photos in the maker's order, and the customer's proof (R41, R45).

use std::collections::BTreeSet;

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::{Found, SheetField};
use doorstep_schemas::rules::limits::Measure;
use doorstep_schemas::rules::replies::{Placeholder, filled};
use doorstep_schemas::view::{JobOutcome, PhotoStage, Text};

use super::facts::{Job, Photo};
use super::gates::Rules;
use super::money::amount::yuan;
use super::money::fees::{self, Terms};
use super::obstacle::say;
use super::{bench, calendar, nodes, pictures, safety, timing};

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Maker,
    /// Sees no suspected cause before the diagnosis (R19).
    Customer,
}

/// What a template may name and the job does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    pub outlet: String,
    pub technician: String,
    /// `14:20`
    pub eta: String,
    /// In the template's language: [`readings`].
    pub readings: String,
}

/// A maker's or a customer's template, filled from the job (R33, R41, R45). Which places a template may have is checked
/// when its set is loaded. Nothing of settlement: that is not a technician's business.
pub fn text(job: &Job, template: &str, reader: Reader, about: &About) -> String {
    filled(template, |place| value(job, place, reader, about))
}

fn value(job: &Job, place: Placeholder, reader: Reader, about: &About) -> String {
    let first = job.order.appliances.first();
    let field = |field| first.map(|a| job.field(a, field)).unwrap_or_default();
    let clock = |at: Option<i64>| {
        at.map_or_else(String::new, |at| format!("{} {}", calendar::day_name(at), calendar::clock(at)))
    };
    match place {
        Placeholder::Order => job.order.maker_order.clone(),
        Placeholder::Outlet => about.outlet.clone(),
        Placeholder::Customer => job.customer().name,
        Placeholder::Appliance => {
            format!("{} {}", field(SheetField::Brand), field(SheetField::Model)).trim().to_owned()
        }
        Placeholder::Model => field(SheetField::Model),
        Placeholder::Serial => job.all_serials().join(" "),
        Placeholder::Symptom => field(SheetField::Symptom),
        Placeholder::Fault => field(SheetField::Fault),
        Placeholder::Cause => match reader {
            Reader::Maker => field(SheetField::Cause),
            Reader::Customer => first.map(|a| bench::cause_for_customer(job, a)).unwrap_or_default(),
        },
        Placeholder::Action => field(SheetField::Action),
        Placeholder::Parts => {
            let part = |p: &super::facts::UsedPart| format!("{} {} ×{}", p.code, p.name, p.quantity).trim().to_owned();
            job.sheet.parts.iter().map(part).collect::<Vec<_>>().join("，")
        }
        Placeholder::Readings => about.readings.clone(),
        Placeholder::Fees => yuan(fees::totals(job, &Terms::default()).customer_fen),
        Placeholder::Arrived => clock(timing::first_arrival(job)),
        Placeholder::Finished => clock(timing::finished(job)),
        Placeholder::Technician => about.technician.clone(),
        Placeholder::Eta => about.eta.clone(),
    }
}

/// The readings that count, in both languages: what was measured, and how much (R41).
pub fn readings(job: &Job, rules: &dyn Rules) -> Text {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for reading in &job.sheet.readings {
        let counts = safety::latest(&job.sheet.readings, reading.appliance, &reading.code).map(|r| r.id);
        let Some(limit) = rules.limit_of(&reading.limits, &reading.code).filter(|_| counts == Some(reading.id)) else {
            continue;
        };
        let said = match (&reading.found, &limit.measure) {
            (Found::Number { thousandths }, Measure::Number { unit, .. }) => {
                let plain = format!("{} {unit}", shown(thousandths.0));
                say(plain.clone(), plain)
            }
            (Found::Choice { option }, Measure::Choice { options }) => {
                options.iter().find(|o| o.code == *option).map(|o| o.label.clone()).unwrap_or_default()
            }
            _ => continue,
        };
        zh.push(format!("{} {}", limit.name.zh, said.zh));
        en.push(format!("{} {}", limit.name.en, said.en));
    }
    say(zh.join("，"), en.join(", "))
}

/// 12,600 thousandths are `12.6`.
fn shown(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, (thousandths % 1_000).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Photos for the phone's album in the maker's order (R41): by the maker's stages, then appliance by appliance, then as
/// taken. Stages that the maker doesn't ask for come last. Each picture once, and of one taken again the newer.
pub fn album(job: &Job, order: &[PhotoStage]) -> Vec<BlobHash> {
    let place = |photo: &Photo| {
        let stage = photo.stage.known().and_then(|stage| order.iter().position(|s| *s == stage));
        let appliance = job.order.appliances.iter().position(|a| a.id == photo.appliance);
        let (stage, appliance) = (stage.unwrap_or(usize::MAX), appliance.unwrap_or(usize::MAX));
        (stage, appliance, photo.taken_ms(), photo.id)
    };
    let mut photos: Vec<&Photo> = job.sheet.photos.iter().filter(|photo| !pictures::retaken(job, photo)).collect();
    photos.sort_by_key(|photo| place(photo));
    let mut seen = BTreeSet::new();
    photos.into_iter().map(|photo| photo.photo).filter(|hash| seen.insert(*hash)).collect()
}

/// Stages that the maker asks for and nobody photographed, neither here nor in the maker's own app (R41).
pub fn album_gaps(job: &Job, order: &[PhotoStage]) -> Vec<PhotoStage> {
    let there = |stage: &PhotoStage| job.sheet.photos.iter().any(|p| p.stage.is(*stage));
    let mut out: Vec<PhotoStage> = order.iter().filter(|stage| !there(stage)).copied().collect();
    out.dedup();
    out
}

/// What the customer's proof says beyond the sheet (R45).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    pub outlet: String,
    pub outlet_phone: String,
    pub technician: String,
    /// Charged to the customer, in fen.
    pub cost_fen: i64,
    /// How long the repair itself is warranted, in days; `None` where it isn't.
    pub warranty_days: Option<u32>,
}

/// The text for the customer (R45): what was done, what it cost, how long it is warranted, whom to call. A unit at the bench
/// whose diagnosis is not there yet has no cause in it (R19).
pub fn proof(job: &Job, about: &Proof) -> Text {
    let mut zh = vec![format!("{}，您好！", job.customer().name)];
    let mut en = vec![format!("Dear {},", job.customer().name)];
    let day = timing::finished(job).map(calendar::day_name);
    let technician = &about.technician;
    for appliance in &job.order.appliances {
        let name = [SheetField::Brand, SheetField::Model].map(|field| job.field(appliance, field)).join(" ");
        let name = name.trim();
        zh.push(format!("家电：{name}"));
        en.push(format!("Appliance: {name}"));
        let cause = bench::cause_for_customer(job, appliance);
        if !cause.trim().is_empty() {
            zh.push(format!("原因：{cause}"));
            en.push(format!("Cause: {cause}"));
        }
        let action = job.field(appliance, SheetField::Action);
        if !action.trim().is_empty() {
            zh.push(format!("措施：{action}"));
            en.push(format!("Done: {action}"));
        }
    }
    let fixed = matches!(nodes::outcome(job), Some(JobOutcome::Completed | JobOutcome::HazardRemaining));
    if nodes::outcome(job) == Some(JobOutcome::HazardRemaining) {
        zh.push("安全隐患尚未消除，整改前请勿通电使用。".to_owned());
        en.push("A hazard remains: do not use it before it is put right.".to_owned());
    }
    if let Some(day) = &day {
        zh.push(format!("{day} 由 {technician} 完成"));
        en.push(format!("Finished on {day} by {technician}"));
    }
    let cost = yuan(about.cost_fen);
    zh.push(format!("费用：{cost} 元"));
    en.push(format!("Cost: {cost} yuan"));
    if let Some(days) = about.warranty_days.filter(|_| fixed) {
        zh.push(format!("本次维修质保 {days} 天"));
        en.push(format!("This repair is warranted for {days} days"));
    }
    let Proof { outlet, outlet_phone, .. } = about;
    zh.push(format!("{outlet} {outlet_phone}").trim().to_owned());
    en.push(format!("{outlet} {outlet_phone}").trim().to_owned());
    say(zh.join("\n"), en.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{Custody, FieldValue, Reading};
    use crate::domain::record::At;
    use crate::domain::scene::{NOON, id, job, node, noted, outcome};
    use crate::rules::RuleBook;
    use doorstep_schemas::view::{ApplianceKind, CustodyStep, JobKind, NodeKind, Thousandths};
    use proptest::prelude::*;

    fn repaired() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater, ApplianceKind::RangeHood]);
        job.order.customer.name = "彭秀兰".to_owned();
        job.order.appliances[0].brand = "安泉".to_owned();
        job.order.appliances[0].model = "ES50H-A1".to_owned();
        let fields = [("cause", "加热管漏电"), ("action", "换加热管、镁棒、密封圈")];
        for (field, text) in fields {
            let value = FieldValue { value: text.to_owned(), others: Vec::new() };
            job.sheet.fields.insert((id(1), field.to_owned()), value);
        }
        job.sheet.nodes = vec![node(2, NodeKind::Arrived, NOON)];
        job.sheet.outcomes = vec![outcome(3, JobOutcome::Completed, NOON + 1)];
        job
    }

    fn photo(n: u32, appliance: u32, stage: PhotoStage, taken: i64) -> Photo {
        let hash = BlobHash([u8::try_from(n).unwrap(); 32]);
        Photo {
            id: id(n),
            appliance: id(appliance),
            stage: stage.into(),
            photo: hash,
            thumb: hash,
            width: 0,
            height: 0,
            bytes: 0,
            thumb_bytes: 0,
            taken: Some(At(taken)),
            caption: String::new(),
            in_makers_app: false,
            lat_e6: None,
            lon_e6: None,
            replaces: None,
            drawn_on: None,
            noted: noted(NOON),
        }
    }

    #[test]
    fn r41_a_reply_is_filled_by_the_makers_template() {
        let mut job = repaired();
        job.order.maker_order = "AQ-1121".to_owned();
        let about =
            About { technician: "冉小军".to_owned(), readings: "绝缘 60 MΩ".to_owned(), ..About::default() };
        let filled = text(&job, "{order} {model}，{action}。{readings} {arrived} {technician}", Reader::Maker, &about);
        assert_eq!(filled, "AQ-1121 ES50H-A1，换加热管、镁棒、密封圈。绝缘 60 MΩ 2026-11-21 12:00 冉小军");
    }

    #[test]
    fn r41_a_reply_names_the_readings_that_count() {
        let mut job = repaired();
        let book = RuleBook::built_in().unwrap();
        let reading = |n, code: &str, found| Reading {
            id: id(n),
            appliance: id(1),
            code: code.to_owned(),
            found,
            unit: String::new(),
            method: String::new(),
            instrument: String::new(),
            calibrated: String::new(),
            rectified: String::new(),
            limits: Vec::new(),
            photo: None,
            noted: noted(NOON + i64::from(n)),
        };
        let ohms = |thousandths| Found::Number { thousandths: Thousandths(thousandths) };
        job.sheet.readings = vec![
            reading(20, "earth_resistance", ohms(12_600)),
            reading(21, "rcd_button", Found::Choice { option: "trips".to_owned() }),
            reading(22, "earth_resistance", ohms(2_000)),
        ];
        let text = readings(&job, &book.at(NOON));
        assert!(text.zh.contains("接地电阻 2 Ω") && !text.zh.contains("12.6"), "{}", text.zh);
        assert!(text.en.contains("2 Ω") && text.en.matches(',').count() == 1, "{}", text.en);
    }

    #[test]
    fn r41_the_album_is_in_the_makers_order_each_picture_once() {
        let mut job = repaired();
        job.sheet.photos = vec![
            photo(1, 1, PhotoStage::After, NOON),
            photo(2, 2, PhotoStage::Nameplate, NOON),
            photo(3, 1, PhotoStage::Nameplate, NOON + 5),
            photo(4, 1, PhotoStage::During, NOON),
            photo(5, 1, PhotoStage::Nameplate, NOON + 1),
        ];
        let again = Photo { id: id(60), ..photo(1, 1, PhotoStage::After, NOON) };
        job.sheet.photos.push(again);
        let again = Photo { replaces: Some(id(2)), ..photo(6, 1, PhotoStage::Nameplate, NOON + 9) };
        job.sheet.photos.push(again);
        let order = [PhotoStage::Nameplate, PhotoStage::Before, PhotoStage::After];
        let hashes: Vec<u8> = album(&job, &order).iter().map(|hash| hash.0[0]).collect();
        assert_eq!(hashes, [5, 3, 6, 1, 4]);
        assert_eq!(album_gaps(&job, &order), [PhotoStage::Before]);
    }

    #[test]
    fn r45_the_proof_says_what_was_done_what_it_cost_and_how_long_it_is_warranted() {
        let about = Proof {
            outlet: "柘川县城关网点".to_owned(),
            outlet_phone: "0718-8220000".to_owned(),
            technician: "田勇".to_owned(),
            cost_fen: 26_000,
            warranty_days: Some(90),
        };
        let text = proof(&repaired(), &about);
        let lines: Vec<&str> = text.zh.lines().collect();
        assert_eq!(lines[0], "彭秀兰，您好！");
        assert!(lines.contains(&"费用：260.00 元") && lines.contains(&"本次维修质保 90 天"));
        assert!(lines.contains(&"原因：加热管漏电") && lines.contains(&"2026-11-21 由 田勇 完成"));
        assert!(text.en.contains("Cost: 260.00 yuan\nThis repair is warranted for 90 days"));
        let mut refused = repaired();
        refused.sheet.outcomes = vec![outcome(3, JobOutcome::RefusedUnsafe, NOON + 1)];
        assert!(!proof(&refused, &about).zh.contains("质保"), "nothing was repaired");
        refused.sheet.outcomes = vec![outcome(3, JobOutcome::HazardRemaining, NOON + 1)];
        assert!(proof(&refused, &about).zh.contains("隐患尚未消除"));
    }

    #[test]
    fn r19_r45_before_the_diagnosis_no_suspected_cause_reaches_the_customer() {
        let mut job = repaired();
        job.sheet.custody = vec![Custody {
            id: id(9),
            appliance: id(1),
            step: CustodyStep::Taken.into(),
            tag: String::new(),
            place: String::new(),
            condition: String::new(),
            carried_in: false,
            noted: noted(NOON),
        }];
        assert!(!proof(&job, &Proof::default()).zh.contains("加热管漏电"));
        let told = |reader| text(&job, "{cause}", reader, &About::default());
        assert_eq!((told(Reader::Customer).as_str(), told(Reader::Maker).as_str()), ("", "加热管漏电"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r41_the_album_does_not_depend_on_how_photos_arrived(stages in proptest::collection::vec(0usize..4, 0..9)) {
            let mut job = repaired();
            job.sheet.photos = (1..).zip(&stages).map(|(n, s)| photo(n, 1, PhotoStage::ALL[*s], NOON)).collect();
            let once = album(&job, PhotoStage::ALL);
            job.sheet.photos.reverse();
            prop_assert_eq!(album(&job, PhotoStage::ALL), once);
        }
    }
}
