//! Lists of the desk as files for other programs (R22, R38, R46): what is on the screen is in the file, for whom it is on it.

use doorstep::actions::export::ExportError;
use doorstep::actions::facts::FactError;
use doorstep::domain::calendar::DAY_MS;
use doorstep::tables;
use doorstep_schemas::input::{ClaimProposed, ExportTable, MoveStock, PartTerms, StockFact, TableFormat, TableWhat};
use doorstep_schemas::view::{Fen, Language, Millis, StockMove};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, member};
use crate::settlement::repaired;

fn rows_of(desk: &Phone, what: TableWhat, format: TableFormat) -> (String, Vec<Vec<Vec<String>>>) {
    let wish = ExportTable { what, format, language: Language::Zh, bytes: true };
    let made = desk.actions.export_table(&wish).unwrap();
    let sheets =
        tables::read(&made.bytes).unwrap().into_iter().map(|sheet| sheet.rows.into_iter().map(plain).collect());
    (made.name, sheets.collect())
}

/// A workbook has sums as numbers, a CSV with two places.
fn plain(row: Vec<String>) -> Vec<String> {
    row.into_iter().map(|cell| cell.strip_suffix(".00").map_or(cell.clone(), str::to_owned)).collect()
}

const FORMATS: [TableFormat; 2] = [TableFormat::Csv, TableFormat::Xlsx];

#[test]
fn r46_failures_by_model_are_a_table_for_the_maker() {
    let (_shop, desk, ..) = repaired();
    for format in FORMATS {
        let what = TableWhat::Failures { from: Millis(NOON - DAY_MS), to: Millis(NOON + DAY_MS) };
        let (name, sheets) = rows_of(&desk, what, format);
        assert!(name.starts_with("故障统计-2026-11-2"), "{name}");
        let [head, line] = sheets[0].as_slice() else { panic!("one fault: {:?}", sheets[0]) };
        assert_eq!((head[1].as_str(), head[3].as_str()), ("型号", "次数"));
        assert_eq!((line[1].as_str(), line[3].as_str(), line[4].as_str()), ("65E3", "1", "100.0%"));
    }
}

#[test]
fn r38_a_day_is_its_jobs_with_what_wants_a_look_and_its_figures() {
    let (_shop, desk, job, _) = repaired();
    desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    let (name, book) = rows_of(&desk, TableWhat::Review { at: None }, TableFormat::Xlsx);
    assert_eq!(name, "日清-2026-11-21.xlsx");
    let [jobs, figures] = book.as_slice() else { panic!("two sheets") };
    assert_eq!((jobs.len(), jobs[1][0].as_str(), jobs[1][1].as_str()), (2, "LY20261121007", "罗桂香"));
    assert_eq!(&figures[1][..3], ["完工/应做", "1/1", "0/0"]);
    let (_, csv) = rows_of(&desk, TableWhat::Review { at: None }, TableFormat::Csv);
    let below: Vec<Vec<String>> = csv[0].iter().filter(|row| !row.is_empty()).cloned().collect();
    assert_eq!(below, [jobs.as_slice(), figures.as_slice()].concat(), "one below the other");
    let all = format!("{book:?}");
    assert!(
        !all.contains("80.00") && !all.contains("8000"),
        "what the maker pays is in no file but the statement: {all}"
    );
}

#[test]
fn r22_stock_and_movements_go_out_as_they_are_and_only_to_the_owner() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let ran = shop.device(RAN);
    let fact = |movement, quantity| StockFact {
        movement,
        code: "AQ-MF-63".to_owned(),
        name: "密封圈".to_owned(),
        quantity,
        request: None,
        note: "=1+1".to_owned(),
    };
    desk.actions.move_parts(&MoveStock { member: None, fact: fact(StockMove::Issue, 5) }).unwrap();
    desk.actions.move_parts(&MoveStock { member: Some(member(RAN)), fact: fact(StockMove::Issue, 2) }).unwrap();
    let terms = PartTerms { code: "AQ-MF-63".to_owned(), low: Some(3), dealer_fen: Some(Fen(200)), charged_fen: None };
    desk.actions.set_part_terms(&terms).unwrap();
    for format in FORMATS {
        let (_, parts) = rows_of(&desk, TableWhat::Parts, format);
        let seal = parts[0].iter().find(|row| row[0] == "AQ-MF-63").unwrap();
        assert_eq!(&seal[1..6], ["密封圈", "即热式电热水器、储水式电热水器", "10", "2", "3"]);
        assert_eq!(&parts[0][0][7..10], ["库存合计", "网点", "冉小军"]);
        assert_eq!(&seal[7..10], ["5", "3", "2"]);
        let (_, moves) = rows_of(&desk, TableWhat::Moves, format);
        assert_eq!(moves[0].len(), 3);
        assert!(moves[0].iter().any(|row| row[4] == "2" && row[5] == "冉小军" && row[6] == "=1+1"), "{moves:?}");
    }
    for what in [TableWhat::Parts, TableWhat::Moves] {
        let wish = ExportTable { what, format: TableFormat::Csv, language: Language::Zh, bytes: true };
        assert!(matches!(ran.actions.export_table(&wish), Err(ExportError::Fact(FactError::OwnerOnly))));
    }
}
