//! Experimental operations, which the service may change or withdraw at any time.
//!
//! Behind the feature `experimental`. Each sends the header `api-version: experimental`, and no
//! other operation does. They are exempt from semantic versioning: a minor version may change them
//! as the service does. When the service promotes one, it moves to the module of its resource.

use frameio_core::Operation;

pub mod accounts;
pub mod files;
pub mod folders;
pub mod groups;
pub mod metadata;
pub mod metadata_fields;
pub mod permissions;
pub mod project_permissions;
pub mod session_watermark_templates;
pub mod users;
pub mod version_stacks;
pub mod workspace_permissions;

pub(crate) const OPERATIONS: &[&[&Operation]] = &[
    accounts::OPERATIONS,
    files::OPERATIONS,
    folders::OPERATIONS,
    groups::OPERATIONS,
    metadata::OPERATIONS,
    metadata_fields::OPERATIONS,
    project_permissions::OPERATIONS,
    session_watermark_templates::OPERATIONS,
    users::OPERATIONS,
    version_stacks::OPERATIONS,
    workspace_permissions::OPERATIONS,
];
