//! Defaults for values that a file written by hand omits.

use frameio_webhook::EventType;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::document::{Document, SavedUpload};
use crate::operations::metadata_fields::{self, built_in};
use crate::operations::{comments, shares};
use crate::state::{Actor, Role, Row, State, Table, UNSPECIFIED};
use crate::storage::SavedObject;

/// Returns a deterministic id for a record without one.
pub(super) fn id_of(name: &str) -> String {
    let digest = Sha256::digest(name);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

impl State {
    /// Returns the tables with their names in the file, in order of their dependencies.
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

pub(super) fn first(table: &Table) -> String {
    table.keys().next().cloned().unwrap_or_default()
}

/// Sets a field if it is missing.
pub(super) fn default(row: &mut Row, name: &str, value: impl Into<Value>) {
    row.fields.entry(name).or_insert_with(|| value.into());
}

pub(super) fn defaults(row: &mut Row, values: Value) {
    let Value::Object(values) = values else { return };
    for (name, value) in values {
        default(row, &name, value);
    }
}

impl Document {
    /// Fills in all omitted values.
    pub(super) fn completed(mut self) -> Self {
        let now = Timestamp::now().round(jiff::Unit::Second).unwrap_or_default();
        self.beginnings();
        self.give_ids(now);
        let (user, account) = (first(&self.state.users), first(&self.state.accounts));
        let actor = Actor { account: &account, user: &user, now };
        if !self.state.metadata_fields.values().any(|field| field.account.is_empty()) {
            let own = std::mem::take(&mut self.state.metadata_fields);
            built_in::add(&mut self.state, actor, id_of);
            self.added_fields = self.state.metadata_fields.len();
            self.state.metadata_fields.extend(own);
        }
        self.default_tree();
        self.outside_of_tree();
        self.roles(&account);
        self.uploaded(now);
        self.metadata_by_name();
        self.find_demo();
        self
    }

    /// Adds a user, an account, a workspace and a project, each if the state has none.
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

    /// Sets ids, dates, accounts and creators; the first account and user are the defaults.
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
                if row.account == UNSPECIFIED {
                    row.account = match name {
                        "users" => String::new(),
                        "accounts" => id.clone(),
                        _ => account.clone(),
                    };
                }
                if row.creator == UNSPECIFIED {
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

    /// Fills in comments, webhooks, shares and everything else outside of the tree.
    fn outside_of_tree(&mut self) {
        let state = &mut self.state;
        comments_and_replies(state);
        webhooks_and_actions(state);
        collections_and_shares(state);
        for group in state.groups.values_mut() {
            defaults(group, json!({"emoji": "👥", "source": "frame"}));
        }
        for field in state.metadata_fields.values_mut() {
            let creator = field.creator.clone();
            defaults(field, json!({"field_type": "text", "mutable": true, "creator_id": creator}));
            metadata_fields::complete(field, id_of);
        }
    }

    /// Makes the first user the owner of accounts without one, and users without a role members of the
    /// first account.
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

    /// Adds a complete upload, whose bytes were only counted, for each file without one.
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
}

/// Puts comments on the first file, and replies on the file of their comment.
fn comments_and_replies(state: &mut State) {
    let file = first(&state.files);
    for comment in state.comments.values_mut() {
        default(comment, "attachments", json!([]));
        defaults(comment, comments::blank(&file));
    }
    let State { comments, replies, .. } = state;
    for reply in replies.values_mut() {
        let comment = comments.get(reply.text("comment_id"));
        let file = comment.map(|it| it.text("file_id")).unwrap_or_default();
        default(reply, "attachments", json!([]));
        defaults(reply, comments::blank(file));
    }
}

/// Puts webhooks and custom actions in the first workspace, and creates their secrets.
fn webhooks_and_actions(state: &mut State) {
    let workspace = first(&state.workspaces);
    for webhook in state.webhooks.values_mut() {
        let events = EventType::KNOWN;
        defaults(webhook, json!({"active": true, "workspace_id": workspace, "events": events}));
    }
    for action in state.actions.values_mut() {
        let action_defaults = json!({
            "active": true,
            "creator_id": action.creator,
            "deleted_at": null,
            "description": "",
            "event": "",
            "multi_asset": true,
            "workspace_id": workspace,
        });
        defaults(action, action_defaults);
    }
    for id in state.webhooks.keys().chain(state.actions.keys()) {
        let secret = || id_of(&format!("secret of {id}")).into();
        state.events.secrets.entry(id.clone()).or_insert_with(secret);
    }
}

/// Puts collections and shares in the first project.
fn collections_and_shares(state: &mut State) {
    let project = first(&state.projects);
    for collection in state.collections.values_mut() {
        let collection_defaults = json!({
            "project_id": project,
            "root_folder_id": null,
            "description": null,
            "aggregation_mode": "static",
            "private": false,
            "auto_generated": false,
        });
        defaults(collection, collection_defaults);
    }
    for (id, share) in &mut state.shares {
        defaults(share, shares::blank());
        let code = id_of(&format!("url of {id}"));
        let share_defaults = json!({
            "project_id": project,
            "short_url": format!("https://f.io/{}", code.split('-').next().unwrap_or_default()),
            "collection_id": id_of(&format!("collection of {id}")),
        });
        defaults(share, share_defaults);
        state.shared.entry(id.clone()).or_default();
    }
}
