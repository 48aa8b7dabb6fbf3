use frameio_api::projects::{
    CreateProject, DeleteProject, ListProjects, ProjectStatus, ShowProject, UpdateProject,
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
        ],
        enums: known![ProjectStatus],
        ..Resource::default()
    }
}
