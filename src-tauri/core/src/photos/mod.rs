//! From the camera to evidence: header first, turned, shrunk, stripped of what must not be shared.

mod intake;

pub use intake::{IntakeError, Picture, intake};
