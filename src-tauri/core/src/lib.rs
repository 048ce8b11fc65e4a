//! All that the app knows and does, without a window.

pub mod actions;
pub mod documents;
pub mod domain;
pub mod nature;
pub mod photos;
pub mod rules;
pub mod store;
