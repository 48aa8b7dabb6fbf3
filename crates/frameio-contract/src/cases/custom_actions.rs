use frameio_api::custom_actions::{
    CreateCustomAction, DeleteCustomAction, ListCustomActions, ShowCustomAction, UpdateCustomAction,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListCustomActions>(),
            case::<CreateCustomAction>(),
            case::<ShowCustomAction>(),
            case::<UpdateCustomAction>(),
            case::<DeleteCustomAction>(),
        ],
        tolerated: vec![("ActionCreateResponseData", "secret", "only in this response")],
        ..Resource::default()
    }
}
