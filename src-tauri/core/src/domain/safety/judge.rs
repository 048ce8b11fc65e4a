//! What a reading means, in one of five states, with its reason in words (R11, R12).
//!
//! The rule behind every branch: doubt never passes and never acquits. What lacks a method, a context or a date in
//! the row's time is "not measured"; a value that fails all the same stays a failure.

use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::{ClassFor, Dates, Judged, Limit, Measure, Method};
use doorstep_schemas::view::{ApplianceKind, FailureClass, Text, Verdict};

use super::accept;
use super::context::{Context, Lack};
use super::outcome::Outcome;
use super::shapes::{self, Value};
use super::words::{both, sentence};

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Of a failure.
    pub class: Option<FailureClass>,
    pub reason: Text,
    /// What would have to be known for a verdict, or for a milder one.
    pub missing: Vec<Lack>,
}

/// A reading that names a limit set which this device does not hold is not measured: by another set it might mean
/// something else (R11).
pub fn unknown_set() -> Judgement {
    let reason = both("本机没有这次测量所用的限值表，不算测过", "limit set not on this device: not measured");
    Judgement { verdict: Verdict::NotMeasured, class: None, reason, missing: Vec::new() }
}

/// What `found`, measured by `method`, means on this appliance (R11).
pub fn judge(limit: &Limit, found: &Found, method: &str, context: &Context) -> Judgement {
    let outcome = match found {
        Found::NotApplicable { reason } => {
            let reason = both(format!("不适用：{reason}"), format!("not applicable: {reason}"));
            Outcome::plain(Verdict::NotApplicable, reason)
        }
        Found::NotMeasured { reason } => {
            let reason = both(format!("未测：{reason}"), format!("not measured: {reason}"));
            Outcome::plain(Verdict::NotMeasured, reason)
        }
        Found::Number { thousandths } => in_time(number(limit, thousandths.0, method, context), limit, context),
        Found::Choice { option } => in_time(choice(limit, option, method), limit, context),
    };
    let class = (outcome.verdict == Verdict::Fail).then(|| outcome.class.unwrap_or_else(|| class_of(limit, context)));
    Judgement { verdict: outcome.verdict, class, reason: outcome.reason, missing: outcome.missing }
}

fn not_a_value(why: &Text) -> Outcome {
    Outcome::plain(Verdict::NotMeasured, sentence(std::slice::from_ref(why), Verdict::NotMeasured))
}

fn number(limit: &Limit, thousandths: i64, method: &str, context: &Context) -> Outcome {
    let Measure::Number { unit, most, by, .. } = &limit.measure else {
        return not_a_value(&both("这一项不是数字", "this row takes no number"));
    };
    if !accept::shown(thousandths, *most) {
        return not_a_value(&both("仪表不会有这个数", "no instrument shows this value"));
    }
    let outcome = shapes::judged(by, Value { thousandths, unit, method, context });
    match used(limit, method) {
        Ok(Some(method)) if method.qualitative() => outcome
            .doubted(&both(format!("{}给不出数值", method.label.zh), format!("{} gives no number", method.label.en))),
        Ok(_) => outcome,
        Err(why) => outcome.doubted(&why),
    }
}

fn choice(limit: &Limit, option: &str, method: &str) -> Outcome {
    let used = used(limit, method);
    let options: &[Judged] = match (&limit.measure, &used) {
        (Measure::Choice { options }, _) => options,
        (Measure::Number { .. }, Ok(Some(method))) => &method.signs,
        (Measure::Number { .. }, _) => &[],
    };
    let Some(option) = options.iter().find(|o| o.code == option) else {
        return not_a_value(&both(format!("没有“{option}”这个选项"), format!("no such option: {option:?}")));
    };
    let outcome = Outcome::plain(option.verdict, sentence(std::slice::from_ref(&option.label), option.verdict));
    match used {
        Ok(_) => outcome,
        Err(why) => outcome.doubted(&why),
    }
}

/// The row's method that was used; none where the row has none.
fn used<'a>(limit: &'a Limit, method: &str) -> Result<Option<&'a Method>, Text> {
    if limit.methods.is_empty() {
        return Ok(None);
    }
    let found = limit.methods.iter().find(|m| m.code == method);
    found.map(Some).ok_or_else(|| both("没写测量方法", "the method is missing or not one of the row's"))
}

/// Outside the time of its basis a row says nothing good: by manufacture for appliances, by job for the house.
fn in_time(outcome: Outcome, limit: &Limit, context: &Context) -> Outcome {
    if limit.valid_from.is_none() && limit.valid_to.is_none() {
        return outcome;
    }
    let (date, lack) = match limit.dates {
        Dates::Job => (context.job_day.clone(), Lack::JobDay),
        Dates::Manufacture => {
            (context.made.map(|made| format!("{:04}-{:02}-01", made.year, made.month)), Lack::Manufacture)
        }
    };
    let Some(date) = date else {
        let mut outcome =
            outcome.doubted(&both(format!("缺{}", lack.text().zh), format!("lacking {}", lack.text().en)));
        outcome.missing.push(lack);
        return outcome;
    };
    let early = limit.valid_from.as_ref().is_some_and(|from| date < *from);
    let late = limit.valid_to.as_ref().is_some_and(|to| date > *to);
    if early || late {
        return outcome.doubted(&both("这条限值不适用于这个日期", "this limit does not hold for that date"));
    }
    outcome
}

/// C is the gravest, "written down" the least.
fn gravity(class: FailureClass) -> u8 {
    match class {
        FailureClass::Warn => 0,
        FailureClass::A => 1,
        FailureClass::B => 2,
        FailureClass::C => 3,
    }
}

/// What a failure of the row means on this appliance (R12). What isn't known is taken at its worst.
pub fn class_of(limit: &Limit, context: &Context) -> FailureClass {
    fn may<T: PartialEq>(wanted: &[T], known: Option<&T>) -> Option<bool> {
        if wanted.is_empty() { Some(true) } else { known.map(|known| wanted.contains(known)) }
    }
    let mut worst: Option<FailureClass> = None;
    let add =
        |worst: Option<FailureClass>, class| Some(worst.filter(|w| gravity(*w) >= gravity(class)).unwrap_or(class));
    for ClassFor { appliances, refrigerants, class } in &limit.class_for {
        let appliance = may(appliances, context.appliance.as_ref());
        let refrigerant = may(refrigerants, context.refrigerant.as_ref());
        match (appliance, refrigerant) {
            (Some(false), _) | (_, Some(false)) => {}
            (Some(true), Some(true)) => return add(worst, *class).unwrap_or(*class),
            _ => worst = add(worst, *class),
        }
    }
    add(worst, limit.class).unwrap_or(limit.class)
}

/// What a failure of the row means on this kind of appliance, when nothing else is known of it (R12).
pub fn class(limit: &Limit, appliance: ApplianceKind) -> FailureClass {
    class_of(limit, &Context { appliance: Some(appliance), ..Context::default() })
}
