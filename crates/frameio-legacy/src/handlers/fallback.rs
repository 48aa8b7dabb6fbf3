//! Routes without a counterpart in V4, and those that never existed.

use crate::context::Context;
use crate::refusal::Refusal;
use crate::response::Outcome;

/// 410: V4 has no such operation.
pub(crate) async fn gone(cx: Context) -> Outcome {
    let refusal = Refusal::gone(format!("no V4 equivalent; {}", cx.route.note));
    Err(match cx.route.v4 {
        [] => refusal,
        operations => refusal.instead(operations.join(", ")),
    })
}

/// 404: the legacy API had no such route, but generated code calls it.
pub(crate) async fn never_existed(cx: Context) -> Outcome {
    Err(Refusal::not_found(format!("the legacy API never had this route; {}", cx.route.note)))
}

/// 404: not part of the facade.
pub(crate) async fn not_concerned(cx: Context) -> Outcome {
    Err(Refusal::not_found(cx.route.note))
}
