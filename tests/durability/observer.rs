//! Whoever stands outside and hears what the subject says is saved.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use doorstep_tests::programs::program;
use doorstep_tests::trial::words::Line;
use tempfile::TempDir;

/// A subject that does nothing for this long will never do anything.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Said {
    lines: Vec<Line>,
    over: bool,
}

/// A running subject and what it has said.
pub struct Observer {
    subject: Child,
    said: Arc<(Mutex<Said>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    beside: TempDir,
}

impl Observer {
    pub fn start(folder: &Path, seed: u64, lax: bool) -> Self {
        let beside = TempDir::new_in(crate::memory()).unwrap();
        let mut subject = Command::new(program("doorstep-subject").unwrap())
            .arg("--folder")
            .arg(folder)
            .arg("--beside")
            .arg(beside.path())
            .args(["--seed", &seed.to_string()])
            .args(lax.then_some("--lax"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(beside.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let said = Arc::new((Mutex::new(Said::default()), Condvar::new()));
        let mut out = BufReader::new(subject.stdout.take().unwrap());
        let shared = said.clone();
        let reader = thread::spawn(move || {
            let mut text = String::new();
            // A last line without its end was never said.
            while out.read_line(&mut text).is_ok_and(|read| read > 0) && text.ends_with('\n') {
                shared.0.lock().unwrap().lines.push(serde_json::from_str(&text).unwrap());
                shared.1.notify_all();
                text.clear();
            }
            shared.0.lock().unwrap().over = true;
            shared.1.notify_all();
        });
        Self { subject, said, reader: Some(reader), beside }
    }

    /// Waits until this many deeds are acknowledged; fails when the subject ends by itself before.
    pub fn until_done(&self, many: usize) {
        let (said, moved) = (&self.said.0, &self.said.1);
        let begun = Instant::now();
        let mut said = said.lock().unwrap();
        while said.lines.iter().filter(|line| matches!(line, Line::Did(_))).count() < many {
            assert!(!said.over && begun.elapsed() < PATIENCE, "the subject ended by itself: {}", self.complaint());
            said = moved.wait_timeout(said, Duration::from_secs(1)).unwrap().0;
        }
    }

    fn complaint(&self) -> String {
        fs::read_to_string(self.beside.path().join("stderr")).unwrap_or_default()
    }

    /// All that has been heard until now.
    pub fn heard(&self) -> Vec<Line> {
        self.said.0.lock().unwrap().lines.clone()
    }

    /// Ends the subject by SIGKILL; all that it said until then.
    pub fn kill(mut self) -> Vec<Line> {
        self.end();
        self.heard()
    }

    fn end(&mut self) {
        let _ = self.subject.kill();
        self.subject.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if self.reader.is_some() && !thread::panicking() {
            self.end();
        }
        let _ = self.subject.kill();
        let _ = self.subject.wait();
    }
}
