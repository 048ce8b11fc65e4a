//! Triage at intake: which words on the phone mean danger (R3).
//!
//! A word counts even where somebody says it isn't so ("no gas smell"): asking once more costs a minute.

use doorstep_schemas::view::{BlockerCode, NodeKind, Urgency};

use super::facts::{Guidance, Job};
use super::intake::half_width;
use super::obstacle::Obstacle;

/// What kind of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    Gas,
    CarbonMonoxide,
    Shock,
    Burning,
    Water,
}

impl Danger {
    /// Water is class 2; everything else is class 1.
    pub fn urgency(self) -> Urgency {
        match self {
            Self::Gas | Self::CarbonMonoxide | Self::Shock | Self::Burning => Urgency::Class1,
            Self::Water => Urgency::Class2,
        }
    }
}

/// Words that mean one kind of danger, in both languages, and the script that is read out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub danger: Danger,
    pub words: Vec<String>,
    /// Phrases in which a word means no danger.
    pub unless: Vec<String>,
    pub script: String,
}

/// An outlet's trigger words, and how a call to the gas company is written down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Triggers {
    pub dangers: Vec<Trigger>,
    pub gas_company: Vec<String>,
}

/// What the words mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    pub urgency: Urgency,
    /// Every danger that was named, class 1 first, with its script and the words that named it.
    pub dangers: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub danger: Danger,
    pub script: String,
    pub words: Vec<String>,
}

impl Triage {
    pub fn names(&self, danger: Danger) -> bool {
        self.dangers.iter().any(|named| named.danger == danger)
    }
}

fn plain(text: &str) -> String {
    let half: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
    half.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the text holds the word: a Chinese one anywhere, an English one as a whole word.
fn holds(text: &str, word: &str) -> bool {
    let word = plain(word);
    if word.is_empty() {
        return false;
    }
    text.match_indices(&word).any(|(at, found)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
        let starts = !letter(word.chars().next()) || !letter(before);
        let ends = !letter(word.chars().next_back()) || !letter(after);
        starts && ends
    })
}

/// Which class a call is, from its symptom words (R3): the most dangerous word decides.
pub fn triage(text: &str, triggers: &Triggers) -> Triage {
    let text = plain(text);
    let mut dangers: Vec<Named> = Vec::new();
    for trigger in &triggers.dangers {
        let said = trigger.unless.iter().fold(text.clone(), |text, phrase| text.replace(phrase.as_str(), " "));
        let words: Vec<String> = trigger.words.iter().filter(|word| holds(&said, word)).cloned().collect();
        if !words.is_empty() {
            dangers.push(Named { danger: trigger.danger, script: trigger.script.clone(), words });
        }
    }
    dangers.sort_by_key(|named| (named.danger.urgency(), named.danger));
    Triage { urgency: dangers.first().map_or(Urgency::Normal, |named| named.danger.urgency()), dangers }
}

/// What the job is: the class that a person gave it, or a more dangerous one that its words name (R3).
pub fn of_job(job: &Job, triggers: &Triggers) -> Triage {
    let mut found = triage(&job.order.symptom, triggers);
    found.urgency = found.urgency.min(job.order.urgency);
    found
}

/// What keeps anybody from being sent (R3): an emergency is guided by phone first, and nobody goes into a gas leak before
/// the gas company was called.
pub fn may_send(job: &Job, triggers: &Triggers) -> Vec<Obstacle> {
    gaps(job, triggers, i64::MAX)
}

/// The same, judged afterwards (R3): what had not been done when somebody departed all the same.
pub fn sent_too_early(job: &Job, triggers: &Triggers) -> Vec<Obstacle> {
    let departures = job.sheet.nodes.iter().filter(|n| n.kind.is(NodeKind::Departed)).map(|n| n.noted.true_ms());
    departures.min().map_or_else(Vec::new, |departed| gaps(job, triggers, departed))
}

fn gaps(job: &Job, triggers: &Triggers, by: i64) -> Vec<Obstacle> {
    let found = of_job(job, triggers);
    if found.urgency != Urgency::Class1 {
        return Vec::new();
    }
    let guided: Vec<&Guidance> =
        job.sheet.guidance.iter().filter(|g| !g.script.trim().is_empty() && g.noted.true_ms() <= by).collect();
    let mut out = Vec::new();
    if guided.is_empty() {
        let (zh, en) = ("先按话术电话指导用户", "Guide the customer by phone first, by the script");
        out.push(Obstacle::new(BlockerCode::NotGuided, zh, en));
    }
    let gas_script = triggers.dangers.iter().filter(|t| t.danger == Danger::Gas).map(|t| t.script.as_str());
    let gas_scripts: Vec<&str> = gas_script.collect();
    let leak = found.names(Danger::Gas) || guided.iter().any(|g| gas_scripts.contains(&g.script.as_str()));
    let called = guided.iter().any(|g| triggers.gas_company.iter().any(|word| holds(&plain(&g.called), word)));
    if leak && !called {
        let (zh, en) = ("燃气泄漏：先请用户联系燃气公司", "Gas leak: the gas company is called first");
        out.push(Obstacle::new(BlockerCode::GasCompanyNotCalled, zh, en));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{NOON, id, job, node, noted};
    use doorstep_schemas::view::{ApplianceKind, JobKind};
    use proptest::prelude::*;

    fn triggers() -> Triggers {
        let trigger = |danger, script: &str, words: &[&str]| Trigger {
            danger,
            words: words.iter().map(|w| (*w).to_owned()).collect(),
            unless: vec!["不着火".to_owned()],
            script: script.to_owned(),
        };
        Triggers {
            dangers: vec![
                trigger(Danger::Water, "water", &["漏水", "water leak"]),
                trigger(Danger::Gas, "gas", &["煤气味", "燃气味", "gas smell"]),
                trigger(Danger::CarbonMonoxide, "co", &["头晕", "CO"]),
                trigger(Danger::Shock, "shock", &["电人", "触电", "shock"]),
                trigger(Danger::Burning, "burning", &["糊味"]),
            ],
            gas_company: vec!["燃气公司".to_owned(), "gas company".to_owned()],
        }
    }

    fn call(symptom: &str) -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::GasHeater]);
        job.order.symptom = symptom.to_owned();
        job
    }

    fn guidance(n: u32, script: &str, called: &str, at: i64) -> Guidance {
        Guidance { id: id(n), script: script.to_owned(), called: called.to_owned(), solved: false, noted: noted(at) }
    }

    fn codes(obstacles: &[Obstacle]) -> Vec<BlockerCode> {
        obstacles.iter().map(|o| o.code).collect()
    }

    #[test]
    fn r3_the_words_of_the_call_decide_the_class_and_the_worst_word_wins() {
        for (text, urgency) in [
            ("不制热", Urgency::Normal),
            ("热水器漏水", Urgency::Class2),
            ("一开就有煤气味", Urgency::Class1),
            ("漏水，摸着还电人", Urgency::Class1),
            ("Gas  SMELL in the kitchen", Urgency::Class1),
            ("洗澡后头晕", Urgency::Class1),
            ("coil is cold", Urgency::Normal),
            ("ＣＯ报警", Urgency::Class1),
            ("", Urgency::Normal),
        ] {
            assert_eq!(triage(text, &triggers()).urgency, urgency, "{text}");
        }
        let both = triage("漏水，摸着还电人", &triggers());
        assert_eq!(both.dangers[0].script, "shock");
        assert!(both.names(Danger::Water), "the water's script is there too");
    }

    #[test]
    fn r3_an_emergency_is_guided_by_phone_before_anybody_is_sent() {
        let mut job = call("插座有糊味");
        assert_eq!(codes(&may_send(&job, &triggers())), [BlockerCode::NotGuided]);
        job.sheet.guidance = vec![guidance(1, "burning", "", NOON)];
        assert!(may_send(&job, &triggers()).is_empty());
        let mut by_hand = call("不制热");
        by_hand.order.urgency = Urgency::Class1;
        assert_eq!(codes(&may_send(&by_hand, &triggers())), [BlockerCode::NotGuided], "the owner said so");
        assert!(may_send(&call("漏水"), &triggers()).is_empty(), "water is no such danger");
    }

    #[test]
    fn r3_nobody_is_sent_into_a_gas_leak_before_the_gas_company() {
        let mut job = call("厨房煤气味很重");
        assert_eq!(codes(&may_send(&job, &triggers())), [BlockerCode::NotGuided, BlockerCode::GasCompanyNotCalled]);
        job.sheet.guidance = vec![guidance(1, "gas", "邻居", NOON)];
        assert_eq!(codes(&may_send(&job, &triggers())), [BlockerCode::GasCompanyNotCalled]);
        job.sheet.guidance.push(guidance(2, "gas", "县燃气公司 119", NOON + 1));
        assert!(may_send(&job, &triggers()).is_empty());
        let mut unsaid = call("打不着火");
        unsaid.order.urgency = Urgency::Class1;
        unsaid.sheet.guidance = vec![guidance(1, "gas", "", NOON)];
        assert_eq!(codes(&may_send(&unsaid, &triggers())), [BlockerCode::GasCompanyNotCalled], "the script says gas");
    }

    #[test]
    fn r3_who_departed_before_the_call_is_seen_afterwards() {
        let mut job = call("触电");
        job.sheet.guidance = vec![guidance(1, "shock", "", NOON)];
        assert!(sent_too_early(&job, &triggers()).is_empty());
        job.sheet.nodes = vec![node(2, NodeKind::Departed, NOON - 1)];
        assert_eq!(codes(&sent_too_early(&job, &triggers())), [BlockerCode::NotGuided]);
        job.sheet.nodes[0].noted.at_ms = NOON;
        assert!(sent_too_early(&job, &triggers()).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r3_more_words_never_make_a_call_less_urgent(before in "\\PC{0,12}", after in "\\PC{0,12}") {
            let said = triage(&format!("{before} 触电 {after}"), &triggers());
            prop_assert_eq!(said.urgency, Urgency::Class1);
            prop_assert!(said.names(Danger::Shock));
        }
    }

    #[test]
    fn r3_a_burner_that_does_not_light_is_no_fire() {
        let mut triggers = triggers();
        let burning = triggers.dangers.iter_mut().find(|t| t.danger == Danger::Burning).unwrap();
        burning.words.push("着火".to_owned());
        assert_eq!(triage("打不着火", &triggers).urgency, Urgency::Normal);
        assert_eq!(triage("插座着火了", &triggers).urgency, Urgency::Class1);
        assert_eq!(triage("打不着火，后来着火了", &triggers).urgency, Urgency::Class1);
    }
}
