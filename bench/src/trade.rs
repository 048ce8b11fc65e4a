//! What people of the trade write, composed from a seed: customers, machines, faults, what was done, instruments.
//!
//! Texts carry numbers and choices, because one text repeated six hundred times would measure the compressor's memory
//! and not the app. Places and brands are invented ones.

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::{ApplianceInput, CustomerInput, SheetField, TakeOrder};
use doorstep_schemas::view::{ApplianceKind, Coverage, Fen, JobKind, Millis, Urgency, Window};

use doorstep_tests::chance::Chance;

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高",
    "罗", "覃", "向", "田", "彭",
];
const GIVEN: [&str; 30] = [
    "桂香", "有福", "秀兰", "明", "大勇", "小妹", "正平", "光荣", "建军", "丽华", "志强", "玉珍", "春生", "晓燕",
    "德发", "红梅", "国庆", "翠英", "海涛", "美玲", "长林", "凤仙", "永康", "雪琴", "家旺", "淑芬", "文斌", "冬梅",
    "立新", "爱民",
];
const TOWNSHIPS: [&str; 9] =
    ["城关镇", "石桥铺镇", "新集镇", "大湾乡", "双河口镇", "柳林镇", "白杨坪乡", "红岩乡", "高店子镇"];
const ROADS: [&str; 12] = [
    "建设路",
    "南门小区",
    "老街",
    "幸福苑",
    "沿河路",
    "卫生院宿舍",
    "粮站旁",
    "实验小学家属楼",
    "桥头巷",
    "解放东路",
    "供销社楼上",
    "三组",
];
const NOTES: [&str; 16] = [
    "家里有老人，尽快",
    "上门前半小时打电话",
    "旧机要收走",
    "下午三点以后才有人",
    "老房子，可能没接地",
    "楼道窄，机器抬不进去要拆门",
    "保内，旧件要回",
    "上次修过同样的毛病",
    "国补单，铭牌和条码都要拍",
    "只收现金",
    "狗拴在院子里，进门喊一声",
    "客户自己关了水阀",
    "电表在一楼，跳闸要找房东",
    "从厨房那边走线",
    "打孔的是混凝土墙",
    "问一下延保怎么买",
];
const SYMPTOMS: [&str; 18] = [
    "接头渗水",
    "不加热",
    "一开就跳闸",
    "水忽冷忽热",
    "显示故障代码",
    "噪音大",
    "制冷差",
    "内机滴水",
    "不排水",
    "脱水时跳动",
    "有声无图",
    "打不着火",
    "烧一会儿就熄火",
    "遥控没反应",
    "冷藏室结冰",
    "门封关不严",
    "外机不转",
    "开机有异响",
];
const PLACES: [&str; 14] = [
    "进水接头",
    "出水口",
    "加热管",
    "安全阀",
    "主板",
    "继电器",
    "排水泵",
    "压缩机启动电容",
    "电磁阀",
    "风机轴承",
    "门封条",
    "温度探头",
    "高压点火针",
    "排水管",
];
const FAULTS: [&str; 12] = [
    "漏水",
    "开路",
    "对地绝缘低",
    "卡死不转",
    "触点粘连",
    "结垢",
    "虚焊",
    "老化开裂",
    "堵塞",
    "倒坡",
    "受潮短路",
    "阻值漂移",
];
const CAUSES: [&str; 16] = [
    "密封圈老化",
    "水压过高没装减压阀",
    "水质硬，结垢",
    "线头没压紧",
    "用了十年没保养",
    "老鼠咬断线皮",
    "安装时倒坡",
    "电压长期偏低",
    "异物卡住",
    "雷雨天插着电",
    "镁棒耗尽",
    "接地线被剪掉",
    "冷凝水倒灌",
    "油泥太厚",
    "进水滤网堵死",
    "上一家用了代用件",
];
const DONE: [&str; 12] = [
    "换新件",
    "清洗后装回",
    "重新压接端子",
    "补焊",
    "调整坡度",
    "抽真空后加注",
    "换密封圈",
    "拆开除垢",
    "加装减压阀",
    "更换整条软管",
    "重新走线穿管",
    "紧固后打胶",
];
const PROVED: [&str; 10] = [
    "通水试压",
    "试机半小时正常",
    "复测绝缘合格",
    "出水温度稳定",
    "听不到异响",
    "出风口温差达标",
    "连续点火十次成功",
    "脱水不跳动",
    "看不到渗水",
    "跟客户一起看过",
];
const INSTRUMENTS: [&str; 5] = ["接地电阻表", "插座检测仪", "钳形表", "兆欧表", "万用表"];
const REASONS: [&str; 8] = [
    "客户说刚做过",
    "没有带梯子",
    "机器装在吊顶里",
    "客户赶时间",
    "没有同类家电",
    "地方太窄",
    "新机第一次装",
    "房东不在家",
];

/// Parts that the list has: code, name, guide price in fen.
const PARTS: [(&str, &str, i64); 10] = [
    ("AQ-MF-63", "密封圈", 1_000),
    ("AQ-AQF-07", "安全阀", 2_500),
    ("AQ-RG-2000", "加热管", 9_500),
    ("AQ-MB-M6", "镁棒", 4_500),
    ("BTA41-600B", "可控硅", 1_800),
    ("LY-JDQ-30", "继电器", 1_200),
    ("LY-ZB-85", "主板", 38_000),
    ("YH-PSB-30W", "排水泵", 6_800),
    ("JS-DT-65", "背光灯条", 4_500),
    ("BL-ZB-3512", "主板", 29_000),
];
/// Parts that no list has.
const LOOSE: [&str; 8] =
    ["不锈钢软管 40 公分", "铜接头 四分", "排水管 3 米", "膨胀螺丝", "防水胶带", "三孔插座", "空气开关 32A", "角阀"];

/// Brand, model and kind of a machine.
const MACHINES: [(ApplianceKind, &str, &str); 12] = [
    (ApplianceKind::StorageHeater, "安泉", "ES60H-D3"),
    (ApplianceKind::StorageHeater, "安泉", "ES50H-A1"),
    (ApplianceKind::InstantHeater, "凌越", "DSK-85"),
    (ApplianceKind::AirConditioner, "北岭", "KFR-35GW/BP3N1"),
    (ApplianceKind::AirConditioner, "北岭", "KFR-72LW"),
    (ApplianceKind::WashingMachine, "云浣", "XQG100-14"),
    (ApplianceKind::WashingMachine, "云浣", "XQB80-28"),
    (ApplianceKind::GasHeater, "旺泉", "JSQ25-13"),
    (ApplianceKind::RangeHood, "凌越", "CXW-220"),
    (ApplianceKind::Television, "晶视", "65E3"),
    (ApplianceKind::Refrigerator, "北岭", "BCD-218T"),
    (ApplianceKind::InstantHeater, "凌越", "DSK-65E"),
];

/// An order as an owner takes it by phone: one appliance as a rule, sometimes two.
pub fn order(chance: &Chance, now_ms: i64, assignee: MemberId) -> TakeOrder {
    let appliances = 1 + usize::from(chance.happens(25));
    let hour = i64::from(chance.between(1, 9));
    TakeOrder {
        kind: JobKind::Repair,
        urgency: if chance.happens(15) { Urgency::Class2 } else { Urgency::Normal },
        far: chance.happens(50),
        customer: CustomerInput {
            name: format!("{}{}", chance.pick(&SURNAMES), chance.pick(&GIVEN)),
            phone: format!("1{}{:08}", chance.pick(&["38", "39", "59", "86", "77"]), chance.between(0, 100_000_000)),
            township: chance.pick(&TOWNSHIPS).to_owned(),
            address: address(chance),
        },
        appliances: (0..appliances).map(|_| machine(chance)).collect(),
        symptom: chance.pick(&SYMPTOMS).to_owned(),
        window: Some(Window { from: Millis(now_ms + hour * 3_600_000), to: Millis(now_ms + (hour + 2) * 3_600_000) }),
        coverage: if chance.happens(60) { Coverage::OutOfWarranty } else { Coverage::InWarranty },
        maker_order: if chance.happens(40) {
            format!("CJ2611{:07}", chance.between(0, 10_000_000))
        } else {
            String::new()
        },
        note: chance.pick(&NOTES).to_owned(),
        assignees: vec![assignee],
        details: None,
    }
}

fn address(chance: &Chance) -> String {
    let road = chance.pick(&ROADS);
    format!(
        "{road} {} 号 {}-{}",
        chance.between(1, 180),
        chance.between(1, 7),
        100 * chance.between(1, 8) + chance.between(1, 5)
    )
}

fn machine(chance: &Chance) -> ApplianceInput {
    let (kind, brand, model) = MACHINES[chance.between(0, 12) as usize];
    ApplianceInput { kind, brand: brand.to_owned(), model: model.to_owned(), serial: String::new() }
}

/// What a technician enters in a field. `take` counts the times that the same field is written: a text grows or is
/// put right.
pub fn field(chance: &Chance, field: SheetField, take: u32) -> String {
    match field {
        SheetField::Brand => MACHINES[chance.between(0, 12) as usize].1.to_owned(),
        SheetField::Model => format!("{}-{}", MACHINES[chance.between(0, 12) as usize].2, chance.between(1, 100)),
        SheetField::Serial => serial(chance),
        SheetField::Symptom => format!("{}，{}", chance.pick(&SYMPTOMS), since(chance)),
        SheetField::Fault => format!("{}{}", chance.pick(&PLACES), chance.pick(&FAULTS)),
        SheetField::Cause if take > 0 => format!("{}；{}", chance.pick(&CAUSES), chance.pick(&CAUSES)),
        SheetField::Cause => chance.pick(&CAUSES).to_owned(),
        SheetField::Action => action(chance, take),
        // Figures of the nameplate and the house.
        _ => chance.between(1, 100).to_string(),
    }
}

fn serial(chance: &Chance) -> String {
    let letters = chance.pick(&["AQ", "BL", "LY", "YH", "WQ", "JS"]);
    format!("{letters}{}{:02}{:06}", chance.between(2015, 2027), chance.between(1, 13), chance.between(0, 1_000_000))
}

fn since(chance: &Chance) -> String {
    match chance.between(0, 3) {
        0 => format!("{} 天了", chance.between(1, 20)),
        1 => format!("用到 {} 分钟就这样", chance.between(3, 50)),
        _ => format!("代码 E{}", chance.between(1, 40)),
    }
}

fn action(chance: &Chance, take: u32) -> String {
    let mut text = format!("{}{}", chance.pick(&PLACES), chance.pick(&DONE));
    for _ in 0..take.min(3) {
        text = format!("{text}，{}", chance.pick(&DONE));
    }
    match chance.between(0, 3) {
        0 => format!("{text}，{}", chance.pick(&PROVED)),
        1 => format!("{text}，水压 0.{} MPa 保持 {} 分钟", chance.between(3, 9), chance.between(5, 30)),
        _ => format!("{text}，出水 {} 度，{}", chance.between(38, 55), chance.pick(&PROVED)),
    }
}

/// Code, name and price of a part; a part that no list has has no code.
pub fn part(chance: &Chance) -> (String, String, Fen) {
    if chance.happens(35) {
        (String::new(), chance.pick(&LOOSE).to_owned(), Fen(i64::from(chance.between(3, 80)) * 100))
    } else {
        let (code, name, fen) = PARTS[chance.between(0, 10) as usize];
        (code.to_owned(), name.to_owned(), Fen(fen))
    }
}

pub fn instrument(chance: &Chance) -> String {
    if chance.happens(50) {
        String::new()
    } else {
        format!("{} {} 号", chance.pick(&INSTRUMENTS), chance.between(1, 6))
    }
}

pub fn reason(chance: &Chance) -> String {
    chance.pick(&REASONS).to_owned()
}

/// What was put right before measuring again.
pub fn rectified(chance: &Chance) -> String {
    format!("{}，{}", chance.pick(&DONE), chance.pick(&["换了插座", "接地线重接到总箱", "火线零线对调", "加装漏保"]))
}

/// One of the order's appliances.
pub fn appliance(chance: &Chance, appliances: &[ShortId]) -> Option<ShortId> {
    appliances.get(chance.between(0, u32::try_from(appliances.len()).unwrap_or(1)) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_sample_of_parcels_says_none_of_these_texts() {
        let sample = doorstep_schemas::terse::sample_texts(doorstep_schemas::terse::NEWEST).unwrap();
        let said: BTreeSet<&str> = sample.iter().map(String::as_str).collect();
        let here = [&NOTES[..], &SYMPTOMS, &FAULTS, &CAUSES, &DONE, &PROVED, &REASONS, &LOOSE, &GIVEN, &ROADS].concat();
        assert_eq!(here.into_iter().filter(|text| said.contains(text)).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn no_two_sheets_of_a_day_read_alike() {
        let chance = Chance::from_seed(1);
        let actions: BTreeSet<String> = (0..60).map(|i| field(&chance, SheetField::Action, i % 4)).collect();
        assert!(actions.len() > 55, "{}", actions.len());
        let customers: BTreeSet<String> =
            (0..100).map(|_| order(&chance, 0, ShortId::mint([1; 5])).customer.address).collect();
        assert!(customers.len() > 90, "{}", customers.len());
    }
}
