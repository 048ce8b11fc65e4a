//! `doorstep`: what can be done with a data folder without the window.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
