//! 对账单 and 工资单: what a maker is asked for in a month, and what a member gets, as tables and as papers (R31, R42).

use doorstep_schemas::paper::{Align, Block, Column, Issuer, Paper, Table as PaperTable, Total, pair};
use doorstep_schemas::view::{Language, MonthOfMember, SettleState, Text};

use super::terms::term;
use super::words::Phrase;
use crate::domain::calendar;
use crate::domain::money::amount::{sum, yuan};
use crate::tables::{Cell, Table};

/// One job of a maker's month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementRow {
    pub maker_order: String,
    /// Our own number, as people see it.
    pub number: String,
    pub customer: String,
    pub township: String,
    pub appliance: String,
    pub finished_ms: Option<i64>,
    /// What is claimed, item by item.
    pub items: String,
    pub state: Option<SettleState>,
    pub claimed_fen: i64,
    pub deducted_fen: i64,
    pub received_fen: i64,
    pub due_fen: i64,
    pub reason: String,
}

/// A maker's month, or a member's, and who gives it out.
pub struct Month<'a> {
    pub language: Language,
    pub outlet: &'a str,
    /// The maker or the member.
    pub whose: &'a str,
    /// `2026-11`
    pub month: &'a str,
    pub today: &'a str,
}

impl Month<'_> {
    fn say(&self, zh: &'static str, en: &'static str) -> String {
        Phrase(zh, en).of(self.language).to_owned()
    }

    fn of(&self, text: &Text) -> String {
        if self.language == Language::Zh { text.zh.clone() } else { text.en.clone() }
    }

    fn word(&self, container: &str, key: &str, word: &str) -> String {
        term(container, key, word).map_or_else(|| word.to_owned(), |phrase| phrase.of(self.language).to_owned())
    }

    fn state(&self, state: Option<SettleState>) -> String {
        state.map_or_else(|| self.say("未开始", "not begun"), |state| self.word("states", "state", state.word()))
    }

    /// The statement as a table for the maker's own people.
    pub fn claims(&self, rows: &[StatementRow]) -> Table {
        let text = |text: &String| Cell::Text(text.clone());
        let row = |row: &StatementRow| {
            vec![
                text(&row.maker_order),
                text(&row.number),
                text(&row.customer),
                text(&row.township),
                text(&row.appliance),
                row.finished_ms.map_or(Cell::Empty, Cell::Day),
                text(&row.items),
                Cell::Fen(row.claimed_fen),
                Cell::Fen(row.deducted_fen),
                Cell::Fen(row.received_fen),
                Cell::Fen(row.due_fen),
                Cell::Text(self.state(row.state)),
                text(&row.reason),
            ]
        };
        let mut out: Vec<Vec<Cell>> = rows.iter().map(row).collect();
        let mut total = vec![Cell::Text(self.say("合计", "Total"))];
        total.resize(7, Cell::Empty);
        total.extend(sums(rows).map(Cell::Fen));
        out.push(total);
        Table {
            name: format!("{} {}", self.whose, self.month),
            head: vec![
                self.say("厂家工单号", "Maker's number"),
                self.say("网点单号", "Our number"),
                self.say("用户", "Customer"),
                self.say("乡镇", "Township"),
                self.say("机型", "Appliance"),
                self.say("完工", "Finished"),
                self.say("结算项目", "Items"),
                self.say("申报", "Claimed"),
                self.say("扣款", "Deducted"),
                self.say("已付", "Paid"),
                self.say("应收", "Due"),
                self.say("状态", "State"),
                self.say("说明", "Reason"),
            ],
            rows: out,
        }
    }

    /// The same on paper.
    pub fn claims_paper(&self, rows: &[StatementRow]) -> Paper {
        let [claimed, deducted, received, due] = sums(rows).map(yuan);
        let cells = |row: &StatementRow| {
            let number = if row.maker_order.is_empty() { &row.number } else { &row.maker_order };
            vec![
                number.clone(),
                format!("{} {}", row.customer, row.township).trim().to_owned(),
                row.appliance.clone(),
                row.finished_ms
                    .map(|at| calendar::day_name(at).get(5..).unwrap_or_default().to_owned())
                    .unwrap_or_default(),
                row.items.clone(),
                yuan(row.claimed_fen),
                yuan(row.deducted_fen),
                yuan(row.due_fen),
                self.state(row.state),
            ]
        };
        let heads = [
            (self.say("单号", "Number"), Align::Start),
            (self.say("用户", "Customer"), Align::Start),
            (self.say("机型", "Appliance"), Align::Start),
            (self.say("完工", "Finished"), Align::Start),
            (self.say("结算项目", "Items"), Align::Start),
            (self.say("申报", "Claimed"), Align::End),
            (self.say("扣款", "Deducted"), Align::End),
            (self.say("应收", "Due"), Align::End),
            (self.say("状态", "State"), Align::Start),
        ];
        let mut total = vec![self.say("合计", "Total")];
        total.resize(5, String::new());
        total.extend([claimed.clone(), deducted.clone(), due.clone(), String::new()]);
        let table = PaperTable {
            columns: columns(heads),
            rows: rows.iter().map(cells).collect(),
            totals: vec![Total { cells: total, strong: true }],
        };
        let pairs = Block::Pairs(vec![
            pair(self.say("单数", "Jobs"), rows.len().to_string()),
            pair(self.say("申报", "Claimed"), claimed),
            pair(self.say("扣款", "Deducted"), deducted),
            pair(self.say("已付", "Paid"), received),
            pair(self.say("应收", "Due"), due),
        ]);
        self.paper(self.say("厂家结算对账单", "Statement of claims"), vec![pairs, Block::Table(table)])
    }

    /// A member's month as a table.
    pub fn wages(&self, month: &MonthOfMember) -> Table {
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for piece in &month.earned.pieces {
            let note = if piece.waits.is_some() { self.say("还不算", "not counting yet") } else { String::new() };
            let kind = self.word("wages", "kind", "piece");
            rows.push(vec![
                text(&kind),
                text(&self.of(&piece.name)),
                text(&piece.customer),
                Cell::Fen(piece.fen.0),
                text(&note),
            ]);
        }
        for line in &month.lines {
            let kind = self.word("wages", "kind", line.kind.word());
            rows.push(vec![text(&kind), text(&line.reason), Cell::Day(line.at.0), Cell::Fen(line.fen.0), Cell::Empty]);
        }
        for (name, fen) in
            [(self.say("应发", "Earned"), month.total.0), (self.say("未发", "Left to pay"), month.left.0)]
        {
            rows.push(vec![text(&name), Cell::Empty, Cell::Empty, Cell::Fen(fen), Cell::Empty]);
        }
        Table {
            name: format!("{} {}", self.whose, self.month),
            head: vec![
                self.say("类别", "Kind"),
                self.say("项目", "Item"),
                self.say("用户或日期", "Customer or day"),
                self.say("金额", "Amount"),
                self.say("说明", "Note"),
            ],
            rows,
        }
    }

    /// The same on paper, with a line to sign on.
    pub fn wages_paper(&self, month: &MonthOfMember) -> Paper {
        let kind = |word| self.word("wages", "kind", word);
        let counting = month.earned.pieces.iter().filter(|piece| piece.waits.is_none());
        let pieces = counting.map(|piece| vec![self.of(&piece.name), piece.customer.clone(), yuan(piece.fen.0)]);
        let lines = month.lines.iter().map(|line| {
            vec![kind(line.kind.word()), format!("{} {}", calendar::day_name(line.at.0), line.reason), yuan(line.fen.0)]
        });
        let heads = || {
            columns([
                (self.say("项目", "Item"), Align::Start),
                (self.say("说明", "Note"), Align::Start),
                (self.say("金额", "Amount"), Align::End),
            ])
        };
        let total = |name: String, fen| Total { cells: vec![name, String::new(), yuan(fen)], strong: true };
        let blocks = vec![
            Block::Heading(self.say("计件", "Pieces")),
            Block::Table(PaperTable {
                columns: heads(),
                rows: pieces.collect(),
                totals: vec![total(self.say("计件合计", "Pieces in all"), month.earned.counted_fen.0)],
            }),
            Block::Heading(self.say("奖励、扣款、预支、已发", "Rewards, deductions, advances, paid")),
            Block::Table(PaperTable { columns: heads(), rows: lines.collect(), totals: Vec::new() }),
            Block::Pairs(vec![
                pair(self.say("应发", "Earned"), yuan(month.total.0)),
                pair(self.say("未发", "Left to pay"), yuan(month.left.0)),
            ]),
        ];
        self.paper(self.say("工资单", "Wage sheet"), blocks)
    }

    fn paper(&self, title: String, blocks: Vec<Block>) -> Paper {
        Paper {
            language: self.language,
            issuer: Issuer { name: self.outlet.to_owned(), lines: Vec::new() },
            title,
            subtitle: self.whose.to_owned(),
            marks: vec![pair(self.say("月份", "Month"), self.month), pair(self.say("出单", "Made on"), self.today)],
            blocks,
            footer: String::new(),
        }
    }
}

fn columns<const N: usize>(heads: [(String, Align); N]) -> Vec<Column> {
    heads.into_iter().map(|(head, align)| Column { head, align }).collect()
}

/// Claimed, deducted, received, due.
fn sums(rows: &[StatementRow]) -> [i64; 4] {
    let of = |fen: fn(&StatementRow) -> i64| sum(rows.iter().map(fen));
    [of(|r| r.claimed_fen), of(|r| r.deducted_fen), of(|r| r.received_fen), of(|r| r.due_fen)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(language: Language) -> Month<'static> {
        Month { language, outlet: "柘川县城关网点", whose: "北岭", month: "2026-11", today: "2026-12-01" }
    }

    fn rows() -> Vec<StatementRow> {
        let row = |maker_order: &str, customer: &str, claimed_fen, deducted_fen| StatementRow {
            maker_order: maker_order.to_owned(),
            number: "00000001".to_owned(),
            customer: customer.to_owned(),
            items: "挂机安装、高空".to_owned(),
            finished_ms: Some(1_795_233_600_000),
            state: Some(SettleState::Deducted),
            claimed_fen,
            deducted_fen,
            due_fen: claimed_fen - deducted_fen,
            ..StatementRow::default()
        };
        vec![row("BL20261121001", "罗桂香", 21_000, 1_000), row("", "覃大勇", 12_500, 0)]
    }

    #[test]
    fn r31_a_statement_adds_up_in_table_and_paper_and_every_row_has_its_cells() {
        let table = month(Language::Zh).claims(&rows());
        assert!(table.rows.iter().all(|row| row.len() == table.head.len() || row.len() == 11));
        assert_eq!(table.rows[2][7..], [Cell::Fen(33_500), Cell::Fen(1_000), Cell::Fen(0), Cell::Fen(32_500)]);
        let paper = month(Language::En).claims_paper(&rows());
        let Block::Table(table) = &paper.blocks[1] else { panic!("a table") };
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        assert_eq!(table.totals[0].cells.len(), table.columns.len());
        assert_eq!(table.totals[0].cells[5..8], ["335.00", "10.00", "325.00"]);
        assert_eq!(table.rows[1][0], "00000001", "a job without the maker's number goes by ours");
    }
}
