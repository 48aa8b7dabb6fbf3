//! Parts that the commands about files, folders and version stacks share.

mod item;
mod locations;
mod new_place;
mod siblings;

pub(super) use self::item::{id, is_folder, kind, name, size};
pub(super) use self::locations::{Location, Locations, path_cell};
pub(super) use self::new_place::{NewPlace, has_trailing_slash};
pub(super) use self::siblings::{Sibling, Siblings};
