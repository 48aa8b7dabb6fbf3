use frameio_api::experimental::workspace_permissions::{
    ListWorkspaceGroups, RemoveWorkspaceGroup, UpdateWorkspaceGroupRole,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWorkspaceGroups>(),
            case::<UpdateWorkspaceGroupRole>(),
            case::<RemoveWorkspaceGroup>(),
        ],
        ..Resource::default()
    }
}
