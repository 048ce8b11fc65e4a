//! 配件目录 from a table: laid beside the list in force, published for everybody, its purchase prices kept by the owner (R22, R25).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::facts::FactError;
use doorstep::actions::part_list::PartListError;
use doorstep::actions::rule_sets::PublishError;
use doorstep::domain::calendar::DAY_MS;
use doorstep_schemas::input::{PublishParts, ReadParts};
use doorstep_schemas::view::{Fen, Millis, PartColumn, PartLine, PartRowState, PartsPlan};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop};
use crate::rule_sets::{dump, holds};

const FILE: &str = "凌越配件价目表,,,,,\n物料编码,配件名称,适用机型,零售价,网点价,安全库存\nAQ-MF-63,密封圈,,12.50,2.22,5\n\
                    LY-XX-01,测温探头,即热式热水器、储水式热水器,36,11,3\nBTA41-600B,可控硅,,18,,\nXX,,,,,\n";

fn look(phone: &Phone) -> Result<PartsPlan, PartListError> {
    phone.actions.read_parts(&ReadParts { base64: STANDARD.encode(FILE), sheet: 0, columns: None })
}

fn publish(desk: &Phone, from: i64) -> Result<String, PartListError> {
    let columns = look(desk)?.columns;
    let input = PublishParts { base64: STANDARD.encode(FILE), sheet: 0, columns, from: Millis(from) };
    let done = desk.actions.publish_parts(&input)?;
    desk.pass(1);
    Ok(done.version)
}

fn part(desk: &Phone, code: &str) -> Option<PartLine> {
    desk.actions.parts_desk().unwrap().parts.into_iter().find(|part| part.code == code && !part.unlisted)
}

#[test]
fn r25_a_makers_list_is_laid_beside_the_one_in_force_and_holds_from_its_day() {
    let desk = Shop::open().device(OWNER);
    let plan = look(&desk).unwrap();
    assert_eq!((plan.added, plan.changed, plan.same, plan.wrong), (1, 1, 1, 1), "{:?}", plan.rows);
    assert_eq!(plan.rows[0].state, PartRowState::Wrong);
    let changed: Vec<_> =
        plan.rows[1].changes.iter().map(|c| (c.column, c.before.as_str(), c.after.as_str())).collect();
    use PartColumn::{Dealer, Guide, Low};
    assert_eq!(changed, [(Guide, "10.00", "12.50"), (Dealer, "", "2.22"), (Low, "", "5")]);
    assert_eq!(part(&desk, "LY-XX-01"), None, "nothing is written by looking");

    let version = publish(&desk, NOON + DAY_MS).unwrap();
    assert!(!version.is_empty());
    assert_eq!(part(&desk, "LY-XX-01"), None, "it is not its day yet");
    assert_eq!(part(&desk, "AQ-MF-63").unwrap().dealer_fen, Some(Fen(222)), "what the outlet pays is known at once");
    desk.nature.pass(2 * DAY_MS);
    let seal = part(&desk, "AQ-MF-63").unwrap();
    assert_eq!((seal.guide_fen, seal.low, seal.is_low), (Some(Fen(1_250)), Some(5), true));
    let probe = part(&desk, "LY-XX-01").unwrap();
    assert_eq!((probe.name.zh.as_str(), probe.guide_fen, probe.appliances.len()), ("测温探头", Some(Fen(3_600)), 2));
    let again = look(&desk).unwrap();
    assert_eq!((again.added, again.changed, again.same, again.remembered), (0, 0, 3, true));
    let nothing = publish(&desk, 0);
    assert!(matches!(nothing, Err(PartListError::Publish(PublishError::Fact(FactError::Required("parts"))))));
}

#[test]
fn r27_a_technicians_device_has_the_list_but_not_what_the_outlet_pays() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let mut ran = shop.device(RAN);
    publish(&desk, 0).unwrap();
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
    }
    assert!(holds(&dump(&desk), "dealer/LY-XX-01"));
    assert!(!holds(&dump(&ran), "dealer/LY-XX-01"));
    let refused = look(&ran);
    assert!(matches!(refused, Err(PartListError::Publish(PublishError::Fact(FactError::OwnerOnly)))));
}

#[test]
fn a_list_without_codes_is_not_published() {
    let desk = Shop::open().device(OWNER);
    let input = PublishParts { base64: STANDARD.encode(FILE), sheet: 0, columns: vec![None], from: Millis(0) };
    assert!(
        matches!(desk.actions.publish_parts(&input), Err(PartListError::Lacking(columns)) if columns == [PartColumn::Code])
    );
}
