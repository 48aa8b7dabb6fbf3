//! What a file written by hand leaves out is filled in.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Builder;

use sha2::{Digest, Sha256};

use super::document::{Document, SavedUpload};
use super::rows::UNSAID;
use crate::object::SavedObject;
use crate::resources::metadata_fields::{self, built_in};
use crate::resources::{comments, shares, tree};
use crate::roles::Role;
use crate::state::{By, Row, State, Table};

/// The id of something that was given none: the same each time.
fn id_of(name: &str) -> String {
    let digest = Sha256::digest(name);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

impl State {
    /// The tables by their names in the file, those first on which others build.
    pub(super) fn tables(&mut self) -> [(&'static str, &mut Table); 16] {
        [
            ("users", &mut self.users),
            ("accounts", &mut self.accounts),
            ("workspaces", &mut self.workspaces),
            ("projects", &mut self.projects),
            ("folders", &mut self.folders),
            ("version_stacks", &mut self.version_stacks),
            ("files", &mut self.files),
            ("comments", &mut self.comments),
            ("replies", &mut self.replies),
            ("groups", &mut self.groups),
            ("webhooks", &mut self.webhooks),
            ("actions", &mut self.actions),
            ("collections", &mut self.collections),
            ("watermark_templates", &mut self.watermark_templates),
            ("shares", &mut self.shares),
            ("metadata_fields", &mut self.metadata_fields),
        ]
    }
}

fn first(table: &Table) -> String {
    table.keys().next().cloned().unwrap_or_default()
}

/// Writes what is not there.
fn default(row: &mut Row, name: &str, value: impl Into<Value>) {
    row.fields.entry(name).or_insert_with(|| value.into());
}

fn defaults(row: &mut Row, values: Value) {
    let Value::Object(values) = values else { return };
    for (name, value) in values {
        default(row, &name, value);
    }
}

impl Document {
    /// With all that was left out.
    pub(super) fn completed(mut self) -> Self {
        let now = Timestamp::now().round(jiff::Unit::Second).unwrap_or_default();
        self.beginnings();
        self.give_ids(now);
        let (user, account) = (first(&self.state.users), first(&self.state.accounts));
        let by = By { account: &account, user: &user, now };
        if !self.state.metadata_fields.values().any(|field| field.account.is_empty()) {
            let own = std::mem::take(&mut self.state.metadata_fields);
            built_in::add(&mut self.state, by, id_of);
            self.added_fields = self.state.metadata_fields.len();
            self.state.metadata_fields.extend(own);
        }
        self.tree();
        self.rest();
        self.roles(&account);
        self.uploaded(now);
        self.metadata_by_name();
        self.find_demo();
        self
    }

    /// There are a user, an account, a workspace and a project.
    fn beginnings(&mut self) {
        let State { users, accounts, workspaces, projects, .. } = &mut self.state;
        for (table, fields) in [
            (users, json!({"name": "Demo User", "email": "demo@example.com"})),
            (accounts, json!({"display_name": "Demo Account"})),
            (workspaces, json!({"name": "Demo Workspace"})),
            (projects, json!({"name": "Demo Project"})),
        ] {
            if let (true, Value::Object(fields)) = (table.is_empty(), fields) {
                table.insert("#0".to_owned(), fields.into());
            }
        }
    }

    /// Ids, dates, accounts and creators, each from what was named first.
    fn give_ids(&mut self, now: Timestamp) {
        let (mut user, mut account) = (String::new(), String::new());
        for (name, table) in self.state.tables() {
            let rows = std::mem::take(table);
            for (key, mut row) in rows {
                let id = if key.starts_with('#') { id_of(&format!("{name}{key}")) } else { key };
                row.fields.insert("id".to_owned(), id.as_str().into());
                default(&mut row, "created_at", now.to_string());
                let created = row.field("created_at").clone();
                default(&mut row, "updated_at", created);
                if row.account == UNSAID {
                    row.account = match name {
                        "users" => String::new(),
                        "accounts" => id.clone(),
                        _ => account.clone(),
                    };
                }
                if row.creator == UNSAID {
                    row.creator = if name == "users" { id.clone() } else { user.clone() };
                }
                table.insert(id, row);
            }
            match name {
                "users" => user = first(table),
                "accounts" => account = first(table),
                _ => {}
            }
        }
    }

    /// Accounts to files: what is in what.
    fn tree(&mut self) {
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

    /// What stands beside the tree.
    fn rest(&mut self) {
        let state = &mut self.state;
        let (workspace, project) = (first(&state.workspaces), first(&state.projects));
        let file = first(&state.files);
        for comment in state.comments.values_mut() {
            default(comment, "attachments", json!([]));
            defaults(comment, comments::blank(&file));
        }
        let file_of: Vec<(String, String)> = state
            .replies
            .values()
            .map(|reply| {
                let comment = state.comments.get(reply.text("comment_id"));
                let file = comment.map(|it| it.text("file_id")).unwrap_or_default();
                (reply.id().to_owned(), file.to_owned())
            })
            .collect();
        for (id, file) in file_of {
            if let Some(reply) = state.replies.get_mut(&id) {
                default(reply, "attachments", json!([]));
                defaults(reply, comments::blank(&file));
            }
        }
        for group in state.groups.values_mut() {
            defaults(group, json!({"emoji": "👥", "source": "frame"}));
        }
        for webhook in state.webhooks.values_mut() {
            defaults(webhook, json!({"active": true, "workspace_id": workspace, "events": []}));
        }
        for action in state.actions.values_mut() {
            let creator = action.creator.clone();
            defaults(
                action,
                json!({"active": true, "creator_id": creator, "deleted_at": null,
                "description": "", "event": "", "multi_asset": true, "timeout": null,
                "workspace_id": workspace}),
            );
        }
        for collection in state.collections.values_mut() {
            defaults(
                collection,
                json!({"project_id": project, "root_folder_id": null,
                "description": null, "aggregation_mode": "static", "private": false,
                "auto_generated": false}),
            );
        }
        for (id, share) in &mut state.shares {
            defaults(share, shares::blank());
            let code = id_of(&format!("url of {id}"));
            let url = format!("https://f.io/{}", code.split('-').next().unwrap_or_default());
            defaults(
                share,
                json!({"project_id": project, "short_url": url,
                "collection_id": id_of(&format!("collection of {id}"))}),
            );
            state.shared.entry(id.clone()).or_default();
        }
        for field in state.metadata_fields.values_mut() {
            let creator = field.creator.clone();
            defaults(field, json!({"field_type": "text", "mutable": true, "creator_id": creator}));
            metadata_fields::complete(field, id_of);
        }
        for id in state.webhooks.keys().chain(state.actions.keys()) {
            let secret = || id_of(&format!("secret of {id}")).into();
            state.hooks.secrets.entry(id.clone()).or_insert_with(secret);
        }
    }

    /// The first user owns each account that has no owner; who has no role at all is a member of
    /// the first account.
    fn roles(&mut self, account: &str) {
        let state = &mut self.state;
        let owner = first(&state.users);
        for account in state.accounts.keys() {
            if !state.access.given_at(account).any(|(_, role)| role == Role::Owner) {
                state.access.give(account, &owner, Role::Owner);
            }
        }
        for user in state.users.keys() {
            if !state.accounts.keys().any(|it| state.access.given(it, user).is_some()) {
                state.access.give(account, user, Role::Member);
            }
        }
    }

    /// A file of which nothing else is said was uploaded, and only counted.
    fn uploaded(&mut self, now: Timestamp) {
        for file in self.state.files.values() {
            if self.uploads.contains_key(file.id()) {
                continue;
            }
            let size = file.field("file_size").as_u64().unwrap_or_default();
            let at = file.text("created_at").parse().unwrap_or(now);
            let upload = SavedUpload::complete(file.id(), file.text("media_type"), at);
            self.uploads.insert(file.id().to_owned(), upload);
            self.contents.entry(file.id().to_owned()).or_insert(SavedObject::counted(size));
        }
    }

    /// Fields and options may be called by their names.
    fn metadata_by_name(&mut self) {
        let fields = &self.state.metadata_fields;
        let named = |name: &str| fields.values().find(|field| field.text("name") == name);
        for values in self.state.metadata.0.values_mut() {
            for (key, mut value) in std::mem::take(values) {
                let field = fields.get(&key).or_else(|| named(&key));
                let options =
                    field.and_then(|it| it.field("field_configuration")["options"].as_array());
                for chosen in value.as_array_mut().into_iter().flatten() {
                    let is_it = |option: &&Value| option["display_name"] == *chosen;
                    if let Some(option) = options.and_then(|options| options.iter().find(is_it)) {
                        *chosen = option["id"].clone();
                    }
                }
                values.insert(field.map_or(key, |field| field.id().to_owned()), value);
            }
        }
    }

    fn find_demo(&mut self) {
        let (state, demo) = (&self.state, &mut self.demo);
        let find = |id: &mut String, found: String| {
            if id.is_empty() {
                *id = found;
            }
        };
        find(&mut demo.user_id, first(&state.users));
        find(&mut demo.account_id, first(&state.accounts));
        let of = |table: &Table, fits: &dyn Fn(&Row) -> bool| {
            table.values().find(|row| fits(row)).map(|row| row.id().to_owned()).unwrap_or_default()
        };
        let account = demo.account_id.clone();
        find(&mut demo.workspace_id, of(&state.workspaces, &|row| row.account == account));
        let workspace = demo.workspace_id.clone();
        let here = |row: &Row| row.text("workspace_id") == workspace;
        find(&mut demo.project_id, of(&state.projects, &here));
        let root =
            state.projects.get(&demo.project_id).map(|it| it.text("root_folder_id").to_owned());
        find(&mut demo.root_folder_id, root.unwrap_or_default());
        for (id, role) in [
            (&mut demo.editor_id, Role::Editor),
            (&mut demo.commenter_id, Role::Commenter),
            (&mut demo.viewer_id, Role::Viewer),
        ] {
            let given = state.access.given_at(&workspace).find(|(_, given)| *given == role);
            let given = given.map(|(user, _)| user.to_owned());
            find(id, given.unwrap_or_else(|| demo.user_id.clone()));
        }
    }
}
