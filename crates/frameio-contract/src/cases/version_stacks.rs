use frameio_api::version_stacks::{
    CopyVersionStack, CreateVersionStack, ListVersionStacks, ListVersions, MoveVersionStack,
    ShowVersionStack,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListVersionStacks>(),
            case::<CreateVersionStack>(),
            case::<ShowVersionStack>(),
            case::<ListVersions>(),
            case::<CopyVersionStack>(),
            case::<MoveVersionStack>(),
        ],
        tolerated: vec![(
            "VersionStack",
            "head_version",
            "null in `VersionStackWithIncludes`, which has the same model",
        )],
        ..Resource::default()
    }
}
