//! One file per topic; each command is one call.

pub mod bundles;
pub mod customers;
pub mod facts;
pub mod history;
pub mod inbox;
pub mod kept;
pub mod lists;
pub mod money;
pub mod orders;
pub mod paper;
pub mod parts;
pub mod photos;
pub mod review;
pub mod rule_sets;
pub mod said;
pub mod session;
pub mod settlement;
pub mod sheet;
pub mod storage;
pub mod sync;
pub mod tables;
pub mod team;
pub mod visit;

use std::sync::Arc;

use doorstep::app::Doorstep;
use tauri::State;

/// The core as Tauri holds it for every command.
pub type Core<'a> = State<'a, Arc<Doorstep>>;
