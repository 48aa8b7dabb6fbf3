//! Questions about version stacks.

use std::collections::HashMap;

use serde_json::Value;

use super::{Counts, of};
use crate::observed::Observed;

/// Returns the complete lists of versions by their stack.
fn versions(all: &[Observed]) -> impl Iterator<Item = (&str, &[Value])> {
    let complete =
        of(all, "version_stacks.index").filter(|it| it.json()["links"]["next"].is_null());
    complete.filter_map(|it| Some((it.path_id("version_stacks")?, it.items())))
}

pub(super) fn head(all: &[Observed]) -> Option<String> {
    let mut heads = HashMap::new();
    for item in all.iter().filter(|it| it.is_success()).flat_map(Observed::items) {
        if let (Some(id), Some(head)) = (item["id"].as_str(), item["head_version"]["id"].as_str()) {
            heads.insert(id, head);
        }
    }
    let mut counts = Counts::default();
    for (stack, files) in versions(all).filter(|(_, files)| files.len() > 1) {
        let Some(head) = heads.get(stack) else { continue };
        let at = |file: &&Value| file["created_at"].as_str().unwrap_or_default().to_owned();
        let newest = files.iter().max_by_key(at).and_then(|file| file["id"].as_str());
        let age = if newest == Some(head) { "the newest" } else { "not the newest" };
        let position = files.iter().position(|file| file["id"] == *head);
        counts.add(match position {
            Some(0) => format!("first of the list, {age}"),
            Some(index) if index + 1 == files.len() => format!("last of the list, {age}"),
            Some(_) => format!("within the list, {age}"),
            None => "not in the list".to_owned(),
        });
    }
    counts.text()
}

pub(super) fn parent(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for (stack, files) in versions(all) {
        for file in files {
            counts.add(match file["parent_id"].as_str() {
                Some(parent) if parent == stack => "the version stack",
                Some(_) => "another id",
                None => "none",
            });
        }
    }
    counts.text()
}
