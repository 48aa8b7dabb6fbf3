//! Experimental operations on version stacks.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::version_stacks::{
//!     ReorderVersionStack, VersionMove, VersionPlace, VersionStackEnd,
//! };
//!
//! let to_top = VersionMove::new("file", VersionPlace::At(VersionStackEnd::Top));
//! client.send(ReorderVersionStack::new("account", "stack", to_top)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, FileId, Operation, VersionStackId, open_enum};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::assets::Asset;
use crate::version_stacks::VersionStack;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
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

/// Restores a recently deleted version stack.
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

/// A version to move, and its new position in the version stack.
///
/// ```
/// use frameio_api::experimental::version_stacks::{ReorderVersionStack, VersionMove, VersionPlace};
///
/// let above = VersionMove::new("file", VersionPlace::Above("other file".into()));
/// let request = frameio_core::encode(&ReorderVersionStack::new("account", "stack", above))?;
/// let body = request.body().as_bytes().unwrap();
/// assert_eq!(body, br#"{"data":{"target_file_id":"file","move_above_file_id":"other file"}}"#);
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionMove {
    /// Version to move.
    pub target_file_id: FileId,
    /// New position.
    pub place: VersionPlace,
}

impl VersionMove {
    /// Creates a move of the version `target_file_id` to `place`.
    pub fn new(target_file_id: impl Into<FileId>, place: VersionPlace) -> Self {
        Self { target_file_id: target_file_id.into(), place }
    }
}

/// Position in a version stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionPlace {
    /// At the top or the bottom.
    At(VersionStackEnd),
    /// Directly above this version.
    Above(FileId),
    /// Directly below this version.
    Below(FileId),
}

open_enum! {
    /// End of a version stack.
    pub enum VersionStackEnd {
        /// Top: the version that represents the stack.
        Top = "top",
        /// Bottom.
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
                    "expected exactly one of `move_to`, `move_above_file_id` and \
                     `move_below_file_id`",
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
        /// JSON form of [`VersionMove`](super::VersionMove).
        pub struct Fields {
            pub target_file_id: FileId,
            pub move_to: Option<VersionStackEnd>,
            pub move_above_file_id: Option<FileId>,
            pub move_below_file_id: Option<FileId>,
        }
    }
}
