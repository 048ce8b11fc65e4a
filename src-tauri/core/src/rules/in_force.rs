//! The rules of one moment, as gates and screens ask for them.

use doorstep_schemas::input::SheetField;
use doorstep_schemas::rules::faults::{LikelyPair, ListedPart};
use doorstep_schemas::rules::limits::Limit;
use doorstep_schemas::rules::needs::Mending;
use doorstep_schemas::rules::promises::Promises;
use doorstep_schemas::rules::replies::MessageKind;
use doorstep_schemas::rules::steps::{NoticeWording, ServiceWording};
use doorstep_schemas::view::{
    ApplianceKind, CardNumber, FaultOffer, JobKind, NeedWhen, NoticeKind, PairOffer, PartOffer, PhotoStage, PickLists,
    ServiceCode, Text, Township,
};

use super::Set;
use super::book::RuleBook;
use crate::domain::card::{self, Whose};
use crate::domain::crew::CrewRules;
use crate::domain::facts::Job;
use crate::domain::facts::outlet::Roster;
use crate::domain::faults::{self, Bring};
use crate::domain::gates::{Needs, Rules};
use crate::domain::timing::Limits;
use crate::domain::triage::Triggers;
use doorstep_schemas::rules::SetKind;

/// A rule book at one moment.
#[derive(Debug, Clone, Copy)]
pub struct InForce<'a> {
    pub(super) book: &'a RuleBook,
    pub(super) at_ms: i64,
}

impl<'a> InForce<'a> {
    /// The hash that a new reading names: 32 bytes.
    pub fn limit_set(self) -> &'a [u8] {
        self.book.hash_in_force(SetKind::Limits, self.at_ms).map_or(&[], |hash| &hash.0)
    }

    fn row(self, code: &str) -> Option<&'a Limit> {
        self.book.limits_at(self.at_ms).limits.iter().find(|limit| limit.code == code)
    }

    /// A reading that names no set is judged by the one in force; one that names a set which is not here, by none.
    pub fn limit_of(self, set: &[u8], code: &str) -> Option<&'a Limit> {
        if set.is_empty() {
            return self.row(code);
        }
        match self.book.by_hash(set)? {
            Set::Limits(set) => set.limits.iter().find(|limit| limit.code == code),
            _ => None,
        }
    }

    /// What such a job needs, and what its circumstances add (R11, R16, R17).
    pub fn needs_when(self, kind: JobKind, appliance: ApplianceKind, circumstances: &[NeedWhen]) -> Needs<'a> {
        let asked = self.book.needs_at(self.at_ms).asked(kind, appliance, circumstances);
        let readings = asked.readings.into_iter().filter_map(|code| self.row(code)).collect();
        let photos = asked.photos.into_iter().map(|stage| (stage, self.photo_name(stage))).collect();
        Needs { readings, photos }
    }

    /// Rows that say in figures what is wrong where this one failed (R11).
    pub fn figures_of(self, failed: &str) -> Vec<&'a Limit> {
        self.book.needs_at(self.at_ms).figures_of(failed).filter_map(|code| self.row(code)).collect()
    }

    /// What mends a failure of this row (R12).
    pub fn mending_of(self, failed: &str) -> Option<&'a Mending> {
        self.book.needs_at(self.at_ms).mending_of(failed)
    }

    /// Name, script and norm of one of the five services (R13, R49).
    pub fn service(self, service: ServiceCode) -> Option<&'a ServiceWording> {
        self.book.steps_at(self.at_ms).services.iter().find(|wording| wording.service == service)
    }

    /// Name and script of each of the five services; empty where the wording is missing.
    pub fn service_words(self, service: ServiceCode) -> (Text, Text) {
        self.service(service).map_or_else(Default::default, |s| (s.name.clone(), s.script.clone()))
    }

    /// The numbers of one visit's card (R10): of brands that the outlet may speak for, else its own, and the public ones.
    pub fn card_numbers(self, job: &Job, roster: &Roster) -> Vec<CardNumber> {
        let set = self.book.numbers_at(self.at_ms);
        let of_brands: Vec<(String, String)> = set.brands.iter().map(|b| (b.brand.clone(), b.number.clone())).collect();
        let card = card::card(job, roster, self.outlet_number(), &of_brands, self.at_ms);
        let mut out: Vec<CardNumber> = Vec::new();
        for complaint in card.complaints {
            match complaint.whose {
                Whose::Brand(brand) => {
                    let zh = format!("{brand}服务热线");
                    let en = format!("{brand} service line");
                    let label = set.brand(&brand).map_or(Text { zh, en }, |known| known.label);
                    out.push(CardNumber { label, number: complaint.number });
                }
                Whose::Outlet => out.extend(set.outlet.clone()),
                Whose::Public => out.extend(set.public.iter().cloned()),
            }
        }
        out
    }

    /// The outlet's own number; empty while it has none.
    pub fn outlet_number(self) -> &'a str {
        self.book.numbers_at(self.at_ms).outlet.as_ref().map_or("", |own| &own.number)
    }

    /// How a notice is worded, by the set that it was given in; by the one in force where that is not here (R12).
    pub fn notice_wording(self, set: &[u8], kind: NoticeKind) -> Option<&'a NoticeWording> {
        let steps = match self.book.by_hash(set) {
            Some(Set::Steps(steps)) => steps,
            _ => self.book.steps_at(self.at_ms),
        };
        steps.notices.iter().find(|wording| wording.notice == kind)
    }

    /// The reply that this brand's maker wants (R41).
    pub fn reply(self, brand: &str) -> Option<&'a Text> {
        self.book.replies_at(self.at_ms).reply(brand).map(|reply| &reply.body)
    }

    /// A message for the customer (R33).
    pub fn message(self, kind: MessageKind) -> Option<&'a Text> {
        self.book.replies_at(self.at_ms).message(kind)
    }

    /// What the outlet promises, and what it asks of itself in days and shares.
    pub fn promises(self) -> &'a Promises {
        &self.book.promises_at(self.at_ms).promises
    }

    /// Hours from asking for a part to its arrival in the outlet's market (R23).
    pub fn tier_hours(self) -> u32 {
        let promises = self.promises();
        promises.parts_hours(promises.market)
    }

    /// From so many milliseconds on the card counts as shown (R10).
    pub fn card_shown_ms(self) -> u32 {
        self.book.steps_at(self.at_ms).card_shown_ms
    }

    pub fn photo_name(self, stage: PhotoStage) -> Text {
        self.book.needs_at(self.at_ms).photo_names.get(&stage).cloned().unwrap_or_default()
    }

    /// Parts of the list that fit, those that the symptom or the fault that was found ask for first (R8).
    pub fn parts(self, appliance: ApplianceKind, symptom: &str, found: &str) -> Vec<PartOffer> {
        let set = self.book.faults_at(self.at_ms);
        let likely = faults::bring(set, appliance, symptom, found).parts;
        let fitting = set.parts.iter().filter(|part| part.appliances.contains(&appliance));
        let rest = fitting.filter(|part| !likely.contains(part)).map(|part| (part, false));
        let offer = |(part, likely): (&ListedPart, bool)| PartOffer {
            code: part.code.clone(),
            name: part.name.clone(),
            guide_fen: part.guide_fen,
            likely,
        };
        likely.iter().map(|part| (*part, true)).chain(rest).map(offer).collect()
    }

    /// Codes of the fault classes that the symptom may mean, the likeliest first (R15).
    pub fn likely_faults(self, appliance: ApplianceKind, symptom: &str) -> Vec<String> {
        let set = self.book.faults_at(self.at_ms);
        faults::likely(set, appliance, symptom).into_iter().map(|class| class.code.clone()).collect()
    }

    /// What the symptoms of all units suggest before departure (R8), each part and tool once.
    pub fn take_along(self, job: &Job) -> Bring<'a> {
        let set = self.book.faults_at(self.at_ms);
        let mut all = Bring::default();
        for unit in &job.order.appliances {
            let said = |field| job.field(unit, field);
            // A set's order says one symptom for all: it names a unit's fault better than nothing does.
            let symptom = Some(said(SheetField::Symptom)).filter(|own| !own.trim().is_empty());
            let symptom = symptom.unwrap_or_else(|| job.order.symptom.clone());
            let bring = faults::bring(set, unit.kind, &symptom, &said(SheetField::Fault));
            all.parts.extend(bring.parts.into_iter().filter(|part| !all.parts.contains(part)).collect::<Vec<_>>());
            all.tools.extend(bring.tools.into_iter().filter(|tool| !all.tools.contains(tool)).collect::<Vec<_>>());
        }
        all
    }

    /// The stages that a maker asks for, in its order (R41).
    pub fn album(self, brand: &str) -> &'a [PhotoStage] {
        self.book.replies_at(self.at_ms).album(brand)
    }

    /// Every part of the list.
    pub fn listed_parts(self) -> &'a [ListedPart] {
        &self.book.faults_at(self.at_ms).parts
    }

    /// Codes of every part of the list.
    pub fn part_codes(self) -> impl Iterator<Item = &'a str> {
        self.book.faults_at(self.at_ms).parts.iter().map(|part| part.code.as_str())
    }

    /// Words that somebody picked from a list, in both languages; `None` for words of their own.
    pub fn picked(self, words: &str) -> Option<&'a Text> {
        let set = self.book.faults_at(self.at_ms);
        let classes = set.faults.iter().flat_map(|class| {
            let pairs = class.pairs.iter().flat_map(|pair| [&pair.cause, &pair.action]);
            [&class.symptom, &class.fault].into_iter().chain(pairs)
        });
        let prices = self.book.prices_at(self.at_ms).books.iter().flat_map(|book| &book.items);
        let named = set.parts.iter().map(|part| &part.name).chain(prices.map(|item| &item.name));
        classes.chain(named).find(|text| text.zh == words || text.en == words)
    }

    /// What the forms offer.
    pub fn pick_lists(self) -> PickLists {
        let places = self.book.places_at(self.at_ms);
        let townships = places.townships.iter().map(|t| Township { name: t.name.clone(), far: t.far });
        let pair = |pair: &LikelyPair| PairOffer { cause: pair.cause.clone(), action: pair.action.clone() };
        let faults = self.book.faults_at(self.at_ms).faults.iter().map(|class| FaultOffer {
            code: class.code.clone(),
            appliance: class.appliance,
            symptom: class.symptom.clone(),
            fault: class.fault.clone(),
            pairs: class.pairs.iter().map(pair).collect(),
            tools: class.tools.clone(),
        });
        PickLists {
            brands: places.brands.clone(),
            townships: townships.collect(),
            faults: faults.collect(),
            scripts: self.call_scripts(),
        }
    }
}

impl Rules for InForce<'_> {
    fn limit(&self, code: &str) -> Option<&Limit> {
        self.row(code)
    }

    fn limit_of(&self, set: &[u8], code: &str) -> Option<&Limit> {
        InForce::limit_of(*self, set, code)
    }

    fn needs_when(&self, kind: JobKind, appliance: ApplianceKind, circumstances: &[NeedWhen]) -> Needs<'_> {
        InForce::needs_when(*self, kind, appliance, circumstances)
    }

    fn figures_of(&self, failed: &str) -> Vec<&Limit> {
        InForce::figures_of(*self, failed)
    }

    fn time_limits(&self) -> Limits {
        InForce::time_limits(*self)
    }

    fn triggers(&self) -> Triggers {
        InForce::triggers(*self)
    }

    fn crew_rules(&self) -> CrewRules {
        InForce::crew_rules(*self)
    }
}
