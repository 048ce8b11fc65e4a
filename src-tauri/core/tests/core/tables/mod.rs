//! Orders from tables and as tables: what other programs wrote becomes jobs once, and can be taken back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::import::ImportError;
use doorstep::actions::orders::OrderError;
use doorstep::tables::{self, TableError};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::input::{
    Assign, ExportOrders, ExportWhat, HearCall, ImportOrders, ListJobs, ReadImport, TableFormat, UndoImport,
};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, ImportDone, ImportPlan, ImportUndone, JobCard, JobKind, Language, OrderColumn, PlannedRow,
    RowNoteCode, RowState, Urgency,
};

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, leaking_heater, member};

/// Written by LibreOffice: see `make` beside them.
const FILES: [(&str, &[u8]); 3] = [
    ("xlsx", include_bytes!("orders.xlsx")),
    ("xls", include_bytes!("orders.xls")),
    ("csv", include_bytes!("orders-gb18030.csv")),
];
const HOUR: i64 = 60 * MINUTE;
const MIDNIGHT: i64 = NOON - 12 * HOUR;

fn look(desk: &Phone, bytes: &[u8]) -> ImportPlan {
    desk.actions.read_import(&ReadImport { base64: STANDARD.encode(bytes), sheet: 0, columns: None }).unwrap()
}

fn wish(bytes: &[u8], plan: &ImportPlan, anyway: &[u32]) -> ImportOrders {
    ImportOrders {
        name: "派工 11.21.xlsx".to_owned(),
        base64: STANDARD.encode(bytes),
        sheet: 0,
        columns: plan.columns.clone(),
        anyway: anyway.to_vec(),
    }
}

fn bring(desk: &Phone, bytes: &[u8], anyway: &[u32]) -> ImportDone {
    let plan = look(desk, bytes);
    desk.actions.import_orders(&wish(bytes, &plan, anyway), &mut Unwatched).unwrap()
}

fn take_back(desk: &Phone, import: Option<String>) -> ImportUndone {
    let input = UndoImport { import: import.unwrap(), reason: "撤销导入".to_owned() };
    desk.actions.undo_import(&input, &mut Unwatched).unwrap()
}

fn open_jobs(desk: &Phone) -> Vec<JobCard> {
    let mut jobs = Vec::new();
    let mut after = None;
    loop {
        let page = desk.actions.list_jobs(&ListJobs { open: true, after, limit: 200, ..ListJobs::default() }).unwrap();
        jobs.extend(page.jobs);
        after = page.next;
        if after.is_none() {
            return jobs;
        }
    }
}

fn states(plan: &ImportPlan) -> Vec<(u32, RowState)> {
    plan.rows.iter().map(|row| (row.row, row.state)).collect()
}

fn notes(row: &PlannedRow) -> Vec<RowNoteCode> {
    row.notes.iter().map(|note| note.code).collect()
}

/// So many customers, each with a number of their own.
fn many(rows: u32) -> Vec<u8> {
    let lines = (0..rows).map(|n| format!("客户{n},138{:08},城关镇南门{n}号,空调,不制冷,CG{n}\n", 10_000_000 + n));
    ["客户,电话,地址,品类,故障,厂家单号\n".to_owned()].into_iter().chain(lines).collect::<String>().into_bytes()
}

/// Stops before the step that comes after so many.
struct Impatient(u32);

impl Watcher for Impatient {
    fn step(&mut self, _: Step) -> Result<(), Cancelled> {
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn a_table_is_the_same_orders_whichever_program_wrote_it() {
    let desk = Shop::open().device(OWNER);
    for (kind, bytes) in FILES {
        let plan = look(&desk, bytes);
        use OrderColumn as C;
        let columns = [
            C::Name,
            C::Phone,
            C::Address,
            C::Appliance,
            C::Brand,
            C::Model,
            C::Serial,
            C::Symptom,
            C::Window,
            C::Coverage,
            C::MakerOrder,
            C::Note,
        ];
        assert_eq!(plan.columns, columns.map(Some), "{kind}");
        assert_eq!(plan.lacking, [], "{kind}");
        use RowState::{Alike, Here, Ready, Wrong};
        assert_eq!(states(&plan), [(3, Ready), (4, Ready), (5, Ready), (6, Wrong), (7, Here), (8, Alike)], "{kind}");
        assert_eq!((plan.ready, plan.alike, plan.here, plan.wrong), (3, 1, 1, 1));
        let [luo, peng, deng, qin, again, hood] = plan.rows.as_slice() else { panic!("{kind}: six rows") };
        // A spreadsheet makes the phone a number, and the day a count of days.
        assert_eq!(
            (luo.phone.as_str(), luo.township.as_str(), luo.serial.as_str()),
            ("13800001001", "城关镇", "BL35A0001")
        );
        assert_eq!(
            luo.window.map(|w| (w.from.0, w.to.0)),
            Some((MIDNIGHT + 38 * HOUR, MIDNIGHT + 40 * HOUR)),
            "{kind}"
        );
        assert_eq!(notes(luo), [RowNoteCode::TwoHours], "{kind}");
        assert_eq!((luo.appliance_kind, luo.coverage), (ApplianceKind::AirConditioner, Coverage::OutOfWarranty));
        assert_eq!((peng.phone.as_str(), peng.coverage), ("13800001003", Coverage::InWarranty));
        assert_eq!(peng.window.map(|w| w.from.0), Some(MIDNIGHT + 32 * HOUR), "{kind}");
        assert_eq!((deng.phone.as_str(), deng.coverage), ("07188221234", Coverage::ToBeAppraised));
        assert_eq!(notes(qin), [RowNoteCode::WindowUnknown, RowNoteCode::Phone], "{kind}");
        assert_eq!((again.notes[1].code, again.notes[1].row), (RowNoteCode::SameRow, Some(3)), "{kind}");
        assert_eq!((hood.notes[0].code, hood.notes[0].row), (RowNoteCode::AlikeRow, Some(3)), "{kind}");
    }
}

#[test]
fn the_same_file_makes_no_job_twice_and_a_person_says_what_is_alike() {
    let desk = Shop::open().device(OWNER);
    let (_, xlsx) = FILES[0];
    let first = bring(&desk, xlsx, &[]);
    assert_eq!((first.taken, first.alike, first.here, first.wrong, first.stopped), (3, 1, 1, 1, false));
    let jobs = open_jobs(&desk);
    assert_eq!(jobs.len(), 3);
    let luo = jobs.iter().find(|card| card.customer == "罗桂香").unwrap();
    assert_eq!((luo.maker_order.as_str(), luo.urgency), ("CG2026112101", Urgency::Normal));
    // The same orders in another file.
    for (kind, bytes) in FILES {
        let plan = look(&desk, bytes);
        assert_eq!((plan.ready, plan.here), (0, 4), "{kind}");
        assert_eq!(plan.before.is_some(), kind == "xlsx", "{kind}: the very file is known again");
        assert_eq!(bring(&desk, bytes, &[]).taken, 0, "{kind}");
    }
    assert_eq!(open_jobs(&desk).len(), 3);
    let anyway = bring(&desk, xlsx, &[8, 7, 3]);
    assert_eq!(anyway.taken, 1, "only what is alike can be taken anyway");
}

#[test]
fn r9_what_is_alike_names_the_job_that_is_here() {
    let desk = Shop::open().device(OWNER);
    let mut order = leaking_heater(&[]);
    order.customer.phone = "13800001003".to_owned();
    let job = desk.actions.take_order(&order).unwrap().card.job;
    let plan = look(&desk, FILES[0].1);
    let peng = plan.rows.iter().find(|row| row.customer == "彭秀兰").unwrap();
    assert_eq!((peng.state, peng.like), (RowState::Alike, Some(job)));
    assert_eq!(peng.notes.iter().find(|note| note.code == RowNoteCode::AlikeJob).unwrap().text, "罗桂香");
    desk.nature.pass(40 * 24 * HOUR);
    let plan = look(&desk, FILES[0].1);
    let peng = plan.rows.iter().find(|row| row.customer == "彭秀兰").unwrap();
    assert_eq!(peng.state, RowState::Alike, "an open job is never old");
}

#[test]
fn r41_a_job_is_known_by_the_makers_number_though_phone_and_serial_were_mistyped() {
    let desk = Shop::open().device(OWNER);
    let mut order = leaking_heater(&[]);
    order.maker_order = "cg2026112102".to_owned();
    order.customer.phone = "13800009999".to_owned();
    let job = desk.actions.take_order(&order).unwrap().card.job;
    let other = desk.actions.take_order(&leaking_heater(&[])).unwrap().card.job;
    let plan = look(&desk, FILES[0].1);
    let peng = plan.rows.iter().find(|row| row.customer == "彭秀兰").unwrap();
    assert_eq!((peng.state, peng.like), (RowState::Alike, Some(job)), "another machine under the same number");
    assert_ne!(peng.like, Some(other));
    order.appliances[0].kind = ApplianceKind::StorageHeater;
    order.appliances[0].serial = String::new();
    let same = desk.actions.take_order(&order).unwrap().card.job;
    let plan = look(&desk, FILES[0].1);
    let peng = plan.rows.iter().find(|row| row.customer == "彭秀兰").unwrap();
    assert_eq!((peng.state, peng.like), (RowState::Here, Some(same)));
}

#[test]
fn an_import_is_taken_back_but_for_what_somebody_works_on() {
    let desk = Shop::open().device(OWNER);
    let (_, xls) = FILES[1];
    let done = bring(&desk, xls, &[]);
    let jobs = open_jobs(&desk);
    let deng = jobs.iter().find(|card| card.customer == "邓小妹").unwrap();
    desk.actions.assign(&Assign { job: deng.job, members: vec![member(RAN)] }).unwrap();
    // After a new start another run writes.
    let desk = desk.restart();
    let imports = desk.actions.imports().unwrap();
    assert_eq!(imports.iter().map(|import| import.orders).collect::<Vec<_>>(), [3]);
    assert_eq!(Some(imports[0].import.clone()), done.import);
    let undone = take_back(&desk, done.import.clone());
    assert_eq!((undone.cancelled, undone.kept, undone.kept_names), (2, 1, vec!["邓小妹".to_owned()]));
    assert_eq!(open_jobs(&desk).iter().map(|card| card.job).collect::<Vec<_>>(), [deng.job]);
    assert!(desk.actions.imports().unwrap().is_empty());
    let again = UndoImport { import: done.import.unwrap(), reason: String::new() };
    assert!(matches!(desk.actions.undo_import(&again, &mut Unwatched), Err(ImportError::Unknown(_))));
    assert_eq!(bring(&desk, xls, &[]).taken, 2, "what was cancelled is not here");
}

#[test]
fn an_import_that_was_stopped_goes_on_where_it_stopped() {
    let desk = Shop::open().device(OWNER);
    let bytes = many(230);
    let plan = look(&desk, &bytes);
    assert_eq!((plan.ready, plan.rows.len()), (230, 20));
    let first = desk.actions.import_orders(&wish(&bytes, &plan, &[]), &mut Impatient(1)).unwrap();
    assert_eq!((first.taken, first.stopped), (100, true));
    assert_eq!(desk.actions.imports().unwrap()[0].orders, 100);
    let second = bring(&desk, &bytes, &[]);
    assert_eq!((second.taken, second.here, second.stopped), (130, 100, false));
    assert_eq!(open_jobs(&desk).len(), 230);
    let stopped = desk.actions.undo_import(
        &UndoImport { import: second.import.clone().unwrap(), reason: "撤销导入".to_owned() },
        &mut Impatient(1),
    );
    assert_eq!(stopped.unwrap().cancelled, 100);
    assert_eq!(take_back(&desk, second.import).cancelled, 30, "and goes on as well");
    assert_eq!(take_back(&desk, first.import).cancelled, 100);
    assert!(open_jobs(&desk).is_empty());
}

#[test]
fn one_order_alone_is_taken_back_as_well() {
    let desk = Shop::open().device(OWNER);
    let done = bring(&desk, &many(1), &[]);
    assert_eq!(take_back(&desk, done.import).cancelled, 1);
}

#[test]
fn a_mapping_is_remembered_for_the_same_headings() {
    let desk = Shop::open().device(OWNER);
    let bytes = "甲,乙,丙\n罗桂香,13800001001,南门\n".as_bytes();
    let plan = look(&desk, bytes);
    assert_eq!(plan.lacking, [OrderColumn::Name, OrderColumn::Address]);
    let lacking = desk.actions.import_orders(&wish(bytes, &plan, &[]), &mut Unwatched);
    assert!(matches!(lacking, Err(ImportError::Lacking(_))));
    let columns = vec![Some(OrderColumn::Name), Some(OrderColumn::Phone), Some(OrderColumn::Address)];
    let input = ImportOrders { columns: columns.clone(), ..wish(bytes, &plan, &[]) };
    assert_eq!(desk.actions.import_orders(&input, &mut Unwatched).unwrap().taken, 1);
    let other = "甲,乙,丙\n田有福,13800001002,大湾乡\n".as_bytes();
    let plan = look(&desk, other);
    assert_eq!((plan.columns, plan.remembered), (columns, true));
}

#[test]
fn only_an_owner_brings_orders_in_and_what_is_no_table_says_so() {
    let mut shop = Shop::open();
    let (desk, phone) = (shop.device(OWNER), shop.device(RAN));
    let input = ReadImport { base64: STANDARD.encode(FILES[0].1), sheet: 0, columns: None };
    assert!(matches!(phone.actions.read_import(&input), Err(ImportError::Order(OrderError::OwnerOnly))));
    let look = |bytes: &[u8]| {
        desk.actions.read_import(&ReadImport { base64: STANDARD.encode(bytes), sheet: 0, columns: None }).unwrap_err()
    };
    assert!(matches!(look(b""), ImportError::Table(TableError::Empty)));
    assert!(matches!(look(b"<html><table>"), ImportError::Table(TableError::Unknown(_))));
    assert!(matches!(look(&FILES[0].1[..2_000]), ImportError::Table(TableError::Damaged(_))));
    assert!(matches!(look(&FILES[1].1[..600]), ImportError::Table(TableError::Damaged(_))));
}

#[test]
fn what_goes_out_is_known_again_when_it_comes_in() {
    let desk = Shop::open().device(OWNER);
    bring(&desk, FILES[0].1, &[]);
    for (format, language) in [
        (TableFormat::Csv, Language::Zh),
        (TableFormat::Xlsx, Language::Zh),
        (TableFormat::Csv, Language::En),
        (TableFormat::Xlsx, Language::En),
    ] {
        let list = ListJobs { open: true, limit: 1, ..ListJobs::default() };
        let what = ExportWhat::List { list };
        let made =
            desk.actions.export_orders(&ExportOrders { what, format, language, bytes: true }, &mut Unwatched).unwrap();
        assert_eq!(made.rows, 3);
        let sheet = &tables::read(&made.bytes).unwrap()[0];
        assert_eq!(sheet.rows.len(), 4);
        let luo = sheet.rows.iter().find(|row| row[1] == "罗桂香").unwrap();
        assert_eq!(luo[10], "2026-11-22 14:00-16:00");
        let plan = look(&desk, &made.bytes);
        assert_eq!((plan.here, plan.ready, plan.alike, plan.wrong), (3, 0, 0, 0), "{format:?} {language:?}");
    }
    let found = ExportWhat::Found { text: "罗桂香".to_owned() };
    let wish = ExportOrders { what: found, format: TableFormat::Xlsx, language: Language::Zh, bytes: false };
    assert_eq!(desk.actions.export_orders(&wish, &mut Unwatched).unwrap().rows, 1);
    let day = ExportWhat::Day { at: Some(doorstep_schemas::view::Millis(NOON + 24 * HOUR)) };
    let made = desk.actions.export_orders(&ExportOrders { what: day, ..wish }, &mut Unwatched).unwrap();
    assert_eq!((made.rows, made.name.as_str()), (2, "工单-2026-11-22.xlsx"));
}

#[test]
fn r3_r9_a_caller_is_known_by_phone_or_serial_and_hears_the_script_first() {
    let desk = Shop::open().device(OWNER);
    let mut order = leaking_heater(&[]);
    order.customer.phone = "13800001099".to_owned();
    let job = desk.actions.take_order(&order).unwrap().card.job;
    let call = HearCall {
        phone: "138 0000 1099".to_owned(),
        serial: String::new(),
        kind: JobKind::Repair,
        symptom: "有煤气味".to_owned(),
        urgency: Urgency::Normal,
        far: false,
    };
    let heard = desk.actions.hear_call(&call).unwrap();
    assert_eq!(heard.jobs.iter().map(|card| card.job).collect::<Vec<_>>(), [job]);
    let machine = &heard.machines[0];
    assert_eq!(
        (machine.serial.as_str(), machine.coverage, machine.named),
        ("LY85-0001", Coverage::ToBeAppraised, false)
    );
    assert!(!machine.reason.zh.is_empty());
    assert_eq!((heard.urgency, heard.scripts.len()), (Urgency::Class1, 1));
    assert!(!heard.scripts[0].never.is_empty());
    assert_eq!((heard.arrive_by.0 - NOON) / MINUTE, 60, "an emergency near by");
    let by_serial =
        HearCall {
            phone: String::new(), serial: " ly85-0001 ".to_owned(), symptom: "不热".to_owned(), ..call.clone()
        };
    let heard = desk.actions.hear_call(&by_serial).unwrap();
    assert_eq!((heard.jobs.len(), heard.machines[0].named, heard.urgency), (1, true, Urgency::Normal));
    assert_eq!((heard.arrive_by.0 - NOON) / HOUR, 24);
    let nobody = HearCall { phone: "138".to_owned(), symptom: String::new(), ..call };
    assert!(desk.actions.hear_call(&nobody).unwrap().jobs.is_empty(), "three digits are nobody's number");
}
