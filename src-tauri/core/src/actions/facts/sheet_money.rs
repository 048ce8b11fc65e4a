//! Parts and money on the sheet: lines, payments, old parts, damage (R24, R27–R30, R43).

use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{ClaimState, FeeKind, OldPartStep, PaidFor};

use super::check::{all_here, amount, appliance, line, paragraph, required, signed_amount, within};
use super::{FactError, Making, Ready};
use crate::documents::layout::Edit;
use crate::documents::sheet as paper;
use crate::domain::facts::{ClaimShare, Damage, Fee, OldPart, Payment};
use crate::domain::money::{claims, invoice};
use crate::domain::record::At;

/// Of a thing: 10,000 metres of pipe fit into no house.
const MOST_QUANTITY: i64 = 10_000_000;

pub(super) fn ready(making: &Making<'_>, fact: &SheetFact) -> Result<Option<Ready>, FactError> {
    let Making { id, noted, job, .. } = *making;
    let ready = match fact {
        SheetFact::OldPart { part, step, tag, due, batch, courier, deducted_fen } => {
            if !job.sheet.parts.iter().any(|p| p.id == *part) {
                return Err(FactError::Unknown("part"));
            }
            let (tag, courier) = (line("tag", tag)?, line("courier", courier)?);
            match step {
                OldPartStep::Tagged if tag.is_empty() => return Err(FactError::Required("tag")),
                OldPartStep::Sent if courier.is_empty() => return Err(FactError::Required("courier")),
                _ => {}
            }
            Ready {
                code: "old_part",
                edit: Edit::add(OldPart {
                    id,
                    part: *part,
                    step: (*step).into(),
                    tag,
                    due: due.map(|at| At(at.0)),
                    batch: line("batch", batch)?,
                    courier,
                    deducted_fen: amount("deducted", *deducted_fen)?,
                    noted,
                }),
            }
        }
        SheetFact::Fee { .. } => {
            let fee = fee(making, fact)?;
            Ready { code: if fee.adjusts.is_some() { "adjust_fee" } else { "add_fee" }, edit: Edit::add(fee) }
        }
        SheetFact::Payment { fen, way, paid_for, subject, reference } => {
            let fen = signed_amount("amount", *fen)?;
            let back = matches!(paid_for, PaidFor::DepositBack | PaidFor::Refund | PaidFor::Compensation);
            if fen == 0 || (fen < 0) != back {
                return Err(FactError::OutOfRange { field: "amount", least: 1, most: super::check::MOST_FEN });
            }
            Ready {
                code: "take_payment",
                edit: Edit::add(Payment {
                    id,
                    fen,
                    way: (*way).into(),
                    paid_for: (*paid_for).into(),
                    subject: *subject,
                    reference: line("reference", reference)?,
                    noted,
                }),
            }
        }
        SheetFact::Damage { what, text, photos, asked_fen } => {
            if photos.is_empty() {
                // Photos first (R30).
                return Err(FactError::Required("photos"));
            }
            if !photos.iter().all(|hash| job.sheet.photos.iter().any(|p| p.photo == *hash)) {
                return Err(FactError::Unknown("photo"));
            }
            Ready {
                code: "note_damage",
                edit: Edit::add(Damage {
                    id,
                    what: required("what", what)?,
                    text: paragraph("text", text)?,
                    photos: photos.clone(),
                    asked_fen: amount("asked", *asked_fen)?,
                    noted,
                }),
            }
        }
        SheetFact::ClaimShare { damage, party, fen, state, signature, note } => {
            if !job.sheet.damages.iter().any(|d| d.id == *damage) {
                return Err(FactError::Unknown("damage"));
            }
            all_here("signature", signature, |id| job.sheet.signatures.iter().any(|s| s.id == id))?;
            if *state == ClaimState::Paid && signature.is_none() {
                return Err(FactError::Required("signature"));
            }
            let share = ClaimShare {
                id,
                damage: *damage,
                party: (*party).into(),
                fen: amount("amount", *fen)?,
                state: (*state).into(),
                signature: *signature,
                note: line("note", note)?,
                noted,
            };
            // Of all damage on the job: two halves of one are no way round the limit. What is paid already stays.
            let before = claims::paid_on_the_spot(&job.sheet.claim_shares);
            let after = claims::paid_on_the_spot(job.sheet.claim_shares.iter().chain([&share]));
            if let Some(limit_fen) = making.on_the_spot_fen.filter(|limit| after > *limit && after > before) {
                return Err(FactError::AboveLimit { limit_fen });
            }
            Ready { code: "share_claim", edit: Edit::add(share) }
        }
        SheetFact::Invoice { title, tax_number, mail } => {
            let (title, tax_number, mail) =
                (line("title", title)?, line("tax_number", tax_number)?, line("mail", mail)?);
            if title.is_empty() && !(tax_number.is_empty() && mail.is_empty()) {
                return Err(FactError::Required("title"));
            }
            if !tax_number.is_empty() && !invoice::is_tax_number(&tax_number) {
                return Err(FactError::Malformed("tax_number"));
            }
            if !mail.is_empty() && !invoice::is_mail(&mail) {
                return Err(FactError::Malformed("mail"));
            }
            let texts = [(invoice::TITLE, title), (invoice::TAX_NUMBER, tax_number), (invoice::MAIL, mail)];
            let write = move |doc: &mut _| texts.iter().try_for_each(|(key, text)| paper::set_about(doc, key, text));
            Ready { code: "ask_invoice", edit: Edit::new(write) }
        }
        _ => return Ok(None),
    };
    Ok(Some(ready))
}

fn fee(making: &Making<'_>, fact: &SheetFact) -> Result<Fee, FactError> {
    let SheetFact::Fee {
        appliance: of,
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
    } = fact
    else {
        return Err(FactError::Unknown("fee"));
    };
    let job = making.job;
    all_here("part", part, |id| job.sheet.parts.iter().any(|p| p.id == id))?;
    all_here("fee", adjusts, |id| job.sheet.fees.iter().any(|f| f.id == id))?;
    all_here("quote", quote, |id| job.sheet.quotes.iter().any(|q| q.id == id))?;
    let lowers = matches!(kind, FeeKind::Discount | FeeKind::Adjustment);
    let unit_fen = if lowers { signed_amount("unit", *unit_fen)? } else { amount("unit", *unit_fen)? };
    let reason = line("reason", reason)?;
    let above = guide_fen.is_some_and(|guide| unit_fen > guide.0);
    if (above || lowers) && reason.is_empty() {
        // Above the guide price a line needs its reason (R28); so does an adjustment.
        return Err(FactError::Required("reason"));
    }
    Ok(Fee {
        id: making.id,
        appliance: of.map(|of| appliance(job, of)).transpose()?,
        kind: (*kind).into(),
        code: line("code", code)?,
        name: required("name", name)?,
        quantity: within("quantity", quantity.0, 1, MOST_QUANTITY)?,
        unit_fen,
        share: within("share", i64::from(*share), 0, 1_000)?,
        guide_fen: guide_fen.map(|fen| amount("guide", fen)).transpose()?,
        payer: (*payer).into(),
        reason,
        part: *part,
        adjusts: *adjusts,
        quote: *quote,
        set: making.prices.clone(),
        spoken_code: line("code6", spoken_code)?,
        noted: making.noted,
    })
}
