//! The short code of each action, as it stands in a change.

use doorstep_schemas::input::{OrderFact, SheetFact, Tap};
use doorstep_schemas::view::CustodyStep;

use super::super::course::Act;

/// What the core calls this act's action.
pub fn message(act: &Act) -> &'static str {
    match act {
        Act::Adopt => "adopt",
        Act::Assign(_) => "assign",
        Act::Tap(Tap::Depart) => "depart",
        Act::Tap(Tap::Arrive) => "arrive",
        Act::Card(_) => "show_card",
        Act::Reading { .. } => "record_reading",
        Act::Field { .. } => "write_field",
        Act::Part { .. } => "use_part",
        Act::Photo { .. } => "add_photo",
        Act::Service { .. } => "answer_service",
        Act::Fact { fact, .. } => on_sheet(fact),
        Act::Order { fact, .. } => on_order(fact),
        Act::Finish { .. } => "finish",
        Act::Approve { .. } => "approve",
    }
}

fn on_sheet(fact: &SheetFact) -> &'static str {
    match fact {
        SheetFact::Appointment { .. } => "appoint",
        SheetFact::Guidance { .. } => "guide",
        SheetFact::Goods { .. } => "confirm_goods",
        SheetFact::Crew { .. } => "crew",
        SheetFact::Pause { stopped: true, .. } => "stop_clock",
        SheetFact::Pause { .. } => "start_clock",
        SheetFact::Reason { .. } => "give_reason",
        SheetFact::Serial { .. } => "read_serial",
        SheetFact::Remark { .. } => "remark",
        SheetFact::Caption { .. } => "caption",
        SheetFact::Hazard { .. } => "note_hazard",
        SheetFact::Notice { .. } => "give_notice",
        SheetFact::Signature { .. } => "sign",
        SheetFact::Charge { .. } => "charge",
        SheetFact::Loaner { .. } => "place_loaner",
        SheetFact::LoanerBack { .. } => "take_loaner_back",
        SheetFact::WithoutLoaner { .. } => "go_without_loaner",
        SheetFact::Custody { step: CustodyStep::Taken, .. } => "take_unit",
        SheetFact::Custody { step: CustodyStep::Received, .. } => "receive_unit",
        SheetFact::Custody { step: CustodyStep::ToFactory, .. } => "send_to_factory",
        SheetFact::Custody { step: CustodyStep::FromFactory, .. } => "back_from_factory",
        SheetFact::Custody { step: CustodyStep::Returned, .. } => "return_unit",
        SheetFact::Bench { .. } => "bench",
        SheetFact::Diagnosis { .. } => "diagnose",
        SheetFact::Quote { .. } => "quote",
        SheetFact::Consent { yes: true, .. } => "consent",
        SheetFact::Consent { .. } => "decline",
        SheetFact::Promise { .. } => "promise",
        SheetFact::OldPart { .. } => "old_part",
        SheetFact::Invoice { .. } => "ask_invoice",
        SheetFact::Fee { adjusts: Some(_), .. } => "adjust_fee",
        SheetFact::Fee { .. } => "add_fee",
        SheetFact::Payment { .. } => "take_payment",
        SheetFact::Damage { .. } => "note_damage",
        SheetFact::ClaimShare { .. } => "share_claim",
    }
}

fn on_order(fact: &OrderFact) -> &'static str {
    match fact {
        OrderFact::Override { .. } => "override",
        OrderFact::OverGuide { .. } => "answer_price",
        OrderFact::Plan { .. } => "plan",
        OrderFact::Purchase { .. } => "purchase",
        OrderFact::Serial { .. } => "read_serial",
        OrderFact::Window { .. } => "set_window",
        OrderFact::Cancel { .. } => "cancel",
        OrderFact::Settled => "settled",
    }
}
