use frameio_api::experimental::version_stacks::{
    ReorderVersionStack, RestoreVersionStack, VersionStackEnd,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ReorderVersionStack>(), case::<RestoreVersionStack>()],
        enums: known![VersionStackEnd],
        ..Resource::default()
    }
}
