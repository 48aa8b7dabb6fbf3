//! Tower layers.

pub mod deadline;
pub mod error;
pub mod base_uri;
pub mod collect;
pub mod headers;
pub mod timeout;
pub mod record;

pub use base_uri::{BaseUri, BaseUriLayer, InvalidBaseUri};
pub use collect::{Collect, CollectLayer};
pub use deadline::{Deadline, DeadlineAt, DeadlineLayer};
pub use error::HttpError;
pub use headers::{Headers, HeadersLayer};
pub use record::{CallRecord, Phase};
pub use timeout::{Timeout, TimeoutLayer};
