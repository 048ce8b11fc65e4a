//! Lists and search over many jobs without documents: `lists_at_scale JOBS FOLDER`. Prints one figure a line.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doorstep::domain::facts::Job;
use doorstep::domain::find::Query;
use doorstep::rules::RuleBook;
use doorstep::store::lists::ListFilter;
use doorstep::store::{Store, StoreError};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::NodeKind;
use doorstep_tests::chance::Chance;
use doorstep_tests::town::{self, Clock, DAY_MS, FIRST_DAY_MS, Town};

const PER_DAY: u32 = 130;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let jobs: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = args.next().unwrap_or_else(|| "/tmp/lists-at-scale".to_owned());
    let rules = Arc::new(RuleBook::built_in()?);
    let town = Town::new(3, rules.clone());
    let clock = Clock::new(3);
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let days = u32::try_from(jobs)?.div_ceil(PER_DAY) + 1;
    let now = FIRST_DAY_MS + i64::from(days) * DAY_MS;
    clock.set(now);
    let drawn = |n: u64, order: &town::Ordered| -> (JobId, Job) {
        let chance = Chance::of(77, 1, n);
        (JobId::mint(order.taken_ms.unsigned_abs(), chance.bytes()), town::facts(&town, order, &town.course(order)))
    };
    let fresh = !doorstep::store::database(folder).exists();
    let mut store = Store::open(folder, &[7; 32], rules.clone(), &clock)?;
    if fresh {
        town.found(&mut store)?;
        let empty = pages(&store)?;
        let mut batch = Vec::new();
        let mut spent = Duration::ZERO;
        for (order, n) in town.orders(0..days, PER_DAY).take(jobs).zip(0u64..) {
            batch.push(drawn(n, &order));
            if batch.len() == 500 {
                let began = Instant::now();
                store.list_without_documents(&batch, now)?;
                spent += began.elapsed();
                batch.clear();
            }
        }
        store.list_without_documents(&batch, now)?;
        println!("put_us {:.0}", spent.as_secs_f64() * 1e6 / jobs as f64);
        println!("bytes_per_job {:.1}", (pages(&store)? - empty) as f64 / jobs as f64);
    }
    for (name, bytes) in store.list_bytes()? {
        println!("bytes {name} {:.1}", bytes as f64 / jobs as f64);
    }
    drop(store);
    let began = Instant::now();
    let store = Store::open(folder, &[7; 32], rules, &clock)?;
    println!("open_ms {:.2}", ms(began));
    let first = store.jobs_of_day(doorstep::domain::calendar::day_start(now), now, None)?;
    println!("first_list_ms {:.2} ({} rows)", ms(began), first.len());
    let samples: Vec<(JobId, Job)> =
        town.orders(0..days, PER_DAY).take(jobs).zip(0u64..).step_by(jobs / 200).map(|(o, n)| drawn(n, &o)).collect();
    lists(&store, now, &samples)?;
    searches(&store, &samples)?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    println!(
        "{}",
        status.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ")
    );
    Ok(())
}

fn pages(store: &Store) -> Result<u64, StoreError> {
    Ok(store.list_bytes()?.iter().map(|(_, bytes)| bytes).sum())
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn told(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!("{name} p50 {:.2} p99 {:.2} max {:.2} ms of {}", at(0.5), at(0.99), at(1.0), times.len());
}

fn lists(store: &Store, now: i64, samples: &[(JobId, Job)]) -> Result<(), StoreError> {
    let mut filters =
        vec![("newest", ListFilter::default()), ("open", ListFilter { open: true, ..ListFilter::default() })];
    filters.push(("status", ListFilter { status: Some(NodeKind::Approved), ..ListFilter::default() }));
    filters.push(("week", ListFilter { days: Some((now - 60 * DAY_MS, now - 53 * DAY_MS)), ..ListFilter::default() }));
    for (_, job) in samples.iter().take(1) {
        let member = job.order.assignees.keys().next().copied();
        filters.push(("member", ListFilter { member, ..ListFilter::default() }));
        filters.push(("member rare", ListFilter { member, status: Some(NodeKind::Departed), ..ListFilter::default() }));
        filters.push(("township", ListFilter { township: Some(job.customer().township), ..ListFilter::default() }));
        filters.push(("phone", ListFilter { phone: Some(job.customer().phone), ..ListFilter::default() }));
    }
    for (name, filter) in filters {
        let (mut times, mut after) = (Vec::new(), None);
        for _ in 0..30 {
            let began = Instant::now();
            let page = store.list(&filter, None, after, 50)?;
            times.push(ms(began));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        told(&format!("list {name}"), times);
    }
    Ok(())
}

/// So many characters of a text from a place on.
type Cut<'a> = &'a dyn Fn(&str, usize, usize) -> String;
/// What somebody would type who looks for the job.
type Typed = fn(&Job, Cut<'_>) -> String;

fn searches(store: &Store, samples: &[(JobId, Job)]) -> Result<(), StoreError> {
    let cut = |text: &str, from: usize, many: usize| text.chars().skip(from).take(many).collect::<String>();
    let kinds: [(&str, Typed); 10] = [
        ("name2", |job, cut| cut(&job.customer().name, 0, 2)),
        ("given2", |job, cut| cut(&job.customer().name, 1, 2)),
        ("char1", |job, cut| cut(&job.customer().address, 0, 1)),
        ("address4", |job, cut| cut(&job.customer().address, 0, 4)),
        ("phone4", |job, cut| cut(&job.customer().phone, 7, 4)),
        ("serial5", |job, cut| cut(&job.order.appliances[0].serial, 4, 5)),
        ("model", |job, _| job.order.appliances[0].model.clone()),
        ("symptom3", |job, cut| cut(&job.order.symptom, 1, 3)),
        ("initials", |job, _| {
            let spelled = doorstep::domain::find::spelled(&job.customer().name);
            spelled.initials.iter().next().cloned().unwrap_or_default()
        }),
        ("mixed", |job, cut| format!("{} {} 空调", cut(&job.customer().name, 0, 1), cut(&job.customer().phone, 9, 2))),
    ];
    for (name, typed) in kinds {
        let (mut times, mut found, mut none) = (Vec::new(), 0, 0);
        for (_, job) in samples {
            let typed = typed(job, &cut);
            let began = Instant::now();
            let finds = store.find(&Query::parse(&typed), None, 50)?;
            times.push(ms(began));
            found += finds.rows.len();
            none += usize::from(finds.rows.is_empty());
        }
        told(&format!("search {name} ({:.1} found, {none} nothing)", found as f64 / samples.len() as f64), times);
    }
    for typed in ["1", "13", "村", "l", "a b c d e f g", "热水器", "138"] {
        let began = Instant::now();
        let finds = store.find(&Query::parse(typed), None, 50)?;
        println!("search {typed:?} {:.2} ms, {} rows", ms(began), finds.rows.len());
    }
    Ok(())
}
