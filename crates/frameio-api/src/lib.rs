//! The operations and models of the Frame.io V4 API, on `frameio-core` alone.
//!
//! Each module is a resource: its requests, then the models of their responses. A request is created by
//! `new` with its required values, and has a setter for each optional one. The documentation of `new` shows
//! route, quota, response and required role.
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
//! Responses are open to additions of the service: unknown fields are kept in `extra`, unknown values
//! and types in `Other`, and all of them are written back unchanged.
//!
//! Every operation can fail with these statuses; the documentation of a request names others:
//!
//! | status | reason |
//! |---|---|
//! | 400, 422 | a value is invalid; the error names it |
//! | 401 | the token is missing, invalid or expired |
//! | 403 | the caller is not allowed to do this, or the account is locked |
//! | 404 | the resource does not exist, or the caller has no access to it |
//! | 409 | the request conflicts with the state of the resource |
//! | 429 | the quota is exhausted |
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
//! Searching this documentation for the documented name of an operation, `files.show`, finds the `new`
//! of its request.
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
