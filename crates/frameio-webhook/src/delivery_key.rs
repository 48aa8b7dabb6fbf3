//! Key that identifies a delivery.

use std::fmt;

use sha2::{Digest, Sha256};

/// Identifies a delivery by a hash of its timestamp and its body.
///
/// The service sends no ID. The body contains the type of the event and the resource, so deliveries with
/// the same key are of the same event, or of two indistinguishable ones. Whether a retry of the service
/// has a new timestamp, and so another key, is not documented: handlers should be idempotent.
///
/// `Display` writes 64 hexadecimal digits, for use in an external store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveryKey([u8; 32]);

impl DeliveryKey {
    pub(crate) fn new(timestamp: u64, body: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(timestamp.to_be_bytes()).chain_update(body);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_depends_on_the_timestamp_and_the_whole_body() {
        let key = DeliveryKey::new(1, b"abc");
        assert_eq!(key, DeliveryKey::new(1, b"abc"));
        for other in [DeliveryKey::new(2, b"abc"), DeliveryKey::new(1, b"abd")] {
            assert_ne!(key, other);
        }
        // printf '\0\0\0\0\0\0\0\1abc' | sha256sum
        let expected = "e98bc483cc6af9ccf82bc23e481a128c12818251d9d359a7b560dcabfd7909d6";
        assert_eq!(key.to_string(), expected);
    }
}
