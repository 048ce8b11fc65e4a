//! Whether the relay is up, and which one it is; asked by people and by watchdogs, without a token.

use axum::Json;
use doorstep_schemas::PROTOCOL;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Health {
    name: &'static str,
    version: &'static str,
    protocol: u32,
}

pub async fn health() -> Json<Health> {
    Json(Health { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), protocol: PROTOCOL })
}
