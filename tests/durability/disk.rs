//! A disk whose power can be cut: ext4 in a file, mounted by loop, shut down without its journal being written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const BYTES: u64 = 64 << 20;

/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`: from here on nothing reaches the device. Perl says it, because
/// an ioctl of one's own is `unsafe` in Rust and forbidden here.
const CUT: &str = r#"open(my $root, "<", $ARGV[0]) or die "$!\n"; my $how = pack("L", 2);
    defined(ioctl($root, 0x8004587d, $how)) or die "$!\n";"#;

/// A mounted disk of its own.
pub struct Disk {
    image: PathBuf,
    root: PathBuf,
    mounted: bool,
    _folder: TempDir,
}

impl Disk {
    /// A new disk; why not, where this machine doesn't let a test have one.
    pub fn new() -> Result<Self, String> {
        let folder = TempDir::new_in(crate::memory()).unwrap();
        let (image, root) = (folder.path().join("disk"), folder.path().join("root"));
        File::create(&image).unwrap().set_len(BYTES).unwrap();
        fs::create_dir(&root).unwrap();
        say(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?;
        let mut disk = Self { image, root, mounted: false, _folder: folder };
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&mut self) -> Result<(), String> {
        say(Command::new("mount").args(["-t", "ext4", "-o", "loop"]).arg(&self.image).arg(&self.root))?;
        self.mounted = true;
        Ok(())
    }

    pub fn folder(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn cut(&self) -> Result<(), String> {
        say(Command::new("perl").args(["-e", CUT]).arg(&self.root))
    }

    /// The power is back. Nobody may have a file open.
    pub fn start_again(&mut self) -> Result<(), String> {
        say(Command::new("umount").arg(&self.root))?;
        self.mounted = false;
        self.mount()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted && say(Command::new("umount").arg(&self.root)).is_err() {
            // Whoever still has a file open keeps the disk, not its name.
            let _ = say(Command::new("umount").arg("-l").arg(&self.root));
        }
    }
}

fn say(command: &mut Command) -> Result<(), String> {
    let program = Path::new(command.get_program()).display().to_string();
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("{program}: {error}")),
    }
}
