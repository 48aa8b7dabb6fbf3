use frameio_api::projects::{
    CreateProject, DeleteProject, ListAccountProjects, ListDeletedAssets, ListInvitedProjects,
    ListProjects, ProjectStatus, ShowProject, UpdateProject,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListProjects>(),
            case::<CreateProject>(),
            case::<ShowProject>(),
            case::<UpdateProject>(),
            case::<DeleteProject>(),
            case::<ListAccountProjects>(),
            case::<ListInvitedProjects>(),
            case::<ListDeletedAssets>(),
        ],
        enums: known![ProjectStatus],
        tolerated: vec![("DeletedAssetFile", "media_type", "null while unknown, as in files")],
    }
}
