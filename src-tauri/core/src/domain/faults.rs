//! Fault classes: what a customer's words suggest before departure and on the sheet (R8, R15).
//!
//! A suggestion is never a diagnosis: it ranks and proposes, and a symptom that fits nothing suggests nothing. What is
//! said stays free text.

mod likeness;
#[cfg(test)]
mod tests;

use doorstep_schemas::rules::faults::{FaultClass, FaultSet, ListedPart};
use doorstep_schemas::view::{ApplianceKind, Grade, Text};

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

/// How hard the job will be: the hardest of the faults that fit best, or `None` where no fault fits (R7).
pub fn difficulty(set: &FaultSet, appliance: ApplianceKind, symptom: &str) -> Option<Grade> {
    best(set, appliance, symptom).iter().map(|fault| fault.difficulty).max()
}

/// The fault class that somebody picked, by its name in either language (R15).
pub fn named<'a>(set: &'a FaultSet, appliance: ApplianceKind, fault: &str) -> Option<&'a FaultClass> {
    let fault = fault.trim();
    let is = |class: &&FaultClass| class.fault.zh == fault || class.fault.en == fault;
    set.faults.iter().filter(|class| class.appliance == appliance).find(is).filter(|_| !fault.is_empty())
}

/// Parts and tools that the symptom suggests (R8): of every fault that fits nearly as well as the best one, because a
/// second trip costs more than a part carried in vain. What the fault asks for that was found comes first.
pub fn bring<'a>(set: &'a FaultSet, appliance: ApplianceKind, symptom: &str, found: &str) -> Bring<'a> {
    let mut bring = Bring::default();
    let nearly = within(ranked(set, appliance, symptom), NEARLY);
    for fault in named(set, appliance, found).into_iter().chain(nearly) {
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
