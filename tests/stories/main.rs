//! Stories: core and a real relay of its own process, over HTTP.

mod bad_input;
mod first_job;
