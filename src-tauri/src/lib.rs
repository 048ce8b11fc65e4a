//! The window: thin commands over the core. No rules, no SQL.
//!
//! A command is: translate in, one call, translate out. The one table from a domain error to the code that a person
//! is told is [`failure`]. The same commands are served without a window by `devhost`, which no release contains.

pub mod bindings;
#[cfg(desktop)]
pub mod cli;
mod commands;
#[cfg(feature = "devhost")]
pub mod devhost;
mod failure;
mod opening;
mod photo_scheme;
mod window;

/// Where a phone's build starts.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    if let Err(error) = window::open(window::Options::default()) {
        // There is no console to answer to on a phone; the system's crash report carries the words.
        panic!("Doorstep can't start: {error}");
    }
}
