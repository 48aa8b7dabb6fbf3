//! Questions about links.

use serde_json::Value;

use super::{Counts, of};
use crate::deviation::field_name;
use crate::observed::Observed;

/// Segments of links that are written in a report.
const SEGMENTS: [&str; 10] = [
    "asset",
    "file",
    "files",
    "folder",
    "project",
    "reviews",
    "share",
    "stack",
    "view",
    "workspace",
];

/// Hosts that are written in a report.
const HOSTS: [&str; 5] = ["api.frame.io", "app.frame.io", "f.io", "frame.io", "next.frame.io"];

/// Describes a link by the fields of its resource that are in it.
fn template(link: &str, item: &Value) -> String {
    let Some((_, rest)) = link.split_once("://") else { return "not an absolute URL".to_owned() };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.split('/');
    let host = segments.next().unwrap_or_default();
    let host = if HOSTS.contains(&host) { host } else { "another host" };
    let described = segments.map(|segment| {
        let fields = ["id", "project_id", "parent_id", "workspace_id", "root_folder_id"];
        let of_item = fields.into_iter().find(|name| item[*name] == segment);
        match of_item {
            _ if segment.is_empty() || SEGMENTS.contains(&segment) => segment.to_owned(),
            Some(name) => format!("{{{name}}}"),
            None if uuid::Uuid::try_parse(segment).is_ok() => "{another UUID}".to_owned(),
            None => "{another text}".to_owned(),
        }
    });
    let described: Vec<_> = described.collect();
    format!("{host}/{}", described.join("/"))
}

pub(super) fn ids(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for item in all.iter().filter(|it| it.is_success()).flat_map(Observed::items) {
        if let Some(link) = item["view_url"].as_str() {
            let kinds = ["file", "folder", "version_stack"];
            let kind = kinds.into_iter().find(|kind| item["type"] == *kind).unwrap_or("other");
            counts.add(format!("{kind}: {}", template(link, item)));
        }
    }
    counts.text()
}

pub(super) fn shares(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for share in of(all, "shares.index").chain(of(all, "shares.show")).flat_map(Observed::items) {
        let Some(link) = share["short_url"].as_str() else { continue };
        let last = link.rsplit('/').next().unwrap_or_default();
        let id = share["id"].as_str().unwrap_or_default();
        let relation = match last {
            _ if frameio_cassette::is_replacement(last) => "replaced in the cassette",
            _ if last == id => "the id of the share",
            _ if !last.is_empty() && id.contains(last) => "a part of the id of the share",
            _ => "no part of the id of the share",
        };
        counts.add(format!("{}: {} characters, {relation}", template(link, share), last.len()));
    }
    counts.text()
}

pub(super) fn next(all: &[Observed]) -> Option<String> {
    let mut counts = Counts::default();
    for observed in all.iter().filter(|it| it.is_success()) {
        let Some(next) = observed.json()["links"]["next"].as_str() else { continue };
        let query = next.split_once('?').map_or("", |(_, query)| query);
        let mut names: Vec<_> =
            form_urlencoded::parse(query.as_bytes()).map(|(name, _)| field_name(&name)).collect();
        names.sort();
        let form = if next.starts_with('/') { "relative" } else { "absolute" };
        let kept = ["include", "page_size", "sort"].into_iter().filter(|name| {
            observed.query(name).is_some() && !names.iter().any(|other| other == name)
        });
        let lost: Vec<_> = kept.collect();
        let lost = match lost.is_empty() {
            true => String::new(),
            false => format!(", without {} of the request", lost.join(" and ")),
        };
        counts.add(format!("{form} with {}{lost}", names.join(" and ")));
    }
    counts.text()
}
