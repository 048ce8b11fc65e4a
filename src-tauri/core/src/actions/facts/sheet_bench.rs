//! Facts of the bench: loaner, custody, diagnosis, quote, consent, repair (R17–R21). Each step waits for the ones before
//! it and says all that is missing.

use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{BenchWork, CustodyStep, NoLoaner};

use super::check::{amount, appliance, clear, line, paragraph, required, within};
use super::{FactError, Making, Ready};
use crate::documents::layout::Edit;
use crate::domain::bench;
use crate::domain::facts::{
    BenchEntry, Consent, Custody, Diagnosis, Loaner, LoanerBack, OrderedAppliance, Promise, Quote, WithoutLoaner,
};
use crate::domain::money::fees::covered;
use crate::domain::record::{At, Word};

pub(super) fn ready(making: &Making<'_>, fact: &SheetFact) -> Result<Option<Ready>, FactError> {
    let Making { id, noted, job, .. } = *making;
    let ready = match fact {
        SheetFact::Loaner { appliance: of, kind, tag, model, serial, deposit_fen, condition, photos } => Ready {
            code: "place_loaner",
            edit: Edit::add(Loaner {
                id,
                appliance: appliance(job, *of)?,
                kind: (*kind).into(),
                tag: required("tag", tag)?,
                model: line("model", model)?,
                serial: line("serial", serial)?,
                deposit_fen: amount("deposit", *deposit_fen)?,
                condition: paragraph("condition", condition)?,
                photos: photos.clone(),
                noted,
            }),
        },
        SheetFact::LoanerBack { loaner, condition, kept_fen, reason } => {
            let out = job.sheet.loaners.iter().find(|l| l.id == *loaner).ok_or(FactError::Unknown("loaner"))?;
            let kept_fen = within("kept", kept_fen.0, 0, out.deposit_fen)?;
            let reason = line("reason", reason)?;
            if kept_fen > 0 && reason.is_empty() {
                return Err(FactError::Required("reason"));
            }
            let condition = required("condition", condition)?;
            let back = LoanerBack { id, loaner: *loaner, condition, kept_fen, reason, noted };
            Ready { code: "take_loaner_back", edit: Edit::add(back) }
        }
        SheetFact::WithoutLoaner { appliance: of, why, signature, promised } => {
            let signed = signature.is_some_and(|id| job.sheet.signatures.iter().any(|s| s.id == id));
            match why {
                NoLoaner::Declined if !signed => return Err(FactError::Required("signature")),
                NoLoaner::NoneAvailable if promised.is_none() => return Err(FactError::Required("promised")),
                _ => {}
            }
            Ready {
                code: "go_without_loaner",
                edit: Edit::add(WithoutLoaner {
                    id,
                    appliance: appliance(job, *of)?,
                    why: (*why).into(),
                    signature: *signature,
                    promised: promised.map(|at| At(at.0)),
                    noted,
                }),
            }
        }
        SheetFact::Custody { appliance: of, step, tag, place, condition, carried_in } => {
            let unit = unit(making, *of)?;
            let tag = line("tag", tag)?;
            match step {
                CustodyStep::Taken => {
                    clear(&bench::may_take(job, unit, *carried_in, |loaner| (making.loaner_unsafe)(loaner)))?;
                }
                CustodyStep::Received => clear(&bench::may_receive(job, unit, &tag))?,
                _ => {}
            }
            let custody = Custody {
                id,
                appliance: unit.id,
                step: (*step).into(),
                tag,
                place: line("place", place)?,
                condition: paragraph("condition", condition)?,
                carried_in: *carried_in,
                noted,
            };
            Ready { code: custody_code(*step), edit: Edit::add(custody) }
        }
        SheetFact::Bench { appliance: of, work, text, level, channel, part } => {
            let unit = unit(making, *of)?;
            // While it is to be appraised, the customer pays.
            let paid = !covered(job.order.coverage);
            match work {
                BenchWork::Repaired => clear(&bench::may_repair(job, unit.id, paid))?,
                BenchWork::Informed if channel.is_none() => return Err(FactError::Required("channel")),
                _ => {}
            }
            let entry = BenchEntry {
                id,
                appliance: unit.id,
                work: (*work).into(),
                text: if *work == BenchWork::Informed { paragraph("text", text)? } else { required("text", text)? },
                level: level.map_or(Word::Other(String::new()), Word::Known),
                channel: channel.map_or(Word::Other(String::new()), Word::Known),
                part: *part,
                noted,
            };
            Ready { code: "bench", edit: Edit::add(entry) }
        }
        SheetFact::Diagnosis { appliance: of, cause, level, repairable } => Ready {
            code: "diagnose",
            edit: Edit::add(Diagnosis {
                id,
                appliance: appliance(job, *of)?,
                cause: required("cause", cause)?,
                level: (*level).into(),
                repairable: *repairable,
                noted,
            }),
        },
        SheetFact::Quote { appliance: of, diagnosis, level, total_fen, other_level, other_fen, days } => {
            let unit = unit(making, *of)?;
            clear(&bench::may_quote(job, unit.id))?;
            if !job.sheet.diagnoses.iter().any(|d| d.id == *diagnosis && d.appliance == unit.id) {
                return Err(FactError::Unknown("diagnosis"));
            }
            let quote = Quote {
                id,
                appliance: unit.id,
                diagnosis: *diagnosis,
                level: (*level).into(),
                total_fen: amount("total", *total_fen)?,
                other_level: other_level.map_or(Word::Other(String::new()), Word::Known),
                other_fen: other_fen.map(|fen| amount("other", fen)).transpose()?,
                days: within("days", i64::from(*days), 0, 365)?,
                noted,
            };
            clear(&bench::quote_gaps(&quote))?;
            Ready { code: "quote", edit: Edit::add(quote) }
        }
        SheetFact::Consent { quote, yes, who, channel, cost_fen, days, spoken } => {
            if !job.sheet.quotes.iter().any(|q| q.id == *quote) {
                return Err(FactError::Unknown("quote"));
            }
            Ready {
                code: if *yes { "consent" } else { "decline" },
                edit: Edit::add(Consent {
                    id,
                    quote: *quote,
                    yes: *yes,
                    who: required("who", who)?,
                    channel: (*channel).into(),
                    cost_fen: amount("cost", *cost_fen)?,
                    days: within("days", i64::from(*days), 0, 365)?,
                    spoken: spoken.map(|at| At(at.0)),
                    noted,
                }),
            }
        }
        SheetFact::Promise { appliance: of, ready, next_contact, note } => {
            if ready.is_none() && next_contact.is_none() {
                return Err(FactError::Required("promised"));
            }
            Ready {
                code: "promise",
                edit: Edit::add(Promise {
                    id,
                    appliance: appliance(job, *of)?,
                    ready: ready.map(|at| At(at.0)),
                    next_contact: next_contact.map(|at| At(at.0)),
                    note: line("note", note)?,
                    noted,
                }),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(ready))
}

fn unit<'a>(making: &Making<'a>, id: doorstep_schemas::ids::ShortId) -> Result<&'a OrderedAppliance, FactError> {
    making.job.order.appliances.iter().find(|a| a.id == id).ok_or(FactError::Unknown("appliance"))
}

fn custody_code(step: CustodyStep) -> &'static str {
    match step {
        CustodyStep::Taken => "take_unit",
        CustodyStep::Received => "receive_unit",
        CustodyStep::ToFactory => "send_to_factory",
        CustodyStep::FromFactory => "back_from_factory",
        CustodyStep::Returned => "return_unit",
    }
}
