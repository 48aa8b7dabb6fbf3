//! Experimental operations on version stacks.

use frameio_core::{AccountId, Endpoint, FileId, Operation, VersionStackId, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::assets::Asset;
use crate::version_stacks::VersionStack;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] =
    &[ReorderVersionStack::OPERATION, RestoreVersionStack::OPERATION];

/// Moves a version within its version stack.
///
/// Returns the versions in their new order, each an [`Asset`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/versions",
    id = "version_stacks.reorder", response = Vec<Asset>, quota = "10/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ReorderVersionStack {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to reorder.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
    /// Version to move, and its new position.
    #[endpoint(whole_body)]
    pub version_move: VersionMove,
}

/// Restores a deleted version stack.
///
/// Returns the [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/restore",
    id = "version_stacks.restore", response = VersionStack, quota = "100/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct RestoreVersionStack {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to restore.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
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
