//! Whether a state holds together: every id that it names is there.

use jiff::Timestamp;
use uuid::Uuid;

use super::document::Document;
use crate::state::{Row, State, Table};

impl Document {
    /// Says where something is wrong, if it is.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut state = self.state.clone();
        for (name, table) in state.tables() {
            for (index, row) in table.values().enumerate() {
                let at = format!("state.{name}[{index}]");
                check_row(&self.state, name, row).map_err(|wrong| format!("{at}{wrong}"))?;
            }
        }
        self.state.check_beside()?;
        for (stack, versions) in &self.state.versions {
            let missing = versions.iter().find(|file| !self.state.files.contains_key(*file));
            if let Some(file) = missing {
                return Err(format!("state.versions.{stack}: there is no file {file}"));
            }
        }
        for (index, token) in self.tokens.iter().enumerate() {
            if !self.state.users.contains_key(&token.user_id) {
                return Err(format!("tokens[{index}].user_id: there is no user {}", token.user_id));
            }
        }
        for (id, upload) in &self.uploads {
            let Some(content) = self.contents.get(&upload.content) else {
                return Err(format!(
                    "uploads.{id}.content: there is no {} in contents",
                    upload.content
                ));
            };
            if upload.is_complete() && !content.is_complete() {
                return Err(format!("uploads.{id}: it is complete, but its content lacks parts"));
            }
        }
        for (id, content) in &self.contents {
            // It is the name of a file as well.
            is_id(id).map_err(|wrong| format!("contents.{id}: {wrong}"))?;
            content.check().map_err(|wrong| format!("contents.{id}: {wrong}"))?;
        }
        self.ims.check().map_err(|wrong| format!("ims: {wrong}"))?;
        self.check_demo()
    }

    fn check_demo(&self) -> Result<(), String> {
        let (demo, state) = (&self.demo, &self.state);
        for (name, id, table) in [
            ("user_id", &demo.user_id, &state.users),
            ("editor_id", &demo.editor_id, &state.users),
            ("commenter_id", &demo.commenter_id, &state.users),
            ("viewer_id", &demo.viewer_id, &state.users),
            ("account_id", &demo.account_id, &state.accounts),
        ] {
            if !table.contains_key(id) {
                return Err(format!("demo.{name}: there is no {id}"));
            }
        }
        Ok(())
    }
}

fn is_id(id: &str) -> Result<(), String> {
    match Uuid::try_parse(id) {
        Ok(_) if id.len() == 36 && !id.contains(char::is_uppercase) => Ok(()),
        _ => Err(format!("{id:?} is no UUID in lower case, as all ids are")),
    }
}

fn check_row(state: &State, name: &str, row: &Row) -> Result<(), String> {
    is_id(row.id()).map_err(|wrong| format!(".id: {wrong}"))?;
    let needed: &[&str] = match name {
        "users" => &["name", "email"],
        "accounts" => &["display_name"],
        "comments" | "replies" => &["text"],
        "webhooks" | "actions" => &["name", "url"],
        "shares" | "version_stacks" => &[],
        _ => &["name"],
    };
    if let Some(name) = needed.iter().find(|name| !row.field(name).is_string()) {
        return Err(format!(".{name}: it is missing, or no text"));
    }
    for name in ["created_at", "updated_at"] {
        let time = row.text(name);
        time.parse::<Timestamp>().map_err(|error| format!(".{name}: {time:?}: {error}"))?;
    }
    let references: &[(&str, &[&Table])] = match name {
        "projects" => {
            &[("workspace_id", &[&state.workspaces]), ("root_folder_id", &[&state.folders])]
        }
        "folders" => &[("parent_id", &[&state.folders]), ("project_id", &[&state.projects])],
        "version_stacks" => &[("parent_id", &[&state.folders]), ("project_id", &[&state.projects])],
        "files" => &[
            ("parent_id", &[&state.folders, &state.version_stacks]),
            ("project_id", &[&state.projects]),
        ],
        "comments" => &[("file_id", &[&state.files])],
        "webhooks" | "actions" => &[("workspace_id", &[&state.workspaces])],
        "collections" | "shares" => &[("project_id", &[&state.projects])],
        _ => &[],
    };
    for (field, tables) in references {
        let id = row.field(field);
        let is_root = *field == "parent_id" && name == "folders" && id.is_null();
        let known = |id: &str| tables.iter().any(|table| table.contains_key(id));
        if !is_root && !id.as_str().is_some_and(known) {
            return Err(format!(".{field}: there is no {id}"));
        }
    }
    let comment = row.text("comment_id");
    if name == "replies" && !state.is_comment(comment) {
        return Err(format!(".comment_id: there is no comment {comment:?}"));
    }
    if !row.account.is_empty() && !state.accounts.contains_key(&row.account) {
        return Err(format!(".account: there is no account {:?}", row.account));
    }
    if !row.creator.is_empty() && !state.users.contains_key(&row.creator) {
        return Err(format!(".creator: there is no user {:?}", row.creator));
    }
    Ok(())
}
