//! Parts and money: the last one used twice, old parts, prices above guide, damage, payments (R22, R24, R28, R30, R43).

use doorstep::actions::facts::FactError;
use doorstep::domain::money::fees::{Terms, totals};
use doorstep::domain::parts::{below_zero, old_part_blockers, old_parts, stock};
use doorstep_schemas::ids::{BlobHash, ShortId};
use doorstep_schemas::input::{OrderFact, SheetFact, StockFact};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, ClaimState, Coverage, FeeKind, Fen, JobKind, Jump, Millis, OldPartStep, PaidFor, Party,
    PhotoStage, SignedFor, StockMove,
};

use crate::cast::deeds::{asked, at_home, covered, fee, payment};
use crate::cast::{MINUTE, NOON, OWNER, RAN, Shop, leaking_heater, member};

#[test]
fn r22_two_devices_that_use_the_last_one_both_count_and_the_owner_sees_it() {
    let mut shop = Shop::open();
    let (mut desk, mut phone, mut tablet) = (shop.device(OWNER), shop.device(RAN), shop.device(RAN));
    let mut order = asked(JobKind::Repair, ApplianceKind::StorageHeater);
    order.assignees = vec![member(RAN)];
    let views = [desk.actions.take_order(&order).unwrap(), desk.actions.take_order(&order).unwrap()];
    let jobs = views.map(|view| (view.card.job, view.appliances[0].id));
    let issue = |movement, quantity| StockFact {
        movement,
        code: "aq-rg-2000".to_owned(),
        name: "加热管".to_owned(),
        quantity,
        request: None,
        note: String::new(),
    };
    let refused = desk.actions.move_stock(member(RAN), &issue(StockMove::Issue, -1));
    assert!(matches!(refused, Err(FactError::OutOfRange { field: "quantity", .. })));
    desk.actions.move_stock(member(RAN), &issue(StockMove::Issue, 1)).unwrap();
    for device in [&mut desk, &mut phone, &mut tablet] {
        shop.log.exchange(device);
        device.pass(5);
    }
    assert!(matches!(phone.actions.move_stock(member(RAN), &issue(StockMove::Count, 9)), Err(FactError::OwnerOnly)));
    let held = |device: &crate::cast::Phone| {
        let moves = device.store().stock(member(RAN)).unwrap().moves;
        let facts = jobs.map(|(job, _)| (job, device.facts(job)));
        let used = facts.iter().flat_map(|(job, facts)| facts.sheet.parts.iter().map(|part| (*job, part)));
        let stock = stock(member(RAN), &moves, used);
        (stock["AQ-RG-2000"].quantity, below_zero(&stock).into_iter().map(|(_, n)| n).collect::<Vec<_>>())
    };
    assert_eq!(held(&phone), (1, vec![]));
    phone.use_one(jobs[0].0, jobs[0].1, "AQ-RG-2000");
    tablet.use_one(jobs[1].0, jobs[1].1, "AQ-RG-2000");
    assert_eq!((held(&phone), held(&tablet)), ((0, vec![]), (0, vec![])), "each used the last one");
    for _ in 0..2 {
        for device in [&mut phone, &mut tablet, &mut desk] {
            shop.log.exchange(device);
        }
    }
    for device in [&desk, &phone, &tablet] {
        assert_eq!(held(device), (-1, vec![-1]));
    }
}

fn old(part: ShortId, step: OldPartStep, tag: &str, courier: &str) -> SheetFact {
    let (tag, courier, batch) = (tag.to_owned(), courier.to_owned(), "11-B".to_owned());
    let due = Some(Millis(NOON + 14 * 24 * 60 * MINUTE));
    SheetFact::OldPart { part, step, tag, due, batch, courier, deducted_fen: Fen(0) }
}

#[test]
fn r24_the_makers_old_part_is_tagged_then_sent_and_only_then_claimed() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::WashingMachine), Coverage::InWarranty);
    let (_shop, desk, job, machine) = at_home(&order);
    let part = desk.use_one(job, machine, "YH-PSB-30W");
    let open = || old_part_blockers(&desk.facts(job), &Terms::default(), NOON);
    let claimable = || old_parts(&desk.facts(job), &Terms::default(), NOON)[0].claimable;
    assert_eq!(open(), [(BlockerCode::OldPartMissing, part)]);
    assert!(matches!(desk.note(job, old(part, OldPartStep::Tagged, " ", "")), Err(FactError::Required("tag"))));
    let strange = ShortId::mint([77; 5]);
    assert!(matches!(desk.note(job, old(strange, OldPartStep::Tagged, "J1", "")), Err(FactError::Unknown("part"))));
    desk.note(job, old(part, OldPartStep::Tagged, "J1", "")).unwrap();
    assert_eq!((open(), claimable()), (vec![], false));
    desk.pass(60);
    assert!(matches!(desk.note(job, old(part, OldPartStep::Sent, "", "")), Err(FactError::Required("courier"))));
    desk.note(job, old(part, OldPartStep::Sent, "", "SF1001")).unwrap();
    assert!(claimable());
}

#[test]
fn r24_a_part_that_goes_back_to_its_maker_is_photographed_with_its_tag() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::WashingMachine), Coverage::InWarranty);
    let (_shop, desk, job, machine) = at_home(&order);
    let part = desk.use_one(job, machine, "YH-PSB-30W");
    let missing = || {
        let blockers = desk.actions.job(job).unwrap().next.blockers;
        let jump = Jump::Photos { appliance: machine, stage: PhotoStage::OldPart };
        blockers.iter().any(|blocker| blocker.code == BlockerCode::PhotoMissing && blocker.jump == jump)
    };
    assert!(!missing(), "nobody said yet that it goes back");
    desk.note(job, old(part, OldPartStep::Tagged, "J1", "")).unwrap();
    assert!(missing());
    desk.shoot(job, machine, &[PhotoStage::OldPart]);
    assert!(!missing());
}

#[test]
fn r24_the_customers_old_part_is_offered_first() {
    let (_shop, desk, job, machine) = at_home(&asked(JobKind::Repair, ApplianceKind::WashingMachine));
    let part = desk.use_one(job, machine, "YH-PSB-30W");
    let open = || old_part_blockers(&desk.facts(job), &Terms::default(), NOON);
    assert_eq!(open(), [(BlockerCode::OldPartNotOffered, part)]);
    desk.note(job, old(part, OldPartStep::Declined, "", "")).unwrap();
    assert_eq!(open(), []);
}

#[test]
fn r28_a_line_above_guide_needs_its_reason_and_what_is_above_waits_for_the_owner() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let refused = desk.note(job, fee(FeeKind::Labour, 8_001, 8_000, " "));
    assert!(matches!(refused, Err(FactError::Required("reason"))));
    desk.note(job, fee(FeeKind::Labour, 8_000, 8_000, "")).unwrap();
    let above = desk.note(job, fee(FeeKind::Labour, 12_000, 8_000, "六楼没电梯")).unwrap();
    let of = || {
        let totals = totals(&desk.facts(job), &Terms::default());
        (totals.above_guide_fen, totals.waiting_fen, totals.collect_fen + totals.waiting_fen == totals.customer_fen)
    };
    let (above_fen, waiting, adds_up) = of();
    assert!(above_fen > 0 && waiting == above_fen && adds_up);
    let word = |fee, most| OrderFact::OverGuide { fee, granted: true, most_fen: Fen(most), note: String::new() };
    let strange = ShortId::mint([77; 5]);
    assert!(matches!(desk.actions.note_on_order(job, &word(strange, 12_000)), Err(FactError::Unknown("fee"))));
    desk.actions.note_on_order(job, &word(above, 12_000)).unwrap();
    assert_eq!(of(), (above_fen, 0, true));
}

#[test]
fn r27_r28_only_a_discount_or_an_adjustment_lowers_and_says_why() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    for kind in FeeKind::ALL {
        let lowers = matches!(kind, FeeKind::Discount | FeeKind::Adjustment);
        assert!(desk.note(job, fee(*kind, -500, 8_000, "")).is_err(), "{kind:?}");
        assert_eq!(desk.note(job, fee(*kind, -500, 8_000, "老客户")).is_ok(), lowers, "{kind:?}");
    }
}

#[test]
fn r30_damage_is_shown_before_it_is_written_and_paid_only_when_signed() {
    let (_shop, desk, job, unit) = at_home(&asked(JobKind::Repair, ApplianceKind::AirConditioner));
    let damage = |photos: Vec<BlobHash>| SheetFact::Damage {
        what: "吊顶".to_owned(),
        text: "水渍半平方米".to_owned(),
        photos,
        asked_fen: Fen(18_000),
    };
    assert!(matches!(desk.note(job, damage(vec![])), Err(FactError::Required("photos"))));
    assert!(matches!(desk.note(job, damage(vec![BlobHash([7; 32])])), Err(FactError::Unknown("photo"))));
    let photo = desk.shoot(job, unit, &[PhotoStage::Damage]).photos[0].photo;
    let damaged = desk.note(job, damage(vec![photo])).unwrap();
    let share = |damage, fen, state, signature| {
        let (party, note) = (Party::Outlet, String::new());
        desk.note(job, SheetFact::ClaimShare { damage, party, fen: Fen(fen), state, signature, note })
    };
    let strange = ShortId::mint([77; 5]);
    assert!(matches!(share(strange, 18_000, ClaimState::Agreed, None), Err(FactError::Unknown("damage"))));
    assert!(matches!(share(damaged, 18_000, ClaimState::Paid, None), Err(FactError::Required("signature"))));
    let unknown = share(damaged, 18_000, ClaimState::Paid, Some(strange));
    assert!(matches!(unknown, Err(FactError::Unknown("signature"))));
    assert!(matches!(share(damaged, -1, ClaimState::Agreed, None), Err(FactError::OutOfRange { .. })));
    share(damaged, 18_000, ClaimState::Agreed, None).unwrap();
    let signed = desk.sign(job, SignedFor::Damage);
    share(damaged, 18_000, ClaimState::Paid, Some(signed)).unwrap();
    assert_eq!(desk.facts(job).sheet.claim_shares.len(), 2);
    share(damaged, 30_001, ClaimState::Paid, Some(signed)).expect("an owner's word goes beyond the limit");
}

#[test]
fn r30_without_the_owner_no_more_is_paid_on_the_spot_than_the_outlets_limit() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    ran.come(job);
    let unit = ran.facts(job).order.appliances[0].id;
    let photos = vec![ran.shoot(job, unit, &[PhotoStage::Damage]).photos[0].photo];
    let (what, text) = ("吊顶".to_owned(), String::new());
    let damage = ran.note(job, SheetFact::Damage { what, text, photos, asked_fen: Fen(40_000) }).unwrap();
    let signature = Some(ran.sign(job, SignedFor::Damage));
    let share = |party, fen, state| {
        let note = String::new();
        ran.note(job, SheetFact::ClaimShare { damage, party, fen: Fen(fen), state, signature, note })
    };
    let refused = share(Party::Outlet, 30_001, ClaimState::Paid);
    assert!(matches!(refused, Err(FactError::AboveLimit { limit_fen: 30_000 })), "{refused:?}");
    share(Party::Insurer, 40_000, ClaimState::Proposed).unwrap();
    share(Party::Outlet, 30_000, ClaimState::Paid).unwrap();
    ran.pass(1);
    let more = share(Party::Technician, 1, ClaimState::Paid);
    assert!(matches!(more, Err(FactError::AboveLimit { .. })), "by whomever of the outlet, and in however many parts");
    share(Party::Outlet, 20_000, ClaimState::Paid).unwrap();
    ran.pass(1);
    share(Party::Technician, 10_000, ClaimState::Paid).unwrap();
}

#[test]
fn r43_money_comes_in_for_work_and_deposits_and_goes_out_for_everything_else() {
    let (_shop, desk, job, _) = at_home(&asked(JobKind::Repair, ApplianceKind::AirConditioner));
    for paid_for in PaidFor::ALL {
        let goes_in = matches!(paid_for, PaidFor::Work | PaidFor::Deposit);
        assert_eq!(desk.note(job, payment(500, *paid_for)).is_ok(), goes_in, "{paid_for:?}");
        assert_eq!(desk.note(job, payment(-500, *paid_for)).is_ok(), !goes_in, "{paid_for:?}");
        for amount in [0, 100_000_001, -100_000_001, i64::MAX, i64::MIN] {
            assert!(desk.note(job, payment(amount, *paid_for)).is_err(), "{paid_for:?} {amount}");
        }
    }
    assert_eq!(desk.facts(job).sheet.payments.len(), PaidFor::ALL.len());
}
