//! 日清 as tables: the jobs of the day with what wants a look, and its figures beside yesterday and a usual day (R38).

use doorstep_schemas::view::{DayReview, JobCard, Language};

use super::day;
use super::day_paper::{FIGURES, Figure, compared};
use super::words::Phrase;
use crate::tables::{Cell, Table};

/// Jobs first, then the figures. What makers owe is in neither: a settlement price leaves with a statement only.
pub fn tables(review: &DayReview, language: Language) -> Vec<Table> {
    let say = |zh, en| Phrase(zh, en).of(language).to_owned();
    let jobs = Table {
        name: say("工单", "Jobs"),
        head: vec![
            say("厂家单号", "Order no."),
            say("用户", "Customer"),
            say("乡镇", "Township"),
            say("家电", "Appliance"),
            say("人员", "Who"),
            say("到达", "Arrived"),
            say("完工", "Finished"),
            say("结果", "Result"),
            say("提示", "Findings"),
            say("收费(元)", "Billed (yuan)"),
        ],
        rows: review.jobs.iter().map(|card| row(card, language)).collect(),
    };
    let figure = |(name, of): &Figure| {
        let mut cells = vec![Cell::Text(name.of(language).to_owned())];
        cells.extend(compared(review, *of).map(|value| value.map_or(Cell::Empty, |value| value.cell())));
        cells
    };
    let figures = Table {
        name: say("指标", "Figures"),
        head: vec![
            say("指标", "Figure"),
            say("当天", "The day"),
            say("前一天", "Day before"),
            say("前七天均值", "Mean of seven days"),
        ],
        rows: FIGURES.iter().map(figure).collect(),
    };
    vec![jobs, figures]
}

fn row(card: &JobCard, language: Language) -> Vec<Cell> {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    let moment = |at: Option<doorstep_schemas::view::Millis>| at.map_or(Cell::Empty, |at| Cell::Moment(at.0));
    let names: Vec<&str> = card.assignees.iter().map(|member| member.name.as_str()).collect();
    let comma = if language == Language::Zh { "，" } else { ", " };
    vec![
        text(&card.maker_order),
        text(&card.customer),
        text(&card.township),
        text(&card.appliance),
        text(&names.join(if language == Language::Zh { "、" } else { ", " })),
        moment(card.arrived_at),
        moment(card.finished_at),
        text(day::state(card).of(language)),
        text(&day::findings(card, language).join(comma)),
        Cell::Fen(card.billed_fen.0),
    ]
}
