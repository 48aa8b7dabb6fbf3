//! Samples for mocks.

use frameio_api::accounts::ListAccounts;
use frameio_api::comments::{CreateComment, ListComments, ShowComment};
use frameio_api::files::{ListFiles, ShowFile};
use frameio_api::folders::{ListFolderChildren, ListFolders, ShowFolder};
use frameio_api::projects::{ListProjects, ShowProject};
use frameio_api::shares::{ListShares, ShowShare};
use frameio_api::users::ShowCurrentUser;
use frameio_api::version_stacks::ShowVersionStack;
use frameio_api::webhooks::{ListWebhooks, ShowWebhook};
use frameio_api::workspaces::{ListWorkspaces, ShowWorkspace};
use frameio_core::{Body, Endpoint, FromResponse};
use frameio_sim::samples;
use http::{Method, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::contract::Contract;
use crate::schema::differences;

async fn collect(response: Response<Body>) -> (http::response::Parts, bytes::Bytes) {
    let (parts, body) = response.into_parts();
    (parts, body.collect().await.unwrap().to_bytes())
}

/// Validates a response against the contract of an operation, and decodes it as the SDK does.
async fn decode<E: Endpoint>(response: Response<Body>) -> E::Response {
    let (parts, body) = collect(response).await;
    let operation = E::OPERATION;
    let contract = Contract::all().find(|contract| contract.id == operation.id).unwrap();
    let responses = &contract.operation["responses"];
    let status = if operation.method == Method::POST { "201" } else { "200" };
    let schema = &responses[status]["content"]["application/json"]["schema"];
    let value: Value = serde_json::from_slice(&body).unwrap();
    let found = differences(contract.document, schema, &value);
    assert!(found.is_empty(), "{}: {found:#?}\n{value:#}", operation.id);
    E::Response::from_response(&parts, body).unwrap()
}

#[tokio::test]
async fn samples_match_the_contract_and_the_typed_models() {
    let user = decode::<ShowCurrentUser>(samples::response(samples::user())).await;
    let workspace = decode::<ShowWorkspace>(samples::response(samples::workspace())).await;
    let project = decode::<ShowProject>(samples::response(samples::project())).await;
    let folder = decode::<ShowFolder>(samples::response(samples::folder())).await;
    let file = decode::<ShowFile>(samples::response(samples::file())).await;
    let comment = decode::<ShowComment>(samples::response(samples::comment())).await;
    decode::<CreateComment>(samples::response(samples::comment())).await;
    decode::<ShowVersionStack>(samples::response(samples::version_stack())).await;
    decode::<ShowShare>(samples::response(samples::share())).await;
    decode::<ShowWebhook>(samples::response(samples::webhook())).await;

    assert_eq!(comment.file_id, file.id);
    assert_eq!(file.parent_id.as_ref().unwrap().as_str(), folder.id.as_str());
    assert_eq!(folder.parent_id.as_ref(), Some(&project.root_folder_id));
    assert_eq!(file.project_id, project.id);
    assert_eq!(project.workspace_id, workspace.id);
    assert_eq!(workspace.account_id.as_str(), samples::account()["id"]);
    assert!(!user.name.is_empty() && comment.timestamp.is_some());
}

#[tokio::test]
async fn pages_of_samples_match_the_contract_and_the_typed_models() {
    let accounts = decode::<ListAccounts>(samples::page([samples::account()])).await;
    assert_eq!(accounts.data.len(), 1);
    assert!(accounts.next_cursor().unwrap().is_none());
    decode::<ListWorkspaces>(samples::page([samples::workspace()])).await;
    decode::<ListProjects>(samples::page([samples::project()])).await;
    decode::<ListFolders>(samples::page([samples::folder()])).await;
    decode::<ListFiles>(samples::page([samples::file()])).await;
    let children = [samples::folder(), samples::file(), samples::version_stack()];
    assert_eq!(decode::<ListFolderChildren>(samples::page(children)).await.data.len(), 3);
    decode::<ListShares>(samples::page([samples::share()])).await;
    decode::<ListWebhooks>(samples::page([samples::webhook()])).await;
    assert!(decode::<ListComments>(samples::page([])).await.data.is_empty());

    let next = "/v4/accounts/a/files/f/comments?after=two";
    let first = samples::page_before(next, [samples::comment()]);
    let first = decode::<ListComments>(first).await;
    assert_eq!(first.next_cursor().unwrap().unwrap().as_str(), "two");
}

#[tokio::test]
async fn samples_are_the_same_in_every_run() {
    let all = [
        samples::account(),
        samples::user(),
        samples::workspace(),
        samples::project(),
        samples::folder(),
        samples::file(),
        samples::version_stack(),
        samples::comment(),
        samples::share(),
        samples::webhook(),
    ];
    for sample in all {
        let text = sample.to_string();
        assert!(text.contains("-f1a0-4000-8000-"), "not the ids of the demo state: {text}");
        let fields = sample.as_object().unwrap();
        let times = fields.iter().filter(|(name, _)| name.ends_with("_at"));
        for time in times.filter_map(|(_, time)| time.as_str()) {
            assert!(time < "2026-05", "not a date of the demo state: {time} in {text}");
        }
    }
}

#[tokio::test]
async fn errors_have_the_documented_body() {
    let (parts, body) = collect(samples::error(StatusCode::NOT_FOUND, "no such file")).await;
    assert_eq!(parts.status, StatusCode::NOT_FOUND);
    let contract = Contract::find(&Method::GET, "/v4/accounts/a/files/f").unwrap();
    let schema = &contract.operation["responses"]["404"]["content"]["application/json"]["schema"];
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(differences(contract.document, schema, &body), <[String; 0]>::default());
    assert_eq!(body["errors"][0]["detail"], "no such file");
}
