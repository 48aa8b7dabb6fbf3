use frameio_api::experimental::files::{RestoreFile, ShowFiles};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<ShowFiles>(), case::<RestoreFile>()],
        tolerated: vec![(
            "FileWithIncludes",
            "media_type",
            "null in the stable contract, which has the same model",
        )],
        ..Resource::default()
    }
}
