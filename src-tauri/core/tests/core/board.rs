//! The owner's board and roster: who is where when, whom to send, what papers end (R1, R3, R7, R35, R47).

use doorstep::actions::facts::FactError;
use doorstep::actions::orders::OrderError;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{
    Assign, DeskFact, NoteFact, OrderDetails, OrderFact, RosterFact, SheetFact, Suggest, TakeOrder, Tap, TapNode, Undo,
};
use doorstep_schemas::view::{
    AlertKind, AppointmentResult, BarOf, BoardJob, BoardView, CertificateKind, Channel, Fen, FollowUpKind, Grade,
    KitLevel, Millis, OverrideOf, RenewalDue, RosterEvent, SuggestView, Urgency, Window,
};

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, leaking_heater, member};

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An order of a township, agreed for so many hours after noon.
fn agreed(customer: &str, township: &str, hour: i64, who: &[&str]) -> TakeOrder {
    let members: Vec<_> = who.iter().map(|name| member(name)).collect();
    let mut order = leaking_heater(&members);
    order.urgency = Urgency::Normal;
    order.customer.name = customer.to_owned();
    order.customer.township = township.to_owned();
    let (from, to) = (Millis(NOON + hour * HOUR), Millis(NOON + (hour + 1) * HOUR));
    order.window = Some(Window { from, to });
    order
}

fn take(desk: &Phone, order: &TakeOrder) -> JobId {
    desk.nature.pass(1);
    desk.actions.take_order(order).unwrap().card.job
}

fn bar(board: &BoardView, job: JobId) -> &BoardJob {
    board.jobs.iter().find(|each| each.card.job == job).expect("the job is on the board")
}

fn row<'a>(board: &'a BoardView, name: &str) -> &'a doorstep_schemas::view::BoardMember {
    board.members.iter().find(|each| each.member.name == name).expect("the member is on the board")
}

fn paper(name: &str, kind: CertificateKind, number: &str, expires: i64, withdrawn: bool) -> RosterFact {
    let (member, number, expires) = (Some(member(name)), number.to_owned(), Some(Millis(expires)));
    RosterFact::Certificate { member, kind, number, issued: None, expires, withdrawn }
}

fn grade(name: &str, grade: Grade) -> RosterFact {
    RosterFact::Grade { member: member(name), grade, years: 1, note: String::new() }
}

fn write(desk: &Phone, fact: &RosterFact) -> doorstep_schemas::ids::ShortId {
    desk.nature.pass(1);
    desk.actions.note_on_roster(fact).unwrap()
}

#[test]
fn r1_r3_the_board_shows_who_is_where_when_and_what_wants_the_owners_eye() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let first = take(&desk, &agreed("罗桂香", "城关镇", 1, &[RAN]));
    let second = take(&desk, &agreed("彭秀兰", "石桥铺镇", 3, &[RAN]));
    let nobodys = take(&desk, &agreed("向明", "新集镇", 2, &[]));
    let tomorrow = take(&desk, &agreed("邓小妹", "柳林镇", 24, &[TIAN]));
    let mut leak = leaking_heater(&[]);
    leak.customer.name = "王芳".to_owned();
    let leak = take(&desk, &leak);
    let board = desk.actions.board(None).unwrap();
    assert_eq!(board.day, "2026-11-21");
    assert!(board.jobs.iter().all(|each| each.card.job != tomorrow));
    assert_eq!((bar(&board, first).of, bar(&board, first).from), (BarOf::Agreed, Millis(NOON + HOUR)));
    assert_eq!(bar(&board, nobodys).card.assignees, []);
    let theirs = row(&board, RAN);
    assert_eq!((theirs.open, theirs.jobs, theirs.minutes), (2, 2, 120));
    assert_eq!(theirs.townships, ["城关镇", "石桥铺镇"]);
    let ways: Vec<_> = theirs.gaps.iter().map(|gap| (gap.leaves.as_str(), gap.arrives.as_str(), gap.clash)).collect();
    assert_eq!(ways, [("城关镇", "石桥铺镇", false)]);
    assert_eq!(theirs.score.zh, "新（0 人评价）");
    assert_eq!(board.members.last().unwrap().member.name, OWNER, "who keeps the shop comes last");
    let told: Vec<_> = board.alerts.iter().map(|alert| (alert.kind, alert.job)).collect();
    assert_eq!(told, [(AlertKind::Emergency, leak)]);

    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    ran.nature.pass(90 * MINUTE);
    for tap in [Tap::Depart, Tap::Arrive] {
        ran.actions.tap_node(&TapNode { job: first, tap }).unwrap();
    }
    let own = ran.actions.board(None).unwrap();
    assert_eq!(bar(&own, first).of, BarOf::UnderWay);
    assert!(bar(&own, first).from >= Millis(NOON + 90 * MINUTE), "from arrival on");
    let here: Vec<JobId> = own.jobs.iter().map(|each| each.card.job).collect();
    assert_eq!(here, [first, second], "a technician's device shows what it holds");
    ran.nature.pass(4 * HOUR);
    let late = ran.actions.board(None).unwrap();
    assert_eq!(
        late.alerts.iter().map(|alert| (alert.kind, alert.job)).collect::<Vec<_>>(),
        [(AlertKind::Overdue, second)]
    );
    let next = ran.actions.board(Some(NOON + DAY)).unwrap();
    assert_eq!((next.day.as_str(), next.jobs.len()), ("2026-11-22", 0));
}

#[test]
fn r1_a_window_that_the_owner_moves_takes_the_place_of_the_technicians_and_is_taken_back() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = take(&desk, &agreed("罗桂香", "城关镇", 1, &[RAN]));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    ran.nature.pass(MINUTE);
    let window = Window { from: Millis(NOON + 2 * HOUR), to: Millis(NOON + 3 * HOUR) };
    let fact = SheetFact::Appointment {
        result: AppointmentResult::Rebooked,
        channel: Channel::Phone,
        window: Some(window),
        reason: String::new(),
    };
    ran.actions.note_fact(&NoteFact { job, fact, claimed: None }).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let from = || bar(&desk.actions.board(None).unwrap(), job).from.0 - NOON;
    assert_eq!(from(), 2 * HOUR, "what the technician agreed");
    desk.nature.pass(2 * MINUTE);
    let moved = Window { from: Millis(NOON + 5 * HOUR), to: Millis(NOON + 6 * HOUR) };
    let view = desk.actions.note_on_order(job, &OrderFact::Window { window: moved }).unwrap().job;
    assert_eq!(from(), 5 * HOUR);
    let action = view.history.iter().find(|line| line.action == "set_window" && line.undoable).unwrap().id.clone();
    desk.actions.undo(&Undo { job, action }).unwrap();
    assert_eq!(from(), 2 * HOUR, "as if nobody had moved it");
    let backwards = Window { from: moved.to, to: moved.from };
    let refused = desk.actions.note_on_order(job, &OrderFact::Window { window: backwards });
    assert!(matches!(refused, Err(FactError::Required("window"))));
}

fn suggested(desk: &Phone, job: JobId, beside: &[&str]) -> SuggestView {
    let beside = beside.iter().map(|name| member(name)).collect();
    desk.actions.suggest(&Suggest { job, beside }).unwrap()
}

fn line<'a>(found: &'a SuggestView, name: &str) -> &'a doorstep_schemas::view::SuggestLine {
    found.lines.iter().find(|each| each.member.name == name).unwrap()
}

#[test]
fn r7_r35_whom_to_send_says_why_and_is_the_same_word_as_assigning() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let details = OrderDetails { difficulty: Some(Grade::B), wished: Some(member(TIAN)), ..OrderDetails::default() };
    let job = take(&desk, &TakeOrder { details: Some(details), ..agreed("罗桂香", "城关镇", 1, &[]) });
    take(&desk, &agreed("彭秀兰", "城关镇", 3, &[RAN]));
    let free = suggested(&desk, job, &[]);
    assert!(free.lines.iter().all(|each| each.fits), "an outlet that keeps no roster is not asked");
    assert_eq!((free.needs.len(), free.difficulty), (0, Some(Grade::B)));
    for fact in [
        paper(RAN, CertificateKind::LowVoltage, "T1", NOON + DAY, false),
        paper(OWNER, CertificateKind::LowVoltage, "T2", NOON + 400 * DAY, false),
        grade(RAN, Grade::A),
        grade(OWNER, Grade::C),
    ] {
        write(&desk, &fact);
    }
    let found = suggested(&desk, job, &[]);
    let order: Vec<&str> = found.lines.iter().map(|each| each.member.name.as_str()).collect();
    assert_eq!(order, [RAN, TIAN, OWNER], "who may go first, then the customer's wish");
    assert_eq!(found.needs, [CertificateKind::LowVoltage]);
    let reasons: Vec<&str> = line(&found, RAN).reasons.iter().map(|reason| reason.zh.as_str()).collect();
    let expected = ["当天在城关镇", "当天还有1单", "有低压电工证", "等级 A，难度 B", "新（0 人评价）"];
    assert_eq!(reasons, expected);
    let tian = line(&found, TIAN);
    assert!(!tian.fits && !tian.may_set_aside, "certificates are law");
    assert!(line(&found, OWNER).may_set_aside, "only the grade is in the way");
    assert!(line(&suggested(&desk, job, &[RAN]), TIAN).fits, "who holds the paper goes along");
    let send = |name| desk.actions.assign(&Assign { job, members: vec![member(name)] }).map(|view| view.card.status);
    for (name, fits) in [(RAN, true), (TIAN, false), (OWNER, false)] {
        assert_eq!(matches!(send(name), Err(OrderError::NotFit(_))), !fits, "{name}");
    }
    let aside = OrderFact::Override {
        of: OverrideOf::Grade,
        member: Some(member(OWNER)),
        reason: "人手不够，电话指导".to_owned(),
    };
    desk.actions.note_on_order(job, &aside).unwrap();
    assert!(line(&suggested(&desk, job, &[]), OWNER).fits);
    send(OWNER).unwrap();
    assert!(line(&suggested(&desk, job, &[]), OWNER).assigned);
}

#[test]
fn r47_what_was_written_in_the_roster_by_mistake_is_taken_back_and_papers_are_called_up() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let person = || {
        let roster = desk.actions.roster().unwrap();
        roster.people.into_iter().find(|each| each.member == member(RAN)).unwrap()
    };
    write(&desk, &paper(RAN, CertificateKind::Welding, "H1", NOON + 20 * DAY, false));
    assert_eq!(person().certificates[0].due, Some(RenewalDue::Soon));
    assert_eq!(row(&desk.actions.board(None).unwrap(), RAN).papers.len(), 1, "the board tells it too");
    let renewals = desk.actions.roster().unwrap().renewals;
    assert_eq!(renewals.iter().map(|each| each.what.zh.as_str()).collect::<Vec<_>>(), ["焊接与热切割证"]);
    write(&desk, &paper(RAN, CertificateKind::Welding, "H1", NOON + 20 * DAY, true));
    assert_eq!(person().certificates, []);
    write(&desk, &paper(RAN, CertificateKind::Welding, "H1", NOON + 20 * DAY, false));
    assert_eq!(person().certificates.len(), 1);

    let event = |event, fen| RosterFact::Event {
        member: member(RAN),
        event,
        text: "季度第一".to_owned(),
        level: String::new(),
        passed: true,
        fen: Fen(fen),
    };
    let reward = write(&desk, &event(RosterEvent::Reward, 10_000));
    write(&desk, &event(RosterEvent::Penalty, 3_000));
    assert_eq!((person().events.len(), person().month_fen), (2, Fen(7_000)));
    let back = |event| RosterFact::TakeBack { member: member(RAN), event, reason: "记错人".to_owned() };
    let taken = write(&desk, &back(reward));
    assert_eq!((person().events.len(), person().month_fen), (1, Fen(-3_000)));
    write(&desk, &back(taken));
    assert_eq!((person().events.len(), person().month_fen), (2, Fen(7_000)));

    let kit = RosterFact::Kit {
        member: member(RAN),
        level: KitLevel::Standard,
        instrument: "兆欧表".to_owned(),
        number: "K1".to_owned(),
        calibrated: None,
        due: Some(Millis(NOON - 1)),
    };
    let kit = write(&desk, &kit);
    assert_eq!(person().kits[0].renewal, Some(RenewalDue::Expired));
    desk.actions.remove_kit(kit).unwrap();
    assert_eq!(person().kits, []);

    write(&desk, &grade(RAN, Grade::A));
    assert_eq!((person().grade, person().years), (Some(Grade::A), 1));
    write(&desk, &RosterFact::NoGrade { member: member(RAN) });
    assert_eq!((person().grade, person().years), (None, 0), "a first grade that was a slip");
    assert!(matches!(desk.actions.remove_kit(kit), Err(FactError::Unknown("kit"))));
}

#[test]
fn r35_the_roster_has_each_members_score_with_its_count() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    for n in 0..6 {
        let job = take(&desk, &agreed("罗桂香", "城关镇", n, &[RAN]));
        let rating = DeskFact::FollowUp {
            job,
            kind: FollowUpKind::Rating,
            stars: if n == 0 { 4 } else { 5 },
            chips: String::new(),
            text: String::new(),
            do_not_contact: false,
            complaint: false,
            handled: false,
        };
        desk.actions.desk_notes(&rating).unwrap();
    }
    let score = |name| {
        let people = desk.actions.roster().unwrap().people;
        people.into_iter().find(|each| each.member == member(name)).unwrap().score.zh
    };
    assert_eq!((score(RAN), score(TIAN)), ("4.83 分（6 人评价）".to_owned(), "新（0 人评价）".to_owned()));
}
