//! From the camera to evidence: header first, turned, shrunk, stripped of what must not be shared.

mod camera;
mod codes;
mod header;
mod intake;
mod pixels;
mod stamp;

pub use camera::{Point, taken_by_head};
pub use codes::{Code, read_codes};
pub use intake::{IntakeError, PICTURE_BYTES, PICTURE_SIDE, PICTURE_SIDES, Picture, Wanted, intake};
pub use stamp::Stamp;
