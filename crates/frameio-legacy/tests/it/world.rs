//! A façade over a simulator in process, with something in it.

use frameio_api::comments::CreateComment;
use frameio_api::files::{CreateLocalUpload, File};
use frameio_api::folders::CreateFolder;
use frameio_api::permissions::ProjectRole;
use frameio_api::project_permissions::UpdateProjectUserRole;
use frameio_api::version_stacks::CreateVersionStack;
use frameio_client::Client;
use frameio_core::{Body, CommentId, UserId};
use frameio_legacy::{LegacyBuilder, LegacyService};
use frameio_sim::{Builder, Sim, User};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "fio-u-legacy-token-of-a-script";

/// Bytes of every file.
pub(crate) fn content(size: usize) -> Vec<u8> {
    (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
    pub(crate) legacy: LegacyService,
    pub(crate) account: String,
    pub(crate) team: String,
    pub(crate) project: String,
    pub(crate) root: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["errors"][0]["detail"].as_str().unwrap_or_default()
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.body.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect()
    }
}

pub(crate) fn client(sim: &Sim) -> Client {
    Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Sim::builder(), |legacy| legacy)
    }

    pub(crate) fn with(
        sim: Builder,
        settings: impl FnOnce(LegacyBuilder) -> LegacyBuilder,
    ) -> Self {
        let sim = sim.build();
        let client = client(&sim);
        let legacy = LegacyService::builder(client.clone()).storage(sim.clone());
        let demo = sim.demo();
        Self {
            legacy: settings(legacy).build(),
            client,
            account: demo.account_id.as_str().to_owned(),
            team: demo.workspace_id.as_str().to_owned(),
            project: demo.project_id.as_str().to_owned(),
            root: demo.root_folder_id.as_str().to_owned(),
            sim,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.legacy.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body =
            if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Value::Object(serde_json::Map::new())).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, Value::Object(serde_json::Map::new())).await
    }

    /// Creates a file by V4, and uploads it.
    pub(crate) async fn file(&self, folder: &str, name: &str, size: usize) -> String {
        let bytes = content(size);
        let create = CreateLocalUpload::new(&*self.account, folder, name, size as u64);
        let file: File = self.client.send(create).await.unwrap();
        let mut start = 0;
        for part in file.upload_urls.unwrap() {
            let end = start + usize::try_from(part.size).unwrap();
            let request = Request::put(part.url.as_str())
                .header("content-type", file.media_type.as_deref().unwrap())
                .header("x-amz-acl", "private")
                .header("content-length", part.size)
                .body(Body::from(bytes[start..end].to_vec()))
                .unwrap();
            assert_eq!(self.sim.clone().oneshot(request).await.unwrap().status(), 200);
            start = end;
        }
        file.id.as_str().to_owned()
    }

    pub(crate) async fn folder(&self, parent: &str, name: &str) -> String {
        let create = CreateFolder::new(&*self.account, parent).name(name);
        self.client.send(create).await.unwrap().id.as_str().to_owned()
    }

    pub(crate) async fn stack(&self, folder: &str, files: [&str; 2]) -> String {
        let files = files.map(Into::into);
        let create = CreateVersionStack::new(&*self.account, folder, files);
        self.client.send(create).await.unwrap().id.as_str().to_owned()
    }

    pub(crate) async fn comment(&self, file: &str, text: &str) -> String {
        let create = CreateComment::new(&*self.account, file, text).timestamp(24_u64);
        self.client.send(create).await.unwrap().id.as_str().to_owned()
    }

    pub(crate) fn reply(&self, comment: &str, text: &str) -> String {
        let (comment, user): (CommentId, UserId) = (comment.into(), self.sim.demo().editor_id);
        self.sim.reply(&comment, &user, text).unwrap().as_str().to_owned()
    }

    /// Adds a user of the account who has a role on the project alone.
    pub(crate) async fn collaborator(&self, name: &str, email: &str) -> String {
        let user = self.sim.add_user(User::member(name, email));
        let role = ProjectRole::Editor;
        let grant = UpdateProjectUserRole::new(&*self.account, &*self.project, &user, role);
        self.client.send(grant).await.unwrap();
        user.as_str().to_owned()
    }

    /// Reads an uploaded file back.
    pub(crate) async fn downloaded(&self, file: &str) -> Option<Vec<u8>> {
        let url = self.sim.download_url("https://api.frame.io", file)?;
        let request = Request::get(url).body(Body::empty()).unwrap();
        let response = self.sim.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        Some(response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    /// Operations that V4 was asked for since the last call.
    pub(crate) fn operations(&self) -> Vec<&'static str> {
        let operations =
            self.sim.requests().iter().filter_map(|request| request.operation).collect();
        self.sim.clear_requests();
        operations
    }
}
