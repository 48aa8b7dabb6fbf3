use frameio_api::assets::AssetKind;
use frameio_api::folders::{
    CreateFolder, DeleteFolder, ListFolderChildren, ListFolders, ShowFolder, UpdateFolder,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ShowFolder>(),
            case::<ListFolderChildren>(),
            case::<ListFolders>(),
            case::<CreateFolder>(),
            case::<UpdateFolder>(),
            case::<DeleteFolder>(),
        ],
        enums: known![AssetKind],
        tolerated: vec![
            ("Folder", "restricted", "is younger than July 2026"),
            ("FolderWithIncludes", "restricted", "is younger than July 2026"),
            ("AssetWithIncludesFolder", "restricted", "is younger than July 2026"),
        ],
    }
}
