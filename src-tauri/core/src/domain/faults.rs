//! Fault classes: what a customer's words suggest before departure, and what the sheet needs afterwards (R8, R15).
//!
//! A suggestion is never a diagnosis: it ranks and proposes, and a symptom that fits nothing suggests nothing. What is
//! said stays free text.

mod likeness;
#[cfg(test)]
mod tests;

use doorstep_schemas::rules::faults::{FaultClass, FaultSet, ListedPart};
use doorstep_schemas::view::{ApplianceKind, CertificateKind, Grade, Text, Urgency};

use likeness::Words;

/// What to take along (R8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bring<'a> {
    /// The likeliest first, each once.
    pub parts: Vec<&'a ListedPart>,
    /// Beyond the tool bag.
    pub tools: Vec<&'a Text>,
}

/// Out of 1000: below it two texts share no more than chance.
const ALIKE: u32 = 200;
/// Per cent of the best: what fits nearly as well.
const NEARLY: u32 = 75;

/// The appliance's faults that the words may mean, the likeliest first; all of them, as listed, while nothing has been
/// said (R8, R15). Chinese or English, whole or in part, in any order.
pub fn likely<'a>(set: &'a FaultSet, appliance: ApplianceKind, words: &str) -> Vec<&'a FaultClass> {
    if words.trim().is_empty() {
        return set.faults.iter().filter(|fault| fault.appliance == appliance).collect();
    }
    ranked(set, appliance, words).into_iter().map(|(fault, _)| fault).collect()
}

/// The fault class of this code (R15).
pub fn fault<'a>(set: &'a FaultSet, code: &str) -> Option<&'a FaultClass> {
    set.faults.iter().find(|fault| fault.code == code)
}

/// How hard the job will be: the hardest of the faults that fit best, or `None` where no fault fits (R7).
pub fn difficulty(set: &FaultSet, appliance: ApplianceKind, symptom: &str) -> Option<Grade> {
    best(set, appliance, symptom).iter().map(|fault| fault.difficulty).max()
}

/// The certificates that the faults that fit best ask for, each once (R7).
pub fn work(set: &FaultSet, appliance: ApplianceKind, symptom: &str) -> Vec<CertificateKind> {
    let mut kinds: Vec<_> = best(set, appliance, symptom).iter().flat_map(|fault| fault.work.iter().copied()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Parts and tools that the symptom suggests before departure (R8): of every fault that fits nearly as well as the
/// best one, because a second trip costs more than a part carried in vain.
pub fn bring<'a>(set: &'a FaultSet, appliance: ApplianceKind, symptom: &str) -> Bring<'a> {
    let mut bring = Bring::default();
    for fault in within(ranked(set, appliance, symptom), NEARLY) {
        for part in fault.parts.iter().filter_map(|code| part(set, appliance, code)) {
            if !bring.parts.iter().any(|there| there.code == part.code) {
                bring.parts.push(part);
            }
        }
        for tool in &fault.tools {
            if !bring.tools.contains(&tool) {
                bring.tools.push(tool);
            }
        }
    }
    bring
}

/// The least urgency that the symptom asks for (R3): a floor, never a reason to lower what the caller's own words or
/// the owner have set. The most urgent counts of the faults that fit nearly as well as the best one: to call in vain costs
/// less than to come too late. Words that fit none of this appliance are looked up among what any appliance can do.
pub fn suggest_urgency(set: &FaultSet, appliance: ApplianceKind, symptom: &str) -> Urgency {
    let (own, of_any) = (ranked(set, appliance, symptom), ranked(set, ApplianceKind::Other, symptom));
    let faults = if top(&own) * 100 < top(&of_any) * NEARLY { of_any } else { own };
    within(faults, NEARLY).iter().map(|fault| fault.urgency).min().unwrap_or(Urgency::Normal)
}

/// Parts that fit the appliance and whose code or name has what was typed, the nearest first; all that fit while
/// nothing has been typed.
pub fn search_parts<'a>(set: &'a FaultSet, appliance: ApplianceKind, text: &str) -> Vec<&'a ListedPart> {
    let fitting = set.parts.iter().filter(|part| part.appliances.contains(&appliance));
    let typed = code_letters(text);
    if typed.is_empty() {
        return fitting.collect();
    }
    let words = Words::of(text);
    let score = |part: &ListedPart| {
        let code = code_letters(&part.code);
        if code.starts_with(&typed) {
            return 2000;
        }
        let holds = [&part.code, &part.name.zh, &part.name.en].iter().any(|t| code_letters(t).contains(&typed));
        let alike = words.likeness(&Words::of(&part.name.zh)).max(words.likeness(&Words::of(&part.name.en)));
        if holds { 1000 + alike } else { alike }
    };
    best_first(fitting.map(|part| (part, score(part))).collect()).into_iter().map(|(part, _)| part).collect()
}

/// Codes are typed without their hyphens and in either case.
fn code_letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn part<'a>(set: &'a FaultSet, appliance: ApplianceKind, code: &str) -> Option<&'a ListedPart> {
    set.parts.iter().find(|part| part.code == code && part.appliances.contains(&appliance))
}

fn best_first<T>(mut scored: Vec<(T, u32)>) -> Vec<(T, u32)> {
    scored.retain(|(_, score)| *score >= ALIKE);
    // Stable: what is alike stays as listed, the commoner first.
    scored.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    scored
}

fn ranked<'a>(set: &'a FaultSet, appliance: ApplianceKind, words: &str) -> Vec<(&'a FaultClass, u32)> {
    let said = Words::of(words);
    let like = |text: &Text| said.likeness(&Words::of(&text.zh)).max(said.likeness(&Words::of(&text.en)));
    let faults = set.faults.iter().filter(|fault| fault.appliance == appliance);
    // A technician may type the fault itself; the customer's words weigh more.
    let scored = faults.map(|fault| (fault, like(&fault.symptom).max(like(&fault.fault) * 4 / 5)));
    best_first(scored.collect())
}

fn top(ranked: &[(&FaultClass, u32)]) -> u32 {
    ranked.first().map_or(0, |(_, score)| *score)
}

fn within(ranked: Vec<(&FaultClass, u32)>, percent: u32) -> Vec<&FaultClass> {
    let top = top(&ranked);
    ranked.into_iter().take_while(|(_, score)| score * 100 >= top * percent).map(|(fault, _)| fault).collect()
}

fn best<'a>(set: &'a FaultSet, appliance: ApplianceKind, symptom: &str) -> Vec<&'a FaultClass> {
    within(ranked(set, appliance, symptom), 100)
}
