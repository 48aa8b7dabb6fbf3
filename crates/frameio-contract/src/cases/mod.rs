//! Cases of all request types, in one file for each resource.

use crate::case::{Case, Resource};

mod account_permissions;
mod accounts;
mod collections;
mod comments;
mod custom_actions;
mod experimental;
mod files;
mod folder_permissions;
mod folders;
mod groups;
mod metadata;
mod metadata_fields;
mod project_permissions;
mod projects;
mod search;
mod shares;
mod users;
mod version_stacks;
mod webhooks;
mod workspace_permissions;
mod workspaces;

fn resources() -> Vec<Resource> {
    let mut resources = vec![
        account_permissions::resource(),
        accounts::resource(),
        collections::resource(),
        comments::resource(),
        custom_actions::resource(),
        files::resource(),
        folder_permissions::resource(),
        folders::resource(),
        groups::resource(),
        metadata::resource(),
        metadata_fields::resource(),
        project_permissions::resource(),
        projects::resource(),
        search::resource(),
        shares::resource(),
        users::resource(),
        version_stacks::resource(),
        webhooks::resource(),
        workspace_permissions::resource(),
        workspaces::resource(),
    ];
    resources.extend(experimental::resources());
    resources
}

/// Returns a case for each operation, in the order of [`Catalog::all`](frameio_api::Catalog::all).
pub fn all() -> Vec<Case> {
    resources().into_iter().flat_map(|resource| resource.cases).collect()
}

/// Returns the open enums of all bodies and responses, with the values that they know.
pub(crate) fn enums() -> Vec<(&'static str, &'static [&'static str])> {
    resources().into_iter().flat_map(|resource| resource.enums).collect()
}

/// Returns the fields that the contract requires, but the code treats as optional.
pub(crate) fn tolerated() -> Vec<(&'static str, &'static str, &'static str)> {
    resources().into_iter().flat_map(|resource| resource.tolerated).collect()
}
