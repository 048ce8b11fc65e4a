//! The machine that the figures were seen on: without it they say nothing.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::figures::Figures;

/// Linux tells processor times in these, whatever the kernel's own tick is.
const TICKS_PER_SECOND: u64 = 100;

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

/// Processor time that a process has spent; `None` where the system doesn't tell.
pub fn processor_time(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may hold anything, blanks too.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// The most memory that a process ever held, in megabytes.
pub fn peak_memory_mb(process: u32) -> Option<u64> {
    let line = line_of(&format!("/proc/{process}/status"), "VmHWM:")?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()?.div_ceil(1024))
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

    #[test]
    fn a_process_has_spent_time_and_held_memory() {
        let me = std::process::id();
        assert!(processor_time(me).is_some() && peak_memory_mb(me).is_some_and(|peak| peak > 0));
    }
}
