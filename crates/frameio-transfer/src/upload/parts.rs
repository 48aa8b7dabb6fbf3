//! Parts of a file: offset, size and signed URL.

use std::fmt;

use frameio_core::SignedUrl;

/// All parts of a file, in order, with compressed URLs.
///
/// A file can have tens of thousands of parts, each with a URL of a kilobyte. The URLs of a file
/// differ only in number and signature, so only the difference to the first URL is stored.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    first: Box<str>,
    /// Concatenated differences of the URLs to the first one.
    texts: String,
    entries: Vec<Entry>,
    size: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    offset: u64,
    /// End of the difference in `texts`.
    text_end: usize,
    /// Length of the common prefix and suffix with the first URL.
    prefix: u32,
    suffix: u32,
}

/// One part.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) index: usize,
    pub(crate) offset: u64,
    pub(crate) size: u64,
    pub(crate) url: String,
}

impl Parts {
    /// Creates the parts of an attachment, whose sizes the service does not report. All parts have the
    /// same size, except for the last one, which may be smaller. Returns `None` if `size` cannot be
    /// divided into this many parts.
    pub(crate) fn even(size: u64, urls: &[SignedUrl]) -> Option<Self> {
        let each = size.div_ceil(u64::try_from(urls.len()).ok().filter(|count| *count > 0)?);
        let mut parts = Self::default();
        for url in urls {
            parts.push(each.min(size - parts.size), url.as_str())?;
        }
        Some(parts)
    }

    /// Adds a part. Returns `None` if it is empty or the total size overflows.
    pub(crate) fn push(&mut self, size: u64, url: &str) -> Option<()> {
        let offset = self.size;
        self.size = offset.checked_add(size).filter(|end| *end > offset)?;
        if self.entries.is_empty() {
            self.first = url.into();
        }
        let (first, this) = (self.first.as_bytes(), url.as_bytes());
        let shared = |(a, b): &(&u8, &u8)| a == b;
        let mut prefix = first.iter().zip(this).take_while(shared).count();
        while !url.is_char_boundary(prefix) || !self.first.is_char_boundary(prefix) {
            prefix -= 1;
        }
        let most = first.len().min(this.len()) - prefix;
        let mut suffix = first.iter().rev().zip(this.iter().rev()).take_while(shared).count();
        suffix = suffix.min(most);
        while !url.is_char_boundary(this.len() - suffix) {
            suffix -= 1;
        }
        self.texts.push_str(url.get(prefix..this.len() - suffix)?);
        self.entries.push(Entry {
            offset,
            text_end: self.texts.len(),
            prefix: u32::try_from(prefix).ok()?,
            suffix: u32::try_from(suffix).ok()?,
        });
        Some(())
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the total size of all parts.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the size of a part, or 0 if the index is out of range.
    pub(crate) fn size_of(&self, index: usize) -> u64 {
        let Some(entry) = self.entries.get(index) else { return 0 };
        self.end_of(index) - entry.offset
    }

    /// Returns the offset after the last byte of a part.
    pub(crate) fn end_of(&self, index: usize) -> u64 {
        self.entries.get(index + 1).map_or(self.size, |next| next.offset)
    }

    pub(crate) fn get(&self, index: usize) -> Option<Part> {
        let entry = self.entries.get(index)?;
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let text = self.texts.get(before.map_or(0, |before| before.text_end)..entry.text_end)?;
        let suffix_start = self.first.len() - entry.suffix as usize;
        let prefix = self.first.get(..entry.prefix as usize)?;
        let suffix = self.first.get(suffix_start..)?;
        let size = self.size_of(index);
        let url = [prefix, text, suffix].concat();
        Some(Part { index, offset: entry.offset, size, url })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Part> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl fmt::Debug for Parts {
    /// Prints count and size, but no URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts({} of {} bytes)", self.len(), self.size)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} at {} of {} bytes)", self.index, self.offset, self.size)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn similar_urls_take_little_memory() {
        let mut parts = Parts::default();
        let secret = "x".repeat(1000);
        for number in 0..10_000 {
            let url =
                format!("https://s3.example/o?Signature={number:064}&t={secret}&part={number}");
            parts.push(100, &url).unwrap();
        }
        assert_eq!((parts.len(), parts.size()), (10_000, 1_000_000));
        assert!(parts.texts.len() < 10_000 * 1100 && parts.get(77).unwrap().url.contains("0077&"));
        let mut close = Parts::default();
        for number in 0..10_000 {
            close.push(1, &format!("https://s3/{secret}?part={number:05}&t={secret}")).unwrap();
        }
        assert!(close.texts.len() < 60_000);
        assert!(!format!("{close:?} {:?}", close.get(1)).contains("xxx"));
    }

    #[test]
    fn attachments_have_parts_of_even_size() {
        let urls = ["a", "b", "c"].map(SignedUrl::from);
        let sizes = |size| {
            let parts = Parts::even(size, &urls)?;
            Some(parts.iter().map(|part| part.size).collect::<Vec<_>>())
        };
        assert_eq!(sizes(10), Some(vec![4, 4, 2]));
        assert_eq!(sizes(3), Some(vec![1, 1, 1]));
        assert_eq!(sizes(4), None, "the last part would be empty");
        assert!(Parts::even(1, &[]).is_none());
    }

    proptest! {
        #[test]
        fn returns_the_added_parts(urls in prop::collection::vec("[aé]{0,3}[a-cß]{0,9}[é]{0,3}", 1..9)) {
            let mut parts = Parts::default();
            for (url, size) in urls.iter().zip(1..) {
                parts.push(size, url).unwrap();
            }
            let mut offset = 0;
            for ((part, url), size) in parts.iter().zip(&urls).zip(1..) {
                prop_assert_eq!((&part.url, part.offset, part.size), (url, offset, size));
                offset += size;
            }
            prop_assert_eq!(offset, parts.size());
        }
    }
}
