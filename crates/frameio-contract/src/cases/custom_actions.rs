use frameio_api::custom_actions::{
    CreateCustomAction, DeleteCustomAction, ListCustomActions, ShowCustomAction, UpdateCustomAction,
};

use crate::case::{Resource, case};

/// The guide to custom actions names this value, which the contract does not.
const MIGRATED: &str = "null for actions that were migrated from the legacy API";

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListCustomActions>(),
            case::<CreateCustomAction>(),
            case::<ShowCustomAction>(),
            case::<UpdateCustomAction>(),
            case::<DeleteCustomAction>(),
        ],
        tolerated: vec![
            ("ActionCreateResponseData", "secret", "only in this response"),
            ("Action", "active", MIGRATED),
            ("ActionWithIncludes", "active", MIGRATED),
            ("ActionCreateResponseData", "active", MIGRATED),
        ],
        ..Resource::default()
    }
}
