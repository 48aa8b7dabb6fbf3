//! Parts that the commands about files, folders and version stacks share.

mod change;
mod confirm;
mod item;
mod locations;
mod new_place;
mod results;
mod siblings;

pub(super) use self::change::Change;
pub(super) use self::confirm::{confirm, confirm_name, is_interactive};
pub(super) use self::item::{id, is_folder, kind, name, size};
pub(super) use self::locations::Locations;
pub(super) use self::new_place::{NewPlace, has_trailing_slash};
pub(super) use self::results::{Refusals, Results};
pub(super) use self::siblings::{Sibling, Siblings};
