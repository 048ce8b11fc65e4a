//! The bench of the store, small: the folder is what its plan says, each process's part says figures.

use std::fs;

use super::asks::Asks;
use super::build::{self, Story};
use super::{Growth, Plan, Size, StoreBenchError, Whose, ask, copy, edit, rest};
use crate::figures::{Figures, is_figure};

const SMALL: Plan = Plan { jobs: 120, whose: Whose::Owner };

fn lines(out: Vec<u8>) -> Vec<String> {
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_made_once_and_every_part_of_the_bench_says_figures() {
    let beside = tempfile::tempdir().unwrap();
    let folder = build::ready(beside.path(), SMALL, false).unwrap();
    let asks = Asks::of(&folder).unwrap();
    assert_eq!(asks.jobs, 120);
    assert!(!asks.open.is_empty() && !asks.closed.is_empty() && asks.changes > 300, "{asks:?}");
    let made = fs::metadata(folder.join("asks.json")).unwrap().modified().unwrap();
    assert_eq!(build::ready(beside.path(), SMALL, false).unwrap(), folder);
    assert_eq!(fs::metadata(folder.join("asks.json")).unwrap().modified().unwrap(), made, "it was made again");

    let (work, mut out, mut growth) = (tempfile::tempdir().unwrap(), Vec::new(), Growth::default());
    copy(&folder, work.path()).unwrap();
    rest(&folder, SMALL, &mut out, &mut growth).unwrap();
    ask(work.path(), "120-warm", &mut out).unwrap();
    edit(work.path(), SMALL, Size { sheets: 1, edits: 8, measured: 3, batches: 1 }, "120-warm", &mut out)
        .await
        .unwrap();
    let lines = lines(out);
    assert!(lines.iter().all(|line| is_figure(line)), "{lines:#?}");
    for figure in [
        "bytes_per_job",
        "first_list_ms",
        "open_job_ms",
        "rss_mb",
        "absorb_1000_ms",
        "save_p50_over_fsync_ms",
        "rebuild_ms_per_1000",
    ] {
        assert!(lines.iter().any(|line| line.contains(&format!(r#""figure":"{figure}""#))), "{figure}: {lines:#?}");
    }
}

#[test]
fn a_phone_holds_its_technicians_jobs_and_an_owner_everybodys() {
    let phone = Story::of(Plan { jobs: 40, whose: Whose::Phone }).unwrap();
    let holds = |(ordered, course)| {
        let facts = doorstep_tests::town::facts(&phone.town, &ordered, &course);
        facts.order.assignees.contains_key(&phone.member)
    };
    assert!(phone.orders().take(40).all(holds));
    let owner = Story::of(Plan { jobs: 40, whose: Whose::Owner }).unwrap();
    assert!(!owner.orders().take(40).all(holds));
}

#[test]
fn growth_is_the_factor_of_ten_times_as_many_jobs() {
    let mut growth = Growth::default();
    for (jobs, value) in [("1000", 2.0), ("10000", 3.0), ("100000", 8.0)] {
        let line =
            format!(r#"{{"bench":"store","case":"{jobs}-warm","figure":"open_job_ms","value":{value},"unit":"ms"}}"#);
        growth.hear(&line, &format!("{jobs}-warm"));
    }
    let mut out = Vec::new();
    growth.say(&mut Figures::of("store", &mut out)).unwrap();
    assert_eq!(
        lines(out),
        [r#"{"bench":"store","case":"warm","figure":"open_job_ms_growth_by_ten","value":2.0,"unit":"ratio"}"#]
    );
}

#[test]
fn a_plan_is_read_and_said_alike_and_nonsense_is_refused() {
    for text in ["2000:phone", "100000"] {
        assert_eq!(text.parse::<Plan>().unwrap().to_string(), text);
    }
    for text in ["", "0", "many", "20:desk"] {
        assert!(matches!(text.parse::<Plan>(), Err(StoreBenchError::Plan(_))), "{text}");
    }
}
