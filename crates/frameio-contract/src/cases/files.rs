#![allow(deprecated, reason = "every operation has a case")]

use frameio_api::files::{
    CopyFile, CopyFiles, CreateFile, CreateLocalUpload, CreateRemoteUpload, DeleteFile, FileStatus,
    ImportFile, ListFiles, MoveFile, MoveFiles, ShowFile, ShowUploadStatus, UpdateFile,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ShowFile>(),
            case::<ListFiles>(),
            case::<CreateLocalUpload>(),
            case::<CreateRemoteUpload>(),
            case::<ShowUploadStatus>(),
            case::<UpdateFile>(),
            case::<DeleteFile>(),
            case::<CreateFile>(),
            case::<ImportFile>(),
            case::<CopyFile>(),
            case::<MoveFile>(),
            case::<CopyFiles>(),
            case::<MoveFiles>(),
        ],
        enums: known![FileStatus],
        ..Resource::default()
    }
}
