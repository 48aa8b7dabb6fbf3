use frameio_api::permissions::ProjectRole;
use frameio_api::project_permissions::{
    ListProjectUsers, RemoveProjectUser, UpdateProjectUserRole,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListProjectUsers>(),
            case::<UpdateProjectUserRole>(),
            case::<RemoveProjectUser>(),
        ],
        enums: known![ProjectRole],
        ..Resource::default()
    }
}
