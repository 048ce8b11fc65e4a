//! 结算 at the owner's desk: from a finished job to what the maker paid; prices beside prices (R27, R31).

use doorstep::actions::facts::FactError;
use doorstep::actions::rule_sets::PublishError;
use doorstep::actions::settle::SettleError;
use doorstep::actions::statement::Made;
use doorstep::domain::calendar::DAY_MS;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    ClaimLines, ClaimProposed, DeskFact, MakeStatement, NewClaimLine, OrderDetails, OrderFact, PartTerms, PublishSet,
    SetFile, Settle, SettleStep, SettlementOf, SheetFact, SheetForm,
};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{
    ApplianceKind, Coverage, FeeKind, Fen, JobCosts, JobKind, JobOutcome, Language, LintAt, Millis, Payer, PhotoStage,
    RowTurn, SetStands, SettleState, SettlementRow, SettlementView, Text, Thousandths,
};

use crate::cast::deeds::{asked, at_home, covered, detailed};
use crate::cast::{NOON, OWNER, Phone, RAN, Shop, leaking_heater, member};
use crate::rule_sets::{dump, holds};

/// The maker's own code: as no other file of this shop has it.
const STRIP: &str = "LY-STRIP-80";

fn prices() -> String {
    format!(
        "{{ \"set\": \"settlement\", \"version\": \"凌越 2026-11\", \"valid_from\": \"2026-11-01\", \"makers\": [ {{ \
         \"maker\": \"凌越\", \"proofs\": [\"voucher\"], \"ratio_percent\": 160, \"items\": [ {{ \"code\": \"{STRIP}\", \
         \"guide\": \"labour_strips\", \"settlement_fen\": 8000 }}, {{ \"code\": \"LY-WELD\", \"guide\": \
         \"weld_and_charge\", \"settlement_fen\": 12500 }} ] }} ] }}"
    )
}

fn labour(code: &str) -> SheetFact {
    charged(code, Payer::Maker)
}

fn charged(code: &str, payer: Payer) -> SheetFact {
    SheetFact::Fee {
        appliance: None,
        kind: FeeKind::Labour,
        code: code.to_owned(),
        name: "换灯条".to_owned(),
        quantity: Thousandths(1_000),
        unit_fen: Fen(15_000),
        share: 1_000,
        guide_fen: Some(Fen(15_000)),
        payer,
        reason: String::new(),
        part: None,
        adjusts: None,
        quote: None,
        spoken_code: String::new(),
    }
}

/// A television under warranty, repaired; the maker's prices are here.
pub fn repaired() -> (Shop, Phone, JobId, ShortId) {
    let mut order = covered(asked(JobKind::Repair, ApplianceKind::Television), Coverage::InWarranty);
    order.maker_order = "LY20261121007".to_owned();
    let (shop, desk, job, tv) = at_home(&order);
    desk.actions.publish_rule_set(SetKind::Settlement, prices().as_bytes(), NOON).unwrap();
    // It holds from when it was published, which is behind a clock that stands still.
    desk.pass(1);
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.fill_repair(job, tv);
    desk.shoot(job, tv, &[PhotoStage::After]);
    desk.note(job, labour("labour_strips")).unwrap();
    desk.finish(job, JobOutcome::Completed).unwrap();
    (shop, desk, job, tv)
}

fn view(desk: &Phone) -> SettlementView {
    desk.actions.settlement(&SettlementOf::default()).unwrap()
}

pub fn row(desk: &Phone) -> SettlementRow {
    view(desk).rows.remove(0)
}

fn step(desk: &Phone, job: JobId, state: SettleState, fen: i64, reason: &str) -> Result<String, SettleError> {
    let (reason, reference) = (reason.to_owned(), String::new());
    let step = SettleStep { job, state, fen: Fen(fen), reason, reference };
    desk.actions.settle(&Settle { steps: vec![step] }).map(|done| done.action)
}

pub fn proven(desk: &Phone, job: JobId, appliance: ShortId) {
    let (key, value) = ("invoice".to_owned(), "2026-01-10".to_owned());
    desk.actions.note_on_order(job, &OrderFact::Purchase { appliance, key, value }).unwrap();
}

#[test]
fn r31_a_claim_goes_from_the_sheet_to_what_the_maker_paid_and_each_slip_is_undone() {
    let (_shop, desk, job, tv) = repaired();
    let first = row(&desk);
    assert_eq!((first.maker.as_str(), first.state, first.claimed), ("凌越", None, Fen(0)));
    assert_eq!(
        first.proposed.iter().map(|line| (line.code.as_str(), line.fen)).collect::<Vec<_>>(),
        [(STRIP, Fen(8_000))]
    );
    assert_eq!(first.costs.settlement, Fen(8_000), "what could be claimed is what is expected");
    let places: Vec<LintAt> = first.lint.iter().map(|line| line.at).collect();
    assert_eq!(places, [LintAt::Purchase, LintAt::Lines]);

    let lines = desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    assert_eq!((lines.count, row(&desk).claimed, row(&desk).proposed), (1, Fen(8_000), vec![]));
    let refused = step(&desk, job, SettleState::Submitted, 0, "");
    assert!(matches!(refused, Err(SettleError::NotReady { count: 1, .. })), "no proof of purchase yet");
    proven(&desk, job, tv);
    let submitted = step(&desk, job, SettleState::Submitted, 0, "").unwrap();
    assert_eq!((row(&desk).state, row(&desk).due), (Some(SettleState::Submitted), Fen(8_000)));

    desk.actions.undo_desk(&submitted).unwrap();
    assert_eq!((row(&desk).state, row(&desk).due), (None, Fen(0)), "ready and submitted go together");
    step(&desk, job, SettleState::Submitted, 0, "").unwrap();
    let deducted = |fen, reason| step(&desk, job, SettleState::Deducted, fen, reason);
    assert!(matches!(deducted(1_000, " "), Err(SettleError::Fact(FactError::Required("reason")))));
    assert!(matches!(deducted(0, "照片不清"), Err(SettleError::Fact(FactError::OutOfRange { .. }))));
    deducted(1_000, "照片不清").unwrap();
    desk.pass(1);
    desk.nature.pass(40 * DAY_MS);
    let late =
        desk.actions.settlement(&SettlementOf { month: "2026-11".to_owned(), ..SettlementOf::default() }).unwrap();
    assert_eq!((late.rows[0].due, late.rows[0].age_days, late.ageing.to_60), (Fen(7_000), Some(40), Fen(7_000)));
    assert_eq!((late.receivable[0].maker.as_str(), late.receivable[0].due), ("凌越", Fen(7_000)));
    assert_eq!(view(&desk).rows, [], "it belongs to the month in which it was finished");
    step(&desk, job, SettleState::Paid, 0, "").unwrap();
    let paid =
        desk.actions.settlement(&SettlementOf { month: "2026-11".to_owned(), ..SettlementOf::default() }).unwrap();
    assert_eq!((paid.rows[0].due, paid.rows[0].received, paid.makers[0].open), (Fen(0), Fen(7_000), 0));
    let again = step(&desk, job, SettleState::Submitted, 0, "");
    assert!(matches!(again, Err(SettleError::NotNext { .. })));
}

#[test]
fn r25_r31_a_job_leaves_what_it_brought_less_parts_at_the_days_dealer_price_travel_and_wages() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::Television), Coverage::OutOfWarranty);
    let (mut shop, mut desk, job, tv) =
        at_home(&detailed(order, OrderDetails { km: Some(22), ..OrderDetails::default() }));
    let priced = |desk: &Phone, dealer| {
        let (code, dealer_fen) = ("JS-DT-65".to_owned(), Some(Fen(dealer)));
        desk.actions.set_part_terms(&PartTerms { code, low: None, dealer_fen, charged_fen: None }).unwrap();
    };
    priced(&desk, 2_200);
    let km = DeskFact::About { key: "costs/km_fen".to_owned(), value: "60".to_owned() };
    desk.actions.desk_notes(&km).unwrap();
    desk.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.fill_repair(job, tv);
    desk.use_one(job, tv, "JS-DT-65");
    desk.use_one(job, tv, "WJ-01");
    desk.shoot(job, tv, &[PhotoStage::OldPart, PhotoStage::After]);
    desk.note(job, charged("labour_strips", Payer::Customer)).unwrap();
    assert_eq!(desk.actions.job_claim(job).unwrap(), None, "it has not ended");
    desk.finish(job, JobOutcome::Completed).unwrap();
    let line = NewClaimLine {
        code: STRIP.to_owned(),
        name: "换灯条".to_owned(),
        quantity: Thousandths(1_000),
        fen: Fen(8_000),
        fee: None,
        adjusts: None,
    };
    desk.actions.claim_lines(&ClaimLines { job, maker: "晶视".to_owned(), lines: vec![line] }).unwrap();
    desk.nature.pass(DAY_MS);
    priced(&desk, 2_900);
    let expected = JobCosts {
        settlement: Fen(8_000),
        customer: Fen(15_000),
        parts: Fen(2_200 + 9_500),
        parts_at_guide: Fen(9_500),
        travel: Fen(22 * 2 * 60),
        wages: Fen(6_000 + 2_000),
        margin: Fen(8_000 + 15_000 - 2_200 - 9_500 - 22 * 2 * 60 - 8_000),
    };
    assert_eq!(
        desk.actions.job_claim(job).unwrap().unwrap().costs,
        expected,
        "a dearer strip of today changes nothing"
    );
    let month = SettlementOf { month: "2026-11".to_owned(), ..SettlementOf::default() };
    assert_eq!(desk.actions.settlement(&month).unwrap().rows[0].costs, expected);
    let mut ran = shop.device(RAN);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    assert!(matches!(ran.actions.job_claim(job), Err(FactError::OwnerOnly)));
}

#[test]
fn r31_of_several_steps_all_are_written_or_none() {
    let (_shop, desk, job, tv) = repaired();
    proven(&desk, job, tv);
    desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    let other = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    let submit = |job| SettleStep {
        job,
        state: SettleState::Submitted,
        fen: Fen(0),
        reason: String::new(),
        reference: String::new(),
    };
    let refused = desk.actions.settle(&Settle { steps: vec![submit(job), submit(other)] });
    assert!(matches!(refused, Err(SettleError::NotReady { .. })));
    assert_eq!(row(&desk).state, None);
    let none = desk.actions.settle(&Settle { steps: Vec::new() });
    assert!(matches!(none, Err(SettleError::Fact(FactError::OutOfRange { field: "jobs", .. }))));
}

#[test]
fn r27_what_makers_pay_is_on_no_technicians_device_and_its_page_is_the_owners() {
    let (mut shop, mut desk, job, _) = repaired();
    let mut ran = shop.device(RAN);
    let line = |fen, adjusts| NewClaimLine {
        code: STRIP.to_owned(),
        name: "换灯条".to_owned(),
        quantity: Thousandths(1_000),
        fen: Fen(fen),
        fee: None,
        adjusts,
    };
    let claim = |lines| desk.actions.claim_lines(&ClaimLines { job, maker: "凌越".to_owned(), lines });
    claim(vec![line(8_000, None)]).unwrap();
    assert!(claim(vec![line(-8_000, None)]).is_err(), "only what puts another line right is below zero");
    let first = row(&desk).lines[0].id;
    claim(vec![line(-3_000, Some(first))]).unwrap();
    assert_eq!(row(&desk).claimed, Fen(5_000));
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    assert!(holds(&dump(&desk), STRIP), "the search finds it where it is");
    assert!(!holds(&dump(&ran), STRIP));
    let asked = SettlementOf::default();
    assert!(matches!(ran.actions.settlement(&asked), Err(FactError::OwnerOnly)));
    assert!(matches!(ran.actions.price_books(), Err(FactError::OwnerOnly)));
}

#[test]
fn r31_a_statement_is_made_of_the_makers_month() {
    let (_shop, desk, job, _) = repaired();
    desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    let of = |maker: &str, form| {
        let (maker, month) = (maker.to_owned(), "2026-11".to_owned());
        desk.actions.statement(&MakeStatement { maker, month, form, language: Language::Zh })
    };
    let Ok(Made::Sheet(bytes)) = of("凌越", SheetForm::Xlsx) else { panic!("a spreadsheet") };
    assert!(bytes.starts_with(b"PK"));
    let Ok(Made::Paper(paper)) = of("凌越", SheetForm::Pdf) else { panic!("a paper") };
    let text = serde_json::to_string(&paper).unwrap();
    assert!(text.contains("LY20261121007") && text.contains("80.00") && text.contains("换灯条"), "{text}");
    assert!(of("北岭", SheetForm::Pdf).is_err(), "nothing of this maker");
}

#[test]
fn r31_a_job_of_two_makers_stands_on_each_ones_statement_with_its_own_lines() {
    let (_shop, desk, job, _) = repaired();
    desk.actions.claim_proposed(&ClaimProposed { jobs: vec![job] }).unwrap();
    let line = NewClaimLine {
        code: "XW-01".to_owned(),
        name: "挂架费".to_owned(),
        quantity: Thousandths(1_000),
        fen: Fen(2_000),
        fee: None,
        adjusts: None,
    };
    desk.actions.claim_lines(&ClaimLines { job, maker: "晶视".to_owned(), lines: vec![line] }).unwrap();
    let of = |maker: &str| {
        let (maker, month) = (maker.to_owned(), "2026-11".to_owned());
        let wish = MakeStatement { maker, month, form: SheetForm::Xlsx, language: Language::Zh };
        let Ok(Made::Sheet(bytes)) = desk.actions.statement(&wish) else { panic!("a spreadsheet") };
        let row = doorstep::tables::read(&bytes).unwrap().remove(0).rows.swap_remove(1);
        (row[6].clone(), row[7].clone())
    };
    assert_eq!(of("凌越"), ("换灯条".to_owned(), "80".to_owned()));
    assert_eq!(of("晶视"), ("挂架费".to_owned(), "20".to_owned()));
    let month = view(&desk);
    let sums: Vec<_> = month.makers.iter().map(|maker| (maker.maker.as_str(), maker.jobs, maker.claimed)).collect();
    assert_eq!(sums, [("凌越", 1, Fen(8_000)), ("晶视", 1, Fen(2_000))]);
    assert_eq!(month.rows[0].claimed, Fen(10_000));
    let theirs = SettlementOf { maker: Some("晶视".to_owned()), ..SettlementOf::default() };
    assert_eq!(desk.actions.settlement(&theirs).unwrap().rows.len(), 1);
}

#[test]
fn r27_the_known_case_of_1_64_is_marked_beside_the_guide_price() {
    let (_shop, desk, ..) = repaired();
    let view = desk.actions.price_books().unwrap();
    let standard = view.books.iter().find(|book| book.book == "standard").unwrap();
    let weld = standard.rows.iter().find(|row| row.code == "weld_and_charge").unwrap();
    let maker = &weld.makers[0];
    assert_eq!(
        (weld.guide, maker.settlement, maker.permille, maker.above),
        (Fen(20_500), Fen(12_500), Some(1_640), true)
    );
    let set = view.sets.iter().find(|set| set.kind == SetKind::Settlement).unwrap();
    assert_eq!((set.version.as_str(), set.stands), ("凌越 2026-11", SetStands::InForce));
}

#[test]
fn r27_another_price_book_is_compared_before_it_is_published() {
    let (_shop, desk, ..) = repaired();
    let file = prices().replace("12500", "13000").replace("凌越 2026-11", "凌越 2026-12");
    let set = SetFile { kind: SetKind::Settlement, file: file.clone() };
    let found = desk.actions.compare_set(&set).unwrap();
    let [change] = found.changes.as_slice() else { panic!("{:?}", found.changes) };
    let [value] = change.values.as_slice() else { panic!("{:?}", change.values) };
    let read = |text: &Option<Text>| text.clone().unwrap_or_default().zh;
    assert_eq!(
        (change.code.as_str(), change.turn, change.under.zh.as_str()),
        ("LY-WELD", RowTurn::Changed, "厂家 · 凌越")
    );
    assert_eq!(
        (value.field.zh.as_str(), read(&value.before), read(&value.after)),
        ("结算价", "¥125.00".into(), "¥130.00".into())
    );
    let broken = SetFile { kind: SetKind::Settlement, file: file.replace("13000", "-1") };
    assert!(matches!(desk.actions.compare_set(&broken), Err(PublishError::Malformed(_))));
    let other = SetFile { kind: SetKind::Limits, file: file.clone() };
    assert!(matches!(desk.actions.compare_set(&other), Err(PublishError::Malformed(_))), "no prices");

    let tomorrow = NOON + DAY_MS;
    desk.actions.publish_set(&PublishSet { kind: SetKind::Settlement, file, from: Millis(tomorrow) }).unwrap();
    let stands = |desk: &Phone| {
        let sets = desk.actions.price_books().unwrap().sets;
        sets.into_iter().filter(|set| set.kind == SetKind::Settlement).map(|set| set.stands).collect::<Vec<_>>()
    };
    assert_eq!(stands(&desk), [SetStands::InForce, SetStands::ToCome]);
    desk.nature.pass(2 * DAY_MS);
    assert_eq!(stands(&desk), [SetStands::Past, SetStands::InForce]);
}
