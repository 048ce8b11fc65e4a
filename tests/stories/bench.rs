//! 送修: what a phone shows of a unit on its way to the bench, and what it refuses.

use doorstep::actions::facts::FactError;
use doorstep::app::Doorstep;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{NoteFact, SheetFact, SheetField, Tap, TapNode, WriteField};
use doorstep_schemas::view::{
    ApplianceKind, Blocker, BlockerCode, CustodyStep, Fen, JobView, Jump, Millis, NodeKind, PhotoStage, RepairLevel,
};
use doorstep_tests::{camera, outlet, story};

fn note(app: &Doorstep, job: JobId, fact: SheetFact, claimed: Option<Millis>) -> Result<(ShortId, JobView), FactError> {
    let added = app.actions.note_fact(&NoteFact { job, fact, claimed })?;
    Ok((added.id, added.job))
}

fn photo_of(view: &JobView, unit: ShortId) -> Vec<&Blocker> {
    let of_unit = |b: &&Blocker| matches!(b.jump, Jump::Photos { appliance, .. } if appliance == unit);
    view.next.blockers.iter().filter(of_unit).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_r19_a_loaner_is_photographed_like_an_installation_and_each_fact_finds_the_one_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    outlet::take_the_days_orders(&owner).unwrap();
    let app = &phone.app;
    let job = phone
        .until("彭秀兰 is on the phone", |app| {
            let card = app.actions.orders(None).ok()?.into_iter().find(|card| card.customer == "彭秀兰")?;
            Some(card.job)
        })
        .await;
    for tap in [Tap::Depart, Tap::Arrive] {
        app.actions.tap_node(&TapNode { job, tap }).unwrap();
    }
    let view = app.actions.job(job).unwrap();
    let unit = view.appliances[0].id;
    let (now, earlier) = (view.now, Millis(view.now.0 - 3_600_000));

    let loaner = SheetFact::Loaner {
        appliance: unit,
        kind: ApplianceKind::StorageHeater,
        tag: "BYJ-03".into(),
        model: "ES40".into(),
        serial: String::new(),
        deposit_fen: Fen(10_000),
        condition: String::new(),
        photos: Vec::new(),
    };
    let ahead = note(app, job, loaner.clone(), Some(Millis(now.0 + 3_600_000))).unwrap_err();
    assert!(matches!(ahead, FactError::OutOfRange { field: "claimed", .. }), "{ahead:?}");
    let (placed, view) = note(app, job, loaner, Some(earlier)).unwrap();
    let node = view.nodes.iter().find(|node| node.kind == NodeKind::LoanerPlaced).unwrap();
    assert_eq!(node.at, Some(earlier));
    assert!(node.entered.is_some_and(|entered| entered.0 >= now.0), "entered late, and it shows");
    assert_eq!(view.loaners[0].id, placed);

    let lacking = photo_of(&view, placed).len();
    assert!(lacking > 0, "a loaner needs photos of its own");
    let picture = camera::picture(800, 600).unwrap();
    let stage = match photo_of(&view, placed)[0].jump {
        Jump::Photos { stage, .. } => stage,
        _ => PhotoStage::Loaner,
    };
    let view = app.actions.add_photo(job, placed, stage, &picture).unwrap();
    assert_eq!(photo_of(&view, placed).len(), lacking - 1);

    let taken = SheetFact::Custody {
        appliance: unit,
        step: CustodyStep::Taken,
        tag: String::new(),
        place: String::new(),
        condition: String::new(),
        carried_in: false,
    };
    match note(app, job, taken, None) {
        Err(FactError::Blocked(blockers)) => {
            assert!(blockers.iter().any(|b| b.code == BlockerCode::LoanerUnsafe), "{blockers:?}");
        }
        other => panic!("an unmeasured loaner let the unit go: {other:?}"),
    }

    assert_eq!((view.bench[0].diagnosis, view.bench[0].quote.clone()), (None, None));
    let diagnosis = SheetFact::Diagnosis {
        appliance: unit,
        cause: "加热管穿孔".into(),
        level: RepairLevel::Component,
        repairable: true,
    };
    let (diagnosed, view) = note(app, job, diagnosis, None).unwrap();
    assert_eq!(view.bench[0].diagnosis, Some(diagnosed));
    let quote = SheetFact::Quote {
        appliance: unit,
        diagnosis: diagnosed,
        level: RepairLevel::Component,
        total_fen: Fen(12_000),
        other_level: None,
        other_fen: None,
        days: 2,
    };
    let (quoted, view) = note(app, job, quote, None).unwrap();
    let shown = view.bench[0].quote.clone().unwrap();
    assert_eq!((shown.id, shown.total_fen, shown.days), (quoted, Fen(12_000), 2));

    let made = WriteField { job, appliance: unit, field: SheetField::Made, value: "2019-06".into() };
    let view = app.actions.write_field(&made).unwrap();
    assert_eq!(view.appliances[0].plate.get(&SheetField::Made).map(String::as_str), Some("2019-06"));
}
