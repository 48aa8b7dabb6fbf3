//! The time that a whole call may take.

/// When the call that a request belongs to is to be over.
///
/// It travels in the extensions of the request: a layer that would wait reads it first, and does
/// not begin a wait that cannot end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "an instant with a name")]
pub struct DeadlineAt(pub tokio::time::Instant);
