//! The machine that the figures were seen on: without it they say nothing.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::figures::Figures;

/// Says cores, memory, processor, kernel, the file system under `folder`, and the compiler.
pub fn describe(folder: &Path, figures: &mut Figures<'_>) -> io::Result<()> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    figures.say("here", "cores", cores, "count")?;
    let memory_kb = line_of("/proc/meminfo", "MemTotal:").and_then(|text| text.split_whitespace().next()?.parse().ok());
    figures.say("here", "memory_mb", memory_kb.unwrap_or(0u64) / 1024, "MB")?;
    let processor = line_of("/proc/cpuinfo", "model name");
    figures.say("here", "processor", processor.unwrap_or_else(unknown), "text")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned());
    figures.say("here", "kernel", kernel.unwrap_or_else(|_unreadable| unknown()), "text")?;
    figures.say("here", "fs", file_system(folder).unwrap_or_else(unknown), "text")?;
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    figures.say("here", "rustc", rustc.unwrap_or_else(|_absent| unknown()), "text")?;
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    figures.say("here", "profile", profile, "text")
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
}

/// The type of the file system that holds `folder`: of all mounts above it the deepest.
pub fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let above = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (place, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(place).then(|| (place.len(), kind.to_owned()))
    });
    // Of two mounts on one place the later one is seen.
    above.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[test]
    fn the_machine_is_described_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        describe(folder.path(), &mut Figures::of("machine", &mut out)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() >= 6 && text.lines().all(is_figure), "{text}");
    }
}
