//! Groups managed at Adobe.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Groups at Adobe, by their Adobe ids.
pub(crate) type AdobeGroups = IndexMap<String, AdobeGroup>;

/// Group at Adobe.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AdobeGroup {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) members: Vec<String>,
    /// Id of the account's group that was created from it.
    pub(crate) group: Option<String>,
}
