//! Client of the simulator that validates every response against the contract.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::{Sim, Storage};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::contract::Contract;

pub(crate) struct Api {
    pub(crate) sim: Sim,
    token: String,
    succeeded: Arc<Mutex<BTreeSet<&'static str>>>,
}

pub(crate) struct ApiResponse {
    pub(crate) operation: Option<&'static str>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    /// Creates a client of a simulator without quotas.
    pub(crate) fn new() -> Self {
        Self::of(Sim::builder().quotas(false).build())
    }

    pub(crate) fn of(sim: Sim) -> Self {
        Self { sim, token: Sim::TOKEN.to_owned(), succeeded: Arc::default() }
    }

    /// Returns a client of the same simulator with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            sim: self.sim.clone(),
            token: token.to_owned(),
            succeeded: Arc::clone(&self.succeeded),
        }
    }

    /// Returns the operations that have succeeded.
    pub(crate) fn succeeded(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.succeeded.lock().unwrap()
    }

    /// The path of the demo account.
    pub(crate) fn account(&self) -> String {
        format!("/v4/accounts/{}", self.sim.demo().account_id)
    }

    /// The path of the demo workspace.
    pub(crate) fn workspace(&self) -> String {
        format!("{}/workspaces/{}", self.account(), self.sim.demo().workspace_id)
    }

    /// The path of the demo project.
    pub(crate) fn project(&self) -> String {
        format!("{}/projects/{}", self.account(), self.sim.demo().project_id)
    }

    /// The path of the root folder of the demo project.
    pub(crate) fn root(&self) -> String {
        format!("{}/folders/{}", self.account(), self.sim.demo().root_folder_id)
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> ApiResponse {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send_text(method, path, &body).await
    }

    pub(crate) async fn send_text(&self, method: Method, path: &str, body: &str) -> ApiResponse {
        let contract = Contract::find(&method, path.split('?').next().unwrap());
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("https://api.frame.io{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        if let Some(version) = contract.as_ref().and_then(Contract::version) {
            request = request.header("api-version", version);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = send(&self.sim, request).await.into_parts();
        if let Some(contract) = &contract {
            contract.check(parts.status, &parts.headers, &body);
        }
        let operation = contract.map(|contract| contract.id);
        if parts.status.is_success() {
            self.succeeded().extend(operation);
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        ApiResponse { operation, status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> ApiResponse {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, data: Value) -> ApiResponse {
        self.send(Method::POST, path, Some(json!({ "data": data }))).await
    }

    pub(crate) async fn patch(&self, path: &str, data: Value) -> ApiResponse {
        self.send(Method::PATCH, path, Some(json!({ "data": data }))).await
    }

    pub(crate) async fn delete(&self, path: &str) -> ApiResponse {
        self.send(Method::DELETE, path, None).await
    }

    /// Creates a folder in `folder`; returns its path.
    pub(crate) async fn make_folder(&self, folder: &str, name: &str) -> String {
        let response = self.post(&format!("{folder}/folders"), json!({ "name": name })).await;
        format!("{}/folders/{}", self.account(), response.created()["id"].as_str().unwrap())
    }

    /// Creates a file in `folder` without uploading it.
    pub(crate) async fn make_file(&self, folder: &str, name: &str, size: usize) -> Value {
        let data = json!({ "name": name, "file_size": size });
        self.post(&format!("{folder}/files/local_upload"), data).await.created()
    }

    /// Creates a file in the root folder and uploads it; returns its path.
    pub(crate) async fn upload(&self, name: &str, content: &str) -> String {
        let file = self.make_file(&self.root(), name, content.len()).await;
        let mut content = content;
        for part in file["upload_urls"].as_array().unwrap() {
            let (now, later) = content.split_at(part["size"].as_u64().unwrap() as usize);
            let media_type = file["media_type"].as_str().unwrap();
            let url = part["url"].as_str().unwrap();
            assert_eq!(put(&self.sim, url, media_type, now).await.0, StatusCode::OK);
            content = later;
        }
        self.file(&file)
    }

    /// Downloads a file or an attachment by its id.
    pub(crate) async fn read(&self, id: &Value, headers: &[(&str, &str)]) -> Response<Bytes> {
        let url = self.sim.download_url("http://sim.test", id.as_str().unwrap()).unwrap();
        get(&self.sim, &url, headers).await
    }

    /// The path of a file.
    pub(crate) fn file(&self, file: &Value) -> String {
        format!("{}/files/{}", self.account(), file["id"].as_str().unwrap())
    }
}

impl ApiResponse {
    /// Returns the data of a 200 response.
    #[track_caller]
    pub(crate) fn data(mut self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body["data"].take()
    }

    /// Returns the data of a 201 response.
    #[track_caller]
    pub(crate) fn created(mut self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        self.body["data"].take()
    }

    /// Returns the names in a list.
    #[track_caller]
    pub(crate) fn names(self) -> Vec<String> {
        let data = self.data();
        let items = data.as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the pointers of a 422 response.
    #[track_caller]
    pub(crate) fn pointers(&self) -> Vec<&str> {
        assert_eq!(self.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", self.body);
        let errors = self.body["errors"].as_array().unwrap().iter();
        errors.map(|error| error["source"]["pointer"].as_str().unwrap()).collect()
    }
}

/// Sends a request and collects the response.
pub(crate) async fn send(sim: &Sim, request: Request<Body>) -> Response<Bytes> {
    let (parts, body) = sim.clone().oneshot(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// Sends a `GET` to a signed URL.
pub(crate) async fn get(sim: &Sim, url: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let request =
        headers.iter().fold(Request::get(url), |r, (name, value)| r.header(*name, *value));
    send(sim, request.body(Body::empty()).unwrap()).await
}

/// Returns the storages that keep bytes; the directory is inside the build directory.
pub(crate) fn storages() -> [Storage; 2] {
    let name = uuid::Uuid::new_v4().to_string();
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    [Storage::Memory, Storage::Directory(directory)]
}

/// Uploads a part correctly; returns the status and the body.
pub(crate) async fn put(
    sim: &Sim,
    url: &str,
    media_type: &str,
    content: &str,
) -> (StatusCode, String) {
    let request = Request::put(url)
        .header("x-amz-acl", "private")
        .header("content-type", media_type)
        .body(Body::from(content.to_owned()))
        .unwrap();
    let response = send(sim, request).await;
    (response.status(), String::from_utf8(response.into_body().into()).unwrap())
}
