//! Lists and search: every job is found by what people know of it, page by page, and by nobody else's device.

use std::collections::{BTreeMap, BTreeSet};

use doorstep::documents;
use doorstep::domain::calendar;
use doorstep::domain::find::{Found, Query};
use doorstep::nature::Nature;
use doorstep::store::days::DayPlace;
use doorstep::store::listed::JobRow;
use doorstep::store::lists::ListFilter;
use doorstep::store::{self, Store};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{DayRange, FindJobs, ListJobs, RemovePart, SheetField, TakeOrder, WriteField};
use doorstep_schemas::view::{ApplianceKind, JobCard, JobOutcome, Millis, NodeKind, PaidFor};
use doorstep_schemas::wire::{Access, Grant, Piece, kind};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::cast::deeds::payment;
use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, cases, leaking_heater, member, pass_everything};

const DAY: i64 = 24 * 60 * MINUTE;

/// 罗桂香's neighbours: every name, place and number is another one.
fn order(n: u32) -> TakeOrder {
    let names = ["罗桂香", "单志强", "覃玉珍", "向有福", "乐春生", "Anna Lee"];
    let towns = ["城关镇", "石板镇", "双河乡"];
    let kinds = [ApplianceKind::InstantHeater, ApplianceKind::AirConditioner, ApplianceKind::Refrigerator];
    let place = n as usize;
    let mut order = leaking_heater(&[member(OWNER), member([RAN, TIAN][place % 2])]);
    order.customer.name = names[place % names.len()].to_owned();
    order.customer.township = towns[place % towns.len()].to_owned();
    order.customer.phone = format!("138{:04}{:04}", n * 7 % 10_000, 1_000 + n);
    order.customer.address = format!("大桥村{}组{n}号", n % 5);
    order.appliances[0].kind = kinds[place % kinds.len()];
    order.appliances[0].serial = format!("LY85-{:05}", 37 * n + 100);
    order.window = None;
    order
}

fn has(card: &JobCard, name: &str) -> bool {
    card.assignees.iter().any(|assignee| assignee.id == member(name))
}

/// A desk with so many orders, one an hour.
fn desk_with(shop: &mut Shop, orders: u32) -> (Phone, Vec<JobId>) {
    let desk = shop.device(OWNER);
    let jobs = (0..orders).map(|n| {
        desk.nature.pass(60 * MINUTE);
        desk.actions.take_order(&order(n)).unwrap().card.job
    });
    let jobs = jobs.collect();
    (desk, jobs)
}

pub fn cancel(desk: &Phone, job: JobId) {
    let edit = |doc: &mut _| documents::order::cancel(doc, "不修了");
    assert!(desk.store().act(&DocId::Order(job), "cancel", desk.nature.now_ms(), edit, |_| Ok(())).unwrap());
}

fn found(phone: &Phone, typed: &str) -> Vec<JobId> {
    let found = phone.actions.find_jobs(&FindJobs { text: typed.to_owned() }).unwrap();
    found.jobs.into_iter().map(|card| card.job).collect()
}

fn listed(phone: &Phone, asked: &ListJobs) -> Vec<JobCard> {
    let mut asked = ListJobs { limit: 3, ..asked.clone() };
    let mut out = Vec::new();
    loop {
        let page = phone.actions.list_jobs(&asked).unwrap();
        assert!(page.jobs.len() <= 3);
        out.extend(page.jobs);
        asked.after = page.next;
        if asked.after.is_none() {
            return out;
        }
    }
}

/// Whether a list must show the job.
type Fits = fn(&JobCard) -> bool;

#[test]
fn every_list_has_each_of_its_jobs_once_in_its_order_page_by_page() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 31);
    cancel(&desk, jobs[4]);
    let any = ListJobs::default();
    let days = Some(DayRange { from: Millis(NOON), to: Millis(NOON + DAY) });
    let lists: [(ListJobs, Fits); 9] = [
        (any.clone(), |_| true),
        (ListJobs { open: true, ..any.clone() }, |card| card.status != NodeKind::Cancelled),
        (ListJobs { status: Some(NodeKind::Cancelled), ..any.clone() }, |card| card.status == NodeKind::Cancelled),
        (ListJobs { member: Some(member(RAN)), ..any.clone() }, |card| has(card, RAN)),
        (ListJobs { township: Some("石板镇 ".to_owned()), ..any.clone() }, |card| card.township == "石板镇"),
        (ListJobs { phone: Some("+86 138 0007 1001".to_owned()), ..any.clone() }, |card| card.phone == "13800071001"),
        (ListJobs { serial: Some("ly85-00137".to_owned()), ..any.clone() }, |card| card.phone == "13800071001"),
        (ListJobs { days, ..any.clone() }, |card| {
            card.arrive_by.is_some_and(|at| at.0 < NOON + DAY + 12 * 60 * MINUTE)
        }),
        (ListJobs { days, open: true, member: Some(member(TIAN)), ..any.clone() }, |card| {
            has(card, TIAN) && card.arrive_by.is_some_and(|at| at.0 < NOON + DAY + 12 * 60 * MINUTE)
        }),
    ];
    let all = listed(&desk, &any);
    for (asked, fits) in lists {
        let shown = listed(&desk, &asked);
        let expected: BTreeSet<JobId> = all.iter().filter(|card| fits(card)).map(|card| card.job).collect();
        assert!(
            !shown.is_empty() && shown.iter().map(|card| card.job).collect::<BTreeSet<_>>() == expected,
            "{asked:?}"
        );
        assert_eq!(shown.len(), expected.len(), "each once: {asked:?}");
        let newest_first = shown.is_sorted_by_key(|card| std::cmp::Reverse(card.taken_at));
        let due_first = shown.is_sorted_by_key(|card| card.arrive_by);
        assert!(
            if asked.open && asked.days.is_none() { due_first } else { newest_first || asked.days.is_some() },
            "{asked:?}"
        );
    }
}

#[test]
fn a_day_page_by_page_is_the_whole_day_once_and_in_order() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 30);
    for job in jobs.iter().step_by(7) {
        cancel(&desk, *job);
    }
    for job in jobs.iter().skip(3).step_by(9).take(2) {
        pass_everything(&desk, *job);
    }
    desk.nature.pass(DAY);
    let store = desk.store();
    let now = desk.nature.now_ms();
    let mut carried_over = 0;
    for day in [-2, -1, 0, 1] {
        let start = calendar::day_start(now) + day * DAY;
        let whole = store.jobs_of_day(start, now, None).unwrap();
        let order = |row: &JobRow| (row.figures.finished_at.is_some(), row.figures.arrive_by);
        assert!(whole.is_sorted_by_key(order));
        carried_over += whole.iter().filter(|row| day == 0 && row.figures.arrive_by < start).count();
        let mut seen: BTreeSet<JobId> = store.listed_jobs().unwrap().into_iter().collect();
        seen.retain(|job| store.job_row(*job).unwrap().unwrap().figures.of_day(start, now));
        assert_eq!(whole.iter().map(|row| row.card.job).collect::<BTreeSet<_>>(), seen, "{day}");
        for limit in [1, 2, 5, 200] {
            let (mut after, mut rows) = (None, Vec::new());
            loop {
                let page = store.page_of_day(start, now, None, after, limit).unwrap();
                assert!(page.rows.len() <= limit);
                rows.extend(page.rows);
                after = page.next.map(|place| DayPlace::from_text(&place.to_text()).unwrap());
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(rows, whole, "{day}, {limit} a page");
        }
    }
    assert!(carried_over > 5, "{carried_over}");
    for text in ["", "1", "1.2", "x.1.1", "0.1.", "0.1.2.3"] {
        assert_eq!(DayPlace::from_text(text), None, "{text}");
    }
}

#[test]
fn every_list_is_walked_by_an_index() {
    let mut shop = Shop::open();
    let (desk, _) = desk_with(&mut shop, 2);
    let of = |name: &str| {
        let path = format!("{}/src/store/sql/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let ways = [
        ("list_open", "SEARCH job USING INDEX job_due"),
        ("list_days", "SEARCH d USING PRIMARY KEY (day>? AND"),
        ("list_keyed", "SEARCH k USING PRIMARY KEY (key=? AND id<?)"),
        ("list_status", "SEARCH job USING INDEX job_status (status=? AND rowid<?)"),
        ("list_newest", "SEARCH job USING INTEGER PRIMARY KEY (rowid<?)"),
        ("jobs_of_day", "SEARCH job_day USING PRIMARY KEY (day=?)"),
        ("list_open_until", "SEARCH job USING INDEX job_due"),
        ("revisits_of", "SEARCH r USING PRIMARY KEY (first=?)"),
        ("find_jobs", "VIRTUAL TABLE INDEX"),
        ("unsent_of_jobs", "SEARCH change USING COVERING INDEX change_unsent (doc=?)"),
    ];
    for (name, walked) in ways {
        let plan = desk.store().list_plan(&of(name)).unwrap();
        let scans = |line: &&str| line.contains("SCAN") && !line.contains("VIRTUAL TABLE");
        assert_eq!(plan.lines().filter(scans).count(), 0, "{name}\n{plan}");
        assert!(plan.contains(walked) && !plan.contains("TEMP B-TREE"), "{name}\n{plan}");
    }
}

#[test]
fn a_technicians_device_lists_and_finds_only_what_it_was_given() {
    let mut shop = Shop::open();
    let (mut desk, jobs) = desk_with(&mut shop, 6);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut desk);
    let mut phone = shop.device(RAN);
    shop.log.exchange(&mut phone);
    let theirs: BTreeSet<JobId> = jobs.iter().copied().step_by(2).collect();
    assert_eq!(listed(&phone, &ListJobs::default()).iter().map(|card| card.job).collect::<BTreeSet<_>>(), theirs);
    assert_eq!(found(&phone, "大桥村").into_iter().collect::<BTreeSet<_>>(), theirs);
    assert_eq!(found(&desk, "大桥村").len(), 6);
}

#[test]
fn what_was_corrected_on_site_is_found_and_what_no_longer_holds_is_not() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 6);
    let appliance = desk.facts(jobs[3]).order.appliances[0].id;
    assert_eq!(found(&desk, "水箱破裂"), []);
    let write = |value: &str| {
        let field = WriteField { job: jobs[3], appliance, field: SheetField::Fault, value: value.to_owned() };
        desk.actions.write_field(&field).unwrap();
    };
    write("水箱破裂");
    assert_eq!(found(&desk, "水箱破裂"), [jobs[3]]);
    write("接头松动");
    assert_eq!(found(&desk, "水箱破裂"), []);
    assert_eq!(found(&desk, "松动 有福"), [jobs[3]]);
}

/// Every piece of the index, with its jobs.
fn index_bytes(db: &Connection) -> Vec<(i64, Vec<u8>)> {
    let mut query = db.prepare("SELECT id, block FROM search_data ORDER BY id").unwrap();
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_job_that_only_moves_on_leaves_the_search_index_as_it_is() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 3);
    let before = index_bytes(&desk.database());
    desk.come(jobs[1]);
    assert_eq!(desk.store().job_row(jobs[1]).unwrap().unwrap().card.status, NodeKind::CardShown);
    assert_eq!(index_bytes(&desk.database()), before);
}

#[test]
fn every_row_comes_back_from_its_bytes_and_says_what_the_facts_say() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 5);
    desk.come(jobs[2]);
    for job in jobs {
        let facts = desk.facts(job);
        let row = desk.store().job_row(job).unwrap().unwrap();
        assert_eq!(row.found, Found::of(&facts));
        let computed = store::row_of(&desk.store().rules().clone(), job, &facts, desk.nature.now_ms());
        assert_eq!(row.figures, computed.figures);
    }
}

fn rows(phone: &Phone) -> (Vec<JobRow>, Vec<String>) {
    let db = phone.database();
    let mut beside = Vec::new();
    for sql in [
        "SELECT 'day', day, id, '' FROM job_day",
        "SELECT 'key', key, id, '' FROM job_key",
        "SELECT 'back', hex(first), id, '' FROM job_revisit",
        "SELECT 'hand', member, fen, '' FROM hand WHERE fen <> 0",
        "SELECT 'due', due, id, status FROM job",
        "SELECT 'use', holder || code || name, at, fact || quantity || id FROM part_use",
        "SELECT 'seen', machine, served || ' ' || id, kind || ' ' || gone || coalesce(made, '') FROM machine",
    ] {
        let mut query = db.prepare(sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            Ok((0..4).map(|n| format!("{:?} ", row.get_ref(n).unwrap())).collect())
        };
        beside.extend(query.query_map([], row).unwrap().map(Result::unwrap));
    }
    beside.sort();
    (store::all_rows(&db).unwrap(), beside)
}

#[test]
fn read_models_computed_anew_are_those_that_were_kept_up() {
    let mut shop = Shop::open();
    let (desk, jobs) = desk_with(&mut shop, 9);
    desk.come(jobs[2]);
    for fen in [26_000, 5_000] {
        desk.note(jobs[2], payment(fen, PaidFor::Work)).unwrap();
    }
    let appliance = desk.actions.job(jobs[2]).unwrap().appliances[0].id;
    let taken_off = desk.use_one(jobs[2], appliance, "AQ-RG-2000");
    desk.use_one(jobs[2], appliance, "AQ-MF-63");
    desk.actions.remove_part(&RemovePart { job: jobs[2], part: taken_off }).unwrap();
    pass_everything(&desk, jobs[3]);
    desk.finish(jobs[3], JobOutcome::Completed).unwrap();
    cancel(&desk, jobs[5]);
    let kept = rows(&desk);
    assert_eq!((desk.rows("part_use"), desk.rows("machine")), (1, 1));
    assert_eq!(desk.store().hands().unwrap(), BTreeMap::from([(member(OWNER), 31_000)]));
    let typed = ["罗", "szq", "1003", "LY85", "大桥村3组", "冰箱"];
    let finds: Vec<_> = typed.iter().map(|typed| found(&desk, typed)).collect();
    let now = desk.nature.now_ms();
    desk.store().rebuild_views(&mut Unwatched, now).unwrap();
    assert_eq!(rows(&desk), kept);
    assert_eq!(typed.iter().map(|typed| found(&desk, typed)).collect::<Vec<_>>(), finds);
    // As another version would have left it.
    desk.database()
        .execute("UPDATE meta SET value = CAST('{\"shape\":\"0\",\"up_to\":null,\"whole\":true}' AS BLOB) WHERE key = 'views'", [])
        .unwrap();
    desk.database().execute("UPDATE job SET row = x'00'", []).unwrap();
    let desk = desk.restart();
    assert_eq!(rows(&desk), kept);
}

struct StopAt(u64);

impl Watcher for StopAt {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        if step.done >= self.0 { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn computing_anew_can_be_stopped_and_goes_on_at_the_next_start() {
    let mut shop = Shop::open();
    let (desk, _) = desk_with(&mut shop, 3);
    let kept = rows(&desk);
    let now = desk.nature.now_ms();
    assert!(desk.store().rebuild_views(&mut StopAt(0), now).is_err());
    assert_eq!(listed(&desk, &ListJobs::default()).len(), 0, "short, and no error");
    assert_eq!(rows(&desk.restart()), kept);
}

#[test]
fn a_job_that_was_taken_away_leaves_no_piece_in_the_index() {
    let mut shop = Shop::open();
    let (mut desk, jobs) = desk_with(&mut shop, 2);
    let mut secret = order(77);
    secret.customer.name = "龑喆".to_owned();
    secret.assignees = vec![member(RAN)];
    let job = desk.actions.take_order(&secret).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut desk);
    let mut phone = shop.device(RAN);
    shop.log.exchange(&mut phone);
    assert_eq!(found(&phone, "龑喆"), [job]);
    let holds = |phone: &Phone| {
        // A piece lies without what it has in common with the one before it, here the first character by itself.
        let piece = "喆".as_bytes();
        let all = index_bytes(&phone.database());
        all.iter().any(|(_, block)| block.windows(piece.len()).any(|at| at == piece))
    };
    assert!(holds(&phone), "the test sees what lies there");
    let taken_away = Grant { job, member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(taken_away), ..Piece::default() });
    shop.log.deliver(&mut phone);
    assert_eq!(phone.store().purge_lost().unwrap(), [job]);
    assert!(!holds(&phone) && found(&phone, "龑喆").is_empty());
    assert!(phone.store().job_row(job).unwrap().is_none());
    assert_eq!(phone.store().job_row(jobs[0]).unwrap().unwrap().card.job, jobs[0]);
    phone.database().execute("INSERT INTO search (search) VALUES ('integrity-check')", []).unwrap();
}

#[test]
fn a_block_of_the_index_lies_in_one_page() {
    let mut shop = Shop::open();
    let (desk, _) = desk_with(&mut shop, 40);
    let db = desk.database();
    db.execute("INSERT INTO search (search) VALUES ('optimize')", []).unwrap();
    let longest = index_bytes(&db).iter().map(|(_, block)| block.len()).max();
    assert!(longest > Some(3_900), "a block is full: {longest:?}");
    let pages = "SELECT count(*) FROM dbstat WHERE name = 'search_data' AND pagetype = 'overflow'";
    assert_eq!(db.query_row(pages, [], |row| row.get::<_, i64>(0)), Ok(0));
}

/// What the shop would find by reading every row.
fn oracle(store: &Store, typed: &str) -> Vec<JobId> {
    let query = Query::parse(typed);
    let page = store.list(&ListFilter::default(), None, None, 200).unwrap();
    let fits = |row: &&JobRow| !query.is_empty() && row.found.matches(&query);
    page.rows.iter().filter(fits).map(|row| row.card.job).take(50).collect()
}

/// A text, and how often it is pasted.
fn typed() -> impl Strategy<Value = (String, usize)> {
    let pieces = prop::sample::select(vec![
        "罗",
        "桂香",
        "单志强",
        "szq",
        "dzq",
        "qyz",
        "tan",
        "l",
        "lee",
        "138",
        "1003",
        "00",
        "LY85",
        "85-00",
        "0013",
        "大桥村",
        "3组",
        "三组",
        "空调",
        "heater",
        "冰箱",
        "接头",
        "渗水",
        "石板",
        "sbz",
        "\"",
        "'",
        "*",
        "OR",
        "NEAR(",
        "-",
        "(",
        "🙂",
        "\0",
        "^",
        ":",
        "+138",
        "@lgx",
        "#other",
        " ",
        "　",
        "１３８",
    ]);
    let words = prop::collection::vec(pieces.clone(), 1..4);
    prop_oneof![
        4 => words.clone().prop_map(|words| (words.join(" "), 1)),
        2 => words.prop_map(|words| (words.concat(), 1)),
        1 => any::<String>().prop_map(|text| (text, 1)),
        1 => pieces.prop_map(|piece| (piece.to_owned(), 3_000)),
    ]
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn search_finds_what_reading_every_job_would_find(typed in prop::collection::vec(typed(), 24)) {
        let mut shop = Shop::open();
        let (desk, jobs) = desk_with(&mut shop, 20);
        // What was written over and taken back must not be found by its old pieces.
        for (n, job) in jobs.iter().enumerate().step_by(3) {
            let appliance = desk.facts(*job).order.appliances[0].id;
            for value in ["渗水 3组", ["空调孔", "tan 138"][n % 2]] {
                let field = WriteField { job: *job, appliance, field: SheetField::Cause, value: value.to_owned() };
                desk.actions.write_field(&field).unwrap();
            }
        }
        for (text, times) in &typed {
            let typed = text.repeat(*times);
            prop_assert_eq!(found(&desk, &typed), oracle(&desk.store(), &typed), "{:?} × {}", text, times);
        }
    }
}
