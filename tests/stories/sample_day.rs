//! The sample day of the outlet, all ten jobs with their figures to the fen, and the owner's review of it.

use doorstep::domain::money::fees::{self, Terms};
use doorstep::reports::day::text;
use doorstep_schemas::view::{JobOutcome, Language, OrderState, Rate};
use doorstep_tests::{day, outlet, story};

/// What each customer's lines come to, and how the job stood in the evening.
const BILLS: [(&str, i64, Option<JobOutcome>); 10] = [
    ("罗桂香", 38_500, Some(JobOutcome::Completed)),
    ("田有福", 0, Some(JobOutcome::RefusedUnsafe)),
    ("彭秀兰", 26_000, Some(JobOutcome::Completed)),
    ("向明", 12_000, Some(JobOutcome::Completed)),
    ("覃大勇", 24_550, Some(JobOutcome::Completed)),
    ("邓小妹", 0, Some(JobOutcome::Completed)),
    ("龚正平", 3_000, Some(JobOutcome::Condemned)),
    ("谭记农家乐", 38_000, Some(JobOutcome::Completed)),
    ("杨光荣", 28_500, Some(JobOutcome::TakenToBench)),
    ("张老师", 0, Some(JobOutcome::Completed)),
];

#[tokio::test(flavor = "multi_thread")]
async fn r8_r27_r38_the_sample_day_comes_out_to_the_fen() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let (day, review) = day::play(folder.path(), &mut |zh, _en| told.push(zh.to_owned())).await.unwrap();
    day.same().unwrap();
    for (customer, bill, outcome) in BILLS {
        let job = day.jobs[customer];
        let facts = day.desk.app.actions.shelf.store().job_facts(job).unwrap().unwrap();
        let totals = fees::totals(&facts, &Terms::default());
        assert_eq!(totals.customer_fen, bill, "{customer}");
        assert_eq!(totals.above_guide_fen, 0, "{customer}");
        let card = day.desk.app.actions.job(job).unwrap().card;
        assert_eq!((card.billed_fen.0, card.outcome), (bill, outcome), "{customer}");
        let open = doorstep::domain::nodes::order_state(&facts) != OrderState::Closed;
        assert_eq!(open, customer == "杨光荣", "{customer}: only the television is still out");
    }
    let figures = &review.figures;
    assert_eq!((figures.due, figures.done, figures.open, figures.late), (10, 9, 1, 0));
    assert_eq!(figures.on_time, Rate { of: 10, good: 10 });
    assert_eq!(figures.in_limit, Rate { of: 10, good: 10 });
    assert_eq!(figures.five_services, Rate { of: 7, good: 7 });
    assert_eq!((figures.readings_failed, figures.rectified, figures.refused), (7, 1, 1));
    assert_eq!(figures.missing_evidence, 0);
    assert_eq!(figures.taken_fen.0, 38_500 + 26_000 + 12_000 + 24_550 + 3_000 + 38_000);
    assert_eq!(figures.billed_fen.0, BILLS.iter().map(|(_, bill, _)| bill).sum::<i64>());
    assert_eq!(figures.compensation_fen.0, 18_000);
    assert_eq!(figures.not_handed_in_fen.0, 3_000, "冉小军 kept the thirty yuan of the last visit");
    assert_eq!((figures.parts, figures.parts_unbilled), (9, 0));
    let receivable: Vec<(&str, i64)> = figures.receivable.iter().map(|m| (m.maker.as_str(), m.fen.0)).collect();
    assert_eq!(receivable, [("云浣", 5_500), ("北岭", 21_000), ("安泉", 3_000)]);
    assert!(review.not_arrived.is_empty());
    for language in [Language::Zh, Language::En] {
        let page = text(&review, outlet::NAME, language);
        for sum in ["¥385.00", "¥260.00", "¥245.50", "¥120.00", "¥380.00", "¥285.00", "¥1,420.50"] {
            assert!(page.contains(sum), "{sum} in {page}");
        }
    }
    assert!(told.len() >= 15, "{told:?}");
    let before = day.desk.app.actions.day_review(Some(day::MIDNIGHT - 3 * 24 * 3_600_000)).unwrap();
    assert_eq!(before.figures.first_time_fix, Rate { of: 1, good: 0 }, "r8: the revisit counts against the first job");
    assert_eq!(review.figures.first_time_fix.of, review.figures.first_time_fix.good);
    for phone in day.phones.values() {
        let desks = phone.app.actions.shelf.store().desks().unwrap();
        assert!(desks.is_empty(), "r27: what makers pay is on no technician's phone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coming_days_have_orders_that_nobody_has_yet_and_today_keeps_its_ten() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, _phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let taken = outlet::take_coming_orders(&owner, 3).unwrap();
    assert!((5..40).contains(&taken), "{taken}");
    let actions = &owner.app.actions;
    assert_eq!(actions.orders(None).unwrap().len(), 10);
    let day = 24 * 3_600_000;
    let coming: Vec<_> =
        (1..6).flat_map(|n| actions.orders(Some(actions.nature.now_ms() + n * day)).unwrap()).collect();
    assert!(coming.len() >= 5 && coming.iter().all(|card| card.assignees.is_empty()), "{}", coming.len());
}
