use frameio_api::assets::AssetKind;
use frameio_api::folders::{
    CopyFolder, CopyFolders, CreateFolder, DeleteFolder, ListFolderChildren, ListFolders,
    MoveFolder, MoveFolders, ShowFolder, UpdateFolder,
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
            case::<CopyFolder>(),
            case::<MoveFolder>(),
            case::<CopyFolders>(),
            case::<MoveFolders>(),
        ],
        enums: known![AssetKind],
        tolerated: vec![
            ("Folder", "restricted", "added after July 2026"),
            ("FolderWithIncludes", "restricted", "added after July 2026"),
            ("AssetWithIncludesFolder", "restricted", "added after July 2026"),
        ],
    }
}
