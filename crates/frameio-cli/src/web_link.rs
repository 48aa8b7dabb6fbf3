//! Links to items in the web app.

use crate::exit::Failure;

/// Returns the ID of the item that a link names; `None` if the text is not a link.
///
/// The API's `view_url` has these forms: `project/PROJECT`, `project/PROJECT/FOLDER` and
/// `project/PROJECT/view/FILE`.
pub(crate) fn id(text: &str) -> Result<Option<&str>, Failure> {
    let Some(link) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return Ok(None);
    };
    let refuse =
        |reason: &str| Err(Failure::usage(format!("cannot use the link '{text}': {reason}")));
    let (link, _) = link.split_once(['?', '#']).unwrap_or((link, ""));
    let mut parts = link.split('/').filter(|part| !part.is_empty());
    let host = parts.next().unwrap_or_default().to_ascii_lowercase();
    let path: Vec<_> = parts.collect();
    match (host.as_str(), path.as_slice()) {
        ("next.frame.io", ["project", id])
        | ("next.frame.io", ["project", _, id])
        | ("next.frame.io", ["project", _, "view", id])
            if *id != "view" =>
        {
            Ok(Some(*id))
        }
        ("next.frame.io", ["share", ..]) | ("f.io", _) => {
            refuse("it is a share: pass the path, ID or link of a shared item in its project")
        }
        ("app.frame.io", _) => refuse(
            "it belongs to the legacy web app: open it in a browser, and pass the link to which it \
             redirects",
        ),
        _ => refuse("expected https://next.frame.io/project/…, as the web app shows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_id_at_the_end_of_a_link() {
        for (link, expected) in [
            ("https://next.frame.io/project/p", "p"),
            ("https://next.frame.io/project/p/", "p"),
            ("https://next.frame.io/project/p/d", "d"),
            ("https://NEXT.frame.io/project/p/view/f?comment=c#x", "f"),
        ] {
            assert_eq!(id(link).unwrap(), Some(expected), "{link}");
        }
        assert_eq!(id("/Film/The Crossing").unwrap(), None);
        assert_eq!(id("0000001f-f1a0-4000-8000-000000000000").unwrap(), None);
    }

    #[test]
    fn explains_links_that_name_no_item() {
        for (link, reason) in [
            ("https://next.frame.io/share/s", "it is a share"),
            ("https://f.io/x", "it is a share"),
            ("https://app.frame.io/player/x", "legacy web app"),
            ("https://next.frame.io/project/p/view", "expected https://next.frame.io/project/"),
            (
                "https://next.frame.io.example.com/project/p",
                "expected https://next.frame.io/project/",
            ),
            ("https://example.com/project/p", "expected https://next.frame.io/project/"),
        ] {
            let message = id(link).unwrap_err().message;
            assert!(message.contains(reason), "{message}");
        }
    }
}
