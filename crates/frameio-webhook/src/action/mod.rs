//! Custom actions, which users start in the menu of an asset in Frame.io.
//!
//! The service posts an [`ActionRequest`], and the [`ActionResponse`] shows a message, a [`Form`], or
//! nothing. A submitted form arrives as another request with the same [`InteractionId`] and the values in
//! its [`Submission`]; the response to it can be another form.
//!
//! The service waits for the response for 5 to 10 seconds, depending on the timeout of the action, and
//! then retries, up to five requests in total. Queue work that takes longer, and make it idempotent.
//!
//! ```
//! use frameio_webhook::action::{ActionRequest, ActionResponse, Field, Form};
//!
//! fn respond(request: &ActionRequest) -> Result<ActionResponse, Box<dyn std::error::Error>> {
//!     let Some(sent) = request.submission() else {
//!         let formats = [("ProRes 422", "prores"), ("H.264", "h264")];
//!         return Ok(Form::new("Transcode")
//!             .field(Field::select("format", "Format", formats).value("h264"))
//!             .field(Field::boolean("burn_in", "Burn in the timecode"))
//!             .response()?);
//!     };
//!     let format = sent.choice("format", ["prores", "h264"])?;
//!     let burn_in = sent.boolean("burn_in")?;
//!     let done = format!("{} files as {format}, {burn_in}", request.selection().count());
//!     Ok(ActionResponse::message("Queued", done))
//! }
//! ```

mod form;
mod interactions;
mod request;
mod response;
mod submission;

pub use form::{Field, FieldOption, FieldType, Form};
pub use interactions::Interactions;
pub use request::{ActionRequest, InteractionId};
pub use response::ActionResponse;
pub use submission::{FieldError, FieldProblem, Submission};
