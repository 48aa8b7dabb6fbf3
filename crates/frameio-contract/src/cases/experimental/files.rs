use frameio_api::experimental::files::{RestoreFile, ShowFiles};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowFiles>(), case::<RestoreFile>()],
        tolerated: vec![(
            "FileWithIncludes",
            "media_type",
            "can be null in the stable contract, and is the same model",
        )],
        ..Resource::default()
    }
}
