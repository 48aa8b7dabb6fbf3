//! Event names in arguments.

use frameio::EventType;
use frameio::endpoint::dynamic::nearest;

pub(super) const HELP: &str = "\
Events:
  file.created, .deleted, .ready, .updated, .upload.completed, .versioned, .copied
  folder.created, .deleted, .updated, .copied
  comment.created, .updated, .deleted, .completed, .uncompleted
  customfield.created, .updated, .deleted
  metadata.value.updated
  project.created, .updated, .deleted
  collection.created, .updated, .deleted
  share.created, .updated, .deleted, .viewed";

/// Parses the name of an event. Refuses unknown names, which are most likely mistyped.
pub(super) fn parse(text: &str) -> Result<EventType, String> {
    if EventType::KNOWN.contains(&text) {
        return Ok(text.into());
    }
    let hint = match nearest(text, EventType::KNOWN.iter().copied()) {
        Some(nearest) => format!("did you mean '{nearest}'?"),
        None => "`frameio webhook create --help` lists all events".to_owned(),
    };
    Err(format!("no such event: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_event() {
        let mut listed = Vec::new();
        for line in HELP.lines().skip(1) {
            let (first, more) = line.trim().split_once(", ").unwrap_or((line.trim(), ""));
            let resource = first.split('.').next().unwrap_or_default();
            listed.push(first.to_owned());
            let more = more.split(", ").filter(|more| !more.is_empty());
            listed.extend(more.map(|more| format!("{resource}{more}")));
        }
        let mut known: Vec<_> = EventType::KNOWN.iter().map(|&kind| kind.to_owned()).collect();
        listed.sort();
        known.sort();
        assert_eq!(listed, known);
    }

    #[test]
    fn suggests_the_nearest_event() {
        assert_eq!(parse("file.ready"), Ok(EventType::FileReady));
        let error = "no such event: did you mean 'file.ready'?";
        assert_eq!(parse("file.redy").as_ref().map_err(|it| &**it), Err(error));
        assert!(parse("moodboard").is_err());
    }
}
