//! The first job: from a phone without signal to the owner's screen, through the same core and a real relay.

use std::io;
use std::path::Path;

use doorstep::actions::JobError;
use doorstep::actions::facts::FactError;
use doorstep::actions::finish::FinishError;
use doorstep::actions::orders::OrderError;
use doorstep::actions::photos::PhotoError;
use doorstep::actions::readings::ReadingError;
use doorstep::actions::sheet::SheetError;
use doorstep::actions::visit::VisitError;
use doorstep::app::Doorstep;
use doorstep::store::StoreError;
use doorstep::sync::fault::Fault;
use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, ApplianceInput, CustomerInput, Finish, Found, RecordReading, ServiceAnswer, SheetField, ShowCard,
    TakeOrder, Tap, TapNode, UsePart, WriteField,
};
use doorstep_schemas::view::{
    ApplianceKind, BlockerCode, Coverage, DayReview, Fen, JobCard, JobKind, JobOutcome, JobView, Language, Millis,
    PhotoPlace, PhotoStage, ReadingInput, ServiceCode, SyncView, Thousandths, Urgency,
};

use crate::camera;
use crate::outlet::{self, OWNER, TECHNICIAN};
use crate::stage::{Device, Relay, StageError};

/// Why the story could not be told to its end.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Visit(#[from] VisitError),
    #[error(transparent)]
    Reading(#[from] ReadingError),
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Finish(#[from] FinishError),
    #[error(transparent)]
    Job(#[from] JobError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Fact(#[from] FactError),
    #[error(transparent)]
    Sync(#[from] Fault),
    #[error(transparent)]
    Camera(#[from] jpeg_encoder::EncodingError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Unexpected(String),
}

/// Hears each step as it is done: 中文 and English.
pub type Tell<'a> = &'a mut dyn FnMut(&str, &str);

/// Everybody on stage, and the job they share.
pub struct Cast {
    pub relay: Relay,
    pub owner: Device,
    pub phone: Device,
    pub job: JobId,
}

/// Sets the stage in `folder`: a relay with the sample outlet, the owner's desk, a technician's phone.
pub async fn set_stage(folder: &Path) -> Result<(Relay, Device, Device), StoryError> {
    let data = folder.join("relay");
    outlet::found(&data)?;
    let relay = Relay::start(&data)?;
    let owner = Device::enrolled("店里电脑", &folder.join("desk"), &relay, OWNER).await?;
    let phone = Device::enrolled("小军手机", &folder.join("phone"), &relay, TECHNICIAN).await?;
    owner.until("the team is known", |app| (app.actions.team().ok()?.members.len() == 6).then_some(())).await;
    Ok((relay, owner, phone))
}

/// Plays the first job to its end.
pub async fn play(folder: &Path, tell: Tell<'_>) -> Result<Cast, StoryError> {
    let (relay, owner, phone) = set_stage(folder).await?;
    tell("中继和两台设备就绪：店里电脑、小军手机", "relay and two devices ready: the shop's desk, a phone");
    let job = order_reaches_phone(&owner, &phone, tell).await?;
    phone.network(false)?;
    tell("进了地下室：没有网络", "in the basement: no network");
    visit(&phone.app, job, tell)?;
    let waiting = phone.app.sync_view()?;
    must(
        waiting.on_relay == 0 && waiting.on_device > 0 && waiting.photos == 1,
        "offline, nothing is claimed to be sent",
    )?;
    tell(
        &format!("手机：本机 {} 项，中继 {} 项，照片 1 张待传", waiting.on_device, waiting.on_relay),
        &format!("phone: {} records here, {} on the relay, 1 photo waiting", waiting.on_device, waiting.on_relay),
    );
    phone.network(true)?;
    arrives(&owner, &phone, job, tell).await?;
    Ok(Cast { relay, owner, phone, job })
}

fn must(holds: bool, what: &str) -> Result<(), StoryError> {
    if holds { Ok(()) } else { Err(StoryError::Unexpected(format!("it does not hold that {what}"))) }
}

async fn order_reaches_phone(owner: &Device, phone: &Device, tell: Tell<'_>) -> Result<JobId, StoryError> {
    let team = owner.app.actions.team()?;
    let technician = team.members.iter().find(|m| m.name == TECHNICIAN).map(|m| m.id);
    let order = TakeOrder {
        kind: JobKind::Repair,
        urgency: Urgency::Class2,
        far: false,
        customer: CustomerInput {
            name: "王芳".into(),
            phone: "138 0000 1234".into(),
            township: "柳林镇".into(),
            address: "建设路 12 号 3-201".into(),
        },
        appliances: vec![ApplianceInput {
            kind: ApplianceKind::InstantHeater,
            brand: "凌越".into(),
            model: "DSK-85".into(),
            serial: String::new(),
        }],
        symptom: "接头渗水".into(),
        window: None,
        coverage: Coverage::OutOfWarranty,
        maker_order: String::new(),
        note: "已断电关水".into(),
        assignees: technician.into_iter().collect(),
        details: None,
    };
    let job = owner.app.actions.take_order(&order)?.card.job;
    tell(
        "老板接单并派给冉小军：即热式电热水器，接头渗水，二级紧急",
        "the owner takes an order, class 2, and assigns it",
    );
    let started = std::time::Instant::now();
    phone
        .until("the job is on the phone", |app| {
            let today = app.actions.today(app.sync_chip().ok()?).ok()?;
            today.jobs.iter().any(|card| card.job == job).then_some(())
        })
        .await;
    let seconds = started.elapsed().as_secs_f64();
    must(seconds < 3.0, "the phone has the job within 3 s")?;
    tell(&format!("手机 {seconds:.1} 秒后收到"), &format!("the phone has it after {seconds:.1} s"));
    Ok(job)
}

/// The visit, all of it without network.
pub fn visit(app: &Doorstep, job: JobId, tell: Tell<'_>) -> Result<(), StoryError> {
    let actions = &app.actions;
    let view = actions.tap_node(&TapNode { job, tap: Tap::Depart })?;
    let appliance = view.appliances.first().map(|a| a.id);
    let appliance = appliance.ok_or_else(|| StoryError::Unexpected("the order has no appliance".into()))?;
    actions.tap_node(&TapNode { job, tap: Tap::Arrive })?;
    actions.show_card(&ShowCard { job, shown_ms: 3_200 })?;
    tell("出发、到达、出示公示卡", "departed, arrived, card shown");

    let choice = |option: &str| Found::Choice { option: option.into() };
    read(app, job, appliance, "socket_polarity", choice("right"), "socket_tester", "")?;
    tell("插座极性：左零右火上地，合格", "polarity right: pass");
    let unsafe_earth = Found::Number { thousandths: Thousandths(12_600) };
    let view = read(app, job, appliance, "earth_resistance", unsafe_earth, "loop", "")?;
    must(view.next.blockers.iter().any(|b| b.code == BlockerCode::ReadingFailed), "12.6 Ω is a failure")?;
    let refused = actions.finish(&Finish { job, outcome: JobOutcome::Completed });
    must(matches!(refused, Err(FinishError::Blocked(..))), "an unsafe earth can't be marked completed")?;
    tell("接地电阻 12.6 Ω：不合格，完工被挡住", "earth 12.6 Ω: fail, completing is refused");
    let safe = Found::Number { thousandths: Thousandths(1_800) };
    read(app, job, appliance, "earth_resistance", safe, "loop", "重新压接地线端子")?;
    tell("整改后重测 1.8 Ω：合格，原记录保留", "put right, measured again 1.8 Ω: pass, the failed one stays");
    read(app, job, appliance, "rcd_button", choice("trips"), "", "")?;
    tell("漏保试验按钮：按下即跳，合格", "RCD button trips: pass");

    fill_sheet(app, job, appliance)?;
    tell("维修单填好，用密封圈 1 个", "the sheet is filled in, one seal ring used");
    actions.add_photo(job, appliance, PhotoStage::After, &camera::picture(4000, 3000)?)?;
    tell("拍修后照片：已转正、压缩、去掉定位", "photo after the repair: turned, shrunk, position removed");
    let view = services(app, job, appliance)?;
    must(view.services.iter().filter(|s| s.derived).count() == 2, "two of the five services follow from facts")?;
    tell("五项服务齐：测电、清理由事实得出", "five services done: two followed from facts");
    let done = actions.finish(&Finish { job, outcome: JobOutcome::Completed })?;
    must(done.card.outcome == Some(JobOutcome::Completed), "the job is completed")?;
    tell("完工", "finished");
    Ok(())
}

fn read(
    app: &Doorstep,
    job: JobId,
    appliance: ShortId,
    code: &str,
    found: Found,
    method: &str,
    rectified: &str,
) -> Result<JobView, StoryError> {
    // As the screen does: the unit that the row shows.
    let shown = app.actions.job(job)?.appliances.into_iter().flat_map(|a| a.readings);
    let unit = match shown.into_iter().find(|row| row.code == code).map(|row| row.input) {
        Some(ReadingInput::Number { unit, .. }) => unit,
        _ => String::new(),
    };
    let input = RecordReading {
        job,
        appliance,
        code: code.to_owned(),
        found,
        unit,
        method: method.to_owned(),
        instrument: String::new(),
        calibrated: String::new(),
        rectified: rectified.into(),
        photo: None,
    };
    Ok(app.actions.record_reading(&input)?)
}

fn fill_sheet(app: &Doorstep, job: JobId, appliance: ShortId) -> Result<(), StoryError> {
    for (field, value) in [
        (SheetField::Serial, "LY2019060012"),
        (SheetField::Fault, "进水接头漏水"),
        (SheetField::Cause, "密封圈老化"),
        (SheetField::Action, "换密封圈，通水试压"),
    ] {
        app.actions.write_field(&WriteField { job, appliance, field, value: value.into() })?;
    }
    let part =
        UsePart {
            job, appliance, code: "AQ-MF-63".into(), name: "密封圈".into(), quantity: 1, guide_fen: Fen(1_000)
        };
    app.actions.use_part(&part)?;
    Ok(())
}

fn services(app: &Doorstep, job: JobId, appliance: ShortId) -> Result<JobView, StoryError> {
    for (service, answer) in [
        (ServiceCode::Explain, ServiceAnswer::Done),
        (ServiceCode::Maintain, ServiceAnswer::Done),
        (ServiceCode::CheckAll, ServiceAnswer::AllNormal),
    ] {
        app.actions.answer_service(&AnswerService { job, appliance, service, answer })?;
    }
    Ok(app.actions.job(job)?)
}

/// The network is back: everything meets on the owner's desk.
async fn arrives(owner: &Device, phone: &Device, job: JobId, tell: Tell<'_>) -> Result<(), StoryError> {
    phone.drained().await;
    let sent: SyncView = phone.app.sync_view()?;
    must(sent.on_relay == sent.on_device && sent.photos_on_relay == 1, "everything is on the relay")?;
    tell(
        &format!("网络恢复：本机 {} 项，中继 {} 项，照片已到", sent.on_device, sent.on_relay),
        &format!("the network is back: {} records here, {} on the relay, photo arrived", sent.on_device, sent.on_relay),
    );
    owner
        .until("the finished sheet and its photo are on the desk", |app| {
            let view = app.actions.job(job).ok()?;
            let photo = view.photos.first()?;
            (view.card.outcome.is_some() && photo.photo_here && photo.thumb_here).then_some(())
        })
        .await;
    tell("店里电脑：完工单和照片都到了", "the desk has the finished sheet and its photo");
    owner
        .until("no device holds anything back", |app| {
            app.actions.day_review(None).ok()?.not_arrived.is_empty().then_some(())
        })
        .await;
    phone
        .until("the phone knows that the owner has it", |app| {
            let view = app.sync_view().ok()?;
            (view.on_owner == view.on_device).then_some(())
        })
        .await;
    tell("手机：全部在老板设备上", "phone: all of it is on the owner's device");
    Ok(())
}

/// The owner's review of today as text.
pub fn review(owner: &Device, language: Language) -> Result<(DayReview, String), StoryError> {
    let review = owner.app.actions.day_review(None)?;
    let text = doorstep::reports::day::text(&review, outlet::NAME, language);
    Ok((review, text))
}

/// Whether both devices hold exactly the same of the job: histories, what is seen, photo bytes.
pub fn same(cast: &Cast) -> Result<(), StoryError> {
    for doc in [DocId::Order(cast.job), DocId::Sheet(cast.job)] {
        let here = cast.phone.app.actions.shelf.store().heads(&doc)?;
        let there = cast.owner.app.actions.shelf.store().heads(&doc)?;
        must(here == there && !here.is_empty(), &format!("{doc} has the same history on both devices"))?;
    }
    let (here, there) = (cast.phone.app.actions.job(cast.job)?, cast.owner.app.actions.job(cast.job)?);
    let photos: Vec<BlobHash> = here.photos.iter().flat_map(|p| [p.photo, p.thumb]).collect();
    must(shared(here) == shared(there), "both devices show the same")?;
    for hash in photos {
        let (a, b) = (cast.phone.app.actions.photo_bytes(&hash)?, cast.owner.app.actions.photo_bytes(&hash)?);
        must(a == b && BlobHash::of(&a) == hash, "the photo's bytes are the same")?;
    }
    Ok(())
}

/// What does not depend on whose device looks, and when.
fn shared(mut view: JobView) -> JobView {
    view.now = Millis(0);
    view.may_write = false;
    view.service_card.member.clear();
    view.earlier.clear();
    view.card = JobCard { unsent: 0, ..view.card };
    for photo in &mut view.photos {
        photo.place = PhotoPlace::OnRelay;
    }
    for line in &mut view.history {
        line.received = true;
        // Who did it here may undo it here.
        line.undoable = false;
    }
    view
}
