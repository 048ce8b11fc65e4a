//! `doorstep`, the program beside the window.

use std::path::Path;
use std::process::{Command, Output};

use doorstep::app::OpenFolder;
use doorstep::store::key::Keyring;
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::{DocId, JobId, ShortId};

use crate::cast::{NOON, OWNER, Shop, Steady, leaking_heater, member};

fn doorstep(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep"))
        .args(args)
        .arg("--key-file")
        .arg("--data")
        .arg(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_folder_is_checked_and_made_anew_by_the_program_and_never_beside_the_app() {
    let shop = Shop::open();
    let folder = tempfile::tempdir().unwrap();
    let job = JobId::mint(1_795_000_000_000, [4; 10]);
    let mut opened = OpenFolder::open(folder.path(), &Keyring::File, Steady::new(5).as_ref(), &mut Unwatched).unwrap();
    opened.store.set_enrolment(&shop.enrolment(OWNER)).unwrap();
    let ids = [ShortId::mint([1; 5])];
    let noted = doorstep::domain::facts::Noted::now(NOON, None, member(OWNER));
    let write = |doc: &mut _| doorstep::documents::order::write(doc, &leaking_heater(&[]), &ids, noted);
    opened.store.act(&DocId::Order(job), "take_order", NOON, write, |_| Ok(())).unwrap();
    assert_eq!(doorstep(&["rebuild"], folder.path()).status.code(), Some(3), "the app has it open");
    drop(opened);

    let rebuilt = doorstep(&["rebuild"], folder.path());
    assert_eq!((rebuilt.status.code(), said(&rebuilt).as_str()), (Some(0), "jobs 1\npapers 0\n"));
    let checked = doorstep(&["check"], folder.path());
    assert_eq!(checked.status.code(), Some(0));
    assert!(said(&checked).contains("adopted 1\n"), "{}", said(&checked));

    let file = folder.path().join("stuck.jsonl");
    let export = doorstep(&["stuck", "export", "--to", file.to_str().unwrap()], folder.path());
    assert_eq!((export.status.code(), said(&export).as_str()), (Some(0), "written 0\n"));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("{\"format\":\"doorstep-stuck\",\"version\":1,"));

    let nowhere = folder.path().join("nowhere");
    assert_eq!(doorstep(&["check"], &nowhere).status.code(), Some(1));
    assert!(!nowhere.exists(), "a slip of the pen makes no folder");
}
