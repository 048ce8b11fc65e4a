//! Stage and cast: a relay as a separate process, devices with names, a camera, the sample outlet, and a town from a
//! seed.

pub mod camera;
pub mod chance;
pub mod day;
pub mod outlet;
pub mod programs;
pub mod stage;
pub mod story;
pub mod town;
