//! Tables for people's spreadsheets: plain values in, a file out. The one room that knows the format.

pub mod write;
