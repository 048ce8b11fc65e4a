//! A disk that is full: what was acknowledged stays, what was not leaves nothing, and it goes on when there is room.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorstep::store::StoreError;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::PhotoStage;
use tempfile::TempDir;

use crate::cast::{OWNER, Phone, RAN, Shop, Steady, field, leaking_heater, member, picture};
use crate::folders::open_watched;
use crate::{pick, tell, tries};

const NEEDS: &str = "root and a tmpfs mount";

/// A disk of four megabytes.
struct SmallDisk {
    mount: TempDir,
}

impl SmallDisk {
    /// `None`, with the reason on the screen, where the machine allows no mounts. Who asks for fill points by name wants to
    /// hear of it as a failure.
    fn mounted() -> Option<Self> {
        let mount = tempfile::tempdir().unwrap();
        let said = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(mount.path()).output();
        match said {
            Ok(said) if said.status.success() => Some(Self { mount }),
            other => {
                let why = other.map(|said| String::from_utf8_lossy(&said.stderr).into_owned());
                assert!(
                    std::env::var_os("DOORSTEP_FILLS").is_none(),
                    "no disk can be filled here ({why:?}); it needs {NEEDS}"
                );
                tell(&format!("full disk: NOT TRIED on this machine: {why:?}. It needs {NEEDS}."));
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.mount.path()
    }

    fn free(&self) -> u64 {
        fs4::available_space(self.path()).unwrap()
    }

    /// Fills the disk until this many bytes are free.
    fn fill(&self, leave: u64) -> PathBuf {
        let path = self.path().join("somebody's film");
        let mut file = File::create(&path).unwrap();
        let stride = vec![7u8; 4096];
        while self.free() > leave && file.write_all(&stride).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

struct Work {
    shop: Shop,
    phone: Phone,
    job: JobId,
    appliance: ShortId,
}

/// 冉小军's phone with one job, on this disk.
fn work(disk: &SmallDisk) -> Work {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let mut phone = Phone::in_folder(folder, RAN, Steady::new(77));
    phone.store().set_enrolment(&shop.enrolment(RAN)).unwrap();
    shop.vouch(&phone);
    shop.log.exchange(&mut phone);
    let appliance = phone.facts(job).order.appliances[0].id;
    Work { shop, phone, job, appliance }
}

fn full(error: &impl std::fmt::Debug) -> bool {
    let said = format!("{error:?}");
    said.contains("DiskFull") || said.contains("StorageFull") || said.contains("DiskLow")
}

fn cause(phone: &Phone, job: JobId) -> String {
    let facts = phone.facts(job);
    facts.field(&facts.order.appliances[0], SheetField::Cause).trim().to_owned()
}

/// The document here is the document that its changes make, and no change is half here.
fn whole(phone: &Phone, job: JobId) {
    let doc = DocId::Sheet(job);
    assert_eq!(phone.store().heads(&doc).unwrap(), phone.heads(&doc));
}

#[test]
fn on_a_full_disk_nothing_acknowledged_is_lost_and_work_goes_on_when_there_is_room() {
    let (mut refused, mut pictures) = (0, 0);
    let points = tries("DOORSTEP_FILLS", 20);
    for point in 0..points {
        let Some(disk) = SmallDisk::mounted() else { return };
        let mut seed = point;
        let Work { mut shop, phone, job, appliance } = work(&disk);
        assert!(!phone.store().disk_low(), "there is room at first");
        let film = disk.fill(pick(&mut seed) % 300_000);
        let mut saved = String::new();
        let mut lines = 0;
        for n in 0..60 {
            let text = format!("第 {n} 行{}", "漏水".repeat((pick(&mut seed) % 200) as usize));
            match phone.actions.write_field(&field(job, appliance, SheetField::Cause, &text)) {
                Ok(_) => {
                    saved = text;
                    lines += 1;
                }
                Err(error) => {
                    assert!(full(&error), "{error:?}");
                    refused += 1;
                }
            }
            assert_eq!(cause(&phone, job), saved, "fill point {point}, line {n}");
            if n % 20 == 19 {
                let photo = phone.actions.add_photo(job, appliance, PhotoStage::Before, &picture(n));
                match photo {
                    Ok(_) => {}
                    Err(error) => {
                        assert!(full(&error), "{error:?}");
                        pictures += 1;
                    }
                }
                whole(&phone, job);
            }
        }
        assert_eq!(lines, 60, "fill point {point}: the ballast is room for a day's text");
        assert!(phone.store().disk_low(), "fill point {point}: it is said");
        // Whatever others did comes in whole or not at all.
        let mut phone = phone;
        fs::write(disk.path().join("more"), vec![1; 1]).ok();
        let rest = disk.free();
        let filler = disk.path().join("rest");
        fs::write(&filler, vec![3; usize::try_from(rest).unwrap()]).ok();
        for n in 0..80 {
            let text = format!("到头了 {n}{}", "漏".repeat(300));
            match phone.actions.write_field(&field(job, appliance, SheetField::Cause, &text)) {
                Ok(_) => saved = text,
                Err(error) => {
                    assert!(full(&error), "{error:?}");
                    refused += 1;
                    break;
                }
            }
        }
        assert_eq!(cause(&phone, job), saved);
        whole(&phone, job);
        // Room again, without a restart.
        fs::remove_file(&film).unwrap();
        fs::remove_file(&filler).ok();
        phone.actions.look_for_room();
        assert!(!phone.store().disk_low(), "fill point {point}: the ballast lies again");
        phone.actions.write_field(&field(job, appliance, SheetField::Cause, "接着写")).unwrap();
        phone.actions.add_photo(job, appliance, PhotoStage::After, &picture(9)).unwrap();
        shop.log.exchange(&mut phone);
        let phone = phone.restart();
        assert_eq!(cause(&phone, job), "接着写");
        whole(&phone, job);
        let sound: String = phone.database().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
    }
    assert!(refused > 0, "no save met a disk without any room");
    tell(&format!("full disk: {points} fill points, {refused} saves and {pictures} pictures refused, 0 lost"));
}

#[test]
fn a_folder_on_a_full_disk_opens_and_text_is_saved() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let Work { phone, job, appliance, .. } = work(&disk);
    let Phone { folder, actions, .. } = phone;
    drop(actions);
    disk.fill(0);
    let phone = Phone::in_folder(folder, RAN, Steady::new(78));
    assert!(phone.store().disk_low());
    phone.actions.write_field(&field(job, appliance, SheetField::Cause, "管接头松")).unwrap();
    let refused = phone.store().room_for_photo(100_000);
    assert!(matches!(refused, Err(StoreError::DiskLow)), "{refused:?}");
    assert_eq!(cause(&phone, job), "管接头松");
}

#[test]
fn an_update_without_room_for_a_copy_is_put_off_and_touches_nothing() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let Work { phone, .. } = work(&disk);
    let Phone { folder, actions, .. } = phone;
    drop(actions);
    fs::remove_file(folder.path().join("ballast")).unwrap();
    let path = doorstep::store::database(folder.path());
    let db = rusqlite::Connection::open(&path).unwrap();
    doorstep::store::unlock(&db, &crate::cast::KEY).unwrap();
    db.pragma_update(None, "user_version", 3).unwrap();
    db.close().unwrap();
    let before = fs::read(&path).unwrap();
    let film = disk.fill(before.len() as u64);
    let refused = open_watched(folder.path(), &mut doorstep::tasks::Unwatched).err();
    assert!(matches!(refused, Some(StoreError::NoRoom { needed, free }) if needed > free), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::remove_file(film).unwrap();
}
