//! The trade's rules through the actions that people use: what is refused and why, and what opens it.

mod approval;
mod bench;
mod customers;
mod identity;
mod outcomes;
mod pages;
mod papers;
mod parts;
mod phases;
mod proofs;
mod quotes;
mod random;
mod readback;
mod stocks;
mod suggested;
mod time;
mod walk_in;
