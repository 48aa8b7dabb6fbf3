//! Two versions of a document, compared as a library and as a program.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use frameio_contract::{Differences, Document, Report, Weight};
use serde_json::{Value, json};

/// Returns a document that has something of each kind to change.
fn document() -> Value {
    json!({
        "openapi": "3.1.0", "info": {"version": "1"},
        "paths": {"/v4/accounts/{account_id}/boards": {
            "get": {
                "operationId": "boards.index",
                "x-rate-limit": {"calls": 10, "per_seconds": 60.0, "scope": "account_user"},
                "parameters": [
                    {"name": "account_id", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}},
                ],
                "responses": {"200": json_body(&json!({"type": "object", "properties": {
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Board"}},
                }}))},
            },
            "post": {
                "operationId": "boards.create",
                "requestBody": json_body(&json!({"$ref": "#/components/schemas/NewBoard"})),
                "responses": {"201": json_body(&json!({"$ref": "#/components/schemas/Board"}))},
            },
        }},
        "components": {"schemas": {
            "Board": {
                "type": "object", "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "cover": {"type": ["string", "null"]},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/Board"}, {"type": "null"}]},
                },
            },
            "NewBoard": {
                "type": "object", "additionalProperties": false,
                "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 255}},
            },
        }},
    })
}

fn json_body(schema: &Value) -> Value {
    json!({"content": {"application/json": {"schema": schema}}})
}

/// Returns the differences of one weight between the document before and after `change`.
fn lines(weight: Weight, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut new = document();
    change(&mut new);
    let [old, new] = [document(), new].map(|it| Document::parse(&it.to_string()).unwrap());
    Differences::between(&old, &new).with(weight).map(ToString::to_string).collect()
}

#[track_caller]
fn assert_matters(change: impl FnOnce(&mut Value), expected: &[&str]) {
    assert_eq!(lines(Weight::Matters, change), expected);
}

#[track_caller]
fn assert_is_representation(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let mut changed = Value::Null;
    let representation = lines(Weight::Representation, |document| {
        change(document);
        changed = document.clone();
    });
    assert_eq!(representation, expected);
    assert_eq!(lines(Weight::Matters, |document| *document = changed), [""; 0]);
}

const PATH: &str = "/v4/accounts/{account_id}/boards";

#[test]
fn the_same_document_has_no_differences() {
    assert_matters(|_| {}, &[]);
    assert_is_representation(|_| {}, &[]);
}

#[test]
fn changed_quotas_parameters_and_statuses_matter() {
    assert_matters(
        |it| it["paths"][PATH]["get"]["x-rate-limit"]["scope"] = json!("account"),
        &["quota 10 per 60 s for each user of an account -> 10 per 60 s for all users of an \
           account together"],
    );
    assert_matters(
        |it| {
            let parameters = &mut it["paths"][PATH]["get"]["parameters"];
            parameters[1]["schema"]["enum"] = json!(["b", "c"]);
            parameters[1]["required"] = json!(true);
            let more = json!({"name": "include", "in": "query", "schema": {"type": "string"}});
            parameters.as_array_mut().unwrap().push(more);
        },
        &[
            "query include is new, optional",
            "query sort optional -> required",
            "query sort value a is gone",
            "query sort value c is new",
        ],
    );
    assert_matters(
        |it| {
            let responses = &mut it["paths"][PATH]["get"]["responses"];
            responses["202"] = responses.as_object_mut().unwrap().remove("200").unwrap();
        },
        &["status 200 is gone", "status 202 is new"],
    );
    assert_matters(
        |it| it["paths"][PATH]["post"]["requestBody"]["required"] = json!(true),
        &["body optional -> required"],
    );
}

#[test]
fn new_and_removed_operations_matter() {
    assert_matters(
        |it| {
            let operation = it["paths"][PATH].as_object_mut().unwrap().remove("post").unwrap();
            it["paths"]["/v4/boards"] = json!({"post": operation});
        },
        &[
            "the operation is gone: POST /v4/accounts/{account_id}/boards",
            "the operation is new: POST /v4/boards",
        ],
    );
}

#[test]
fn changed_limits_nulls_and_fields_matter() {
    assert_matters(
        |it| {
            let new = &mut it["components"]["schemas"]["NewBoard"];
            new["properties"]["name"]["maxLength"] = json!(100);
            new["properties"]["color"] = json!({"type": "string"});
            new["additionalProperties"] = json!({});
            new["required"] = json!(["name"]);
        },
        &[
            "unknown fields refused -> none",
            "color is new, optional",
            "name length 1..255 -> 1..100",
            "name optional -> required",
        ],
    );
    assert_matters(
        |it| {
            let board = &mut it["components"]["schemas"]["Board"]["properties"];
            board["cover"] = json!({"type": "string", "format": "uuid"});
            board["parent"] = json!({"$ref": "#/components/schemas/Board"});
            board["id"]["type"] = json!("integer");
        },
        &[
            "cover format none -> uuid",
            "cover may be null -> not null",
            "id type string -> integer",
            "parent may be null -> not null",
        ],
    );
}

#[test]
fn another_way_to_write_the_same_is_representation() {
    assert_is_representation(
        |it| {
            let schemas = &mut it["components"]["schemas"];
            schemas["Board"]["properties"]["cover"] =
                json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
            schemas["Board"]["additionalProperties"] = json!(false);
            let wrapped = json!({"oneOf": [{"$ref": "#/components/schemas/NewBoard"}]});
            it["paths"][PATH]["post"]["requestBody"] = json_body(&wrapped);
        },
        &["body is replaced by a union with one member", "unknown fields none -> refused"],
    );
    assert_is_representation(
        |it| {
            let schemas = it["components"]["schemas"].as_object_mut().unwrap();
            let schema = schemas.remove("NewBoard").unwrap();
            schemas.insert("BoardParams".to_owned(), schema);
            let renamed = json!({"$ref": "#/components/schemas/BoardParams"});
            it["paths"][PATH]["post"]["requestBody"] = json_body(&renamed);
        },
        &["body named NewBoard -> BoardParams"],
    );
}

#[test]
fn the_report_lists_operations_and_the_schemas_that_differ_in_them() {
    let mut new = document();
    new["components"]["schemas"]["Board"]["required"] = json!([]);
    let [old, new] = [document(), new].map(|it| Document::parse(&it.to_string()).unwrap());
    let report = Report::new(&Differences::between(&old, &new)).to_string();
    assert_eq!(
        report,
        "Differences that matter:\n  \
         boards.create\n    responses: schemas Board\n  \
         boards.index\n    responses: schemas Board\n  \
         schema Board, in responses of boards.create, boards.index\n    \
         id required -> optional\n\
         2 operations in both versions; 1 differences that matter, 0 of representation\n"
    );
}

/// Creates a file in the directory of this test run.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn program(arguments: &[&Path]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_frameio-contract"));
    program.arg("compare").args(arguments).output().unwrap()
}

#[test]
fn the_exit_status_shows_whether_something_matters() {
    let old = file("old.json", &document().to_string());
    let mut newer = document();
    newer["components"]["schemas"]["Board"]["additionalProperties"] = json!(false);
    let representation = file("representation.json", &newer.to_string());
    newer["components"]["schemas"]["Board"]["required"] = json!([]);
    let matters = file("matters.json", &newer.to_string());
    let base = Path::new("--base");
    assert_eq!(program(&[base, &old, &representation]).status.code(), Some(0));
    let output = program(&[base, &old, &matters]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("id required -> optional"));
}

#[test]
fn bad_input_is_reported_with_its_reason() {
    let without = |key: &str| {
        let mut document = document();
        document.as_object_mut().unwrap().remove(key);
        document.to_string()
    };
    for (name, content, reason) in [
        ("text.json", "openapi: 3.1.0".to_owned(), "not an OpenAPI document"),
        ("version.json", without("openapi"), "`openapi` is missing"),
        ("paths.json", without("paths"), "missing field `paths`"),
        ("references.json", without("components"), "cannot resolve the reference '#/components/"),
        (
            "empty.json",
            json!({"openapi": "3.1.0", "paths": {}}).to_string(),
            "the document has no operations",
        ),
        (
            "older.json",
            document().to_string().replace("3.1.0", "3.0.3"),
            "OpenAPI 3.0.3 is unsupported; use 3.1",
        ),
    ] {
        let path = file(name, &content);
        let output = program(&[&path]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {error}");
        assert!(error.contains(reason) && error.contains(name), "{name}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let missing = program(&[Path::new("no-such-file.json")]);
    assert_eq!(missing.status.code(), Some(2));
    let error = String::from_utf8(missing.stderr).unwrap();
    assert!(error.starts_with("frameio-contract: cannot read 'no-such-file.json': "), "{error}");
    assert_eq!(program(&[]).status.code(), Some(2));
}
