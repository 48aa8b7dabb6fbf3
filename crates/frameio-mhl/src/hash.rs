//! Checksums of the formats that hash lists use.

use std::fmt;
use std::fs::File;
use std::hash::Hasher as _;
use std::io::{self, Read};
use std::path::Path;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

use crate::c4;

/// Format of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HashFormat {
    /// C4: SHA-512 in base 58.
    C4,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// 128 bits of XXH3.
    Xxh128,
    /// 64 bits of XXH3.
    Xxh3,
    /// XXH64.
    Xxh64,
}

impl HashFormat {
    /// All formats, in the order of their names.
    pub const ALL: [Self; 6] =
        [Self::C4, Self::Md5, Self::Sha1, Self::Xxh128, Self::Xxh3, Self::Xxh64];

    /// Returns the name of the element in ASC MHL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::C4 => "c4",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Xxh128 => "xxh128",
            Self::Xxh3 => "xxh3",
            Self::Xxh64 => "xxh64",
        }
    }

    /// Returns the format of an element in ASC MHL.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Computes the checksum of a file. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn hash_file(self, path: &Path) -> io::Result<HashValue> {
        let mut hasher = Hasher::new(self);
        read_all(File::open(path)?, |bytes| hasher.update(bytes))?;
        Ok(hasher.finish())
    }

    /// Reads to the end and computes a checksum of each format. Returns the number of bytes, and the
    /// checksums in the order of the formats. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the reader fails.
    pub fn hash_all(formats: &[Self], reader: impl Read) -> io::Result<(u64, Vec<HashValue>)> {
        let mut hashers: Vec<_> = formats.iter().copied().map(Hasher::new).collect();
        let mut size = 0;
        read_all(reader, |bytes| {
            size += bytes.len() as u64;
            hashers.iter_mut().for_each(|hasher| hasher.update(bytes));
        })?;
        Ok((size, hashers.into_iter().map(Hasher::finish).collect()))
    }

    /// Computes the checksum of some bytes.
    pub fn hash(self, bytes: &[u8]) -> HashValue {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Number of characters of a checksum.
    const fn length(self) -> usize {
        match self {
            Self::C4 => c4::LENGTH,
            Self::Md5 | Self::Xxh128 => 32,
            Self::Sha1 => 40,
            Self::Xxh3 | Self::Xxh64 => 16,
        }
    }
}

impl fmt::Display for HashFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads to the end.
fn read_all(mut reader: impl Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => each(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A checksum with its format.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HashValue {
    format: HashFormat,
    text: Box<str>,
}

impl HashValue {
    /// Parses a checksum in hexadecimal, or a C4 identifier.
    ///
    /// # Errors
    ///
    /// Returns the reason if the text is not a checksum of this format.
    pub fn parse(format: HashFormat, text: &str) -> Result<Self, String> {
        let is_valid = match format {
            HashFormat::C4 => c4::is_valid(text),
            _ => text.len() == format.length() && text.bytes().all(|c| c.is_ascii_hexdigit()),
        };
        if !is_valid {
            let shown: String = text.chars().take(100).collect();
            return Err(format!("'{shown}' is not a checksum in {format}"));
        }
        let text = match format {
            HashFormat::C4 => text.into(),
            _ => text.to_ascii_lowercase().into(),
        };
        Ok(Self { format, text })
    }

    /// Returns the format.
    pub const fn format(&self) -> HashFormat {
        self.format
    }

    /// Returns the checksum in lower-case hexadecimal, or the C4 identifier.
    pub const fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the checksum with its bytes in reverse order; `None` for C4.
    pub(crate) fn reversed(&self) -> Option<Self> {
        let bytes = self.text.as_bytes().chunks(2).rev();
        let text = String::from_utf8(bytes.flatten().copied().collect()).ok()?;
        (self.format != HashFormat::C4).then(|| Self { format: self.format, text: text.into() })
    }
}

impl fmt::Display for HashValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Computes a checksum step by step.
pub struct Hasher(State);

enum State {
    C4(Box<Sha512>),
    Md5(Box<Md5>),
    Sha1(Box<Sha1>),
    Xxh128(Box<XxHash3_128>),
    Xxh3(Box<XxHash3_64>),
    Xxh64(XxHash64),
}

impl Hasher {
    /// Starts a checksum.
    pub fn new(format: HashFormat) -> Self {
        Self(match format {
            HashFormat::C4 => State::C4(Box::default()),
            HashFormat::Md5 => State::Md5(Box::default()),
            HashFormat::Sha1 => State::Sha1(Box::default()),
            HashFormat::Xxh128 => State::Xxh128(Box::new(XxHash3_128::new())),
            HashFormat::Xxh3 => State::Xxh3(Box::default()),
            HashFormat::Xxh64 => State::Xxh64(XxHash64::default()),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::C4(state) => state.update(bytes),
            State::Md5(state) => state.update(bytes),
            State::Sha1(state) => state.update(bytes),
            State::Xxh128(state) => state.write(bytes),
            State::Xxh3(state) => state.write(bytes),
            State::Xxh64(state) => state.write(bytes),
        }
    }

    /// Returns the checksum.
    pub fn finish(self) -> HashValue {
        let (format, text) = match self.0 {
            State::C4(state) => (HashFormat::C4, c4::format(&state.finalize())),
            State::Md5(state) => (HashFormat::Md5, hex(&state.finalize())),
            State::Sha1(state) => (HashFormat::Sha1, hex(&state.finalize())),
            State::Xxh128(state) => (HashFormat::Xxh128, format!("{:032x}", state.finish_128())),
            State::Xxh3(state) => (HashFormat::Xxh3, format!("{:016x}", state.finish())),
            State::Xxh64(state) => (HashFormat::Xxh64, format!("{:016x}", state.finish())),
        };
        HashValue { format, text: text.into() }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_known_checksums() {
        for (format, expected) in [
            (HashFormat::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (HashFormat::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (HashFormat::Xxh64, "44bc2cf5ad770999"),
            (HashFormat::Xxh3, "78af5f94892f3950"),
            (HashFormat::Xxh128, "06b05ab6733a618578af5f94892f3950"),
        ] {
            assert_eq!(format.hash(b"abc").as_str(), expected, "{format}");
        }
        assert!(HashFormat::C4.hash(b"abc").as_str().starts_with("c4"));
    }

    #[test]
    fn parses_only_checksums_of_the_format() {
        for format in HashFormat::ALL {
            let value = format.hash(b"abc");
            assert_eq!(HashValue::parse(format, value.as_str()), Ok(value.clone()));
            assert_eq!(HashFormat::from_name(format.name()), Some(format));
            for text in ["", "xyz", &value.as_str()[1..], &format!("{value}0")] {
                assert!(HashValue::parse(format, text).is_err(), "{format} {text}");
            }
        }
        let upper = HashValue::parse(HashFormat::Xxh64, "44BC2CF5AD770999").unwrap();
        assert_eq!(upper, HashFormat::Xxh64.hash(b"abc"));
        assert_eq!(upper.reversed().unwrap().as_str(), "990977adf52cbc44");
    }
}
