//! C4 identifiers: SHA-512 in base 58.

use sha2::{Digest, Sha512};

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Length of an identifier, including its prefix `c4`.
pub(crate) const LENGTH: usize = 90;

/// Returns the identifier of some bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    format(&Sha512::digest(bytes))
}

/// Formats a SHA-512 checksum.
pub(crate) fn format(sha512: &[u8]) -> String {
    let mut number = sha512.to_vec();
    let mut digits = vec![DIGITS[0]; LENGTH - 2];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut number {
            let value = rest * 256 + usize::from(*byte);
            *byte = u8::try_from(value / 58).unwrap_or(u8::MAX);
            rest = value % 58;
        }
        *digit = DIGITS.get(rest).copied().unwrap_or(DIGITS[0]);
    }
    let digits = digits.into_iter().map(char::from);
    "c4".chars().chain(digits).collect()
}

/// Returns whether a text is an identifier.
pub(crate) fn is_valid(text: &str) -> bool {
    text.len() == LENGTH
        && text.strip_prefix("c4").is_some_and(|rest| rest.bytes().all(|c| DIGITS.contains(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_identifiers() {
        let empty = "c459dsjfscH38cYeXXYogktxf4Cd9ibshE3BHUo6a58hBXmRQdZrAkZzsWcbWtDg5oQstpDuni4Hirj75GEmTc1sFT";
        assert_eq!(of(b""), empty);
        assert!(is_valid(empty));
        assert_eq!(format(&[0; 64]), format!("c4{}", "1".repeat(88)));
        assert!(!is_valid("c4") && !is_valid(&"0".repeat(90)));
    }
}
