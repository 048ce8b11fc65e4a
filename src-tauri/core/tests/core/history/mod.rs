//! What the changes tell: any moment, any difference, who did what, undo, conflicts.

mod approved;
mod deeds;
mod moments;
mod names;
mod picking;
mod several;
mod told;
mod undoing;
