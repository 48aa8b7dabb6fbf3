//! Ids that responses contain, by the parameter of a route that takes them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::observed::Observed;

/// Maximum number of ids of each kind.
const MAX_IDS: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Pool {
    ids: BTreeMap<&'static str, Vec<String>>,
    /// Root folders of collections, which may not be folders like others.
    pub(crate) collection_roots: Vec<String>,
}

impl Pool {
    pub(crate) fn add(&mut self, parameter: &'static str, id: &str) {
        let ids = self.ids.entry(parameter).or_default();
        if !id.is_empty() && ids.len() < MAX_IDS && !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }

    pub(crate) fn ids(&self, parameter: &str) -> &[String] {
        self.ids.get(parameter).map_or(&[], Vec::as_slice)
    }

    /// Adds the ids of a successful response.
    pub(crate) fn harvest(&mut self, observed: &Observed) {
        if !observed.is_success() || observed.operation.id == "projects.recently_deleted" {
            return;
        }
        let kind = kind_of(observed.operation.id);
        for item in observed.items() {
            self.item(kind, item);
        }
    }

    fn item(&mut self, kind: Option<&'static str>, item: &Value) {
        let id = item["id"].as_str().unwrap_or_default();
        match (item["type"].as_str(), kind) {
            (Some("file"), _) => self.add("file_id", id),
            (Some("folder"), _) => self.add("folder_id", id),
            (Some("version_stack"), _) => self.add("version_stack_id", id),
            (_, Some(kind)) => self.add(kind, id),
            (_, None) => {}
        }
        if let Some(root) = item["root_folder_id"].as_str() {
            match kind {
                Some("collection_id") => self.collection_roots.push(root.to_owned()),
                _ => self.add("folder_id", root),
            }
        }
        if let Some(user) = item["user"]["id"].as_str() {
            self.add("user_id", user);
        }
        // Assets inside of a share or of a version stack.
        for name in ["head_version", "asset"] {
            if item[name].is_object() {
                self.item(None, &item[name]);
            }
        }
    }
}

/// Returns the parameter for the ids in the responses of an operation.
fn kind_of(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "accounts.index" => "account_id",
        "workspaces.index" | "workspaces.show" => "workspace_id",
        "projects.index"
        | "projects.show"
        | "projects.account_projects_index"
        | "projects.invited_projects_index" => "project_id",
        "comments.index" => "comment_id",
        "shares.index" => "share_id",
        "collections.index" => "collection_id",
        "webhooks.index" => "webhook_id",
        "custom_actions.actions_index" => "action_id",
        "groups.index" => "group_id",
        "metadata_fields.metadata_field_definitions_index" => "field_definition_id",
        "session_watermark_templates.index" => "session_watermark_template_id",
        _ => return None,
    })
}
