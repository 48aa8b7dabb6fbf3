//! What is in what, from accounts to files, where a file written by hand leaves it out.

use serde_json::{Map, Value, json};

use super::complete::{default, defaults, first, id_of};
use super::document::Document;
use crate::resources::tree;
use crate::state::{Row, State, Table};

impl Document {
    /// Accounts to files: what is in what.
    pub(super) fn tree(&mut self) {
        let state = &mut self.state;
        for user in state.users.values_mut() {
            default(user, "avatar_url", Value::Null);
        }
        for account in state.accounts.values_mut() {
            defaults(
                account,
                json!({"image": null, "mounted_storage_enabled": false,
                "storage_limit": null, "v4_migrated_at": null}),
            );
        }
        for workspace in state.workspaces.values_mut() {
            let account = workspace.account.clone();
            defaults(workspace, json!({"account_id": account, "image": null}));
        }
        let workspace = first(&state.workspaces);
        for (id, project) in &mut state.projects {
            let url = format!("https://next.frame.io/project/{id}");
            let root = id_of(&format!("root of {id}"));
            defaults(
                project,
                json!({"workspace_id": workspace, "image": null, "restricted": false,
                "status": "active", "view_url": url, "root_folder_id": root}),
            );
            let root = project.text("root_folder_id").to_owned();
            if state.folders.contains_key(&root) {
                continue;
            }
            let mut folder = project.clone();
            let dates = ["created_at", "updated_at"].map(|it| (it, project.field(it).clone()));
            folder.fields = Map::new();
            for (name, value) in dates {
                default(&mut folder, name, value);
            }
            defaults(
                &mut folder,
                json!({"id": root, "name": "root", "parent_id": null,
                "project_id": id}),
            );
            state.folders.insert(root, folder);
        }
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
            defaults(
                row,
                json!({"type": "file", "parent_id": root, "file_size": 0,
                "media_type": media_type.as_ref()}),
            );
        }
        let stacked = state.files.values().filter_map(|file| {
            let stack = file.text("parent_id");
            state
                .version_stacks
                .contains_key(stack)
                .then(|| (stack.to_owned(), file.id().to_owned()))
        });
        let stacked: Vec<_> = stacked.collect();
        for (stack, file) in stacked {
            let versions = state.versions.entry(stack).or_default();
            if !versions.contains(&file) {
                versions.push(file);
            }
        }
        for (stack, versions) in &state.versions {
            let name = versions.last().and_then(|head| state.files.get(head));
            let name = name.map(|head| head.field("name").clone());
            if let (Some(name), Some(stack)) = (name, state.version_stacks.get_mut(stack)) {
                default(stack, "name", name);
            }
        }
        // The project of each is that of what it is in; a circle ends at some point.
        let project_of = |state: &State, row: &Row| {
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
        };
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
}
