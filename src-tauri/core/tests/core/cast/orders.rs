//! What people of the cast typically ask for and enter.

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::input::{
    ApplianceInput, CustomerInput, Found, NoteFact, RecordReading, SheetFact, SheetField, ShowCard, TakeOrder, Tap,
    TapNode, WriteField,
};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, JobKind, JobView, Millis, NoticeKind, PhotoStage, Thousandths, Urgency, Window,
};

use super::{MINUTE, NOON, Phone};

/// 罗桂香's instantaneous water heater leaks.
pub fn leaking_heater(assignees: &[MemberId]) -> TakeOrder {
    TakeOrder {
        kind: JobKind::Repair,
        urgency: Urgency::Class2,
        far: false,
        customer: CustomerInput {
            name: "罗桂香".to_owned(),
            phone: "13800001099".to_owned(),
            township: "城关镇".to_owned(),
            address: "南门小区 3-1-502".to_owned(),
        },
        appliances: vec![ApplianceInput {
            kind: ApplianceKind::InstantHeater,
            brand: "凌越".to_owned(),
            model: "DSK-85".to_owned(),
            serial: "LY85-0001".to_owned(),
        }],
        symptom: "接头渗水".to_owned(),
        window: Some(Window { from: Millis(NOON), to: Millis(NOON + 120 * MINUTE) }),
        coverage: Coverage::OutOfWarranty,
        maker_order: String::new(),
        note: String::new(),
        assignees: assignees.to_vec(),
        details: None,
    }
}

pub fn choice(option: &str) -> Found {
    Found::Choice { option: option.to_owned() }
}

pub fn number(thousandths: i64) -> Found {
    Found::Number { thousandths: Thousandths(thousandths) }
}

pub fn reading(job: JobId, appliance: ShortId, code: &str, found: Found) -> RecordReading {
    let method = match code {
        "socket_polarity" | "earth_present" => "socket_tester",
        "earth_resistance" => "loop",
        _ => "",
    };
    RecordReading {
        job,
        appliance,
        code: code.to_owned(),
        found,
        unit: if code == "earth_resistance" { "Ω" } else { "" }.to_owned(),
        method: method.to_owned(),
        instrument: "胜利 VC60B".to_owned(),
        calibrated: String::new(),
        rectified: String::new(),
        photo: None,
    }
}

/// 安全隐患告知书: refused to sign, with a witness.
pub fn refusal(job: JobId, appliance: ShortId) -> NoteFact {
    let fact = SheetFact::Notice {
        appliance: Some(appliance),
        kind: NoticeKind::Refusal,
        readings: Vec::new(),
        text: String::new(),
        signature: None,
        refused: true,
        witness: "村电工老周".to_owned(),
    };
    NoteFact { job, fact, claimed: None }
}

pub fn field(job: JobId, appliance: ShortId, field: SheetField, value: &str) -> WriteField {
    WriteField { job, appliance, field, value: value.to_owned() }
}

/// A small JPEG that differs by `shade`.
pub fn picture(shade: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels: Vec<u8> = (0..64 * 48).flat_map(|i| [shade, (i % 64) as u8 * 4, (i / 64) as u8 * 5]).collect();
    jpeg_encoder::Encoder::new(&mut out, 90).encode(&pixels, 64, 48, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

/// Everything that a repair of this heater needs, without a failure; the job is ready to be finished.
pub fn pass_everything(phone: &Phone, job: JobId) -> JobView {
    let actions = &phone.actions;
    actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    let view = actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    let appliance = view.appliances[0].id;
    actions.show_card(&ShowCard { job, shown_ms: 3_000 }).unwrap();
    actions.record_reading(&reading(job, appliance, "socket_polarity", choice("right"))).unwrap();
    actions.record_reading(&reading(job, appliance, "earth_resistance", number(1_200))).unwrap();
    actions.record_reading(&reading(job, appliance, "rcd_button", choice("trips"))).unwrap();
    for (which, text) in
        [(SheetField::Fault, "漏水"), (SheetField::Cause, "密封圈老化"), (SheetField::Action, "换密封圈")]
    {
        actions.write_field(&field(job, appliance, which, text)).unwrap();
    }
    actions.add_photo(job, appliance, PhotoStage::After, &picture(9)).unwrap()
}
