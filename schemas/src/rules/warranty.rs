//! Warranty policies 保修政策: how long which part is covered, from which proof on, and what voids it (R26).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Coded, Problems, rule_set};
use crate::view::ApplianceKind;
use crate::view::words::words;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WarrantySet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub policies: Vec<WarrantyPolicy>,
    /// The first one that the customer has counts.
    pub start_order: Vec<StartSource>,
    pub void_reasons: Vec<Coded>,
    pub counting: RepairCounting,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WarrantyPolicy {
    pub code: String,
    /// Any brand when empty.
    #[serde(default)]
    pub brands: Vec<String>,
    /// Any appliance when empty.
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    pub part: WarrantyPart,
    pub months: u32,
    /// For units that were sold on this day or later.
    pub sold_since: String,
}

words!(
    /// What a term of warranty is about.
    WarrantyPart {
        /// 整机
        Whole = "whole",
        /// 压缩机
        Compressor = "compressor",
        /// 内胆
        InnerTank = "inner_tank",
        /// 主板
        MainBoard = "main_board",
        /// 电机
        Motor = "motor",
        /// 热交换器
        HeatExchanger = "heat_exchanger",
        /// 屏
        Panel = "panel",
        Other = "other",
    }
);

words!(
    /// What shows when the warranty began.
    StartSource {
        /// 发票
        Invoice = "invoice",
        /// 电子保修卡
        ElectronicCard = "electronic_card",
        /// 安装日期
        InstallDate = "install_date",
        /// 生产月份 + 1
        ProductionMonthPlusOne = "production_month_plus_one",
    }
);

/// When repeated faults mean another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairCounting {
    /// Faulty within so many days: money back, exchange or repair.
    pub return_days: u32,
    /// Faulty within so many days: exchange or repair.
    pub exchange_days: u32,
    /// Repaired so often and still faulty: exchange.
    pub repairs_before_exchange: u32,
}

rule_set!(WarrantySet is Warranty);

impl WarrantySet {
    /// The policy for a unit sold on this day (R26). A brand's own word goes before the general one, then the
    /// appliance's, then the latest; a part without a policy of its own is covered as the whole unit is.
    pub fn policy(
        &self,
        brand: &str,
        appliance: ApplianceKind,
        part: WarrantyPart,
        sold: &str,
    ) -> Option<&WarrantyPolicy> {
        let best = |part: WarrantyPart| {
            let fits = |p: &&WarrantyPolicy| {
                p.part == part
                    && (p.brands.is_empty() || p.brands.iter().any(|b| b == brand))
                    && (p.appliances.is_empty() || p.appliances.contains(&appliance))
                    && p.sold_since.as_str() <= sold
            };
            let rank = |p: &&WarrantyPolicy| (!p.brands.is_empty(), !p.appliances.is_empty(), p.sold_since.clone());
            self.policies.iter().filter(fits).max_by_key(rank)
        };
        best(part).or_else(|| best(WarrantyPart::Whole))
    }

    fn check(&self, found: &mut Problems) {
        found.codes(self.policies.iter().map(|policy| policy.code.as_str()));
        found.codes(self.void_reasons.iter().map(|reason| reason.code.as_str()));
        self.void_reasons.iter().for_each(|reason| found.text(&reason.code, &reason.name));
        for policy in &self.policies {
            found.date(&policy.sold_since);
            found.unless((1..=600).contains(&policy.months), &policy.code, "between 1 and 600 months");
        }
        let everybody = |p: &WarrantyPolicy| p.brands.is_empty() && p.appliances.is_empty();
        let floor = self.policies.iter().any(|p| everybody(p) && p.part == WarrantyPart::Whole);
        found.unless(floor, "policies", "none for the whole unit of any brand");
        for source in StartSource::ALL {
            let n = self.start_order.iter().filter(|s| *s == source).count();
            found.unless(n == 1, "start_order", format!("{} is there {n} times", source.word()));
        }
        let counting = self.counting;
        let ordered = counting.return_days <= counting.exchange_days && counting.exchange_days <= 365;
        found.unless(ordered, "exchange_days", "days to return, then to exchange, within a year");
        let times = (1..=20).contains(&counting.repairs_before_exchange);
        found.unless(times, "repairs_before_exchange", "between 1 and 20");
    }
}
