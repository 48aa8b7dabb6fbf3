use frameio_api::folder_permissions::{ListFolderUsers, RemoveFolderUser, UpdateFolderUserRole};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListFolderUsers>(),
            case::<UpdateFolderUserRole>(),
            case::<RemoveFolderUser>(),
        ],
        ..Resource::default()
    }
}
