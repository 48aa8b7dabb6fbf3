//! The tree of accounts, workspaces, projects, folders, version stacks and files, for the page.
//!
//! It is returned node by node, as they are opened, and of each node no more than is requested, so that
//! an account of any size can be shown.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::page_feed::cut;
use crate::response::Failure;
use crate::shared::{Env, Shared};
use crate::state::{Remote, Row, State, Table, file_status};

/// Number of nodes in one request, at most.
const MOST_NODES: usize = 100;

/// Number of a node's children that are returned by default, and at most.
const CHILDREN: usize = 100;
const MOST_CHILDREN: usize = 2_000;

/// Returns the children of the nodes of `of`, each the id of one; an empty id stands for the accounts.
/// Unknown nodes are left out.
pub(super) fn tree(shared: &Shared, query: &str) -> Result<Value, Failure> {
    let (mut nodes, mut most) = (Vec::new(), CHILDREN);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "of" => nodes.push(value.into_owned()),
            "most" => most = children(&value)?,
            _ => {
                return Err(Failure::invalid("", "there is no such parameter; there are of, most"));
            }
        }
    }
    if nodes.len() > MOST_NODES {
        let detail = format!("no more than {MOST_NODES} nodes are told at once");
        return Err(Failure::invalid("/of", detail));
    }
    let world = shared.lock();
    let state = &world.state;
    let below = Below::of(state, &nodes);
    let mut told = Vec::new();
    for id in &nodes {
        let Some(children) = below.children(id) else { continue };
        let shown: Vec<&Row> = children.iter().copied().take(most).collect();
        told.push((id, children.len(), shown));
    }
    let counts = counts(state, told.iter().flat_map(|(.., shown)| shown.iter().copied()));
    let item = |row: &&Row| item(&shared.env, state, &counts, row);
    let node = |(id, total, shown): &(&String, usize, Vec<&Row>)| {
        let items: Vec<Value> = shown.iter().map(item).collect();
        json!({"of": id, "total": total, "items": items})
    };
    Ok(json!({"nodes": told.iter().map(node).collect::<Vec<_>>()}))
}

fn children(text: &str) -> Result<usize, Failure> {
    let number = text.parse().ok().filter(|number| (1..=MOST_CHILDREN).contains(number));
    let detail = format!("it has to be a number from 1 to {MOST_CHILDREN}");
    number.ok_or_else(|| Failure::invalid("/most", detail))
}

/// What is directly below the asked nodes.
struct Below<'s> {
    state: &'s State,
    /// By the ids of folders.
    in_folders: HashMap<&'s str, Vec<&'s Row>>,
}

impl<'s> Below<'s> {
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

    /// Nothing where there is no such node.
    fn children(&self, id: &str) -> Option<Vec<&'s Row>> {
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

/// Folders first, then version stacks and files, each in the order of their creation.
fn assets(state: &State) -> impl Iterator<Item = &Row> {
    [&state.folders, &state.version_stacks, &state.files].into_iter().flat_map(Table::values)
}

/// The folder that a node shows: its own, or the root folder of a project.
fn folder_of<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    let root = state.projects.get(id).map(|project| project.text("root_folder_id"));
    state.folders.get(root.unwrap_or(id))
}

/// How much is directly below each of these, by their ids.
fn counts<'s>(state: &'s State, shown: impl Iterator<Item = &'s Row>) -> HashMap<&'s str, usize> {
    // What counts for a row is kept under the id that its children name.
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
