//! Whatever a hostile device signs, and however its work and everybody else's arrives: the same is taken everywhere.

mod arrivals;
mod byzantine;
mod program;
mod remedies;
mod strays;
