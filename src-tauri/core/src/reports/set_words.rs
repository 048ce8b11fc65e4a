//! How the fields and values of rule sets are read by people: names of fields, units, words of the trade.

use doorstep_schemas::view::Text;

use super::terms;
use crate::domain::obstacle::say;
use crate::reports::day::money;
use crate::rules::compare::{Leaf, Said};

/// What one field of a file is called: the list, or the value.
const FIELDS: &[(&str, &str, &str)] = &[
    ("limits", "限值", "limits"),
    ("needs", "该测该拍的", "what is asked for"),
    ("figures", "不合格时再测", "measured as well after a failure"),
    ("mending", "常用整改", "usual remedies"),
    ("photo_names", "照片名称", "names of photos"),
    ("policies", "保修政策", "policies"),
    ("void_reasons", "不保原因", "what voids it"),
    ("start_order", "起算凭证顺序", "proofs, the first one counts"),
    ("counting", "三包次数", "repeated faults"),
    ("promises", "时限与额度", "promises and limits"),
    ("books", "价目", "price books"),
    ("makers", "厂家", "makers"),
    ("rates", "计件", "piece rates"),
    ("deductions", "扣款", "deductions"),
    ("crews", "多人分成", "shares of a crew"),
    ("surcharges", "附加费", "surcharges"),
    ("parts", "配件", "parts"),
    ("faults", "故障", "faults"),
    ("steps", "上门步骤", "steps of a visit"),
    ("services", "五项服务", "five services"),
    ("scripts", "话术", "scripts"),
    ("norms", "规范", "norms"),
    ("notices", "告知书", "notices"),
    ("consents", "同意书", "consents"),
    ("price_booklet", "价目册说明", "price booklet"),
    ("replies", "回单格式", "replies to makers"),
    ("messages", "给用户的消息", "messages to the customer"),
    ("albums", "照片顺序", "order of photos"),
    ("markers", "派单识别词", "words of dispatch texts"),
    ("brands", "品牌", "brands"),
    ("outlet", "本店", "the outlet"),
    ("public", "公共电话", "public numbers"),
    ("townships", "乡镇", "townships"),
    ("arrive_near_minutes", "近处到达", "to arrive, near"),
    ("arrive_far_minutes", "远处到达", "to arrive, far"),
    ("gas_company", "燃气公司的叫法", "words for the gas company"),
    ("triggers", "触发词", "trigger words"),
    ("never", "千万不要", "never"),
    ("call_first", "先打给谁", "whom to call first"),
    ("send_after", "何时能派人", "when somebody may be sent"),
    ("card_shown_ms", "公示卡至少展示", "card shown for"),
    ("market", "市场级别", "market tier"),
    ("parts_hours", "配件到货", "parts arrive in"),
    ("tier1", "一级市场", "tier 1"),
    ("tier2", "二级市场", "tier 2"),
    ("tier3", "三级市场", "tier 3"),
    ("tier4", "四级市场", "tier 4"),
    ("first_visit_hours", "首次上门", "first visit within"),
    ("take_out_hours", "拉修带备用机", "take-out with a loaner within"),
    ("early_grace_minutes", "早到仍算准时", "early still counts as on time"),
    ("rating_delay_minutes", "离开后多久请评价", "rating opens after leaving by"),
    ("silence_hours", "无回音归档", "filed without an answer after"),
    ("call_above_fen", "收费高于此数回访", "called when paid more than"),
    ("compensation_limit_fen", "现场赔付上限", "damage paid on the spot up to"),
    ("sample_percent", "随机回访比例", "called at random"),
    ("old_part_days", "旧件退回", "old parts are due in"),
    ("expiry_notice_days", "证件到期提前提醒", "papers announced before they end by"),
    ("lease_days", "离线多久看不到别人的单", "others' work hidden after being away"),
    ("recheck_days", "隐患复查", "hazards checked again in"),
    ("revisit_days", "返修计入首修率", "comings-back count within"),
    ("clock_offset_minutes", "时钟偏差提示", "clock shown as wrong beyond"),
    ("return_days", "可退货", "money back within"),
    ("exchange_days", "可换货", "exchange within"),
    ("repairs_before_exchange", "修几次可换", "repairs before an exchange"),
    ("guide_fen", "指导价", "guide price"),
    ("settlement_fen", "结算价", "settlement price"),
    ("rate_fen", "计件价", "rate"),
    ("usual_fen", "通常金额", "usual amount"),
    ("ratio_percent", "差价提醒线", "ratio that is marked"),
    ("months", "保修期", "term"),
    ("sold_since", "购买日起", "sold since"),
    ("part", "部件", "part"),
    ("guide", "对应价目", "item of the price book"),
    ("unit", "单位", "unit"),
    ("name", "名称", "name"),
    ("label", "名称", "name"),
    ("title", "标题", "title"),
    ("body", "正文", "text"),
    ("script", "话术", "what to say"),
    ("lines", "句子", "lines"),
    ("norm", "规范", "norm"),
    ("signed", "签字处", "by the signature"),
    ("refused", "拒签处", "where it is refused"),
    ("number", "号码", "number"),
    ("limit", "限值说明", "limit as it is read"),
    ("place", "测量位置", "where to measure"),
    ("basis", "依据", "basis"),
    ("certainty", "可靠程度", "certainty"),
    ("on_fail", "不合格时", "on failure"),
    ("on_warn", "警告时", "on a warning"),
    ("phase", "阶段", "phase"),
    ("class", "不合格等级", "class on failure"),
    ("class_for", "特定等级", "class where it differs"),
    ("applies", "适用", "applies to"),
    ("appliances", "电器", "appliances"),
    ("appliance", "电器", "appliance"),
    ("jobs", "工单类型", "kinds of jobs"),
    ("when", "情形", "circumstances"),
    ("readings", "要测的", "readings"),
    ("photos", "要拍的", "photos"),
    ("fixes", "整改办法", "remedies"),
    ("methods", "测法", "methods"),
    ("options", "选项", "options"),
    ("bands", "档", "band"),
    ("cases", "情况", "case"),
    ("from", "下限", "from"),
    ("to", "上限", "up to"),
    ("least", "至少", "at least"),
    ("most", "最大读数", "greatest value"),
    ("per_kw", "每千瓦", "per kW"),
    ("decimals", "小数位", "decimals"),
    ("verdict", "判定", "verdict"),
    ("minutes", "限时", "time allowed"),
    ("percent", "分成", "shares"),
    ("far", "路远", "far"),
    ("symptom", "现象", "symptom"),
    ("fault", "故障", "fault"),
    ("cause", "原因", "cause"),
    ("action", "措施", "action"),
    ("pairs", "原因与措施", "cause and action"),
    ("tools", "工具", "tools"),
    ("difficulty", "难度", "difficulty"),
    ("urgency", "紧急程度", "urgency"),
    ("work", "需要的证", "certificates needed"),
    ("warranty_part", "保修部件", "part for the warranty"),
    ("segments", "用户类别", "segments"),
    ("regions", "乡镇", "townships"),
    ("stages", "顺序", "order"),
    ("labels", "识别词", "words"),
    ("proofs", "要的凭证", "proofs"),
    ("item", "价目项", "item"),
    ("seasons", "按季节提醒", "by season"),
    ("ages", "按机龄提醒", "by the machine's age"),
    ("after_service", "按上次服务提醒", "by the last service"),
    ("from_month", "从几月", "from month"),
    ("to_month", "到几月", "to month"),
    ("after_months", "满多久", "after"),
    ("quiet_months", "刚服务过不提醒", "not so soon after a service"),
    ("contracts", "保养合同", "maintenance contracts"),
    ("tell_days", "到期前列出", "listed before it is due by"),
    ("order_days", "到期前自动下单", "order taken before it is due by"),
    ("certificates", "证件要求", "certificates"),
    ("certificate", "证件", "certificate"),
    ("brazing", "动焊的说法", "words for brazing"),
    ("grades", "等级要求", "what grades ask for"),
    ("grade", "等级", "grade"),
    ("years", "从业", "in the trade"),
    ("exam", "考试", "exam"),
    ("interview", "面试", "interview"),
];

/// Words that stand in no document.
const WORDS: &[(&str, &str, &str)] = &[
    ("pass", "合格", "pass"),
    ("warn", "注意", "caution"),
    ("fail", "不合格", "fail"),
    ("not_measured", "未测", "not measured"),
    ("before_work", "开工前", "before work"),
    ("before_power", "通电前", "before power"),
    ("trial", "试机", "trial"),
    ("standard", "标准", "standard"),
    ("maker", "厂家", "maker"),
    ("practice", "惯例", "practice"),
    ("a", "A 级", "class A"),
    ("b", "B 级", "class B"),
    ("c", "C 级", "class C"),
    ("tier1", "一级市场", "tier 1"),
    ("tier2", "二级市场", "tier 2"),
    ("tier3", "三级市场", "tier 3"),
    ("tier4", "四级市场", "tier 4"),
    ("always", "总是", "always"),
    ("at_height", "要登高", "work at height"),
    ("brazing", "要动焊", "brazing"),
    ("no_exam", "不用考", "none"),
    ("junior", "初级", "junior"),
    ("intermediate", "中级", "intermediate"),
    ("senior", "高级", "senior"),
];

/// Steps of a path that say only how the file is built.
const SILENT: [&str; 8] = ["measure", "number", "by", "fixed", "choice", "age", "against", "together"];
/// Under these a file counts in thousandths of the unit.
const THOUSANDTHS: [&str; 8] = ["from", "to", "least", "most", "per_kw", "volts", "section", "amps"];

/// What a field is called; its own word where nobody gave it one.
pub fn field(word: &str) -> Text {
    match FIELDS.iter().find(|(known, ..)| *known == word) {
        Some((_, zh, en)) => say(*zh, *en),
        None => say(word, word),
    }
}

/// What a row is about, where it has no name: its field, or the words of the trade that it fits.
pub fn words(row: &str) -> Text {
    let known = |word: &str| FIELDS.iter().find(|(known, ..)| *known == word).map(|(_, zh, en)| say(*zh, *en));
    let words: Vec<Text> = row.split(' ').map(|word| known(word).unwrap_or_else(|| term(word))).collect();
    let all = |of: fn(&Text) -> &str| words.iter().map(of).collect::<Vec<_>>().join(" ");
    Text { zh: all(|word| &word.zh), en: all(|word| &word.en) }
}

/// Where a row lies: the list, and the book or maker in it.
pub fn under(path: &[String]) -> Text {
    joined(path, " · ", " · ")
}

/// Where a value stands in its row.
pub fn place(leaf: &Leaf) -> Text {
    let last = leaf.path.len().saturating_sub(1);
    let told: Vec<String> = leaf
        .path
        .iter()
        .enumerate()
        .filter(|(n, step)| *n == last || !silent(leaf, step))
        .map(|(_, s)| s.clone())
        .collect();
    joined(&told, " ", " ")
}

fn silent(leaf: &Leaf, step: &str) -> bool {
    leaf.path.first().is_some_and(|first| first == "measure") && SILENT.contains(&step)
}

fn joined(path: &[String], zh: &str, en: &str) -> Text {
    let names: Vec<Text> = path.iter().map(|step| field(step)).collect();
    let all = |of: fn(&Text) -> &str, by: &str| names.iter().map(of).collect::<Vec<_>>().join(by);
    Text { zh: all(|name| &name.zh, zh), en: all(|name| &name.en, en) }
}

/// What a number counts; empty for a price.
pub fn unit(leaf: &Leaf, row: &str) -> Text {
    let last = leaf.path.last().map_or(row, String::as_str);
    let above = leaf.path.iter().rev().nth(1).map_or("", String::as_str);
    let ends = |ending: &str| last.ends_with(ending);
    if ends("hours") || above == "parts_hours" || (leaf.path.len() == 1 && row == "parts_hours") {
        say("小时", "h")
    } else if ends("minutes") {
        say("分钟", "min")
    } else if ends("days") {
        say("天", "days")
    } else if ends("percent") {
        say("%", "%")
    } else if ends("months") {
        say("个月", "months")
    } else if ends("years") {
        say("年", "years")
    } else if ends("_ms") {
        say("毫秒", "ms")
    } else {
        let unit = leaf.unit.as_deref().filter(|_| thousandths(leaf)).unwrap_or_default();
        say(unit, unit)
    }
}

/// Whether a number is money.
pub fn is_money(leaf: &Leaf, row: &str) -> bool {
    leaf.path.last().map_or(row, String::as_str).ends_with("_fen")
}

fn thousandths(leaf: &Leaf) -> bool {
    leaf.path.first().is_some_and(|first| first == "measure")
        && leaf.path.last().is_some_and(|last| THOUSANDTHS.contains(&last.as_str()))
}

/// A value as people read it. `row`: what its row is about, where the value is all of the row.
pub fn value(leaf: &Leaf, row: &str, said: &Said) -> Text {
    match said {
        Said::Text(text) => text.clone(),
        Said::Flag(true) => say("是", "yes"),
        Said::Flag(false) => say("否", "no"),
        Said::Words(words) => {
            let words: Vec<Text> = words.iter().map(|word| term(word)).collect();
            let all = |of: fn(&Text) -> &str, by: &str| words.iter().map(of).collect::<Vec<_>>().join(by);
            Text { zh: all(|word| &word.zh, "、"), en: all(|word| &word.en, ", ") }
        }
        Said::Number(number) if is_money(leaf, row) => say(money(*number), money(*number)),
        Said::Number(number) => {
            let figure = if thousandths(leaf) { decimal(*number) } else { number.to_string() };
            let unit = unit(leaf, row);
            let with = |unit: &str| {
                if unit.is_empty() || unit == "%" { format!("{figure}{unit}") } else { format!("{figure} {unit}") }
            };
            say(with(&unit.zh), with(&unit.en))
        }
    }
}

/// `4.2` of 4,200 thousandths.
fn decimal(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, rest) = (thousandths.unsigned_abs() / 1_000, thousandths.unsigned_abs() % 1_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let rest = format!("{rest:03}");
    format!("{sign}{whole}.{}", rest.trim_end_matches('0'))
}

fn term(word: &str) -> Text {
    if let Some((_, zh, en)) = WORDS.iter().find(|(known, ..)| *known == word) {
        return say(*zh, *en);
    }
    let lists = [
        ("marks", "kind"),
        ("appliances", "kind"),
        ("photos", "stage"),
        ("certificates", "kind"),
        ("grades", "grade"),
        ("marks", "segment"),
    ];
    let known = lists.iter().find_map(|(container, key)| terms::term(container, key, word));
    known.map_or_else(|| say(word, word), |phrase| say(phrase.0, phrase.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(path: &[&str], unit: Option<&str>) -> Leaf {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Leaf { path, pointer: String::new(), unit: unit.map(str::to_owned), said: Said::Flag(true) }
    }

    #[test]
    fn a_value_is_read_with_its_unit_as_it_is_written_in_the_trade() {
        let earth = leaf(&["measure", "number", "by", "fixed", "bands", "1", "to"], Some("Ω"));
        assert_eq!(value(&earth, "earth_resistance", &Said::Number(4_001)).zh, "4.001 Ω");
        assert_eq!(place(&earth).zh, "档 1 上限");
        assert_eq!(value(&leaf(&["guide_fen"], Some("each")), "weld", &Said::Number(20_500)).zh, "¥205.00");
        let alone = leaf(&[], None);
        assert_eq!(value(&alone, "compensation_limit_fen", &Said::Number(30_000)).en, "¥300.00");
        assert_eq!(value(&alone, "first_visit_hours", &Said::Number(24)).en, "24 h");
        assert_eq!(value(&leaf(&["tier4"], None), "parts_hours", &Said::Number(48)).zh, "48 小时");
        assert_eq!(
            value(&leaf(&["jobs"], None), "", &Said::Words(vec!["install".into(), "repair".into()])).zh,
            "安装、维修"
        );
    }
}
