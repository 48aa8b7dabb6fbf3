//! Custom actions: what a user has started in Frame.io, and what to answer.
//!
//! A user picks an action in the menu of a file, and the service posts an [`ActionRequest`]. The
//! [`Answer`] is a message, a [`Form`], or nothing. A form that is sent comes as another request
//! with the same [`InteractionId`], and what was typed into it in its [`Submission`]; the answer to
//! that may be another form.
//!
//! An answer has to come within the timeout of the action, 5 to 10 seconds, or the request is sent
//! again, up to five times in all: what takes longer belongs into a queue, and what is done has to
//! be right when it is asked for twice.
//!
//! ```
//! use frameio_webhook::action::{ActionRequest, Answer, Field, Form};
//!
//! fn answer(request: &ActionRequest) -> Result<Answer, Box<dyn std::error::Error>> {
//!     let Some(sent) = request.submission() else {
//!         let formats = [("ProRes 422", "prores"), ("H.264", "h264")];
//!         return Ok(Form::new("Transcode")
//!             .field(Field::select("format", "Format", formats).value("h264"))
//!             .field(Field::boolean("burn_in", "Burn the timecode in"))
//!             .answer()?);
//!     };
//!     let format = sent.choice("format", ["prores", "h264"])?;
//!     let burn_in = sent.boolean("burn_in")?;
//!     let done = format!("{} files as {format}, {burn_in}", request.selection().count());
//!     Ok(Answer::message("Queued", done))
//! }
//! ```

mod answer;
mod form;
mod interactions;
mod request;
mod submission;

pub use answer::Answer;
pub use form::{Field, FieldOption, FieldType, Form};
pub use interactions::Interactions;
pub use request::{ActionRequest, InteractionId};
pub use submission::{FieldError, FieldProblem, Submission};
