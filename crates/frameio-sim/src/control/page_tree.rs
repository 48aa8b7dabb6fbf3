//! Tree of accounts, workspaces, projects, folders, version stacks and files, for the page.
//!
//! The page loads the children of one node at a time, up to a limit, so it can show accounts of any
//! size.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::page_feed::cut;
use crate::response::Failure;
use crate::shared::{Env, Shared};
use crate::state::{Remote, Row, State, Table, file_status};

/// Maximum number of nodes in one request.
const MAX_NODES: usize = 100;

/// Default and maximum number of returned children of a node.
const DEFAULT_CHILDREN: usize = 100;
const MAX_CHILDREN: usize = 2_000;

/// Returns the children of the nodes whose ids are the parameters `of`.
///
/// An empty id returns the accounts. Unknown ids are omitted.
pub(super) fn tree(shared: &Shared, query: &str) -> Result<Value, Failure> {
    let (mut nodes, mut limit) = (Vec::new(), DEFAULT_CHILDREN);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "of" => nodes.push(value.into_owned()),
            "limit" => limit = children(&value)?,
            _ => {
                let detail = format!("unknown parameter '{name}', expected of or limit");
                return Err(Failure::invalid("", detail));
            }
        }
    }
    if nodes.len() > MAX_NODES {
        let detail = format!("at most {MAX_NODES} nodes in one request");
        return Err(Failure::invalid("/of", detail));
    }
    let world = shared.lock();
    let state = &world.state;
    let lookup = Children::of(state, &nodes);
    let mut found = Vec::new();
    for id in &nodes {
        let Some(children) = lookup.of_node(id) else { continue };
        let shown: Vec<&Row> = children.iter().copied().take(limit).collect();
        found.push((id, children.len(), shown));
    }
    let counts = counts(state, found.iter().flat_map(|(.., shown)| shown.iter().copied()));
    let item = |row: &&Row| item(&shared.env, state, &counts, row);
    let node = |(id, total, shown): &(&String, usize, Vec<&Row>)| {
        let items: Vec<Value> = shown.iter().map(item).collect();
        json!({"of": id, "total": total, "items": items})
    };
    Ok(json!({"nodes": found.iter().map(node).collect::<Vec<_>>()}))
}

fn children(text: &str) -> Result<usize, Failure> {
    let number = text.parse().ok().filter(|number| (1..=MAX_CHILDREN).contains(number));
    let detail = format!("expected a number from 1 to {MAX_CHILDREN}");
    number.ok_or_else(|| Failure::invalid("/limit", detail))
}

/// Children of the requested nodes.
struct Children<'s> {
    state: &'s State,
    /// By the ids of folders.
    in_folders: HashMap<&'s str, Vec<&'s Row>>,
}

impl<'s> Children<'s> {
    fn of(state: &'s State, nodes: &[String]) -> Self {
        let folder = |id: &String| Some(folder_of(state, id)?.id());
        let mut in_folders: HashMap<_, Vec<_>> =
            nodes.iter().filter_map(folder).map(|folder| (folder, Vec::new())).collect();
        for row in assets(state) {
            if let Some(children) = in_folders.get_mut(row.text("parent_id")) {
                children.push(row);
            }
        }
        Self { state, in_folders }
    }

    /// Returns the children of a node, or `None` for an unknown one.
    fn of_node(&self, id: &str) -> Option<Vec<&'s Row>> {
        let state = self.state;
        if id.is_empty() {
            return Some(state.accounts.values().collect());
        }
        if state.accounts.contains_key(id) {
            return Some(state.workspaces.values().filter(|row| row.account == id).collect());
        }
        if state.workspaces.contains_key(id) {
            let here = |row: &&Row| row.text("workspace_id") == id;
            return Some(state.projects.values().filter(here).collect());
        }
        if let Some(versions) = state.versions.get(id) {
            return Some(versions.iter().rev().filter_map(|id| state.files.get(id)).collect());
        }
        self.in_folders.get(folder_of(state, id)?.id()).cloned()
    }
}

/// Returns folders, then version stacks, then files, each in order of creation.
fn assets(state: &State) -> impl Iterator<Item = &Row> {
    [&state.folders, &state.version_stacks, &state.files].into_iter().flat_map(Table::values)
}

/// Returns the folder of a node: the folder itself, or the root folder of a project.
fn folder_of<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    let root = state.projects.get(id).map(|project| project.text("root_folder_id"));
    state.folders.get(root.unwrap_or(id))
}

/// Returns the number of children of each row, by the id of the row.
fn counts<'s>(state: &'s State, shown: impl Iterator<Item = &'s Row>) -> HashMap<&'s str, usize> {
    // The children of a project refer to its root folder.
    let mut counts = HashMap::new();
    let mut ids = Vec::new();
    for row in shown.filter(|row| row.text("type") != "file") {
        let counted = folder_of(state, row.id()).map_or(row.id(), Row::id);
        counts.insert(counted, 0);
        ids.push((row.id(), counted));
    }
    let workspaces = state.workspaces.values().map(|row| row.account.as_str());
    let projects = state.projects.values().map(|row| row.text("workspace_id"));
    let parents = assets(state).map(|row| row.text("parent_id"));
    for parent in workspaces.chain(projects).chain(parents) {
        if let Some(count) = counts.get_mut(parent) {
            *count += 1;
        }
    }
    let count = |(id, counted)| (id, counts.get(counted).copied().unwrap_or_default());
    ids.into_iter().map(count).collect()
}

fn item(env: &Env, state: &State, counts: &HashMap<&str, usize>, row: &Row) -> Value {
    let id = row.id();
    let name = if state.accounts.contains_key(id) { "display_name" } else { "name" };
    let mut item = json!({"id": id, "kind": kind(state, row), "name": cut(row.text(name))});
    if *row.field("restricted") == true {
        item["restricted"] = true.into();
    }
    if let Some(count) = counts.get(id) {
        item["children"] = (*count).into();
    }
    let head = state.versions.get(id).and_then(|versions| state.files.get(versions.last()?));
    let file = head.or_else(|| state.files.get(id));
    if let Some(file) = file {
        item["status"] = status(env, state, file.id()).into();
        item["size"] = file.field("file_size").clone();
    }
    item
}

pub(super) fn kind(state: &State, row: &Row) -> &'static str {
    match row.text("type") {
        "file" => "file",
        "version_stack" => "version_stack",
        "folder" => "folder",
        _ if state.projects.contains_key(row.id()) => "project",
        _ if state.workspaces.contains_key(row.id()) => "workspace",
        _ => "account",
    }
}

pub(super) fn status(env: &Env, state: &State, file: &str) -> &'static str {
    let upload = state.uploads.get(file);
    if upload.is_some_and(|upload| upload.remote == Some(Remote::Failed)) {
        return "upload_failed";
    }
    file_status(upload, env.clock.now(), env.transcode_after)
}
