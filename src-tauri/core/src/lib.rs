//! All that the app knows and does, without a window.

pub mod documents;
pub mod domain;
pub mod nature;
pub mod rules;
pub mod store;
