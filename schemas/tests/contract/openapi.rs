//! `schemas/json/openapi.json`: the routes that speak JSON, for outsiders and for the tool that tries them.
//!
//! The bodies are the schemas of the types themselves; the routes are held to the table in docs/protocol.md.
//! `DOORSTEP_WRITE_SCHEMAS=1` writes it anew.

use std::collections::BTreeSet;
use std::fs;

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::blob::{MissingAnswer, MissingRequest};
use doorstep_schemas::enrol::{
    DeviceStatusRequest, EnrolAnswer, EnrolRequest, ErrorAnswer, InviteAnswer, InviteRequest, MemberAnswer,
    MemberRequest, NewMember,
};
use doorstep_schemas::upkeep::RelayState;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::json::folder;

/// Routes whose bodies are frames, bytes or events.
const OTHERWISE: [&str; 11] = [
    "POST /v1/exchange",
    "POST /v1/compare",
    "POST /v1/receipts",
    "GET /v1/live",
    "OPTIONS /v1/uploads",
    "OPTIONS /v1/uploads/{hash}",
    "POST /v1/uploads",
    "HEAD /v1/uploads/{hash}",
    "PATCH /v1/uploads/{hash}",
    "DELETE /v1/uploads/{hash}",
    "GET /v1/blobs/{hash}",
];

fn body<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    json!({ "application/json": { "schema": schemas.subschema_for::<T>() } })
}

/// A route that is asked with a body; `answer` is what comes back when it is done.
fn asked<T: JsonSchema>(schemas: &mut SchemaGenerator, summary: &str, public: bool, answer: (&str, Value)) -> Value {
    let refusal = json!({ "description": "Refused; nothing was changed", "content": body::<ErrorAnswer>(schemas) });
    let (status, content) = answer;
    let mut done = json!({ "description": "Done" });
    if !content.is_null() {
        done["content"] = content;
    }
    let mut route = json!({
        "summary": summary,
        "requestBody": { "required": true, "content": body::<T>(schemas) },
        "responses": { status: done, "4XX": refusal },
    });
    if public {
        route["security"] = json!([]);
    }
    route
}

fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let s = &mut settings.into_generator();
    let enrolled = body::<EnrolAnswer>(s);
    let enrol = asked::<EnrolRequest>(s, "A device joins with a one-time code", true, ("200", enrolled));
    let added = body::<MemberAnswer>(s);
    let members = asked::<NewMember>(s, "An owner adds a person", false, ("200", added));
    let mut member =
        asked::<MemberRequest>(s, "An owner says somebody's roles, and whether they left", false, ("204", Value::Null));
    member["parameters"] = json!([{
        "name": "member", "in": "path", "required": true,
        "schema": { "type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{8}$" },
    }]);
    let invited = body::<InviteAnswer>(s);
    let invites = asked::<InviteRequest>(s, "An owner asks for a one-time code", false, ("200", invited));
    let mut status = asked::<DeviceStatusRequest>(
        s,
        "An owner confirms a device, or reports it lost or found",
        false,
        ("204", Value::Null),
    );
    status["parameters"] = json!([{
        "name": "device", "in": "path", "required": true,
        "schema": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
    }]);
    let lacking = body::<MissingAnswer>(s);
    let missing = asked::<MissingRequest>(s, "A device asks which blobs the relay lacks", false, ("200", lacking));
    let told = json!({ "description": "As it stands", "content": body::<RelayState>(s) });
    let refused = json!({ "description": "Refused", "content": body::<ErrorAnswer>(s) });
    let about = |summary: &str| json!({ "summary": summary, "responses": { "200": told, "4XX": refused } });
    let state = about("What the relay holds, and whether its backup could be restored");
    let drill =
        about("An owner asks for a backup that is tried at once; where the operator does not allow it nothing happens");
    let text = json!({ "type": "string" });
    let health = json!({
        "summary": "Whether the relay is up, and which one it is",
        "security": [],
        "responses": { "200": { "description": "It is up", "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "name": text, "version": text, "protocol": { "const": PROTOCOL } },
            "required": ["name", "version", "protocol"],
        } } } } },
    });
    let description = json!({
        "summary": "This document",
        "security": [],
        "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "openapi": text, "paths": { "type": "object" } },
            "required": ["openapi", "paths"],
        } } } } },
    });
    let definitions: Map<String, Value> = s.take_definitions(true).into_iter().collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "doorstep-relay",
            "version": PROTOCOL.to_string(),
            "description": "The routes that speak JSON. The exchange, announcements and photos are in docs/protocol.md.",
        },
        "security": [{ "token": [] }],
        "paths": {
            "/v1/enrol": { "post": enrol },
            "/v1/members": { "post": members },
            "/v1/members/{member}": { "post": member },
            "/v1/invites": { "post": invites },
            "/v1/devices/{device}/status": { "post": status },
            "/v1/blobs/missing": { "post": missing },
            "/v1/state": { "get": state },
            "/v1/drill": { "post": drill },
            "/v1/health": { "get": health },
            "/v1/openapi.json": { "get": description },
        },
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": definitions,
        },
    })
}

#[test]
fn the_committed_document_says_what_the_code_says() {
    let (file, now) = (folder("json").join("openapi.json"), document());
    if std::env::var_os("DOORSTEP_WRITE_SCHEMAS").is_some() {
        fs::write(&file, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    let committed: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(committed == now, "stale; write it anew with DOORSTEP_WRITE_SCHEMAS=1");
}

/// A route that is added to the protocol is added here, or named above as one that does not speak JSON.
#[test]
fn it_names_every_route_of_the_protocol_that_speaks_json() {
    let protocol = fs::read_to_string(folder("../docs/protocol.md")).unwrap();
    let named = protocol.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let routes = named.map(|(route, _)| {
        route.replace("<hash>", "{hash}").replace("<device>", "{device}").replace("<member>", "{member}")
    });
    let routes: BTreeSet<String> = routes.filter(|route| route.contains(" /v1/")).collect();
    let document = document();
    let mut found: BTreeSet<String> = OTHERWISE.iter().map(|route| (*route).to_owned()).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        found.extend(methods.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    assert_eq!(found, routes);
}
