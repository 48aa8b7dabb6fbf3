//! What identifies a delivery.

use std::fmt;

use sha2::{Digest, Sha256};

/// What tells a delivery from others: the hash of the time at which it was signed and of its body.
///
/// The service sends no id. The type of an event and its resource are in the body, so that two
/// deliveries with one key are of one event, or of two that cannot be told apart. Whether a delivery
/// that is repeated after a failure is signed anew is not documented: if it is, it has another key,
/// so what a handler does should still be right when it is done twice.
///
/// `Display` writes 64 hexadecimal digits, for a store elsewhere.
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
    fn a_key_is_of_the_time_and_of_all_of_the_body() {
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
