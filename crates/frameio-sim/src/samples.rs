//! Sample resources and responses for tests that mock the service by hand.
//!
//! A test that only needs two or three responses can pass a closure to the client instead of a
//! [`Sim`]. This module provides realistic JSON for it:
//!
//! ```
//! use frameio_sim::samples;
//! use http::StatusCode;
//! use serde_json::json;
//!
//! let mut file = samples::file();
//! file["name"] = json!("teaser.mp4");
//! let found = samples::response(file);
//! let none = samples::page([]);
//! let failed = samples::error(StatusCode::FORBIDDEN, "not allowed");
//! # assert_eq!((found.status().as_u16(), none.status().as_u16()), (200, 200));
//! # assert_eq!(failed.status(), 403);
//! ```
//!
//! The functions for resources return the object that the service returns by default, without related
//! resources that a request has to include. The values are those of [`SavedState::demo`], serialized by
//! the simulator, so they have the shape of the contract. They are the same in every run.
//!
//! The samples refer to each other: the comment belongs to the file, the file to the folder, and so on to
//! the account; the user created all of them. The version stack, the share and the webhook belong to
//! other projects and workspaces of the same account.
//!
//! Use a [`Sim`] when responses depend on earlier requests, and for uploads and downloads.

use std::sync::LazyLock;

use frameio_core::Body;
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use crate::response::{Failure, Reply};
use crate::sim::Sim;
use crate::snapshot::{self, SavedState};
use crate::state::{Row, Table};

/// Date of records for which the demo state has none.
const CREATED_AT: &str = "2026-01-05T09:00:00Z";

static SAMPLES: LazyLock<Samples> = LazyLock::new(Samples::create);

struct Samples {
    account: Value,
    user: Value,
    workspace: Value,
    project: Value,
    folder: Value,
    file: Value,
    version_stack: Value,
    comment: Value,
    share: Value,
    webhook: Value,
}

/// Returns the account.
pub fn account() -> Value {
    SAMPLES.account.clone()
}

/// Returns the signed-in user, as `users.show` does.
pub fn user() -> Value {
    SAMPLES.user.clone()
}

/// Returns a workspace.
pub fn workspace() -> Value {
    SAMPLES.workspace.clone()
}

/// Returns a project.
pub fn project() -> Value {
    SAMPLES.project.clone()
}

/// Returns a folder in the root folder of the [project].
pub fn folder() -> Value {
    SAMPLES.folder.clone()
}

/// Returns a transcoded video in the [folder].
pub fn file() -> Value {
    SAMPLES.file.clone()
}

/// Returns a version stack.
pub fn version_stack() -> Value {
    SAMPLES.version_stack.clone()
}

/// Returns a comment on the [file](file()), with a timestamp.
pub fn comment() -> Value {
    SAMPLES.comment.clone()
}

/// Returns a public share.
pub fn share() -> Value {
    SAMPLES.share.clone()
}

/// Returns a webhook, without its secret.
pub fn webhook() -> Value {
    SAMPLES.webhook.clone()
}

/// Creates a 200 response with one resource.
pub fn response(resource: Value) -> Response<Body> {
    Reply::ok(resource).into_response()
}

/// Creates a 200 response with the last or only page of a list.
pub fn page(resources: impl IntoIterator<Item = Value>) -> Response<Body> {
    list(resources, None)
}

/// Creates a 200 response with a page of a list that continues at `next`, the path and query of the
/// following page, such as `/v4/accounts?after=2`.
pub fn page_before(
    next: impl Into<String>,
    resources: impl IntoIterator<Item = Value>,
) -> Response<Body> {
    list(resources, Some(next.into()))
}

fn list(resources: impl IntoIterator<Item = Value>, next: Option<String>) -> Response<Body> {
    let data: Vec<Value> = resources.into_iter().collect();
    Reply::page(data, next).into_response()
}

/// Creates an error response with the documented body.
pub fn error(status: StatusCode, detail: impl Into<String>) -> Response<Body> {
    Failure::new(status, detail.into()).into_response()
}

impl Samples {
    fn create() -> Self {
        let sim = Sim::builder().quotas(false).state(state()).build();
        let account = sim.demo().account_id;
        let (ids, version_stack, share, webhook) = {
            let state = &sim.shared().lock().state;
            let comment = last(&state.comments);
            let file = &state.files[comment.text("file_id")];
            let project = &state.projects[file.text("project_id")];
            let ids = [
                ("workspaces", project.text("workspace_id")),
                ("projects", project.id()),
                ("folders", file.text("parent_id")),
                ("files", file.id()),
                ("comments", comment.id()),
            ];
            let of = |table| last(table).id().to_owned();
            let ids = ids.map(|(name, id)| format!("/v4/accounts/{account}/{name}/{id}"));
            (ids, of(&state.version_stacks), of(&state.shares), of(&state.webhooks))
        };
        let in_account = |path: String| get(&sim, &format!("/v4/accounts/{account}/{path}"));
        let [workspace, project, folder, file, comment] = ids.map(|path| get(&sim, &path));
        Self {
            account: get(&sim, "/v4/accounts")[0].take(),
            user: get(&sim, "/v4/me"),
            workspace,
            project,
            folder,
            file,
            version_stack: in_account(format!("version_stacks/{version_stack}")),
            comment,
            share: in_account(format!("shares/{share}")),
            webhook: in_account(format!("webhooks/{webhook}")),
        }
    }
}

/// Returns the demo state with a fixed date for every record, so that samples do not depend on the time.
fn state() -> SavedState {
    let mut document: Value = serde_json::from_str(snapshot::DEMO).unwrap_or_default();
    let tables = document["state"].as_object_mut().into_iter().flatten();
    let records = tables.filter_map(|(_, table)| table.as_array_mut()).flatten();
    for record in records.filter_map(Value::as_object_mut) {
        record.entry("created_at").or_insert_with(|| CREATED_AT.into());
    }
    match document.to_string().parse() {
        Ok(state) => state,
        Err(error) => panic!("the demo state is invalid: {error}"),
    }
}

fn last(table: &Table) -> &Row {
    match table.values().last() {
        Some(row) => row,
        None => panic!("the demo state has no record of this kind"),
    }
}

/// Returns the data of a response, which is available immediately because it needs no I/O.
fn get(sim: &Sim, path: &str) -> Value {
    let request = Request::get(path)
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .body(Body::empty());
    let response = request.ok().and_then(|request| sim.clone().oneshot(request).now_or_never());
    match response {
        Some(Ok(response)) if response.status() == StatusCode::OK => {
            let body = response.body().as_bytes().unwrap_or_default();
            let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
            body["data"].take()
        }
        other => panic!("{path}: {other:?}"),
    }
}
