use frameio_api::search::{AssetResultType, SearchAccount, SearchEngine, SearchMatch};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![case::<SearchAccount>()],
        enums: known![AssetResultType, SearchEngine, SearchMatch],
        tolerated: vec![("VersionStack", "head_version", "absent unless included")],
    }
}
