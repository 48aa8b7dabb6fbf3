//! Default parents for records of a file written by hand, from accounts to files.

use serde_json::{Map, Value, json};

use super::defaults::{default, defaults, first, id_of};
use super::document::Document;
use crate::operations::tree;
use crate::state::{Row, State, Table};

impl Document {
    /// Sets the parents of accounts, workspaces, projects, folders, version stacks and files.
    pub(super) fn default_tree(&mut self) {
        let state = &mut self.state;
        accounts_and_workspaces(state);
        projects(state);
        assets(state);
        versions(state);
        project_of_assets(state);
    }
}

fn accounts_and_workspaces(state: &mut State) {
    for user in state.users.values_mut() {
        default(user, "avatar_url", Value::Null);
    }
    let account_defaults = json!({
        "image": null,
        "mounted_storage_enabled": false,
        "storage_limit": null,
        "v4_migrated_at": null,
    });
    for account in state.accounts.values_mut() {
        defaults(account, account_defaults.clone());
    }
    for workspace in state.workspaces.values_mut() {
        let account = workspace.account.clone();
        defaults(workspace, json!({"account_id": account, "image": null}));
    }
}

/// Puts projects in the first workspace, and creates their root folders.
fn projects(state: &mut State) {
    let workspace = first(&state.workspaces);
    for (id, project) in &mut state.projects {
        let root = id_of(&format!("root of {id}"));
        let project_defaults = json!({
            "workspace_id": workspace,
            "image": null,
            "restricted": false,
            "status": "active",
            "view_url": format!("https://next.frame.io/project/{id}"),
            "root_folder_id": root,
        });
        defaults(project, project_defaults);
        let root = project.text("root_folder_id").to_owned();
        if !state.folders.contains_key(&root) {
            state.folders.insert(root.clone(), root_folder(project, &root));
        }
    }
}

fn root_folder(project: &Row, id: &str) -> Row {
    let mut folder = Row { fields: Map::new(), ..project.clone() };
    for date in ["created_at", "updated_at"] {
        default(&mut folder, date, project.field(date).clone());
    }
    let root = json!({"id": id, "name": "root", "parent_id": null, "project_id": project.id()});
    defaults(&mut folder, root);
    folder
}

/// Puts folders, version stacks and files in the root folder of the first project.
fn assets(state: &mut State) {
    let root = state.projects.values().next().map(|it| it.text("root_folder_id").to_owned());
    let root = root.unwrap_or_default();
    for row in state.folders.values_mut() {
        default(row, "parent_id", root.as_str());
        defaults(row, json!({"type": "folder", "cover_file_id": null, "restricted": false}));
    }
    for row in state.version_stacks.values_mut() {
        defaults(row, json!({"type": "version_stack", "parent_id": root}));
    }
    for row in state.files.values_mut() {
        let media_type = mime_guess::from_path(row.text("name")).first_or_octet_stream();
        let file_defaults = json!({
            "type": "file",
            "parent_id": root,
            "file_size": 0,
            "media_type": media_type.as_ref(),
        });
        defaults(row, file_defaults);
    }
}

/// Makes files with a version stack as their parent its versions, and names a stack after its head.
fn versions(state: &mut State) {
    let State { files, version_stacks, versions, .. } = state;
    for file in files.values() {
        let stack = file.text("parent_id");
        if version_stacks.contains_key(stack) {
            let versions = versions.entry(stack.to_owned()).or_default();
            if !versions.iter().any(|version| version == file.id()) {
                versions.push(file.id().to_owned());
            }
        }
    }
    for (stack, versions) in versions {
        let name = versions.last().and_then(|head| files.get(head));
        let name = name.map(|head| head.field("name").clone());
        if let (Some(name), Some(stack)) = (name, version_stacks.get_mut(stack)) {
            default(stack, "name", name);
        }
    }
}

/// Sets the project of assets to that of their folder.
fn project_of_assets(state: &mut State) {
    let found: Vec<(String, String)> = [&state.folders, &state.version_stacks, &state.files]
        .into_iter()
        .flat_map(Table::values)
        .map(|row| (row.id().to_owned(), project_of(state, row)))
        .collect();
    for (id, project) in found {
        let State { folders, version_stacks, files, .. } = &mut *state;
        let row = [folders, version_stacks, files].into_iter().find_map(|it| it.get_mut(&id));
        if let Some(row) = row {
            tree::enter(row, &project);
        }
    }
}

/// Finds the project through the parents, and gives up on a cycle.
fn project_of(state: &State, row: &Row) -> String {
    let (mut at, mut steps) = (row, 0);
    while at.text("project_id").is_empty() && steps < state.folders.len() + 2 {
        let parent = at.text("parent_id");
        let folder = state.folders.get(parent);
        let Some(above) = folder.or_else(|| state.version_stacks.get(parent)) else {
            break;
        };
        (at, steps) = (above, steps + 1);
    }
    at.text("project_id").to_owned()
}
