//! What happened in the made-up outlet before somebody looks at it: some days, ending now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_schemas::ids::{JobId, MemberId, OutletId, ShortId};
use doorstep_schemas::input::{DeskFact, RequestFact, SheetFact, SheetField, StockFact};
use doorstep_schemas::view::{
    ApprovalKind, CustodyStep, FeeKind, Fen, Grade, JobOutcome, Millis, NoLoaner, PhotoStage, RepairLevel, RequestStep,
    StockMove,
};
use doorstep_schemas::wire::RoleKind;

use super::SampleError;
use super::hand::{self, Done, Hand, Person, StoryClock};
use super::orders::{self, HOUR_MS, Sample};
use super::visit::Visit;
use crate::domain::calendar::{self, DAY_MS};
use crate::nature::{Nature, random};
use crate::store::key::StoreKey;

const MINUTE_MS: i64 = 60_000;
const OUTLET: &str = "示例门店";

/// Where it is made: the person's own device, and the others'.
pub struct Places<'a> {
    pub own: &'a Path,
    pub key: StoreKey,
    pub making: &'a Path,
}

/// The outlet with its devices.
struct Cast {
    clock: Arc<StoryClock>,
    desk: Hand,
    phone: Hand,
    bench: Hand,
    /// A colleague who has a job and no device here.
    colleague: MemberId,
    /// The outlet's midnight before now, and now.
    midnight: i64,
    now: i64,
}

/// Makes the sample on the device in `own`, which is the owner's or a technician's.
pub fn play(places: &Places<'_>, nature: &Arc<dyn Nature>, as_owner: bool) -> Result<(), SampleError> {
    let cast = Cast::new(places, nature, as_owner)?;
    let file = places.making.join("bundle");
    let told = |at: &'static str| move |error| SampleError::Story(at, error);
    cast.begin(&file).map_err(told("the roster"))?;
    let first = cast.first(&file).map_err(told("the first job"))?;
    cast.yesterday(&file).map_err(told("yesterday"))?;
    cast.today(&file, first).map_err(told("today"))
}

impl Cast {
    fn new(places: &Places<'_>, nature: &Arc<dyn Nature>, as_owner: bool) -> Result<Self, SampleError> {
        let clock = StoryClock::new(nature.clone());
        let now = nature.now_ms();
        let midnight = calendar::day_start(now);
        clock.set(midnight - 4 * DAY_MS);
        let person = |name, role| Person::new(name, role, nature.as_ref());
        let people = [
            person("覃建国", RoleKind::Owner),
            person("冉小军", RoleKind::Technician),
            person("龙师傅", RoleKind::Repairer),
            person("田勇", RoleKind::Technician),
        ];
        let outlet = OutletId::mint(u64::try_from(midnight).unwrap_or(0), random(nature.as_ref()));
        let [owner, technician, repairer, colleague] = people.clone();
        let at = |name: &str| (places.making.join(name), random::<32>(nature.as_ref()));
        let own = || (places.own.to_owned(), places.key);
        let (at_desk, in_hand) = if as_owner { (own(), at("phone")) } else { (at("desk"), own()) };
        let hand = |(folder, key): (PathBuf, StoreKey), person, name| {
            Hand::new((folder.as_path(), &key), &clock, person, name, (outlet, OUTLET))
        };
        let desk = hand(at_desk, owner, "店里电脑")?;
        let phone = hand(in_hand, technician, "小军手机")?;
        let bench = hand(at("bench"), repairer, "板修台平板")?;
        hand::introduce(&people, &[&desk, &phone, &bench]).map_err(|error| SampleError::Story("the people", error))?;
        Ok(Self { clock, desk, phone, bench, colleague: colleague.id, midnight, now })
    }

    /// It is so many days before today, at such a time.
    fn time(&self, days: i64, hour: i64, minute: i64) {
        self.clock.set(self.midnight - days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS);
    }

    fn take(&self, sample: &Sample, window: Option<(i64, i64)>, to: &[MemberId]) -> Done<JobId> {
        Ok(self.desk.actions.take_order(&sample.order(window, to, None))?.card.job)
    }

    /// A window some days ago, in hours.
    fn window(&self, days: i64, from: i64, to: i64) -> Option<(i64, i64)> {
        let midnight = self.midnight - days * DAY_MS;
        Some((midnight + from * HOUR_MS, midnight + to * HOUR_MS))
    }

    fn technician(&self) -> MemberId {
        self.phone.person.id
    }

    /// Roster and stock, four days ago.
    fn begin(&self, file: &Path) -> Done {
        self.time(4, 8, 0);
        let (technician, repairer) = (self.technician(), self.bench.person.id);
        let people = [(technician, Grade::A, 5), (repairer, Grade::A, 12), (self.colleague, Grade::B, 3)];
        for fact in orders::roster(&people, self.midnight) {
            self.desk.actions.note_on_roster(&fact)?;
        }
        for (member, code, name, quantity) in [
            (technician, "AQ-RG-2000", "加热管", 4),
            (technician, "AQ-MB-M6", "镁棒", 4),
            (technician, "AQ-MF-63", "密封圈", 8),
            (repairer, "BTA41-600B", "可控硅", 4),
            (repairer, "LY-JDQ-30", "继电器", 4),
        ] {
            let (code, name, note) = (code.to_owned(), name.to_owned(), String::new());
            let movement = StockMove::Issue;
            let moved = StockFact { movement, code, name, quantity, request: None, note };
            self.desk.actions.move_stock(member, &moved)?;
        }
        self.desk.bring(&self.phone, file)?;
        self.desk.bring(&self.bench, file)
    }

    /// Three days ago: repaired, paid, approved.
    fn first(&self, file: &Path) -> Done<JobId> {
        self.time(3, 9, 0);
        let job = self.take(&orders::FIRST, self.window(3, 14, 16), &[self.technician()])?;
        self.desk.bring(&self.phone, file)?;
        self.time(3, 13, 40);
        self.repair_heater(job, orders::FIRST.customer, 0)?;
        self.phone.bring(&self.desk, file)?;
        self.time(3, 18, 30);
        self.desk.actions.answer_sheet(job, ApprovalKind::Approved, "")?;
        Ok(job)
    }

    /// A heater that tripped: insulation 0.3 → 60 MΩ with a new element. The clock says when it begins.
    fn repair_heater(&self, job: JobId, customer: &str, pictures: u8) -> Done {
        let begun = self.clock.now_ms();
        let later = |minutes: i64| self.clock.set(begun + minutes * MINUTE_MS);
        let mut visit = Visit::at(&self.phone, job, pictures)?;
        visit.depart()?;
        later(25);
        visit.arrive()?;
        later(31);
        for (code, value) in [
            ("socket_polarity", "right"),
            ("earth_resistance", "2.6"),
            ("earth_live", "0.4"),
            ("rcd_button", "trips"),
            ("insulation_appliance", "0.3"),
        ] {
            visit.read(code, value, "")?;
        }
        visit.photos(&[PhotoStage::Nameplate, PhotoStage::Before])?;
        later(58);
        visit.bill(FeeKind::Visit, ("visit", "上门费"), 3_000, (None, None))?;
        visit.bill(FeeKind::Labour, ("labour_element", "换加热管"), 8_000, (None, None))?;
        visit.part("AQ-RG-2000", "加热管", 9_500)?;
        visit.part("AQ-MB-M6", "镁棒", 4_500)?;
        visit.read("insulation_appliance", "60", "换加热管和镁棒")?;
        visit.read("water_full_first", "yes", "")?;
        visit.read("safety_valve", "clear", "")?;
        visit.fields(&[
            (SheetField::Serial, "AQ50-SAMPLE-1"),
            (SheetField::Fault, "加热管漏电"),
            (SheetField::Cause, "加热管结垢破裂"),
            (SheetField::Action, "换加热管和镁棒"),
        ])?;
        visit.photos(&[PhotoStage::After])?;
        later(70);
        visit.close(customer, 25_000)?;
        later(74);
        visit.finish(JobOutcome::Completed)
    }

    /// Yesterday: one repaired, one that waits for a part, one to the bench; and what bench and desk did of them.
    fn yesterday(&self, file: &Path) -> Done {
        self.time(1, 8, 0);
        let (technician, repairer) = (self.technician(), self.bench.person.id);
        let finished = self.take(&orders::FINISHED, self.window(1, 9, 11), &[technician])?;
        let part = self.take(&orders::PART, self.window(1, 11, 13), &[technician])?;
        let taken = self.take(&orders::BENCH, self.window(1, 14, 16), &[technician, repairer])?;
        self.desk.bring(&self.phone, file)?;
        self.time(1, 9, 0);
        self.repair_heater(finished, orders::FINISHED.customer, 3)?;
        let asked = self.needs_part(part)?;
        self.take_to_bench(taken)?;
        self.phone.bring(&self.desk, file)?;
        self.desk.bring(&self.bench, file)?;
        self.diagnose(taken)?;
        self.bench.bring(&self.desk, file)?;
        self.time(1, 18, 20);
        for step in [RequestStep::Approved, RequestStep::Arrived] {
            let answer = DeskFact::Answer { request: asked, step, promised: None, note: String::new() };
            self.desk.actions.desk_notes(&answer)?;
        }
        Ok(())
    }

    fn needs_part(&self, job: JobId) -> Done<ShortId> {
        self.time(1, 10, 50);
        let mut visit = Visit::at(&self.phone, job, 6)?;
        visit.depart()?;
        self.time(1, 11, 20);
        visit.arrive()?;
        self.time(1, 11, 35);
        visit.read("socket_polarity", "right", "")?;
        visit.read("earth_present", "good", "")?;
        visit.photos(&[PhotoStage::Nameplate, PhotoStage::Before])?;
        visit.fields(&[(SheetField::Fault, "排水泵不转")])?;
        let (code, name, note) = ("YH-PSB-30W".to_owned(), "排水泵".to_owned(), String::new());
        let asked = self.phone.actions.ask(&RequestFact::Part { job: Some(job), code, name, quantity: 1, note })?;
        visit.finish(JobOutcome::NeedsPart)?;
        Ok(asked)
    }

    fn take_to_bench(&self, job: JobId) -> Done {
        self.time(1, 13, 50);
        let mut visit = Visit::at(&self.phone, job, 8)?;
        visit.depart()?;
        self.time(1, 14, 15);
        visit.arrive()?;
        self.time(1, 14, 30);
        visit.photos(&[PhotoStage::Nameplate, PhotoStage::Before])?;
        visit.fields(&[(SheetField::Serial, "LY85-SAMPLE-2")])?;
        let (appliance, why) = (visit.appliance(), NoLoaner::NoneAvailable);
        let promised = Some(Millis(self.midnight + (24 + 18) * HOUR_MS));
        visit.fact(SheetFact::WithoutLoaner { appliance, why, signature: None, promised })?;
        visit.hand_over(CustodyStep::Taken, "示例-向明", "新集镇幸福苑2-604")?;
        visit.finish(JobOutcome::TakenToBench)
    }

    /// The repairer's word: a board that can be repaired, and what it costs. The customer has yet to answer.
    fn diagnose(&self, job: JobId) -> Done {
        self.time(1, 15, 40);
        let visit = Visit::at(&self.bench, job, 10)?;
        visit.hand_over(CustodyStep::Received, "示例-向明", "维修台 2")?;
        self.time(1, 16, 30);
        let (appliance, level) = (visit.appliance(), RepairLevel::Component);
        let cause = "可控硅击穿，继电器触点烧蚀".to_owned();
        let diagnosis = visit.fact(SheetFact::Diagnosis { appliance, cause, level, repairable: true })?;
        let quote = visit.fact(SheetFact::Quote {
            appliance,
            diagnosis,
            level,
            total_fen: Fen(12_000),
            other_level: Some(RepairLevel::Board),
            other_fen: Some(Fen(38_000)),
            days: 1,
        })?;
        let quoted = (None, Some(quote));
        visit.bill(FeeKind::Labour, ("labour_board_repair", "板上维修"), 9_000, quoted)?;
        visit.bill(FeeKind::Part, ("BTA41-600B", "可控硅"), 1_800, quoted)?;
        visit.bill(FeeKind::Part, ("LY-JDQ-30", "继电器"), 1_200, quoted)
    }

    /// What is to be done today. The windows lie around now, as far as a working day goes.
    fn today(&self, file: &Path, first: JobId) -> Done {
        self.time(1, 18, 40);
        let begin = ((self.now - self.midnight) / HOUR_MS).clamp(8, 15);
        let window = |from: i64| self.window(0, begin + from, begin + from + 2);
        let me = [self.technician()];
        self.take(&orders::WALL_UNIT, window(0), &me)?;
        self.take(&orders::OLD_HOUSE, window(2), &me)?;
        self.take(&orders::WASHER, window(3), &me)?;
        self.desk.actions.take_order(&orders::AGAIN.order(window(4), &me, Some(first)))?;
        self.take(&orders::COLLEAGUES, window(1), &[self.colleague])?;
        self.take(&orders::OPEN, window(4), &[])?;
        self.clock.set(self.now - 12 * MINUTE_MS);
        self.take(&orders::EMERGENCY, None, &me)?;
        self.desk.bring(&self.phone, file)?;
        self.clock.set(self.now);
        Ok(())
    }
}
