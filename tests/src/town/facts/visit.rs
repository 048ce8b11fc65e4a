//! Facts of the visit.

use doorstep::domain::facts::{
    Appointment, Charge, CrewMember, FieldValue, GoodsCheck, Guidance, Hazard, Noted, Notice, Pause, Reason, Remark,
    Serial, Sheet, Signature,
};
use doorstep::domain::money::invoice::{MAIL, TAX_NUMBER, TITLE};
use doorstep::domain::record::At;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetFact;

use super::at;

/// Adds the fact if it is one of the visit's.
pub(super) fn note(sheet: &mut Sheet, id: ShortId, noted: Noted, fact: &SheetFact, wording: &[u8]) -> bool {
    match fact {
        SheetFact::Appointment { result, window, channel, reason } => sheet.appointments.push(Appointment {
            id,
            result: (*result).into(),
            from: window.map(|w| At(w.from.0)),
            to: window.map(|w| At(w.to.0)),
            channel: (*channel).into(),
            reason: reason.clone(),
            noted,
        }),
        SheetFact::Guidance { script, called, solved } => {
            let (script, called) = (script.clone(), called.clone());
            sheet.guidance.push(Guidance { id, script, called, solved: *solved, noted });
        }
        SheetFact::Goods { here, note } => sheet.goods.push(GoodsCheck { id, here: *here, note: note.clone(), noted }),
        SheetFact::Crew { member, name, left } => {
            sheet.crew.push(CrewMember { id, member: *member, name: name.clone(), left: *left, noted });
        }
        SheetFact::Pause { stopped, reason, note } => {
            sheet.pauses.push(Pause { id, stopped: *stopped, reason: (*reason).into(), note: note.clone(), noted });
        }
        SheetFact::Reason { about, subject, text, photo } => {
            let (about, text) = ((*about).into(), text.clone());
            sheet.reasons.push(Reason { id, about, subject: *subject, text, photo: *photo, noted });
        }
        SheetFact::Serial { appliance, unit, serial, photo } => {
            let (unit, serial) = ((*unit).into(), serial.clone());
            sheet.serials.push(Serial { id, appliance: *appliance, unit, serial, photo: *photo, noted });
        }
        SheetFact::Invoice { title, tax_number, mail } => {
            for (key, text) in [(TITLE, title), (TAX_NUMBER, tax_number), (MAIL, mail)] {
                let value = FieldValue { value: text.clone(), others: Vec::new() };
                sheet.about.insert(key.to_owned(), value);
            }
        }
        SheetFact::Remark { text } => sheet.notes.push(Remark { id, text: text.clone(), photo: None, noted }),
        SheetFact::Caption { photo, text } => {
            sheet.notes.push(Remark { id, text: text.clone(), photo: Some(*photo), noted });
        }
        SheetFact::Hazard {
            appliance,
            code,
            text,
            action,
            before,
            after,
            households,
            remaining,
            unplugged,
            tagged,
            recheck,
            replaces,
        } => sheet.hazards.push(Hazard {
            id,
            appliance: *appliance,
            code: code.clone(),
            text: text.clone(),
            action: action.clone(),
            before: *before,
            after: *after,
            households: *households,
            remaining: *remaining,
            unplugged: *unplugged,
            tagged: *tagged,
            recheck: at(*recheck),
            replaces: *replaces,
            noted,
        }),
        SheetFact::Notice { appliance, kind, readings, text, signature, refused, witness } => {
            sheet.notices.push(Notice {
                id,
                appliance: *appliance,
                kind: (*kind).into(),
                readings: readings.clone(),
                text: text.clone(),
                wording: wording.to_vec(),
                signature: *signature,
                refused: *refused,
                witness: witness.clone(),
                noted,
            });
        }
        SheetFact::Signature { signed_for, subject, signer, name, image } => sheet.signatures.push(Signature {
            id,
            signed_for: (*signed_for).into(),
            subject: *subject,
            signer: (*signer).into(),
            name: name.clone(),
            image: *image,
            page: Vec::new(),
            noted,
        }),
        SheetFact::Charge {
            appliance,
            gas,
            leak_found,
            leak_at,
            welded,
            grams,
            charged_when_welding,
            before_kpa,
            after_kpa,
            evacuation,
            minutes,
        } => sheet.charges.push(Charge {
            id,
            appliance: *appliance,
            gas: gas.clone(),
            leak_found: *leak_found,
            leak_at: leak_at.clone(),
            welded: *welded,
            grams: i64::from(*grams),
            charged_when_welding: *charged_when_welding,
            before_kpa: before_kpa.map(i64::from),
            after_kpa: after_kpa.map(i64::from),
            evacuation: (*evacuation).into(),
            minutes: i64::from(*minutes),
            noted,
        }),
        _ => return false,
    }
    true
}
