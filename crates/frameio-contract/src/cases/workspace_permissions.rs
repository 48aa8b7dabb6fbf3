use frameio_api::permissions::{Role, WorkspaceRole};
use frameio_api::workspace_permissions::{
    ListWorkspaceUsers, RemoveWorkspaceUser, UpdateWorkspaceUserRole,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWorkspaceUsers>(),
            case::<UpdateWorkspaceUserRole>(),
            case::<RemoveWorkspaceUser>(),
        ],
        enums: known![Role, WorkspaceRole],
        ..Resource::default()
    }
}
