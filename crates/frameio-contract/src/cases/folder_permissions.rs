use frameio_api::folder_permissions::{
    DeleteFolderUserRole, ListFolderUsers, UpdateFolderUserRole,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListFolderUsers>(),
            case::<UpdateFolderUserRole>(),
            case::<DeleteFolderUserRole>(),
        ],
        ..Resource::default()
    }
}
