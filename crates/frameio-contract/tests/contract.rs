//! Compares the shipped documents with the code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use frameio_api::Catalog;
use frameio_contract::{Document, Finding, cases, compare};
use frameio_core::Operation;
use serde_json::{Value, json};

#[track_caller]
fn assert_none(findings: &[Finding]) {
    let short = |it: &Finding| it.to_string().chars().take(400).collect::<String>();
    let shown: Vec<_> = findings.iter().map(short).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), shown.join("\n"));
}

#[test]
fn operations_agree_with_the_contract() {
    assert_none(&compare(&[Document::stable(), Document::experimental()]));
}

#[test]
fn every_operation_has_a_case() {
    let all: Vec<_> = Operation::all().map(|operation| operation.id).collect();
    let of_cases: Vec<_> = cases().iter().map(|case| case.operation.id).collect();
    assert_eq!(all, of_cases, "list each operation once, in the order of its declaration");
}

#[test]
fn the_table_of_operations_is_up_to_date() {
    let table = include_str!("../../../docs/operations.md");
    let current = frameio_contract::operations_table();
    assert!(
        table == current,
        "run `cargo run -p frameio-contract -- operations >docs/operations.md`"
    );
}

#[test]
fn finds_operations_by_their_former_names() {
    let current = Operation::find("users.account_permissions_index").unwrap();
    assert_eq!(Operation::find("account_permissions.index"), Some(current));
    assert_eq!(Operation::find("account_permissions.nothing"), None);
}

/// Returns the findings about a document with some of the operations, changed by `change`.
fn found_after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    const KEPT: [&str; 3] = [
        "/v4/accounts/{account_id}/files/{file_id}",
        "/v4/accounts/{account_id}/folders/{folder_id}/children",
        "/v4/accounts/{account_id}/workspaces",
    ];
    let mut document: Value = serde_json::from_str(frameio_openapi::STABLE).unwrap();
    document["paths"].as_object_mut().unwrap().retain(|path, _| KEPT.contains(&path.as_str()));
    change(&mut document);
    let document = Document::parse(&document.to_string()).unwrap();
    // The other operations are findings too, because they are missing.
    let about = ["files.show", "files.update", "files.delete", "folders.index", "moods.index"];
    let about = [&about[..], &["workspaces.index", "workspaces.create"]].concat();
    let findings = compare(&[&document]).into_iter();
    findings
        .filter(|finding| about.contains(&finding.about.as_str()))
        .map(|finding| finding.to_string())
        .collect()
}

#[track_caller]
fn assert_found(findings: &[String], expected: &str) {
    assert!(findings.iter().any(|it| it.contains(expected)), "{expected}: {findings:#?}");
}

#[test]
fn finds_what_the_service_adds() {
    assert_eq!(found_after(|_| {}), <[String; 0]>::default());

    let file = "/v4/accounts/{account_id}/files/{file_id}";
    let found = found_after(|document| {
        document["components"]["schemas"]["FileWithIncludes"]["properties"]["mood"] =
            json!({"type": "string"});
        document["components"]["schemas"]["FileStatus"]["enum"] =
            json!(["created", "uploaded", "transcoded", "archived"]);
        document["components"]["schemas"]["FileUpdateParamsData"]["properties"]["mood"] =
            json!({"type": "string"});
        document["components"]["schemas"]["FileUpdateParamsData"]["properties"]["name"] =
            json!({"type": "string", "minLength": 1, "maxLength": 300});
        let show = &mut document["paths"][file]["get"];
        show["x-rate-limit"]["calls"] = json!(7);
        show["parameters"].as_array_mut().unwrap().push(json!({
            "name": "mood", "in": "query", "schema": {"type": "string"},
        }));
        document["paths"]["/v4/accounts/{account_id}/moods"]["get"] =
            json!({"operationId": "moods.index", "responses": {}});
    });
    for expected in [
        "files.show: response: no type knows the field `mood",
        "files.update: response: no type knows the value `\"archived\"",
        "files.update: body: `mood` is missing",
        "files.update: `name` cannot be 300",
        "files.show: the quota is (7, 1.0, \"account_user\")",
        "files.show: query: `mood` is missing",
        "moods.index: no type sends GET /v4/accounts/{account_id}/moods",
    ] {
        assert_found(&found, expected);
    }
}

#[test]
fn finds_what_the_service_removes() {
    let found = found_after(|document| {
        document["paths"]["/v4/accounts/{account_id}/workspaces"]["get"]["parameters"]
            .as_array_mut()
            .unwrap()
            .retain(|it| it["name"] != "include");
        let schemas = &mut document["components"]["schemas"];
        schemas["WorkspaceParamsData"]["properties"]["name"]["maxLength"] = json!(200);
        schemas["FileWithIncludes"]["required"].as_array_mut().unwrap().retain(|it| it != "name");
    });
    assert_found(&found, "workspaces.create: `name` can be 201");
    assert_found(&found, "files.show: at `data`: missing field `name`");
    assert_found(&found, "workspaces.index: query: `include` is not in the contract");
}

#[test]
fn refuses_text_that_is_not_an_openapi_document() {
    assert!(Document::parse("{").is_err());
    assert!(Document::parse("{}").unwrap_err().to_string().contains("OpenAPI"));
}
