//! Times in responses.

use jiff::Timestamp;
use serde_json::json;

frameio_core::model! {
    /// Thing with times.
    pub struct Thing {
        /// Creation.
        pub created_at: Timestamp,
        /// Deletion, if any.
        pub deleted_at: Option<Timestamp>,
    }
}

#[test]
fn times_are_read_whether_optional_or_not() {
    let (created, deleted) = ("2026-03-22T10:11:12Z", "2026-03-23T10:11:12.5Z");
    let thing = |json| serde_json::from_value::<Thing>(json).unwrap();
    let both = thing(json!({"created_at": created, "deleted_at": deleted}));
    assert_eq!(both.created_at, created.parse().unwrap());
    assert_eq!(both.deleted_at, Some(deleted.parse().unwrap()));
    let one = thing(json!({"created_at": created, "deleted_at": null}));
    assert_eq!((one.created_at, one.deleted_at), (both.created_at, None));
}
