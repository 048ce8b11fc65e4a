//! 对账: a maker's answer as a file, laid beside the claims and written down as one act (R31).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::answer::AnswerError;
use doorstep::actions::facts::FactError;
use doorstep::actions::settle::SettleError;
use doorstep::tables::{Cell, Table, xlsx};
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{
    ClaimLines, ClaimProposed, DeskFact, NewClaimLine, ReadAnswer, Settle, SettleStep, SettlementOf, TakeAnswer,
};
use doorstep_schemas::view::{
    AnswerColumn, AnswerOutcome as O, AnswerPlan, ApplianceKind, DeskDone, Fen, JobKind, SettleState, Thousandths,
};

use crate::cast::deeds::asked;
use crate::cast::{Phone, RAN, Shop};
use crate::settlement::{proven, repaired, row};

const MAKER: &str = "凌越";

/// Another job of the maker's, with one line, submitted.
fn claimed(desk: &Phone, number: &str, fen: i64) -> JobId {
    let mut order = asked(JobKind::Repair, ApplianceKind::Television);
    order.maker_order = number.to_owned();
    let job = desk.actions.take_order(&order).unwrap().card.job;
    claim(desk, job, MAKER, fen);
    submit(desk, job);
    job
}

/// Whatever the claim lacks.
fn submit(desk: &Phone, job: JobId) {
    for state in [SettleState::Ready, SettleState::Submitted] {
        let (reason, reference) = (String::new(), String::new());
        desk.actions.desk_notes(&DeskFact::SettlementStep { job, state, fen: Fen(0), reason, reference }).unwrap();
        desk.pass(1);
    }
}

fn claim(desk: &Phone, job: JobId, maker: &str, fen: i64) {
    let line = NewClaimLine {
        code: "LY-1".to_owned(),
        name: "换灯条".to_owned(),
        quantity: Thousandths(1_000),
        fen: Fen(fen),
        fee: None,
        adjusts: None,
    };
    desk.actions.claim_lines(&ClaimLines { job, maker: maker.to_owned(), lines: vec![line] }).unwrap();
}

/// The job of the month, finished and submitted.
fn submitted() -> (Shop, Phone, JobId) {
    let (shop, desk, job, tv) = repaired();
    proven(&desk, job, tv);
    desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    step(&desk, job, SettleState::Submitted);
    desk.pass(1);
    (shop, desk, job)
}

fn step(desk: &Phone, job: JobId, state: SettleState) {
    let (reason, reference) = ("补交".to_owned(), String::new());
    desk.actions.settle(&Settle { steps: vec![SettleStep { job, state, fen: Fen(0), reason, reference }] }).unwrap();
    desk.pass(1);
}

fn look(desk: &Phone, file: &[u8]) -> AnswerPlan {
    let input = ReadAnswer {
        month: "2026-11".to_owned(),
        maker: MAKER.to_owned(),
        base64: STANDARD.encode(file),
        sheet: 0,
        columns: None,
    };
    desk.actions.read_answer(&input).unwrap()
}

fn wish(desk: &Phone, file: &[u8]) -> TakeAnswer {
    TakeAnswer {
        month: "2026-11".to_owned(),
        maker: MAKER.to_owned(),
        base64: STANDARD.encode(file),
        sheet: 0,
        columns: look(desk, file).columns,
        leave: Vec::new(),
        anyway: Vec::new(),
        reason: "厂家未说明原因".to_owned(),
    }
}

fn take(desk: &Phone, file: &[u8]) -> Result<DeskDone, AnswerError> {
    let done = desk.actions.take_answer(&wish(desk, file));
    desk.pass(1);
    done
}

fn nothing(done: &Result<DeskDone, AnswerError>) -> bool {
    matches!(done, Err(AnswerError::Settle(SettleError::Fact(FactError::OutOfRange { field: "jobs", .. }))))
}

fn outcomes(plan: &AnswerPlan) -> Vec<(&str, O)> {
    plan.rows.iter().map(|row| (row.maker_order.as_str(), row.outcome)).collect()
}

fn csv(rows: &[&str]) -> Vec<u8> {
    format!("厂家工单号,核定金额,审核结果,扣款原因,结算批次\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn r31_an_answer_is_written_down_as_one_act_and_taken_back_as_one() {
    let (_shop, desk, job) = submitted();
    claimed(&desk, "LY2", 6_000);
    let refused = claimed(&desk, "LY3", 9_000);
    claimed(&desk, "LY4", 1_000);
    let file = csv(&[
        "LY20261121007,80.00,通过,,P2611",
        "LY2,50,扣款,照片不清,P2611",
        "LY3,0,驳回,,P2611",
        "XX9,120,通过,,P2611",
        "合计,250,,,",
    ]);
    let plan = look(&desk, &file);
    assert_eq!(
        outcomes(&plan),
        [("XX9", O::Unknown), ("LY3", O::Refused), ("LY2", O::Less), ("LY20261121007", O::Agreed)]
    );
    assert_eq!(
        (plan.missing_count, plan.before),
        (0, None),
        "LY4 was finished in no month: it is not missed in this one"
    );
    let agreed = plan.sums.iter().find(|sum| sum.outcome == O::Agreed).unwrap();
    assert_eq!((agreed.count, agreed.claimed, agreed.agreed), (1, Fen(8_000), Fen(8_000)));
    assert_eq!(row(&desk).state, Some(SettleState::Submitted), "nothing is written by looking");

    let done = take(&desk, &file).unwrap();
    assert_eq!(done.count, 3);
    let of_month = row(&desk);
    assert_eq!((of_month.state, of_month.accepted), (Some(SettleState::Accepted), Some(Fen(8_000))));
    assert_eq!(of_month.reference, "P2611");
    let due = || desk.actions.settlement(&SettlementOf::default()).unwrap().receivable[0].due;
    assert_eq!(due(), Fen(8_000 + 5_000 + 1_000), "what was refused is owed no more");

    let again = look(&desk, &file);
    assert!(again.rows.iter().filter(|row| row.job.is_some()).all(|row| row.outcome == O::Done), "{:?}", again.rows);
    assert!(again.before.is_some() && again.remembered);
    assert!(nothing(&take(&desk, &file)), "the same file twice takes nothing twice");
    step(&desk, job, SettleState::Paid);
    // Claimed anew: the old file says nothing about it any more.
    submit(&desk, refused);
    assert!(nothing(&take(&desk, &file)));
    let newer = csv(&["LY3,90,通过,,P2612", "LY4,,通过,,P2612"]);
    assert_eq!(take(&desk, &newer).unwrap().count, 2);
    assert_eq!(due(), Fen(5_000 + 9_000 + 1_000));
}

#[test]
fn r31_a_whole_answer_is_undone_and_can_be_taken_again() {
    let (_shop, desk, job) = submitted();
    claimed(&desk, "LY2", 6_000);
    let file = csv(&["LY20261121007,79,,,", "LY2,0,,资料不全,"]);
    let done = take(&desk, &file).unwrap();
    assert_eq!((row(&desk).state, row(&desk).deducted), (Some(SettleState::Deducted), Fen(100)));
    assert_eq!(row(&desk).reason, "厂家未说明原因");
    desk.actions.undo_desk(&done.action).unwrap();
    assert_eq!((row(&desk).state, row(&desk).due), (Some(SettleState::Submitted), Fen(8_000)));
    let plan = look(&desk, &file);
    assert_eq!((outcomes(&plan), plan.before), (vec![("LY2", O::Refused), ("LY20261121007", O::Less)], None));
    let but = TakeAnswer { leave: vec![job], ..wish(&desk, &file) };
    assert_eq!(desk.actions.take_answer(&but).unwrap().count, 1);
    assert_eq!(row(&desk).state, Some(SettleState::Submitted));
}

#[test]
fn r31_what_a_month_claimed_and_the_answer_leaves_out_is_named() {
    let (_shop, desk, job) = submitted();
    let other = claimed(&desk, "LY2", 6_000);
    let file = csv(&["LY2,90,通过,,"]);
    let plan = look(&desk, &file);
    assert_eq!(outcomes(&plan), [("LY2", O::More)]);
    assert_eq!((plan.missing_count, plan.missing_fen, plan.missing[0].job), (1, Fen(8_000), job));
    assert!(nothing(&take(&desk, &file)), "more than was claimed is a person's word");
    let anyway = TakeAnswer { anyway: vec![other], ..wish(&desk, &file) };
    assert_eq!(desk.actions.take_answer(&anyway).unwrap().count, 1);
}

#[test]
fn r31_columns_are_picked_once_for_a_maker_and_a_workbook_is_read_as_well() {
    let (_shop, desk, _) = submitted();
    let text = |text: &str| Cell::Text(text.to_owned());
    let rows = vec![
        vec![text("凌越11月"), Cell::Empty],
        vec![text("甲"), text("乙")],
        vec![text("LY85-0001"), Cell::Fen(8_000)],
    ];
    let head = vec!["凌越家电".to_owned(), "回单".to_owned()];
    let file = xlsx(&[Table { name: "回单".to_owned(), head, rows }]).unwrap();
    let plan = look(&desk, &file);
    assert_eq!(plan.lacking, [AnswerColumn::MakerOrder, AnswerColumn::Agreed]);
    let lacking = desk.actions.take_answer(&wish(&desk, &file));
    assert!(matches!(lacking, Err(AnswerError::Lacking(columns)) if columns.len() == 2));
    let columns = vec![Some(AnswerColumn::Serial), Some(AnswerColumn::Agreed)];
    let wish = TakeAnswer { columns: columns.clone(), ..wish(&desk, &file) };
    assert_eq!(desk.actions.take_answer(&wish).unwrap().count, 1);
    let plan = look(&desk, &file);
    assert_eq!((plan.columns, plan.remembered), (columns, true));
    let done = plan.rows.iter().find(|row| row.outcome == O::Done).unwrap();
    assert_eq!((done.by, done.agreed), (Some(AnswerColumn::Serial), Some(Fen(8_000))));
}

#[test]
fn r31_hundreds_of_answers_are_one_act_in_several_papers() {
    let (_shop, desk, _) = submitted();
    let numbers: Vec<String> = (0..301).map(|n| format!("LX{n}")).collect();
    let jobs: Vec<JobId> = numbers.iter().map(|number| claimed(&desk, number, 1_000)).collect();
    let lines: Vec<String> = numbers.iter().map(|number| format!("{number},10,通过,,")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let file = csv(&lines);
    let done = take(&desk, &file).unwrap();
    assert_eq!(done.count, 301);
    assert!(look(&desk, &file).rows.iter().all(|row| row.outcome == O::Done));
    desk.actions.undo_desk(&done.action).unwrap();
    let plan = look(&desk, &file);
    assert!(plan.rows.iter().all(|row| row.outcome == O::Agreed));
    assert!(plan.rows.iter().any(|row| row.job == jobs.last().copied()));
}

#[test]
fn r27_r31_an_answer_is_the_owners_and_a_job_of_two_makers_is_left_to_a_person() {
    let (mut shop, desk, job) = submitted();
    claim(&desk, job, "晶视", 2_000);
    let file = csv(&["LY20261121007,80,通过,,"]);
    assert_eq!(outcomes(&look(&desk, &file)), [("LY20261121007", O::Shared)]);
    assert!(nothing(&take(&desk, &file)));
    let ran = shop.device(RAN);
    let input = ReadAnswer {
        month: String::new(),
        maker: MAKER.to_owned(),
        base64: STANDARD.encode(&file),
        sheet: 0,
        columns: None,
    };
    let refused = ran.actions.read_answer(&input);
    assert!(matches!(refused, Err(AnswerError::Settle(SettleError::Fact(FactError::OwnerOnly)))));
}
