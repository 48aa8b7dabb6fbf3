//! Records of requests and deliveries, for tests and for the page.

mod deliveries;
mod requests;
mod stats;

pub(crate) use self::deliveries::Deliveries;
pub use self::deliveries::RecordedDelivery;
pub use self::requests::RecordedRequest;
pub(crate) use self::requests::{Request, RequestHistory};
pub use self::stats::Stats;
