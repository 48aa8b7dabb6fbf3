use frameio_api::experimental::workspace_permissions::{
    DeleteWorkspaceGroupRole, ListWorkspaceGroups, UpdateWorkspaceGroupRole,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWorkspaceGroups>(),
            case::<UpdateWorkspaceGroupRole>(),
            case::<DeleteWorkspaceGroupRole>(),
        ],
        ..Resource::default()
    }
}
