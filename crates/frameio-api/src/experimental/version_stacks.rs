//! Experimental operations on version stacks.

use frameio_core::{AccountId, FileId, VersionStackId, endpoints, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::assets::Asset;
use crate::version_stacks::VersionStack;

endpoints! {
    /// Moves one version to another place in its version stack.
    pub struct ReorderVersionStack {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Version stack to reorder.
            version_stack_id: VersionStackId,
        }
        envelope false;
        body {
            /// The version, and where it goes.
            data: VersionMove,
        }
    }
    "version_stacks.reorder" = PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/versions" -> Vec<Asset>, 10 per minute, api_version("experimental");

    /// Restores a version stack that was deleted.
    pub struct RestoreVersionStack {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Version stack to restore.
            version_stack_id: VersionStackId,
        }
    }
    "version_stacks.restore" = PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/restore" -> VersionStack, 100 per minute, api_version("experimental");
}

/// A version of a version stack, and the place that it is moved to.
///
/// ```
/// use frameio_api::experimental::version_stacks::{ReorderVersionStack, VersionMove};
/// use frameio_api::experimental::version_stacks::{VersionPlace, VersionStackEnd};
///
/// let to_top = VersionMove::new("file", VersionPlace::At(VersionStackEnd::Top));
/// let request = ReorderVersionStack::new("account", "stack", to_top);
/// let request = frameio_core::encode(&request)?;
/// let body = request.body().as_bytes().unwrap();
/// assert_eq!(body, br#"{"data":{"target_file_id":"file","move_to":"top"}}"#);
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionMove {
    /// The version to move.
    pub target_file_id: FileId,
    /// Where it goes.
    pub place: VersionPlace,
}

impl VersionMove {
    /// Moves the version `target_file_id` to `place`.
    pub fn new(target_file_id: impl Into<FileId>, place: VersionPlace) -> Self {
        Self { target_file_id: target_file_id.into(), place }
    }
}

/// A place in a version stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionPlace {
    /// One of the two ends.
    At(VersionStackEnd),
    /// Right above this version.
    Above(FileId),
    /// Right below this version.
    Below(FileId),
}

open_enum! {
    /// An end of a version stack.
    pub enum VersionStackEnd {
        /// The version that the stack is shown as.
        Top = "top",
        /// The other end.
        Bottom = "bottom",
    }
}

impl Serialize for VersionMove {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("target_file_id", &self.target_file_id)?;
        match &self.place {
            VersionPlace::At(end) => map.serialize_entry("move_to", end)?,
            VersionPlace::Above(file) => map.serialize_entry("move_above_file_id", file)?,
            VersionPlace::Below(file) => map.serialize_entry("move_below_file_id", file)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for VersionMove {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = wire::Fields::deserialize(deserializer)?;
        if let Some(name) = fields.extra.keys().next() {
            return Err(D::Error::custom(format_args!("unknown field `{name}`")));
        }
        let place = match (fields.move_to, fields.move_above_file_id, fields.move_below_file_id) {
            (Some(end), None, None) => VersionPlace::At(end),
            (None, Some(file), None) => VersionPlace::Above(file),
            (None, None, Some(file)) => VersionPlace::Below(file),
            _ => {
                return Err(D::Error::custom(
                    "one of `move_to`, `move_above_file_id` and `move_below_file_id` has to be there",
                ));
            }
        };
        Ok(Self::new(fields.target_file_id, place))
    }
}

mod wire {
    use frameio_core::{FileId, model};

    use super::VersionStackEnd;

    model! {
        /// [`VersionMove`](super::VersionMove) as JSON.
        pub struct Fields {
            pub target_file_id: FileId,
            pub move_to: Option<VersionStackEnd>,
            pub move_above_file_id: Option<FileId>,
            pub move_below_file_id: Option<FileId>,
        }
    }
}
