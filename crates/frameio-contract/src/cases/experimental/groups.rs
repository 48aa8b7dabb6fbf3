use frameio_api::experimental::groups::{
    AddAdobeGroup, AddGroupMembers, DeleteGroup, ListAdobeGroups, ListGroupMembers,
    RemoveGroupMember,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    let one_model = "one model serves groups of every source, and answers that do not name it";
    Resource {
        cases: vec![
            case::<DeleteGroup>(),
            case::<ListGroupMembers>(),
            case::<AddGroupMembers>(),
            case::<RemoveGroupMember>(),
            case::<ListAdobeGroups>(),
            case::<AddAdobeGroup>(),
        ],
        tolerated: vec![
            ("GroupUsersResponse", "links", "users are read as those of shares, which may lack it"),
            ("SyncGroup", "source", one_model),
            ("SyncGroup", "sync_status", one_model),
        ],
        ..Resource::default()
    }
}
