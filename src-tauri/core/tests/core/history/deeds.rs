//! Who did what when, as people read it.

use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Assign, RemovePart, ServiceAnswer, SheetField, Tap, TapNode, Undo, UsePart,
};
use doorstep_schemas::view::{DeedView, Fen, PhotoStage, ServiceCode};

use crate::cast::{
    MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, choice, field, leaking_heater, member, number, picture, reading,
};

fn with_job(shop: &mut Shop) -> (Phone, Phone, JobId, ShortId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = ran.facts(job).order.appliances[0].id;
    ran.nature.pass(5 * MINUTE);
    (desk, ran, job, appliance)
}

fn lines(deeds: &[DeedView]) -> (Vec<&str>, Vec<&str>) {
    deeds.iter().map(|deed| (deed.text.zh.as_str(), deed.text.en.as_str())).unzip()
}

#[test]
fn a_days_work_reads_as_people_tell_it() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, job, appliance) = with_job(&mut shop);
    let actions = &ran.actions;
    actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    actions.record_reading(&reading(job, appliance, "earth_resistance", number(12_600))).unwrap();
    let mut again = reading(job, appliance, "earth_resistance", number(1_200));
    again.rectified = "接好地线".to_owned();
    actions.record_reading(&again).unwrap();
    actions.record_reading(&reading(job, appliance, "socket_polarity", choice("right"))).unwrap();
    let (code, name) = ("AQ-MF-63".to_owned(), "密封圈".to_owned());
    let part = UsePart { job, appliance, code, name, quantity: 1, guide_fen: Fen(1_000) };
    let part = actions.use_part(&part).unwrap().parts[0].id;
    actions.remove_part(&RemovePart { job, part }).unwrap();
    let removed = actions.deeds(job).unwrap().last().unwrap().action.clone();
    actions.undo(&Undo { job, action: removed }).unwrap();
    actions.write_field(&field(job, appliance, SheetField::Cause, "密封圈老化")).unwrap();
    actions.write_field(&field(job, appliance, SheetField::Cause, "接头松动")).unwrap();
    let answer = ServiceAnswer::NotApplicable { reason: "没有其他电器".to_owned() };
    actions.answer_service(&AnswerService { job, appliance, service: ServiceCode::CheckAll, answer }).unwrap();
    actions.add_photo(job, appliance, PhotoStage::After, &picture(9)).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    desk.nature.pass(10 * MINUTE);
    desk.actions.assign(&Assign { job, members: vec![member(RAN), member(TIAN)] }).unwrap();
    let deeds = desk.actions.deeds(job).unwrap();
    let (zh, en) = lines(&deeds);
    assert_eq!(
        zh[1..],
        [
            "12:05 冉小军（冉小军的手机）到达：已到达",
            "12:05 冉小军（冉小军的手机）记测量值：接地电阻 12.6 Ω",
            "12:05 冉小军（冉小军的手机）记测量值：接地电阻 1.2 Ω，整改：接好地线",
            "12:05 冉小军（冉小军的手机）记测量值：插座极性 左零右火上地",
            "12:05 冉小军（冉小军的手机）用配件：AQ-MF-63，密封圈，数量 1，指导价 ¥10.00，来源 师傅个人库存",
            "12:05 冉小军（冉小军的手机）撤配件：撤下：配件 AQ-MF-63，密封圈，数量 1，指导价 ¥10.00，来源 师傅个人库存",
            "12:05 冉小军（冉小军的手机）撤销：恢复：配件 AQ-MF-63，密封圈，数量 1，指导价 ¥10.00，来源 师傅个人库存",
            "12:05 冉小军（冉小军的手机）填维修单：原因：密封圈老化",
            "12:05 冉小军（冉小军的手机）填维修单：原因：密封圈老化 → 接头松动",
            "12:05 冉小军（冉小军的手机）记五项服务：产品通检：不适用 没有其他电器",
            "12:05 冉小军（冉小军的手机）拍照：修后，拍摄 2026-11-21 12:05",
            "12:10 覃建国（覃建国的手机）派单：田勇：2026-11-21 12:10",
        ]
    );
    assert_eq!(en[2], "12:05 冉小军 (冉小军的手机) recorded a reading: earth resistance 12.6 Ω");
    assert_eq!(en[8], "12:05 冉小军 (冉小军的手机) filled in the sheet: cause: 密封圈老化");
    assert!(en.iter().all(|line| !line.contains('：')), "{en:?}");
    assert!(zh[0].starts_with("12:00 覃建国（覃建国的手机）下单：") && zh[0].contains("姓名：罗桂香"), "{}", zh[0]);
    assert!(!zh[0].contains("时钟") && !zh[0].contains("远"), "{}", zh[0]);
}

#[test]
fn a_history_says_when_the_fact_says_it_and_whose_word_it_is() {
    let mut shop = Shop::open();
    let (_desk, ran, job, appliance) = with_job(&mut shop);
    ran.nature.pass(789);
    ran.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    ran.actions.write_field(&field(job, appliance, SheetField::Cause, "密封圈老化")).unwrap();
    let deeds = ran.actions.deeds(job).unwrap();
    let arrived = ran.facts(job).sheet.nodes[0].noted.at_ms;
    assert!((789..800).contains(&(arrived - NOON - 5 * MINUTE)), "{arrived}");
    let at: Vec<i64> = deeds.iter().map(|deed| deed.at.0).collect();
    // A change's own time has seconds; a fact's has milliseconds. What came later stands later all the same.
    assert_eq!(at, [NOON, arrived, NOON + 5 * MINUTE]);
    assert_eq!(deeds.iter().map(|d| d.code.as_str()).collect::<Vec<_>>(), ["take_order", "arrive", "write_field"]);
    assert!(deeds.iter().all(|deed| !deed.by.is_empty() && !deed.device.is_empty()));
    assert_eq!(deeds.iter().map(|d| d.received).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn what_this_version_does_not_know_is_shown_as_it_stands() {
    let mut shop = Shop::open();
    let (_desk, ran, job, _) = with_job(&mut shop);
    let write = |doc: &mut _| {
        doorstep::documents::layout::set(doc, "fields", "0F3H8TWC/colour", "绿".into())?;
        doorstep::documents::layout::set(doc, "about", "pet/name", "旺财".into())?;
        let noted = doorstep::domain::facts::Noted::now(NOON, None, member(RAN));
        let kind = [("kind", "teleported".into()), ("mood", "good".into())];
        doorstep::documents::layout::add(doc, "nodes", ShortId::mint([9; 5]), noted, &kind)
    };
    ran.store().act(&DocId::Sheet(job), "levitate", NOON + 5 * MINUTE, write, |_| Ok(())).unwrap();
    let last = ran.actions.deeds(job).unwrap().last().unwrap().clone();
    assert_eq!(
        last.text.zh,
        "12:05 冉小军（冉小军的手机）levitate：pet 名称：旺财；colour：绿；节点 teleported，mood good"
    );
}
