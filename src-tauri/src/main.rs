//! The desktop binary; everything is in the library, which a phone's build starts on its own.

// A second window for the console would open on Windows otherwise.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    doorstep_app::cli::main()
}
