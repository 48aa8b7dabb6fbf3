//! `frameio operations`.

use serde_json::{Value, json};

use crate::program::{Ended, end, offline};

async fn operations(arguments: &[&str]) -> Ended {
    let mut command = offline();
    command.arg("operations").args(arguments);
    end(command, None).await
}

#[tokio::test]
async fn lists_every_operation_with_route_quota_and_parameters() {
    let all = operations(&["--json"]).await.lines();
    assert_eq!(all.len(), 124);
    let rename = all.iter().find(|it| it["id"] == "files.update").unwrap();
    let parameter = |name: &str, place: &str, min: Value, max: Value| {
        json!({
            "name": name, "in": place, "required": place == "path", "values": [],
            "min": min, "max": max,
        })
    };
    let null = Value::Null;
    assert_eq!(
        *rename,
        json!({
            "id": "files.update",
            "type": "frameio::files::UpdateFile",
            "method": "PATCH",
            "path": "/v4/accounts/{account_id}/files/{file_id}",
            "quota": {"calls": 100, "window_ms": 60_000, "scope": "account_user"},
            "api_version": null,
            "idempotent": true,
            "deprecated": false,
            "paged": false,
            "parameters": [
                parameter("account_id", "path", null.clone(), null.clone()),
                parameter("file_id", "path", null.clone(), null),
                parameter("name", "data", json!(1), json!(255)),
            ],
        })
    );
}

#[tokio::test]
async fn a_pattern_matches_names_and_routes() {
    let found = operations(&["files.show"]).await;
    assert_eq!(
        found.stdout,
        "ID                             METHOD  PATH                                              \
         QUOTA     NOTES\n\
         files.show                     GET     /v4/accounts/{account_id}/files/{file_id}         \
         5 per 1s\n\
         files.show_file_upload_status  GET     /v4/accounts/{account_id}/files/{file_id}/status  \
         5 per 1s\n"
    );
    let parameters = operations(&["files.show", "--columns", "parameters", "--no-header"]).await;
    assert_eq!(
        parameters.stdout,
        "account_id, file_id, [include], [scrub_sheet_layout]\naccount_id, file_id\n"
    );
    let by_route = operations(&["/audit_logs", "--format", "json"]).await.json();
    assert_eq!(by_route[0]["id"], "accounts.auditlog_index");
    assert_eq!(by_route[0]["api_version"], "4.0");
    let message = "frameio: no operation contains 'moodboard' in its name or route";
    assert_eq!(operations(&["Moodboard"]).await.failed(5), message);
}

#[tokio::test]
async fn show_describes_fields_quota_and_an_example() {
    let shown = operations(&["--show", "comments.create"]).await;
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""), "{shown:?}");
    for part in [
        "POST /v4/accounts/{account_id}/files/{file_id}/comments",
        "quota: 100 calls in 60 s, for each user in an account",
        "data.text",
        "string, required",
        "frameio call comments.create --path file_id='/Film/The Crossing/Stills/Poster.png' -f text=text",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    let events = operations(&["--show", "webhooks.create"]).await.stdout;
    assert!(events.contains("file.ready | "), "{events}");
    let described =
        operations(&["--show", "shares.add_reviewers", "--format", "json"]).await.json();
    let fields = described[0]["fields"].as_array().unwrap();
    let emails = fields.iter().find(|it| it["name"] == "data.reviewers[emails]").unwrap();
    assert_eq!(emails["type"], "list of string");
    assert!(described[0]["example"].as_str().unwrap().starts_with("frameio call shares.add_re"));
    let unknown = operations(&["--show", "file.show"]).await;
    assert!(unknown.failed(2).contains("did you mean 'files.show'?"), "{unknown:?}");
}

#[tokio::test]
async fn show_describes_each_member_of_a_union() {
    let name = "metadata_fields.metadata_field_definitions_create";
    let shown = operations(&["--show", name]).await;
    shown.succeeded();
    for part in ["date | long_text | number", "with field_type number", "with field_type rating"] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    let json = operations(&["--show", name, "--json"]).await.json();
    let fields = json["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(field("data[name]")["only_with"], Value::Null, "each type has it");
    assert_eq!(field("data[field_configuration]")["required"], false, "a text has none");
}

#[tokio::test]
async fn descriptions_fit_the_terminal() {
    for columns in [40, 80] {
        for name in ["comments.create", "webhooks.create", "files.show"] {
            let mut command = offline();
            command.args(["operations", "--show", name]).env("COLUMNS", columns.to_string());
            let shown = end(command, None).await;
            assert_eq!(shown.status, 0, "{name}: {shown:?}");
            let (_, parameters) = shown.stdout.split_once("\nParameters:\n").unwrap();
            let (parameters, _) = parameters.split_once("\nExample:\n").unwrap();
            // Long names cannot be broken.
            let lines = parameters.lines().filter(|line| line.trim().contains(' '));
            let widest = lines.map(|line| line.chars().count()).max();
            assert!(widest.unwrap() <= columns, "{columns}: {parameters}");
        }
    }
}
