//! Facts of parts and money.

use doorstep::domain::facts::{ClaimShare, Damage, Fee, Noted, OldPart, Payment, Sheet};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetFact;

use super::at;

/// Adds the fact if it is one of the till's.
pub(super) fn note(sheet: &mut Sheet, id: ShortId, noted: Noted, fact: &SheetFact, prices: &[u8]) {
    match fact {
        SheetFact::OldPart { part, step, tag, due, batch, courier, deducted_fen } => sheet.old_parts.push(OldPart {
            id,
            part: *part,
            step: (*step).into(),
            tag: tag.clone(),
            due: at(*due),
            batch: batch.clone(),
            courier: courier.clone(),
            deducted_fen: deducted_fen.0,
            noted,
        }),
        SheetFact::Fee {
            appliance,
            kind,
            code,
            name,
            quantity,
            unit_fen,
            share,
            guide_fen,
            payer,
            reason,
            part,
            adjusts,
            quote,
            spoken_code,
        } => sheet.fees.push(Fee {
            id,
            appliance: *appliance,
            kind: (*kind).into(),
            code: code.clone(),
            name: name.clone(),
            quantity: quantity.0,
            unit_fen: unit_fen.0,
            share: i64::from(*share),
            guide_fen: guide_fen.map(|fen| fen.0),
            payer: (*payer).into(),
            reason: reason.clone(),
            part: *part,
            adjusts: *adjusts,
            quote: *quote,
            set: prices.to_vec(),
            spoken_code: spoken_code.clone(),
            noted,
        }),
        SheetFact::Payment { fen, way, paid_for, subject, reference } => sheet.payments.push(Payment {
            id,
            fen: fen.0,
            way: (*way).into(),
            paid_for: (*paid_for).into(),
            subject: *subject,
            reference: reference.clone(),
            noted,
        }),
        SheetFact::Damage { what, text, photos, asked_fen } => sheet.damages.push(Damage {
            id,
            what: what.clone(),
            text: text.clone(),
            photos: photos.clone(),
            asked_fen: asked_fen.0,
            noted,
        }),
        SheetFact::ClaimShare { damage, party, fen, state, signature, note } => sheet.claim_shares.push(ClaimShare {
            id,
            damage: *damage,
            party: (*party).into(),
            fen: fen.0,
            state: (*state).into(),
            signature: *signature,
            note: note.clone(),
            noted,
        }),
        _ => {}
    }
}
