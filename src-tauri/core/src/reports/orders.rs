//! Orders as a table: one row a job, with the headings under which an import knows the columns again.

use doorstep_schemas::view::{JobCard, Language, Text};

use super::{terms, words};
use crate::tables::{Cell, Table};

fn heading(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

fn headings() -> Vec<Text> {
    vec![
        heading("厂家单号", "Order no."),
        heading("客户", "Customer"),
        heading("电话", "Phone"),
        heading("乡镇", "Township"),
        heading("地址", "Address"),
        heading("服务类型", "Kind"),
        heading("品类", "Appliance"),
        heading("型号", "Model"),
        heading("故障", "Symptom"),
        heading("保内/保外", "Coverage"),
        heading("预约时间", "Appointment"),
        heading("状态", "Status"),
        heading("结果", "Outcome"),
        heading("师傅", "Technician"),
        heading("下单时间", "Taken"),
        heading("到达时间", "Arrived"),
        heading("完工时间", "Finished"),
        heading("应收(元)", "Charged (yuan)"),
    ]
}

/// The table of these jobs, in their order.
pub fn table(cards: &[JobCard], language: Language) -> Table {
    let say = |text: &Text| match language {
        Language::Zh => text.zh.clone(),
        Language::En => text.en.clone(),
    };
    Table {
        name: say(&heading("工单", "Orders")),
        head: headings().iter().map(say).collect(),
        rows: cards.iter().map(|card| row(card, language)).collect(),
    }
}

fn row(card: &JobCard, language: Language) -> Vec<Cell> {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    let term = |container: &str, key: &str, word: &str| {
        terms::term(container, key, word).map_or_else(|| text(word), |phrase| text(phrase.of(language)))
    };
    let moment = |at: Option<doorstep_schemas::view::Millis>| at.map_or(Cell::Empty, |at| Cell::Moment(at.0));
    let names: Vec<&str> = card.assignees.iter().map(|member| member.name.as_str()).collect();
    let window = card.window.map(|window| {
        let (from, to) = (Cell::Moment(window.from.0).text(), Cell::Moment(window.to.0).text());
        // One day says its name once; the reader of windows knows the form again.
        match (from.split_once(' '), to.split_once(' ')) {
            (Some((day, from)), Some((same, to))) if day == same => format!("{day} {from}-{to}"),
            _ => format!("{from} - {to}"),
        }
    });
    vec![
        text(&card.maker_order),
        text(&card.customer),
        text(&card.phone),
        text(&card.township),
        text(&card.address),
        text(words::kind(card.kind).of(language)),
        term("appliances", "kind", card.appliance_kind.word()),
        text(&card.appliance),
        text(&card.symptom),
        term("marks", "coverage", card.coverage.word()),
        text(&window.unwrap_or_default()),
        text(words::status(card.status).of(language)),
        card.outcome.map_or(Cell::Empty, |outcome| text(words::outcome(outcome).of(language))),
        text(&names.join(if language == Language::Zh { "、" } else { ", " })),
        moment(Some(card.taken_at)),
        moment(card.arrived_at),
        moment(card.finished_at),
        Cell::Fen(card.billed_fen.0),
    ]
}
