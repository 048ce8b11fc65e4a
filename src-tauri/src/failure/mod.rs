//! The one table from a domain error to the code and the parameters that a person is told.

mod history;
mod kept;
mod settlement;
mod tables;

use std::error::Error;

use doorstep::actions::JobError;
use doorstep::actions::album::AlbumError;
use doorstep::actions::facts::FactError;
use doorstep::actions::finish::FinishError;
use doorstep::actions::inbox::DecideError;
use doorstep::actions::orders::OrderError;
use doorstep::actions::photos::PhotoError;
use doorstep::actions::readings::ReadingError;
use doorstep::actions::sheet::SheetError;
use doorstep::actions::stuck::RefoundError;
use doorstep::actions::visit::VisitError;
use doorstep::domain::safety::NotAValue;
use doorstep::photos::IntakeError;
use doorstep::sync::admin::AdminError;
use doorstep::sync::fault::Fault;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::view::Blocker;

/// An error that can be told to a person.
pub trait Told: Error + Sized {
    fn code(&self) -> ErrorCode;

    /// Parameters of the text.
    fn params(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn told(self) -> Failure {
        let mut detail = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        let failure = Failure::new(self.code(), detail);
        self.params().into_iter().fold(failure, |failure, (name, value)| failure.with(name, value))
    }
}

impl Told for JobError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::JobNotFound,
            Self::Finished => ErrorCode::JobFinished,
            Self::Cancelled => ErrorCode::JobCancelled,
            Self::NotAssigned => ErrorCode::NotAssigned,
            Self::LeaseEnded => ErrorCode::LeaseEnded,
            Self::NoAppliance(_) => ErrorCode::InputInvalid,
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for RefoundError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::NothingStuck => ErrorCode::NothingStuck,
            Self::Already(_) => ErrorCode::AlreadyRefounded,
            Self::NotAdopted => ErrorCode::NotAdopted,
            Self::Job(error) => error.code(),
        }
    }
}

impl Told for DecideError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::NothingWaits => ErrorCode::NothingWaits,
            Self::NotConfirmed => ErrorCode::JobNumberWrong,
            Self::Job(error) => error.code(),
        }
    }
}

impl Told for OrderError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::Required(_) => ErrorCode::FieldRequired,
            Self::TooLong { .. } => ErrorCode::FieldTooLong,
            Self::Phone(_) => ErrorCode::PhoneInvalid,
            Self::AlreadyAdopted => ErrorCode::AlreadyAdopted,
            Self::NotFit(_) => ErrorCode::NotFit,
            Self::IdentityNumber => ErrorCode::IdentityNumber,
            Self::Window => ErrorCode::InputInvalid,
            Self::UnknownMember(_) => ErrorCode::MemberUnknown,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Required(field) => vec![("field", (*field).to_owned())],
            Self::TooLong { field, most } => vec![("field", (*field).to_owned()), ("most", most.to_string())],
            Self::Phone(phone) => vec![("phone", phone.clone())],
            Self::NotFit(blockers) => in_the_way(blockers),
            _ => Vec::new(),
        }
    }
}

impl Told for VisitError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooEarly(_) => ErrorCode::StepTooEarly,
            Self::Blocked(_) => ErrorCode::StepBlocked,
            Self::Done => ErrorCode::StepDone,
            Self::CardTooShort(_) => ErrorCode::CardTooShort,
            Self::Ahead => ErrorCode::TimeAhead,
            Self::Misfit(..) => ErrorCode::TimeMisfit,
            Self::Finish(error) => error.code(),
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooEarly(before) => vec![("node", before.word().to_owned())],
            Self::Blocked(blockers) => in_the_way(blockers),
            Self::Finish(error) => error.params(),
            _ => Vec::new(),
        }
    }
}

impl Told for ReadingError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown(_) => ErrorCode::ReadingUnknown,
            Self::Value(NotAValue::Reason) | Self::NothingRectified => ErrorCode::ReasonRequired,
            Self::Value(NotAValue::Number { .. } | NotAValue::Option(_) | NotAValue::Kind) => {
                ErrorCode::ReadingValueInvalid
            }
            Self::Value(NotAValue::UnitMissing { .. } | NotAValue::Unit { .. }) => ErrorCode::UnitWrong,
            Self::Value(NotAValue::MethodMissing | NotAValue::Method(_)) | Self::Method => ErrorCode::MethodRequired,
            Self::Value(NotAValue::Qualitative(_)) => ErrorCode::MethodQualitative,
            Self::Value(NotAValue::Month) => ErrorCode::MonthInvalid,
            Self::Value(NotAValue::Calibration(_)) => ErrorCode::CalibrationInvalid,
            Self::TooEarly(_) => ErrorCode::PhaseTooEarly,
            Self::TooLong => ErrorCode::FieldTooLong,
            Self::NotArrived => ErrorCode::StepTooEarly,
            Self::NoPhoto => ErrorCode::PhotoNotFound,
            Self::IdentityNumber => ErrorCode::IdentityNumber,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Value(NotAValue::Number { unit, most }) => {
                vec![("unit", unit.clone()), ("most", (most / 1000).to_string())]
            }
            Self::Value(NotAValue::UnitMissing { expected } | NotAValue::Unit { expected, .. }) => {
                vec![("unit", expected.clone())]
            }
            Self::TooEarly(blockers) => in_the_way(blockers),
            Self::NotArrived => vec![("node", "arrived".to_owned())],
            Self::TooLong => vec![("field", "reading".to_owned()), ("most", "200".to_owned())],
            _ => Vec::new(),
        }
    }
}

impl Told for SheetError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooLong(_) => ErrorCode::FieldTooLong,
            Self::Required(_) => ErrorCode::FieldRequired,
            Self::Quantity => ErrorCode::QuantityInvalid,
            Self::NoPart(_) => ErrorCode::PartNotFound,
            Self::Answer => ErrorCode::ServiceUnknown,
            Self::IdentityNumber => ErrorCode::IdentityNumber,
            Self::Reason => ErrorCode::ReasonRequired,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong(most) => vec![("field", "text".to_owned()), ("most", most.to_string())],
            Self::Required(field) => vec![("field", (*field).to_owned())],
            _ => Vec::new(),
        }
    }
}

impl Told for FactError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Required(_) => ErrorCode::FieldRequired,
            Self::TooLong { .. } => ErrorCode::FieldTooLong,
            Self::OutOfRange { field: CLAIMED, .. } => ErrorCode::TimeAhead,
            Self::OutOfRange { .. } => ErrorCode::NumberOutOfRange,
            Self::Malformed(_) => ErrorCode::FieldMalformed,
            Self::Unknown(_) => ErrorCode::NotHere,
            Self::Blocked(_) => ErrorCode::StepBlocked,
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::AboveLimit { .. } => ErrorCode::ClaimAboveLimit,
            Self::IdentityNumber => ErrorCode::IdentityNumber,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Required(field) | Self::Malformed(field) => vec![("field", (*field).to_owned())],
            Self::TooLong { field, most } => vec![("field", (*field).to_owned()), ("most", most.to_string())],
            Self::OutOfRange { field, least, most } => {
                vec![("field", (*field).to_owned()), ("least", least.to_string()), ("most", most.to_string())]
            }
            Self::Unknown(what) => vec![("what", (*what).to_owned())],
            Self::Blocked(blockers) => in_the_way(blockers),
            Self::AboveLimit { limit_fen } => vec![("limit", doorstep::reports::day::money(*limit_fen))],
            Self::OwnerOnly | Self::IdentityNumber | Self::Job(_) => Vec::new(),
        }
    }
}

/// The moment at which something is said to have happened: its bounds are moments, not figures.
const CLAIMED: &str = "claimed";

/// All that stands in the way: how many, their codes, and the names that rule data has for them in both languages.
fn in_the_way(blockers: &[Blocker]) -> Vec<(&'static str, String)> {
    let mut codes: Vec<&str> = blockers.iter().map(|blocker| blocker.code.word()).collect();
    codes.dedup();
    let subjects = || blockers.iter().filter_map(|blocker| blocker.subject.as_ref());
    let zh: Vec<&str> = subjects().map(|subject| subject.zh.as_str()).collect();
    let en: Vec<&str> = subjects().map(|subject| subject.en.as_str()).collect();
    vec![
        ("count", blockers.len().to_string()),
        ("blockers", codes.join(",")),
        ("zh", zh.join("、")),
        ("en", en.join(", ")),
    ]
}

impl Told for FinishError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Blocked(..) => ErrorCode::FinishBlocked,
            Self::Job(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Blocked(_, count) => vec![("count", count.to_string())],
            Self::Job(_) => Vec::new(),
        }
    }
}

impl Told for IntakeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotAPicture => ErrorCode::PhotoNotAPicture,
            Self::Heif => ErrorCode::PhotoHeic,
            Self::Truncated => ErrorCode::PhotoTruncated,
            Self::TooLarge { .. } => ErrorCode::PhotoTooLarge,
            Self::Damaged | Self::Decode(_) => ErrorCode::PhotoDamaged,
            Self::Resize(_) | Self::Buffer(_) | Self::Encode(_) => ErrorCode::Internal,
        }
    }
}

impl Told for PhotoError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Intake(error) => error.code(),
            Self::NotFound => ErrorCode::PhotoNotFound,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::Job(error) => error.code(),
        }
    }
}

impl Told for AlbumError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            Self::File(_) => ErrorCode::FileFailed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::Photo(error) => error.code(),
        }
    }
}

impl Told for Fault {
    fn code(&self) -> ErrorCode {
        Self::code(self)
    }
}

impl Told for AdminError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::AlreadyEnrolled => ErrorCode::AlreadyEnrolled,
            Self::LinkUnreadable => ErrorCode::LinkUnreadable,
            Self::Name => ErrorCode::FieldTooLong,
            Self::NoRole => ErrorCode::FieldRequired,
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::Qr(_) => ErrorCode::Internal,
            Self::Fault(fault) => fault.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Name => vec![("field", "name".to_owned()), ("most", "40".to_owned())],
            Self::NoRole => vec![("field", "roles".to_owned())],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep::domain::late::Misfit;
    use doorstep_schemas::ids::ShortId;
    use doorstep_schemas::view::{BlockerCode, Jump, NodeKind, Text};

    fn param<'a>(failure: &'a Failure, name: &str) -> &'a str {
        failure.params.get(name).map_or("", String::as_str)
    }

    #[test]
    fn a_refused_step_names_all_that_stands_in_the_way() {
        let jump = || Jump::Bench { appliance: ShortId::mint([7; 5]) };
        let blocker = |code, subject| Blocker { code, subject, jump: jump() };
        let refused = FactError::Blocked(vec![
            blocker(BlockerCode::LoanerUndecided, None),
            blocker(BlockerCode::SymptomMissing, None),
        ]);
        let failure = refused.told();
        assert_eq!(failure.code, ErrorCode::StepBlocked);
        assert_eq!(param(&failure, "blockers"), "loaner_undecided,symptom_missing");
        assert_eq!((param(&failure, "count"), param(&failure, "zh")), ("2", ""));

        let named = |zh: &str, en: &str| Some(Text { zh: zh.into(), en: en.into() });
        let early = ReadingError::TooEarly(vec![
            blocker(BlockerCode::PhaseTooEarly, named("接地有效", "Earth present")),
            blocker(BlockerCode::PhaseTooEarly, named("整机绝缘", "Insulation")),
        ]);
        let failure = early.told();
        assert_eq!(failure.code, ErrorCode::PhaseTooEarly);
        assert_eq!(param(&failure, "zh"), "接地有效、整机绝缘");
        assert_eq!(param(&failure, "en"), "Earth present, Insulation");
        assert_eq!(param(&failure, "blockers"), "phase_too_early", "one code is said once");
    }

    #[test]
    fn each_refusal_of_a_fact_has_a_code_of_its_own() {
        let range = |field| FactError::OutOfRange { field, least: 0, most: 20_000 };
        let kept = range("kept").told();
        assert_eq!((kept.code, param(&kept, "field")), (ErrorCode::NumberOutOfRange, "kept"));
        assert_eq!((param(&kept, "least"), param(&kept, "most")), ("0", "20000"));
        let codes = [
            (range("claimed").told().code, ErrorCode::TimeAhead),
            (VisitError::Ahead.told().code, ErrorCode::TimeAhead),
            (VisitError::Misfit(NodeKind::Arrived, Misfit::TooEarly).told().code, ErrorCode::TimeMisfit),
            (FactError::Required("tag").told().code, ErrorCode::FieldRequired),
            (FactError::TooLong { field: "tag", most: 120 }.told().code, ErrorCode::FieldTooLong),
            (FactError::Malformed("mail").told().code, ErrorCode::FieldMalformed),
            (FactError::Unknown("loaner").told().code, ErrorCode::NotHere),
            (FactError::OwnerOnly.told().code, ErrorCode::OwnerOnly),
            (DecideError::OwnerOnly.told().code, ErrorCode::OwnerOnly),
            (DecideError::NothingWaits.told().code, ErrorCode::NothingWaits),
            (DecideError::NotConfirmed.told().code, ErrorCode::JobNumberWrong),
            (FactError::IdentityNumber.told().code, ErrorCode::IdentityNumber),
            (OrderError::AlreadyAdopted.told().code, ErrorCode::AlreadyAdopted),
            (OrderError::NotFit(Vec::new()).told().code, ErrorCode::NotFit),
            (VisitError::Blocked(Vec::new()).told().code, ErrorCode::StepBlocked),
        ];
        for (told, meant) in codes {
            assert_eq!(told, meant);
        }
    }

    #[test]
    fn a_reading_that_is_none_is_refused_with_what_is_wrong_about_it() {
        let value = |wrong| ReadingError::Value(wrong).told();
        let unit = value(NotAValue::Unit { expected: "Ω".into(), found: "MΩ".into() });
        assert_eq!((unit.code, param(&unit, "unit")), (ErrorCode::UnitWrong, "Ω"));
        let codes = [
            (value(NotAValue::UnitMissing { expected: "Ω".into() }).code, ErrorCode::UnitWrong),
            (value(NotAValue::Qualitative("socket_tester".into())).code, ErrorCode::MethodQualitative),
            (value(NotAValue::Month).code, ErrorCode::MonthInvalid),
            (value(NotAValue::Calibration("yesterday".into())).code, ErrorCode::CalibrationInvalid),
            (value(NotAValue::MethodMissing).code, ErrorCode::MethodRequired),
            (value(NotAValue::Kind).code, ErrorCode::ReadingValueInvalid),
        ];
        for (told, meant) in codes {
            assert_eq!(told, meant);
        }
    }
}
