//! The 1+5 visit: its steps with what to say, the five services, norms and scripts, notices and consents (R10, R13, R49).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Coded, Problems, rule_set};
use crate::view::words::words;
use crate::view::{NoticeKind, ServiceCode, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// How long the card must be on the screen to count as shown.
    pub card_shown_ms: u32,
    /// In the order of a visit.
    pub steps: Vec<VisitStep>,
    pub services: Vec<ServiceWording>,
    pub scripts: Vec<Script>,
    /// How one behaves in somebody's home.
    pub norms: Vec<Coded>,
    pub notices: Vec<NoticeWording>,
    pub consents: Vec<ConsentWording>,
    /// Where the price booklet lies, to be shown before a paid repair.
    pub price_booklet: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitStep {
    pub code: String,
    pub name: Text,
    /// What to say to the customer.
    pub script: Text,
    /// Where the step is one of the five services.
    #[serde(default)]
    pub service: Option<ServiceCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceWording {
    pub service: ServiceCode,
    pub name: Text,
    pub script: Text,
    /// When the service counts as done.
    pub norm: Text,
}

words!(
    /// When a script is looked up.
    ScriptKind {
        /// 安抚
        Calming = "calming",
        /// 讲解
        Explaining = "explaining",
        /// 入户
        Entering = "entering",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub code: String,
    pub kind: ScriptKind,
    /// The situation.
    pub name: Text,
    /// Said in this order.
    pub lines: Vec<Text>,
}

/// 安全隐患告知书 (R12, R50)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeWording {
    pub notice: NoticeKind,
    pub title: Text,
    pub body: Text,
    /// What the customer signs.
    pub signed: Text,
    /// What the witness signs when the customer refuses to.
    pub refused: Text,
}

words!(
    /// What a customer agrees to.
    ConsentKind {
        /// Days, cost and who, before a paid repair.
        PaidRepair = "paid_repair",
        /// The unit goes to the bench.
        TakeOut = "take_out",
        /// A loaner is left, with its deposit.
        LoanerPlaced = "loaner_placed",
        /// The customer wants none.
        LoanerDeclined = "loaner_declined",
        /// There is none; the promised date was told.
        NoLoaner = "no_loaner",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentWording {
    pub consent: ConsentKind,
    pub title: Text,
    pub body: Text,
}

rule_set!(StepSet is Steps);

impl StepSet {
    fn check(&self, found: &mut Problems) {
        found.unless((1..=60_000).contains(&self.card_shown_ms), "card_shown_ms", "between 1 and 60,000 ms");
        found.codes(self.steps.iter().map(|step| step.code.as_str()));
        found.codes(self.scripts.iter().map(|script| script.code.as_str()));
        found.codes(self.norms.iter().map(|norm| norm.code.as_str()));
        for step in &self.steps {
            found.text(&step.code, &step.name);
            found.text(&step.code, &step.script);
        }
        for script in &self.scripts {
            found.text(&script.code, &script.name);
            script.lines.iter().for_each(|line| found.text(&script.code, line));
            found.unless(!script.lines.is_empty(), &script.code, "a script without a line");
        }
        self.norms.iter().for_each(|norm| found.text(&norm.code, &norm.name));
        found.text("price_booklet", &self.price_booklet);
        for service in ServiceCode::ALL {
            let n = self.services.iter().filter(|s| s.service == *service).count();
            found.unless(n == 1, "services", format!("{} has {n} wordings", service.word()));
            let n = self.steps.iter().filter(|s| s.service == Some(*service)).count();
            found.unless(n == 1, "steps", format!("{} is a step {n} times", service.word()));
        }
        for kind in ScriptKind::ALL {
            found.unless(self.scripts.iter().any(|s| s.kind == *kind), "scripts", format!("none for {}", kind.word()));
        }
        for service in &self.services {
            for text in [&service.name, &service.script, &service.norm] {
                found.text(service.service.word(), text);
            }
        }
        for kind in NoticeKind::ALL {
            let n = self.notices.iter().filter(|notice| notice.notice == *kind).count();
            found.unless(n == 1, "notices", format!("{} has {n} wordings", kind.word()));
        }
        for notice in &self.notices {
            for text in [&notice.title, &notice.body, &notice.signed, &notice.refused] {
                found.text(notice.notice.word(), text);
            }
        }
        for kind in ConsentKind::ALL {
            let n = self.consents.iter().filter(|consent| consent.consent == *kind).count();
            found.unless(n == 1, "consents", format!("{} has {n} wordings", kind.word()));
        }
        for consent in &self.consents {
            found.text(consent.consent.word(), &consent.title);
            found.text(consent.consent.word(), &consent.body);
        }
    }
}
