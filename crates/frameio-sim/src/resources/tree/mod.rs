//! The tree of folders, version stacks and files: where things are, and what is below them.

pub(super) mod copies;
pub(super) mod moves;
pub(crate) mod trash;
pub(super) mod versions;

use std::collections::HashMap;

use serde_json::Value;

use super::{files, folders, version_stacks};
use crate::respond::Failure;
use crate::state::{Ctx, Row, State, Table, not_found};

/// What files, folders and version stacks can be in.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) project: String,
    is_stack: bool,
}

impl Place {
    fn of(row: &Row) -> Self {
        Self {
            id: row.id().to_owned(),
            project: row.text("project_id").to_owned(),
            is_stack: row.text("type") == "version_stack",
        }
    }

    /// The folder that `parent_id` of the body names.
    pub(super) fn folder(state: &State, ctx: &Ctx<'_>) -> Result<Self, Failure> {
        let id = named(ctx)?;
        ctx.find_id(&state.folders, "folder_id", id).map(Self::of)
    }

    /// The folder or version stack that `parent_id` of the body names.
    pub(super) fn folder_or_stack(state: &State, ctx: &Ctx<'_>) -> Result<Self, Failure> {
        let id = named(ctx)?;
        let stack = ctx.find_id(&state.version_stacks, "version_stack_id", id);
        let found = stack.or_else(|_| ctx.find_id(&state.folders, "folder_id", id));
        let missing = |_| not_found("folder_or_version_stack");
        found.map(Self::of).map_err(missing)
    }

    /// The folder that something is in, or the version stack of it.
    pub(super) fn beside(state: &State, row: &Row) -> Result<Self, Failure> {
        let parent = state.folders.get(folder_of(state, row));
        let none = || Failure::invalid("/data/parent_id", "is missing: a root folder is in none");
        parent.map(Self::of).ok_or_else(none)
    }
}

fn named<'a>(ctx: &'a Ctx<'_>) -> Result<&'a str, Failure> {
    let id = ctx.field("parent_id").as_str();
    id.ok_or_else(|| Failure::invalid("/data/parent_id", "is missing: it says where to"))
}

/// A list of ids in the body.
pub(super) fn ids<'a>(ctx: &'a Ctx<'_>, name: &str) -> Vec<&'a str> {
    ctx.field(name).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The folder that something is in, or the version stack of it.
fn folder_of<'s>(state: &'s State, row: &'s Row) -> &'s str {
    let parent = row.text("parent_id");
    state.version_stacks.get(parent).map_or(parent, |stack| stack.text("parent_id"))
}

/// A file, a folder or a version stack.
pub(super) fn asset<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    let State { files, folders, version_stacks, .. } = state;
    files.get(id).or_else(|| folders.get(id)).or_else(|| version_stacks.get(id))
}

/// The same, to be changed.
fn asset_mut<'s>(state: &'s mut State, id: &str) -> Option<&'s mut Row> {
    let State { files, folders, version_stacks, .. } = state;
    files.get_mut(id).or_else(|| folders.get_mut(id)).or_else(|| version_stacks.get_mut(id))
}

/// A file, a folder or a version stack, as lists hold it.
pub(super) fn render(state: &State, ctx: &Ctx<'_>, asset: &Row) -> Value {
    match asset.text("type") {
        "file" => files::render(state, ctx, asset),
        "version_stack" => version_stacks::render(state, ctx, asset),
        _ => folders::render(state, ctx, asset),
    }
}

/// Something with all that is below it, parents first; by their ids.
pub(super) fn below(state: &State, id: &str) -> Vec<String> {
    if state.files.contains_key(id) {
        return vec![id.to_owned()];
    }
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    let State { folders, version_stacks, files, .. } = state;
    for row in [folders, version_stacks, files].into_iter().flat_map(Table::values) {
        children.entry(row.text("parent_id")).or_default().push(row.id());
    }
    let mut found = vec![id];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        found.extend(children.get(id).into_iter().flatten());
        next += 1;
    }
    found.into_iter().map(str::to_owned).collect()
}

/// Puts a record into a project.
pub(crate) fn enter(row: &mut Row, project: &str) {
    let url = match row.text("type") {
        "folder" => format!("https://next.frame.io/project/{project}/{}", row.id()),
        _ => format!("https://next.frame.io/project/{project}/view/{}", row.id()),
    };
    row.fields.insert("view_url".to_owned(), url.into());
    row.fields.insert("project_id".to_owned(), project.into());
}

/// Notes what a request has done to something; a version stack is its head to the listeners.
pub(super) fn happened(state: &mut State, ctx: &Ctx<'_>, done: Done, id: &str) {
    let Some(row) = asset(state, id) else { return };
    let project = row.text("project_id").to_owned();
    let (kind, on_file, on_folder) = match done {
        Done::Created => (row.text("type"), "file.created", "folder.created"),
        Done::Updated => (row.text("type"), "file.updated", "folder.updated"),
        Done::Copied => (row.text("type"), "file.copied", "folder.copied"),
        Done::Deleted => (row.text("type"), "file.deleted", "folder.deleted"),
    };
    if kind == "folder" {
        return state.happened(ctx, on_folder, ("folder", id), &project);
    }
    let head = versions::head(state, id).unwrap_or(id).to_owned();
    state.happened(ctx, on_file, ("file", &head), &project);
}

/// What can be done to files and folders alike.
#[derive(Clone, Copy, Debug)]
pub(super) enum Done {
    Created,
    Updated,
    Copied,
    Deleted,
}

#[cfg(test)]
mod tests {
    use frameio_core::Body;
    use http::{Method, Request};
    use http_body_util::BodyExt;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use crate::sim::{Sim, lock};

    /// Asks for what is below the demo account; gives the id in the answer.
    async fn ask(sim: &Sim, method: Method, path: &str, data: Value) -> String {
        let uri = format!("https://api.frame.io/v4/accounts/{}/{path}", sim.demo().account_id);
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {}", Sim::TOKEN))
            .header("api-version", "experimental")
            .header("content-type", "application/json")
            .body(Body::from(json!({ "data": data }).to_string()))
            .unwrap();
        let response = sim.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        body["data"]["id"].as_str().unwrap_or_default().to_owned()
    }

    /// What has happened since this was last asked for, and to what.
    fn events(sim: &Sim, seen: &mut usize) -> Vec<(String, String)> {
        let events = sim.events().split_off(*seen);
        *seen += events.len();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told = |event: &Value| (text(&event["type"]), text(&event["resource"]["id"]));
        events.iter().map(|it| told(&serde_json::to_value(&it.event).unwrap())).collect()
    }

    #[tokio::test]
    async fn what_happens_is_told_once_and_of_a_version_stack_by_its_head() {
        let sim = Sim::builder().quotas(false).build();
        let mut seen = 0;
        let root = format!("folders/{}", sim.demo().root_folder_id);
        let folder = ask(&sim, Method::POST, &format!("{root}/folders"), json!({})).await;
        let upload = format!("{root}/files/local_upload");
        let file = json!({"name": "a.mp4", "file_size": 1});
        let [a, b] = [
            ask(&sim, Method::POST, &upload, file.clone()).await,
            ask(&sim, Method::POST, &upload, file).await,
        ];
        let told = |kind: &str, id: &String| (kind.to_owned(), id.clone());
        let created = [("folder.created", &folder), ("file.created", &a), ("file.created", &b)];
        assert_eq!(events(&sim, &mut seen), created.map(|(kind, id)| told(kind, id)));

        let files = json!({ "file_ids": [a, b] });
        let stack = ask(&sim, Method::POST, &format!("{root}/version_stacks"), files).await;
        assert_eq!(events(&sim, &mut seen), [told("file.versioned", &b)]);
        let to = json!({ "parent_id": folder });
        ask(&sim, Method::PATCH, &format!("version_stacks/{stack}/move"), to.clone()).await;
        assert_eq!(events(&sim, &mut seen), [told("file.updated", &b)]);
        let to_top = json!({"target_file_id": a, "move_to": "top"});
        let versions = format!("version_stacks/{stack}/versions");
        ask(&sim, Method::PATCH, &versions, to_top.clone()).await;
        ask(&sim, Method::PATCH, &versions, to_top).await;
        assert_eq!(events(&sim, &mut seen), [told("file.versioned", &a)], "only of a new head");

        let copy = ask(&sim, Method::POST, &format!("folders/{folder}/copy"), json!({})).await;
        assert_eq!(events(&sim, &mut seen), [told("folder.copied", &copy)]);
        ask(&sim, Method::DELETE, &format!("folders/{folder}"), json!({})).await;
        ask(&sim, Method::PATCH, &format!("folders/{folder}/restore"), json!({})).await;
        assert_eq!(
            events(&sim, &mut seen),
            ["folder.deleted", "folder.updated"].map(|it| told(it, &folder))
        );

        let into = json!({ "parent_id": stack });
        let copy = ask(&sim, Method::POST, &format!("files/{b}/copy"), into).await;
        assert_eq!(
            events(&sim, &mut seen),
            ["file.copied", "file.versioned"].map(|it| told(it, &copy))
        );
        ask(&sim, Method::PATCH, &format!("files/{copy}/move"), to.clone()).await;
        ask(&sim, Method::PATCH, &format!("files/{copy}/move"), to).await;
        assert_eq!(events(&sim, &mut seen), [told("file.updated", &copy)], "it was there already");

        let project = format!("projects/{}", sim.demo().project_id);
        let id = sim.demo().project_id.to_string();
        ask(&sim, Method::PATCH, &project, json!({"name": "New"})).await;
        ask(&sim, Method::DELETE, &project, json!({})).await;
        let project = ["project.updated", "project.deleted"];
        assert_eq!(events(&sim, &mut seen), project.map(|kind| told(kind, &id)));
        let state = lock(&sim.shared.state);
        assert!(state.files.is_empty() && state.folders.is_empty() && state.versions.is_empty());
    }

    #[tokio::test]
    async fn a_project_takes_what_was_deleted_in_it_along() {
        let sim = Sim::builder().quotas(false).build();
        let upload = format!("folders/{}/files/local_upload", sim.demo().root_folder_id);
        let file = json!({"name": "a.mp4", "file_size": 1});
        let file = ask(&sim, Method::POST, &upload, file).await;
        ask(&sim, Method::DELETE, &format!("files/{file}"), json!({})).await;
        assert!(lock(&sim.shared.state).uploads.get_any(&file).is_some());
        let project = format!("projects/{}", sim.demo().project_id);
        ask(&sim, Method::DELETE, &project, json!({})).await;
        let state = lock(&sim.shared.state);
        assert!(state.deleted.is_empty() && state.uploads.get_any(&file).is_none());
    }
}
