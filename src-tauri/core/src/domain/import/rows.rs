//! What one row becomes.

use doorstep_schemas::input::{ApplianceInput, CustomerInput, OrderDetails, TakeOrder};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, JobKind, Millis, OrderColumn, RowNote, RowNoteCode, Source, Urgency, Window,
};

use crate::domain::intake::{half_width, same_phone};
use crate::domain::paste::{self, Markers};
use crate::domain::triage::{Triggers, triage};
use crate::domain::when::{self, Said};

const HOUR_MS: i64 = 3_600_000;
/// An hour alone is the beginning of a window so long, *(ours)*.
const WINDOW_MS: i64 = 2 * HOUR_MS;
/// A day alone is from eight to six, *(ours)*.
const DAY_FROM_MS: i64 = 8 * HOUR_MS;
const DAY_TO_MS: i64 = 18 * HOUR_MS;

const KINDS: &[(JobKind, &[&str])] = &[
    (JobKind::TradeIn, &["收旧", "以旧换新", "trade-in", "trade in"]),
    (JobKind::UnitPickup, &["拉修", "取机", "unit pickup"]),
    (JobKind::UnitReturn, &["送回", "送返", "unit return"]),
    (JobKind::Exchange, &["换机", "退换", "exchange"]),
    (JobKind::Move, &["移机", "move"]),
    (JobKind::Remove, &["拆机", "拆卸", "remove"]),
    (JobKind::Install, &["安装", "装机", "install"]),
    (JobKind::Clean, &["清洗", "clean"]),
    (JobKind::Maintenance, &["保养", "maintenance"]),
    (JobKind::Survey, &["勘测", "勘察", "测量", "survey"]),
    (JobKind::Appraisal, &["鉴定", "appraisal"]),
    (JobKind::Repair, &["维修", "报修", "修理", "检修", "repair"]),
];

const COVERAGES: &[(Coverage, &[&str])] = &[
    (Coverage::Extended, &["延保", "extended"]),
    (Coverage::Contract, &["合同内", "under contract"]),
    (Coverage::OutOfWarranty, &["保外", "超保", "过保", "out of warranty", "out-of-warranty", "收费"]),
    (Coverage::ToBeAppraised, &["待鉴定", "to be appraised"]),
    (Coverage::InWarranty, &["保内", "在保", "三包", "in warranty", "in-warranty", "免费"]),
];

/// Where the outlet's own data has no word for it.
const APPLIANCES: &[(ApplianceKind, &[&str])] = &[
    (ApplianceKind::AirConditioner, &["空调", "挂机", "柜机", "air conditioner"]),
    (ApplianceKind::GasHeater, &["燃气热水器", "壁挂炉", "gas water heater", "gas heater"]),
    (ApplianceKind::InstantHeater, &["即热", "instantaneous"]),
    (ApplianceKind::StorageHeater, &["热水器", "water heater"]),
    (ApplianceKind::WashingMachine, &["洗衣机", "washing machine", "washer"]),
    (ApplianceKind::Refrigerator, &["冰箱", "冰柜", "冷柜", "refrigerator", "fridge"]),
    (ApplianceKind::RangeHood, &["油烟机", "烟机", "range hood"]),
    (ApplianceKind::GasStove, &["燃气灶", "灶具", "gas stove"]),
    (ApplianceKind::Television, &["电视", "television", "tv"]),
];

fn word<T: Copy>(text: &str, all: &[(T, &[&str])]) -> Option<T> {
    let text = text.to_lowercase();
    all.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(one, _)| *one)
}

pub fn kind(text: &str) -> Option<JobKind> {
    word(text, KINDS)
}

pub fn coverage(text: &str) -> Option<Coverage> {
    word(text, COVERAGES)
}

pub fn appliance(text: &str, markers: &Markers) -> Option<ApplianceKind> {
    paste::appliance(text, markers).or_else(|| word(text, APPLIANCES))
}

/// What a table is read by.
pub struct Reader<'a> {
    pub columns: &'a [Option<OrderColumn>],
    pub markers: &'a Markers,
    pub triggers: &'a Triggers,
    /// Townships beyond the near ones (R3).
    pub far: &'a [String],
    pub now: i64,
}

fn note(code: RowNoteCode, column: OrderColumn, text: &str) -> RowNote {
    RowNote { code, column: Some(column), text: text.chars().take(60).collect(), row: None }
}

impl Reader<'_> {
    /// The order that a row asks for, and what has to be said of it. What keeps a row out is judged where orders are taken.
    pub fn read(&self, cells: &[String]) -> (TakeOrder, Vec<RowNote>) {
        let mut notes = Vec::new();
        let said = |column: OrderColumn| -> String {
            let at = self.columns.iter().position(|other| *other == Some(column));
            let cell = at.and_then(|at| cells.get(at)).map(String::as_str).unwrap_or_default();
            cell.chars().map(|c| if c.is_control() { ' ' } else { half_width(c) }).collect::<String>().trim().to_owned()
        };
        let address = said(OrderColumn::Address);
        let township = Some(said(OrderColumn::Township)).filter(|township| !township.is_empty());
        let township = township.or_else(|| paste::longest(&address, &self.markers.townships)).unwrap_or_default();
        let symptom = said(OrderColumn::Symptom);
        let maker_order = said(OrderColumn::MakerOrder);
        let customer = CustomerInput {
            name: said(OrderColumn::Name),
            phone: phone(&said(OrderColumn::Phone), &mut notes),
            township: township.clone(),
            address,
        };
        let urgency = triage(&symptom, self.triggers).urgency;
        if urgency != Urgency::Normal {
            notes.push(note(RowNoteCode::Urgent, OrderColumn::Symptom, &symptom));
        }
        let order = TakeOrder {
            kind: self.kind(&said(OrderColumn::Kind), &mut notes),
            urgency,
            far: self.far.contains(&township),
            customer,
            appliances: vec![self.appliance(&said, &mut notes)],
            symptom,
            window: self.window(&said(OrderColumn::Window), &mut notes),
            coverage: self.coverage(&said(OrderColumn::Coverage), &mut notes),
            note: said(OrderColumn::Note),
            assignees: Vec::new(),
            details: (!maker_order.is_empty())
                .then(|| OrderDetails { source: Some(Source::Maker), ..OrderDetails::default() }),
            maker_order,
        };
        (order, notes)
    }

    fn kind(&self, text: &str, notes: &mut Vec<RowNote>) -> JobKind {
        kind(text).unwrap_or_else(|| {
            if !text.is_empty() {
                notes.push(note(RowNoteCode::KindUnknown, OrderColumn::Kind, text));
            }
            JobKind::Repair
        })
    }

    /// Who pays is not guessed (R26).
    fn coverage(&self, text: &str, notes: &mut Vec<RowNote>) -> Coverage {
        coverage(text).unwrap_or_else(|| {
            if !text.is_empty() {
                notes.push(note(RowNoteCode::CoverageUnknown, OrderColumn::Coverage, text));
            }
            Coverage::ToBeAppraised
        })
    }

    fn appliance(&self, said: &dyn Fn(OrderColumn) -> String, notes: &mut Vec<RowNote>) -> ApplianceInput {
        let product = said(OrderColumn::Appliance);
        let (mut brand, mut model) = (said(OrderColumn::Brand), said(OrderColumn::Model));
        // 北岭 KFR-35GW 挂机 in one cell says all three.
        if brand.is_empty() {
            brand = paste::longest(&format!("{product} {model}"), &self.markers.brands).unwrap_or_default();
        }
        if model.is_empty() && !brand.is_empty() {
            model = paste::model_after(&product, &brand).unwrap_or_default();
        }
        let about = [product.as_str(), model.as_str(), &said(OrderColumn::Symptom)].join(" ");
        let kind = appliance(&product, self.markers).or_else(|| appliance(&about, self.markers));
        if kind.is_none() {
            notes.push(note(RowNoteCode::ApplianceUnknown, OrderColumn::Appliance, &product));
        }
        ApplianceInput { kind: kind.unwrap_or(ApplianceKind::Other), brand, model, serial: said(OrderColumn::Serial) }
    }

    fn window(&self, text: &str, notes: &mut Vec<RowNote>) -> Option<Window> {
        if text.is_empty() {
            return None;
        }
        let mut said = |code| notes.push(note(code, OrderColumn::Window, text));
        let span = |from: i64, to: i64| Window { from: Millis(from), to: Millis(to) };
        let window = match when::said(text, self.now) {
            Some(Said::Window(window)) => window,
            Some(Said::Hour(at)) => {
                said(RowNoteCode::TwoHours);
                span(at, at.saturating_add(WINDOW_MS))
            }
            Some(Said::Day(day)) => {
                said(RowNoteCode::WholeDay);
                span(day.saturating_add(DAY_FROM_MS), day.saturating_add(DAY_TO_MS))
            }
            None => {
                said(RowNoteCode::WindowUnknown);
                return None;
            }
        };
        if window.to.0 < self.now {
            said(RowNoteCode::WindowPast);
        }
        Some(window)
    }
}

/// The number as it is dialled. A spreadsheet that took it for a figure has thrown its last digits away.
fn phone(text: &str, notes: &mut Vec<RowNote>) -> String {
    let figure = text.to_uppercase();
    if figure.contains("E+") && figure.starts_with(|c: char| c.is_ascii_digit()) {
        notes.push(note(RowNoteCode::Shortened, OrderColumn::Phone, text));
        return String::new();
    }
    let digits = same_phone(text);
    if digits.is_empty() { text.to_owned() } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{DAY, HOUR, MIDNIGHT, NOON};
    use OrderColumn as C;
    use proptest::prelude::*;

    const COLUMNS: [Option<C>; 8] = [
        Some(C::Name),
        Some(C::Phone),
        Some(C::Address),
        Some(C::Appliance),
        Some(C::Symptom),
        Some(C::Window),
        Some(C::Coverage),
        Some(C::Kind),
    ];

    fn read(cells: &[&str]) -> (TakeOrder, Vec<RowNoteCode>) {
        let markers = Markers {
            brands: vec!["北岭".into()],
            townships: vec!["城关镇".into(), "大湾乡".into()],
            ..Markers::default()
        };
        let reader = Reader {
            columns: &COLUMNS,
            markers: &markers,
            triggers: &Triggers::default(),
            far: &["大湾乡".to_owned()],
            now: NOON,
        };
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let (order, notes) = reader.read(&cells);
        (order, notes.into_iter().map(|note| note.code).collect())
    }

    #[test]
    fn a_row_becomes_the_order_that_it_says() {
        let (order, notes) = read(&[
            "罗桂香",
            "138 0000 1001",
            "大湾乡三组",
            "北岭 KFR-35GW/BP3N1 挂机",
            "不制冷",
            "11月22日14:00-16:00",
            "超保",
            "上门维修",
        ]);
        assert_eq!(notes, []);
        assert_eq!((order.customer.phone.as_str(), order.customer.township.as_str()), ("13800001001", "大湾乡"));
        assert!(order.far);
        let appliance = &order.appliances[0];
        assert_eq!((appliance.kind, appliance.brand.as_str()), (ApplianceKind::AirConditioner, "北岭"));
        assert_eq!(appliance.model, "KFR-35GW/BP3N1");
        assert_eq!((order.coverage, order.kind), (Coverage::OutOfWarranty, JobKind::Repair));
        assert_eq!(order.window.map(|w| w.from.0 - MIDNIGHT), Some(DAY + 14 * HOUR));
    }

    #[test]
    fn what_a_row_does_not_say_is_named_and_never_invented() {
        let (order, notes) = read(&["罗桂香", "1.38E+10", "南门", "饮水机", "", "尽快", "看情况", "咨询"]);
        assert_eq!(
            notes,
            [
                RowNoteCode::Shortened,
                RowNoteCode::KindUnknown,
                RowNoteCode::ApplianceUnknown,
                RowNoteCode::WindowUnknown,
                RowNoteCode::CoverageUnknown
            ]
        );
        assert_eq!((order.customer.phone.as_str(), order.window), ("", None));
        assert_eq!((order.coverage, order.appliances[0].kind), (Coverage::ToBeAppraised, ApplianceKind::Other));
    }

    #[test]
    fn a_day_or_an_hour_alone_says_what_was_made_of_it() {
        let (order, notes) = read(&["", "", "", "空调", "", "2026-11-22 14:00"]);
        assert_eq!(notes, [RowNoteCode::TwoHours]);
        assert_eq!(order.window.map(|w| w.to.0 - w.from.0), Some(2 * HOUR));
        let (order, notes) = read(&["", "", "", "空调", "", "2026-11-20"]);
        assert_eq!(notes, [RowNoteCode::WholeDay, RowNoteCode::WindowPast]);
        assert_eq!(order.window.map(|w| w.from.0 - MIDNIGHT), Some(8 * HOUR - DAY));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_row_breaks_the_reader(cells in proptest::collection::vec("(\\PC{0,12}|[0-9]{1,14}|1E\\+9|2026-[0-9]{2}-[0-9]{2})", 0..10)) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let (order, _) = read(&cells);
            prop_assert!(order.window.is_none_or(|w| w.from < w.to));
        }
    }
}
