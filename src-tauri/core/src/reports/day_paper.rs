//! 日清 on paper: the day's figures with yesterday and a usual day beside, its jobs, its money, what has not arrived (R38).

use doorstep_schemas::paper::{Align, Block, Column, Issuer, Paper, Table, pair};
use doorstep_schemas::view::{DayMean, DayReview, Fen, JobCard, Language, Rate, Thousandths};

use super::day::{self, money, rate};
use super::words::Phrase;
use crate::domain::{calendar, day_mean};
use crate::tables::{Cell, thousandths};

/// One figure of a day: its name and what it is. A day by itself is the mean of one.
pub(super) type Figure = (Phrase, fn(&DayMean) -> Value);

/// What a figure is, on paper and in a table.
pub(super) enum Value {
    Count(Thousandths),
    /// So many of so many.
    Part(Thousandths, Thousandths),
    Share(Rate),
    Fen(Fen),
    /// What stood at the end of a day: known backwards from today alone.
    Standing(Fen),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Count(count) => tenths(*count),
            Self::Part(part, of) => format!("{}/{}", tenths(*part), tenths(*of)),
            Self::Share(share) => rate(*share),
            Self::Fen(fen) | Self::Standing(fen) => money(fen.0),
        }
    }

    pub(super) fn cell(&self) -> Cell {
        match self {
            Self::Count(count) => Cell::Thousandths(round(*count)),
            Self::Fen(fen) | Self::Standing(fen) => Cell::Fen(fen.0),
            Self::Part(..) | Self::Share(_) => Cell::Text(self.text()),
        }
    }
}

/// To a tenth: a day has no third of a job.
fn round(count: Thousandths) -> i64 {
    (count.0 + 50).div_euclid(100) * 100
}

fn tenths(count: Thousandths) -> String {
    thousandths(round(count))
}

pub(super) const FIGURES: [Figure; 19] = [
    (Phrase("完工/应做", "done/due"), |day| Value::Part(day.done, day.due)),
    (Phrase("未完", "open"), |day| Value::Count(day.open)),
    (Phrase("迟到", "late"), |day| Value::Count(day.late)),
    (Phrase("准时上门", "on time"), |day| Value::Share(day.on_time)),
    (Phrase("限时完成", "in limit"), |day| Value::Share(day.in_limit)),
    (Phrase("一次就好", "first-time fix"), |day| Value::Share(day.first_time_fix)),
    (Phrase("五项齐全", "five services"), |day| Value::Share(day.five_services)),
    (Phrase("测量", "readings"), |day| Value::Count(day.readings)),
    (Phrase("不合格", "failed"), |day| Value::Count(day.readings_failed)),
    (Phrase("拒装", "refused"), |day| Value::Count(day.refused)),
    (Phrase("遗留隐患", "hazards remaining"), |day| Value::Count(day.hazards_remaining)),
    (Phrase("缺凭证", "evidence missing"), |day| Value::Count(day.missing_evidence)),
    (Phrase("收款", "taken"), |day| Value::Fen(day.taken_fen)),
    (Phrase("未交回", "not handed in"), |day| Value::Standing(day.not_handed_in_fen)),
    (Phrase("应收客户", "billed"), |day| Value::Fen(day.billed_fen)),
    (Phrase("高于指导价", "above guide"), |day| Value::Fen(day.above_guide_fen)),
    (Phrase("理赔", "compensation"), |day| Value::Fen(day.compensation_fen)),
    (Phrase("配件", "parts used"), |day| Value::Fen(day.parts_fen)),
    (Phrase("配件未计费", "parts not billed"), |day| Value::Fen(day.parts_unbilled_fen)),
];

/// The day, the one before and a usual one, each where it is known.
pub(super) fn compared(review: &DayReview, of: fn(&DayMean) -> Value) -> [Option<Value>; 3] {
    let beside = |value: Value| Some(value).filter(|value| review.standing || !matches!(value, Value::Standing(_)));
    [
        Some(of(&day_mean::alone(&review.figures))),
        beside(of(&day_mean::alone(&review.yesterday))),
        review.mean.as_ref().and_then(|mean| beside(of(mean))),
    ]
}

/// The review as a paper of the outlet's.
pub fn paper(review: &DayReview, outlet: &str, language: Language) -> Paper {
    let say = |zh, en| Phrase(zh, en).of(language).to_owned();
    let mut blocks = vec![figures(review, language)];
    blocks.push(Block::Heading(say("工单", "Jobs")));
    blocks.push(jobs(review, language));
    blocks.push(Block::Heading(say("款项", "Money")));
    blocks.push(hands(review, language));
    let owed = review.figures.receivable.iter().map(|owed| pair(owed.maker.clone(), money(owed.fen.0)));
    blocks.push(Block::Heading(say("厂家应收", "Makers owe")));
    blocks.push(Block::Pairs(owed.collect()));
    blocks.push(Block::Heading(say("未到的记录", "Not arrived")));
    let missing: Vec<String> = review.not_arrived.iter().map(|device| day::holding(device, language)).collect();
    blocks.push(Block::Text(missing.join("\n")));
    Paper {
        language,
        issuer: Issuer { name: outlet.to_owned(), lines: Vec::new() },
        title: say("日清", "Day review"),
        subtitle: day::day(review.start.0, language),
        marks: vec![pair(
            say("打印", "Printed"),
            format!("{} {}", calendar::day_name(review.now.0), calendar::clock(review.now.0)),
        )],
        blocks,
        footer: outlet.to_owned(),
    }
}

fn columns(heads: &[(Phrase, Align)], language: Language) -> Vec<Column> {
    heads.iter().map(|(head, align)| Column { head: head.of(language).to_owned(), align: *align }).collect()
}

fn figures(review: &DayReview, language: Language) -> Block {
    let heads = [
        (Phrase("指标", "Figure"), Align::Start),
        (Phrase("当天", "The day"), Align::End),
        (Phrase("前一天", "Day before"), Align::End),
        (Phrase("前七天均值", "Mean of seven days"), Align::End),
    ];
    let row = |(name, of): &Figure| {
        let days = compared(review, *of).map(|value| value.map_or_else(|| "—".to_owned(), |value| value.text()));
        [name.of(language).to_owned()].into_iter().chain(days).collect()
    };
    Block::Table(Table {
        columns: columns(&heads, language),
        rows: FIGURES.iter().map(row).collect(),
        ..Table::default()
    })
}

fn jobs(review: &DayReview, language: Language) -> Block {
    let heads = [
        (Phrase("到达", "Arrived"), Align::Start),
        (Phrase("用户", "Customer"), Align::Start),
        (Phrase("家电", "Appliance"), Align::Start),
        (Phrase("人员", "Who"), Align::Start),
        (Phrase("结果", "Result"), Align::Start),
        (Phrase("提示", "Findings"), Align::Start),
        (Phrase("收费", "Billed"), Align::End),
    ];
    let row = |job: &JobCard| {
        let names: Vec<&str> = job.assignees.iter().map(|member| member.name.as_str()).collect();
        vec![
            job.arrived_at.map_or_else(String::new, |at| calendar::clock(at.0)),
            format!("{} {}", job.customer, job.township).trim().to_owned(),
            job.appliance.clone(),
            names.join("、"),
            day::state(job).of(language).to_owned(),
            day::findings(job, language).join("，"),
            if job.billed_fen.0 == 0 { String::new() } else { money(job.billed_fen.0) },
        ]
    };
    Block::Table(Table {
        columns: columns(&heads, language),
        rows: review.jobs.iter().map(row).collect(),
        ..Table::default()
    })
}

fn hands(review: &DayReview, language: Language) -> Block {
    let heads = [
        (Phrase("人员", "Who"), Align::Start),
        (Phrase("收款", "Taken"), Align::End),
        (Phrase("未交回", "Not handed in"), Align::End),
    ];
    let rows = review.figures.money.iter().map(|theirs| {
        let known = review.members.iter().find(|day| day.member.id == theirs.member);
        let name = known.map_or_else(|| theirs.member.to_string(), |day| day.member.name.clone());
        vec![name, money(theirs.taken_fen.0), money(theirs.not_handed_in_fen.0)]
    });
    Block::Table(Table { columns: columns(&heads, language), rows: rows.collect(), ..Table::default() })
}
