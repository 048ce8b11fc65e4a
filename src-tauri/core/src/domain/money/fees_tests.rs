//! What lines come to, with the figures of a sample day.

use doorstep_schemas::view::{ApplianceKind, JobKind, PayWay};
use proptest::prelude::*;

use super::*;
use crate::domain::facts::OverGuide;
use crate::domain::money::amount::MOST_FEN;
use crate::domain::money::cast::*;

fn guided(n: u64, unit_fen: i64, guide_fen: i64) -> Fee {
    Fee { guide_fen: Some(guide_fen), ..one(n, FeeKind::Labour, unit_fen) }
}

fn customer(job: &Job) -> i64 {
    totals(job, &Terms::default()).customer_fen
}

fn grant(fee: ShortId, granted: bool, most_fen: i64) -> OverGuide {
    OverGuide { granted, most_fen, ..known(70, &[("fee", name(fee))]) }
}

#[test]
fn r27_the_sample_day_comes_out_to_the_fen() {
    use FeeKind::{Labour, Material, Part, Surcharge, Visit};
    let cases: [(&str, Coverage, Vec<Fee>, i64); 7] = [
        (
            "罗桂香: pipe, bracket, height",
            Coverage::InWarranty,
            vec![fee(1, Material, 1_500, 11_000), one(2, Material, 12_000), one(3, Surcharge, 10_000)],
            38_500,
        ),
        ("田有福: an empty trip", Coverage::OutOfWarranty, vec![one(1, Visit, 3_000)], 3_000),
        (
            "彭秀兰: visit, labour, element, rod, seal",
            Coverage::OutOfWarranty,
            vec![
                one(1, Visit, 3_000),
                one(2, Labour, 8_000),
                one(3, Part, 9_500),
                one(4, Part, 4_500),
                one(5, Part, 1_000),
            ],
            26_000,
        ),
        (
            "覃大勇: weld and charge, the way",
            Coverage::OutOfWarranty,
            vec![one(1, Labour, 20_500), one(2, Visit, 3_000), fee(3, Surcharge, 7_000, 150)],
            24_550,
        ),
        (
            "邓小妹: under warranty",
            Coverage::InWarranty,
            vec![one(1, Visit, 3_000), one(2, Labour, 8_800), one(3, Part, 6_800)],
            0,
        ),
        ("龚正平: visit", Coverage::OutOfWarranty, vec![one(1, Visit, 3_000)], 3_000),
        (
            "谭记农家乐: two holes, two metres",
            Coverage::InWarranty,
            vec![fee(1, Surcharge, 2_000, 6_000), fee(2, Material, 2_000, 13_000)],
            38_000,
        ),
    ];
    for (who, coverage, fees, fen) in cases {
        let mut job = job(JobKind::Repair, ApplianceKind::Other, coverage);
        job.sheet.fees = fees;
        assert_eq!(customer(&job), fen, "{who}");
        assert_eq!(totals(&job, &Terms::default()).collect_fen, fen, "{who}");
    }
}

#[test]
fn r27_under_warranty_the_maker_bears_the_work_and_the_customer_the_extras() {
    let mut job = job(JobKind::Install, ApplianceKind::AirConditioner, Coverage::InWarranty);
    job.sheet.fees = vec![one(1, FeeKind::Labour, 20_000), one(2, FeeKind::Material, 12_000)];
    let found = totals(&job, &Terms::default());
    assert_eq!((found.customer_fen, found.maker_fen), (12_000, 20_000));
    // One appliance of a set is not covered.
    let terms = Terms { coverage: [(unit(), Coverage::OutOfWarranty)].into(), ..Terms::default() };
    assert_eq!(totals(&job, &terms).customer_fen, 32_000);
    for (payer, of) in [(Payer::Outlet, "outlet"), (Payer::Insurer, "insurer")] {
        job.sheet.fees[0].payer = payer.into();
        let found = totals(&job, &Terms::default());
        assert_eq!(found.outlet_fen + found.insurer_fen, 20_000, "{of}");
        assert_eq!(found.maker_fen, 0, "{of}");
    }
    job.sheet.fees[0].payer = Word::Other("village_fund".to_owned());
    assert_eq!(totals(&job, &Terms::default()).other_fen, 20_000);
}

#[test]
fn r19_r27_the_lines_of_a_quote_count_once_the_customer_said_yes_to_it() {
    let mut job = repair();
    job.sheet.quotes = vec![quote(20, 12_000)];
    job.sheet.fees = vec![
        Fee { quote: Some(id(20)), ..one(1, FeeKind::Labour, 9_000) },
        Fee { quote: Some(id(20)), ..one(2, FeeKind::Part, 1_800) },
        Fee { quote: Some(id(20)), ..one(3, FeeKind::Part, 1_200) },
    ];
    assert_eq!(customer(&job), 0);
    assert!(lines(&job, &Terms::default()).iter().all(|l| l.why_not == Some(WhyNot::NotConsented)));
    job.sheet.consents = vec![consent(21, id(20), false, 12_000)];
    assert_eq!(customer(&job), 0, "she said no");
    job.sheet.consents.push(consent(22, id(20), true, 12_000));
    assert_eq!(customer(&job), 12_000);
    // A line of a quote that is not there.
    job.sheet.fees.push(Fee { quote: Some(id(29)), ..one(4, FeeKind::Labour, 100) });
    assert_eq!(customer(&job), 12_000);
}

#[test]
fn r27_a_diagnosis_fee_is_waived_by_the_repair() {
    let mut job = repair();
    job.sheet.fees = vec![one(1, FeeKind::Diagnosis, 2_000)];
    assert_eq!(customer(&job), 2_000);
    job.sheet.fees.push(one(2, FeeKind::Labour, 8_000));
    assert_eq!(customer(&job), 8_000);
    // Given up: the labour of a quote without consent repairs nothing.
    job.sheet.fees[1].quote = Some(id(20));
    assert_eq!(customer(&job), 2_000);
    job.sheet.fees = vec![Fee { appliance: None, ..one(1, FeeKind::Diagnosis, 2_000) }, one(2, FeeKind::Labour, 8_000)];
    assert_eq!(customer(&job), 8_000, "a fee for the visit as a whole");
    job.sheet.fees = vec![one(1, FeeKind::Diagnosis, 2_000), one(2, FeeKind::Labour, 0)];
    assert_eq!(customer(&job), 2_000, "free labour is no repair that pays");
    // Another appliance's repair waives nothing here.
    job.sheet.fees[1] = Fee { appliance: Some(id(901)), ..one(2, FeeKind::Labour, 8_000) };
    assert_eq!(customer(&job), 10_000);
}

#[test]
fn r27_a_report_has_one_visit_fee() {
    let mut job = repair();
    job.sheet.fees = vec![one(2, FeeKind::Visit, 3_000), one(1, FeeKind::Visit, 2_500)];
    assert_eq!(customer(&job), 2_500, "the first one written");
    let found = lines(&job, &Terms::default());
    assert_eq!(found[1].why_not, Some(WhyNot::SecondVisitFee));
}

#[test]
fn r28_an_adjustment_changes_the_sum_and_leaves_its_line() {
    let mut job = repair();
    let adjust = |n, of, fen| Fee { adjusts: Some(id(of)), ..one(n, FeeKind::Adjustment, fen) };
    job.sheet.fees = vec![one(1, FeeKind::Labour, 8_000), adjust(2, 1, -1_000), adjust(3, 2, -500)];
    let found = lines(&job, &Terms::default());
    assert_eq!(found[0].amount_fen, 8_000);
    assert_eq!(customer(&job), 6_500);
    assert_eq!(totals(&job, &Terms::default()).by_kind[&Word::Known(FeeKind::Labour)], 6_500);
    // One that puts right what is not there counts by itself, and is told.
    job.sheet.fees.push(adjust(4, 99, 300));
    assert_eq!(customer(&job), 6_800);
    let strange: Vec<_> = lines(&job, &Terms::default()).into_iter().filter(|l| l.adjusts_nothing).collect();
    assert_eq!(strange.iter().map(|l| l.fee).collect::<Vec<_>>(), [id(4)]);
    // A ring of adjustments ends, and is told.
    job.sheet.fees = vec![adjust(1, 2, 100), adjust(2, 1, 100)];
    assert_eq!(customer(&job), 200);
    assert!(lines(&job, &Terms::default()).iter().all(|l| l.adjusts_nothing));
    // What puts right a waived line goes with it.
    job.sheet.fees = vec![one(1, FeeKind::Visit, 3_000), one(2, FeeKind::Visit, 3_000), adjust(3, 2, -1_000)];
    assert_eq!(customer(&job), 3_000);
}

#[test]
fn r28_above_guide_the_guide_price_is_collected_and_the_excess_waits() {
    let mut job = repair();
    job.sheet.fees = vec![guided(1, 10_000, 8_000)];
    let found = || totals(&job, &Terms::default());
    assert_eq!((found().above_guide_fen, found().waiting_fen, found().collect_fen), (2_000, 2_000, 8_000));
    let with = |granted, most| {
        let mut job = job.clone();
        job.order.over_guide = vec![grant(id(1), granted, most)];
        let found = totals(&job, &Terms::default());
        (found.customer_fen, found.above_guide_fen, found.waiting_fen, found.collect_fen)
    };
    assert_eq!(with(true, 10_000), (10_000, 2_000, 0, 10_000));
    assert_eq!(with(true, 9_000), (10_000, 2_000, 1_000, 9_000), "up to what the owner said");
    assert_eq!(with(true, 5_000), (10_000, 2_000, 2_000, 8_000), "the guide price may always be taken");
    assert_eq!(with(false, 10_000), (10_000, 2_000, 2_000, 8_000));
}

#[test]
fn r28_a_line_is_not_raised_behind_its_guide_price_by_an_adjustment() {
    let mut job = repair();
    let raise = Fee { adjusts: Some(id(1)), ..one(2, FeeKind::Adjustment, 3_000) };
    job.sheet.fees = vec![guided(1, 8_000, 8_000), raise];
    let found = totals(&job, &Terms::default());
    assert_eq!((found.customer_fen, found.above_guide_fen, found.collect_fen), (11_000, 3_000, 8_000));
}

#[test]
fn r28_a_share_above_the_whole_does_not_raise_the_guide_price() {
    let mut job = repair();
    job.sheet.fees = vec![Fee { share: 2_000, ..guided(1, 8_000, 8_000) }];
    let found = totals(&job, &Terms::default());
    assert_eq!((found.customer_fen, found.above_guide_fen, found.collect_fen), (16_000, 8_000, 8_000));
    job.sheet.fees[0].share = 500;
    assert_eq!(totals(&job, &Terms::default()).above_guide_fen, 0);
    job.sheet.fees[0].share = 0;
    assert_eq!(totals(&job, &Terms::default()).customer_fen, 8_000, "a share that nobody wrote");
}

#[test]
fn r28_many_adjustments_one_on_another_come_to_an_end() {
    let mut job = repair();
    let chain = (2..5_000).map(|n| Fee { adjusts: Some(id(n - 1)), ..one(n, FeeKind::Adjustment, 1) });
    job.sheet.fees = [one(1, FeeKind::Labour, 8_000)].into_iter().chain(chain).collect();
    let found = lines(&job, &Terms::default());
    assert_eq!(found.iter().filter(|l| l.adjusts == Some(id(1))).count(), 31);
    assert_eq!(totals_of(&found).customer_fen, 8_000 + 4_998, "all of them count");
}

#[test]
fn r27_a_discount_lowers_whatever_its_sign() {
    let mut job = repair();
    for fen in [500, -500] {
        job.sheet.fees = vec![one(1, FeeKind::Labour, 8_000), one(2, FeeKind::Discount, fen)];
        assert_eq!(customer(&job), 7_500);
    }
}

#[test]
fn r28_six_digits_by_voice_free_the_excess_where_they_can_be_checked() {
    let (secret, of) = (b"the owner's secret".as_slice(), job_id(7));
    let mut job = repair();
    job.sheet.fees = vec![Fee { spoken_code: spoken::code(secret, of, 10_000), ..guided(1, 10_000, 8_000) }];
    let checked = Terms { spoken: Judged::By(secret, of), ..Terms::default() };
    assert_eq!(totals(&job, &checked).waiting_fen, 0);
    assert_eq!(totals(&job, &Terms::default()).waiting_fen, 0, "taken at its word");
    let elsewhere = Terms { spoken: Judged::By(secret, job_id(8)), ..Terms::default() };
    assert_eq!(totals(&job, &elsewhere).waiting_fen, 2_000, "of another job");
    job.order.over_guide = vec![grant(id(1), false, 0)];
    assert_eq!(totals(&job, &Terms::default()).waiting_fen, 2_000, "the owner said no, and nobody can check");
    assert_eq!(totals(&job, &checked).waiting_fen, 0, "the digits are the owner's later word");
    job.order.over_guide.clear();
    job.sheet.fees[0].spoken_code = "12345".to_owned();
    assert_eq!(totals(&job, &Terms::default()).waiting_fen, 2_000, "five digits are none");
}

#[test]
fn r27_a_customer_owes_what_may_be_collected_less_what_was_paid_for_the_work() {
    let mut job = repair();
    job.sheet.fees = vec![one(1, FeeKind::Labour, 8_000)];
    job.sheet.payments = vec![
        paid(30, 5_000, PayWay::Cash, PaidFor::Work),
        paid(31, 20_000, PayWay::Cash, PaidFor::Deposit),
        paid(32, -1_000, PayWay::Cash, PaidFor::Refund),
    ];
    assert_eq!(owed(&job, &totals(&job, &Terms::default())), 4_000);
}

fn any_fee(n: u64) -> impl Strategy<Value = Fee> {
    let kind = prop::sample::select(FeeKind::ALL.to_vec());
    let payer = prop::sample::select(Payer::ALL.to_vec());
    let small = -20_000i64..20_000;
    let fen = prop_oneof![8 => small, 1 => any::<i64>()];
    (kind, payer, fen, prop::option::of(0i64..20_000), prop::option::of(0u64..10), 0i64..3_000).prop_map(
        move |(kind, payer, unit_fen, guide_fen, adjusts, quantity)| Fee {
            payer: payer.into(),
            guide_fen,
            adjusts: adjusts.map(id),
            ..fee(n, kind, quantity, unit_fen)
        },
    )
}

fn any_fees() -> impl Strategy<Value = Vec<Fee>> {
    (any_fee(0), any_fee(1), any_fee(2), any_fee(3), any_fee(4), any_fee(5))
        .prop_map(|(a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn r27_lines_add_up_to_the_totals_in_any_order_and_doubled(fees in any_fees(), turn in 0usize..6, covered: bool) {
        let coverage = if covered { Coverage::InWarranty } else { Coverage::OutOfWarranty };
        let mut job = job(JobKind::Repair, ApplianceKind::Other, coverage);
        job.sheet.fees = fees.clone();
        let found = totals(&job, &Terms::default());
        let written = lines(&job, &Terms::default());
        let counted = written.iter().filter(|l| l.counts()).map(|l| i128::from(l.amount_fen)).sum();
        let by_payer = [found.customer_fen, found.maker_fen, found.outlet_fen, found.insurer_fen, found.other_fen];
        let whole: i128 = by_payer.iter().map(|fen| i128::from(*fen)).sum();
        if written.iter().all(|line| line.amount_fen.abs() < MOST_FEN / 100) {
            prop_assert_eq!(whole, counted);
            prop_assert_eq!(found.by_kind.values().sum::<i64>(), found.customer_fen);
            prop_assert_eq!(found.collect_fen + found.waiting_fen, found.customer_fen);
        }
        prop_assert!(found.waiting_fen <= found.above_guide_fen);
        job.sheet.fees.rotate_left(turn);
        job.sheet.fees.reverse();
        job.sheet.fees.extend(fees);
        prop_assert_eq!(totals(&job, &Terms::default()), found);
    }

    #[test]
    fn r28_an_adjustment_never_changes_the_line_that_it_puts_right(fees in any_fees(), fen in any::<i64>(), of in 0u64..6) {
        let mut job = repair();
        job.sheet.fees = fees;
        let before = lines(&job, &Terms::default());
        job.sheet.fees.push(Fee { adjusts: Some(id(of)), ..one(8, FeeKind::Adjustment, fen) });
        let after = lines(&job, &Terms::default());
        for line in before {
            let same = after.iter().find(|l| l.fee == line.fee).unwrap();
            // What was an adjustment of this one's id before it was there may now lead somewhere; the line stays.
            prop_assert_eq!(same.amount_fen, line.amount_fen);
            prop_assert_eq!(same.guide_amount_fen, line.guide_amount_fen);
        }
    }
}
