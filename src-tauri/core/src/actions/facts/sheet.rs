//! Facts of the visit: calls, crew, clock, hazards, notices, signatures, the refrigerant circuit.

use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{AppointmentResult, NoticeKind, SignedFor, Signer};

use super::check::{appliance, line, paragraph, required, within};
use super::{FactError, Making, Ready, check};
use crate::documents::layout::Edit;
use crate::domain::facts::{
    Appointment, Charge, CrewMember, GoodsCheck, Guidance, Hazard, Notice, Pause, Reason, Remark, Serial, Signature,
};
use crate::domain::record::At;

/// Pressures of a household circuit in kPa: R410A stands at most near 4 MPa.
const MOST_KPA: i64 = 6_000;

pub(super) fn ready(making: &Making<'_>, fact: &SheetFact) -> Result<Option<Ready>, FactError> {
    let Making { id, noted, job, .. } = *making;
    let ready = match fact {
        SheetFact::Appointment { result, window, channel, reason } => {
            let reason = line("reason", reason)?;
            let agreed = matches!(result, AppointmentResult::Appointed | AppointmentResult::Rebooked);
            if agreed && window.is_none_or(|w| w.to <= w.from) {
                return Err(FactError::Required("window"));
            }
            if !agreed && reason.is_empty() {
                return Err(FactError::Required("reason"));
            }
            let window = window.filter(|_| agreed);
            Ready {
                code: "appoint",
                edit: Edit::add(Appointment {
                    id,
                    result: (*result).into(),
                    from: window.map(|w| At(w.from.0)),
                    to: window.map(|w| At(w.to.0)),
                    channel: (*channel).into(),
                    reason,
                    noted,
                }),
            }
        }
        SheetFact::Guidance { script, called, solved } => {
            let script = required("script", script)?;
            let called = line("called", called)?;
            Ready { code: "guide", edit: Edit::add(Guidance { id, script, called, solved: *solved, noted }) }
        }
        SheetFact::Goods { here, note } => {
            let note = line("note", note)?;
            Ready { code: "confirm_goods", edit: Edit::add(GoodsCheck { id, here: *here, note, noted }) }
        }
        SheetFact::Crew { member, name, left } => {
            let name = line("name", name)?;
            if member.is_none() && name.is_empty() {
                return Err(FactError::Required("name"));
            }
            Ready { code: "crew", edit: Edit::add(CrewMember { id, member: *member, name, left: *left, noted }) }
        }
        SheetFact::Pause { stopped, reason, note } => {
            let note = line("note", note)?;
            let pause = Pause { id, stopped: *stopped, reason: (*reason).into(), note, noted };
            Ready { code: if *stopped { "stop_clock" } else { "start_clock" }, edit: Edit::add(pause) }
        }
        SheetFact::Reason { about, subject, text, photo } => {
            let text = required("reason", text)?;
            Ready {
                code: "give_reason",
                edit: Edit::add(Reason { id, about: (*about).into(), subject: *subject, text, photo: *photo, noted }),
            }
        }
        SheetFact::Serial { appliance: unit_of, unit, serial, photo } => {
            let serial = required("serial", serial)?;
            let appliance = check::measured(job, *unit_of)?;
            let serial = Serial { id, appliance, unit: (*unit).into(), serial, photo: *photo, noted };
            Ready { code: "read_serial", edit: Edit::add(serial) }
        }
        SheetFact::Remark { text } => {
            let text = required("text", text)?;
            Ready { code: "remark", edit: Edit::add(Remark { id, text, photo: None, noted }) }
        }
        SheetFact::Caption { photo, text } => {
            check::all_here("photo", [photo], |id| job.sheet.photos.iter().any(|p| p.id == id))?;
            Ready {
                code: "caption",
                edit: Edit::add(Remark { id, text: line("caption", text)?, photo: Some(*photo), noted }),
            }
        }
        SheetFact::Hazard { .. } => Ready { code: "note_hazard", edit: Edit::add(hazard(making, fact)?) },
        SheetFact::Notice { .. } => Ready { code: "give_notice", edit: Edit::add(notice(making, fact)?) },
        SheetFact::Signature { signed_for, subject, signer, name, image } => {
            let name = line("name", name)?;
            if name.is_empty() && image.is_none() {
                return Err(FactError::Required("name"));
            }
            if *signed_for == SignedFor::Acceptance && *signer == Signer::Technician {
                // Accepted by those who did the work is accepted by nobody (R16).
                return Err(FactError::Unknown("acceptor"));
            }
            let signature = Signature {
                id,
                signed_for: (*signed_for).into(),
                subject: *subject,
                signer: (*signer).into(),
                name,
                image: *image,
                page: making.page.clone(),
                noted,
            };
            Ready { code: "sign", edit: Edit::add(signature) }
        }
        SheetFact::Charge { .. } => Ready { code: "charge", edit: Edit::add(charge(making, fact)?) },
        _ => return Ok(None),
    };
    Ok(Some(ready))
}

fn hazard(making: &Making<'_>, fact: &SheetFact) -> Result<Hazard, FactError> {
    let SheetFact::Hazard {
        appliance: of,
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
    } = fact
    else {
        return Err(FactError::Unknown("hazard"));
    };
    let job = making.job;
    let readings = [*before, *after];
    check::all_here("reading", readings.iter().flatten(), |id| job.sheet.readings.iter().any(|r| r.id == id))?;
    check::all_here("hazard", replaces, |id| job.sheet.hazards.iter().any(|h| h.id == id))?;
    Ok(Hazard {
        id: making.id,
        appliance: of.map(|of| check::measured(job, of)).transpose()?,
        code: line("code", code)?,
        text: required("text", text)?,
        action: paragraph("action", action)?,
        before: *before,
        after: *after,
        households: u32::try_from(within("households", i64::from(*households), 0, 10_000)?).unwrap_or(0),
        remaining: *remaining,
        unplugged: *unplugged,
        tagged: *tagged,
        recheck: recheck.map(|at| At(at.0)),
        replaces: *replaces,
        noted: making.noted,
    })
}

/// Signed, or refused with a witness (R12).
fn notice(making: &Making<'_>, fact: &SheetFact) -> Result<Notice, FactError> {
    let SheetFact::Notice { appliance: of, kind, readings, text, signature, refused, witness } = fact else {
        return Err(FactError::Unknown("notice"));
    };
    let job = making.job;
    check::all_here("reading", readings, |id| job.sheet.readings.iter().any(|r| r.id == id))?;
    check::all_here("signature", signature, |id| job.sheet.signatures.iter().any(|s| s.id == id))?;
    let witness = line("witness", witness)?;
    if *refused && witness.is_empty() {
        return Err(FactError::Required("witness"));
    }
    let warning = *kind == NoticeKind::Warning;
    if !*refused && signature.is_none() && !warning {
        return Err(FactError::Required("signature"));
    }
    Ok(Notice {
        id: making.id,
        appliance: of.map(|of| check::measured(job, of)).transpose()?,
        kind: (*kind).into(),
        readings: readings.clone(),
        text: paragraph("text", text)?,
        wording: making.wording.clone(),
        signature: *signature,
        refused: *refused,
        witness,
        noted: making.noted,
    })
}

fn charge(making: &Making<'_>, fact: &SheetFact) -> Result<Charge, FactError> {
    let SheetFact::Charge {
        appliance: of,
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
    } = fact
    else {
        return Err(FactError::Unknown("charge"));
    };
    let pressure = |field, kpa: &Option<i32>| kpa.map(|kpa| within(field, i64::from(kpa), -101, MOST_KPA)).transpose();
    Ok(Charge {
        id: making.id,
        appliance: appliance(making.job, *of)?,
        gas: required("gas", gas)?,
        leak_found: *leak_found,
        leak_at: line("leak_at", leak_at)?,
        welded: *welded,
        grams: within("grams", i64::from(*grams), 0, 20_000)?,
        charged_when_welding: *charged_when_welding,
        before_kpa: pressure("before_kpa", before_kpa)?,
        after_kpa: pressure("after_kpa", after_kpa)?,
        evacuation: (*evacuation).into(),
        minutes: within("minutes", i64::from(*minutes), 0, 24 * 60)?,
        noted: making.noted,
    })
}
