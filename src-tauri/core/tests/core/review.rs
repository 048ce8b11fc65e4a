//! 日清: the week beside the day (R38), overruns with their reason (R2), the random sample (R40), the day on paper.

use doorstep::actions::facts::FactError;
use doorstep::domain::calendar::{self, DAY_MS};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{ClaimProposed, DeskFact, DrawSample, Finish, PrintDay, Settle, SettleStep, SheetFact};
use doorstep_schemas::paper::Block;
use doorstep_schemas::view::{
    DayFigures, Fen, FollowUpKind, JobOutcome, Language, Millis, PaidFor, PayWay, ReasonAbout, SettleState, Thousandths,
};

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything};
use crate::settlement::{proven, repaired};

fn done(desk: &Phone) -> JobId {
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    pass_everything(desk, job);
    desk.actions.finish(&Finish { job, outcome: JobOutcome::Completed }).unwrap();
    job
}

fn draw(desk: &Phone, count: u32) -> DrawSample {
    let at = Some(Millis(desk.actions.day_review(None).unwrap().start.0));
    DrawSample { at, count }
}

#[test]
fn r38_each_of_the_seven_days_before_stands_beside_the_day() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    done(&desk);
    desk.nature.pass(2 * DAY_MS);
    let review = desk.actions.day_review(None).unwrap();
    let finished: Vec<u32> = review.week.iter().map(|day| day.done).collect();
    assert_eq!(finished, [0, 0, 0, 0, 0, 1, 0], "oldest first");
    assert_eq!(review.yesterday, review.week[6]);
    assert_eq!(review.figures.done, 0);
}

#[test]
fn r38_r43_what_stood_at_the_end_of_yesterday_is_told_from_today() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let pay = |fen| {
        let job = done(&desk);
        let (way, paid_for) = (PayWay::Cash, PaidFor::Work);
        let fact = SheetFact::Payment { fen: Fen(fen), way, paid_for, subject: None, reference: String::new() };
        desk.note(job, fact).unwrap();
    };
    pay(20_000);
    desk.nature.pass(DAY_MS);
    pay(5_000);
    let cash = DeskFact::CashTaken { member: member(OWNER), fen: Fen(12_000), hand_in: None, note: String::new() };
    let taken = desk.actions.desk_notes(&cash).unwrap();
    let review = desk.actions.day_review(None).unwrap();
    assert!(review.standing);
    assert_eq!(review.figures.not_handed_in_fen, Fen(13_000));
    assert_eq!(review.yesterday.not_handed_in_fen, Fen(20_000), "before it was handed in, and before more was taken");
    assert_eq!(review.week[5].not_handed_in_fen, Fen(0), "nothing was taken yet");
    let mean = review.mean.unwrap();
    assert_eq!((mean.days, mean.done, mean.not_handed_in_fen), (1, Thousandths(1_000), Fen(20_000)));
    desk.actions.desk_notes(&DeskFact::Withdraw { of: taken }).unwrap();
    assert_eq!(desk.actions.day_review(None).unwrap().figures.not_handed_in_fen, Fen(25_000), "taken in by mistake");
    let past = desk.actions.day_review(Some(NOON)).unwrap();
    assert!(!past.standing, "what stood on the days before a day that is past is not known");
    assert_eq!(past.yesterday.not_handed_in_fen, Fen(0));
}

#[test]
fn r31_r38_what_makers_owed_yesterday_stands_beside_today() {
    let (_shop, desk, job, tv) = repaired();
    proven(&desk, job, tv);
    let submit = || {
        desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
        let step = SettleStep {
            job,
            state: SettleState::Submitted,
            fen: Fen(0),
            reason: String::new(),
            reference: String::new(),
        };
        desk.actions.settle(&Settle { steps: vec![step] }).unwrap();
    };
    let owed = |review: &DayFigures| review.receivable.iter().map(|owed| owed.fen).collect::<Vec<_>>();
    submit();
    let review = desk.actions.day_review(None).unwrap();
    assert_eq!((owed(&review.figures), owed(&review.yesterday)), (vec![Fen(8_000)], vec![]));
    desk.nature.pass(DAY_MS);
    let review = desk.actions.day_review(None).unwrap();
    assert_eq!((owed(&review.figures), owed(&review.yesterday)), (vec![Fen(8_000)], vec![Fen(8_000)]));
    assert_eq!(review.mean.unwrap().receivable_fen, Fen(8_000));
}

#[test]
fn r2_what_took_too_long_stands_there_with_its_reason() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    pass_everything(&desk, job);
    desk.nature.pass(600 * MINUTE);
    let text = "等配件".to_owned();
    desk.note(job, SheetFact::Reason { about: ReasonAbout::Overrun, subject: None, text, photo: None }).unwrap();
    desk.actions.finish(&Finish { job, outcome: JobOutcome::Completed }).unwrap();
    let at = Some(NOON);
    let told: Vec<_> = desk.actions.day_review(at).unwrap().overruns;
    assert_eq!(told.iter().map(|each| (each.job, each.reason.as_str())).collect::<Vec<_>>(), [(job, "等配件")]);
}

#[test]
fn r40_the_first_draw_stands_and_every_one_is_counted() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    desk.actions.draw_sample(&DrawSample { at: None, count: 3 }).unwrap_err();
    let jobs: Vec<JobId> = (0..5).map(|_| done(&desk)).collect();
    desk.actions.draw_sample(&draw(&desk, 0)).unwrap_err();
    assert_eq!(desk.actions.day_review(None).unwrap().to_draw, 1, "a tenth, rounded up");
    let first = desk.actions.draw_sample(&draw(&desk, 2)).unwrap().sample.unwrap();
    let seed = u64::from_str_radix(&first.seed, 16).unwrap();
    assert_eq!(doorstep::domain::sample::draw(seed, &jobs, 2), first.drawn);
    assert_eq!((first.drawn.len(), first.of, first.draws, first.honest), (2, 5, 1, true));
    assert!(first.drawn.iter().all(|job| jobs.contains(job)));
    desk.nature.pass(MINUTE);
    let again = desk.actions.draw_sample(&draw(&desk, 4)).unwrap().sample.unwrap();
    assert_eq!(
        (&again.drawn, &again.seed, again.draws),
        (&first.drawn, &first.seed, 2),
        "nobody draws until it pleases"
    );
    assert!(desk.actions.day_review(Some(NOON - DAY_MS)).unwrap().sample.is_none());
    let called = DeskFact::FollowUp {
        job: first.drawn[1],
        kind: FollowUpKind::Call,
        stars: 5,
        chips: String::new(),
        text: String::new(),
        do_not_contact: false,
        complaint: false,
        handled: false,
    };
    let said = desk.actions.desk_notes(&called).unwrap();
    let called = || desk.actions.day_review(None).unwrap().sample.unwrap().called;
    assert_eq!(called(), [first.drawn[1]]);
    desk.actions.desk_notes(&DeskFact::Withdraw { of: said }).unwrap();
    assert_eq!(called(), [], "a call that was noted by mistake");
    let again = desk.actions.desk_notes(&DeskFact::Withdraw { of: said });
    assert!(matches!(again, Err(FactError::Unknown("record"))), "{again:?}");
}

#[test]
fn r40_only_an_owner_draws() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    ran.actions.finish(&Finish { job, outcome: JobOutcome::Completed }).unwrap();
    ran.actions.draw_sample(&DrawSample { at: None, count: 1 }).unwrap_err();
    assert!(ran.actions.day_review(None).unwrap().sample.is_none());
}

#[test]
fn r38_the_day_on_paper_has_a_row_for_each_job_and_its_name_for_a_file() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    done(&desk);
    done(&desk);
    let (paper, name) = desk.actions.day_paper(&PrintDay { at: None, language: Language::Zh }).unwrap();
    let rows: Vec<usize> = paper
        .blocks
        .iter()
        .filter_map(|block| if let Block::Table(table) = block { Some(table.rows.len()) } else { None })
        .collect();
    assert_eq!(rows[1], 2);
    let Block::Table(figures) = &paper.blocks[0] else { panic!("figures come first") };
    assert_eq!(figures.rows[0][1..], ["2/2", "0/0", "—"], "no usual day is known yet");
    desk.nature.pass(DAY_MS);
    done(&desk);
    desk.nature.pass(DAY_MS);
    done(&desk);
    let (paper, _) = desk.actions.day_paper(&PrintDay { at: None, language: Language::Zh }).unwrap();
    let Block::Table(figures) = &paper.blocks[0] else { panic!("figures come first") };
    assert_eq!(figures.rows[0][1..], ["1/1", "1/1", "1.5/1.5"], "the mean of the days before, not their sum");
    let held = figures.rows.iter().find(|row| row[0] == "未交回").unwrap();
    assert_eq!(held[1..], ["¥0.00", "¥0.00", "¥0.00"]);
    assert_eq!(name, format!("{}-日清", calendar::day_name(NOON)));
}
