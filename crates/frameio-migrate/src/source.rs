//! Reads files into lines.

use std::io::{self, Read};
use std::path::Path;

use crate::language::Language;
use crate::lines::{Line, lines};
use crate::notebook;

/// Largest file that is read, in bytes. Larger ones are data or generated code.
pub(crate) const SIZE_LIMIT: u64 = 8 << 20;

/// Reason why a file was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    TooLarge,
    /// Not text, which needs no mention.
    Binary,
    Failed(io::Error),
}

/// Reads a file into lines.
pub(crate) fn read(path: &Path, language: Language) -> Result<Vec<Line>, Unread> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(Unread::Failed)?;
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(Unread::Failed)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(Unread::TooLarge);
    }
    if bytes.contains(&0) {
        return utf16(&bytes).map_or(Err(Unread::Binary), |text| Ok(lines(&text, None)));
    }
    let text = String::from_utf8_lossy(&bytes);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ipynb"))
        && let Some(lines) = notebook::lines(&text)
    {
        return Ok(lines);
    }
    if language == Language::Json {
        // Some exports escape the slashes of URLs.
        return Ok(lines(&text.replace("\\/", "/"), None));
    }
    Ok(lines(&text, None))
}

/// Decodes text that Windows programs write, if it has a byte-order mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let decode: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes.get(2..)?.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
    String::from_utf16(&units.map(decode).collect::<Vec<_>>()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn reads_utf16_and_leaves_other_binary_files() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.ps1");
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("a\nb".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        std::fs::write(&path, utf16).unwrap();
        assert_eq!(read(&path, Language::Shell).unwrap()[1].text, "b");
        std::fs::write(&path, b"\x7fELF\0\0").unwrap();
        assert!(matches!(read(&path, Language::Shell), Err(Unread::Binary)));
    }

    #[test]
    fn does_not_read_a_file_beyond_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.json");
        std::fs::File::create(&path).unwrap().set_len(SIZE_LIMIT + 1).unwrap();
        assert!(matches!(read(&path, Language::Json), Err(Unread::TooLarge)));
    }
}
