use frameio_api::experimental::project_permissions::{
    ListProjectGroups, RemoveProjectGroup, UpdateProjectGroupRole,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListProjectGroups>(),
            case::<UpdateProjectGroupRole>(),
            case::<RemoveProjectGroup>(),
        ],
        tolerated: vec![(
            "GroupCommon",
            "source",
            "one model for groups of all sources, and for responses without a source",
        )],
        ..Resource::default()
    }
}
