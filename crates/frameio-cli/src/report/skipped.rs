//! Items of a listing that cannot be decoded.

use frameio::endpoint::repair::Skipped;

use super::Reporter;
use crate::exit::{Failure, Status};

/// Reports items that cannot be decoded, and fails the listing at its end.
#[derive(Debug, Default)]
pub(crate) struct SkippedItems(usize);

impl SkippedItems {
    /// Reports items on standard error.
    pub(crate) fn add(&mut self, reporter: &Reporter, skipped: Vec<Skipped>) {
        for item in skipped {
            self.0 += 1;
            reporter.note(&item.to_string());
        }
    }

    /// Fails if an item could not be decoded.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let message = match self.0 {
            0 => return Ok(()),
            1 => "the list is incomplete: 1 item cannot be decoded".to_owned(),
            items => format!("the list is incomplete: {items} items cannot be decoded"),
        };
        Err(Failure::new(Status::Unexpected, message))
    }
}
