//! Experimental operations, which the service may change or withdraw at any time.
//!
//! Requires the feature `experimental`. The requests send the header `api-version: experimental`.
//! They are exempt from semantic versioning: a minor version can change them as the service does.
//! When the service promotes an operation, its request moves to the module of its resource.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::files::RestoreFile;
//!
//! let file = client.send(RestoreFile::new("account", "file")).await?;
//! println!("{}", file.name);
//! # Ok(())
//! # }
//! ```
//!
//! # Experimental fields of stable operations
//! Some stable operations accept additional fields with that header. This feature adds these fields
//! to the requests, which send the header only when such a field is set:
//!
//! | request | field | effect |
//! |---|---|---|
//! | [`CreateFolder`](crate::folders::CreateFolder), [`UpdateFolder`](crate::folders::UpdateFolder) | `restricted` | restricts the folder to members |
//! | [`CreateShare`](crate::shares::CreateShare), [`UpdateShare`](crate::shares::UpdateShare) | `watermark_template_id` | selects the session watermark template |
//! | [`ListShares`](crate::shares::ListShares), [`ShowShare`](crate::shares::ShowShare) | `include` | includes field definitions |
//! | [`SearchAccount`](crate::search::SearchAccount) | `scope` | restricts the search to a workspace, project or folder |
//! | [`ShowFile`](crate::files::ShowFile) and other requests with [`FileInclude`](crate::files::FileInclude) | `include` of `Parent` or `MediaLinksHlsManifest` | includes the parent of the file, or a playlist |
//! | [`ShowFile`](crate::files::ShowFile), [`ShowVersionStack`](crate::version_stacks::ShowVersionStack) | `scrub_sheet_layout` | adds the layout to an included scrub sheet |
//! | [`ListAccountUsers`](crate::users::ListAccountUsers) | `membership_details` | adds `joined_at`, `last_active_at` and `timezone` to users |

use frameio_core::Operation;

pub use self::response::ExperimentalResponse;

pub mod accounts;
pub mod files;
pub mod folders;
pub mod groups;
pub mod metadata;
pub mod metadata_fields;
pub mod permissions;
pub mod project_permissions;
mod response;
pub mod search;
pub mod session_watermark_templates;
pub mod shares;
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
