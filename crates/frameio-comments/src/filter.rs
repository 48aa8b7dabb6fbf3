//! Selection of comments.

use frameio_markers::{Marker, MarkerList};
use jiff::Timestamp;

/// Selects comments. Replies stay with their comment.
///
/// ```
/// use frameio_comments::Filter;
/// use frameio_markers::Marker;
///
/// let mut filter = Filter::default();
/// filter.hashtags = vec!["vfx".to_owned()];
/// assert!(filter.matches(&Marker::new("Remove the wire #VFX")));
/// assert!(!filter.matches(&Marker::new("See #vfx2")));
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Only comments that are not completed.
    pub open_only: bool,
    /// Only comments that were written or edited at this time or later, or have such a reply.
    pub since: Option<Timestamp>,
    /// Only comments by one of these people, by name, e-mail address or user id. Names and addresses match in any
    /// case. Files of markers have no addresses.
    pub authors: Vec<String>,
    /// Only comments that contain one of these hashtags, also in a reply. In any case, with or without `#`.
    pub hashtags: Vec<String>,
}

impl Filter {
    /// Returns whether the filter selects a comment.
    pub fn matches(&self, marker: &Marker) -> bool {
        (!self.open_only || !marker.completed)
            && self.since.is_none_or(|since| is_recent(marker, since))
            && (self.authors.is_empty() || self.authors.iter().any(|name| is_by(marker, name)))
            && (self.hashtags.is_empty() || self.hashtags.iter().any(|tag| has_tag(marker, tag)))
    }

    /// Removes the comments that the filter does not select, and returns how many there were.
    pub fn apply(&self, list: &mut MarkerList) -> usize {
        let before = list.markers.len();
        list.markers.retain(|marker| self.matches(marker));
        before - list.markers.len()
    }
}

fn is_recent(marker: &Marker, since: Timestamp) -> bool {
    let replies = marker.replies.iter().flat_map(|reply| [reply.created_at, reply.edited_at]);
    let mut times = [marker.created_at, marker.edited_at].into_iter().chain(replies).flatten();
    times.any(|time| time >= since)
}

fn is_by(marker: &Marker, wanted: &str) -> bool {
    let Some(author) = &marker.author else { return false };
    let same = |text: &Option<String>| {
        text.as_ref().is_some_and(|text| text.to_lowercase() == wanted.trim().to_lowercase())
    };
    same(&author.name) || same(&author.email) || author.id.as_deref() == Some(wanted)
}

fn has_tag(marker: &Marker, wanted: &str) -> bool {
    let wanted = wanted.trim().trim_start_matches('#').to_lowercase();
    let replies = marker.replies.iter().map(|reply| &reply.text);
    std::iter::once(&marker.text).chain(replies).any(|text| {
        // The text before the first `#` is not a hashtag.
        let tags = text.split('#').skip(1);
        tags.map(tag_at_start).any(|tag| tag.to_lowercase() == wanted)
    })
}

fn tag_at_start(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use frameio_markers::{Author, Reply};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn selects_recent_comments_by_their_edits_and_replies() {
        let mut marker = Marker::new("a");
        marker.created_at = Some(at("2026-01-01T00:00:00Z"));
        let filter = Filter { since: Some(at("2026-02-01T00:00:00Z")), ..Filter::default() };
        assert!(!filter.matches(&marker));
        let mut reply = Reply::new(Author::named("Ben"), "b");
        reply.created_at = Some(at("2026-02-01T00:00:00Z"));
        marker.replies.push(reply);
        assert!(filter.matches(&marker));
        marker.replies.clear();
        // Completing a comment changes this time, but not the text.
        marker.updated_at = Some(at("2026-03-01T00:00:00Z"));
        assert!(!filter.matches(&marker));
        marker.edited_at = Some(at("2026-03-01T00:00:00Z"));
        assert!(filter.matches(&marker));
    }

    #[test]
    fn selects_authors_in_any_case_and_open_comments() {
        let mut marker = Marker::new("a").by("Lucía Ortega");
        let by = |name: &str| Filter { authors: vec![name.to_owned()], ..Filter::default() };
        assert!(by("LUCÍA ortega").matches(&marker) && !by("Lucía").matches(&marker));
        assert!(!by("").matches(&Marker::new("imported")));
        let mut author = Author::named("Lucía Ortega");
        author.email = Some("Lucia@example.com".to_owned());
        let mut other = Marker::new("a");
        other.author = Some(author);
        assert!(by("lucia@EXAMPLE.com").matches(&other) && !by("example.com").matches(&other));
        marker.completed = true;
        assert!(!Filter { open_only: true, ..Filter::default() }.matches(&marker));
    }

    #[test]
    fn finds_whole_hashtags() {
        let tag = |tag: &str| Filter { hashtags: vec![tag.to_owned()], ..Filter::default() };
        let marker = Marker::new("#sound, then (#Größe) and #two-words");
        for found in ["sound", "#SOUND", "größe", "two-words"] {
            assert!(tag(found).matches(&marker), "{found}");
        }
        for missing in ["soun", "two", "then", ""] {
            assert!(!tag(missing).matches(&marker), "{missing}");
        }
    }
}
