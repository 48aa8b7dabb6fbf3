//! The one user.

use super::Simulated;
use crate::respond::{Outcome, Reply};
use crate::state::{Ctx, State};

pub(super) const OPERATIONS: &[Simulated] = &[Simulated::new("users.show", show)];

fn show(state: &mut State, _: &Ctx<'_>) -> Outcome {
    Ok(Reply::ok(state.user.clone()))
}
