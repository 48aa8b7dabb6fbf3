//! Parts that the commands share that change, create or delete things: the result of each thing, failures,
//! calls whose response was lost, and questions before something is deleted.

mod change;
mod confirm;
mod deletion;
mod read_back;
mod results;

pub(super) use self::change::Change;
pub(super) use self::confirm::{confirm, confirm_name, declined, is_interactive};
pub(super) use self::deletion::{Deletable, DeletionArgs};
pub(super) use self::read_back::{Uncertain, confirmed, is_created_since};
pub(super) use self::results::{Refusals, Results};
