use frameio_api::permissions::{HeldRole, WorkspaceRole};
use frameio_api::workspace_permissions::{
    DeleteWorkspaceUserRole, ListWorkspaceUsers, UpdateWorkspaceUserRole,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWorkspaceUsers>(),
            case::<UpdateWorkspaceUserRole>(),
            case::<DeleteWorkspaceUserRole>(),
        ],
        enums: known![HeldRole, WorkspaceRole],
        ..Resource::default()
    }
}
