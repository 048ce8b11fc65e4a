//! One verdict on its way to a judgement, and how several become one.

use doorstep_schemas::rules::limits::Band;
use doorstep_schemas::view::{FailureClass, Text, Verdict};

use super::context::Lack;
use super::words::{self, Unit};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    /// Where a band has a class of its own.
    pub class: Option<FailureClass>,
    pub reason: Text,
    pub missing: Vec<Lack>,
}

impl Outcome {
    pub fn plain(verdict: Verdict, reason: Text) -> Self {
        Self { verdict, class: None, reason, missing: Vec::new() }
    }

    /// The band that holds `value`; `parts` say how the value came about.
    pub fn banded(value: i64, shown: &str, unit: Unit<'_>, bands: &[Band], parts: &[Text]) -> Self {
        let at = bands.iter().position(|band| band.holds(value));
        // A hole in the bands is no pass; the loader refuses such a set.
        let (verdict, class) = at.map_or((Verdict::NotMeasured, None), |at| (bands[at].verdict, bands[at].class));
        let bound = at.map(|at| words::bound(bands, at, unit)).unwrap_or_default();
        let mut said = parts.to_vec();
        said.push(unit.of(shown));
        said.push(bound);
        let class = class.filter(|_| verdict == Verdict::Fail);
        Self { class, ..Self::plain(verdict, words::sentence(&said, verdict)) }
    }

    pub fn lacking(lack: Lack) -> Self {
        let text = lack.text();
        let reason = words::both(format!("缺{}，不算测过", text.zh), format!("lacking {}: not measured", text.en));
        Self { missing: vec![lack], ..Self::plain(Verdict::NotMeasured, reason) }
    }

    /// A failure stays one; anything better is not measured, because something about it is in doubt.
    pub fn doubted(self, why: &Text) -> Self {
        if self.verdict == Verdict::Fail {
            return self;
        }
        let reason = words::sentence(std::slice::from_ref(why), Verdict::NotMeasured);
        Self { verdict: Verdict::NotMeasured, class: None, reason, missing: self.missing }
    }

    /// The worst of several that all count. What any of them lacks is lacking.
    pub fn worst(outcomes: Vec<Self>) -> Self {
        let mut missing: Vec<Lack> = outcomes.iter().flat_map(|o| o.missing.clone()).collect();
        missing.sort();
        missing.dedup();
        let worst = outcomes.into_iter().reduce(|a, b| if graver(b.verdict) > graver(a.verdict) { b } else { a });
        let none = Self::plain(Verdict::NotMeasured, words::verdict(Verdict::NotMeasured));
        Self { missing, ..worst.unwrap_or(none) }
    }
}

pub(super) fn graver(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Pass => 1,
        Verdict::Warn => 2,
        Verdict::NotMeasured => 3,
        Verdict::Fail => 4,
    }
}
