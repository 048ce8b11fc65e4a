//! The owner's page of parts: every stock without opening a job, requests, old parts, prices (R22–R25).

use doorstep::actions::facts::FactError;
use doorstep::nature::Nature;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::input::{
    DeskFact, MoveStock, OneOldPart, PartArrived, PartTerms, RequestFact, SayOldParts, StockFact,
};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, Fen, JobKind, OldPartLine, OldPartStep, PartLine, PartsDesk, RequestStep, StockMove,
};

use crate::cast::deeds::{asked, at_home, covered};
use crate::cast::{OWNER, Phone, RAN, Shop, TIAN, member};

const TUBE: &str = "AQ-RG-2000";

fn moved(desk: &Phone, of: Option<MemberId>, movement: StockMove, quantity: i32) -> ShortId {
    let (code, name) = ("aq-rg-2000".to_owned(), "加热管".to_owned());
    let fact = StockFact { movement, code, name, quantity, request: None, note: String::new() };
    desk.pass(1);
    desk.actions.move_parts(&MoveStock { member: of, fact }).unwrap()
}

fn tube(page: &PartsDesk) -> &PartLine {
    page.parts.iter().find(|part| part.code == TUBE).unwrap()
}

/// Who holds how many tubes; nobody is the shop's shelf.
fn held(desk: &Phone) -> Vec<(Option<MemberId>, i32)> {
    tube(&desk.actions.parts_desk().unwrap()).held.iter().map(|one| (one.member, one.quantity)).collect()
}

#[test]
fn r22_the_desk_sees_every_stock_and_a_use_lowers_it_without_opening_the_job() {
    let mut shop = Shop::open();
    let (mut desk, mut phone) = (shop.device(OWNER), shop.device(RAN));
    let mut order = asked(JobKind::Repair, ApplianceKind::StorageHeater);
    order.assignees = vec![member(RAN)];
    let view = desk.actions.take_order(&order).unwrap();
    let (job, heater) = (view.card.job, view.appliances[0].id);
    moved(&desk, None, StockMove::Count, 20);
    moved(&desk, Some(member(RAN)), StockMove::Issue, 2);
    moved(&desk, Some(member(TIAN)), StockMove::Issue, 3);
    moved(&desk, Some(member(TIAN)), StockMove::Return, 1);
    let stands = [(Some(member(RAN)), 2), (Some(member(TIAN)), 2), (None, 16)];
    assert_eq!(held(&desk), stands);
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut phone);
    }
    phone.pass(60);
    let used = [phone.use_one(job, heater, TUBE), phone.use_one(job, heater, TUBE), phone.use_one(job, heater, TUBE)];
    assert_eq!(phone.actions.mine().unwrap().stock[0].quantity, -1, "the phone counts by the same rule");
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    let below = [(Some(member(RAN)), -1), (Some(member(TIAN)), 2), (None, 16)];
    assert_eq!(held(&desk), below);
    let now = desk.nature.now_ms();
    desk.store().rebuild_views(&mut Unwatched, now).unwrap();
    assert_eq!(held(&desk), below, "made anew it is the same");
    phone.actions.remove_part(&doorstep_schemas::input::RemovePart { job, part: used[0] }).unwrap();
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    assert_eq!(held(&desk)[0], (Some(member(RAN)), 0), "taken off the sheet, it is in the bag again");
    assert!(matches!(phone.actions.parts_desk(), Err(FactError::OwnerOnly)));
}

#[test]
fn r22_a_shelf_that_nobody_counted_is_not_shown() {
    let desk = Shop::open().device(OWNER);
    moved(&desk, Some(member(RAN)), StockMove::Issue, 2);
    assert_eq!(held(&desk), [(Some(member(RAN)), 2)]);
}

#[test]
fn r23_a_part_that_has_come_goes_into_the_stock_of_whoever_asked_once() {
    let mut shop = Shop::open();
    let (mut desk, mut phone) = (shop.device(OWNER), shop.device(RAN));
    let ask = RequestFact::Part {
        job: None,
        code: TUBE.to_owned(),
        name: "加热管".to_owned(),
        quantity: 2,
        note: String::new(),
    };
    let request = phone.actions.ask(&ask).unwrap();
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    let asked = desk.actions.parts_desk().unwrap().requests;
    assert_eq!((asked.len(), asked[0].member, asked[0].asked.step), (1, member(RAN), None));
    let came = PartArrived { member: member(RAN), request };
    desk.actions.part_arrived(&came).unwrap();
    desk.actions.part_arrived(&came).unwrap();
    let page = desk.actions.parts_desk().unwrap();
    assert_eq!((page.requests.len(), page.moves.len(), held(&desk)), (0, 1, vec![(Some(member(RAN)), 2)]));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut phone);
    let mine = phone.actions.mine().unwrap();
    assert_eq!((mine.asked[0].step, mine.stock[0].quantity), (Some(RequestStep::Arrived), 2));
    // What was ordered for it came into the shop first, whichever screen says that it has come.
    let next = phone.actions.ask(&ask).unwrap();
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    moved(&desk, None, StockMove::Count, 3);
    let say = |step| {
        desk.pass(1);
        desk.actions
            .desk_notes(&DeskFact::Answer { request: next, step, promised: None, note: String::new() })
            .unwrap();
    };
    say(RequestStep::Ordered);
    say(RequestStep::Arrived);
    assert_eq!(held(&desk), [(Some(member(RAN)), 4), (None, 3)]);
    let unknown = PartArrived { member: member(TIAN), request };
    assert!(matches!(desk.actions.part_arrived(&unknown), Err(FactError::Unknown("request"))));
}

#[test]
fn r22_a_count_or_a_movement_that_was_a_slip_is_withdrawn_and_counts_no_more() {
    let mut shop = Shop::open();
    let (mut desk, mut home, mut phone) = (shop.device(OWNER), shop.device(OWNER), shop.device(RAN));
    moved(&desk, Some(member(RAN)), StockMove::Issue, 2);
    let counted = moved(&desk, Some(member(RAN)), StockMove::Count, 20);
    assert_eq!(held(&desk), [(Some(member(RAN)), 20)]);
    let withdraw = |desk: &Phone, of| desk.actions.desk_notes(&DeskFact::Withdraw { of });
    desk.pass(1);
    withdraw(&desk, counted).unwrap();
    assert_eq!(held(&desk), [(Some(member(RAN)), 2)]);
    assert_eq!(desk.actions.parts_desk().unwrap().moves.len(), 1, "neither is listed");
    assert!(matches!(withdraw(&desk, counted), Err(FactError::Unknown("record"))), "once");
    for phone in [&mut desk, &mut home, &mut phone] {
        shop.log.exchange(phone);
    }
    assert_eq!((held(&home), phone.actions.mine().unwrap().stock[0].quantity), (held(&desk), 2));
}

#[test]
fn r23_a_word_on_a_request_that_was_a_slip_is_taken_back_and_what_came_by_it_goes() {
    let mut shop = Shop::open();
    let (mut desk, mut phone) = (shop.device(OWNER), shop.device(RAN));
    let (code, name) = (TUBE.to_owned(), "加热管".to_owned());
    let ask = RequestFact::Part { job: None, code, name, quantity: 2, note: String::new() };
    let request = phone.actions.ask(&ask).unwrap();
    shop.log.exchange(&mut phone);
    shop.log.exchange(&mut desk);
    let say = |step| {
        desk.pass(1);
        desk.actions.desk_notes(&DeskFact::Answer { request, step, promised: None, note: String::new() }).unwrap();
    };
    let back = || {
        desk.pass(1);
        desk.actions.desk_notes(&DeskFact::Withdraw { of: request })
    };
    let open = || desk.actions.parts_desk().unwrap().requests.first().map(|line| line.asked.step);
    say(RequestStep::Refused);
    assert_eq!(open(), None);
    back().unwrap();
    assert_eq!(open(), Some(None), "as if nobody had said anything");
    assert!(matches!(back(), Err(FactError::Unknown("record"))));
    say(RequestStep::Ordered);
    say(RequestStep::Arrived);
    assert_eq!((open(), held(&desk)), (None, vec![(Some(member(RAN)), 2), (None, 0)]));
    back().unwrap();
    assert_eq!((open(), held(&desk)), (Some(Some(RequestStep::Ordered)), vec![]));
    say(RequestStep::Arrived);
    assert_eq!(held(&desk), [(Some(member(RAN)), 2), (None, 0)], "it came after all");
    back().unwrap();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut phone);
    let mine = phone.actions.mine().unwrap();
    assert_eq!((mine.asked[0].step, mine.stock.len()), (Some(RequestStep::Ordered), 0), "the asker is told");
}

fn old_part(desk: &Phone) -> OldPartLine {
    desk.actions.parts_desk().unwrap().old_parts.remove(0)
}

#[test]
fn r24_the_desk_sends_old_parts_in_a_batch_and_says_what_the_maker_answered() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::InWarranty);
    let (_shop, desk, job, heater) = at_home(&order);
    assert!(desk.actions.parts_desk().unwrap().old_parts.is_empty());
    let part = desk.use_one(job, heater, TUBE);
    let line = old_part(&desk);
    assert_eq!((line.job, line.part, line.step, line.claimable), (job, part, None, false));
    let say = |step: Option<OldPartStep>, batch: &str, courier: &str, fen| {
        desk.pass(1);
        let (batch, courier) = (batch.to_owned(), courier.to_owned());
        let parts = vec![OneOldPart { job, part }];
        desk.actions.say_old_parts(&SayOldParts { parts, step, batch, courier, deducted_fen: Fen(fen) })
    };
    assert!(matches!(say(Some(OldPartStep::Sent), "B47", " ", 0), Err(FactError::Required("courier"))));
    assert!(matches!(say(Some(OldPartStep::Kept), "", "", 0), Err(FactError::Malformed("step"))));
    assert_eq!(old_part(&desk).step, None, "nothing was written");
    say(Some(OldPartStep::Sent), "B40", "SF000", 0).unwrap();
    say(None, "", "", 0).unwrap();
    let line = old_part(&desk);
    assert_eq!((line.step, line.batch.as_str(), line.courier.as_str()), (None, "", ""), "the first word was a slip");
    say(Some(OldPartStep::Sent), "B47", "SF001", 0).unwrap();
    let line = old_part(&desk);
    assert_eq!((line.step, line.batch.as_str(), line.claimable), (Some(OldPartStep::Sent), "B47", true));
    say(Some(OldPartStep::Deducted), "", "", 3_800).unwrap();
    let line = old_part(&desk);
    assert_eq!((line.courier.as_str(), line.deducted_fen, line.claimable), ("SF001", Fen(3_800), false));
    desk.pass(31 * 24 * 60);
    assert!(desk.actions.parts_desk().unwrap().old_parts.is_empty(), "what is settled is shown for some weeks");
}

#[test]
fn r25_a_part_charged_above_the_dealers_price_is_told_and_so_is_one_that_is_low() {
    let desk = Shop::open().device(OWNER);
    moved(&desk, Some(member(RAN)), StockMove::Issue, 2);
    let terms = |low, dealer: Option<i64>, charged: Option<i64>| {
        let (dealer_fen, charged_fen) = (dealer.map(Fen), charged.map(Fen));
        desk.actions.set_part_terms(&PartTerms { code: "aq-rg-2000".to_owned(), low, dealer_fen, charged_fen })
    };
    let now = || {
        let page = desk.actions.parts_desk().unwrap();
        (tube(&page).is_low, tube(&page).overcharged, tube(&page).low)
    };
    assert_eq!(now(), (false, false, None));
    terms(Some(3), Some(5_000), Some(5_001)).unwrap();
    assert_eq!(now(), (true, true, Some(3)));
    terms(Some(2), Some(5_000), Some(5_000)).unwrap();
    assert_eq!(now(), (false, false, Some(2)));
    assert!(matches!(terms(None, Some(-1), None), Err(FactError::OutOfRange { .. })));
    terms(None, None, Some(9)).unwrap();
    assert_eq!(now(), (false, false, None), "what is missing is taken back");
}
