//! The story in two headless browsers: the same commands behind loopback HTTP, the same screens, the same relay.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::programs::program;
use doorstep_tests::stage::Relay;

use crate::process::{Running, root};

/// A host of the data folder, which joins by `link` where it is new; its address.
pub fn devhost(folder: &Path, name: &str, link: Option<&str>) -> (Running, String) {
    let mut command = Command::new(program("doorstep-app").unwrap());
    command.args(["devhost", "--device-name", name, "--data-dir"]).arg(folder);
    if let Some(link) = link {
        command.args(["--enrol", link]);
    }
    command.arg("--ui").arg(root().join("ui/dist"));
    let (running, line) = Running::first_line(&mut command);
    let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("devhost said {line:?}")).to_owned();
    (running, address)
}

/// A new outlet with the owner's desk and a technician's phone, both in front of a relay.
struct Shop {
    desk: String,
    phone: String,
    // Ended in this order.
    _hosts: [Running; 2],
    _relay: Relay,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn open() -> Self {
        Self::with_phone_of(Some(TECHNICIAN))
    }

    /// The phone of a member, or one that no outlet knows yet.
    fn with_phone_of(member: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("relay");
        outlet::found(&data).unwrap();
        let relay = Relay::start(&data).unwrap();
        let (at_desk, desk) = devhost(&folder.path().join("desk"), "店里电脑", Some(&relay.invite(OWNER).unwrap()));
        let link = member.map(|member| relay.invite(member).unwrap());
        let (in_hand, phone) = devhost(&folder.path().join("phone"), "小军手机", link.as_deref());
        Self { desk, phone, _hosts: [at_desk, in_hand], _relay: relay, _folder: folder }
    }

    /// What a script of `ui/test/browser` says of the two, which must succeed.
    fn tried_by(&self, script: &str, more: &[&str]) -> String {
        let hosts = ["--desk", &self.desk, "--phone", &self.phone];
        said_by(script, hosts.iter().chain(more).map(OsStr::new))
    }
}

fn said_by(script: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let mut command = Command::new("node");
    command.current_dir(root().join("ui")).arg(format!("test/browser/{script}")).args(arguments);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// From the first start on: the phone looks at a sample outlet, leaves it and joins by the screen.
#[test]
fn the_story_can_be_told_by_hand_in_two_browsers() {
    let said = Shop::with_phone_of(None).tried_by("story.mjs", &[]);
    assert!(said.contains("the phone has joined") && said.contains("the sample is gone"), "{said}");
    assert!(said.matches('✓').count() >= 19, "{said}");
}

/// UX.md's budgets, counted on jobs of the sample day: each with a phone of its own language and size.
#[test]
fn jobs_of_the_sample_day_take_no_more_taps_than_they_may() {
    let shop = Shop::open();
    for language in ["zh", "en"] {
        let said = shop.tried_by("taps.mjs", &["--language", language]);
        assert_eq!(said.matches("taps: ").count(), 4, "{language}: {said}");
    }
}

/// The other seven jobs of the sample day, by hand from the list to their end, each with what the core then holds.
#[test]
fn the_rest_of_the_sample_day_is_played_by_hand_in_both_languages() {
    let shop = Shop::open();
    for language in ["zh", "en"] {
        let said = shop.tried_by("day.mjs", &["--language", language]);
        assert_eq!(said.matches("day: ").count(), 7, "{language}: {said}");
    }
}

/// At both of its sizes, and what only a real relay can show. The shop is the script's own: it ends the relay under an
/// open page and begins it again.
#[test]
fn the_owners_day_is_played_at_the_desk_in_front_of_a_real_relay() {
    let [app, relay] = ["doorstep-app", "doorstep-relay"].map(|name| program(name).unwrap());
    assert_eq!(app.parent(), relay.parent());
    let said = said_by("desk.mjs", [OsStr::new("--programs"), relay.parent().unwrap().as_os_str()]);
    assert_eq!(said.matches('✓').count(), 2 * 4 + 4, "{said}");
}
