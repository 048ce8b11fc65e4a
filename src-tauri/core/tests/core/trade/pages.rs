//! Whole pages of the phone as the actions give them: fees, bench, pay, the owner's turn, texts (R5, R23, R26–R28, R41–R43).

use doorstep::actions::facts::FactError;
use doorstep_schemas::input::{
    AskTexts, DeskFact, OrderFact, RequestFact, SayDigits, SetCollection, SheetFact, SheetField, StockFact, WriteField,
};
use doorstep_schemas::view::{
    ApplianceKind, Asked, BenchNext, BenchStep, Coverage, CustodyStep, FeeKind, FeeOffer, Fen, InvoiceView, JobKind,
    JobOutcome, OwnersTurn, PaidFor, PayWaits, PayWay, Payer, RequestStep, StockMove,
};

use super::bench::{pickup, without_loaner};
use crate::cast::deeds::{asked, at_home, covered, custody, fee, payment};
use crate::cast::{OWNER, RAN, Shop, member};

fn line(offer: &FeeOffer) -> SheetFact {
    SheetFact::Fee {
        appliance: offer.appliance,
        kind: offer.kind,
        code: offer.code.clone(),
        name: offer.name.zh.clone(),
        quantity: offer.quantity,
        unit_fen: offer.unit_fen,
        share: offer.share,
        guide_fen: Some(offer.unit_fen),
        payer: offer.payer,
        reason: String::new(),
        part: offer.part,
        adjusts: None,
        quote: None,
        spoken_code: String::new(),
    }
}

#[test]
fn r27_what_is_proposed_can_be_written_and_is_proposed_no_more() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (_shop, desk, job, heater) = at_home(&order);
    desk.use_one(job, heater, "AQ-RG-2000");
    let before = desk.actions.fees(job).unwrap();
    let codes: Vec<&str> = before.proposed.iter().map(|offer| offer.code.as_str()).collect();
    assert_eq!(codes, ["visit", "AQ-RG-2000"]);
    let labour = before.offers.iter().find(|offer| offer.code == "labour_element").expect("the book has it");
    assert_eq!((labour.unit_fen, labour.payer), (Fen(8_000), Payer::Customer));
    assert!(before.may_charge && before.lines.is_empty() && before.collection.is_none());
    for offer in before.proposed.iter().chain([labour]) {
        desk.note(job, line(offer)).unwrap();
    }
    let after = desk.actions.fees(job).unwrap();
    assert_eq!(after.proposed, []);
    assert!(after.offers.iter().all(|offer| offer.code != "labour_element" && offer.code != "visit"));
    assert_eq!((after.sums.customer, after.sums.owed), (Fen(20_500), Fen(20_500)));
    assert!(after.collection.is_some_and(|text| text.zh.contains("205.00")));
    desk.note(job, payment(20_500, PaidFor::Work)).unwrap();
    let paid = desk.actions.fees(job).unwrap();
    assert_eq!((paid.sums.owed, paid.collection, paid.payments.len()), (Fen(0), None, 1));
    assert_eq!(desk.actions.mine().unwrap().hand.in_hand, Fen(20_500));
}

#[test]
fn r43_the_outlets_own_code_is_on_the_phone_that_collects_and_only_an_owner_says_it() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (mut shop, desk, job, _) = at_home(&order);
    let say = |code: &str| desk.actions.set_collection(&SetCollection { code: code.to_owned() });
    let phone = shop.device(RAN);
    let nobody = phone.actions.set_collection(&SetCollection { code: "wxp://f2f0mine".to_owned() });
    assert!(matches!(nobody, Err(FactError::OwnerOnly)), "{nobody:?}");
    assert!(matches!(say(&"x".repeat(301)), Err(FactError::TooLong { field: "collection_code", most: 300 })));
    say(" wxp://f2f0outlet ").unwrap();
    assert_eq!(desk.actions.fees(job).unwrap().collection_svg, None, "nothing is owed");
    let visit = desk.actions.fees(job).unwrap().proposed.remove(0);
    desk.note(job, line(&visit)).unwrap();
    let shown = desk.actions.fees(job).unwrap().collection_svg.expect("owed, and known");
    assert!(shown.starts_with("<?xml") && shown.contains("<svg"), "{shown}");
    say("wxp://f2f0another").unwrap();
    assert_ne!(desk.actions.fees(job).unwrap().collection_svg, Some(shown));
    say("").unwrap();
    assert_eq!(desk.actions.fees(job).unwrap().collection_svg, None, "taken back");
}

#[test]
fn r28_digits_by_voice_let_one_sum_of_one_job_be_taken_and_the_owners_device_looks() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (mut shop, desk, job, _) = at_home(&order);
    let labour =
        desk.actions.fees(job).unwrap().offers.into_iter().find(|offer| offer.code == "labour_element").unwrap();
    let dearer = |digits: &str| {
        let mut fact = line(&labour);
        if let SheetFact::Fee { unit_fen, reason, spoken_code, .. } = &mut fact {
            (*unit_fen, *reason, *spoken_code) = (Fen(9_500), "六楼无电梯".to_owned(), digits.to_owned());
        }
        fact
    };
    let waiting = || desk.actions.fees(job).unwrap().sums.waiting;
    desk.note(job, dearer("123456")).unwrap();
    assert_eq!(waiting(), Fen(1_500), "nobody ever gave any digits");
    let said = |fen: i64| desk.actions.say_digits(&SayDigits { job, most_fen: Fen(fen) });
    let right = said(9_500).unwrap().digits;
    assert_eq!(said(9_500).unwrap().digits, right, "one secret");
    assert_ne!(said(9_600).unwrap().digits, right);
    desk.note(job, dearer(&right)).unwrap();
    assert_eq!(waiting(), Fen(1_500), "the second line is let through, the first still waits");
    let turns = desk.actions.owners_turns().unwrap().lines;
    assert_eq!(turns.iter().filter(|line| matches!(line.turn, OwnersTurn::OverGuide { .. })).count(), 1);
    let phone = shop.device(RAN);
    let nobody = phone.actions.say_digits(&SayDigits { job, most_fen: Fen(9_500) });
    assert!(matches!(nobody, Err(FactError::OwnerOnly)), "{nobody:?}");
    for fen in [0, -1, 100_000_001] {
        assert!(matches!(said(fen), Err(FactError::OutOfRange { .. })), "{fen}");
    }
}

#[test]
fn r27_a_second_labour_item_is_offered_at_its_share() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (_shop, desk, job, _) = at_home(&order);
    let fees = desk.actions.fees(job).unwrap();
    let [first, second] = ["labour_element", "labour_seal"]
        .map(|code| fees.offers.iter().find(|offer| offer.code == code).cloned().unwrap_or_else(|| panic!("{code}")));
    desk.note(job, line(&first)).unwrap();
    let offered = desk.actions.fees(job).unwrap().offers.into_iter().find(|offer| offer.code == second.code).unwrap();
    assert_eq!((second.share, offered.share), (1_000, 500), "half, behind a dearer one");
}

#[test]
fn r26_the_page_says_who_pays_and_why_and_under_warranty_the_maker_does() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::WashingMachine), Coverage::InWarranty);
    let (_shop, desk, job, machine) = at_home(&order);
    let invoice = OrderFact::Purchase { appliance: machine, key: "invoice".to_owned(), value: "2026-10-01".to_owned() };
    assert_eq!(desk.actions.fees(job).unwrap().coverage[0].judged, Coverage::ToBeAppraised);
    desk.actions.note_on_order(job, &invoice).unwrap();
    let fees = desk.actions.fees(job).unwrap();
    assert_eq!((fees.coverage[0].ordered, fees.coverage[0].judged), (Coverage::InWarranty, Coverage::InWarranty));
    assert!(fees.coverage[0].reason.zh.contains("发票 2026年10月1日"));
    assert!(fees.proposed.iter().all(|offer| offer.payer == Payer::Maker));
}

#[test]
fn r28_what_is_above_guide_waits_on_the_owners_page_until_there_is_an_answer() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (_shop, desk, job, _) = at_home(&order);
    let id = desk.note(job, fee(FeeKind::Labour, 12_000, 8_000, "六楼无电梯")).unwrap();
    let fees = desk.actions.fees(job).unwrap();
    assert_eq!((fees.sums.collect, fees.sums.waiting), (Fen(8_000), Fen(4_000)));
    assert!(fees.problems.iter().any(|problem| problem.line == Some(id)));
    let turns = desk.actions.owners_turns().unwrap().lines;
    let [only] = turns.as_slice() else { panic!("{turns:?}") };
    let OwnersTurn::OverGuide { fee, fen, guide_fen, reason, .. } = &only.turn else { panic!("{only:?}") };
    assert_eq!((*fee, *fen, *guide_fen, reason.as_str()), (id, Fen(12_000), Fen(8_000), "六楼无电梯"));
    let word = OrderFact::OverGuide { fee: id, granted: false, most_fen: Fen(0), note: String::new() };
    desk.actions.note_on_order(job, &word).unwrap();
    assert_eq!(desk.actions.owners_turns().unwrap().lines, [], "refused is answered, too");
    assert_eq!(desk.actions.fees(job).unwrap().sums.waiting, Fen(4_000));
}

#[test]
fn r43_an_invoice_is_asked_for_after_the_work_as_well_and_its_number_has_a_shape() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let ask = |title: &str, tax_number: &str, mail: &str| {
        let (title, tax_number, mail) = (title.to_owned(), tax_number.to_owned(), mail.to_owned());
        desk.note(job, SheetFact::Invoice { title, tax_number, mail })
    };
    assert!(matches!(ask("", "91420000MA49ABCD1X", ""), Err(FactError::Required("title"))));
    assert!(matches!(ask("柘川小学", "123", ""), Err(FactError::Malformed("tax_number"))));
    assert!(matches!(ask("柘川小学", "", "somebody"), Err(FactError::Malformed("mail"))));
    desk.finish(job, JobOutcome::CustomerAbsent).unwrap();
    ask("柘川小学", "91420000MA49ABCD1X", "a@b.cn").unwrap();
    assert_eq!(desk.actions.fees(job).unwrap().invoice.tax_number, "91420000MA49ABCD1X");
    ask("", "", "").unwrap();
    assert_eq!(desk.actions.fees(job).unwrap().invoice, InvoiceView::default(), "taken back");
}

#[test]
fn r5_r17_the_units_page_tells_the_next_step_and_the_queue_holds_what_is_away() {
    let (_shop, desk, job, tv) = pickup();
    let next = || desk.actions.bench(job).unwrap().units[0].next;
    assert_eq!((next(), desk.actions.bench_queue().unwrap().units), (BenchNext::Loaner, vec![]));
    desk.note(job, without_loaner(tv)).unwrap();
    assert_eq!(next(), BenchNext::Take);
    desk.note(job, custody(tv, CustodyStep::Taken, "")).unwrap();
    desk.pass(3 * 24 * 60 + 1);
    desk.note(job, custody(tv, CustodyStep::Received, "DS-1121")).unwrap();
    let page = desk.actions.bench(job).unwrap();
    let unit = &page.units[0];
    assert_eq!(
        (unit.next, unit.tag.as_str(), unit.days, unit.overdue),
        (BenchNext::Diagnose, "DS-1121", Some(3), true)
    );
    assert!(unit.tag_svg.as_ref().is_some_and(|svg| svg.contains("<svg")), "the tag can be scanned");
    assert!(
        matches!(unit.chain[1].step, BenchStep::Custody { step: Some(CustodyStep::Taken), .. }),
        "{:?}",
        unit.chain
    );
    let queue = desk.actions.bench_queue().unwrap().units;
    assert_eq!((queue.len(), queue[0].card.job, queue[0].days), (1, job, 3));
}

#[test]
fn r42_pay_is_told_line_by_line_and_why_it_does_not_count_yet() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    desk.note(job, fee(FeeKind::Labour, 8_000, 8_000, "")).unwrap();
    let mine = desk.actions.mine().unwrap();
    let [piece] = mine.today.pieces.as_slice() else { panic!("{:?}", mine.today) };
    assert_eq!((piece.fen, piece.waits, piece.name.zh.as_str()), (Fen(3_500), Some(PayWaits::NotFinished), "换加热管"));
    assert_eq!((mine.today.counted_fen, mine.today.waiting_fen), (Fen(0), Fen(3_500)));
    let month = desk.actions.month_earned("").unwrap();
    assert_eq!((month.month.as_str(), month.earned.waiting_fen, month.total_fen), ("2026-11", Fen(3_500), Fen(0)));
    assert_eq!(desk.actions.month_earned("2026-10").unwrap().earned.pieces, []);
    assert_eq!(desk.actions.month_earned("no month").unwrap().month, "2026-11");
}

#[test]
fn r22_r23_what_was_asked_for_is_answered_and_lies_in_the_stock() {
    let mut shop = Shop::open();
    let (mut desk, mut phone) = (shop.device(OWNER), shop.device(RAN));
    let part = |code: &str| RequestFact::Part {
        job: None,
        code: code.to_owned(),
        name: "加热管".to_owned(),
        quantity: 1,
        note: String::new(),
    };
    let [first, second] = ["AQ-RG-2000", "AQ-MB-M6"].map(|code| phone.actions.ask(&part(code)).unwrap());
    let handed =
        phone.actions.ask(&RequestFact::HandIn { fen: Fen(5_000), way: PayWay::Cash, note: String::new() }).unwrap();
    assert_eq!(phone.actions.owners_turns().unwrap().lines, [], "a technician's turn is not the owner's");
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    let waiting = || -> Vec<_> {
        let lines = desk.actions.owners_turns().unwrap().lines;
        lines
            .into_iter()
            .map(|line| match line.turn {
                OwnersTurn::Request { asked, .. } => asked.id,
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(waiting(), [first, second, handed]);
    let of_second = |phone: &crate::cast::Phone| {
        let line = phone.actions.mine().unwrap().asked.into_iter().find(|line| line.id == second).unwrap();
        (line.step, line.answer, line.late)
    };
    assert_eq!(of_second(&phone), (None, String::new(), false));
    let refuse =
        DeskFact::Answer {
            request: second, step: RequestStep::Refused, promised: None, note: "店里没有".to_owned()
        };
    desk.actions.desk_notes(&refuse).unwrap();
    let taken =
        DeskFact::CashTaken { member: member(RAN), fen: Fen(5_000), hand_in: Some(handed), note: String::new() };
    let slip = desk.actions.desk_notes(&taken).unwrap();
    assert_eq!(waiting(), [first]);
    desk.actions.desk_notes(&DeskFact::Withdraw { of: slip }).unwrap();
    assert_eq!(waiting(), [first, handed], "what was taken in by mistake is still to be taken in");
    desk.actions.desk_notes(&taken).unwrap();
    assert_eq!(waiting(), [first]);
    let out = StockFact {
        movement: StockMove::Issue,
        code: "AQ-RG-2000".to_owned(),
        name: "加热管".to_owned(),
        quantity: 1,
        request: Some(first),
        note: String::new(),
    };
    desk.actions.move_stock(member(RAN), &out).unwrap();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut phone);
    let told = (Some(RequestStep::Refused), "店里没有".to_owned(), false);
    assert_eq!(of_second(&phone), told, "refused, and why, on the phone of whoever asked");
    assert_eq!(phone.store().desks().unwrap(), [], "the desk stays where it is");
    let mine = phone.actions.mine().unwrap();
    assert_eq!((mine.stock.len(), mine.stock[0].code.as_str(), mine.stock[0].quantity), (1, "AQ-RG-2000", 1));
    let came = mine.asked.iter().find(|line| line.id == first).unwrap();
    assert!(came.step == Some(RequestStep::Arrived) && !came.late, "{came:?}");
    assert!(matches!(came.what, Asked::Part { quantity: 1, .. }));
    assert_eq!(mine.hand.said_handed_in, Fen(5_000));
}

#[test]
fn r41_r45_a_pasted_text_is_read_and_the_makers_reply_is_filled() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let found = desk.actions.read_pasted("姓名：罗桂香 电话：13800001001\n地址：城关镇南门小区3-1-502");
    assert_eq!((found.name.as_deref(), found.phone.as_deref()), (Some("罗桂香"), Some("13800001001")));
    assert_eq!(found.township.as_deref(), Some("城关镇"));
    let field = WriteField { job, appliance: heater, field: SheetField::Fault, value: "加热管漏电".to_owned() };
    desk.actions.write_field(&field).unwrap();
    let texts = desk.actions.job_texts(&AskTexts { job, eta: None }).unwrap();
    assert!(texts.reply.is_some_and(|reply| reply.zh.contains("加热管漏电")));
    assert_eq!(texts.messages.len(), 4);
    assert!(!texts.messages.iter().any(|message| message.text.zh.contains('{')));
    assert!(texts.proof.zh.contains("费用"));
}
