//! No identity number is kept, in whatever text somebody types it (R44); and one of each fact, everything filled in.

use doorstep::actions::conflicts::ResolveError;
use doorstep::actions::facts::FactError;
use doorstep::actions::orders::OrderError;
use doorstep::actions::readings::ReadingError;
use doorstep::actions::sheet::SheetError;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Choice, DeskFact, Found, OrderFact, RequestFact, Resolve, RosterFact, ServiceAnswer, SheetFact,
    SheetField, StockFact, TakeOrder, UsePart,
};
use doorstep_schemas::view::{
    ApplianceKind, AppointmentResult, BenchWork, CertificateKind, Channel, ClaimState, CustodyStep, Evacuation,
    FeeKind, Fen, FieldPlace, FollowUpKind, Grade, JobKind, JobPaper, KitLevel, Millis, NoLoaner, NoticeKind,
    OldPartStep, OverrideOf, PaidFor, Party, PauseReason, PayWay, PhotoStage, PlanStep, ReasonAbout, RepairLevel,
    RequestStep, RosterEvent, ServiceCode, SettleState, SignedFor, Signer, StockMove, Thousandths, UnitOf, WageKind,
    Window,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cast::deeds::{alone, asked, at_home, custody, fee, loaner, notice, payment, reason, remains, signature};
use crate::cast::{MINUTE, NOON, Phone, RAN, field, member, reading};

/// A number as it stands in the standard's own example.
const NUMBER: &str = "身份证 11010519491231002X";

const LATER: Option<Millis> = Some(Millis(NOON + 60 * MINUTE));

fn text(words: &str) -> String {
    words.to_owned()
}

/// One of each fact that a sheet can take, naming things that are on it.
pub fn every_fact(desk: &Phone, job: JobId, appliance: ShortId) -> Vec<SheetFact> {
    let photo = desk.shoot(job, appliance, &[PhotoStage::Damage]).photos.last().unwrap().photo;
    let signed = desk.sign(job, SignedFor::Damage);
    let part = desk.use_one(job, appliance, "AQ-RG-2000");
    let (level, cause, what) = (RepairLevel::Component, text("可控硅击穿"), text("吊顶"));
    let photos = vec![photo];
    let damage = SheetFact::Damage { what, text: text("水渍"), photos, asked_fen: Fen(18_000) };
    let diagnosis = SheetFact::Diagnosis { appliance, cause, level, repairable: true };
    let placed = desk.note(job, loaner(appliance, ApplianceKind::StorageHeater)).unwrap();
    let damaged = desk.note(job, damage.clone()).unwrap();
    let found = desk.note(job, diagnosis.clone()).unwrap();
    let quote = SheetFact::Quote {
        appliance,
        diagnosis: found,
        level,
        total_fen: Fen(12_000),
        other_level: Some(RepairLevel::Board),
        other_fen: Some(Fen(38_000)),
        days: 1,
    };
    let quoted = desk.note(job, quote.clone()).unwrap();
    let window = LATER.map(|from| Window { from, to: Millis(from.0 + MINUTE) });
    let before = desk.facts(job).sheet.readings.first().map(|r| r.id);
    let hazard = match remains(true, true, LATER) {
        SheetFact::Hazard { code, text, action, households, remaining, unplugged, tagged, recheck, .. } => {
            let (appliance, after) = (Some(appliance), before);
            SheetFact::Hazard {
                appliance,
                code,
                text,
                action,
                before,
                after,
                households,
                remaining,
                unplugged,
                tagged,
                recheck,
                replaces: None,
            }
        }
        other => other,
    };
    let consent = SheetFact::Consent {
        quote: quoted,
        yes: true,
        who: text("向明"),
        channel: Channel::Phone,
        cost_fen: Fen(12_000),
        days: 1,
        spoken: LATER,
    };
    let charge = SheetFact::Charge {
        appliance,
        gas: text("R410A"),
        leak_found: true,
        leak_at: text("接头"),
        welded: false,
        grams: 100,
        charged_when_welding: false,
        before_kpa: Some(310),
        after_kpa: Some(820),
        evacuation: Evacuation::None,
        minutes: 0,
    };
    let bench = |work| SheetFact::Bench {
        appliance,
        work,
        text: text("换可控硅"),
        level: Some(level),
        channel: Some(Channel::Phone),
        part: Some(part),
    };
    let (result, channel) = (AppointmentResult::Appointed, Channel::Phone);
    let mut facts = vec![
        SheetFact::Appointment { result, window, channel, reason: text("下午在家") },
        SheetFact::Guidance { script: text("shock"), called: text("村电工"), solved: false },
        SheetFact::Goods { here: true, note: text("已到店") },
        SheetFact::Crew { member: Some(member(RAN)), name: text("小冉"), left: false },
        SheetFact::Pause { stopped: true, reason: PauseReason::Rectification, note: text("等电工") },
        reason(ReasonAbout::Overrun, "螺丝锈死"),
        SheetFact::Serial { appliance, unit: UnitOf::Whole, serial: text("AQ50-1"), photo: None },
        hazard,
        notice(NoticeKind::HazardRemaining, Some(signed), "老周"),
        signature(SignedFor::Work, Signer::Customer, "罗桂香"),
        charge,
        SheetFact::OldPart {
            part,
            step: OldPartStep::Sent,
            tag: text("J1"),
            due: LATER,
            batch: text("11-B"),
            courier: text("SF1001"),
            deducted_fen: Fen(0),
        },
        fee(FeeKind::Labour, 9_000, 8_000, "六楼"),
        payment(26_000, PaidFor::Work),
        damage,
        SheetFact::ClaimShare {
            damage: damaged,
            party: Party::Outlet,
            fen: Fen(18_000),
            state: ClaimState::Paid,
            signature: Some(signed),
            note: text("现场付清"),
        },
        loaner(appliance, ApplianceKind::StorageHeater),
        SheetFact::LoanerBack { loaner: placed, condition: text("完好"), kept_fen: Fen(500), reason: text("划痕") },
        SheetFact::WithoutLoaner { appliance, why: NoLoaner::Declined, signature: Some(signed), promised: LATER },
        diagnosis,
        quote,
        consent,
        SheetFact::Promise { appliance, ready: LATER, next_contact: LATER, note: text("周三修好") },
        SheetFact::Remark { text: text("楼下有狗") },
    ];
    facts.extend(CustodyStep::ALL.iter().map(|step| custody(appliance, *step, "DS-1121")));
    facts.extend(BenchWork::ALL.iter().map(|work| bench(*work)));
    facts
}

/// The fact with the number in one of its texts, for each of them.
fn betrayals<T: Serialize + DeserializeOwned>(fact: &T) -> Vec<(String, T)> {
    let whole = serde_json::to_value(fact).unwrap();
    let texts = whole.as_object().unwrap().iter().filter(|(key, value)| *key != "fact" && value.is_string());
    let betray = |key: &String| {
        let mut fact = whole.clone();
        fact[key] = NUMBER.into();
        // Where only certain words fit, no number does.
        Some((key.clone(), serde_json::from_value(fact).ok()?))
    };
    texts.filter_map(|(key, _)| betray(key)).collect()
}

/// Every text of every fact refuses it; there are as many texts as `least`.
fn all_refused<T: Serialize + DeserializeOwned + std::fmt::Debug>(
    facts: &[T],
    least: usize,
    note: impl Fn(&T) -> Option<FactError>,
) {
    let mut texts = 0;
    for (key, fact) in facts.iter().flat_map(betrayals) {
        texts += 1;
        assert!(matches!(note(&fact), Some(FactError::IdentityNumber)), "{key} of {fact:?}");
    }
    assert!(texts >= least, "only {texts} texts were tried");
}

#[test]
fn r44_no_fact_of_a_sheet_keeps_an_identity_number() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let mut facts = every_fact(&desk, job, heater);
    // What waits for something else would be refused for that.
    facts.retain(|fact| desk.note(job, fact.clone()).is_ok());
    let before = desk.facts(job);
    all_refused(&facts, 45, |fact| desk.note(job, fact.clone()).err());
    assert_eq!(desk.facts(job), before, "nothing was written");
}

#[test]
fn r44_no_fact_of_an_order_keeps_an_identity_number() {
    let (_shop, desk, job, appliance) = alone(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let fee = desk.note(job, fee(FeeKind::Labour, 9_000, 8_000, "六楼")).unwrap();
    let facts = [
        OrderFact::Override { of: OverrideOf::Grade, member: None, reason: text("人手不够") },
        OrderFact::OverGuide { fee, granted: true, most_fen: Fen(9_000), note: text("可以") },
        OrderFact::Plan { step: PlanStep::Plan, text: text("走外墙"), passed: true, photo: None },
        OrderFact::Serial { appliance, unit: UnitOf::Old, serial: text("OLD-1") },
        OrderFact::Cancel { reason: text("不要了") },
    ];
    all_refused(&facts, 5, |fact| desk.actions.note_on_order(job, fact).err());
    let proof = |key: &str| OrderFact::Purchase { appliance, key: text(key), value: text(NUMBER) };
    for key in ["invoice", "dealer", "part"] {
        let refused = desk.actions.note_on_order(job, &proof(key)).err();
        assert!(matches!(refused, Some(FactError::IdentityNumber)), "{key}");
    }
    assert!(desk.actions.note_on_order(job, &proof(NUMBER)).is_err());
    let answered = desk.actions.answer_sheet(job, doorstep_schemas::view::ApprovalKind::Returned, NUMBER).err();
    assert!(matches!(answered, Some(FactError::IdentityNumber)));
}

#[test]
fn r44_none_of_the_outlets_papers_keeps_an_identity_number() {
    let (_shop, desk, job, _) = alone(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let ran = member(RAN);
    let asked = [
        RequestFact::Part { job: Some(job), code: text("AQ"), name: text("加热管"), quantity: 1, note: text("急") },
        RequestFact::Advance { fen: Fen(10_000), note: text("家里用") },
        RequestFact::HandIn { fen: Fen(10_000), way: PayWay::Cash, note: text("放抽屉") },
        RequestFact::Note { job: None, text: text("车坏了") },
    ];
    all_refused(&asked, 6, |fact| desk.actions.ask(fact).err());
    let roster = [
        RosterFact::Certificate {
            member: Some(ran),
            kind: CertificateKind::LowVoltage,
            number: text("ZC-1"),
            issued: None,
            expires: LATER,
            withdrawn: false,
        },
        RosterFact::Grade { member: ran, grade: Grade::A, years: 5, note: text("考试") },
        RosterFact::Kit {
            member: ran,
            level: KitLevel::Basic,
            instrument: text("VC60B"),
            number: text("YQ-1"),
            calibrated: None,
            due: None,
        },
        RosterFact::Event {
            member: ran,
            event: RosterEvent::Exam,
            text: text("笔试"),
            level: text("A"),
            passed: true,
            fen: Fen(0),
        },
        RosterFact::Authorisation { brand: text("北岭"), number: text("SQ"), expires: None, withdrawn: false },
        RosterFact::About { key: text("outlet/grades"), value: text("on") },
    ];
    all_refused(&roster, 9, |fact| match fact {
        RosterFact::About { key, value } if key == NUMBER => {
            let fact = RosterFact::About { key: format!("outlet/{NUMBER}"), value: value.clone() };
            desk.actions.note_on_roster(&fact).err()
        }
        fact => desk.actions.note_on_roster(fact).err(),
    });
    let stock = [StockFact {
        movement: StockMove::Issue,
        code: text("AQ"),
        name: text("加热管"),
        quantity: 1,
        request: None,
        note: text("周一"),
    }];
    all_refused(&stock, 3, |fact| desk.actions.move_stock(ran, fact).err());
    all_refused(&desk_facts(job), 19, |fact| match fact {
        DeskFact::About { key, value } if key == NUMBER => {
            let fact = DeskFact::About { key: format!("outlet/{NUMBER}"), value: value.clone() };
            desk.actions.note_on_desk("customer/1", &fact).err()
        }
        fact => desk.actions.note_on_desk("customer/1", fact).err(),
    });
    assert_eq!(desk.store().desks().unwrap(), vec![], "no topic was begun");
}

fn desk_facts(job: JobId) -> Vec<DeskFact> {
    let request = ShortId::mint([7; 5]);
    vec![
        DeskFact::Answer { request, step: RequestStep::Approved, promised: LATER, note: text("明天到") },
        DeskFact::SettlementLine {
            job,
            maker: text("北岭"),
            code: text("height"),
            name: text("高空"),
            quantity: Thousandths(1_000),
            fen: Fen(6_000),
            fee: None,
            adjusts: None,
        },
        DeskFact::SettlementStep {
            job,
            state: SettleState::Deducted,
            fen: Fen(100),
            reason: text("缺照片"),
            reference: text("J-1"),
        },
        DeskFact::FollowUp {
            job,
            kind: FollowUpKind::Call,
            stars: 4,
            chips: text("准时"),
            text: text("满意"),
            do_not_contact: false,
            complaint: false,
            handled: false,
        },
        DeskFact::Wage { member: member(RAN), job: None, kind: WageKind::Bonus, fen: Fen(100), reason: text("好评") },
        DeskFact::CashTaken { member: member(RAN), fen: Fen(100), hand_in: None, note: text("点清") },
        DeskFact::Contract {
            customer: text("卫生院"),
            phone: text("13800001011"),
            appliance: text("挂机 12 台"),
            from: LATER,
            months: 12,
            every: 6,
            fen: Fen(120_000),
            ended: false,
        },
        DeskFact::Referral { job: None, text: text("要买冰箱"), member: None, sold_fen: Fen(0) },
        DeskFact::Admission { dealer: text("县代理"), sees: text("parts"), until: None, withdrawn: false },
        DeskFact::Remark { text: text("欠一张发票") },
        DeskFact::About { key: text("outlet/note"), value: text("年底搬家") },
    ]
}

#[test]
fn r44_no_line_of_a_sheet_keeps_an_identity_number() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let before = desk.facts(job);
    for which in SheetField::ALL {
        let refused = desk.actions.write_field(&field(job, heater, *which, NUMBER)).err();
        assert!(matches!(refused, Some(SheetError::IdentityNumber)), "{which:?}");
    }
    let part = |code: &str, name: &str| {
        let (code, name) = (code.to_owned(), name.to_owned());
        UsePart { job, appliance: heater, code, name, quantity: 1, guide_fen: Fen(0) }
    };
    for part in [part(NUMBER, "加热管"), part("AQ", NUMBER)] {
        assert!(matches!(desk.actions.use_part(&part), Err(SheetError::IdentityNumber)));
    }
    let answer = ServiceAnswer::NotApplicable { reason: text(NUMBER) };
    let answer = AnswerService { job, appliance: heater, service: ServiceCode::Explain, answer };
    assert!(matches!(desk.actions.answer_service(&answer), Err(SheetError::IdentityNumber)));
    let sound = desk.typed(job, heater, "socket_polarity", "right", "");
    let mut readings = vec![reading(job, heater, "earth_present", Found::NotMeasured { reason: text(NUMBER) })];
    for n in 0..2 {
        let mut input = sound.clone();
        *[&mut input.instrument, &mut input.rectified][n] = text(NUMBER);
        readings.push(input);
    }
    for input in readings {
        assert!(matches!(desk.actions.record_reading(&input), Err(ReadingError::IdentityNumber)), "{input:?}");
    }
    assert_eq!(desk.facts(job), before);
}

#[test]
fn r44_nobody_settles_a_field_with_an_identity_number() {
    let (_shop, desk, job, heater) = alone(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let key = format!("{heater}/serial");
    let place = FieldPlace { paper: JobPaper::Sheet, container: text("fields"), key, field: None };
    let choice = Choice::Typed { text: text(NUMBER) };
    let refused = desk.actions.resolve(&Resolve { job, place, choice });
    assert!(matches!(refused, Err(ResolveError::IdentityNumber)));
}

#[test]
fn r44_neither_an_order_nor_a_walk_in_keeps_an_identity_number() {
    let (_shop, desk, _, _) = alone(&asked(JobKind::Repair, ApplianceKind::StorageHeater));
    let places: [fn(&mut TakeOrder) -> &mut String; 8] = [
        |order| &mut order.customer.name,
        |order| &mut order.customer.township,
        |order| &mut order.customer.address,
        |order| &mut order.symptom,
        |order| &mut order.maker_order,
        |order| &mut order.note,
        |order| &mut order.appliances[0].model,
        |order| &mut order.appliances[0].serial,
    ];
    for (n, place) in places.iter().enumerate() {
        let mut order = asked(JobKind::Repair, ApplianceKind::StorageHeater);
        *place(&mut order) = text(NUMBER);
        assert!(matches!(desk.actions.take_order(&order), Err(OrderError::IdentityNumber)), "{n}");
        assert!(matches!(desk.actions.take_walk_in(&order), Err(OrderError::IdentityNumber)), "{n}");
    }
    assert_eq!(desk.actions.orders(None).unwrap().len(), 1);
}
