//! How clients cut a file into parts.

use crate::refusal::Refusal;

/// Even parts of a file. Most clients round the size of a part up, some round it down and send the
/// remainder with the last part; where a part starts is known from its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    size: u64,
    parts: u64,
}

impl Cut {
    /// Cuts a file into at most `wanted` parts: so few that no cut leaves one empty.
    pub(super) fn new(size: u64, wanted: u64) -> Self {
        let fits = |parts: u64| u128::from(parts) * u128::from(parts - 1) < u128::from(size);
        let mut parts = wanted.max(1);
        while parts > 1 && !fits(parts) {
            parts -= 1;
        }
        Self { size, parts }
    }

    pub(super) const fn parts(self) -> u64 {
        self.parts
    }

    /// Returns where a part starts.
    pub(super) fn start(self, index: u64, length: u64) -> Result<u64, Refusal> {
        let Self { size, parts } = self;
        let (up, down) = (size.div_ceil(parts), size / parts);
        let wrong = || {
            let detail = format!("part {} has {length} bytes, expected {up}", index + 1);
            Refusal::invalid(detail)
        };
        match index + 1 {
            number if number > parts => Err(Refusal::not_found("no such part")),
            number if number == parts => {
                // The rest, after even parts of either size.
                let start = size.checked_sub(length).ok_or_else(wrong)?;
                let even = [index * up, index * down].contains(&start);
                if even { Ok(start) } else { Err(wrong()) }
            }
            _ if length == up => Ok(index * up),
            _ if length == down => Ok(index * down),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_of_both_kinds_are_placed() {
        let cut = Cut::new(1000, 3);
        assert_eq!(cut.parts(), 3);
        let up = [(334, 0), (334, 334), (332, 668)];
        let down = [(333, 0), (333, 333), (334, 666)];
        for (index, ((up, up_at), (down, down_at))) in up.into_iter().zip(down).enumerate() {
            assert_eq!(cut.start(index as u64, up).unwrap(), up_at);
            assert_eq!(cut.start(index as u64, down).unwrap(), down_at);
        }
        assert_eq!(cut.start(0, 100).unwrap_err().status, 422);
        assert_eq!(cut.start(2, 2000).unwrap_err().status, 422);
        assert_eq!(cut.start(3, 1).unwrap_err().status, 404);
    }

    #[test]
    fn a_tiny_file_has_one_part() {
        assert_eq!(Cut::new(1, 3).parts(), 1);
        assert_eq!(Cut::new(2, 3).parts(), 1);
        assert_eq!(Cut::new(10, 3).parts(), 3);
        assert_eq!(Cut::new(u64::MAX, u64::from(u32::MAX)).parts(), u64::from(u32::MAX));
    }

    proptest! {
        #[test]
        fn either_cut_covers_the_file(size in 1_u64..100_000, wanted in 1_u64..50) {
            let cut = Cut::new(size, wanted);
            let parts = cut.parts();
            for part in [size.div_ceil(parts), size / parts] {
                let mut end = 0;
                for index in 0..parts {
                    let length = if index + 1 == parts { size - part * index } else { part };
                    prop_assert!(length > 0);
                    prop_assert_eq!(cut.start(index, length).unwrap(), end);
                    end += length;
                }
                prop_assert_eq!(end, size);
            }
        }
    }
}
