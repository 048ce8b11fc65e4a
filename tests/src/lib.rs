//! Stage and cast: a relay as a separate process, devices with names, a camera, the sample outlet, a town from a seed,
//! and a subject for trials by kill and power cut.

pub mod camera;
pub mod carrier;
pub mod chance;
pub mod day;
pub mod outlet;
pub mod programs;
pub mod stage;
pub mod story;
pub mod town;
pub mod training;
pub mod trial;
