//! Documents: what two devices write apart is all there afterwards, and the harm of doing it otherwise.

mod apart;
mod harm;
mod random;
mod tolerant;
