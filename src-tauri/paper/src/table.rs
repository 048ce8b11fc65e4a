//! How wide a table's columns are, and when its rows take two lines.
//!
//! Widths are counted before anything is set: a typesetter that looks for them itself sets every cell several times
//! over, and thousands of rows would take minutes.

use doorstep_schemas::paper::{Align, Column, MOST_COLUMNS, Table, Total};
use serde::Serialize;

use crate::PressError;
use crate::ink::Ink;

/// Between two columns, in em.
pub const GAP: f64 = 1.0;
/// What is not worth a column of text, in em.
const NARROW: f64 = 6.0;
/// A column of numbers is never wider than this part of the table.
const MOST_OF_ROOM: f64 = 0.45;

/// Letters of a strong total beside the table's others.
const STRONG: f64 = 1.12;

/// A table as the template takes it.
#[derive(Debug, Serialize)]
pub struct Set {
    /// In em; gaps lie between them.
    widths: Vec<f64>,
    /// `left` or `right`, of the columns that stand beside each other.
    aligns: Vec<&'static str>,
    /// The first cell has a line of its own above the others.
    stacked: bool,
    head: Vec<Vec<String>>,
    rows: Vec<Vec<Vec<String>>>,
    totals: Vec<SetTotal>,
}

#[derive(Debug, Serialize)]
struct SetTotal {
    strong: bool,
    cells: Vec<SetCell>,
}

#[derive(Debug, Serialize)]
struct SetCell {
    lines: Vec<String>,
    span: usize,
    align: &'static str,
}

/// A table for `room` em, or `None` if there is nothing in it.
pub fn set(table: &Table, room: f64, ink: &mut Ink) -> Result<Option<Set>, PressError> {
    let columns = table.columns.len();
    if columns == 0 || columns > MOST_COLUMNS {
        return Err(PressError::Columns { columns });
    }
    let totals = table.totals.iter().map(|total| &total.cells);
    if let Some((row, cells)) = table.rows.iter().chain(totals).enumerate().find(|(_, cells)| cells.len() != columns) {
        return Err(PressError::Row { row: row + 1, cells: cells.len(), columns });
    }
    if table.rows.is_empty() {
        return Ok(None);
    }
    let head: Vec<Vec<String>> = table.columns.iter().map(|column| ink.lines(&column.head)).collect();
    let rows: Vec<Vec<Vec<String>>> =
        table.rows.iter().map(|row| row.iter().map(|cell| ink.lines(cell)).collect()).collect();
    let totals: Vec<SetTotal> = table.totals.iter().map(|total| total_of(total, &table.columns, ink)).collect();

    let natural = natural(&head, &rows, &totals, ink);
    let stacked = columns > 2 && needs_two_lines(&table.columns, &natural, room);
    let beside = usize::from(stacked);
    let widths = widths(&table.columns[beside..], &natural[beside..], room);
    let width_of = |column: usize| if stacked && column == 0 { room } else { widths[column - beside] };
    let fit = |row: Vec<Vec<String>>, ink: &Ink| -> Vec<Vec<String>> {
        row.into_iter().enumerate().map(|(column, lines)| ink.broken(lines, width_of(column))).collect()
    };
    let head = fit(head, ink);
    let rows = rows.into_iter().map(|row| fit(row, ink)).collect();
    let totals = totals.into_iter().map(|total| total.fitted(&widths, stacked, room, ink)).collect();
    let aligns = table.columns[beside..].iter().map(align).collect();
    Ok(Some(Set { widths, aligns, stacked, head, rows, totals }))
}

fn align(column: &Column) -> &'static str {
    match column.align {
        Align::Start => "left",
        Align::End => "right",
    }
}

/// A text spans the empty cells behind it.
fn total_of(total: &Total, columns: &[Column], ink: &mut Ink) -> SetTotal {
    let mut cells: Vec<SetCell> = Vec::new();
    for (cell, column) in total.cells.iter().zip(columns) {
        let lines = ink.lines(cell);
        match cells.last_mut() {
            Some(before) if lines.is_empty() => before.span += 1,
            _ => cells.push(SetCell { lines, span: 1, align: align(column) }),
        }
    }
    SetTotal { strong: total.strong, cells }
}

impl SetTotal {
    /// Strong letters are larger, and their pen a little wider than they are counted.
    fn grown(&self) -> f64 {
        if self.strong { STRONG * 1.02 } else { 1.0 }
    }

    /// Cells as the columns beside each other take them. Above stacked columns the first cell loses the one it had for
    /// itself, and has a line of its own if that was all.
    fn fitted(mut self, widths: &[f64], stacked: bool, room: f64, ink: &Ink) -> Self {
        if stacked && let Some(first) = self.cells.first_mut() {
            first.span = if first.span == 1 { widths.len() } else { first.span - 1 };
        }
        let (mut at, grown) = (0, self.grown());
        for cell in &mut self.cells {
            let end = (at + cell.span).min(widths.len());
            let width = widths[at..end].iter().sum::<f64>() + GAP * (end - at).saturating_sub(1) as f64;
            cell.lines = ink.broken(std::mem::take(&mut cell.lines), if width > 0.0 { width } else { room } / grown);
            at = end % widths.len();
        }
        self
    }
}

/// How wide each column would like to be.
fn natural(head: &[Vec<String>], rows: &[Vec<Vec<String>>], totals: &[SetTotal], ink: &Ink) -> Vec<f64> {
    let mut out: Vec<f64> = head.iter().map(|lines| ink.width(lines)).collect();
    for row in rows {
        for (width, lines) in out.iter_mut().zip(row) {
            *width = width.max(ink.width(lines));
        }
    }
    for total in totals {
        let mut at = 0;
        for cell in &total.cells {
            let wide = ink.width(&cell.lines) * total.grown();
            if cell.span == 1
                && let Some(width) = out.get_mut(at)
            {
                *width = width.max(wide);
            }
            at += cell.span;
        }
    }
    // What is counted and what is set may differ by a hair, and an amount must not break for it.
    out.iter().map(|width| width + 0.1).collect()
}

fn gaps(columns: usize) -> f64 {
    GAP * columns.saturating_sub(1) as f64
}

/// Whether texts would be squeezed: then a row is two lines.
fn needs_two_lines(columns: &[Column], natural: &[f64], room: f64) -> bool {
    let least = |(column, width): (&Column, &f64)| match column.align {
        Align::Start => width.min(NARROW),
        Align::End => *width,
    };
    columns.iter().zip(natural).map(least).sum::<f64>() + gaps(columns.len()) > room
}

/// Numbers get what they ask for, texts share the rest and what is left over.
fn widths(columns: &[Column], natural: &[f64], room: f64) -> Vec<f64> {
    let room = (room - gaps(columns.len())).max(1.0);
    let texts = || (0..columns.len()).filter(|at| columns[*at].align == Align::Start);
    let mut out: Vec<f64> = natural.iter().map(|width| width.min(room * MOST_OF_ROOM)).collect();
    let numbers: f64 = (0..columns.len()).filter(|at| columns[*at].align == Align::End).map(|at| out[at]).sum();
    let left = (room - numbers).max(room * 0.2);
    // The widest give way first.
    let mut rest = left;
    let mut open: Vec<usize> = texts().collect();
    open.sort_by(|a, b| natural[*a].total_cmp(&natural[*b]));
    while let Some(&at) = open.first() {
        out[at] = natural[at].min(rest / open.len() as f64);
        rest -= out[at];
        open.remove(0);
    }
    let sum: f64 = out.iter().sum();
    let asked: f64 = texts().map(|at| out[at]).sum();
    match asked > 0.0 {
        true if sum < room => texts().for_each(|at| out[at] += (room - sum) * out[at] / asked),
        false if sum < room => out.iter_mut().for_each(|width| *width += (room - sum) / columns.len() as f64),
        _ => out.iter_mut().for_each(|width| *width *= room / sum),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk;

    fn columns(aligns: &[Align]) -> Vec<Column> {
        aligns.iter().map(|align| Column { head: String::new(), align: *align }).collect()
    }

    #[test]
    fn numbers_keep_their_width_and_the_longest_text_gives_way() {
        use Align::{End, Start};
        let columns = columns(&[Start, Start, End]);
        assert_eq!(widths(&columns, &[5.0, 30.0, 6.0], 28.0), [5.0, 15.0, 6.0]);
        assert_eq!(widths(&columns, &[6.0, 6.0, 6.0], 28.0), [10.0, 10.0, 6.0], "what is left over is the texts'");
        let crowded = widths(&columns, &[50.0, 50.0, 50.0], 28.0);
        assert!((crowded.iter().sum::<f64>() - 26.0).abs() < 1e-9, "{crowded:?}");
    }

    #[test]
    fn a_narrow_paper_gives_a_row_two_lines() {
        use Align::{End, Start};
        let columns = columns(&[Start, End, End, End]);
        assert!(!needs_two_lines(&columns, &[20.0, 2.0, 5.0, 5.0], 26.0));
        assert!(needs_two_lines(&columns, &[20.0, 2.0, 7.0, 7.0], 21.0));
    }

    #[test]
    fn a_total_takes_the_empty_cells_behind_it_on_one_line_and_on_two() {
        let font = desk::font().unwrap();
        let mut ink = Ink::new(&font);
        let columns = columns(&[Align::Start, Align::End, Align::End]);
        let cells = ["合计", "", "260.00"].map(str::to_owned).to_vec();
        let spans = |total: &SetTotal| total.cells.iter().map(|cell| cell.span).collect::<Vec<_>>();
        let total = total_of(&Total { cells: cells.clone(), strong: true }, &columns, &mut ink);
        assert_eq!(spans(&total), [2, 1]);
        assert_eq!(spans(&total.fitted(&[4.0, 6.0], true, 11.0, &ink)), [1, 1]);
        let full = total_of(
            &Total { cells: ["小计", "3", "9"].map(str::to_owned).to_vec(), strong: false },
            &columns,
            &mut ink,
        );
        assert_eq!(spans(&full.fitted(&[4.0, 6.0], true, 11.0, &ink)), [2, 1, 1]);
    }

    #[test]
    fn a_row_that_has_other_cells_than_columns_is_named() {
        let font = desk::font().unwrap();
        let table = Table { columns: columns(&[Align::Start]), rows: vec![vec![], vec![]], totals: vec![] };
        let error = set(&table, 20.0, &mut Ink::new(&font)).unwrap_err();
        assert_eq!(error.to_string(), "row 1 of a table has 0 cells for 1 columns");
    }
}
