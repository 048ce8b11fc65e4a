//! Facts of the bench.

use doorstep::domain::facts::{
    BenchEntry, Consent, Custody, Diagnosis, Loaner, LoanerBack, Noted, Promise, Quote, Sheet, WithoutLoaner,
};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetFact;

use super::{at, word};

/// Adds the fact if it is one of the bench's.
pub(super) fn note(sheet: &mut Sheet, id: ShortId, noted: Noted, fact: &SheetFact) -> bool {
    match fact {
        SheetFact::Loaner { appliance, kind, tag, model, serial, deposit_fen, condition, photos } => {
            sheet.loaners.push(Loaner {
                id,
                appliance: *appliance,
                kind: (*kind).into(),
                tag: tag.clone(),
                model: model.clone(),
                serial: serial.clone(),
                deposit_fen: deposit_fen.0,
                condition: condition.clone(),
                photos: photos.clone(),
                noted,
            });
        }
        SheetFact::LoanerBack { loaner, condition, kept_fen, reason } => sheet.loaner_backs.push(LoanerBack {
            id,
            loaner: *loaner,
            condition: condition.clone(),
            kept_fen: kept_fen.0,
            reason: reason.clone(),
            noted,
        }),
        SheetFact::WithoutLoaner { appliance, why, signature, promised } => sheet.without_loaner.push(WithoutLoaner {
            id,
            appliance: *appliance,
            why: (*why).into(),
            signature: *signature,
            promised: at(*promised),
            noted,
        }),
        SheetFact::Custody { appliance, step, tag, place, condition, carried_in } => sheet.custody.push(Custody {
            id,
            appliance: *appliance,
            step: (*step).into(),
            tag: tag.clone(),
            place: place.clone(),
            condition: condition.clone(),
            carried_in: *carried_in,
            noted,
        }),
        SheetFact::Bench { appliance, work, text, level, channel, part } => sheet.bench.push(BenchEntry {
            id,
            appliance: *appliance,
            work: (*work).into(),
            text: text.clone(),
            level: word(*level),
            channel: word(*channel),
            part: *part,
            noted,
        }),
        SheetFact::Diagnosis { appliance, cause, level, repairable } => sheet.diagnoses.push(Diagnosis {
            id,
            appliance: *appliance,
            cause: cause.clone(),
            level: (*level).into(),
            repairable: *repairable,
            noted,
        }),
        SheetFact::Quote { appliance, diagnosis, level, total_fen, other_level, other_fen, days } => {
            sheet.quotes.push(Quote {
                id,
                appliance: *appliance,
                diagnosis: *diagnosis,
                level: (*level).into(),
                total_fen: total_fen.0,
                other_level: word(*other_level),
                other_fen: other_fen.map(|fen| fen.0),
                days: i64::from(*days),
                noted,
            });
        }
        SheetFact::Consent { quote, yes, who, channel, cost_fen, days, spoken } => sheet.consents.push(Consent {
            id,
            quote: *quote,
            yes: *yes,
            who: who.clone(),
            channel: (*channel).into(),
            cost_fen: cost_fen.0,
            days: i64::from(*days),
            spoken: at(*spoken),
            noted,
        }),
        SheetFact::Promise { appliance, ready, next_contact, note } => sheet.promises.push(Promise {
            id,
            appliance: *appliance,
            ready: at(*ready),
            next_contact: at(*next_contact),
            note: note.clone(),
            noted,
        }),
        _ => return false,
    }
    true
}
