//! Settlement prices 结算价: what each maker pays the outlet, and which proofs it wants (R27, R31).
//!
//! One set holds all makers, because one set of a kind is in force at a time. It never leaves the owner's devices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::Fen;
use crate::view::words::words;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    pub makers: Vec<MakerTerms>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakerTerms {
    /// The brand as orders write it.
    pub maker: String,
    pub items: Vec<SettlementItem>,
    /// Without these the maker deducts or rejects.
    pub proofs: Vec<Proof>,
    /// Guide ÷ settlement in percent, from which the owner should see the item.
    pub ratio_percent: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementItem {
    /// The maker's own code.
    pub code: String,
    /// The item of the guide price book.
    pub guide: String,
    pub settlement_fen: Fen,
}

words!(
    /// What a maker wants to see before it pays (R31, R44).
    Proof {
        /// 用户档案
        CustomerFile = "customer_file",
        /// 测量参数
        Parameters = "parameters",
        /// 购机凭证
        PurchaseProof = "purchase_proof",
        /// 投诉已处理
        ComplaintHandled = "complaint_handled",
        /// 服务凭证
        Voucher = "voucher",
        /// 铭牌照片
        NameplatePhoto = "nameplate_photo",
        /// 旧件返回
        OldPartReturned = "old_part_returned",
        /// 厂家系统已录
        MakerApp = "maker_app",
    }
);

rule_set!(SettlementSet is Settlement);

impl SettlementSet {
    /// What this maker pays for an item of the guide price book (R27).
    pub fn settlement_fen(&self, maker: &str, guide: &str) -> Option<Fen> {
        let terms = self.makers.iter().find(|terms| terms.maker == maker)?;
        terms.items.iter().find(|item| item.guide == guide).map(|item| item.settlement_fen)
    }

    fn check(&self, found: &mut Problems) {
        found.names(self.makers.iter().map(|terms| terms.maker.as_str()));
        for terms in &self.makers {
            found.names(terms.items.iter().map(|item| item.code.as_str()));
            terms.items.iter().for_each(|item| found.fen(&item.code, item.settlement_fen));
            let fits = (100..=1000).contains(&terms.ratio_percent);
            found.unless(fits, &terms.maker, "ratio_percent is between 100 and 1000");
        }
    }
}
