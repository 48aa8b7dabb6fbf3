use frameio_api::workspaces::{
    CreateWorkspace, DeleteWorkspace, ListWorkspaces, ShowWorkspace, UpdateWorkspace,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWorkspaces>(),
            case::<CreateWorkspace>(),
            case::<ShowWorkspace>(),
            case::<UpdateWorkspace>(),
            case::<DeleteWorkspace>(),
        ],
        ..Resource::default()
    }
}
