//! A row of the list in bytes: card, figures and what else a job is found by, without what any of them says twice.
//!
//! Words of the trade are written by their place among all words of their kind, and fields by their place alone: rows
//! are computed anew when [`shape`] changes, so nothing here has to be read by another version.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, Fen, Finding, FindingCode, JobCard, JobKind, JobOutcome, MemberView, Millis, NodeKind,
    Segment, Urgency, Window,
};
use minicbor::data::Int;
use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::dictionary::{self, Kind};
use crate::domain::day::JobFigures;
use crate::domain::day_money::{JobMoney, Paid};
use crate::domain::find::{Found, cut};
use crate::domain::reminders::Seen;
use crate::domain::shelf::Use;

/// Raised when a row, its index or its search texts are computed in another way: every row is then computed anew.
const VIEWS_VERSION: u32 = 8;

/// A row is a few hundred bytes; one of a sheet that somebody filled with texts is thousands.
const MOST_BYTES: usize = 1 << 20;

/// A row of the list with what the day needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    pub card: JobCard,
    pub figures: JobFigures,
    pub found: Found,
}

/// What rows are written in: another one means that they are to be computed anew.
pub(super) fn shape() -> String {
    let mut hash = Sha256::new();
    let kinds = [
        words(JobKind::ALL, JobKind::word),
        words(Urgency::ALL, Urgency::word),
        words(ApplianceKind::ALL, ApplianceKind::word),
        words(Coverage::ALL, Coverage::word),
        words(NodeKind::ALL, NodeKind::word),
        words(JobOutcome::ALL, JobOutcome::word),
        words(FindingCode::ALL, FindingCode::word),
        words(Segment::ALL, Segment::word),
    ];
    kinds.iter().for_each(|words| hash.update(words));
    let digest = hash.finalize();
    format!("{VIEWS_VERSION}-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> String {
    all.iter().map(|one| format!("{} ", word(*one))).collect::<String>() + ";"
}

/// The place of a word among those of its kind.
pub(super) fn place<T: PartialEq + Copy>(all: &[T], one: T) -> u8 {
    let place = all.iter().position(|other| *other == one);
    place.and_then(|place| u8::try_from(place).ok()).expect("a kind has all its words, and fewer than 256")
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

impl JobRow {
    /// As it is kept, before packing; what the dictionary of rows is trained on.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Encoder::new(Vec::new());
        self.write(&mut to).expect("a vector takes all bytes");
        to.into_writer()
    }

    fn write(&self, to: &mut Encoder<Vec<u8>>) -> Written {
        let JobRow { card, figures, found } = self;
        let since = card.taken_at.0;
        // Moments lie near each other.
        let near = |to: &mut Encoder<Vec<u8>>, at: Option<i64>| -> Written {
            match at {
                Some(at) => to
                    .int(
                        Int::try_from(i128::from(at) - i128::from(since)).expect("a difference of two i64 has 65 bits"),
                    )?
                    .ok(),
                None => to.null()?.ok(),
            }
        };
        to.i64(since)?;
        for at in [Some(figures.arrive_by), figures.arrived_at, figures.finished_at, Some(figures.taken_at)] {
            near(to, at)?;
        }
        near(to, figures.due_again)?;
        near(to, card.window.map(|window| window.from.0))?;
        near(to, card.window.map(|window| window.to.0))?;
        for word in [
            place(JobKind::ALL, card.kind),
            place(Urgency::ALL, card.urgency),
            place(ApplianceKind::ALL, card.appliance_kind),
            place(Coverage::ALL, card.coverage),
            place(NodeKind::ALL, card.status),
            figures.outcome.map_or(u8::MAX, |outcome| place(JobOutcome::ALL, outcome)),
            figures.segment.map_or(u8::MAX, |segment| place(Segment::ALL, segment)),
        ] {
            to.u8(word)?;
        }
        let flag = |flag: Option<bool>| flag.map_or(2, u8::from);
        for said in [
            Some(figures.cancelled),
            figures.on_time,
            figures.in_limit,
            Some(figures.five_services),
            figures.one_visit,
            Some(figures.unreported),
        ] {
            to.u8(flag(said))?;
        }
        for number in [
            card.appliances,
            card.limit_minutes,
            card.readings_done,
            card.readings_required,
            card.services_done,
            figures.readings,
            figures.failed,
            figures.rectified,
            figures.parts,
            figures.photos,
            figures.missing_evidence,
            figures.money.parts_unbilled,
        ] {
            to.u32(number)?;
        }
        let money = &figures.money;
        for fen in [
            figures.parts_fen,
            money.billed_fen,
            money.above_guide_fen,
            money.compensation_fen,
            money.parts_unbilled_fen,
        ] {
            to.i64(fen)?;
        }
        to.encode(figures.revisit_of)?;
        to.encode(card.refounded_as)?.encode(card.refounded_from)?;
        to.encode(&figures.members)?;
        to.array(money.paid.len() as u64)?;
        for paid in &money.paid {
            near(to, Some(paid.at))?;
            to.encode(paid.id)?.encode(paid.member)?.i64(paid.fen)?;
            to.u8(u8::from(paid.in_hand) | u8::from(paid.earned) << 1)?;
        }
        to.u32(figures.old_parts)?.array(figures.uses.len() as u64)?;
        for used in &figures.uses {
            near(to, Some(used.at))?;
            to.encode(used.id)?.encode(used.holder)?.u32(used.quantity)?.str(&used.code)?.str(&used.name)?;
        }
        to.array(figures.machines.len() as u64)?;
        for seen in &figures.machines {
            to.i64(seen.machine)?.u8(place(ApplianceKind::ALL, seen.kind))?.bool(seen.gone)?;
            near(to, seen.made)?;
        }
        to.array(card.findings.len() as u64)?;
        for finding in &card.findings {
            to.u8(place(FindingCode::ALL, finding.code))?.encode(&finding.params)?;
        }
        to.array(found.kinds.len() as u64)?;
        for kind in &found.kinds {
            to.u8(place(ApplianceKind::ALL, *kind))?;
        }
        for text in [
            &card.customer,
            &card.township,
            &card.phone,
            &card.address,
            &card.appliance,
            &card.symptom,
            &card.maker_order,
        ] {
            to.str(text)?;
        }
        // A text that the card has is named by its place.
        let known = known(card);
        for texts in [&found.phones, &found.serials, &found.texts] {
            to.array(texts.len() as u64)?;
            for text in texts {
                match known.iter().position(|other| *other == text) {
                    Some(place) => to.u8(u8::try_from(place).unwrap_or(u8::MAX))?,
                    None => to.str(text)?,
                };
            }
        }
        Ok(())
    }

    /// Reads what was kept.
    pub(super) fn from_bytes(job: JobId, bytes: &[u8]) -> Result<Self, StoreError> {
        read(job, &mut Decoder::new(bytes)).map_err(StoreError::Cbor)
    }

    pub(super) fn packed(plain: &[u8]) -> Vec<u8> {
        dictionary::compress(Kind::Row, plain)
    }

    pub(super) fn unpacked(packed: &[u8]) -> Result<Vec<u8>, StoreError> {
        dictionary::expand(Kind::Row, packed, MOST_BYTES).map_err(|_not_a_row| StoreError::Row("job"))
    }
}

/// Texts of the card by which the job is found as well.
fn known(card: &JobCard) -> [&String; 7] {
    [&card.customer, &card.township, &card.phone, &card.address, &card.appliance, &card.symptom, &card.maker_order]
}

type Read<T> = Result<T, minicbor::decode::Error>;

fn word<T: Copy>(from: &mut Decoder<'_>, all: &[T]) -> Read<T> {
    let place = usize::from(from.u8()?);
    all.get(place).copied().ok_or_else(|| minicbor::decode::Error::message("no word has this place"))
}

fn many<T>(from: &mut Decoder<'_>, mut one: impl FnMut(&mut Decoder<'_>) -> Read<T>) -> Read<Vec<T>> {
    let length = from.array()?.unwrap_or(0);
    (0..length).map(|_| one(from)).collect()
}

fn read(job: JobId, from: &mut Decoder<'_>) -> Read<JobRow> {
    let since = from.i64()?;
    let near = |from: &mut Decoder<'_>| -> Read<Option<i64>> {
        if from.datatype()? == minicbor::data::Type::Null {
            from.null()?;
            return Ok(None);
        }
        let after = i128::from(from.int()?);
        Ok(Some(i64::try_from(after + i128::from(since)).unwrap_or(since)))
    };
    let arrive_by = near(from)?.unwrap_or(since);
    let (arrived_at, finished_at) = (near(from)?, near(from)?);
    let taken_at = near(from)?.unwrap_or(since);
    let due_again = near(from)?;
    let window = near(from)?.zip(near(from)?).map(|(from, to)| Window { from: Millis(from), to: Millis(to) });
    let kind = word(from, JobKind::ALL)?;
    let urgency = word(from, Urgency::ALL)?;
    let appliance_kind = word(from, ApplianceKind::ALL)?;
    let coverage = word(from, Coverage::ALL)?;
    let status = word(from, NodeKind::ALL)?;
    let outcome = JobOutcome::ALL.get(usize::from(from.u8()?)).copied();
    let segment = Segment::ALL.get(usize::from(from.u8()?)).copied();
    let mut flag = || {
        from.u8().map(|flag| match flag {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    };
    let cancelled = flag()? == Some(true);
    let (on_time, in_limit) = (flag()?, flag()?);
    let five_services = flag()? == Some(true);
    let one_visit = flag()?;
    let unreported = flag()? == Some(true);
    let (appliances, limit_minutes) = (from.u32()?, from.u32()?);
    let (readings_done, readings_required, services_done) = (from.u32()?, from.u32()?, from.u32()?);
    let (readings, failed, rectified) = (from.u32()?, from.u32()?, from.u32()?);
    let (parts, photos, missing_evidence, parts_unbilled) = (from.u32()?, from.u32()?, from.u32()?, from.u32()?);
    let parts_fen = from.i64()?;
    let (billed_fen, above_guide_fen) = (from.i64()?, from.i64()?);
    let (compensation_fen, parts_unbilled_fen) = (from.i64()?, from.i64()?);
    let revisit_of: Option<JobId> = from.decode()?;
    let (refounded_as, refounded_from): (Option<JobId>, Option<JobId>) = (from.decode()?, from.decode()?);
    let members: Vec<MemberId> = from.decode()?;
    let paid = many(from, |from| {
        let at = near(from)?.unwrap_or(since);
        let (id, member, fen, flags) = (from.decode()?, from.decode()?, from.i64()?, from.u8()?);
        Ok(Paid { at, id, member, fen, in_hand: flags & 1 != 0, earned: flags & 2 != 0 })
    })?;
    let old_parts = from.u32()?;
    let uses = many(from, |from| {
        let at = near(from)?.unwrap_or(since);
        let (id, holder, quantity) = (from.decode()?, from.decode()?, from.u32()?);
        let (code, name) = (from.str()?.to_owned(), from.str()?.to_owned());
        Ok(Use { id, holder, code, name, quantity, at })
    })?;
    let machines = many(from, |from| {
        let (machine, kind, gone) = (from.i64()?, word(from, ApplianceKind::ALL)?, from.bool()?);
        Ok(Seen { machine, kind, made: near(from)?, gone })
    })?;
    let findings = many(from, |from| {
        let code = word(from, FindingCode::ALL)?;
        Ok(Finding { code, params: from.decode::<BTreeMap<String, String>>()? })
    })?;
    let kinds = many(from, |from| word(from, ApplianceKind::ALL))?;
    let mut text = || from.str().map(str::to_owned);
    let (customer, township, phone, address) = (text()?, text()?, text()?, text()?);
    let (appliance, symptom, maker_order) = (text()?, text()?, text()?);
    let assignees =
        members.iter().map(|id| MemberView { id: *id, name: String::new(), roles: Vec::new(), active: true });
    let card = JobCard {
        job,
        kind,
        urgency,
        customer,
        phone,
        township,
        address,
        appliance_kind,
        appliance,
        appliances,
        symptom,
        coverage,
        maker_order,
        window,
        arrive_by: Some(Millis(arrive_by)),
        taken_at: Millis(since),
        status,
        arrived_at: arrived_at.map(Millis),
        finished_at: finished_at.map(Millis),
        limit_minutes,
        outcome,
        assignees: assignees.collect(),
        findings,
        parts_fen: Fen(parts_fen),
        billed_fen: Fen(billed_fen),
        photos,
        readings_done,
        readings_required,
        services_done,
        unsent: 0,
        refounded_as,
        refounded_from,
    };
    let known = known(&card);
    let mut texts = || {
        many(from, |from| {
            if from.datatype()? == minicbor::data::Type::String {
                return Ok(from.str()?.to_owned());
            }
            let place = usize::from(from.u8()?);
            known.get(place).map(|text| (*text).clone()).ok_or_else(|| minicbor::decode::Error::message("no such text"))
        })
    };
    let (phones, serials, texts) = (texts()?, texts()?, texts()?);
    let found = Found { name: cut(&card.customer), township: cut(&card.township), phones, kinds, serials, texts };
    let figures = JobFigures {
        arrive_by,
        arrived_at,
        finished_at,
        cancelled,
        on_time,
        in_limit,
        five_services,
        readings,
        failed,
        rectified,
        outcome,
        parts,
        parts_fen,
        photos,
        members,
        taken_at,
        due_again,
        one_visit,
        revisited: false,
        revisit_of,
        missing_evidence,
        money: JobMoney { billed_fen, above_guide_fen, compensation_fen, parts_unbilled, parts_unbilled_fen, paid },
        uses,
        old_parts,
        machines,
        segment,
        unreported,
    };
    Ok(JobRow { card, figures, found })
}
