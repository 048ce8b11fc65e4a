//! Photos on a sheet: several at once, again, drawn on, said something of; and what the outlet and the device let be kept.

use doorstep::actions::album::AlbumError;
use doorstep::actions::photos::{PhotoError, Taken};
use doorstep::photos::IntakeError;
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{SetPictures, SheetFact};
use doorstep_schemas::view::{ApplianceKind, JobKind, PhotoStage};

use super::cast::deeds::{alone, asked};
use super::cast::{RAN, picture};

/// Follows, and stops before the picture with this number.
struct Stops {
    at: u64,
    seen: Vec<Step>,
}

impl Watcher for Stops {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        self.seen.push(step);
        if step.done == self.at { Err(Cancelled) } else { Ok(()) }
    }
}

fn taken(files: &[Vec<u8>]) -> Vec<Taken<'_>> {
    files.iter().map(Taken::from).collect()
}

fn stages(job: &doorstep::domain::facts::Job) -> Vec<PhotoStage> {
    job.sheet.photos.iter().map(|photo| photo.stage.known().unwrap()).collect()
}

#[test]
fn a_burst_goes_from_one_required_photo_to_the_next_and_a_bad_file_stops_nothing() {
    use PhotoStage::{After, Bolts, Nameplate, Socket, Valve};
    let (_shop, phone, job, heater) = alone(&asked(JobKind::Install, ApplianceKind::StorageHeater));
    assert_eq!(phone.actions.job(job).unwrap().appliances[0].next_photo, Some(Valve));
    phone.shoot(job, heater, &[Bolts]);
    let files = [picture(1), picture(2), b"a receipt".to_vec(), picture(3), picture(4), picture(5)];
    let mut follows = Stops { at: 99, seen: Vec::new() };
    let burst = phone.actions.add_photos(job, heater, Valve, &taken(&files), &mut follows).unwrap();
    assert_eq!((burst.added, burst.refused.len()), (5, 1));
    assert!(matches!(burst.refused[0], (2, IntakeError::NotAPicture)) && burst.stopped.is_none());
    // The bolts were there already; when all are there the rest stays with the last.
    assert_eq!(stages(&phone.facts(job)), [Bolts, Valve, Socket, Nameplate, After, After]);
    assert_eq!(follows.seen.len(), 6);
    assert_eq!((follows.seen[5].done, follows.seen[5].of), (5, Some(6)));
    assert_eq!(burst.job.appliances[0].next_photo, None);
    // What nobody asks for is shot as often as somebody likes.
    let during = [picture(6), picture(7)];
    phone.actions.add_photos(job, heater, PhotoStage::During, &taken(&during), &mut Unwatched).unwrap();
    assert_eq!(stages(&phone.facts(job))[6..], [PhotoStage::During, PhotoStage::During]);
}

#[test]
fn a_burst_that_is_cancelled_keeps_what_it_has_and_one_that_cannot_begin_says_why() {
    let (_shop, phone, job, heater) = alone(&asked(JobKind::Install, ApplianceKind::StorageHeater));
    let files = [picture(1), picture(2), picture(3)];
    let mut stops = Stops { at: 2, seen: Vec::new() };
    let burst = phone.actions.add_photos(job, heater, PhotoStage::Valve, &taken(&files), &mut stops).unwrap();
    assert_eq!((burst.added, burst.job.photos.len()), (2, 2));
    assert!(matches!(burst.stopped, Some(PhotoError::Cancelled(_))));
    let nobody =
        phone.actions.add_photos(job, ShortId::mint([77; 5]), PhotoStage::Valve, &taken(&files), &mut Unwatched);
    assert!(matches!(nobody, Err(PhotoError::Job(_))));
    assert_eq!(phone.facts(job).sheet.photos.len(), 2);
}

#[test]
fn a_photo_taken_again_and_one_drawn_on_leave_the_first_as_it_was() {
    let (_shop, phone, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let first = phone.shoot(job, tv, &[PhotoStage::Nameplate]).photos[0].clone();
    let view = phone.actions.retake_photo(job, first.id, &picture(9)).unwrap();
    assert_eq!(view.photos.iter().map(|photo| photo.retaken).collect::<Vec<_>>(), [true, false]);
    assert_eq!(view.photos[1].stage, PhotoStage::Nameplate);
    let view = phone.actions.draw_on_photo(job, view.photos[1].id, &picture(10)).unwrap();
    assert_eq!(view.photos[2].drawn_on, Some(view.photos[1].id));
    assert!(!view.photos[1].retaken);
    let facts = phone.facts(job);
    assert_eq!(facts.sheet.photos[1].replaces, Some(first.id));
    assert_eq!((facts.sheet.photos[0].photo, facts.sheet.photos[0].replaces), (first.photo, None));
    let nothing = phone.actions.retake_photo(job, ShortId::mint([77; 5]), &picture(9));
    assert!(matches!(nothing, Err(PhotoError::NotFound)));
}

#[test]
fn the_last_word_on_a_photo_is_its_caption() {
    let (_shop, phone, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let photo = phone.shoot(job, tv, &[PhotoStage::Before]).photos[0].id;
    let say = |text: &str| phone.note(job, SheetFact::Caption { photo, text: text.to_owned() });
    say("屏幕左下").unwrap();
    say(" 屏幕右下 ").unwrap();
    assert_eq!(phone.actions.job(job).unwrap().photos[0].caption, "屏幕右下");
    assert!(say("身份证 11010519491231002X").is_err(), "an identity number is never kept (R44)");
    let other = SheetFact::Caption { photo: ShortId::mint([77; 5]), text: "谁".to_owned() };
    assert!(phone.note(job, other).is_err());
}

#[test]
fn where_a_photo_was_taken_is_kept_only_where_the_device_lets_it() {
    let (_shop, phone, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let camera = super::photos::somewhere();
    let add = || {
        phone.actions.add_photo(job, tv, PhotoStage::Before, &camera).unwrap();
        let photo = phone.facts(job).sheet.photos.last().cloned().unwrap();
        (photo.lat_e6, photo.lon_e6)
    };
    assert_eq!(add(), (None, None));
    let mut chosen = phone.store().chosen().unwrap();
    chosen.photo_position = true;
    phone.store().set_chosen(&chosen).unwrap();
    assert_eq!(add(), (Some(30_290_033), Some(109_486_389)));
    // What is sent to others in files tells nothing of it either way.
    for photo in phone.facts(job).sheet.photos {
        let original = phone.actions.original_of(job, photo.id).unwrap().unwrap();
        assert!(original.fits(&camera));
    }
}

#[test]
fn the_outlets_word_on_its_pictures_reaches_every_device_and_only_an_owner_says_it() {
    let (mut shop, desk, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let large = super::photos::large();
    let sides = || {
        desk.actions.add_photo(job, tv, PhotoStage::Before, &large).unwrap();
        desk.facts(job).sheet.photos.last().map(|photo| (photo.width, photo.height)).unwrap()
    };
    assert_eq!(sides(), (1_600, 1_200));
    desk.actions.set_pictures(&SetPictures { side: 1_200, stamped: false }).unwrap();
    assert_eq!(sides(), (1_200, 900));
    for side in [0, 799, 3_201] {
        assert!(desk.actions.set_pictures(&SetPictures { side, stamped: false }).is_err(), "{side}");
    }
    let phone = shop.device(RAN);
    assert!(phone.actions.set_pictures(&SetPictures { side: 1_000, stamped: true }).is_err());
    let known = desk.actions.pictures(&mut desk.store()).unwrap();
    assert_eq!((known.side, known.stamped), (1_200, false));
}

#[test]
fn a_stamp_says_when_where_which_order_and_who_and_lies_on_what_is_shared() {
    let (_shop, desk, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let camera = super::photos::timed();
    assert_eq!(desk.actions.stamp_lines(job, &camera).unwrap(), Vec::<String>::new(), "the outlet does not stamp");
    // Light everywhere: what it covers is white.
    let drawn = {
        let mut out = Vec::new();
        let white = [255; 40 * 10 * 3];
        jpeg_encoder::Encoder::new(&mut out, 95).encode(&white, 40, 10, jpeg_encoder::ColorType::Rgb).unwrap();
        out
    };
    let corner = || {
        let taken = Taken { file: &camera, stamp: Some(&drawn) };
        let view = desk.actions.add_photo(job, tv, PhotoStage::Before, taken).unwrap();
        let photo = desk.actions.photo_bytes(&view.photos.last().unwrap().photo).unwrap();
        let picture = image::load_from_memory(&photo).unwrap().into_rgb8();
        let (width, height) = picture.dimensions();
        let at = |x, y| u32::from(picture.get_pixel(x, y).0[2]);
        (at(width / 100 + 12, height - height / 100 - 12), at(width / 2, height / 2))
    };
    let before = corner();
    desk.actions.set_pictures(&SetPictures { side: 1_600, stamped: true }).unwrap();
    let lines = desk.actions.stamp_lines(job, &camera[..2_000]).unwrap();
    let number = job.to_string();
    assert_eq!(lines[0], "2026-11-21 14:05");
    assert_eq!(lines[2..], [number[number.len() - 8..].to_owned(), "覃建国".to_owned()], "{lines:?}");
    let after = corner();
    assert!(before.0 < 120 && after.0 > 220, "{before:?} {after:?}");
    assert_eq!(before.1, after.1);
    // The original is the camera's file, not the stamped one.
    let last = desk.facts(job).sheet.photos.last().unwrap().id;
    assert!(desk.actions.original_of(job, last).unwrap().unwrap().fits(&camera));
    let huge = jpeg(2_000, 2_000);
    let refused = desk.actions.add_photo(job, tv, PhotoStage::Before, Taken { file: &camera, stamp: Some(&huge) });
    assert!(matches!(refused, Err(PhotoError::Intake(IntakeError::TooLarge { .. }))));
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = vec![90; usize::from(width) * usize::from(height)];
    jpeg_encoder::Encoder::new(&mut out, 60).encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
    out
}

#[test]
fn r41_the_album_is_a_folder_of_plain_pictures_in_the_makers_order() {
    let (_shop, desk, job, tv) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let view = desk.shoot(job, tv, &[PhotoStage::After, PhotoStage::Nameplate, PhotoStage::Before]);
    desk.actions.retake_photo(job, view.photos[1].id, &picture(9)).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("photos");
    std::fs::create_dir_all(&folder).unwrap();
    // What an earlier copying left goes, what is somebody's own stays.
    std::fs::write(folder.join("17-旧.jpg"), b"old").unwrap();
    std::fs::write(folder.join("notes.txt"), b"own").unwrap();
    let album = desk.actions.copy_album(job, &folder, &mut Unwatched).unwrap();
    assert_eq!(album.files.len(), 3, "{album:?}");
    assert_eq!(album.away, 0);
    let at = |stage: &str| album.files.iter().position(|name| name.contains(stage)).unwrap();
    assert!(at("铭牌") != at("修后") && album.files[0].starts_with("01-") && album.files[2].starts_with("03-"));
    let photos = desk.facts(job).sheet.photos.clone();
    let copied = std::fs::read(folder.join(&album.files[at("铭牌")])).unwrap();
    assert_eq!(copied, desk.actions.photo_bytes(&photos[3].photo).unwrap(), "the newer nameplate, in plain");
    let mut left: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, [&album.files[..], &["notes.txt".to_owned()]].concat());
    let mut stops = Stops { at: 1, seen: Vec::new() };
    assert!(matches!(desk.actions.copy_album(job, &folder, &mut stops), Err(AlbumError::Cancelled(_))));
}
