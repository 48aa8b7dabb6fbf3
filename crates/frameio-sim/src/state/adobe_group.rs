//! Groups that exist at Adobe.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Groups at Adobe, by the ids that Adobe gives them.
pub(crate) type AdobeGroups = IndexMap<String, AdobeGroup>;

/// Group at Adobe.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AdobeGroup {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) members: Vec<String>,
    /// The group of the account that was made of it.
    pub(crate) group: Option<String>,
}
