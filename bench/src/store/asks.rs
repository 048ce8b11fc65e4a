//! What a folder is asked when it is measured: drawn while it is made, so that asking costs no memory.

use std::fs;
use std::path::Path;

use doorstep_schemas::ids::JobId;
use doorstep_tests::town::{Ordered, Written};
use pinyin::ToPinyin;
use serde_json::{Value, json};

use super::StoreBenchError;

/// Jobs of each kind that are kept for asking, and queries.
const JOBS: usize = 400;
const QUERIES: usize = 1_000;

/// Kinds of things that people type.
pub const KINDS: [&str; 8] =
    ["two-characters", "initials", "address", "last-four", "serial", "model", "fault", "mixed"];

/// See the module.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Asks {
    pub now_ms: i64,
    pub jobs: u64,
    pub changes: u64,
    /// The log's end.
    pub head: u64,
    /// Jobs whose work has ended.
    pub closed: Vec<JobId>,
    pub open: Vec<JobId>,
    /// (kind, what is typed)
    pub queries: Vec<(String, String)>,
    /// One job in so many is asked for.
    every: u64,
}

impl Asks {
    /// For a folder of so many jobs that ends at this moment.
    pub fn at(now_ms: i64, jobs: usize) -> Self {
        Self { now_ms, every: (jobs / QUERIES).max(1) as u64, ..Self::default() }
    }

    /// A job that the folder holds.
    pub fn note(&mut self, ordered: &Ordered, written: &Written, open: bool) {
        self.jobs += 1;
        self.changes += written.changes as u64;
        if open {
            self.open.push(written.job);
        } else if self.jobs.is_multiple_of(self.every) {
            self.closed.push(written.job);
            self.queries.extend(typed(ordered, self.queries.len()));
        }
    }

    /// Writes it beside the database.
    pub fn keep(&self, folder: &Path) -> Result<(), StoreBenchError> {
        let ids = |jobs: &[JobId]| jobs.iter().map(ToString::to_string).collect::<Vec<_>>();
        let value = json!({
            "now_ms": self.now_ms,
            "jobs": self.jobs,
            "changes": self.changes,
            "head": self.head,
            "closed": ids(&self.closed),
            "open": ids(&self.open),
            "queries": self.queries,
        });
        Ok(fs::write(folder.join(NAME), value.to_string())?)
    }

    pub fn of(folder: &Path) -> Result<Self, StoreBenchError> {
        let value: Value = serde_json::from_slice(&fs::read(folder.join(NAME))?)?;
        let ids = |name: &str| -> Vec<JobId> {
            let texts = value[name].as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.filter_map(|text| text.parse().ok()).collect()
        };
        let number = |name: &str| value[name].as_u64().unwrap_or(0);
        Ok(Self {
            now_ms: value["now_ms"].as_i64().unwrap_or(0),
            jobs: number("jobs"),
            changes: number("changes"),
            head: number("head"),
            closed: spread(ids("closed"), JOBS),
            open: spread(ids("open"), JOBS),
            queries: spread(serde_json::from_value(value["queries"].clone())?, QUERIES),
            every: 1,
        })
    }
}

const NAME: &str = "asks.json";

/// At most so many of them, from everywhere, in an order that is no neighbour's.
fn spread<T: Clone>(things: Vec<T>, most: usize) -> Vec<T> {
    let many = things.len();
    if many == 0 {
        return things;
    }
    // A step that shares no divisor with the number visits each once.
    let step = (many / 2 + 1..).find(|step| gcd(*step, many) == 1).unwrap_or(1);
    (0..many.min(most)).map(|n| things[n * step % many].clone()).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// What somebody types who looks for this job.
fn typed(ordered: &Ordered, n: usize) -> Option<(String, String)> {
    let customer = &ordered.input.customer;
    let part = |text: &str, from: usize, many: usize| text.chars().skip(from).take(many).collect::<String>();
    let last_four = part(&customer.phone, customer.phone.len().saturating_sub(4), 4);
    let serial = ordered.units.first().map(|unit| unit.owned.serial.clone()).unwrap_or_default();
    let kind = KINDS[n % KINDS.len()];
    let text = match kind {
        "two-characters" => part(&customer.name, 0, 2),
        "initials" => initials(&customer.name),
        "model" => ordered.units.first().map(|unit| part(unit.owned.model.model, 0, 5)).unwrap_or_default(),
        "address" => part(&customer.address, 0, 3),
        "last-four" => last_four,
        "serial" => part(&serial, serial.len() / 3, 5),
        "fault" => part(&ordered.input.symptom, 0, 3),
        _ => format!("{} {last_four}", part(&customer.name, 0, 1)),
    };
    (!text.trim().is_empty()).then(|| (kind.to_owned(), text))
}

/// The first letters of a name as they are typed, by the first reading of each character.
fn initials(name: &str) -> String {
    name.chars().filter_map(|c| c.to_pinyin()?.plain().chars().next()).collect()
}
