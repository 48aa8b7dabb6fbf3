//! Questions about quotas, uploads and collections.

use std::collections::HashSet;

use super::{Counts, of};
use crate::observed::Observed;

/// Looks at the first response of each operation: if earlier calls of other operations have not used
/// its quota, the operation has a bucket of its own.
pub(super) fn buckets(all: &[Observed]) -> Option<String> {
    let mut seen = HashSet::new();
    let (mut own, mut shared) = (0, 0);
    for observed in all {
        let Some(limit) = observed.rate_limit() else { continue };
        if !seen.insert(observed.operation.id) {
            continue;
        }
        match limit.remaining {
            Some(remaining) if remaining.saturating_add(1) >= limit.limit => own += 1,
            Some(_) => shared += 1,
            None => {}
        }
    }
    let total = own + shared;
    (total > 1).then(|| {
        format!(
            "the first response of {own} of {total} operations has the whole quota but one call"
        )
    })
}

pub(super) fn retry_after(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for observed in all.iter().filter(|it| it.status.as_u16() == 429) {
        counts.add(match observed.headers.contains_key("retry-after") {
            true => "429 with retry-after",
            false => "429 without retry-after",
        });
    }
    counts.text()
}

pub(super) fn collection_folder(all: &[Observed]) -> Option<String> {
    let collections = of(all, "collections.index").chain(of(all, "collections.show"));
    let roots: HashSet<&str> = collections
        .flat_map(Observed::items)
        .filter_map(|it| it["root_folder_id"].as_str())
        .collect();
    let mut counts = Counts::default();
    for observed in all.iter().filter(|it| it.operation.id == "folders.index") {
        if observed.path_id("folders").is_some_and(|id| roots.contains(id)) {
            let status = observed.status.as_u16();
            let items = if observed.items().is_empty() { "no items" } else { "items" };
            counts.add(format!("{status} with {items}"));
        }
    }
    counts.text()
}

/// Describes the parts of created uploads.
pub(super) fn part_sizes(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for file in of(all, "files.create_local_upload").flat_map(Observed::items) {
        let sizes = file["upload_urls"].as_array().into_iter().flatten();
        let sizes: Vec<u64> = sizes.filter_map(|part| part["size"].as_u64()).collect();
        let (Some(largest), Some(smallest)) = (sizes.iter().max(), sizes.iter().min()) else {
            continue;
        };
        let (total, parts) =
            (sizes.iter().fold(0_u64, |sum, it| sum.saturating_add(*it)), sizes.len());
        let last = sizes.last().copied().unwrap_or_default();
        counts.add(format!(
            "{total} bytes in {parts} parts of {smallest} to {largest} bytes, the last {last}"
        ));
    }
    counts.text()
}
