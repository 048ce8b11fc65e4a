//! `GET /v1/openapi.json`: the routes that speak JSON, as a document for programs; the same for everybody.

use axum::http::{HeaderName, HeaderValue, header};

const DOCUMENT: &str = include_str!("../../../schemas/json/openapi.json");

pub async fn openapi() -> ([(HeaderName, HeaderValue); 1], &'static str) {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT)
}
