//! Reads one rule set from bytes, or says in which line it can't be used and why.
//!
//! The whole set is refused for one slip: half a price list would charge somebody wrongly and nobody would see it.

use doorstep_schemas::rules::check::Problem;
use doorstep_schemas::rules::crew::CrewSet;
use doorstep_schemas::rules::emergency::EmergencySet;
use doorstep_schemas::rules::faults::FaultSet;
use doorstep_schemas::rules::limits::LimitSet;
use doorstep_schemas::rules::needs::NeedSet;
use doorstep_schemas::rules::numbers::NumberSet;
use doorstep_schemas::rules::pieces::PieceSet;
use doorstep_schemas::rules::places::PlaceSet;
use doorstep_schemas::rules::prices::PriceSet;
use doorstep_schemas::rules::promises::PromiseSet;
use doorstep_schemas::rules::reminders::ReminderSet;
use doorstep_schemas::rules::replies::ReplySet;
use doorstep_schemas::rules::settlement::SettlementSet;
use doorstep_schemas::rules::steps::StepSet;
use doorstep_schemas::rules::surcharges::SurchargeSet;
use doorstep_schemas::rules::warranty::WarrantySet;
use doorstep_schemas::rules::{Head, RuleSet, SetKind, check};
use serde::Deserialize;

/// The largest file that is read. The built-in ones have a tenth of it.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A set that can't be used: which, where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule set {}, line {line}, column {column}: {reason}", kind.word())]
pub struct MalformedSet {
    pub kind: SetKind,
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    pub reason: String,
}

/// A kind of set that [`Set`] can hold.
pub(super) trait Kind: RuleSet {
    fn of(set: &Set) -> Option<&Self>;
}

macro_rules! sets {
    ($($kind:ident($shape:ty),)+) => {
        /// One rule set of any kind.
        #[derive(Debug)]
        pub enum Set {
            $($kind(Box<$shape>),)+
        }

        impl Set {
            pub fn kind(&self) -> SetKind {
                match self { $(Self::$kind(_) => SetKind::$kind,)+ }
            }

            pub fn head(&self) -> Head<'_> {
                match self { $(Self::$kind(set) => RuleSet::head(set.as_ref()),)+ }
            }

            /// As its file has it, with every default in its place.
            pub fn value(&self) -> serde_json::Value {
                // A set came out of JSON and goes back into it.
                match self { $(Self::$kind(set) => serde_json::to_value(set.as_ref()).unwrap_or_default(),)+ }
            }

            /// Its file, with the fields in the order of its shape.
            pub fn file(&self) -> String {
                match self { $(Self::$kind(set) => serde_json::to_string_pretty(set.as_ref()).unwrap_or_default(),)+ }
            }

            fn problems(&self) -> Vec<Problem> {
                match self { $(Self::$kind(set) => RuleSet::problems(set.as_ref()),)+ }
            }

            fn read(kind: SetKind, file: &str) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(SetKind::$kind => Self::$kind(serde_json::from_str(file)?),)+ })
            }
        }

        $(impl Kind for $shape {
            fn of(set: &Set) -> Option<&Self> {
                match set { Set::$kind(set) => Some(set), _ => None }
            }
        })+
    };
}
sets! {
    Limits(LimitSet),
    Needs(NeedSet),
    Faults(FaultSet),
    Steps(StepSet),
    Emergency(EmergencySet),
    Surcharges(SurchargeSet),
    Prices(PriceSet),
    Settlement(SettlementSet),
    Warranty(WarrantySet),
    Promises(PromiseSet),
    Numbers(NumberSet),
    Replies(ReplySet),
    Pieces(PieceSet),
    Places(PlaceSet),
    Crew(CrewSet),
    Reminders(ReminderSet),
}

/// The set of this kind in these bytes. Nothing that they may hold makes this panic.
pub fn load(kind: SetKind, bytes: &[u8]) -> Result<Set, MalformedSet> {
    let refuse = |(line, column): (usize, usize), reason: String| MalformedSet { kind, line, column, reason };
    if bytes.len() > MOST_BYTES {
        return Err(refuse((1, 1), format!("{} bytes are more than {MOST_BYTES}", bytes.len())));
    }
    let file = std::str::from_utf8(bytes)
        .map_err(|error| refuse(place(bytes, error.valid_up_to()), "not UTF-8".to_owned()))?;
    let set = Set::read(kind, file).map_err(|error| {
        // Of a file of another kind the first field that is not known says less than its name.
        if let Some(other) = serde_json::from_str::<Named>(file).ok().filter(|named| named.set != kind.word()) {
            return refuse(
                locate(file, &Problem { at: "set".to_owned(), nth: 0, reason: String::new() }),
                misnamed(kind, &other.set),
            );
        }
        let said = error.to_string();
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        refuse((error.line().max(1), error.column().max(1)), reason.to_owned())
    })?;
    let mut problems = head_problems(kind, set.head());
    problems.extend(set.problems());
    let first = problems.into_iter().map(|problem| (locate(file, &problem), problem.reason)).min_by_key(|(at, _)| *at);
    first.map_or(Ok(set), |(at, reason)| Err(refuse(at, reason)))
}

#[derive(Deserialize)]
struct Named {
    set: String,
}

fn misnamed(kind: SetKind, set: &str) -> String {
    format!("{set:?} where {:?} is expected", kind.word())
}

fn head_problems(kind: SetKind, head: Head<'_>) -> Vec<Problem> {
    let mut found = check::Problems::default();
    found.unless(head.set == kind.word(), "set", misnamed(kind, head.set));
    found.unless(!head.version.trim().is_empty(), "version", "a version has a name");
    let date = format!("{:?} is not a date such as 2026-11-01", head.valid_from);
    found.unless(check::is_date(head.valid_from), "valid_from", date);
    found.into_vec()
}

/// Fields whose value says what the object is.
const NAMING: [&str; 10] =
    ["code", "book", "brand", "service", "emergency", "notice", "consent", "message", "field", "name"];

/// Line and column of a problem's text: where it names an object, else where it is a field, else anywhere.
pub(super) fn locate(file: &str, problem: &Problem) -> (usize, usize) {
    let quoted = serde_json::Value::from(problem.at.as_str()).to_string();
    let places: Vec<usize> = file.match_indices(&quoted).map(|(at, _)| at).collect();
    let naming = |at: &&usize| {
        let before = file[..**at].trim_end().strip_suffix(':').map(str::trim_end);
        before.is_some_and(|b| NAMING.iter().any(|name| b.ends_with(&format!("\"{name}\""))))
    };
    let field = |at: &&usize| file[**at + quoted.len()..].trim_start().starts_with(':');
    let at = places
        .iter()
        .filter(naming)
        .nth(problem.nth)
        .or_else(|| places.iter().find(field))
        .or_else(|| places.get(problem.nth))
        .or_else(|| places.first())
        .copied()
        .or_else(|| file.find(&problem.at));
    place(file.as_bytes(), at.unwrap_or(0))
}

fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
    (1 + before.iter().filter(|b| **b == b'\n').count(), 1 + before.len() - line_start)
}
