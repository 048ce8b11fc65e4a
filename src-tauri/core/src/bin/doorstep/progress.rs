//! How far long work is, on standard error.

use std::io::{IsTerminal, Write, stderr};

use doorstep::tasks::{Cancelled, Step, Watcher};

/// One line that is written over on a terminal; silent elsewhere.
pub struct Line {
    what: &'static str,
    shown: bool,
}

impl Line {
    pub fn new(what: &'static str) -> Self {
        Self { what, shown: stderr().is_terminal() }
    }
}

impl Watcher for Line {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        if self.shown {
            let of = step.of.map(|of| format!(" of {of}")).unwrap_or_default();
            // A terminal that went away is no reason to stop.
            let _ = write!(stderr(), "\r{} {}{of}  ", self.what, step.done);
        }
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.shown {
            let _ = writeln!(stderr());
        }
    }
}
