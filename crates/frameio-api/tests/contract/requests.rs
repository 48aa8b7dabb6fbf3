//! The least and the most that can be asked, of every operation.

use std::fmt::Debug;

use bytes::Bytes;
use frameio_api::accounts::{AccountSort, ListAccounts};
use frameio_api::assets::AssetKind;
use frameio_api::comments::{
    Anchor, AttachmentInput, CommentInclude, CommentSort, CreateComment, DeleteComment, LinkInput,
    ListComments, ShowComment, TextReviewAnnotation, TextReviewAnnotationUpdate, TextReviewBounds,
    TextReviewType, UpdateComment,
};
use frameio_api::files::{
    CreateLocalUpload, CreateRemoteUpload, DeleteFile, FileInclude, FileSort, ListFiles, ShowFile,
    ShowUploadStatus, UpdateFile,
};
use frameio_api::folders::{
    CreateFolder, DeleteFolder, FolderInclude, FolderSort, ListFolderChildren, ListFolders,
    ShowFolder, UpdateFolder,
};
use frameio_api::projects::{
    CreateProject, DeleteProject, ListProjects, ProjectInclude, ProjectSort, ProjectStatus,
    ShowProject, UpdateProject,
};
use frameio_api::users::ShowCurrentUser;
use frameio_api::workspaces::{
    CreateWorkspace, DeleteWorkspace, ListWorkspaces, ShowWorkspace, UpdateWorkspace,
    WorkspaceInclude, WorkspaceSort,
};
use frameio_core::{Body, DecodeError, Endpoint, FromResponse, Operation, encode};
use http::{Request, Response};
use serde::Serialize;
use serde_json::Value;

/// An operation, asked for with the names of the path's variables as their values.
pub(crate) struct Case {
    pub(crate) operation: &'static Operation,
    /// Only what is required.
    pub(crate) least: Request<Body>,
    /// All that can be set.
    pub(crate) most: Request<Body>,
    pub(crate) decode: fn(&Value) -> Result<Decoded, DecodeError>,
}

/// What became of an answer.
pub(crate) struct Decoded {
    /// Written back as JSON, without the envelope if it is not part of the type.
    pub(crate) json: Value,
    pub(crate) debug: String,
}

fn case<E>(least: E, most: E) -> Case
where
    E: Endpoint,
    E::Response: Serialize + Debug,
{
    Case {
        operation: E::OPERATION,
        least: encode(&least).unwrap(),
        most: encode(&most).unwrap(),
        decode: |json| {
            let (parts, ()) = Response::new(()).into_parts();
            let response = E::Response::from_response(&parts, Bytes::from(json.to_string()))?;
            let json = serde_json::to_value(&response).unwrap();
            Ok(Decoded { json, debug: format!("{response:?}") })
        },
    }
}

/// Every value of an enum that this version knows.
macro_rules! all {
    ($name:ident) => {
        $name::KNOWN.iter().map(|value| $name::from(*value)).collect::<Vec<_>>()
    };
}

pub(crate) fn cases() -> Vec<Case> {
    let (account, workspace, project) = ("account_id", "workspace_id", "project_id");
    let (folder, file, comment) = ("folder_id", "file_id", "comment_id");
    let bounds = || [TextReviewBounds::new(-1.5, 2.0, 0.0, 4.0)];
    vec![
        case(ShowCurrentUser::new(), ShowCurrentUser::new()),
        case(
            ListAccounts::new(),
            ListAccounts::new()
                .sort(AccountSort::DisplayNameDesc)
                .after("g3")
                .page_size(100)
                .include_total_count(true),
        ),
        case(
            ListWorkspaces::new(account),
            ListWorkspaces::new(account)
                .include(WorkspaceInclude::Creator)
                .sort(WorkspaceSort::CreatedAtAsc)
                .after("g3")
                .page_size(1)
                .include_total_count(false),
        ),
        case(CreateWorkspace::new(account), CreateWorkspace::new(account).name("Sea")),
        case(
            ShowWorkspace::new(account, workspace),
            ShowWorkspace::new(account, workspace).include(WorkspaceInclude::Creator),
        ),
        case(
            UpdateWorkspace::new(account, workspace),
            UpdateWorkspace::new(account, workspace).name("Sea"),
        ),
        case(DeleteWorkspace::new(account, workspace), DeleteWorkspace::new(account, workspace)),
        case(
            ListProjects::new(account, workspace),
            ListProjects::new(account, workspace)
                .include(ProjectInclude::Owner)
                .sort(ProjectSort::NameDesc)
                .after("g3")
                .page_size(2)
                .include_total_count(true),
        ),
        case(
            CreateProject::new(account, workspace, "Sea"),
            CreateProject::new(account, workspace, "Sea").restricted(true),
        ),
        case(
            ShowProject::new(account, project),
            ShowProject::new(account, project).include(ProjectInclude::Owner),
        ),
        case(
            UpdateProject::new(account, project),
            UpdateProject::new(account, project)
                .name("Sea")
                .restricted(false)
                .status(ProjectStatus::Inactive),
        ),
        case(DeleteProject::new(account, project), DeleteProject::new(account, project)),
        case(
            ShowFolder::new(account, folder),
            ShowFolder::new(account, folder).include(all!(FolderInclude)),
        ),
        case(
            ListFolderChildren::new(account, folder),
            ListFolderChildren::new(account, folder)
                .include(all!(FileInclude))
                .sort(FolderSort::UpdatedAtDesc)
                .kinds(all!(AssetKind))
                .after("g3")
                .page_size(500)
                .include_total_count(true),
        ),
        case(
            ListFolders::new(account, folder),
            ListFolders::new(account, folder)
                .include(all!(FolderInclude))
                .sort(FolderSort::NameAsc)
                .after("g3")
                .page_size(500)
                .include_total_count(true),
        ),
        case(CreateFolder::new(account, folder), CreateFolder::new(account, folder).name("Sea")),
        case(UpdateFolder::new(account, folder), UpdateFolder::new(account, folder).name("Sea")),
        case(DeleteFolder::new(account, folder), DeleteFolder::new(account, folder)),
        case(ShowFile::new(account, file), ShowFile::new(account, file).include(all!(FileInclude))),
        case(
            ListFiles::new(account, folder),
            ListFiles::new(account, folder)
                .include(all!(FileInclude))
                .sort(FileSort::FileSizeDesc)
                .after("g3")
                .page_size(500)
                .include_total_count(true),
        ),
        case(
            CreateLocalUpload::new(account, folder, "sea.mov", 1_u64),
            CreateLocalUpload::new(account, folder, "sea.mov", 5_000_000_000_000_u64),
        ),
        case(
            CreateRemoteUpload::new(account, folder, "sea.mov", "https://example.com/sea.mov"),
            CreateRemoteUpload::new(account, folder, "sea.mov", "https://example.com/sea.mov"),
        ),
        case(ShowUploadStatus::new(account, file), ShowUploadStatus::new(account, file)),
        case(UpdateFile::new(account, file), UpdateFile::new(account, file).name("sea.mov")),
        case(DeleteFile::new(account, file), DeleteFile::new(account, file)),
        case(
            ListComments::new(account, file),
            ListComments::new(account, file)
                .timestamp_as_timecode(true)
                .include(all!(CommentInclude))
                .sort(CommentSort::OwnerAsc)
                .after("g3")
                .page_size(100)
                .include_total_count(true),
        ),
        case(
            ShowComment::new(account, comment),
            ShowComment::new(account, comment)
                .timestamp_as_timecode(false)
                .include(all!(CommentInclude)),
        ),
        case(
            CreateComment::new(account, file, "Brighter?"),
            CreateComment::new(account, file, "Brighter?")
                .timestamp_as_timecode(true)
                .timestamp(120)
                .duration(24)
                .page(1)
                .anchor(Anchor::new(0.0, 1.0))
                .annotation("[]")
                .text_review_annotation(
                    TextReviewAnnotation::new(TextReviewType::Replace, bounds())
                        .selection_text("sea")
                        .suggested_text("see"),
                )
                .links([LinkInput::new(0..8, "https://example.com")])
                .attachments([AttachmentInput::new("a.png", 7, "image/png")])
                .completed(true),
        ),
        case(
            UpdateComment::new(account, comment),
            UpdateComment::new(account, comment)
                .timestamp_as_timecode(true)
                .text("Darker?")
                .timestamp("00:00:05:00")
                .duration(24)
                .page(1)
                .anchor(Anchor::new(0.5, 0.5))
                .annotation("[]")
                .text_review_annotation(
                    TextReviewAnnotationUpdate::new()
                        .kind(TextReviewType::Insert)
                        .bounds(bounds())
                        .selection_text("sea")
                        .suggested_text("see"),
                )
                .links([LinkInput::new(0..6, "https://example.com")])
                .completed(false),
        ),
        case(DeleteComment::new(account, comment), DeleteComment::new(account, comment)),
    ]
}
