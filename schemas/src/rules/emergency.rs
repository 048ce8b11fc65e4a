//! Emergencies on the phone: what to read out before anybody is sent, and how soon to be there (R3).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::words::words;
use crate::view::{Text, Urgency};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencySet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// To be there, in a township that is near, and in one that is far.
    pub arrive_near_minutes: u32,
    pub arrive_far_minutes: u32,
    /// How a call to the gas company is written down.
    pub gas_company: Triggers,
    /// The most dangerous first: where words fit several, the first one counts.
    pub scripts: Vec<EmergencyScript>,
}

words!(EmergencyKind {
    /// 燃气泄漏
    Gas = "gas",
    /// 一氧化碳中毒
    CarbonMonoxide = "carbon_monoxide",
    /// 触电
    Shock = "shock",
    /// 焦糊味
    BurningSmell = "burning_smell",
    /// 漏水
    WaterLeak = "water_leak",
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyScript {
    pub emergency: EmergencyKind,
    pub name: Text,
    pub urgency: Urgency,
    /// Words of the caller that call for this script.
    pub triggers: Triggers,
    /// Read out in this order.
    pub steps: Vec<Text>,
    /// What must not be done.
    pub never: Vec<Text>,
    /// Whom to call before anybody is sent, in this order.
    #[serde(default)]
    pub call_first: Vec<Callee>,
    /// What must have happened before anybody may be sent.
    #[serde(default)]
    pub send_after: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    pub zh: Vec<String>,
    pub en: Vec<String>,
    /// Phrases in which a trigger means no danger: 打不着火 is a burner that does not light.
    #[serde(default)]
    pub unless: Vec<String>,
}

impl Triggers {
    /// The words of both languages.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        self.zh.iter().chain(&self.en)
    }

    fn check(&self, at: &str, found: &mut Problems) {
        found.unless(!self.zh.is_empty() && !self.en.is_empty(), at, "no words in one of the languages");
        found.unless(self.words().all(|w| !w.trim().is_empty()), at, "an empty word would be heard always");
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Callee {
    pub name: Text,
    /// Where it is the same everywhere. A wrong number would cost the minutes that matter.
    #[serde(default)]
    pub number: Option<String>,
}

rule_set!(EmergencySet is Emergency);

impl EmergencySet {
    /// The script that the caller's words ask for (R3).
    pub fn script(&self, said: &str) -> Option<&EmergencyScript> {
        let said = said.to_lowercase();
        let fits = |script: &&EmergencyScript| {
            let said = script.triggers.unless.iter().fold(said.clone(), |said, phrase| said.replace(phrase, " "));
            script.triggers.words().any(|word| said.contains(&word.to_lowercase()))
        };
        self.scripts.iter().find(fits)
    }

    fn check(&self, found: &mut Problems) {
        for (name, minutes) in
            [("arrive_near_minutes", self.arrive_near_minutes), ("arrive_far_minutes", self.arrive_far_minutes)]
        {
            found.unless((1..=24 * 60).contains(&minutes), name, "between 1 minute and a day");
        }
        let ordered = self.arrive_near_minutes <= self.arrive_far_minutes;
        found.unless(ordered, "arrive_far_minutes", "far is given less time than near");
        self.gas_company.check("gas_company", found);
        for kind in EmergencyKind::ALL {
            let n = self.scripts.iter().filter(|script| script.emergency == *kind).count();
            found.unless(n == 1, "scripts", format!("{} has {n} scripts", kind.word()));
        }
        for script in &self.scripts {
            let word = script.emergency.word();
            found.text(word, &script.name);
            script.steps.iter().chain(&script.never).for_each(|text| found.text(word, text));
            script.call_first.iter().for_each(|callee| found.text(word, &callee.name));
            script.send_after.iter().for_each(|text| found.text(word, text));
            script.triggers.check(word, found);
            found.unless(!script.steps.is_empty() && !script.never.is_empty(), word, "nothing to read out");
            found.unless(script.urgency != Urgency::Normal, word, "an emergency is class 1 or 2");
            let first = script.emergency != EmergencyKind::Gas
                || (!script.call_first.is_empty() && script.send_after.is_some());
            found.unless(first, word, "nobody is sent into a gas leak before the gas company");
        }
    }
}
