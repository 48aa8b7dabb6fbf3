use frameio_api::permissions::Role;
use frameio_api::project_permissions::{
    DeleteProjectUserRole, ListProjectUsers, UpdateProjectUserRole,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListProjectUsers>(),
            case::<UpdateProjectUserRole>(),
            case::<DeleteProjectUserRole>(),
        ],
        enums: known![Role],
        ..Resource::default()
    }
}
