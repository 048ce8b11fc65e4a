//! A folder's key in a real Secret Service: GNOME Keyring on a message bus and in a home of its own, and the program that a
//! person runs. tests/keyring/run installs it and names this test.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use doorstep::nature::Machine;
use doorstep::rules::RuleBook;
use doorstep::store::Store;
use doorstep::store::key::{Kept, Keyring};
use doorstep_tests::programs::program;
use tempfile::TempDir;

/// Longer than any answer takes; shorter than a person would wait for a window.
const PATIENCE: Duration = Duration::from_secs(30);

/// A bus that starts nothing by itself: whether there is a keyring is the test's to say.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:dir=HERE</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// A process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A person's session: a message bus, a home, and a keyring where one runs.
struct Session {
    home: TempDir,
    address: String,
    _bus: Option<Ends>,
}

impl Session {
    fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS.replace("HERE", home.path().to_str().unwrap())).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { home, address: address.trim().to_owned(), _bus: Some(Ends(bus)) }
    }

    fn with(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let run = self.home.path().join("run");
        fs::create_dir_all(&run).unwrap();
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .env("XDG_RUNTIME_DIR", run)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("GNOME_KEYRING_CONTROL");
        command
    }

    /// A keyring of this home, opened by its password or locked.
    fn keyring(&self, password: Option<&str>) -> Ends {
        let mut command = self.with("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        command.args(password.map(|_| "--unlock"));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut keyring = Ends(command.spawn().unwrap());
        let mut input = keyring.0.stdin.take().unwrap();
        input.write_all(password.unwrap_or_default().as_bytes()).unwrap();
        drop(input);
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < PATIENCE, "the keyring never came");
            thread::sleep(Duration::from_millis(50));
        }
        keyring
    }

    fn answers(&self) -> bool {
        let asked = self
            .with("dbus-send")
            .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&asked.stdout).contains("boolean true")
    }

    /// A bus that takes every call and answers none.
    fn mute() -> (Self, UnixListener) {
        let home = tempfile::tempdir().unwrap();
        let socket = home.path().join("bus");
        let listener = UnixListener::bind(&socket).unwrap();
        let address = format!("unix:path={}", socket.display());
        (Self { home, address, _bus: None }, listener)
    }

    /// Runs the program on a folder: whether it was content, and what it said. It never waits for somebody who is not there.
    fn doorstep(&self, deed: &str, folder: &Path) -> (bool, String) {
        let mut command = self.with(program("doorstep").unwrap());
        command.args([deed, "--data"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = Ends(command.spawn().unwrap());
        let began = Instant::now();
        let status = loop {
            match child.0.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(began.elapsed() < PATIENCE, "{deed} still waits"),
            }
            thread::sleep(Duration::from_millis(20));
        };
        let mut told = String::new();
        std::io::Read::read_to_string(&mut child.0.stderr.take().unwrap(), &mut told).unwrap();
        (status.success(), told)
    }
}

/// A data folder with its key in a file, as one from before the system had a key store.
fn folder(home: &Path) -> PathBuf {
    let at = home.join("folder");
    fs::create_dir(&at).unwrap();
    let key = Kept::find(&at, &Keyring::File, &Machine).unwrap().key;
    Store::open(&at, &key, Arc::new(RuleBook::built_in().unwrap()), &Machine).unwrap();
    at
}

fn filed(folder: &Path) -> bool {
    folder.join("store.key").exists()
}

/// The bytes of everything in a folder: what is refused changes nothing.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().filter(|file| file.is_file()).map(|file| (file.clone(), fs::read(&file).unwrap())).collect()
}

#[test]
fn a_real_secret_service_keeps_the_key_and_a_locked_one_keeps_it_back() {
    let session = Session::begin();
    let here = folder(session.home.path());

    // No key store yet: the file stays.
    let (content, told) = session.doorstep("check", &here);
    assert!(content && filed(&here), "{told}");

    // The first start with one moves the key; the file is gone, and the folder opens by the system's entry alone.
    let keyring = session.keyring(Some("a password"));
    let (content, told) = session.doorstep("check", &here);
    assert!(content && !filed(&here), "{told}");
    let (content, told) = session.doorstep("rotate", &here);
    assert!(content && !filed(&here), "{told}");

    // A moved folder, after the keyring was ended and begun.
    drop(keyring);
    let there = session.home.path().join("moved");
    fs::rename(&here, &there).unwrap();
    let keyring = session.keyring(Some("a password"));
    let (content, told) = session.doorstep("check", &there);
    assert!(content && !filed(&there), "{told}");
    drop(keyring);

    // Locked, with nobody to ask: said, and nothing is changed or made anew.
    let before = bytes(&there);
    let keyring = session.keyring(None);
    let (content, told) = session.doorstep("check", &there);
    assert!(!content && told.contains("key store"), "{told}");
    assert_eq!(bytes(&there), before);
    drop(keyring);

    // None at all: said by name.
    let (content, told) = session.doorstep("check", &there);
    assert!(!content && told.contains("the key lies in the system's key store, and there is none now"), "{told}");
    assert_eq!(bytes(&there), before);

    let _keyring = session.keyring(Some("a password"));
    let (content, told) = session.doorstep("check", &there);
    assert!(content, "{told}");
}

/// A key in a file opens the folder all the same, and a key in the system's store is missed by name.
#[test]
fn a_bus_that_never_answers_keeps_nobody_waiting() {
    let (mute, _listener) = Session::mute();
    let here = folder(mute.home.path());
    let (content, told) = mute.doorstep("check", &here);
    assert!(content && filed(&here), "{told}");

    let session = Session::begin();
    let _keyring = session.keyring(Some("a password"));
    let (content, told) = session.doorstep("check", &here);
    assert!(content && !filed(&here), "{told}");
    let before = bytes(&here);
    let (content, told) = mute.doorstep("check", &here);
    assert!(!content && told.contains("the key lies in the system's key store, and there is none now"), "{told}");
    assert_eq!(bytes(&here), before);
}
