use frameio_api::groups::{
    CreateGroup, GroupSource, GroupSyncStatus, ListGroups, ShowGroup, UpdateGroup,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    let one_model = "one model for groups of all sources, and for responses without a source";
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
