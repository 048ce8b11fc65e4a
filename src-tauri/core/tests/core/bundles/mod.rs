//! Bundle files between devices that no relay connects: whole, sealed, judged piece by piece, as often as anybody likes.

mod broken;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorstep::nature::Nature;
use doorstep::store::bundle::BundleError;
use doorstep::store::key::{KeyFile, KeyKeeper, Keys};
use doorstep::tasks::Unwatched;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle, SheetField};
use doorstep_schemas::view::{BundleTaken, JobOutcome, Millis};
use doorstep_schemas::wire::{Access, Device, Grant, Outcome, Piece, PieceResult, Role, RoleKind, Status, kind};
use proptest::prelude::*;

use crate::cast::{
    Forger, KEY, NOON, OWNER, Phone, RAN, Shop, TIAN, cases, entries, field, leaking_heater, member, pass_everything,
};

pub fn everything() -> ExportBundle {
    ExportBundle { what: BundleWhat::All, photos: BundlePhotos::All }
}

pub fn export(phone: &Phone, order: &ExportBundle) -> PathBuf {
    let path = phone.folder.path().join(format!("{}-{}.doorstep", phone.name, phone.rows("change")));
    phone.actions.export_bundle(order, &path, &mut Unwatched).unwrap();
    path
}

pub fn import(phone: &Phone, path: &Path) -> Result<BundleTaken, BundleError> {
    phone.actions.import_bundle(path, &mut Unwatched)
}

/// A job that the owner gave to 冉小军, whose device has it.
fn given(shop: &mut Shop) -> (Phone, Phone, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    // They know each other's devices.
    shop.log.exchange(&mut desk);
    (desk, ran, job)
}

/// All of them know the outlet's people and devices, and nothing of its work that they did not know before.
fn acquaint(shop: &Shop, phones: &[&Phone]) {
    let known = shop.log.entries.iter().filter(|entry| matches!(entry.piece.kind, kind::ROLE | kind::DEVICE));
    let known: Vec<Piece> = known.map(|entry| entry.piece.clone()).collect();
    for phone in phones {
        phone.store().absorb(&entries(1, known.clone()), None, NOON).unwrap();
    }
}

fn same(one: &Phone, other: &Phone, job: JobId) {
    for doc in [DocId::Order(job), DocId::Sheet(job)] {
        assert_eq!(one.heads(&doc), other.heads(&doc), "{doc}");
    }
    assert_eq!(one.facts(job), other.facts(job));
}

#[test]
fn a_days_work_reaches_the_owner_on_a_stick() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    let of_day = ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::All };
    let size = ran.actions.bundle_size(&of_day.what).unwrap();
    assert_eq!((size.jobs, size.changes, size.photos, size.thumbnails), (1, 11, 1, 1));
    let file = export(&ran, &of_day);
    let again = ran.actions.export_bundle(&of_day, &file, &mut Unwatched).unwrap();
    assert_eq!((again.jobs, again.changes, again.photos, again.unreadable_photos, again.devices), (1, 11, 1, 0, 2));
    let taken = import(&desk, &file).unwrap();
    assert_eq!((taken.member.as_str(), taken.received, taken.adopted, taken.photos), (RAN, 10, 10, 2));
    assert!(taken.whole && taken.damaged == 0 && taken.not_for_this_device == 0);
    same(&desk, &ran, job);
    let photo = desk.facts(job).sheet.photos[0].clone();
    assert_eq!(desk.actions.photo_bytes(&photo.photo).unwrap(), ran.actions.photo_bytes(&photo.photo).unwrap());
    // It is not this device's work, and the relay gets it from here.
    assert_eq!(desk.store().counts().unwrap().on_device, 1);
    assert_eq!(desk.store().carried().unwrap(), 10);
    // Again, nothing is new.
    let again = import(&desk, &file).unwrap();
    assert_eq!((again.received, again.photos, again.whole), (0, 0, true));
}

#[test]
fn carried_work_goes_up_under_its_authors_name_and_is_confirmed_once() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    import(&desk, &export(&ran, &everything())).unwrap();
    let held = desk.store().held().unwrap();
    assert_eq!(held.changes, 0, "its author reports it");
    let sent = shop.log.collect(&mut desk);
    assert_eq!(sent.len(), 1, "the relay lacks the sheet only");
    assert_eq!(sent[0].piece.segment.as_ref().unwrap().actor.device(), ran.store().device());
    assert_eq!(desk.store().carried().unwrap(), 0);
    assert!(!desk.store().has_outgoing().unwrap());
    // The author's own device learns it from the log, or by sending it again: both are the same in the end.
    shop.log.exchange(&mut ran);
    assert_eq!(ran.store().counts().unwrap().on_relay, 10);
    let mut tian = shop.device(OWNER);
    shop.log.exchange(&mut tian);
    same(&tian, &ran, job);
}

#[test]
fn carried_work_that_the_relay_refuses_is_stuck_as_its_authors() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    import(&desk, &export(&ran, &everything())).unwrap();
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let refused = PieceResult {
        outcome: Outcome::Refused,
        log_seq: None,
        want_from: None,
        code: Some(ErrorCode::NotAllowed.wire().to_owned()),
        inbox: None,
    };
    let header = shop.log.header(vec![refused; outgoing.pieces.len()]);
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    let stuck = desk.store().stuck().unwrap();
    assert!(matches!(stuck[..], [ref one] if !one.ours && one.code == ErrorCode::NotAllowed), "{stuck:?}");
    assert_eq!(desk.store().unsent_runs().unwrap(), Vec::new());
}

#[test]
fn what_the_owner_says_lies_on_the_relay_is_not_sent_to_it_again() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let second = shop.stranger(OWNER);
    shop.vouch(&second);
    acquaint(&shop, &[&desk, &second]);
    let taken = import(&second, &export(&desk, &everything())).unwrap();
    assert!(taken.received > 10, "{taken:?}");
    same(&second, &desk, job);
    assert_eq!(second.store().carried().unwrap(), 0);
    assert_eq!(second.store().unsent_runs().unwrap(), Vec::new());
}

#[test]
fn whoever_may_not_read_a_job_finds_nothing_of_it_in_a_bundle() {
    let mut shop = Shop::open();
    let (mut desk, ran, job) = given(&mut shop);
    let tian = shop.device(TIAN);
    shop.log.exchange(&mut desk);
    pass_everything(&ran, job);
    import(&desk, &export(&ran, &everything())).unwrap();
    let from_desk = export(&desk, &everything());
    let taken = import(&tian, &from_desk).unwrap();
    assert!(taken.whole && taken.not_for_this_device > 0 && taken.damaged == 0, "{taken:?}");
    assert_eq!((taken.received, taken.photos), (0, 0));
    let bytes = fs::read(&from_desk).unwrap();
    for secret in ["罗桂香", "13800001099", "南门小区", &job.to_string(), &shop.outlet.to_string()] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_lost_device_a_newcomer_and_another_outlet_can_open_nothing() {
    let mut shop = Shop::open();
    let (mut desk, ran, job) = given(&mut shop);
    let device = ran.store().device();
    let key = ran.store().public_key();
    let lost = Device { device, member: member(RAN), key, name: "手机".to_owned(), status: Status::Lost };
    shop.log.append(Piece { kind: kind::DEVICE, device: Some(lost), ..Piece::default() });
    shop.log.exchange(&mut desk);
    let newcomer = shop.device(RAN);
    let file = export(&desk, &ExportBundle { what: BundleWhat::Jobs { jobs: vec![job] }, photos: BundlePhotos::None });
    assert!(matches!(import(&ran, &file), Err(BundleError::NotForThisDevice)));
    assert!(matches!(import(&newcomer, &file), Err(BundleError::NotForThisDevice)));
    // And nothing is taken from the lost one.
    assert!(matches!(import(&desk, &export(&ran, &everything())), Err(BundleError::SenderRefused(_))));
    // The newcomer's own file is not taken before its device is known.
    assert!(matches!(import(&desk, &export(&newcomer, &everything())), Err(BundleError::SenderUnknown(_))));

    let elsewhere = shop.stranger(OWNER);
    let mut enrolment = shop.enrolment(OWNER);
    enrolment.outlet = doorstep_schemas::ids::OutletId::mint(5, [5; 10]);
    elsewhere.store().set_enrolment(&enrolment).unwrap();
    assert!(matches!(import(&elsewhere, &file), Err(BundleError::OtherOutlet)));
}

#[test]
fn a_dispatched_job_reaches_a_technician_by_file_and_a_job_that_was_taken_away_does_not_come_back() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    shop.log.exchange(&mut desk);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    let file = export(&desk, &ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::None });
    import(&ran, &file).unwrap();
    assert_eq!(ran.store().access(job, member(RAN)).unwrap(), Access::Write);
    pass_everything(&ran, job);
    // The desk's own word to the relay is still due.
    assert_eq!(desk.store().grants_due().unwrap().len(), 1);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    for photo in ran.facts(job).sheet.photos {
        ran.store().note_photo_sent(&photo.photo, 1, true).unwrap();
        ran.store().note_photo_sent(&photo.thumb, 1, true).unwrap();
    }
    let taken_away = Grant { job, member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(taken_away), ..Piece::default() });
    shop.log.deliver(&mut ran);
    assert_eq!(ran.store().purge_lost().unwrap(), [job]);
    assert_eq!(import(&ran, &file).unwrap().received, 0);
    assert_eq!(ran.rows("change"), 0);
}

#[test]
fn a_technicians_word_on_people_and_devices_is_not_believed() {
    let mut shop = Shop::open();
    let (desk, ran, _) = given(&mut shop);
    // 冉小军's device believes itself an owner's.
    ran.store()
        .put_member(&Role {
            member: member(RAN),
            name: RAN.to_owned(),
            roles: vec![RoleKind::Owner],
            status: Status::Active,
        })
        .unwrap();
    let forger = Forger::new(77);
    ran.store().absorb(&entries(90, [forger.vouched()]), None, NOON).unwrap();
    let devices = desk.rows("device");
    import(&desk, &export(&ran, &everything())).unwrap();
    assert_eq!(desk.rows("device"), devices);
    assert!(!desk.store().is_owner(member(RAN)).unwrap());
}

#[test]
fn a_period_holds_the_jobs_that_were_touched_in_it() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let order = leaking_heater(&[member(OWNER)]);
    let old = desk.actions.take_order(&order).unwrap().card.job;
    desk.nature.pass(86_400_000);
    let new = desk.actions.take_order(&order).unwrap().card.job;
    let mut second = shop.device(OWNER);
    shop.log.exchange(&mut desk);
    shop.log.deliver(&mut second);
    let third = shop.stranger(OWNER);
    shop.vouch(&third);
    acquaint(&shop, &[&desk, &third]);
    let period = BundleWhat::Period { from: Millis(NOON + 86_000_000), to: Millis(NOON + 90_000_000) };
    assert_eq!(desk.actions.bundle_size(&period).unwrap().jobs, 1);
    import(&third, &export(&desk, &ExportBundle { what: period, photos: BundlePhotos::None })).unwrap();
    assert!(third.store().job_facts(new).unwrap().is_some());
    assert!(third.store().job_facts(old).unwrap().is_none());
}

proptest! {
    #![proptest_config(cases(6))]

    /// Three desks that no relay connects, and their bundles in any order, some twice.
    #[test]
    fn devices_without_a_relay_converge_by_bundles_alone(
        deeds in proptest::collection::vec((0usize..3, 0u32..4), 4..14),
        ways in proptest::collection::vec((0usize..3, 0usize..3), 0..8),
    ) {
        let mut shop = Shop::open();
        let desks: Vec<Phone> = (0..3).map(|_| shop.device(OWNER)).collect();
        acquaint(&shop, &desks.iter().collect::<Vec<_>>());
        let view = desks[0].actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
        let (job, appliance) = (view.card.job, view.appliances[0].id);
        for desk in &desks[1..] {
            import(desk, &export(&desks[0], &everything())).unwrap();
        }
        let mut ways = ways.into_iter();
        for (n, (who, what)) in deeds.into_iter().enumerate() {
            let text = format!("第{n}句");
            let which = [SheetField::Cause, SheetField::Fault, SheetField::Action, SheetField::Serial][what as usize];
            desks[who].actions.write_field(&field(job, appliance, which, &text)).unwrap();
            if let Some((from, to)) = ways.next().filter(|(from, to)| from != to) {
                import(&desks[to], &export(&desks[from], &everything())).unwrap();
            }
        }
        // Round twice: what the last one said reaches the first.
        for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1), (1, 2)] {
            import(&desks[to], &export(&desks[from], &everything())).unwrap();
        }
        for desk in &desks[1..] {
            same(desk, &desks[0], job);
            prop_assert_eq!(desk.rows("held_piece"), 0);
        }
    }
}

#[test]
fn bundles_in_any_order_make_the_same_documents() {
    let mut shop = Shop::open();
    let (desk, ran, empty) = (shop.device(OWNER), shop.device(RAN), shop.stranger(OWNER));
    shop.vouch(&empty);
    acquaint(&shop, &[&desk, &ran, &empty]);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(OWNER)])).unwrap().card.job;
    import(&ran, &export(&desk, &everything())).unwrap();
    let appliance = ran.facts(job).order.appliances[0].id;
    let mut files = Vec::new();
    for text in ["一", "二"] {
        ran.actions.write_field(&field(job, appliance, SheetField::Cause, text)).unwrap();
        files.push(export(&ran, &everything()));
        import(&desk, &files[files.len() - 1]).unwrap();
        desk.actions.write_field(&field(job, appliance, SheetField::Fault, text)).unwrap();
        files.push(export(&desk, &ExportBundle { what: BundleWhat::Unsent, photos: BundlePhotos::None }));
        import(&ran, &files[files.len() - 1]).unwrap();
    }
    for order in permutations(files.len()) {
        let other = copy_of(&empty);
        for n in &order {
            assert!(import(&other, &files[*n]).unwrap().whole);
        }
        same(&other, &desk, job);
        assert_eq!(other.rows("held_piece"), 0, "{order:?}");
    }
}

#[test]
fn a_packed_job_travels_as_whole_as_it_was_before() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, job) = given(&mut shop);
    let second = shop.stranger(OWNER);
    shop.vouch(&second);
    acquaint(&shop, &[&desk, &ran, &second]);
    pass_everything(&ran, job);
    ran.finish(job, JobOutcome::Completed).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let heads = [DocId::Order(job), DocId::Sheet(job)].map(|doc| desk.heads(&doc));
    for photo in ran.facts(job).sheet.photos {
        ran.store().note_photo_sent(&photo.photo, 1, true).unwrap();
        ran.store().note_photo_sent(&photo.thumb, 1, true).unwrap();
    }
    ran.store().note_owner_seq(shop.log.head()).unwrap();
    ran.nature.pass(5 * 86_400_000);
    let now = ran.nature.now_ms();
    assert_eq!(ran.store().pack_some(now, 100).unwrap().packed, 1);
    let what = BundleWhat::Period { from: Millis(NOON - 1), to: Millis(NOON + 1) };
    for what in [what, BundleWhat::All, BundleWhat::Jobs { jobs: vec![job] }] {
        let fresh = copy_of(&second);
        let made = export(&ran, &ExportBundle { what, photos: BundlePhotos::None });
        assert_eq!(import(&fresh, &made).unwrap().adopted, 12);
        assert_eq!(fresh.facts(job), desk.facts(job));
        assert_eq!([DocId::Order(job), DocId::Sheet(job)].map(|doc| fresh.heads(&doc)), heads);
    }
}

/// The same device, restored from a copy of its folder as it is now.
fn copy_of(phone: &Phone) -> Phone {
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(phone.folder.path()).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    Phone::in_folder(copy, phone.name, phone.nature.clone())
}

#[test]
fn own_work_that_comes_back_by_file_is_unsent_until_the_relay_itself_confirms_it() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, job) = given(&mut shop);
    let mut restored = copy_of(&ran);
    pass_everything(&ran, job);
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    import(&restored, &export(&desk, &everything())).unwrap();
    same(&restored, &desk, job);
    let counts = restored.store().counts().unwrap();
    assert_eq!((counts.on_device, counts.on_relay), (10, 0));
    shop.log.exchange(&mut restored);
    assert_eq!(restored.store().counts().unwrap().on_relay, 10);
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(n - 1);
    let longer = |order: &Vec<usize>, at: usize| [&order[..at], &[n - 1], &order[at..]].concat();
    shorter.iter().flat_map(|order| (0..n).map(|at| longer(order, at)).collect::<Vec<_>>()).collect()
}

/// The folder of a device that is closed now, with its key in a file.
fn closed(phone: Phone) -> tempfile::TempDir {
    let Phone { folder, actions, .. } = phone;
    drop(actions);
    KeyFile::in_folder(folder.path()).write(&Keys::one(KEY)).unwrap();
    folder
}

fn doorstep(command: &str, data: &Path, way: &str, file: &Path) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let output = program.arg(command).arg("--key-file").arg("--data").arg(data).arg(way).arg(file).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_program_beside_the_window_writes_a_bundle_and_takes_one_in() {
    let mut shop = Shop::open();
    let (desk, ran, job) = given(&mut shop);
    pass_everything(&ran, job);
    let stick = tempfile::tempdir().unwrap();
    let nature = desk.nature.clone();
    let (from, to) = (closed(ran), closed(desk));
    let (written, said) = doorstep("export", from.path(), "--to", stick.path());
    assert!(written && said.contains("1 jobs, 11 changes, 1 photos"), "{said}");
    let file = fs::read_dir(stick.path()).unwrap().next().unwrap().unwrap();
    let name = file.file_name().to_string_lossy().into_owned();
    assert!(name.starts_with("上门-") && name.ends_with(".doorstep"), "{name}");
    let (taken, said) = doorstep("import", to.path(), "--from", &file.path());
    assert!(taken && said.contains("10 changes were new, 10 are in use"), "{said}");
    let bytes = fs::read(file.path()).unwrap();
    fs::write(file.path(), &bytes[..bytes.len() - 9]).unwrap();
    assert!(!doorstep("import", to.path(), "--from", &file.path()).0, "a file that stops early is no success");
    let desk = Phone::in_folder(to, OWNER, nature);
    assert_eq!(desk.facts(job).sheet.photos.len(), 1);
}
