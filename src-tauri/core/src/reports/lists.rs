//! Lists of the desk as tables: failures by model, jobs to be reported, parts with everybody's stock, movements (R22, R46).

use doorstep_schemas::view::{
    ApplianceKind, FailureTable, JobCard, Language, MoveLine, PartLine, StockHolder, StockMove, Text,
};

use super::words::Phrase;
use super::{day, terms};
use crate::tables::{Cell, Table};

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn heads(heads: &[Phrase], language: Language) -> Vec<String> {
    heads.iter().map(|head| head.of(language).to_owned()).collect()
}

/// What broke how often, for the maker.
pub fn failures(found: &FailureTable, language: Language) -> Table {
    let permille = |share: u32| format!("{}.{}%", share / 10, share % 10);
    let rows = found.lines.iter().map(|line| {
        vec![
            text(&line.brand),
            text(&line.model),
            text(&line.fault),
            Cell::Number(line.count.into()),
            Cell::Text(permille(line.share_permille)),
        ]
    });
    let names = [
        Phrase("品牌", "Brand"),
        Phrase("型号", "Model"),
        Phrase("故障", "Fault"),
        Phrase("次数", "Times"),
        Phrase("占该型号", "Share of the model"),
    ];
    Table {
        name: Phrase("故障统计", "Failures").of(language).to_owned(),
        head: heads(&names, language),
        rows: rows.collect(),
    }
}

/// Jobs that the maker has not been told of: what its own system asks for.
pub fn unreported(jobs: &[JobCard], language: Language) -> Table {
    let rows = jobs.iter().map(|card| {
        let names: Vec<&str> = card.assignees.iter().map(|member| member.name.as_str()).collect();
        vec![
            Cell::Day(card.taken_at.0),
            text(&card.customer),
            text(&card.phone),
            text(&card.township),
            text(&card.address),
            text(&card.appliance),
            text(&card.symptom),
            text(&names.join(if language == Language::Zh { "、" } else { ", " })),
            card.finished_at.map_or(Cell::Empty, |at| Cell::Day(at.0)),
            text(day::state(card).of(language)),
        ]
    });
    let names = [
        Phrase("接单", "Taken"),
        Phrase("用户", "Customer"),
        Phrase("电话", "Phone"),
        Phrase("乡镇", "Township"),
        Phrase("地址", "Address"),
        Phrase("家电", "Appliance"),
        Phrase("故障现象", "Symptom"),
        Phrase("人员", "Who"),
        Phrase("完工", "Finished"),
        Phrase("结果", "Result"),
    ];
    Table {
        name: Phrase("待报厂家", "To be reported").of(language).to_owned(),
        head: heads(&names, language),
        rows: rows.collect(),
    }
}

/// Whose stock it is: the shop's shelf has no name.
fn holder(name: &str, language: Language) -> String {
    if name.is_empty() { Phrase("网点", "Shop").of(language).to_owned() } else { name.to_owned() }
}

/// The parts list with what each holder has; its headings are known again by an import of parts.
pub fn parts(parts: &[PartLine], holders: &[StockHolder], language: Language) -> Table {
    let say = |text: &Text| if language == Language::Zh { text.zh.clone() } else { text.en.clone() };
    let names = [
        Phrase("配件编码", "Part code"),
        Phrase("配件名称", "Part name"),
        Phrase("适用家电", "Fits"),
        Phrase("指导价(元)", "Guide price (yuan)"),
        Phrase("进货价(元)", "Dealer price (yuan)"),
        Phrase("安全库存", "Safe stock"),
        Phrase("旧件返厂", "Old part returns"),
        Phrase("库存合计", "Stock in all"),
    ];
    let mut head = heads(&names, language);
    head.extend(holders.iter().map(|of| holder(&of.name, language)));
    let fen = |fen: Option<doorstep_schemas::view::Fen>| fen.map_or(Cell::Empty, |fen| Cell::Fen(fen.0));
    let row = |part: &PartLine| {
        let kinds: Vec<String> = part.appliances.iter().map(|kind| appliance(*kind, language)).collect();
        let mut cells = vec![
            text(&part.code),
            text(&say(&part.name)),
            text(&kinds.join(if language == Language::Zh { "、" } else { ", " })),
            fen(part.guide_fen),
            fen(part.dealer_fen),
            part.low.map_or(Cell::Empty, |low| Cell::Number(low.into())),
            text(if part.tracked { Phrase("是", "yes").of(language) } else { "" }),
            Cell::Number(part.total.into()),
        ];
        cells.extend(holders.iter().map(|of| {
            let held = part.held.iter().find(|held| held.member == of.member);
            held.map_or(Cell::Empty, |held| Cell::Number(held.quantity.into()))
        }));
        cells
    };
    Table { name: Phrase("配件库存", "Parts").of(language).to_owned(), head, rows: parts.iter().map(row).collect() }
}

fn appliance(kind: ApplianceKind, language: Language) -> String {
    let phrase = terms::term("appliances", "kind", kind.word());
    phrase.map_or_else(|| kind.word().to_owned(), |phrase| phrase.of(language).to_owned())
}

/// Movements, the newest first.
pub fn moves(moves: &[MoveLine], holders: &[StockHolder], language: Language) -> Table {
    let names = [
        Phrase("时间", "Time"),
        Phrase("配件编码", "Part code"),
        Phrase("配件名称", "Part name"),
        Phrase("动作", "Movement"),
        Phrase("数量", "Quantity"),
        Phrase("谁的", "Whose"),
        Phrase("备注", "Note"),
    ];
    let word = |movement: StockMove| terms::term("moves", "move", movement.word()).map_or("", |word| word.of(language));
    let row = |line: &MoveLine| {
        let of = holders.iter().find(|of| of.member == line.member).map(|of| of.name.as_str()).unwrap_or_default();
        vec![
            Cell::Moment(line.at.0),
            text(&line.code),
            text(&line.name),
            text(word(line.movement)),
            Cell::Number(line.quantity.into()),
            text(&holder(of, language)),
            text(&line.note),
        ]
    };
    Table {
        name: Phrase("出入库", "Movements").of(language).to_owned(),
        head: heads(&names, language),
        rows: moves.iter().map(row).collect(),
    }
}
