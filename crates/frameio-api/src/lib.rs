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
//! | documented name | request |
//! |---|---|
//! | `users.show` | [`ShowCurrentUser`](users::ShowCurrentUser) |
//! | `accounts.index` | [`ListAccounts`](accounts::ListAccounts) |
//! | `workspaces.index`, `create`, `show`, `update`, `delete` | [`ListWorkspaces`](workspaces::ListWorkspaces), [`CreateWorkspace`](workspaces::CreateWorkspace), [`ShowWorkspace`](workspaces::ShowWorkspace), [`UpdateWorkspace`](workspaces::UpdateWorkspace), [`DeleteWorkspace`](workspaces::DeleteWorkspace) |
//! | `projects.index`, `create`, `show`, `update`, `delete` | [`ListProjects`](projects::ListProjects), [`CreateProject`](projects::CreateProject), [`ShowProject`](projects::ShowProject), [`UpdateProject`](projects::UpdateProject), [`DeleteProject`](projects::DeleteProject) |
//! | `folders.index`, `list` | [`ListFolderChildren`](folders::ListFolderChildren), [`ListFolders`](folders::ListFolders) |
//! | `folders.create`, `show`, `update`, `delete` | [`CreateFolder`](folders::CreateFolder), [`ShowFolder`](folders::ShowFolder), [`UpdateFolder`](folders::UpdateFolder), [`DeleteFolder`](folders::DeleteFolder) |
//! | `files.show`, `list`, `update`, `delete` | [`ShowFile`](files::ShowFile), [`ListFiles`](files::ListFiles), [`UpdateFile`](files::UpdateFile), [`DeleteFile`](files::DeleteFile) |
//! | `files.create_local_upload`, `create_remote_upload`, `show_file_upload_status` | [`CreateLocalUpload`](files::CreateLocalUpload), [`CreateRemoteUpload`](files::CreateRemoteUpload), [`ShowUploadStatus`](files::ShowUploadStatus) |
//! | `comments.index`, `create`, `show`, `update`, `delete` | [`ListComments`](comments::ListComments), [`CreateComment`](comments::CreateComment), [`ShowComment`](comments::ShowComment), [`UpdateComment`](comments::UpdateComment), [`DeleteComment`](comments::DeleteComment) |

use frameio_core::Operation;

pub mod accounts;
pub mod assets;
pub mod comments;
pub mod files;
pub mod folders;
pub mod media_links;
pub mod metadata;
pub mod projects;
pub mod users;
pub mod workspaces;

/// Every operation of this crate.
///
/// ```
/// let ids: Vec<_> = frameio_api::operations().map(|operation| operation.id).collect();
/// assert!(ids.contains(&"files.show"));
/// ```
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        users::OPERATIONS,
        accounts::OPERATIONS,
        workspaces::OPERATIONS,
        projects::OPERATIONS,
        folders::OPERATIONS,
        files::OPERATIONS,
        comments::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
