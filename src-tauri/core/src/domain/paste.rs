//! A pasted dispatch or chat text, read into an order's fields (R41).
//!
//! Everything is a proposal: what the text doesn't say stays empty, and a person looks at it before it is taken.

use doorstep_schemas::view::{ApplianceKind, Window};

use super::intake::{half_width, is_mobile, same_phone};
use super::when;

/// What labels and names an outlet's makers use, from rule data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markers {
    pub name: Vec<String>,
    pub phone: Vec<String>,
    pub address: Vec<String>,
    pub product: Vec<String>,
    pub model: Vec<String>,
    pub fault: Vec<String>,
    pub maker_order: Vec<String>,
    pub window: Vec<String>,
    pub appliances: Vec<(ApplianceKind, Vec<String>)>,
    pub brands: Vec<String>,
    pub townships: Vec<String>,
}

/// Fields that the text names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposed {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub township: Option<String>,
    pub appliance: Option<ApplianceKind>,
    pub brand: Option<String>,
    pub model: Option<String>,
    pub fault: Option<String>,
    pub maker_order: Option<String>,
    pub window: Option<Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Name,
    Phone,
    Address,
    Product,
    Model,
    Fault,
    MakerOrder,
    Window,
}

/// Reads a text (R41). `now` tells what 明天 means.
pub fn parse_dispatch(text: &str, markers: &Markers, now: i64) -> Proposed {
    let text: String = text.chars().map(half_width).collect();
    let said = labelled(&text, markers);
    let value = |label| said.iter().find(|(l, _)| *l == label).map(|(_, value)| value.clone());
    let mut out = Proposed {
        name: value(Label::Name),
        phone: value(Label::Phone).and_then(|v| phone_in(&v).or_else(|| landline(&v))).or_else(|| phone_in(&text)),
        address: value(Label::Address),
        model: value(Label::Model),
        fault: value(Label::Fault),
        maker_order: value(Label::MakerOrder),
        window: value(Label::Window).and_then(|v| when::window(&v, now)).or_else(|| when::window(&text, now)),
        ..Proposed::default()
    };
    if out.name.is_none() || out.address.is_none() {
        from_segments(&text, markers, &mut out);
    }
    out.township = longest(out.address.as_deref().unwrap_or(&text), &markers.townships);
    let product = value(Label::Product);
    let about = product.as_deref().unwrap_or(&text);
    out.brand = longest(about, &markers.brands);
    out.appliance = appliance(about, markers).or_else(|| appliance(&text, markers));
    if out.model.is_none() {
        out.model = out.brand.as_ref().and_then(|brand| model_after(about, brand));
    }
    out
}

/// Values behind labels: `姓名：罗桂香 电话: 138…` or `【姓名】罗桂香`, up to the next label or the line's end.
fn labelled(text: &str, markers: &Markers) -> Vec<(Label, String)> {
    let lists = [
        (Label::Name, &markers.name),
        (Label::Phone, &markers.phone),
        (Label::Address, &markers.address),
        (Label::Product, &markers.product),
        (Label::Model, &markers.model),
        (Label::Fault, &markers.fault),
        (Label::MakerOrder, &markers.maker_order),
        (Label::Window, &markers.window),
    ];
    let mut found: Vec<(usize, usize, Label)> = Vec::new();
    for (label, words) in lists {
        for word in words.iter().filter(|w| !w.is_empty()) {
            for (at, _) in text.match_indices(word.as_str()) {
                let rest = &text[at + word.len()..];
                let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let mark = rest[gap..].chars().next().filter(|c| matches!(c, ':' | ']' | '】'));
                if let Some(mark) = mark.filter(|_| begins_a_label(&text[..at])) {
                    found.push((at, at + word.len() + gap + mark.len_utf8(), label));
                }
            }
        }
    }
    found.sort_unstable_by_key(|(at, end, _)| (*at, *end));
    let mut out = Vec::new();
    for (n, (_, end, label)) in found.iter().enumerate() {
        let until = found.get(n + 1).map_or(text.len(), |(next, ..)| (*next).max(*end));
        let value = text[*end..until].lines().next().unwrap_or_default();
        let value = before_unknown_label(value.split([';', '；']).next().unwrap_or_default());
        let value = value.trim_matches(|c: char| c.is_whitespace() || ",，。;；:【】[]、".contains(c));
        if !value.is_empty() {
            out.push((*label, value.to_owned()));
        }
    }
    out
}

/// Whether a label may begin behind this text. 师傅电话 is another label than 电话, so a word must not run into it; but
/// right behind a value without a space it does: 姓名:罗桂香电话:138…
fn begins_a_label(before: &str) -> bool {
    let mark = before.char_indices().rev().find(|(_, c)| !c.is_alphanumeric());
    mark.map_or(before.is_empty(), |(at, c)| at + c.len_utf8() == before.len() || matches!(c, ':' | '】' | ']'))
}

/// The value without what follows under a label that nobody named: 罗桂香 师傅电话:139…
fn before_unknown_label(value: &str) -> &str {
    let colon = value.match_indices(':').find(|(at, _)| !value[..*at].ends_with(|c: char| c.is_ascii_digit()));
    let cut = colon.and_then(|(at, _)| value[..at].trim_end().rfind(char::is_whitespace));
    cut.map_or(value, |cut| &value[..cut])
}

/// The first mobile number: eleven digits, or in groups of three, four, four.
fn phone_in(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    for start in 0..chars.len() {
        if !chars[start].is_ascii_digit() || (start > 0 && chars[start - 1].is_ascii_digit()) {
            continue;
        }
        let mut digits = String::new();
        for (n, c) in chars[start..].iter().enumerate() {
            let grouped =
                matches!(c, ' ' | '-') && matches!(digits.len(), 3 | 7) && chars[start + n - 1].is_ascii_digit();
            match c {
                c if c.is_ascii_digit() => digits.push(*c),
                _ if grouped => {}
                _ => break,
            }
            // A longer run of digits is another number: an order's, a serial.
            let ends = chars.get(start + n + 1).is_none_or(|next| !next.is_ascii_digit());
            let national = digits.strip_prefix("86").filter(|_| digits.len() == 13).unwrap_or(&digits);
            if ends && is_mobile(national) {
                return Some(national.to_owned());
            }
        }
    }
    None
}

/// A labelled number that is no mobile.
fn landline(text: &str) -> Option<String> {
    Some(same_phone(text)).filter(|digits| (7..=12).contains(&digits.len()))
}

/// Without labels: `罗桂香，13800001001，城关镇南门小区3-1-502`: the name stands before the number, the address holds a
/// township.
fn from_segments(text: &str, markers: &Markers, out: &mut Proposed) {
    let segments: Vec<&str> =
        text.split(|c: char| ",，;；。\n\r\t ".contains(c)).map(str::trim).filter(|s| !s.is_empty()).collect();
    let labels = |s: &str| s.contains([':', '【', '】', '[', ']']);
    if out.name.is_none()
        && let Some(at) = segments.iter().position(|s| phone_in(s).is_some() && !labels(s))
        && let Some(before) = at.checked_sub(1).map(|n| segments[n])
        && (2..=4).contains(&before.chars().count())
        && before.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
        && appliance(before, markers).is_none()
        && longest(before, &markers.brands).is_none()
        && longest(before, &markers.townships).is_none()
    {
        out.name = Some(before.to_owned());
    }
    if out.address.is_none() {
        let holds = |s: &&&str| !labels(s) && phone_in(s).is_none() && longest(s, &markers.townships).is_some();
        out.address = segments.iter().find(holds).map(|s| (*s).to_owned());
    }
}

/// The longest of the words that the text holds.
pub(super) fn longest(text: &str, words: &[String]) -> Option<String> {
    let found = words.iter().filter(|word| !word.is_empty() && text.contains(word.as_str()));
    found.max_by_key(|word| (word.len(), std::cmp::Reverse(*word))).cloned()
}

/// The appliance that the text names.
pub(super) fn appliance(text: &str, markers: &Markers) -> Option<ApplianceKind> {
    let words = markers.appliances.iter().flat_map(|(kind, words)| words.iter().map(|word| (*kind, word)));
    let found = words.filter(|(_, word)| !word.is_empty() && text.contains(word.as_str()));
    found.max_by_key(|(kind, word)| (word.len(), std::cmp::Reverse(*kind))).map(|(kind, _)| kind)
}

/// The word behind the brand's name, if it looks like a model: letters and digits.
pub(super) fn model_after(text: &str, brand: &str) -> Option<String> {
    let rest = text.split_once(brand)?.1;
    let model: String = rest
        .trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '(' | ')' | '.'))
        .collect();
    let whole = model.len() >= 4 && model.bytes().any(|b| b.is_ascii_digit());
    (whole && model.bytes().any(|b| b.is_ascii_alphabetic())).then_some(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{HOUR, MIDNIGHT, NOON};
    use doorstep_schemas::view::Millis;
    use proptest::prelude::*;

    fn markers() -> Markers {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        Markers {
            name: list(&["用户姓名", "姓名", "客户", "Name"]),
            phone: list(&["联系电话", "电话", "Phone"]),
            address: list(&["服务地址", "地址", "Address"]),
            product: list(&["产品", "机型"]),
            model: list(&["型号", "Model"]),
            fault: list(&["故障现象", "故障", "Fault"]),
            maker_order: list(&["工单号", "服务单号", "Order no"]),
            window: list(&["预约时间", "Time"]),
            appliances: vec![
                (ApplianceKind::AirConditioner, list(&["空调", "挂机"])),
                (ApplianceKind::GasHeater, list(&["燃气热水器"])),
                (ApplianceKind::StorageHeater, list(&["热水器"])),
            ],
            brands: list(&["北岭", "安泉", "旺泉"]),
            townships: list(&["城关镇", "石桥铺镇", "大湾乡"]),
        }
    }

    fn read(text: &str) -> Proposed {
        parse_dispatch(text, &markers(), NOON)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn r41_a_makers_dispatch_text_proposes_every_field() {
        let text = "【北岭服务】您有新工单\n服务单号：CG2026112101\n用户姓名：罗桂香  联系电话：138 0000 1001\n\
                    服务地址：城关镇南门小区3-1-502\n产品：北岭 KFR-35GW/BP3N1 挂机\n故障现象：不制冷；用户催单\n\
                    预约时间：11月22日14:00-16:00";
        let found = read(text);
        assert_eq!(found.name, some("罗桂香"));
        assert_eq!(found.phone, some("13800001001"));
        assert_eq!(found.address, some("城关镇南门小区3-1-502"));
        assert_eq!(found.township, some("城关镇"));
        assert_eq!(found.appliance, Some(ApplianceKind::AirConditioner));
        assert_eq!((found.brand, found.model), (some("北岭"), some("KFR-35GW/BP3N1")));
        assert_eq!(found.fault, some("不制冷"));
        assert_eq!(found.maker_order, some("CG2026112101"));
        let from = MIDNIGHT + 38 * HOUR;
        assert_eq!(found.window, Some(Window { from: Millis(from), to: Millis(from + 2 * HOUR) }));
    }

    #[test]
    fn r41_a_line_of_chat_is_enough() {
        let found = read("彭秀兰，13800001003，石桥铺镇老街27号，安泉ES50H-A1热水器跳闸，明天上午9点到11点");
        assert_eq!((found.name, found.phone), (some("彭秀兰"), some("13800001003")));
        assert_eq!((found.address, found.township), (some("石桥铺镇老街27号"), some("石桥铺镇")));
        assert_eq!((found.brand, found.model), (some("安泉"), some("ES50H-A1")));
        assert_eq!(found.appliance, Some(ApplianceKind::StorageHeater));
        assert_eq!(found.window.map(|w| w.from), Some(Millis(MIDNIGHT + 33 * HOUR)));
        assert_eq!(found.fault, None, "what is wrong is not guessed");
    }

    #[test]
    fn r41_nothing_is_invented() {
        assert_eq!(read("在吗"), Proposed::default());
        assert_eq!(read(""), Proposed::default());
        assert_eq!(read("姓名：\n电话：\n地址："), Proposed::default());
        assert_eq!(read("单号 20261121013800001001").phone, None, "digits of a longer number");
        assert_eq!(read("条码 138000010011234").phone, None, "nor the beginning of one");
        assert_eq!(read("电话：0718-8221234").phone, some("07188221234"));
        assert_eq!(read("热水器 13800001001").name, None, "a machine is nobody's name");
        assert_eq!(read("北岭 A1 坏了").model, None, "too short for a model");
    }

    #[test]
    fn r41_a_label_that_nobody_named_is_not_taken_for_another() {
        let found = read("姓名：罗桂香 师傅电话：13900009999\n师傅姓名：冉小军\n联系电话：13800001001");
        assert_eq!((found.name, found.phone), (some("罗桂香"), some("13800001001")));
        let found = read("姓名：罗桂香电话：13800001001地址：城关镇南门小区");
        assert_eq!((found.name, found.phone), (some("罗桂香"), some("13800001001")));
        assert_eq!(found.address, some("城关镇南门小区"));
    }

    #[test]
    fn r41_labels_in_english_full_width_and_brackets_are_read() {
        let found = read("Name: Tian Youfu\nPhone: +86 138-0000-1002\nAddress: 大湾乡三组\nModel: ES60H-D3");
        assert_eq!((found.name, found.phone), (some("Tian Youfu"), some("13800001002")));
        assert_eq!((found.model, found.township), (some("ES60H-D3"), some("大湾乡")));
        let found = read("【姓名】向明【电话】１３８００００１００４");
        assert_eq!((found.name, found.phone), (some("向明"), some("13800001004")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn r41_whatever_is_pasted_is_read_without_harm(
            parts in proptest::collection::vec("(\\PC{0,8}|姓名：|电话:|【地址】|明天|下午2点|到|13800001001|11月31日|\n|北岭 )", 0..14),
        ) {
            let text = parts.concat();
            let found = read(&text);
            let half: String = text.chars().map(half_width).collect();
            for value in [found.name, found.address, found.model, found.fault, found.maker_order].into_iter().flatten() {
                prop_assert!(half.contains(&value), "{value}");
            }
            prop_assert!(found.phone.is_none_or(|p| (7..=12).contains(&p.len())));
        }
    }
}
