use frameio_api::experimental::groups::{
    AddAdobeGroup, AddGroupMembers, DeleteGroup, ListAdobeGroups, ListGroupMembers,
    RemoveGroupMember,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    let one_model = "one model for groups of all sources, and for responses without a source";
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
            ("GroupUsersResponse", "links", "decoded like the reviewers of shares"),
            ("SyncGroup", "source", one_model),
            ("SyncGroup", "sync_status", one_model),
        ],
        ..Resource::default()
    }
}
