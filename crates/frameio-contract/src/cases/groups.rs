use frameio_api::groups::{
    CreateGroup, GroupSource, GroupSyncStatus, ListGroups, ShowGroup, UpdateGroup,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    let one_model = "one model serves groups of every source, and answers that do not name it";
    Resource {
        cases: vec![
            case::<ListGroups>(),
            case::<CreateGroup>(),
            case::<ShowGroup>(),
            case::<UpdateGroup>(),
        ],
        enums: known![GroupSource, GroupSyncStatus],
        tolerated: vec![
            ("GroupWithIncludesFrame", "source", one_model),
            ("GroupWithIncludesWorkfront", "source", one_model),
            ("GroupWithIncludesAdobe", "source", one_model),
            ("GroupWithIncludesAdobe", "sync_status", one_model),
        ],
    }
}
