//! Cases of the experimental resources.

use crate::case::Resource;

mod accounts;
mod files;
mod folders;
mod groups;
mod metadata;
mod metadata_fields;
mod project_permissions;
mod session_watermark_templates;
mod users;
mod version_stacks;
mod workspace_permissions;

pub(super) fn resources() -> Vec<Resource> {
    vec![
        accounts::resource(),
        files::resource(),
        folders::resource(),
        groups::resource(),
        metadata::resource(),
        metadata_fields::resource(),
        project_permissions::resource(),
        session_watermark_templates::resource(),
        users::resource(),
        version_stacks::resource(),
        workspace_permissions::resource(),
    ]
}
