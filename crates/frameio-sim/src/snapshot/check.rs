//! Validation of a state: required fields, and references to existing ids.

use jiff::Timestamp;
use uuid::Uuid;

use super::document::Document;
use crate::response::{Problem, step};
use crate::state::{Row, State, Table};

impl Document {
    /// Validates the state; fails with the first problem.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let mut state = self.state.clone();
        for (name, table) in state.tables() {
            let added = if name == "metadata_fields" { self.added_fields } else { 0 };
            for (index, row) in table.values().enumerate() {
                let at = format!("/state/{name}/{}", index.saturating_sub(added));
                check_row(&self.state, name, row, &at)?;
            }
        }
        self.state.check_stacks()?;
        self.state.check_other_references()?;
        for (index, token) in self.tokens.iter().enumerate() {
            if !self.state.users.contains_key(&token.user_id) {
                return Err(Problem::missing_reference(
                    format!("/tokens/{index}/user_id"),
                    &token.user_id,
                    USERS,
                ));
            }
        }
        for (id, upload) in &self.uploads {
            let at = format!("/uploads{}", step(id));
            let Some(content) = self.contents.get(&upload.content) else {
                return Err(Problem::missing_reference(
                    format!("{at}/content"),
                    &upload.content,
                    &["contents"],
                ));
            };
            if upload.is_complete() && !content.is_complete() {
                let detail =
                    "has 'completed_at', but its content lacks parts: remove 'completed_at'";
                return Err(Problem::at(at, detail));
            }
        }
        for (id, content) in &self.contents {
            let at = || format!("/contents{}", step(id));
            // The id is used as a file name.
            is_id(id).map_err(|wrong| Problem::at(at(), wrong))?;
            content.check().map_err(|wrong| Problem::at(at(), wrong))?;
        }
        self.ims.check(&self.state.users)?;
        self.check_demo()
    }

    fn check_demo(&self) -> Result<(), Problem> {
        let (demo, state) = (&self.demo, &self.state);
        // The other records can have been deleted.
        for (name, id, table, tables) in [
            ("user_id", &demo.user_id, &state.users, USERS),
            ("editor_id", &demo.editor_id, &state.users, USERS),
            ("commenter_id", &demo.commenter_id, &state.users, USERS),
            ("viewer_id", &demo.viewer_id, &state.users, USERS),
            ("account_id", &demo.account_id, &state.accounts, ACCOUNTS),
        ] {
            if !table.contains_key(id) {
                return Err(Problem::missing_reference(format!("/demo/{name}"), id, tables));
            }
        }
        Ok(())
    }
}

pub(super) const USERS: &[&str] = &["state.users"];
pub(super) const ACCOUNTS: &[&str] = &["state.accounts"];

fn is_id(id: &str) -> Result<(), String> {
    match Uuid::try_parse(id) {
        Ok(_) if id.len() == 36 && !id.contains(char::is_uppercase) => Ok(()),
        _ => Err(format!("invalid id '{id}': expected a UUID in lower case")),
    }
}

fn check_row(state: &State, name: &str, row: &Row, at: &str) -> Result<(), Problem> {
    is_id(row.id()).map_err(|wrong| Problem::at(format!("{at}/id"), wrong))?;
    let required: &[&str] = match name {
        "users" => &["name", "email"],
        "accounts" => &["display_name"],
        "comments" | "replies" => &["text"],
        "webhooks" | "actions" => &["name", "url"],
        "shares" | "version_stacks" => &[],
        _ => &["name"],
    };
    if let Some(name) = required.iter().find(|name| !row.field(name).is_string()) {
        return Err(Problem::at(format!("{at}/{name}"), "is missing or not a string"));
    }
    if name == "webhooks" && row.field("events").get(0).is_none_or(|event| !event.is_string()) {
        let detail = "expected at least one event; remove the key for all events";
        return Err(Problem::at(format!("{at}/events"), detail));
    }
    for name in ["created_at", "updated_at"] {
        let time = row.text(name);
        let wrong = |error| Problem::at(format!("{at}/{name}"), format!("{time:?}: {error}"));
        time.parse::<Timestamp>().map_err(wrong)?;
    }
    if name == "folders" && is_in_itself(state, row) {
        let detail = "the folder is inside itself: change a 'parent_id' of the cycle";
        return Err(Problem::at(format!("{at}/parent_id"), detail));
    }
    check_references(state, name, row, at)?;
    if !row.account.is_empty() && !state.accounts.contains_key(&row.account) {
        return Err(Problem::missing_reference(format!("{at}/account"), &row.account, ACCOUNTS));
    }
    if !row.creator.is_empty() && !state.users.contains_key(&row.creator) {
        return Err(Problem::missing_reference(format!("{at}/creator"), &row.creator, USERS));
    }
    Ok(())
}

fn check_references(state: &State, name: &str, row: &Row, at: &str) -> Result<(), Problem> {
    let users = ("state.users", &state.users);
    let workspaces = ("state.workspaces", &state.workspaces);
    let projects = ("state.projects", &state.projects);
    let folders = ("state.folders", &state.folders);
    let stacks = ("state.version_stacks", &state.version_stacks);
    let files = ("state.files", &state.files);
    let references: &[(&str, &[(&str, &Table)])] = match name {
        "projects" => &[("workspace_id", &[workspaces]), ("root_folder_id", &[folders])],
        "folders" | "version_stacks" => &[("parent_id", &[folders]), ("project_id", &[projects])],
        "files" => &[("parent_id", &[folders, stacks]), ("project_id", &[projects])],
        "comments" => &[("file_id", &[files]), ("completer_id", &[users])],
        "webhooks" | "actions" => &[("workspace_id", &[workspaces])],
        "collections" | "shares" => &[("project_id", &[projects])],
        _ => &[],
    };
    for (field, tables) in references {
        let id = row.field(field);
        let is_optional = *field == "completer_id" || *field == "parent_id" && name == "folders";
        let is_known = |id: &str| tables.iter().any(|(_, table)| table.contains_key(id));
        let is_fine = id.as_str().map_or(is_optional && id.is_null(), is_known);
        if !is_fine {
            let places: Vec<&str> = tables.iter().map(|(place, _)| *place).collect();
            return Err(Problem::missing_reference(
                format!("{at}/{field}"),
                row.text(field),
                &places,
            ));
        }
    }
    // The comment can be in the trash.
    if name == "replies" && !state.is_comment(row.text("comment_id")) {
        let at = format!("{at}/comment_id");
        return Err(Problem::missing_reference(at, row.text("comment_id"), &["state.comments"]));
    }
    Ok(())
}

/// Returns whether the parents of a folder form a cycle.
fn is_in_itself(state: &State, folder: &Row) -> bool {
    let mut current = Some(folder);
    for _ in 0..=state.folders.len() {
        let Some(folder) = current else { return false };
        current = state.folders.get(folder.text("parent_id"));
    }
    true
}

impl State {
    /// Validates version stacks and their versions.
    fn check_stacks(&self) -> Result<(), Problem> {
        for (stack, versions) in &self.versions {
            let at = format!("/state/versions{}", step(stack));
            if !self.version_stacks.contains_key(stack) {
                return Err(Problem::missing_reference(at, stack, &["state.version_stacks"]));
            }
            for (index, id) in versions.iter().enumerate() {
                let Some(file) = self.files.get(id) else {
                    return Err(Problem::missing_reference(
                        format!("{at}/{index}"),
                        id,
                        &["state.files"],
                    ));
                };
                if file.text("parent_id") != stack {
                    let detail = format!("the 'parent_id' of '{id}' is not this version stack");
                    return Err(Problem::at(format!("{at}/{index}"), detail));
                }
            }
        }
        let is_empty = |id: &String| self.versions.get(id).is_none_or(Vec::is_empty);
        match self.version_stacks.keys().position(is_empty) {
            Some(index) => {
                let detail = "contains no file: set the 'parent_id' of a file to its id";
                Err(Problem::at(format!("/state/version_stacks/{index}"), detail))
            }
            None => Ok(()),
        }
    }
}
