//! Fault classes 故障类别 and the parts list: what customers say, what it turns out to be, and what it takes (R7, R8, R15).
//!
//! Every technician carries this set, so it has the customer's guide prices and no others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Problem, Problems};
use super::warranty::WarrantyPart;
use crate::view::{ApplianceKind, CertificateKind, Fen, Grade, Text, Urgency};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultSet {
    pub set: String,
    pub version: String,
    /// `2026-11-01`
    pub valid_from: String,
    pub parts: Vec<ListedPart>,
    pub faults: Vec<FaultClass>,
}

/// A part that may be used on a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedPart {
    /// As on the part's label, such as `AQ-MF-63`.
    pub code: String,
    pub name: Text,
    /// What the customer pays for one.
    pub guide_fen: Fen,
    /// What it fits.
    pub appliances: Vec<ApplianceKind>,
    /// The old one goes back to the maker when the work is under warranty.
    pub tracked: bool,
}

/// A fault as the trade knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultClass {
    pub code: String,
    pub appliance: ApplianceKind,
    /// The lowest grade that mends it alone.
    pub difficulty: Grade,
    /// What it means for triage.
    pub urgency: Urgency,
    /// Which term of warranty its part falls under.
    pub warranty_part: WarrantyPart,
    /// What the law asks a certificate for; empty when nothing.
    pub work: Vec<CertificateKind>,
    /// Codes of the parts list, the likeliest first.
    pub parts: Vec<String>,
    /// 故障现象, in the customer's words.
    pub symptom: Text,
    /// 故障: what it turns out to be.
    pub fault: Text,
    /// The likeliest first.
    #[schemars(length(min = 1, max = 4))]
    pub pairs: Vec<LikelyPair>,
    /// Beyond what is in every tool bag.
    pub tools: Vec<Text>,
}

/// A cause, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LikelyPair {
    /// 原因
    pub cause: Text,
    /// 措施
    pub action: Text,
}

impl FaultSet {
    /// What is wrong with the content beyond its shape.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Problems::default();
        self.check(&mut found);
        found.into_vec()
    }

    fn check(&self, found: &mut Problems) {
        found.date(&self.valid_from);
        found.names(self.parts.iter().map(|part| part.code.as_str()));
        for part in &self.parts {
            found.text(&part.code, &part.name);
            found.fen(&part.code, part.guide_fen);
            found.unless(!part.appliances.is_empty(), &part.code, "fits no appliance");
        }
        found.codes(self.faults.iter().map(|fault| fault.code.as_str()));
        for (n, fault) in self.faults.iter().enumerate() {
            self.check_fault(fault, found);
            let twin = |other: &&FaultClass| {
                (other.appliance, &other.symptom, &other.fault) == (fault.appliance, &fault.symptom, &fault.fault)
            };
            if let Some(earlier) = self.faults[..n].iter().find(twin) {
                found.add(&fault.code, format!("says the same as {}", earlier.code));
            }
        }
    }

    fn check_fault(&self, fault: &FaultClass, found: &mut Problems) {
        let code = &fault.code;
        let pairs = fault.pairs.iter().flat_map(|pair| [&pair.cause, &pair.action]);
        [&fault.symptom, &fault.fault].into_iter().chain(pairs).chain(&fault.tools).for_each(|text| {
            found.text(code, text);
        });
        found.unless((1..=4).contains(&fault.pairs.len()), code, "one to four pairs of cause and action");
        found.unless(fault.difficulty > Grade::D, code, "nobody mends alone at grade D");
        let gas = matches!(fault.appliance, ApplianceKind::GasHeater | ApplianceKind::GasStove);
        found.unless(
            !gas || fault.work.contains(&CertificateKind::GasFiling),
            code,
            "work on a gas appliance is gas work",
        );
        for part in &fault.parts {
            match self.parts.iter().find(|listed| listed.code == *part) {
                None => found.add(code, format!("part {part} is not on the list")),
                Some(listed) => {
                    let fits = listed.appliances.contains(&fault.appliance);
                    found.unless(fits, code, format!("part {part} does not fit"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zh: &str, en: &str) -> Text {
        Text { zh: zh.to_owned(), en: en.to_owned() }
    }

    fn a_set() -> FaultSet {
        let seal = ListedPart {
            code: "AQ-MF-63".to_owned(),
            name: text("密封圈", "Seal ring"),
            guide_fen: Fen(1000),
            appliances: vec![ApplianceKind::GasStove],
            tracked: false,
        };
        let fault = FaultClass {
            code: "gs_gas_smell".to_owned(),
            appliance: ApplianceKind::GasStove,
            difficulty: Grade::B,
            urgency: Urgency::Class1,
            warranty_part: WarrantyPart::Other,
            work: vec![CertificateKind::GasFiling],
            parts: vec!["AQ-MF-63".to_owned()],
            symptom: text("有煤气味", "Smell of gas"),
            fault: text("漏气", "Gas leaks"),
            pairs: vec![LikelyPair {
                cause: text("密封圈老化", "Seal aged"),
                action: text("换密封圈", "Seal replaced"),
            }],
            tools: vec![text("检漏液", "Leak-test liquid")],
        };
        FaultSet {
            set: "faults".to_owned(),
            version: "2026-11-2".to_owned(),
            valid_from: "2026-11-01".to_owned(),
            parts: vec![seal],
            faults: vec![fault],
        }
    }

    #[test]
    fn r7_a_difficulty_is_ordered_from_the_apprentice_to_the_master() {
        let ordered = [Grade::D, Grade::C, Grade::B, Grade::A, Grade::APlus];
        assert!(ordered.is_sorted() && ordered == Grade::ALL);
    }

    #[test]
    fn a_slip_of_the_pen_is_named_with_the_code_beside_it() {
        assert_eq!(a_set().problems(), []);
        type Slip = fn(&mut FaultSet);
        let slips: [(&str, Slip); 12] = [
            ("not a date", |set| set.valid_from = "November".to_owned()),
            ("there twice", |set| set.parts.push(set.parts[0].clone())),
            ("no price", |set| set.parts[0].guide_fen = Fen(-1)),
            ("fits no appliance", |set| {
                set.parts[0].appliances.clear();
                set.faults[0].parts.clear();
            }),
            ("does not fit", |set| set.parts[0].appliances = vec![ApplianceKind::Television]),
            ("not on the list", |set| set.parts.clear()),
            ("English text is missing", |set| set.faults[0].tools[0].en.clear()),
            ("Chinese text is missing", |set| set.faults[0].pairs[0].action.zh.clear()),
            ("one to four pairs", |set| set.faults[0].pairs.clear()),
            ("at grade D", |set| set.faults[0].difficulty = Grade::D),
            ("gas work", |set| set.faults[0].work.clear()),
            ("says the same as gs_gas_smell", |set| {
                let twin = FaultClass { code: "gs_twin".to_owned(), ..set.faults[0].clone() };
                set.faults.push(twin);
            }),
        ];
        for (reason, slip) in slips {
            let mut set = a_set();
            slip(&mut set);
            let problems = set.problems();
            assert_eq!(problems.len(), 1, "{reason}: {problems:?}");
            assert!(problems[0].reason.contains(reason), "{reason}: {problems:?}");
        }
    }

    #[test]
    fn a_field_that_no_version_knows_is_refused() {
        let mut file = serde_json::to_value(a_set()).unwrap();
        assert_eq!(serde_json::from_value::<FaultSet>(file.clone()).unwrap(), a_set());
        file["parts"][0]["dealer_fen"] = 200.into();
        let refused = serde_json::from_value::<FaultSet>(file).unwrap_err();
        assert!(refused.to_string().contains("dealer_fen"), "{refused}");
    }
}
