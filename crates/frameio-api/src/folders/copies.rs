//! Copies of folders, which can be incomplete when the service responds.

use bytes::Bytes;
use frameio_core::decode::decode_json;
use frameio_core::{DecodeError, Extra, FolderId, FromResponse, model, response_types};
use http::StatusCode;
use http::response::Parts;
use serde::{Serialize, Serializer};

use super::Folder;

model! {
    /// Copy of a folder.
    pub struct CopiedFolder {
        /// Folder that was copied.
        pub source_folder_id: FolderId,
        /// The copy.
        pub folder: Folder,
    }
}
response_types! { CopiedFolder: list }

/// Result of [`CopyFolder`](super::CopyFolder).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FolderCopy {
    /// The copy is complete.
    Done(Box<Folder>),
    /// The service is still copying. It returns no id that identifies the copy: list the
    /// destination until the folder appears. The fields of the response are not documented.
    InProgress(Extra),
}

impl FolderCopy {
    /// Returns the copy, or `None` while the service is still copying.
    pub fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Done(folder) => Some(folder),
            Self::InProgress(_) => None,
        }
    }
}

/// Result of [`CopyFolders`](super::CopyFolders).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FolderCopies {
    /// The copies are complete, in the order of the request.
    Done(Vec<CopiedFolder>),
    /// The service is still copying: see [`FolderCopy::InProgress`].
    InProgress(Extra),
}

impl FolderCopies {
    /// Returns the copies, or `None` while the service is still copying.
    pub fn folders(&self) -> Option<&[CopiedFolder]> {
        match self {
            Self::Done(folders) => Some(folders),
            Self::InProgress(_) => None,
        }
    }
}

/// Returns the fields of a response to a copy in progress, or `None` if the copy is complete.
fn in_progress(parts: &Parts, body: &Bytes) -> Option<Result<Extra, DecodeError>> {
    match parts.status {
        StatusCode::ACCEPTED if body.is_empty() => Some(Ok(Extra::new())),
        StatusCode::ACCEPTED => Some(decode_json(body)),
        _ => None,
    }
}

impl FromResponse for FolderCopy {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        match in_progress(parts, &body) {
            Some(fields) => fields.map(Self::InProgress),
            None => Folder::from_response(parts, body).map(Box::new).map(Self::Done),
        }
    }
}

impl FromResponse for FolderCopies {
    fn from_response(parts: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        match in_progress(parts, &body) {
            Some(fields) => fields.map(Self::InProgress),
            None => Vec::from_response(parts, body).map(Self::Done),
        }
    }
}

impl Serialize for FolderCopy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Done(folder) => folder.serialize(serializer),
            Self::InProgress(fields) => fields.serialize(serializer),
        }
    }
}

impl Serialize for FolderCopies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Done(folders) => folders.serialize(serializer),
            Self::InProgress(fields) => fields.serialize(serializer),
        }
    }
}
