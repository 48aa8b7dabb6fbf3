//! Checksums of files.

use std::fmt;
use std::hash::Hasher as _;

use sha2::{Digest as _, Sha256};
use twox_hash::{XxHash3_64, XxHash64};

/// Algorithm of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checksum {
    /// 64 bits of XXH3: detects accidental changes at the speed of memory.
    Xxh3,
    /// XXH64, which media hash lists (MHL) use.
    Xxh64,
    /// SHA-256.
    Sha256,
}

/// A checksum; [`Display`](fmt::Display) formats it in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    checksum: Checksum,
    hex: Box<str>,
}

impl Digest {
    /// Computes the checksum of some bytes.
    ///
    /// ```
    /// use frameio::transfer::{Checksum, Digest};
    ///
    /// assert_eq!(Digest::of(Checksum::Xxh3, b"").as_str(), "2d06800538d394c2");
    /// ```
    pub fn of(checksum: Checksum, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(checksum);
        hasher.update(bytes);
        hasher.finish()
    }

    pub(crate) fn of_hex(checksum: Checksum, hex: String) -> Self {
        Self { checksum, hex: hex.into() }
    }

    /// Returns the algorithm.
    pub fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// Returns the checksum in lower-case hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex)
    }
}

/// Computes a checksum step by step.
pub(crate) enum Hasher {
    Xxh3(Box<XxHash3_64>),
    Xxh64(Box<XxHash64>),
    Sha256(Box<Sha256>),
}

impl Hasher {
    pub(crate) fn new(checksum: Checksum) -> Self {
        match checksum {
            Checksum::Xxh3 => Self::Xxh3(Box::default()),
            Checksum::Xxh64 => Self::Xxh64(Box::default()),
            Checksum::Sha256 => Self::Sha256(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Xxh3(hasher) => hasher.write(bytes),
            Self::Xxh64(hasher) => hasher.write(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Self::Xxh3(hasher) => {
                Digest { checksum: Checksum::Xxh3, hex: format!("{:016x}", hasher.finish()).into() }
            }
            Self::Xxh64(hasher) => Digest {
                checksum: Checksum::Xxh64,
                hex: format!("{:016x}", hasher.finish()).into(),
            },
            Self::Sha256(hasher) => {
                let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                Digest { checksum: Checksum::Sha256, hex }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_known_checksums() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(Checksum::Sha256, b"abc").as_str(), sha256);
        assert_eq!(Digest::of(Checksum::Xxh3, b"abc").to_string(), "78af5f94892f3950");
        assert_eq!(Digest::of(Checksum::Xxh64, b"abc").as_str(), "44bc2cf5ad770999");
        let mut parts = Hasher::new(Checksum::Xxh3);
        [&b"a"[..], b"b", b"c"].iter().for_each(|part| parts.update(part));
        assert_eq!(parts.finish(), Digest::of(Checksum::Xxh3, b"abc"));
    }
}
