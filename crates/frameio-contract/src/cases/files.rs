use frameio_api::files::{
    CreateLocalUpload, CreateRemoteUpload, DeleteFile, FileStatus, ListFiles, ShowFile,
    ShowUploadStatus, UpdateFile,
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
        ],
        enums: known![FileStatus],
        ..Resource::default()
    }
}
