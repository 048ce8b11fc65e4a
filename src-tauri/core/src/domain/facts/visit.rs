//! What happens at the customer's: nodes, calls, crew, pauses, readings, hazards, notices, signatures, outcomes.

use doorstep_schemas::ids::{BlobHash, MemberId, ShortId};
use doorstep_schemas::input::Found;
use doorstep_schemas::view::{
    AppointmentResult, Channel, Evacuation, JobOutcome, NodeKind, NoticeKind, PauseReason, PhotoStage, ReasonAbout,
    ServiceCode, SignedFor, Signer, Thousandths,
};

use super::Noted;
use crate::domain::record::{At, Field, Record, Scalar, Word, record};

record! {
    /// A node that was tapped or shown; the others are derived.
    kept Node in "nodes" {
        kind: Word<NodeKind> = "kind",
        /// Where, if the member allows it: millionths of a degree.
        lat_e6: Option<i64> = "lat",
        lon_e6: Option<i64> = "lon",
    }
}

record! {
    /// 已预约, 预约失败, 改约, 转派: a call about when to come (R1).
    kept Appointment in "appointments" {
        result: Word<AppointmentResult> = "result",
        from: Option<At> = "from",
        to: Option<At> = "to",
        channel: Word<Channel> = "channel",
        reason: String = "reason",
    }
}

record! {
    /// 已电话指导: a script of rule data was read out on the phone (R3).
    kept Guidance in "guidance" {
        script: String = "script",
        /// Who was called first, as the script asks: the gas company, an ambulance.
        called: String = "called",
        solved: bool = "solved",
    }
}

record! {
    /// Goods and parts are here, confirmed before departure (R8).
    loose GoodsCheck in "goods" {
        here: bool = "here",
        note: String = "note",
    }
}

record! {
    /// One of the crew beside those assigned.
    loose CrewMember in "crew" {
        member: Option<MemberId> = "member",
        /// Where the person has no account.
        name: String = "name",
        left: bool = "left",
    }
}

record! {
    /// The clock stops or goes on (R2).
    kept Pause in "pauses" {
        stopped: bool = "stop",
        reason: Word<PauseReason> = "reason",
        note: String = "note",
    }
}

record! {
    /// Why something was not as the rules want it.
    kept Reason in "reasons" {
        about: Word<ReasonAbout> = "about",
        subject: Option<ShortId> = "subject",
        text: String = "text",
        photo: Option<ShortId> = "photo",
    }
}

/// 测量值: one measured value with its method, instrument and the set that it was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub id: ShortId,
    /// The appliance or the loaner that was measured.
    pub appliance: ShortId,
    pub code: String,
    pub found: Found,
    /// Empty for a choice.
    pub unit: String,
    pub method: String,
    pub instrument: String,
    /// When the instrument was last calibrated, as its label says.
    pub calibrated: String,
    /// What was put right before this measurement.
    pub rectified: String,
    /// SHA-256 of the limit set.
    pub limits: Vec<u8>,
    pub photo: Option<ShortId>,
    pub noted: Noted,
}

impl Record for Reading {
    const CONTAINER: &'static str = "readings";
    const KEPT: bool = true;

    fn id(&self) -> ShortId {
        self.id
    }

    fn noted(&self) -> Noted {
        self.noted
    }

    fn scalars(&self) -> Vec<(&'static str, Scalar)> {
        let (state, value) = match &self.found {
            Found::Number { thousandths } => ("num", Scalar::Number(thousandths.0)),
            Found::Choice { option } => ("opt", Scalar::Text(option.clone())),
            Found::NotApplicable { reason } => ("na", Scalar::Text(reason.clone())),
            Found::NotMeasured { reason } => ("nm", Scalar::Text(reason.clone())),
        };
        let mut out = vec![
            ("app", Scalar::Text(self.appliance.to_string())),
            ("code", Scalar::Text(self.code.clone())),
            ("state", Scalar::Text(state.to_owned())),
            ("val", value),
            ("set", Scalar::Bytes(self.limits.clone())),
        ];
        let texts = [
            ("unit", &self.unit),
            ("method", &self.method),
            ("instr", &self.instrument),
            ("cal", &self.calibrated),
            ("fixed", &self.rectified),
        ];
        out.extend(texts.into_iter().filter_map(|(key, text)| Some((key, text.put()?))));
        out.extend(self.photo.put().map(|photo| ("photo", photo)));
        out
    }

    fn read(id: ShortId, noted: Noted, get: &dyn Fn(&str) -> Option<Scalar>) -> Option<Self> {
        let text = |key: &str| String::get(get(key).as_ref()).unwrap_or_default();
        let found = match (text("state").as_str(), get("val")) {
            ("num", Some(Scalar::Number(number))) => Found::Number { thousandths: Thousandths(number) },
            ("opt", _) => Found::Choice { option: text("val") },
            ("na", _) => Found::NotApplicable { reason: text("val") },
            // A state that this version does not know is no measurement.
            _ => Found::NotMeasured { reason: text("val") },
        };
        Some(Self {
            id,
            appliance: Field::get(get("app").as_ref())?,
            code: text("code"),
            found,
            unit: text("unit"),
            method: text("method"),
            instrument: text("instr"),
            calibrated: text("cal"),
            rectified: text("fixed"),
            limits: Field::get(get("set").as_ref())?,
            photo: Field::get(get("photo").as_ref())?,
            noted,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFact {
    pub appliance: ShortId,
    pub service: ServiceCode,
    /// `done`, `all_normal`, `not_wanted`, or `na:` and the reason.
    pub answer: String,
    pub noted: Noted,
}

record! {
    /// 安全隐患: what was found unsafe, and what came of it (R12, R14).
    kept Hazard in "hazards" {
        appliance: Option<ShortId> = "app",
        /// A row of the limit set, or free.
        code: String = "code",
        text: String = "text",
        action: String = "action",
        /// Readings before and after it was put right.
        before: Option<ShortId> = "before",
        after: Option<ShortId> = "after",
        /// Households that were touched.
        households: u32 = "homes",
        remaining: bool = "remains",
        unplugged: bool = "unplugged",
        tagged: bool = "tagged",
        recheck: Option<At> = "recheck",
        /// The one that this corrects.
        replaces: Option<ShortId> = "replaces",
    }
}

record! {
    /// 安全隐患告知书: signed, or refused with a witness (R12).
    kept Notice in "notices" {
        appliance: Option<ShortId> = "app",
        kind: Word<NoticeKind> = "kind",
        readings: Vec<ShortId> = "readings",
        text: String = "text",
        /// SHA-256 of the wording set that it was printed from.
        wording: Vec<u8> = "set",
        signature: Option<ShortId> = "sig",
        /// 拒签
        refused: bool = "refused",
        witness: String = "witness",
    }
}

record! {
    kept Signature in "signatures" {
        signed_for: Word<SignedFor> = "for",
        subject: Option<ShortId> = "subject",
        signer: Word<Signer> = "signer",
        name: String = "name",
        image: Option<BlobHash> = "image",
        /// SHA-256 of what was on the page.
        page: Vec<u8> = "page",
    }
}

record! {
    /// Work on a refrigerant circuit (R32). Pressures in kPa, gauge.
    kept Charge in "charges" {
        appliance: ShortId = "app",
        gas: String = "gas",
        leak_found: bool = "leak",
        leak_at: String = "leak_at",
        welded: bool = "welded",
        grams: i64 = "g",
        /// The circuit still held gas when a flame was used.
        charged_when_welding: bool = "hot",
        before_kpa: Option<i64> = "p0",
        after_kpa: Option<i64> = "p1",
        evacuation: Word<Evacuation> = "evac",
        minutes: i64 = "min",
    }
}

record! {
    /// Why the visit ended. "Completed" needs every gate open.
    kept OutcomeFact in "outcomes" {
        outcome: Word<JobOutcome> = "outcome",
        reason: String = "reason",
    }
}

record! {
    loose Remark in "notes" {
        text: String = "text",
        /// What is said of this photo: its caption, the last of them.
        photo: Option<ShortId> = "photo",
    }
}

record! {
    kept Photo in "photos" {
        appliance: ShortId = "app",
        stage: Word<PhotoStage> = "stage",
        photo: BlobHash = "photo",
        thumb: BlobHash = "thumb",
        width: u32 = "w",
        height: u32 = "h",
        bytes: u32 = "len",
        thumb_bytes: u32 = "tlen",
        taken: Option<At> = "taken",
        caption: String = "caption",
        /// 厂家 App 已拍: taken in the maker's app as well (R41).
        in_makers_app: bool = "maker",
        /// Where it was taken, in millionths of a degree: only where this device's owner let it be kept.
        lat_e6: Option<i64> = "lat",
        lon_e6: Option<i64> = "lon",
        /// The photo in whose place this one was taken again. That one stays.
        replaces: Option<ShortId> = "replaces",
        /// The photo that somebody drew on. That one stays as it is.
        drawn_on: Option<ShortId> = "drawn_on",
    }
}

impl Photo {
    pub fn taken_ms(&self) -> i64 {
        self.taken.map_or(0, |at| at.0)
    }
}
