//! Tables in and out, with LibreOffice on the other side: what it writes is imported as it stands there, and what the desk
//! writes opens there with the same cells. Long numbers, leading noughts, days, money, quotes, lines and texts that look
//! like formulas among them.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use doorstep::domain::calendar;
use doorstep::tables::{self, Cell, Table};
use doorstep::tasks::Unwatched;
use doorstep_schemas::input::{
    ExportOrders, ExportTable, ExportWhat, ImportOrders, ListJobs, MoveStock, ReadImport, StockFact, TableFormat,
    TableWhat,
};
use doorstep_schemas::view::{ImportPlan, Language, Millis, RowState, StockMove};
use doorstep_tests::outlet::{self, OWNER};
use doorstep_tests::stage::{Device, Relay};

type Rows = Vec<Vec<String>>;

const HEAD: [&str; 12] = [
    "客户姓名",
    "联系电话",
    "详细地址",
    "品类",
    "品牌",
    "型号",
    "机身条码",
    "故障现象",
    "预约时间",
    "保内/保外",
    "厂家工单号",
    "备注",
];

/// What spreadsheets spoil.
const SOURCE: [[&str; 12]; 5] = [
    [
        "罗桂香",
        "13800001001",
        "城关镇南门小区3-1-502",
        "挂机空调",
        "北岭",
        "KFR-35GW/BP3N1",
        "0012345678",
        "不制冷",
        "2026-11-22 14:00",
        "超保",
        "202611210000000012",
        "说：\"先打电话\", 再上门",
    ],
    [
        "彭秀兰",
        "0718-8221234",
        "石桥铺镇老街27号",
        "储水式热水器",
        "安泉",
        "ES50H-A1",
        "1E10",
        "跳闸",
        "2026-11-22",
        "保内",
        "000202611210000013",
        "=1+1",
    ],
    [
        "邓小妹",
        "+86 13800001003",
        "柳林镇卫生院宿舍",
        "洗衣机",
        "云浣",
        "XQG100-14",
        "3-14",
        "不排水",
        "11月23日9:00-11:00",
        "待鉴定",
        "9007199254740993",
        "第一行\n第二行",
    ],
    [
        "龚正平",
        "13800001004",
        "白杨坪乡6组",
        "燃气热水器",
        "旺泉",
        "JSQ25-13",
        "1/2",
        "不点火",
        "",
        "超保",
        "@SUM(A1)",
        "-3",
    ],
    [
        "谭记农家乐",
        "13800001005",
        "红岩乡",
        "油烟机",
        "北岭",
        "CXW-1",
        "TRUE",
        "噪音大",
        "",
        "超保",
        "0.10",
        "𠮷野家，1.38E+10",
    ],
];

fn source() -> Rows {
    let head = HEAD.iter().map(|cell| (*cell).to_owned()).collect();
    let rows = SOURCE.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect());
    std::iter::once(head).chain(rows).collect()
}

/// LibreOffice with a home of its own.
struct Office {
    folder: PathBuf,
}

impl Office {
    /// Converts files into `into`, below the folder.
    fn convert(&self, files: &[PathBuf], kind: &str, read_as: Option<&str>, into: &str) -> PathBuf {
        let out = self.folder.join(into);
        let home = format!("-env:UserInstallation=file://{}", self.folder.join("home").display());
        let mut office = Command::new("soffice");
        office.args([&home, "--headless", "--norestore", "--convert-to", kind, "--outdir"]).arg(&out).args(files);
        office.args(read_as.map(|filter| format!("--infilter={filter}")));
        let said = office.output().expect("LibreOffice: tests/tables/run installs it");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        out
    }

    /// The sheets of a workbook as LibreOffice shows them, each a CSV in UTF-8.
    fn shown(&self, files: &[PathBuf], read_as: Option<&str>, into: &str) -> PathBuf {
        self.convert(
            files,
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
            read_as,
            into,
        )
    }
}

/// Rows without what is empty at their ends.
fn rows_of(file: &Path) -> Rows {
    tables::read(&std::fs::read(file).unwrap()).unwrap().remove(0).rows
}

fn plan(desk: &Device, bytes: &[u8]) -> ImportPlan {
    let input = ReadImport { base64: BASE64_STANDARD.encode(bytes), sheet: 0, columns: None };
    desk.app.actions.read_import(&input).unwrap()
}

fn bring(desk: &Device, bytes: &[u8], plan: &ImportPlan) -> u32 {
    let input = ImportOrders {
        name: "派工.xlsx".to_owned(),
        base64: BASE64_STANDARD.encode(bytes),
        sheet: 0,
        columns: plan.columns.clone(),
        anyway: Vec::new(),
    };
    desk.app.actions.import_orders(&input, &mut Unwatched).unwrap().taken
}

/// What LibreOffice makes of one source, in the three forms that people send.
fn written_by_office(office: &Office) -> [(&'static str, PathBuf); 3] {
    let csv = office.folder.join("source.csv");
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let lines = source().iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect::<Vec<_>>();
    std::fs::write(&csv, lines.join("\r\n")).unwrap();
    // Every column as text, as whoever sends such numbers has to set it.
    let texts = (1..=HEAD.len()).map(|column| format!("{column}/2")).collect::<Vec<_>>().join("/");
    let as_texts = format!("CSV:44,34,76,1,{texts},0,false,false,false");
    let xlsx = office
        .convert(std::slice::from_ref(&csv), "xlsx:Calc MS Excel 2007 XML", Some(&as_texts), "in")
        .join("source.xlsx");
    let xls = office.convert(&[csv], "xls:MS Excel 97", Some(&as_texts), "in").join("source.xls");
    let gb = "csv:Text - txt - csv (StarCalc):44,34,85,1,,0,false,true,false";
    let gb = office.convert(std::slice::from_ref(&xlsx), gb, None, "gb").join("source.csv");
    [("XLSX", xlsx), ("XLS", xls), ("CSV in GB18030", gb)]
}

/// Every table that the desk writes, by its name.
fn written_by_desk(desk: &Device) -> Vec<(String, Vec<u8>)> {
    let actions = &desk.app.actions;
    let fact = StockFact {
        movement: StockMove::Issue,
        code: "000123".to_owned(),
        name: "密封圈 \"6分\"".to_owned(),
        quantity: 5,
        request: None,
        note: "=HYPERLINK(\"http://127.0.0.1\")".to_owned(),
    };
    actions.move_parts(&MoveStock { member: None, fact }).unwrap();
    let now = Millis(doorstep::nature::Nature::now_ms(&doorstep::nature::Machine));
    let mut out = vec![("cells".to_owned(), tables::xlsx(&[cells()]).unwrap())];
    for language in [Language::Zh, Language::En] {
        let format = TableFormat::Xlsx;
        let list = ListJobs { open: true, ..ListJobs::default() };
        let orders = ExportOrders { what: ExportWhat::List { list }, format, language, bytes: true };
        let made = actions.export_orders(&orders, &mut Unwatched).unwrap();
        out.push((format!("orders-{language:?}"), made.bytes));
        for (name, what) in [
            ("review", TableWhat::Review { at: None }),
            ("failures", TableWhat::Failures { from: Millis(now.0 - calendar::DAY_MS), to: now }),
            ("parts", TableWhat::Parts),
            ("moves", TableWhat::Moves),
        ] {
            let made = actions.export_table(&ExportTable { what, format, language, bytes: true }).unwrap();
            out.push((format!("{name}-{language:?}"), made.bytes));
        }
    }
    out
}

/// Each kind of cell, and texts that a program might take for something else.
fn cells() -> Table {
    let texts =
        ["=1+1", "=cmd|' /C calc'!A0", "+86 13800001001", "-3", "@SUM(A1)", "0012345", "202611210000000012", "1E10"];
    let more = ["TRUE", "2026-11-22", "说：\"好\"", "第一行\n第二行", "a,b;c", "𠮷野家", "'引号", "1/2"];
    let mut rows: Vec<Vec<Cell>> =
        texts.iter().chain(&more).map(|text| vec![Cell::Text((*text).to_owned()), Cell::Empty]).collect();
    let at = calendar::parse_day("2026-11-22").unwrap();
    rows.push(vec![Cell::Fen(-1_205), Cell::Fen(1_234_567_890)]);
    rows.push(vec![Cell::Number(-3), Cell::Number(10_000)]);
    rows.push(vec![Cell::Day(at), Cell::Moment(at + 14 * 3_600_000)]);
    Table { name: "各种 [1]".to_owned(), head: vec!["=列".to_owned(), "第二列".to_owned()], rows }
}

fn compare(what: &str, theirs: &Rows, ours: &Rows) -> usize {
    assert_eq!(theirs.len(), ours.len(), "{what}: {theirs:?}");
    for (number, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
        assert_eq!(theirs.len(), ours.len(), "{what}, row {}: {theirs:?} is not {ours:?}", number + 1);
        for (theirs, ours) in theirs.iter().zip(ours) {
            assert!(same(theirs, ours), "{what}, row {}: {theirs:?} is not {ours:?}", number + 1);
        }
    }
    ours.iter().map(Vec::len).sum()
}

/// A sum is a number that is shown with two places, a moment may be shown with its seconds; all else is the same letter by
/// letter.
fn same(theirs: &str, ours: &str) -> bool {
    let sum = |text: &str| text.split_once('.').is_some_and(|(_, cents)| cents.len() == 2);
    let moment = theirs.strip_suffix(":00").filter(|text| text.len() == "2026-11-22 14:00".len());
    theirs == ours
        || moment == Some(ours)
        || (sum(theirs) && theirs.trim_end_matches('0').trim_end_matches('.') == ours)
}

/// A row as it is read: nothing empty at its end.
fn trimmed(rows: Rows) -> Rows {
    let trim = |mut row: Vec<String>| {
        while row.last().is_some_and(String::is_empty) {
            row.pop();
        }
        row
    };
    rows.into_iter().map(trim).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_go_through_libreoffice_and_come_back_cell_by_cell() {
    let began = Instant::now();
    let scratch = tempfile::tempdir().unwrap();
    let office = Office { folder: scratch.path().to_owned() };
    let data = scratch.path().join("relay");
    outlet::found(&data).unwrap();
    let relay = Relay::start(&data).unwrap();
    let desk = Device::enrolled("店里电脑", &scratch.path().join("desk"), &relay, OWNER).await.unwrap();

    let wanted = trimmed(source());
    let mut read = 0;
    let mut first: Option<ImportPlan> = None;
    for (kind, file) in written_by_office(&office) {
        read += compare(kind, &rows_of(&file), &wanted);
        let bytes = std::fs::read(&file).unwrap();
        let found = plan(&desk, &bytes);
        match &first {
            None => {
                assert_eq!((found.ready, found.wrong), (5, 0), "{kind}: {:?}", found.rows);
                assert_eq!(found.rows[0].maker_order, "202611210000000012", "{kind}");
                assert_eq!(found.rows[0].serial, "0012345678", "{kind}");
                assert_eq!(bring(&desk, &bytes, &found), 5);
                first = Some(found);
            }
            Some(first) => {
                let states: Vec<RowState> = found.rows.iter().map(|row| row.state).collect();
                assert_eq!(states, [RowState::Here; 5], "{kind}: {:?}", found.rows);
                for (row, known) in found.rows.iter().zip(&first.rows) {
                    let of = |row: &doorstep_schemas::view::PlannedRow| {
                        (row.phone.clone(), row.serial.clone(), row.maker_order.clone(), row.window)
                    };
                    assert_eq!(of(row), of(known), "{kind}");
                }
            }
        }
    }

    let out = scratch.path().join("out");
    std::fs::create_dir_all(&out).unwrap();
    let mut files = Vec::new();
    let books = written_by_desk(&desk);
    for (name, bytes) in &books {
        files.push(out.join(format!("{name}.xlsx")));
        std::fs::write(files.last().unwrap(), bytes).unwrap();
    }
    let shown = office.shown(&files, None, "shown");
    let (mut written, mut sheets) = (0, 0);
    for (name, bytes) in &books {
        for sheet in tables::read(bytes).unwrap() {
            let theirs = rows_of(&shown.join(format!("{name}-{}.csv", sheet.name)));
            written += compare(&format!("{name}, {}", sheet.name), &theirs, &sheet.rows);
            sheets += 1;
        }
    }

    // The same as CSV: no text is a formula there either. The mark before it is what people see.
    let csv = out.join("cells.csv");
    std::fs::write(&csv, tables::csv(&cells()).unwrap()).unwrap();
    let opened = office.convert(
        &[csv],
        "xlsx:Calc MS Excel 2007 XML",
        Some("CSV:44,34,76,1,1/2/2/2,0,false,false,false"),
        "csv",
    );
    let theirs = rows_of(&opened.join("cells.xlsx"));
    let ours = rows_of(&out.join("cells.xlsx"));
    assert_eq!(theirs.len(), ours.len());
    for (theirs, ours) in theirs.iter().flatten().zip(ours.iter().flatten()) {
        let looks = ours.starts_with(['=', '+', '@']) || ours == "-3";
        assert!(
            same(theirs, ours) || same(ours, theirs) || (looks && *theirs == format!("'{ours}")),
            "{theirs:?} is not {ours:?}"
        );
        written += 1;
    }
    println!(
        "tables: {read} cells read in 3 forms, {written} cells of {sheets} sheets opened again, {:.0} s",
        began.elapsed().as_secs_f64()
    );
}
