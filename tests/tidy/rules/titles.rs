//! What each rule of the trade is about, in a few words: a title to find it by, not its text.

/// 中文 and English, from R1 on.
pub const TITLES: [(&str, &str); super::scan::LAST as usize] = [
    ("按约到达", "arrival inside the window"),
    ("作业时限", "how long work may take"),
    ("接报分级", "danger sorted out by phone"),
    ("首访与取机时限", "first visit, fetching a unit"),
    ("送修等待可见", "waiting times at the bench"),
    ("现场接单", "a job made on the spot"),
    ("证书与等级", "certificates first, then grades"),
    ("一次就好", "solved in one visit"),
    ("用户分类与老用户", "kinds of customers, known callers"),
    ("公示卡", "the card comes first"),
    ("测电分阶段", "readings by phase"),
    ("不合格分级", "what a failure stops"),
    ("五项服务", "five services, none unexplained"),
    ("隐患整改", "hazards put right"),
    ("维修单必填", "what a sheet must say"),
    ("隐蔽工程与验收", "concealed work, acceptance, project papers"),
    ("备用机", "loaners come before taking away"),
    ("交接", "what a handover must name"),
    ("先检测后报价", "diagnosis, quote, consent: in order"),
    ("无法修复须告知", "unrepairable: the customer is told"),
    ("维修清单与级别", "causes, costs, levels side by side"),
    ("师傅库存", "what members carry"),
    ("配件申请", "asking for parts"),
    ("旧件", "old parts go back"),
    ("网点进货价", "parts at the dealer's price"),
    ("保修判断与退换", "who pays; return and exchange"),
    ("费用与价目", "lines, books, the settlement price"),
    ("超指导价", "above the guide price"),
    ("自费活同样要求", "paid work, the same measures"),
    ("损坏与理赔", "damage and who bears it"),
    ("结算前检查", "ready to be settled"),
    ("制冷剂", "work on the refrigerant circuit"),
    ("用户看进度", "what the customer may follow"),
    ("评价", "ratings, later and elsewhere"),
    ("评分", "scores with their count"),
    ("回访", "asking how it was"),
    ("提醒、合同、转介", "reminders, contracts, referrals"),
    ("日清", "the day in figures"),
    ("审核", "approval of one version"),
    ("抽样回访", "a sample by seed"),
    ("厂家派单与回单", "the maker's own app"),
    ("今日收入", "what today earned"),
    ("现金、收款码、开票", "cash, collection code, invoices"),
    ("国补", "subsidised trade-in"),
    ("给用户的凭证", "proof for the customer"),
    ("故障统计报厂家", "failures counted for the maker"),
    ("花名册", "exams, training, rewards, penalties"),
    ("经销商查看", "a dealer who may look"),
    ("话术与规范", "scripts and norms at hand"),
    ("售前勘测", "a survey may refuse the sale"),
];

#[test]
fn every_rule_has_a_title_of_its_own_that_is_short() {
    for (n, (zh, en)) in TITLES.iter().enumerate() {
        assert!(
            (2..=12).contains(&zh.chars().count()) && (2..=6).contains(&en.split(' ').count()),
            "R{} {zh} {en}",
            n + 1
        );
        assert!(!TITLES[..n].iter().any(|other| other.0 == *zh || other.1 == *en), "R{} {zh} {en}", n + 1);
    }
}
