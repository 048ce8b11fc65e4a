//! The trade's words in documents, as people read them in a history: one list for each field that holds words.

use doorstep_schemas::view::{JobKind, JobOutcome, NodeKind};

use super::words::{self, Phrase};

type Term = (&'static str, &'static str, &'static str);

/// How a word of a document is read; `None` for one of a later version.
pub fn term(container: &str, key: &str, word: &str) -> Option<Phrase> {
    match (container, key) {
        ("nodes", "kind") => return NodeKind::from_word(word).map(words::status),
        ("marks", "kind") => return JobKind::from_word(word).map(words::kind),
        ("outcomes", "outcome") => return JobOutcome::from_word(word).map(words::outcome),
        _ => {}
    }
    let (_, zh, en) = list(container, key).iter().find(|(known, ..)| *known == word)?;
    Some(Phrase(zh, en))
}

fn list(container: &str, key: &str) -> &'static [Term] {
    match (container, key) {
        ("appliances" | "loaners", "kind") => APPLIANCE,
        ("marks", "urgency") => URGENCY,
        ("marks", "coverage") => COVERAGE,
        ("marks", "source") => SOURCE,
        ("marks", "segment") => SEGMENT,
        ("marks", "difficulty") | ("grades", "grade") => GRADE,
        ("appointments", "result") => APPOINTMENT,
        (_, "channel") => CHANNEL,
        ("pauses", "reason") => PAUSE,
        ("reasons", "about") => REASON,
        ("notices", "kind") => NOTICE,
        ("signatures", "for") => SIGNED_FOR,
        ("signatures", "signer") => SIGNER,
        ("photos", "stage") => STAGE,
        ("readings", "state") => READING,
        ("charges", "evac") => EVACUATION,
        ("custody", "step") => CUSTODY,
        ("bench", "work") => BENCH,
        (_, "level2") | ("bench" | "diagnoses" | "quotes", "level") => REPAIR_LEVEL,
        ("kits", "level") => KIT,
        ("no_loaners", "why") => NO_LOANER,
        ("parts", "source") => PART_SOURCE,
        ("old_parts", "step") => OLD_PART,
        ("fees", "kind") => FEE,
        ("fees", "payer") => PAYER,
        (_, "way") => PAY_WAY,
        ("payments", "for") => PAID_FOR,
        ("claim_shares", "party") => PARTY,
        ("claim_shares", "state") => CLAIM,
        ("states", "state") => SETTLEMENT,
        ("answers", "step") => REQUEST,
        ("moves", "move") => STOCK,
        ("approvals", "kind") => APPROVAL,
        ("overrides", "of") => OVERRIDE,
        ("certificates", "kind") => CERTIFICATE,
        ("follow_ups", "kind") => FOLLOW_UP,
        ("wages", "kind") => WAGE,
        ("events", "event") => EVENT,
        ("plan", "step") => PLAN,
        ("serials", "unit") => UNIT,
        _ => &[],
    }
}

const APPLIANCE: &[Term] = &[
    ("air_conditioner", "空调", "air conditioner"),
    ("storage_heater", "储水式电热水器", "storage water heater"),
    ("instant_heater", "即热式电热水器", "instantaneous water heater"),
    ("gas_heater", "燃气热水器", "gas water heater"),
    ("washing_machine", "洗衣机", "washing machine"),
    ("refrigerator", "冰箱", "refrigerator"),
    ("range_hood", "油烟机", "range hood"),
    ("gas_stove", "燃气灶", "gas stove"),
    ("television", "电视机", "television"),
    ("other", "其他", "other"),
];
const URGENCY: &[Term] = &[
    ("class1", "一级紧急", "emergency, class 1"),
    ("class2", "二级紧急", "emergency, class 2"),
    ("normal", "普通", "normal"),
];
const COVERAGE: &[Term] = &[
    ("in_warranty", "保内", "in warranty"),
    ("out_of_warranty", "保外", "out of warranty"),
    ("extended", "延保", "extended warranty"),
    ("contract", "合同内", "under contract"),
    ("to_be_appraised", "待鉴定", "to be appraised"),
];
const SOURCE: &[Term] = &[
    ("maker", "厂家", "maker"),
    ("call", "来电", "call"),
    ("walk_in", "上门找来", "walk-in"),
    ("direct", "直接找师傅", "direct"),
    ("dealer", "经销商", "dealer"),
    ("chat", "微信", "chat"),
    ("contract", "合同", "contract"),
];
const SEGMENT: &[Term] = &[
    ("vip", "VIP", "VIP"),
    ("set", "成套", "set"),
    ("project", "工程", "project"),
    ("town", "城镇", "town"),
    ("village", "乡村", "village"),
];
const GRADE: &[Term] = &[
    ("d", "D 级", "grade D"),
    ("c", "C 级", "grade C"),
    ("b", "B 级", "grade B"),
    ("a", "A 级", "grade A"),
    ("a_plus", "A+ 级", "grade A+"),
];
const APPOINTMENT: &[Term] = &[
    ("appointed", "已预约", "appointed"),
    ("failed", "预约失败", "not reached"),
    ("rebooked", "改约", "rebooked"),
    ("passed_on", "转派", "passed on"),
];
const CHANNEL: &[Term] = &[
    ("in_person", "当面", "in person"),
    ("phone", "电话", "phone"),
    ("chat", "微信", "chat"),
    ("sms", "短信", "text message"),
];
const PAUSE: &[Term] = &[
    ("goods", "等货", "goods"),
    ("parts", "等配件", "parts"),
    ("rectification", "等用户整改", "the customer's rectification"),
];
const REASON: &[Term] = &[
    ("overrun", "超时", "overrun"),
    ("late", "迟到", "late"),
    ("above_guide", "超指导价", "above guide price"),
    ("nameplate", "铭牌缺失或看不清", "nameplate missing or unreadable"),
    ("edit_after_approval", "完工或审核后修改", "edit after finishing or approval"),
    ("entered_late", "补录", "entered late"),
];
const NOTICE: &[Term] = &[
    ("warning", "提醒", "warning"),
    ("refusal", "拒装拒修", "refusal"),
    ("hazard_remaining", "隐患未消除", "hazard remaining"),
    ("condemned", "判废", "condemned"),
    ("sale_refused", "拒绝销售", "sale refused"),
];
const SIGNED_FOR: &[Term] = &[
    ("work", "服务", "work"),
    ("notice", "告知书", "notice"),
    ("quote", "报价", "quote"),
    ("damage", "损坏", "damage"),
    ("loaner", "备用机", "loaner"),
    ("loaner_declined", "不要备用机", "loaner declined"),
    ("acceptance", "闸口验收", "acceptance"),
    ("handover", "交接", "handover"),
    ("survey", "勘测", "survey"),
];
const SIGNER: &[Term] = &[
    ("customer", "用户", "customer"),
    ("witness", "见证人", "witness"),
    ("acceptor", "验收人", "acceptor"),
    ("technician", "师傅", "technician"),
    ("owner", "老板", "owner"),
];
const STAGE: &[Term] = &[
    ("nameplate", "铭牌", "nameplate"),
    ("before", "修前", "before"),
    ("during", "过程", "during"),
    ("after", "修后", "after"),
    ("reading", "测量", "reading"),
    ("bracket", "支架", "bracket"),
    ("harness", "安全带", "harness"),
    ("indoor_plate", "内机铭牌", "indoor nameplate"),
    ("outdoor_plate", "外机铭牌", "outdoor nameplate"),
    ("joint", "管路接头（包扎前）", "joint before wrapping"),
    ("drain", "排水管", "drain"),
    ("valve", "安全阀", "safety valve"),
    ("socket", "插座", "socket"),
    ("bolts", "膨胀螺栓", "wall bolts"),
    ("terminals", "接线端子", "terminals"),
    ("board_label", "电路板标签", "board label"),
    ("flue", "烟管", "flue"),
    ("hose", "燃气软管（≤ 2 m）", "gas hose (≤ 2 m)"),
    ("opening", "通风口", "air opening"),
    ("transport_bolts", "运输螺栓", "transport bolts"),
    ("wall", "墙体", "wall"),
    ("concealed", "隐蔽工程（封闭前）", "concealed work before covering"),
    ("acceptance", "验收", "acceptance"),
    ("damage", "损坏处", "damage"),
    ("loaner", "备用机", "loaner"),
    ("old_unit", "旧机", "old unit"),
    ("old_part", "旧件", "old part"),
    ("energy_label", "能效标识", "energy label"),
    ("invoice", "发票", "invoice"),
    ("tester", "测量仪表", "instrument"),
];
const READING: &[Term] = &[
    ("num", "数值", "number"),
    ("opt", "选项", "choice"),
    ("na", "不适用", "not applicable"),
    ("nm", "未测", "not measured"),
];
const EVACUATION: &[Term] =
    &[("pump", "真空泵", "pump"), ("purge", "外排冷媒", "purged with refrigerant"), ("none", "未抽空", "none")];
const CUSTODY: &[Term] = &[
    ("taken", "取机", "taken"),
    ("received", "收机", "received"),
    ("to_factory", "发厂家", "to the factory"),
    ("from_factory", "厂家返回", "back from the factory"),
    ("returned", "送回", "returned"),
];
const BENCH: &[Term] = &[
    ("test", "检测", "test"),
    ("finding", "发现", "finding"),
    ("work", "维修", "work"),
    ("repaired", "已修好", "repaired"),
    ("unrepairable", "无法修复", "unrepairable"),
    ("informed", "已告知用户", "customer told"),
];
const REPAIR_LEVEL: &[Term] =
    &[("component", "板上维修", "component"), ("board", "换板", "board"), ("factory", "返厂", "factory")];
const KIT: &[Term] =
    &[("basic", "基本套", "basic"), ("standard", "标准套", "standard"), ("professional", "专业套", "professional")];
const NO_LOANER: &[Term] = &[("declined", "用户不要", "declined"), ("none_available", "暂无备用机", "none available")];
const PART_SOURCE: &[Term] = &[
    ("own_stock", "师傅个人库存", "own stock"),
    ("shop", "网点", "shop"),
    ("maker", "厂家", "maker"),
    ("customer", "用户自备", "customer's"),
];
const OLD_PART: &[Term] = &[
    ("kept", "用户留下", "kept by the customer"),
    ("declined", "用户不要", "declined"),
    ("tagged", "已挂牌", "tagged"),
    ("sent", "已寄出", "sent"),
    ("accepted", "厂家认可", "accepted"),
    ("deducted", "扣款", "deducted"),
];
const FEE: &[Term] = &[
    ("visit", "上门费", "visit"),
    ("diagnosis", "检测费", "diagnosis"),
    ("labour", "工时费", "labour"),
    ("part", "配件费", "part"),
    ("material", "材料费", "material"),
    ("surcharge", "附加费", "surcharge"),
    ("pass_through", "代收费", "passed on"),
    ("discount", "优惠", "discount"),
    ("adjustment", "更正", "adjustment"),
];
const PAYER: &[Term] = &[
    ("customer", "用户", "customer"),
    ("maker", "厂家", "maker"),
    ("outlet", "网点", "outlet"),
    ("insurer", "保险", "insurer"),
];
const PAY_WAY: &[Term] = &[
    ("cash", "现金", "cash"),
    ("outlet_qr", "网点收款码", "the outlet's QR"),
    ("transfer", "转账", "transfer"),
    ("personal", "个人收款", "own account"),
];
const PAID_FOR: &[Term] = &[
    ("work", "服务", "work"),
    ("deposit", "押金", "deposit"),
    ("deposit_back", "退押金", "deposit back"),
    ("compensation", "赔付", "compensation"),
    ("refund", "退款", "refund"),
];
const PARTY: &[Term] = &[
    ("outlet", "网点", "outlet"),
    ("technician", "师傅", "technician"),
    ("maker", "厂家", "maker"),
    ("insurer", "保险", "insurer"),
];
const CLAIM: &[Term] = &[
    ("proposed", "提出", "proposed"),
    ("agreed", "同意", "agreed"),
    ("rejected", "驳回", "rejected"),
    ("paid", "已付", "paid"),
];
const SETTLEMENT: &[Term] = &[
    ("draft", "草稿", "draft"),
    ("ready", "可结算", "ready"),
    ("submitted", "已提交", "submitted"),
    ("accepted", "厂家认可", "accepted"),
    ("deducted", "扣款", "deducted"),
    ("rejected", "驳回", "rejected"),
    ("paid", "已到账", "paid"),
];
const REQUEST: &[Term] = &[
    ("approved", "同意", "approved"),
    ("refused", "不同意", "refused"),
    ("ordered", "已订", "ordered"),
    ("shipped", "已发货", "shipped"),
    ("arrived", "已到货", "arrived"),
];
const STOCK: &[Term] = &[("issue", "领用", "issue"), ("return", "退回", "return"), ("count", "盘点", "count")];
const APPROVAL: &[Term] =
    &[("approved", "通过", "approved"), ("returned", "退回", "sent back"), ("withdrawn", "撤回", "withdrawn")];
const OVERRIDE: &[Term] =
    &[("grade", "等级", "grade"), ("window", "时段", "window"), ("coverage", "保内保外", "coverage")];
const CERTIFICATE: &[Term] = &[
    ("work_at_height", "高处作业", "work at height"),
    ("low_voltage", "低压电工", "low-voltage electrician"),
    ("welding", "焊接与热切割", "welding"),
    ("gas_filing", "燃气备案", "gas filing"),
];
const FOLLOW_UP: &[Term] =
    &[("rating", "用户评价", "rating"), ("call", "电话回访", "call"), ("silence", "未回访", "not followed up")];
const WAGE: &[Term] = &[
    ("piece", "计件", "piece"),
    ("bonus", "奖金", "bonus"),
    ("deduction", "扣款", "deduction"),
    ("advance", "借支", "advance"),
    ("paid", "已发", "paid"),
];
const EVENT: &[Term] = &[
    ("exam", "考试", "exam"),
    ("training", "培训", "training"),
    ("interview", "面谈", "interview"),
    ("taken_back", "撤销", "taken back"),
    ("reward", "奖励", "reward"),
    ("penalty", "处罚", "penalty"),
];
const PLAN: &[Term] = &[("survey", "勘测", "survey"), ("plan", "方案", "plan"), ("review", "评审", "review")];
const UNIT: &[Term] = &[
    ("whole", "整机", "whole"),
    ("indoor", "内机", "indoor unit"),
    ("outdoor", "外机", "outdoor unit"),
    ("old", "旧机", "old unit"),
];

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::*;

    use super::*;

    /// Every word that the schemas know is read in the field that holds it.
    #[test]
    fn every_word_of_the_trade_can_be_read_in_both_languages() {
        macro_rules! all {
            ($($container:literal $key:literal $words:ident;)+) => { $(
                for word in $words::ALL {
                    let phrase = term($container, $key, word.word());
                    assert!(phrase.is_some_and(|p| !p.0.is_empty() && !p.1.is_empty()), "{} {}", $container, word.word());
                }
            )+ };
        }
        all! {
            "nodes" "kind" NodeKind; "marks" "kind" JobKind; "outcomes" "outcome" JobOutcome;
            "appliances" "kind" ApplianceKind; "loaners" "kind" ApplianceKind; "marks" "urgency" Urgency;
            "marks" "coverage" Coverage; "marks" "source" Source; "marks" "segment" Segment; "marks" "difficulty" Grade;
            "grades" "grade" Grade; "appointments" "result" AppointmentResult; "appointments" "channel" Channel;
            "pauses" "reason" PauseReason; "reasons" "about" ReasonAbout; "notices" "kind" NoticeKind;
            "signatures" "for" SignedFor; "signatures" "signer" Signer; "photos" "stage" PhotoStage;
            "charges" "evac" Evacuation; "custody" "step" CustodyStep; "bench" "work" BenchWork;
            "bench" "level" RepairLevel; "quotes" "level2" RepairLevel; "kits" "level" KitLevel;
            "no_loaners" "why" NoLoaner; "parts" "source" PartSource; "old_parts" "step" OldPartStep;
            "fees" "kind" FeeKind; "fees" "payer" Payer; "payments" "way" PayWay; "cash" "way" PayWay;
            "payments" "for" PaidFor; "claim_shares" "party" Party; "claim_shares" "state" ClaimState;
            "states" "state" SettleState; "answers" "step" RequestStep; "moves" "move" StockMove;
            "approvals" "kind" ApprovalKind; "overrides" "of" OverrideOf; "certificates" "kind" CertificateKind;
            "follow_ups" "kind" FollowUpKind; "wages" "kind" WageKind; "events" "event" RosterEvent;
            "plan" "step" PlanStep; "serials" "unit" UnitOf;
        }
        assert!(term("nodes", "kind", "teleported").is_none());
        assert!(term("payments", "way", "gold").is_none());
    }
}
