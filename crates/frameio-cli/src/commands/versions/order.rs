//! Order of the versions in a list of the service.

use frameio::FileId;
use frameio::files::File;

/// Sorts versions oldest first. Returns `false`, and keeps the order of the list, if the order is unknown.
///
/// The service documents the head, but not the order of the list: a list that begins with the head is
/// newest first, and one that ends with it oldest first.
pub(super) fn sort(versions: &mut [File], head: Option<&FileId>) -> bool {
    let is_head = |file: Option<&File>| file.is_some_and(|file| Some(&file.id) == head);
    if is_head(versions.last()) {
        return true;
    }
    let is_newest_first = is_head(versions.first());
    if is_newest_first {
        versions.reverse();
    }
    is_newest_first
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(ids: &[&str], head: Option<&str>) -> (Vec<String>, bool) {
        let file = |id: &&str| {
            let file = json!({
                "id": id, "project_id": "p", "parent_id": "s", "name": "cut.mov", "type": "file",
                "status": "uploaded", "file_size": 1, "media_type": "video/quicktime",
                "view_url": "https://next.frame.io/", "created_at": "2026-03-01T00:00:00Z",
                "updated_at": "2026-03-01T00:00:00Z",
            });
            serde_json::from_value::<File>(file).unwrap()
        };
        let mut versions: Vec<_> = ids.iter().map(file).collect();
        let is_known = sort(&mut versions, head.map(FileId::from).as_ref());
        (versions.iter().map(|file| file.id.as_str().to_owned()).collect(), is_known)
    }

    #[test]
    fn the_position_of_the_head_shows_the_order() {
        let case =
            |ids: &[&str], is_known| (ids.iter().map(|&id| id.to_owned()).collect(), is_known);
        assert_eq!(sorted(&["c", "b", "a"], Some("c")), case(&["a", "b", "c"], true));
        assert_eq!(sorted(&["a", "b", "c"], Some("c")), case(&["a", "b", "c"], true));
        assert_eq!(sorted(&["a", "c", "b"], Some("c")), case(&["a", "c", "b"], false));
        assert_eq!(sorted(&["a", "b"], None), case(&["a", "b"], false));
        assert_eq!(sorted(&["a"], Some("a")), case(&["a"], true));
        assert_eq!(sorted(&[], Some("a")), case(&[], false));
    }
}
