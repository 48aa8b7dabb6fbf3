use frameio_api::experimental::project_permissions::{
    DeleteProjectGroupRole, ListProjectGroups, UpdateProjectGroupRole,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListProjectGroups>(),
            case::<UpdateProjectGroupRole>(),
            case::<DeleteProjectGroupRole>(),
        ],
        tolerated: vec![("GroupCommon", "source", "is named only where groups are shown whole")],
        ..Resource::default()
    }
}
