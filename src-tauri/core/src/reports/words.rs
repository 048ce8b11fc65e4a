//! The trade's words for reports: 中文 and English side by side.

use crate::domain::intake::is_mobile;
use doorstep_schemas::view::{FindingCode, JobKind, JobOutcome, Language, NodeKind};

/// Both languages of one phrase.
pub struct Phrase(pub &'static str, pub &'static str);

impl Phrase {
    pub fn of(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.0,
            Language::En => self.1,
        }
    }
}

/// A mobile number as people read it out, `138 0000 1234`; anything else as it is.
pub fn phone(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if !is_mobile(&digits) {
        return number.to_owned();
    }
    [&digits[..3], &digits[3..7], &digits[7..]].join(" ")
}

pub fn kind(kind: JobKind) -> Phrase {
    match kind {
        JobKind::Install => Phrase("安装", "install"),
        JobKind::Repair => Phrase("维修", "repair"),
        JobKind::Move => Phrase("移机", "move"),
        JobKind::Remove => Phrase("拆机", "remove"),
        JobKind::Clean => Phrase("清洗", "clean"),
        JobKind::Maintenance => Phrase("保养", "maintenance"),
        JobKind::Survey => Phrase("勘测", "survey"),
        JobKind::Appraisal => Phrase("鉴定", "appraisal"),
        JobKind::Exchange => Phrase("换机", "exchange"),
        JobKind::TradeIn => Phrase("收旧", "trade-in"),
        JobKind::UnitPickup => Phrase("拉修", "unit pickup"),
        JobKind::UnitReturn => Phrase("送回", "unit return"),
    }
}

pub fn status(status: NodeKind) -> Phrase {
    match status {
        NodeKind::Open => Phrase("待派单", "unassigned"),
        NodeKind::Accepted => Phrase("已接单", "accepted"),
        NodeKind::Departed => Phrase("已出发", "departed"),
        NodeKind::Arrived => Phrase("已到达", "arrived"),
        NodeKind::CardShown => Phrase("已出示公示卡", "card shown"),
        NodeKind::SafetyChecked => Phrase("已测电", "safety checked"),
        NodeKind::Working => Phrase("服务中", "working"),
        NodeKind::Finished => Phrase("已完工", "finished"),
        NodeKind::Guided => Phrase("已电话指导", "guided by phone"),
        NodeKind::Appointed => Phrase("已预约", "appointed"),
        NodeKind::LoanerPlaced => Phrase("已装备用机", "loaner placed"),
        NodeKind::Taken => Phrase("已取机", "unit taken"),
        NodeKind::Left => Phrase("已离开", "left"),
        NodeKind::Received => Phrase("已收机", "at the bench"),
        NodeKind::Diagnosed => Phrase("已检测", "diagnosed"),
        NodeKind::Quoted => Phrase("已报价", "quoted"),
        NodeKind::Consented => Phrase("用户同意", "consented"),
        NodeKind::GivenUp => Phrase("用户放弃维修", "repair given up"),
        NodeKind::Repaired => Phrase("已修好", "repaired"),
        NodeKind::Unrepairable => Phrase("无法修复", "unrepairable"),
        NodeKind::Informed => Phrase("已告知", "customer told"),
        NodeKind::Returned => Phrase("已送回", "returned"),
        NodeKind::LoanerBack => Phrase("备用机已收回", "loaner back"),
        NodeKind::FollowedUp => Phrase("已回访", "followed up"),
        NodeKind::Approved => Phrase("已审核", "approved"),
        NodeKind::Settled => Phrase("已结算", "settled"),
        NodeKind::Cancelled => Phrase("已取消", "cancelled"),
    }
}

pub fn outcome(outcome: JobOutcome) -> Phrase {
    match outcome {
        JobOutcome::Completed => Phrase("完工", "completed"),
        JobOutcome::SolvedByPhone => Phrase("电话解决", "solved by phone"),
        JobOutcome::HazardRemaining => Phrase("修复·隐患未消除", "repaired, hazard remaining"),
        JobOutcome::NeedsPart => Phrase("等配件", "needs part"),
        JobOutcome::TakenToBench => Phrase("拉修", "taken to bench"),
        JobOutcome::RefusedUnsafe => Phrase("不安全，拒装", "refused as unsafe"),
        JobOutcome::CustomerAbsent => Phrase("用户不在", "customer absent"),
        JobOutcome::GoodsNotArrived => Phrase("货未到", "goods not arrived"),
        JobOutcome::GivenUp => Phrase("用户放弃", "given up"),
        JobOutcome::NoFaultFound => Phrase("未见故障", "no fault found"),
        JobOutcome::Condemned => Phrase("判废", "condemned"),
    }
}

pub fn finding(finding: FindingCode) -> Phrase {
    match finding {
        FindingCode::ReadingFailed => Phrase("测电不合格", "failed reading"),
        FindingCode::Rectified => Phrase("隐患已整改", "hazard put right"),
        FindingCode::ReadingMissing => Phrase("缺测量", "reading missing"),
        FindingCode::ServiceMissing => Phrase("五项服务不全", "a service is missing"),
        FindingCode::PhotoMissing => Phrase("缺照片", "photo missing"),
        FindingCode::FieldMissing => Phrase("维修单没填全", "sheet incomplete"),
        FindingCode::Late => Phrase("迟到", "late"),
        FindingCode::Overrun => Phrase("超时", "over time"),
        FindingCode::HazardRemaining => Phrase("隐患未消除", "hazard remaining"),
        FindingCode::HazardUnshown => Phrase("整改没有前后测量", "hazard put right without its readings"),
        FindingCode::Refused => Phrase("拒装", "refused"),
        FindingCode::ConflictingValues => Phrase("两处填写不一致", "conflicting values"),
    }
}
