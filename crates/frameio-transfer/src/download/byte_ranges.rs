//! The set of received byte ranges.

use std::ops::Range;

/// Nonempty byte ranges in order, which do not touch each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ByteRanges(Vec<(u64, u64)>);

impl ByteRanges {
    /// Validates ranges read from a file: in order, separate, and within `size`.
    pub(super) fn new(ranges: Vec<(u64, u64)>, size: u64) -> Option<Self> {
        let mut least = 0;
        for (n, (start, end)) in ranges.iter().enumerate() {
            if start >= end || *end > size || (n > 0 && *start <= least) {
                return None;
            }
            least = *end;
        }
        Some(Self(ranges))
    }

    pub(super) fn to_vec(&self) -> Vec<(u64, u64)> {
        self.0.clone()
    }

    pub(super) fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.0.partition_point(|(_, end)| *end < range.start);
        let to = self.0.partition_point(|(start, _)| *start <= range.end);
        let touched = self.0.get(from..to).unwrap_or_default();
        let start = touched.first().map_or(range.start, |first| first.0.min(range.start));
        let end = touched.last().map_or(range.end, |last| last.1.max(range.end));
        self.0.splice(from..to, [(start, end)]);
    }

    /// Returns the missing ranges of `size` bytes.
    pub(super) fn missing(&self, size: u64) -> Vec<Range<u64>> {
        let mut at = 0;
        let mut missing = Vec::new();
        for (start, end) in self.0.iter().copied().chain([(size, size)]) {
            if at < start {
                missing.push(at..start);
            }
            at = end;
        }
        missing
    }

    /// Returns the number of bytes in all ranges.
    pub(super) fn total(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// Returns the end of the range that starts at 0.
    pub(super) fn frontier(&self) -> u64 {
        self.0.first().filter(|first| first.0 == 0).map_or(0, |first| first.1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_set_of_bytes(inserted in vec((0_u64..60, 0_u64..12), 0..12)) {
            let mut ranges = ByteRanges::default();
            let mut bytes = [false; 80];
            for (start, length) in inserted {
                ranges.insert(start..start + length);
                bytes[start as usize..(start + length) as usize].fill(true);
            }
            let missing = ranges.missing(80);
            for (at, has) in bytes.iter().enumerate() {
                let at = at as u64;
                prop_assert_eq!(*has, ranges.0.iter().any(|(start, end)| (*start..*end).contains(&at)));
                prop_assert_eq!(!has, missing.iter().any(|range| range.contains(&at)));
            }
            prop_assert_eq!(ranges.total(), bytes.iter().filter(|has| **has).count() as u64);
            let frontier = bytes.iter().position(|has| !has).unwrap_or(80);
            prop_assert_eq!(ranges.frontier(), frontier as u64);
            let copy = ByteRanges::new(ranges.to_vec(), 80);
            prop_assert_eq!(copy, Some(ranges), "in order and separate");
        }
    }

    #[test]
    fn refuses_ranges_that_overlap_or_exceed_the_size() {
        for wrong in [vec![(3, 3)], vec![(0, 9)], vec![(4, 5), (0, 1)], vec![(0, 2), (2, 4)]] {
            assert_eq!(ByteRanges::new(wrong.clone(), 8), None, "{wrong:?}");
        }
    }
}
