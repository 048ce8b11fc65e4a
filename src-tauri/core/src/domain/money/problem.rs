//! What is wrong with money, papers or parts: a code, what it is about, and the place to mend it.
//!
//! Most of these stop nothing on site: they are the owner's findings and the settlement's lint. What does stop work has
//! its blocker's code beside it.

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{BlockerCode, PhotoStage, SignedFor, Text};

macro_rules! troubles {
    ($($variant:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Trouble { $($variant,)+ }

        impl Trouble {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// For logs and screens.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            pub fn text(self) -> Text {
                let (zh, en) = match self { $(Self::$variant => ($zh, $en),)+ };
                Text { zh: zh.to_owned(), en: en.to_owned() }
            }
        }
    };
}

troubles! {
    AdjustsNothing = "adjusts_nothing", "调整的原费用不存在", "It adjusts a line that is not there";
    ShareTooHigh = "share_too_high", "多项人工未按比例折算", "Several labour items, and this one counts for too much";
    AboveGuideNoReason = "above_guide_no_reason", "高于指导价未写原因", "Above the guide price without a reason";
    AboveGuideUnapproved = "above_guide_unapproved", "高于指导价未经老板同意", "Above the guide price without the owner's word";
    SpokenCodeWrong = "spoken_code_wrong", "口头验证码不对", "The six digits are not the owner's";
    GuideNotTheBooks = "guide_not_the_books", "指导价与价目表不符", "The guide price is not the price book's";
    NoGuidePrice = "no_guide_price", "价目表没有这一项", "The price book has no such item";
    PartNotBilled = "part_not_billed", "用了配件未收费也未写原因", "A part was used, not billed, and nobody said why";
    PartBilledTooOften = "part_billed_too_often", "配件收费数量多于用量", "More of the part is billed than was used";
    BilledPartNotUsed = "billed_part_not_used", "收了配件费但没有用料记录", "A part is billed that was not used";
    QuoteDoesNotAddUp = "quote_does_not_add_up", "报价合计与明细不符", "The quote is not the sum of its lines";
    ConsentDiffers = "consent_differs", "用户同意的金额与报价不符", "The customer agreed to another sum than was quoted";
    ChargedAboveConsent = "charged_above_consent", "收费高于用户同意的金额", "More is charged than the customer agreed to";
    OtherLevelMissing = "other_level_missing", "未列出另一种修法的价格", "The other level's price is not beside it";
    InvoiceTitleMissing = "invoice_title_missing", "发票抬头未填", "The invoice has no title";
    TaxNumberShape = "tax_number_shape", "税号应为 15、18 或 20 位", "A tax number has 15, 18 or 20 characters";
    MailShape = "mail_shape", "邮箱格式不对", "That is not a mail address";
    IdNumber = "id_number", "不得记录身份证号", "An ID number must not be kept";
    DamagePhotoMissing = "damage_photo_missing", "损坏未先拍照", "The damage was not photographed first";
    DamageUnsigned = "damage_unsigned", "赔付未经用户签字", "Paid without the customer's signature";
    ClaimDoesNotAddUp = "claim_does_not_add_up", "各方承担之和不等于赔付额", "The shares are not the sum of the claim";
    ClaimAboveLimit = "claim_above_limit", "当场赔付超过限额", "More was paid on the spot than the limit allows";
    ClaimOverpaid = "claim_overpaid", "实际赔付多于约定", "More was handed over than agreed";
    CustomerFileIncomplete = "customer_file_incomplete", "用户档案不全", "The customer's file is incomplete";
    ParameterMissing = "parameter_missing", "型号或序列号未填", "Model or serial number is missing";
    ProofOfPurchaseMissing = "proof_of_purchase_missing", "缺购机凭证", "No proof of purchase";
    ComplaintOpen = "complaint_open", "投诉未处理", "A complaint is not handled";
    VoucherMissing = "voucher_missing", "缺用户签字或完工照片", "Neither signature nor photo of the finished work";
    MakerOrderMissing = "maker_order_missing", "缺厂家工单号", "The maker's order number is missing";
    NotFinished = "not_finished", "未完工", "The work is not finished";
    NothingToClaim = "nothing_to_claim", "没有结算项目", "There is nothing to claim";
    OldPartUntagged = "old_part_untagged", "旧件未挂牌或无返回期限", "The old part has no tag or no due date";
    OldPartNotSent = "old_part_not_sent", "旧件未返厂,不能索赔", "The old part is not on its way back: no claim";
    OldPartOverdue = "old_part_overdue", "旧件超过返回期限", "The old part is overdue";
    OldPartNotOffered = "old_part_not_offered", "旧件未先问用户要不要", "The old part was not offered to the customer";
    SubsidySerialInMissing = "subsidy_serial_in_missing", "国补:缺新机序列号", "Subsidy: no serial number of the new unit";
    SubsidySerialOutMissing = "subsidy_serial_out_missing", "国补:缺旧机序列号", "Subsidy: no serial number of the old unit";
    EnergyLabelMissing = "energy_label_missing", "国补:缺能效标识", "Subsidy: no energy label";
    SubsidyInvoiceMissing = "subsidy_invoice_missing", "国补:缺发票", "Subsidy: no invoice";
    OldUnitPhotoMissing = "old_unit_photo_missing", "国补:缺旧机照片", "Subsidy: no photo of the old unit";
    NameplatePhotoMissing = "nameplate_photo_missing", "国补:缺铭牌照片", "Subsidy: no photo of the nameplate";
    SerialsDiffer = "serials_differ", "国补:序列号、铭牌、发票不一致", "Subsidy: serial, nameplate and invoice differ";
    DeductionWithoutReason = "deduction_without_reason", "扣款未写原因,不计", "A deduction without a reason does not count";
}

impl Trouble {
    /// The blocker that it is on site, for those that stop work there.
    pub fn blocker(self) -> Option<BlockerCode> {
        Some(match self {
            Self::AboveGuideNoReason | Self::AboveGuideUnapproved | Self::SpokenCodeWrong => {
                BlockerCode::AboveGuideUnapproved
            }
            Self::DamagePhotoMissing => BlockerCode::DamagePhotoMissing,
            Self::OldPartUntagged => BlockerCode::OldPartMissing,
            Self::OldPartNotOffered => BlockerCode::OldPartNotOffered,
            Self::OtherLevelMissing => BlockerCode::OtherLevelMissing,
            Self::SubsidySerialInMissing
            | Self::SubsidySerialOutMissing
            | Self::EnergyLabelMissing
            | Self::SubsidyInvoiceMissing
            | Self::OldUnitPhotoMissing
            | Self::NameplatePhotoMissing
            | Self::SerialsDiffer => BlockerCode::SubsidyIncomplete,
            _ => return None,
        })
    }
}

/// Where it is mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The job as a whole.
    Job,
    Fee(ShortId),
    Part(ShortId),
    Quote(ShortId),
    Damage(ShortId),
    /// A line of somebody's month.
    Wage(ShortId),
    FollowUp(ShortId),
    /// A field of the visit: `invoice/title`.
    About(String),
    Field {
        appliance: ShortId,
        field: SheetField,
    },
    Purchase {
        appliance: ShortId,
    },
    Serials {
        appliance: ShortId,
    },
    Photos {
        appliance: ShortId,
        stage: PhotoStage,
    },
    Signature(SignedFor),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Trouble,
    pub at: Place,
    /// Figures and names, as they are shown.
    pub params: BTreeMap<&'static str, String>,
}

impl Problem {
    pub fn new(code: Trouble, at: Place) -> Self {
        Self { code, at, params: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.params.insert(key, value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_trouble_has_its_own_code_and_a_text_in_both_languages() {
        let codes: BTreeSet<&str> = Trouble::ALL.iter().map(|t| t.code()).collect();
        assert_eq!(codes.len(), Trouble::ALL.len());
        for trouble in Trouble::ALL {
            let text = trouble.text();
            assert!(!text.zh.is_ascii() && text.en.is_ascii(), "{trouble:?}");
        }
    }
}
