//! Contents of shares.

use std::borrow::Cow;

use indexmap::IndexSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Assets, reviewers and activities of a share.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ShareContents {
    /// Ids of the added files, folders and version stacks.
    pub(crate) assets: IndexSet<String>,
    /// Email addresses of the reviewers, in lower case.
    pub(crate) reviewers: IndexSet<String>,
    /// Activities, oldest first.
    pub(crate) activities: Vec<Activity>,
}

/// Activity of a visitor.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) at: Timestamp,
    pub(crate) asset: Option<String>,
    /// Email address, if known.
    pub(crate) visitor: Option<String>,
}
