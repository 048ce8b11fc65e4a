//! From rule sets to what the rules of the trade take: plain figures and words.
//!
//! A rule never sees a set, so a set may change its shape without a rule noticing.

use std::collections::BTreeMap;

use doorstep_schemas::rules::Unit;
use doorstep_schemas::rules::emergency::{Callee, EmergencyKind, EmergencyScript};
use doorstep_schemas::rules::replies::DispatchField;
use doorstep_schemas::rules::surcharges::Surcharge;
use doorstep_schemas::rules::warranty::{StartSource, WarrantyPolicy};
use doorstep_schemas::view::{ApplianceKind, CallScript, CardNumber, FeeKind, JobKind, Text};

use super::InForce;
use crate::domain::facts::Job;
use crate::domain::money::exchange::Counting;
use crate::domain::money::propose::{PriceBook, PriceItem};
use crate::domain::money::wages::PieceRate;
use crate::domain::money::warranty::{Policies, Policy, StartFrom, VoidReason};
use crate::domain::paste::Markers;
use crate::domain::rating::FollowUpLimits;
use crate::domain::timing::Limits;
use crate::domain::triage::{Danger, Trigger, Triggers};

/// A proof of the start, in the domain's words (R26).
fn start_from(source: StartSource) -> StartFrom {
    match source {
        StartSource::Invoice => StartFrom::Invoice,
        StartSource::ElectronicCard => StartFrom::Card,
        StartSource::InstallDate => StartFrom::Installed,
        StartSource::ProductionMonthPlusOne => StartFrom::Made,
    }
}

/// A script as it is read out, with the numbers that are the same everywhere.
fn read_out(script: &EmergencyScript) -> CallScript {
    let callee = |callee: &Callee| {
        let number = callee.number.as_deref().map(|number| format!(" {number}")).unwrap_or_default();
        Text { zh: format!("{}{number}", callee.name.zh), en: format!("{}{number}", callee.name.en) }
    };
    let dialled = |callee: &Callee| {
        let number = callee.number.clone()?;
        Some(CardNumber { label: callee.name.clone(), number })
    };
    CallScript {
        code: script.emergency.word().to_owned(),
        name: script.name.clone(),
        steps: script.steps.clone(),
        never: script.never.clone(),
        call_first: script.call_first.iter().map(callee).collect(),
        numbers: script.call_first.iter().filter_map(dialled).collect(),
        send_after: script.send_after.clone(),
    }
}

impl InForce<'_> {
    /// How soon somebody must come and how long the work may take (R1–R4).
    pub fn time_limits(self) -> Limits {
        let (book, at_ms) = (self.book, self.at_ms);
        let (calls, promises) = (book.emergency_at(at_ms), &book.promises_at(at_ms).promises);
        Limits {
            work: book.surcharges_at(at_ms).minutes.clone(),
            near_min: i64::from(calls.arrive_near_minutes),
            far_min: i64::from(calls.arrive_far_minutes),
            first_visit_min: 60 * i64::from(promises.first_visit_hours),
            take_out_min: 60 * i64::from(promises.take_out_hours),
            early_min: i64::from(promises.early_grace_minutes),
            clock_min: i64::from(promises.clock_offset_minutes),
        }
    }

    /// Which words of a caller mean danger, and the script that is read out then (R3).
    pub fn triggers(self) -> Triggers {
        let calls = self.book.emergency_at(self.at_ms);
        let trigger = |script: &EmergencyScript| Trigger {
            danger: match script.emergency {
                EmergencyKind::Gas => Danger::Gas,
                EmergencyKind::CarbonMonoxide => Danger::CarbonMonoxide,
                EmergencyKind::Shock => Danger::Shock,
                EmergencyKind::BurningSmell => Danger::Burning,
                EmergencyKind::WaterLeak => Danger::Water,
            },
            words: script.triggers.words().cloned().collect(),
            unless: script.triggers.unless.clone(),
            script: script.emergency.word().to_owned(),
        };
        Triggers {
            dangers: calls.scripts.iter().map(trigger).collect(),
            gas_company: calls.gas_company.words().cloned().collect(),
        }
    }

    /// How long what is covered, and what ends that early (R26).
    pub fn warranty_policies(self) -> Policies {
        let set = self.book.warranty_at(self.at_ms);
        let voids = set.void_reasons.iter();
        Policies {
            policies: set.policies.iter().flat_map(spread).collect(),
            voids: voids.map(|r| VoidReason { code: r.code.clone(), name: r.name.clone() }).collect(),
            order: set.start_order.iter().map(|source| start_from(*source)).collect(),
        }
    }

    /// When repeated faults mean another unit (R26).
    pub fn repair_counting(self) -> Counting {
        let counting = self.book.warranty_at(self.at_ms).counting;
        Counting {
            return_days: counting.return_days,
            exchange_days: counting.exchange_days,
            repairs: counting.repairs_before_exchange,
        }
    }

    /// When customers are asked and who is called (R34, R36).
    pub fn follow_up_limits(self) -> FollowUpLimits {
        let promises = &self.book.promises_at(self.at_ms).promises;
        FollowUpLimits {
            opens_min: i64::from(promises.rating_delay_minutes),
            silence_hours: i64::from(promises.silence_hours),
            call_above_fen: promises.call_above_fen.0,
        }
    }

    /// What is read out to a caller in this emergency (R3).
    pub fn call_script(self, emergency: &str) -> Option<CallScript> {
        self.book.emergency_at(self.at_ms).scripts.iter().find(|each| each.emergency.word() == emergency).map(read_out)
    }

    /// What is read out in each emergency, the most dangerous first (R3).
    pub fn call_scripts(self) -> Vec<CallScript> {
        self.book.emergency_at(self.at_ms).scripts.iter().map(read_out).collect()
    }

    /// What makers' dispatch texts call their fields, and the outlet's brands and townships (R41). No set names kinds of
    /// appliances, so none is proposed.
    pub fn dispatch_markers(self) -> Markers {
        let places = self.book.places_at(self.at_ms);
        let mut markers = Markers {
            brands: places.brands.clone(),
            townships: places.townships.iter().map(|town| town.name.clone()).collect(),
            ..Markers::default()
        };
        for marker in &self.book.replies_at(self.at_ms).markers {
            let labels = match marker.field {
                DispatchField::Customer => &mut markers.name,
                DispatchField::Phone => &mut markers.phone,
                DispatchField::Address => &mut markers.address,
                DispatchField::Appliance => &mut markers.product,
                DispatchField::Model => &mut markers.model,
                DispatchField::Symptom => &mut markers.fault,
                DispatchField::MakerOrder => &mut markers.maker_order,
                DispatchField::Window => &mut markers.window,
                DispatchField::Brand
                | DispatchField::Serial
                | DispatchField::Coverage
                | DispatchField::Bought
                | DispatchField::Note => continue,
            };
            labels.extend(marker.labels.iter().cloned());
        }
        markers
    }
}

impl<'a> InForce<'a> {
    /// Everything that this customer may be charged, by code, and how a bill is added up (R27).
    pub fn price_book(self, job: &Job) -> PriceBook {
        let (prices, extra) = (self.book.prices_at(self.at_ms), self.book.surcharges_at(self.at_ms));
        let township = job.customer().township;
        let mut items: BTreeMap<String, PriceItem> = BTreeMap::new();
        for surcharge in &extra.surcharges {
            let (name, guide_fen) = (surcharge.name.clone(), surcharge.guide_fen.0);
            items.insert(surcharge.code.clone(), PriceItem { name, kind: FeeKind::Surcharge, guide_fen });
        }
        for appliance in &job.order.appliances {
            for item in prices.offers(job.order.kind, appliance.kind, job.order.segment.known(), &township) {
                let (name, guide_fen) = (item.name.clone(), item.guide_fen.0);
                items.insert(item.code.clone(), PriceItem { name, kind: item.kind, guide_fen });
            }
        }
        let free_km = extra.surcharges.iter().find(|s| s.code == DISTANCE).map_or(0, |s| i64::from(s.free_units));
        PriceBook {
            items,
            visit: VISIT.to_owned(),
            distance: DISTANCE.to_owned(),
            height: HEIGHT.to_owned(),
            free_km,
            labour_shares: extra.labour_percent.iter().map(|percent| i64::from(*percent) * 10).collect(),
        }
    }

    /// What a price of such a job counts: the book's unit, or the surcharge's.
    pub fn unit_of(self, code: &str, job: &Job) -> Option<Unit> {
        let of_book = self.book.prices_at(self.at_ms).item(code, job.order.segment.known(), &job.customer().township);
        let extra = &self.book.surcharges_at(self.at_ms).surcharges;
        of_book.map(|item| item.unit).or_else(|| extra.iter().find(|s| s.code == code).map(|s| s.unit))
    }

    /// Codes of everything that may be charged for such an appliance: the book's items, then surcharges.
    pub fn chargeable(self, job: &Job, appliance: ApplianceKind) -> Vec<&'a str> {
        let (prices, extra) = (self.book.prices_at(self.at_ms), self.book.surcharges_at(self.at_ms));
        let township = job.customer().township;
        let of_book = prices.offers(job.order.kind, appliance, job.order.segment.known(), &township);
        let fits = |s: &&Surcharge| s.appliances.is_empty() || s.appliances.contains(&appliance);
        let mut out: Vec<&str> = of_book.into_iter().map(|item| item.code.as_str()).collect();
        for surcharge in extra.surcharges.iter().filter(fits) {
            if !out.contains(&surcharge.code.as_str()) {
                out.push(&surcharge.code);
            }
        }
        out
    }

    /// What a piece of work pays, each rate once for every kind that it names (R42). The set's first fitting rate counts.
    pub fn piece_rates(self) -> Vec<(PieceRate, Text)> {
        let mut out: Vec<(PieceRate, Text)> = Vec::new();
        for rate in &self.book.pieces_at(self.at_ms).rates {
            let jobs: Vec<Option<JobKind>> = some_or_any(&rate.jobs);
            let appliances: Vec<Option<ApplianceKind>> = some_or_any(&rate.appliances);
            for (kind, appliance) in jobs.iter().flat_map(|j| appliances.iter().map(move |a| (*j, *a))) {
                let code = rate.item.clone().unwrap_or_default();
                let known = |(r, _): &(PieceRate, Text)| r.code == code && r.kind == kind && r.appliance == appliance;
                if !out.iter().any(known) {
                    out.push((PieceRate { code, kind, appliance, fen: rate.rate_fen.0 }, rate.name.clone()));
                }
            }
        }
        out
    }
}

fn some_or_any<T: Copy>(kinds: &[T]) -> Vec<Option<T>> {
    if kinds.is_empty() { vec![None] } else { kinds.iter().copied().map(Some).collect() }
}

/// Codes of the items that follow from facts (R27).
const VISIT: &str = "visit";
const DISTANCE: &str = "distance";
const HEIGHT: &str = "height";

/// One policy for each brand and kind that it names.
fn spread(policy: &WarrantyPolicy) -> Vec<Policy> {
    let everyone = ["any".to_owned()];
    let brands = if policy.brands.is_empty() { &everyone[..] } else { &policy.brands[..] };
    let kinds: Vec<_> =
        if policy.appliances.is_empty() { vec![None] } else { policy.appliances.iter().copied().map(Some).collect() };
    let one = |brand: &String, appliance| Policy {
        brand: brand.clone(),
        appliance,
        part: policy.part.word().to_owned(),
        months: policy.months,
        sold_from: policy.sold_since.clone(),
    };
    brands.iter().flat_map(|brand| kinds.iter().map(|kind| one(brand, *kind)).collect::<Vec<_>>()).collect()
}
