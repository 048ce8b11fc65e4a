//! What a person waits for who only looks: the first list, a page of it, a job, what a search finds.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use doorstep::app::Doorstep;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{FindJobs, OrdersOfDay};
use tokio::runtime::Handle;

use super::StoreBenchError;
use super::asks::{Asks, KINDS};
use crate::cast::CastError;
use crate::figures::{Figures, millis, percentile};
use crate::shift::Shift;

const DAY_MS: i64 = 86_400_000;
const PAGES: i64 = 60;
const OPENED: usize = 200;

/// Measures a folder in this process.
pub fn ask(folder: &Path, case: &str, out: &mut dyn Write) -> Result<(), StoreBenchError> {
    let asks = Asks::of(folder)?;
    let mut figures = Figures::of("store", out);
    let shift = Arc::new(Shift::at(asks.now_ms, 1));
    let bare = memory_mb("VmRSS:")?;

    let begun = Instant::now();
    let app = Doorstep::open(folder, shift, &Handle::current())?;
    let opened = millis(begun.elapsed());
    let first = app.actions.orders_page(&OrdersOfDay::default())?;
    figures.say(case, "first_list_ms", millis(begun.elapsed()), "ms")?;
    figures.say(case, "open_store_ms", opened, "ms")?;
    figures.say(case, "first_list_rows", first.jobs.len(), "count")?;
    let begun = Instant::now();
    let whole = app.actions.orders(None)?;
    figures.say(case, "whole_day_ms", millis(begun.elapsed()), "ms")?;
    figures.say(case, "whole_day_rows", whole.len(), "count")?;

    let mut pages = Vec::new();
    for day in 1..=PAGES {
        let begun = Instant::now();
        app.actions.orders(Some(asks.now_ms - day * DAY_MS))?;
        pages.push(millis(begun.elapsed()));
    }
    spoken(&mut figures, case, "list_page", &pages)?;
    spoken(&mut figures, case, "open_job", &opening(&app, &asks.closed)?)?;
    spoken(&mut figures, case, "open_running_job", &opening(&app, &asks.open)?)?;
    searching(&app, &asks, &mut figures, case)?;
    figures.say(case, "rss_mb", memory_mb("VmRSS:")?, "MB")?;
    figures.say(case, "rss_peak_mb", memory_mb("VmHWM:")?, "MB")?;
    Ok(figures.say(case, "rss_before_mb", bare, "MB")?)
}

/// Each kind of query by itself, and all of them: what a search costs in the worst hundredth.
fn searching(app: &Doorstep, asks: &Asks, figures: &mut Figures<'_>, case: &str) -> Result<(), StoreBenchError> {
    let mut all = Vec::new();
    let mut empty = 0;
    for kind in KINDS {
        let (mut taken, mut shown) = (Vec::new(), Vec::new());
        for (_, text) in asks.queries.iter().filter(|(of, _)| of == kind) {
            let begun = Instant::now();
            let found = app.actions.find_jobs(&FindJobs { text: text.clone() })?;
            taken.push(millis(begun.elapsed()));
            empty += usize::from(found.jobs.is_empty());
            shown.push(found.jobs.len() as f64);
        }
        if !taken.is_empty() {
            figures.say(case, &format!("search_{}_p50_ms", kind.replace('-', "_")), percentile(&taken, 50), "ms")?;
            figures.say(case, &format!("search_{}_p99_ms", kind.replace('-', "_")), percentile(&taken, 99), "ms")?;
            figures.say(
                case,
                &format!("search_{}_p50_rows", kind.replace('-', "_")),
                percentile(&shown, 50),
                "count",
            )?;
        }
        all.extend(taken);
    }
    figures.say(case, "search_queries", all.len(), "count")?;
    figures.say(case, "search_found_nothing", empty, "count")?;
    spoken_as(figures, case, "search", &all)
}

fn spoken_as(figures: &mut Figures<'_>, case: &str, figure: &str, taken: &[f64]) -> Result<(), StoreBenchError> {
    figures.say(case, &format!("{figure}_p50_ms"), percentile(taken, 50), "ms")?;
    Ok(figures.say(case, &format!("{figure}_p99_ms"), percentile(taken, 99), "ms")?)
}

fn spoken(figures: &mut Figures<'_>, case: &str, figure: &str, taken: &[f64]) -> io::Result<()> {
    figures.say(case, &format!("{figure}_ms"), percentile(taken, 50), "ms")?;
    figures.say(case, &format!("{figure}_p99_ms"), percentile(taken, 99), "ms")
}

fn opening(app: &Doorstep, jobs: &[JobId]) -> Result<Vec<f64>, StoreBenchError> {
    let mut taken = Vec::new();
    for job in jobs.iter().take(OPENED) {
        let begun = Instant::now();
        app.actions.job(*job).map_err(CastError::from)?;
        taken.push(millis(begun.elapsed()));
    }
    Ok(taken)
}

/// A line of the kernel's word on this process's memory.
pub fn memory_mb(line: &str) -> io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kb = status.lines().find_map(|l| l.strip_prefix(line)?.split_whitespace().next()?.parse::<f64>().ok());
    Ok((kb.unwrap_or(0.0) / 102.4).round() / 10.0)
}
