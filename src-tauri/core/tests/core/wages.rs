//! 工资 at the owner's desk: a member's month, what is added to it and taken off (R42, R47).

use doorstep::actions::facts::FactError;
use doorstep::actions::settle::SettleError;
use doorstep::actions::statement::Made;
use doorstep::domain::calendar::DAY_MS;
use doorstep_schemas::input::{MakeWageSheet, NoteWage, RequestFact, SheetForm, WagesOf};
use doorstep_schemas::view::{Fen, JobOutcome, Language, MonthOfMember, RequestStep, WageKind};

use crate::cast::{OWNER, Phone, RAN, Shop, leaking_heater, member, pass_everything};

fn month(desk: &Phone, who: &str, name: &str) -> MonthOfMember {
    let input = WagesOf { month: name.to_owned(), member: Some(member(who)) };
    desk.actions.wages(&input).unwrap().shown.unwrap()
}

fn note(who: &str, kind: WageKind, fen: i64, reason: &str) -> NoteWage {
    let (month, reason) = ("2026-11".to_owned(), reason.to_owned());
    NoteWage { member: member(who), month, kind, fen: Fen(fen), reason, job: None, asked: None }
}

#[test]
fn r42_a_month_is_pieces_and_what_was_added_and_taken_off_with_its_reason() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    pass_everything(&desk, job);
    desk.finish(job, JobOutcome::Completed).unwrap();
    let write = |input: &NoteWage| desk.actions.note_wage(input).map(|done| done.action);
    let no_reason = write(&note(OWNER, WageKind::Deduction, 500, " "));
    assert!(matches!(no_reason, Err(SettleError::Fact(FactError::Required("reason")))));
    write(&note(OWNER, WageKind::Bonus, 5_000, "一次就好")).unwrap();
    let slip = write(&note(OWNER, WageKind::Deduction, 90_000, "照片不全")).unwrap();
    assert_eq!(month(&desk, OWNER, "").total, Fen(5_000 - 90_000));
    desk.actions.undo_desk(&slip).unwrap();
    write(&note(OWNER, WageKind::Deduction, 500, "照片不全")).unwrap();
    write(&note(OWNER, WageKind::Paid, 4_000, "")).unwrap();
    let found = month(&desk, OWNER, "");
    assert_eq!((found.total, found.left), (Fen(4_500), Fen(500)), "the piece is on this device alone");
    assert_eq!(found.earned.pieces.len(), 1);
    let kinds: Vec<WageKind> = found.lines.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [WageKind::Bonus, WageKind::Deduction, WageKind::Paid]);
}

#[test]
fn r42_a_line_of_a_month_that_is_over_stands_in_that_month() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    desk.nature.pass(20 * DAY_MS);
    desk.actions.note_wage(&note(RAN, WageKind::Bonus, 3_000, "季度第一")).unwrap();
    assert_eq!(month(&desk, RAN, "2026-11").total, Fen(3_000));
    assert_eq!(month(&desk, RAN, "2026-12").total, Fen(0));
    let ahead = NoteWage { month: "2027-03".to_owned(), ..note(RAN, WageKind::Bonus, 3_000, "早了") };
    assert!(matches!(desk.actions.note_wage(&ahead), Err(SettleError::Fact(FactError::Malformed("month")))));
}

#[test]
fn r42_an_advance_that_was_asked_for_is_answered_by_its_line_and_undone_with_it() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let wish = RequestFact::Advance { fen: Fen(50_000), note: "看病".to_owned() };
    let asked = ran.actions.ask(&wish).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let waiting = |desk: &Phone| {
        let view = desk.actions.wages(&WagesOf::default()).unwrap();
        let of = view.members.into_iter().find(|each| each.member.name == RAN).unwrap();
        (of.asked.len(), of.advanced)
    };
    assert_eq!(waiting(&desk), (1, Fen(0)));
    let given = NoteWage { asked: Some(asked), ..note(RAN, WageKind::Advance, 50_000, "看病") };
    let done = desk.actions.note_wage(&given).unwrap();
    assert_eq!(waiting(&desk), (0, Fen(50_000)));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    assert_eq!(ran.actions.mine().unwrap().asked[0].step, Some(RequestStep::Approved));
    desk.actions.undo_desk(&done.action).unwrap();
    assert_eq!(waiting(&desk), (1, Fen(0)));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    assert_eq!(ran.actions.mine().unwrap().asked[0].step, None, "nobody told that it is granted any more");
    assert!(matches!(ran.actions.wages(&WagesOf::default()), Err(FactError::OwnerOnly)));
}

#[test]
fn r42_a_wage_sheet_says_what_is_earned_and_what_is_left() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    desk.actions.note_wage(&note(RAN, WageKind::Bonus, 12_345, "季度第一")).unwrap();
    let of = |form| {
        let (member, month) = (member(RAN), "2026-11".to_owned());
        desk.actions.wage_sheet(&MakeWageSheet { member, month, form, language: Language::Zh }).unwrap()
    };
    let Made::Paper(paper) = of(SheetForm::Pdf) else { panic!("a paper") };
    let text = serde_json::to_string(&paper).unwrap();
    assert!(text.contains("123.45") && text.contains("季度第一") && text.contains(RAN), "{text}");
    assert!(matches!(of(SheetForm::Xlsx), Made::Sheet(bytes) if bytes.starts_with(b"PK")));
}
