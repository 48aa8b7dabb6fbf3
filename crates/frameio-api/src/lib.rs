//! The operations and models of the Frame.io V4 API, on `frameio-core` alone.
//!
//! Each module is a resource: its requests, and the models of its answers. A request is made with
//! `new`, from all that is required, and with a setter for each thing that is not.
//!
//! ```
//! use frameio_api::files::{FileInclude, ShowFile};
//!
//! let request = ShowFile::new("account", "file").include([FileInclude::MediaLinksOriginal]);
//! let request = frameio_core::encode(&request)?;
//! assert_eq!(request.uri(), "/v4/accounts/account/files/file?include=media_links.original");
//! # Ok::<_, frameio_core::EncodeError>(())
//! ```
//!
//! Answers are open to what the service adds: fields that are not known are kept in `extra`, values
//! and kinds that are not known in `Other`, and all of them are written back as they came.
//!
//! | module | documented as |
//! |---|---|
//! | [`account_permissions`] | `client.account_permissions` |
//! | [`accounts`] | `client.accounts` |
//! | [`collections`] | `client.collections` |
//! | [`comments`] | `client.comments` |
//! | [`custom_actions`] | `client.custom_actions` |
//! | [`files`] | `client.files` |
//! | [`folder_permissions`] | `client.folder_permissions` |
//! | [`folders`] | `client.folders` |
//! | [`groups`] | `client.groups` |
//! | [`metadata`] | `client.metadata` |
//! | [`metadata_fields`] | `client.metadata_fields` |
//! | [`project_permissions`] | `client.project_permissions` |
//! | [`projects`] | `client.projects` |
//! | [`search`] | `client.search` |
//! | [`shares`] | `client.shares` |
//! | [`users`] | `client.users` |
//! | [`version_stacks`] | `client.version_stacks` |
//! | [`webhooks`] | `client.webhooks` |
//! | [`workspace_permissions`] | `client.workspace_permissions` |
//! | [`workspaces`] | `client.workspaces` |
//! | `experimental`, a feature | operations that want `api-version: experimental` |
//!
//! The documented name of each operation, `files.show`, leads to its type in the search of this
//! documentation.
//! [`Catalog`] lists all operations at run time; with the feature `dynamic` they can be called with
//! JSON.

use frameio_core::Operation;

// The derives refer to items of `frameio`, which re-exports those of `frameio-core`.
extern crate frameio_core as frameio;

pub mod account_permissions;
pub mod accounts;
pub mod assets;
pub mod collections;
pub mod comments;
pub mod custom_actions;
pub mod files;
pub mod folder_permissions;
pub mod folders;
pub mod groups;
pub mod media_links;
pub mod metadata;
pub mod metadata_fields;
pub mod permissions;
pub mod project_permissions;
pub mod projects;
pub mod search;
pub mod shares;
mod text;
pub mod users;
pub mod version_stacks;
pub mod webhooks;
pub mod workspace_permissions;
pub mod workspaces;

#[cfg(feature = "experimental")]
pub mod experimental;

/// Every operation of the service, as functions of [`Operation`].
///
/// ```
/// use frameio_api::Catalog;
/// use frameio_core::Operation;
///
/// let operation = Operation::find("files.show").unwrap();
/// assert_eq!(operation.path, "/v4/accounts/{account_id}/files/{file_id}");
/// assert!(Operation::all().any(|other| other == operation));
/// ```
pub trait Catalog {
    /// Every operation, by resource. The experimental ones are among them with the feature
    /// `experimental`.
    fn all() -> impl Iterator<Item = &'static Operation>;

    /// The operation with this documented name, today's or a former one.
    fn find(id: &str) -> Option<&'static Operation> {
        let id = FORMER.iter().find(|(former, _)| *former == id).map_or(id, |(_, today)| *today);
        Self::all().find(|operation| operation.id == id)
    }
}

impl Catalog for Operation {
    fn all() -> impl Iterator<Item = &'static Operation> {
        #[cfg(feature = "experimental")]
        let experimental = experimental::OPERATIONS;
        #[cfg(not(feature = "experimental"))]
        let experimental: &[&[&Operation]] = &[];
        STABLE.iter().chain(experimental).copied().flatten().copied()
    }
}

/// Names in older documentation, and what the operation is called today.
const FORMER: &[(&str, &str)] = &[("account_permissions.index", "users.account_permissions_index")];

const STABLE: &[&[&Operation]] = &[
    account_permissions::OPERATIONS,
    accounts::OPERATIONS,
    collections::OPERATIONS,
    comments::OPERATIONS,
    custom_actions::OPERATIONS,
    files::OPERATIONS,
    folder_permissions::OPERATIONS,
    folders::OPERATIONS,
    groups::OPERATIONS,
    metadata::OPERATIONS,
    metadata_fields::OPERATIONS,
    project_permissions::OPERATIONS,
    projects::OPERATIONS,
    search::OPERATIONS,
    shares::OPERATIONS,
    users::OPERATIONS,
    version_stacks::OPERATIONS,
    webhooks::OPERATIONS,
    workspace_permissions::OPERATIONS,
    workspaces::OPERATIONS,
];
