//! Everything that lies in a data folder, each with what it is: one list for whoever counts, purges or copies.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a file or folder of the data folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SideFile {
    /// The database and what SQLite keeps beside it while it is open.
    Database,
    /// A copy of the database's salt.
    Salt,
    /// A damaged database that was put aside, and its log.
    Damaged,
    /// The word that damage was found; the next start repairs.
    DamageNote,
    /// The database as it was before it was brought to a newer shape.
    Before,
    /// A database or copy that is being written.
    Unfinished,
    /// Room kept free for a full disk.
    Ballast,
    /// Photos, each encrypted.
    Photos,
    /// Files written for somebody to carry away.
    Exports,
    /// Keys, the lock, the window's own: not the store's.
    Other,
}

impl SideFile {
    /// Whether others' or own work can be read in it by whoever has the key: what must not outlive a purge.
    pub fn holds_work(self) -> bool {
        matches!(self, Self::Database | Self::Damaged | Self::Before | Self::Unfinished | Self::Photos | Self::Exports)
    }

    /// What the name says.
    pub fn of(name: &str) -> Self {
        match name {
            "doorstep.db" | "doorstep.db-wal" | "doorstep.db-shm" => Self::Database,
            "doorstep.db.salt" => Self::Salt,
            "doorstep.db.damage" => Self::DamageNote,
            "ballast" => Self::Ballast,
            "photos" => Self::Photos,
            "exports" => Self::Exports,
            _ if name.starts_with("doorstep.db.damaged-") => Self::Damaged,
            _ if name.starts_with("doorstep.db.new") || name.ends_with(".part") => Self::Unfinished,
            _ if name.starts_with("doorstep.db.before-") => Self::Before,
            _ => Self::Other,
        }
    }
}

/// One of them as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    pub what: SideFile,
    pub path: PathBuf,
    /// Of a folder all that lies in it.
    pub bytes: u64,
}

/// What lies in a data folder.
pub fn all(folder: &Path) -> std::io::Result<Vec<Lying>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        out.push(Lying { what: SideFile::of(&name), bytes: size(&path), path });
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out)
}

/// Those of one kind.
pub fn of_kind(folder: &Path, what: SideFile) -> std::io::Result<Vec<PathBuf>> {
    Ok(all(folder)?.into_iter().filter(|lying| lying.what == what).map(|lying| lying.path).collect())
}

/// Whether a data folder has or had a database: then no other key may be made for it.
pub fn is_founded(folder: &Path) -> bool {
    all(folder).is_ok_and(|all| {
        all.iter().any(|lying| matches!(lying.what, SideFile::Database | SideFile::Damaged | SideFile::Before))
    })
}

fn size(path: &Path) -> u64 {
    let Ok(meta) = fs::symlink_metadata(path) else { return 0 };
    if !meta.is_dir() {
        return meta.len();
    }
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    entries.filter_map(Result::ok).map(|entry| size(&entry.path())).sum()
}

/// A new name is on the disk once its folder is.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Where folders can't be opened as files, renames are the system's to keep.
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes a file that may not be there.
pub fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves a file that may not be there.
pub fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The path with something added to its name: SQLite's way to name its log.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a small file of mode 0600, under its name only when it is whole and on the disk: half a key would keep the
/// app from ever starting.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let partial = path.with_extension("part");
    // One that was left behind may have any mode.
    remove(&partial)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}
