//! Replaces names by ids in a file written by hand, and finds the ids of the demo.

use serde_json::{Value, json};
use uuid::Uuid;

use super::defaults::{first, id_of};
use super::document::Document;
use crate::state::{Role, Row, Table};

impl Document {
    /// Replaces names of fields and options in metadata by their ids.
    pub(super) fn metadata_by_name(&mut self) {
        let fields = &mut self.state.metadata_fields;
        for values in self.state.metadata.0.values_mut() {
            for (key, mut value) in std::mem::take(values) {
                let named = || fields.values().find(|field| field.text("name") == key);
                let id = fields.get(&key).or_else(named).map(|field| field.id().to_owned());
                if let Some(field) = id.as_ref().and_then(|id| fields.get_mut(id)) {
                    choose(field, &mut value);
                }
                values.insert(id.unwrap_or(key), value);
            }
        }
    }

    pub(super) fn find_demo(&mut self) {
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

/// Replaces names of options by ids; adds missing options to a field that allows new ones.
fn choose(field: &mut Row, value: &mut Value) {
    let of = format!(" of {}", field.id());
    let Some(configuration) = field.fields.get_mut("field_configuration") else { return };
    let takes_new = configuration["enable_add_new"] == true;
    let options = configuration.get_mut("options").and_then(Value::as_array_mut);
    let (Some(options), Some(chosen)) = (options, value.as_array_mut()) else { return };
    for chosen in chosen {
        let Some(name) = option_name(chosen) else { continue };
        let known = options.iter().find(|option| option["display_name"] == name);
        let id = match known {
            Some(option) => option["id"].clone(),
            None if takes_new => {
                let id: Value = id_of(&(name.to_owned() + &of)).into();
                options.push(json!({"id": id, "display_name": name, "color": null}));
                id
            }
            None => continue,
        };
        *chosen = id;
    }
}

/// Returns the name of an option that was not selected by id.
pub(super) fn option_name(chosen: &Value) -> Option<&str> {
    chosen.as_str().filter(|text| Uuid::try_parse(text).is_err())
}
