//! Rule sets: the trade's figures and words as files that an outlet may replace, one module a kind.
//!
//! A set is an immutable blob named by its SHA-256 and taken whole or not at all: a mixture of two sets is one that
//! nobody wrote. Unknown fields are refused, so a slip of the pen is found where it was made.

pub mod check;
pub mod crew;
pub mod emergency;
pub mod faults;
pub mod limits;
pub mod needs;
pub mod numbers;
pub mod pieces;
pub mod places;
pub mod prices;
pub mod promises;
pub mod reminders;
pub mod replies;
pub mod settlement;
pub mod steps;
pub mod surcharges;
pub mod warranty;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::view::words::words;
use crate::view::{ApplianceKind, JobKind, PhotoStage, Text};
pub use check::{Problem, Problems};
use faults::FaultSet;
use limits::LimitSet;
use needs::NeedSet;

words!(
    /// What a rule set is about: the word in its file's `set` field and in the catalogue.
    SetKind {
        /// 限值
        Limits = "limits",
        /// Which readings and photos a job needs.
        Needs = "needs",
        /// Fault classes and the parts list.
        Faults = "faults",
        /// 1+5 steps, scripts and notices.
        Steps = "steps",
        /// What to say on the phone before anybody is sent.
        Emergency = "emergency",
        /// 附加费
        Surcharges = "surcharges",
        /// 指导价
        Prices = "prices",
        /// 结算价: the owner's alone.
        Settlement = "settlement",
        /// 保修政策
        Warranty = "warranty",
        /// Delivery times, delays and thresholds.
        Promises = "promises",
        /// 投诉电话
        Numbers = "numbers",
        /// 复制回单, dispatch texts and messages to the customer.
        Replies = "replies",
        /// 计件工资
        Pieces = "pieces",
        /// Brands, townships and customer segments.
        Places = "places",
        /// Certificates and grades.
        Crew = "crew",
        /// By season, age and last service; visits of contracts.
        Reminders = "reminders",
    }
);

impl SetKind {
    /// Kept from every device but the owner's, and never built in (R27).
    pub fn owner_only(self) -> bool {
        self == Self::Settlement
    }
}

/// What every set begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    pub set: &'a str,
    pub version: &'a str,
    /// `2026-11-01`
    pub valid_from: &'a str,
}

/// A kind of rule set: how it begins, and what can be wrong with it beyond its shape.
pub trait RuleSet {
    const KIND: SetKind;
    fn head(&self) -> Head<'_>;
    /// What is wrong with the content. Only what shows inside this one set.
    fn problems(&self) -> Vec<Problem>;
}

/// A code of a list with what people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coded {
    pub code: String,
    pub name: Text,
}

words!(
    /// What a price counts.
    Unit {
        /// 次/个
        Each = "each",
        /// 米
        Metre = "metre",
        /// 公里
        Km = "km",
        /// 孔
        Hole = "hole",
        /// 公斤
        Kilogram = "kilogram",
    }
);

/// Implements [`RuleSet`] for a type that has the three head fields and a `check`.
macro_rules! rule_set {
    ($name:ident is $kind:ident) => {
        impl $crate::rules::RuleSet for $name {
            const KIND: $crate::rules::SetKind = $crate::rules::SetKind::$kind;
            fn head(&self) -> $crate::rules::Head<'_> {
                $crate::rules::Head { set: &self.set, version: &self.version, valid_from: &self.valid_from }
            }
            fn problems(&self) -> Vec<$crate::rules::Problem> {
                let mut found = $crate::rules::Problems::default();
                self.check(&mut found);
                found.into_vec()
            }
        }
    };
}
use rule_set;

impl RuleSet for FaultSet {
    const KIND: SetKind = SetKind::Faults;
    fn head(&self) -> Head<'_> {
        Head { set: &self.set, version: &self.version, valid_from: &self.valid_from }
    }
    fn problems(&self) -> Vec<Problem> {
        self.problems()
    }
}

rule_set!(LimitSet is Limits);

impl LimitSet {
    fn check(&self, found: &mut Problems) {
        // A doubled row is shown where it is again; whatever else is wrong, with its row.
        found.codes(self.limits.iter().map(|limit| limit.code.as_str()));
        for (at, reason) in limits::problems(self) {
            if !found.has(&at) {
                found.add(&at, reason);
            }
        }
    }
}

rule_set!(NeedSet is Needs);

impl NeedSet {
    fn check(&self, found: &mut Problems) {
        for stage in PhotoStage::ALL {
            match self.photo_names.get(stage) {
                Some(name) => found.text(stage.word(), name),
                None => found.add("photo_names", format!("{} has no name", stage.word())),
            }
        }
        for fix in self.mending.iter().flat_map(|mending| &mending.fixes) {
            found.text("mending", fix);
        }
        for job in JobKind::ALL {
            let silent = |appliance: &&ApplianceKind| {
                let asked = self.asked(*job, **appliance, &[]);
                asked.readings.is_empty() && asked.photos.is_empty()
            };
            if let Some(appliance) = ApplianceKind::ALL.iter().find(silent) {
                found.add("needs", format!("nothing is asked of {} of {}", job.word(), appliance.word()));
            }
        }
    }
}
