//! Events of webhooks, in both directions.

use frameio_core::EventType;

/// Events of the legacy API with those of V4 that stand for them.
const EVENTS: &[(&str, &[&str])] = &[
    ("asset.created", &["file.created", "folder.created"]),
    ("asset.updated", &["file.updated", "folder.updated"]),
    ("asset.deleted", &["file.deleted", "folder.deleted"]),
    ("asset.copied", &["file.copied", "folder.copied"]),
    ("asset.ready", &["file.ready"]),
    ("asset.versioned", &["file.versioned"]),
    ("asset.label.updated", &["metadata.value.updated"]),
    ("reviewlink.created", &["share.created"]),
    ("comment.created", &["comment.created"]),
    ("comment.updated", &["comment.updated"]),
    ("comment.deleted", &["comment.deleted"]),
    ("comment.completed", &["comment.completed"]),
    ("comment.uncompleted", &["comment.uncompleted"]),
    ("project.created", &["project.created"]),
    ("project.updated", &["project.updated"]),
    ("project.deleted", &["project.deleted"]),
];

/// Events of the legacy API that V4 does not have.
const LOST: [&str; 6] = [
    "collaborator.created",
    "collaborator.deleted",
    "teammember.created",
    "teammember.deleted",
    "action.executed",
    "interaction.executed",
];

/// Returns the V4 events that replace an event of the legacy API: none for an event that V4 does not
/// have, and `None` for a name that the legacy API did not have or that means the same in V4.
pub(crate) fn replacements(event: &str) -> Option<&'static [&'static str]> {
    if LOST.contains(&event) {
        return Some(&[]);
    }
    let (_, v4) = EVENTS.iter().find(|(legacy, _)| *legacy == event)?;
    (*v4 != [event]).then_some(*v4)
}

/// Returns the V4 events of a list of legacy ones, and the legacy events that have none.
pub(crate) fn to_v4(events: &[String]) -> (Vec<EventType>, Vec<&str>) {
    let (mut mapped, mut lost) = (Vec::new(), Vec::new());
    for event in events {
        match EVENTS.iter().find(|(legacy, _)| legacy == event) {
            Some((_, v4)) => {
                for event in *v4 {
                    let event = EventType::from(*event);
                    if !mapped.contains(&event) {
                        mapped.push(event);
                    }
                }
            }
            None => lost.push(event.as_str()),
        }
    }
    (mapped, lost)
}

/// Returns the legacy name of a V4 event.
pub(crate) fn to_legacy(event: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(_, v4)| v4.contains(&event)).map(|(legacy, _)| *legacy)
}

/// Returns what the legacy API called a kind of resource.
pub(crate) fn resource_kind(kind: &str) -> &str {
    match kind {
        "file" | "folder" | "version_stack" => "asset",
        "share" => "reviewlink",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_map_both_ways() {
        let events = ["asset.created", "asset.label.updated", "collaborator.created"];
        let events = events.map(str::to_owned);
        let (mapped, lost) = to_v4(&events);
        let names: Vec<_> = mapped.iter().map(EventType::as_str).collect();
        assert_eq!(names, ["file.created", "folder.created", "metadata.value.updated"]);
        assert_eq!(lost, ["collaborator.created"]);
        assert!(names.iter().all(|name| EventType::KNOWN.contains(name)));
        assert_eq!(to_legacy("folder.created"), Some("asset.created"));
        assert_eq!(to_legacy("collection.created"), None);
        assert_eq!(replacements("asset.ready"), Some(&["file.ready"][..]));
        assert_eq!(replacements("teammember.deleted"), Some(&[][..]));
        assert_eq!((replacements("comment.created"), replacements("file.ready")), (None, None));
        for (_, v4) in EVENTS {
            assert!(v4.iter().all(|name| EventType::KNOWN.contains(name)), "{v4:?}");
        }
    }
}
