//! Links to items and shares in the web app.

use crate::exit::Failure;

/// What a link names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebLink<'a> {
    /// ID of a project, folder, file or version stack.
    Item {
        id: &'a str,
        /// What contains the item, as the link says.
        within: Container<'a>,
    },
    /// ID of a share.
    Share(&'a str),
    /// Host and path of a short link to a share.
    Short(&'a str),
}

/// Container of an item in a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container<'a> {
    /// The item is the project itself.
    None,
    /// ID of a project.
    Project(&'a str),
    /// ID of a share.
    Share(&'a str),
}

impl<'a> WebLink<'a> {
    /// Parses a link; `None` if the text is not one.
    ///
    /// The API's `view_url` has these forms: `project/PROJECT`, `project/PROJECT/FOLDER` and
    /// `project/PROJECT/view/FILE`. Links of shares are `share/SHARE`, the same with an item below it, and
    /// `f.io/CODE`.
    pub(crate) fn parse(text: &'a str) -> Result<Option<Self>, Failure> {
        // Browsers and chat programs add blanks.
        let text = text.trim();
        if !is_link(text) {
            return Ok(None);
        }
        let refuse =
            |reason: &str| Err(Failure::usage(format!("cannot use the link '{text}': {reason}")));
        let link = without_scheme(text);
        let mut parts = link.split('/').filter(|part| !part.is_empty());
        let host = parts.next().unwrap_or_default().to_ascii_lowercase();
        let path: Vec<_> = parts.collect();
        Ok(Some(match (host.trim_start_matches("www."), path.as_slice()) {
            ("next.frame.io", ["project", id]) => Self::Item { id, within: Container::None },
            ("next.frame.io", ["project", project, id] | ["project", project, "view", id])
                if *id != "view" =>
            {
                Self::Item { id, within: Container::Project(project) }
            }
            ("next.frame.io", ["share", id]) => Self::Share(id),
            ("next.frame.io", ["share", share, id] | ["share", share, "view", id])
                if *id != "view" =>
            {
                Self::Item { id, within: Container::Share(share) }
            }
            ("f.io", [_]) => Self::Short(link),
            ("app.frame.io", _) => {
                return refuse(
                    "it belongs to the legacy web app: open it in a browser, and pass the link to which \
                     it redirects",
                );
            }
            _ => {
                return refuse(
                    "expected https://next.frame.io/project/…, https://next.frame.io/share/… or \
                     https://f.io/…, as the web app shows",
                );
            }
        }))
    }
}

/// Returns whether a text is a link, also one without a scheme.
pub(crate) fn is_link(text: &str) -> bool {
    let text = text.trim();
    let host = text.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_host =
        matches!(host.trim_start_matches("www."), "next.frame.io" | "app.frame.io" | "f.io");
    text.contains("://") || is_host && text.contains('/')
}

/// Returns a link without scheme, query, final slash and surrounding blanks.
pub(crate) fn without_scheme(link: &str) -> &str {
    let link = link.trim();
    let link = match link.split_once("://") {
        Some((scheme, rest)) if matches!(&*scheme.to_ascii_lowercase(), "https" | "http") => rest,
        _ => link,
    };
    link.split(['?', '#']).next().unwrap_or(link).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_id_at_the_end_of_a_link() {
        let in_project = |id| WebLink::Item { id, within: Container::Project("p") };
        let in_share = |id| WebLink::Item { id, within: Container::Share("s") };
        let project = WebLink::Item { id: "p", within: Container::None };
        for (link, expected) in [
            ("https://next.frame.io/project/p", project),
            ("https://next.frame.io/project/p/", project),
            ("https://next.frame.io/project/p/d", in_project("d")),
            ("https://NEXT.frame.io/project/p/view/f?comment=c#x", in_project("f")),
            ("next.frame.io/project/p/view/f", in_project("f")),
            (" HTTPS://next.frame.io/project/p/view/f\n", in_project("f")),
            ("https://next.frame.io/share/s/", WebLink::Share("s")),
            ("https://next.frame.io/share/s/d", in_share("d")),
            ("https://next.frame.io/share/s/view/f?a=b", in_share("f")),
            ("https://f.io/Ab3_x/?utm=1", WebLink::Short("f.io/Ab3_x")),
            ("f.io/Ab3_x", WebLink::Short("f.io/Ab3_x")),
            (" https://next.frame.io/project/p/d\n", in_project("d")),
            ("HTTPS://F.io/Ab3_x", WebLink::Short("F.io/Ab3_x")),
        ] {
            assert_eq!(WebLink::parse(link).unwrap(), Some(expected), "{link}");
        }
        for text in
            ["/Film/The Crossing", "0000001f-f1a0-4000-8000-000000000000", "a/f.io/b", "f.io"]
        {
            assert_eq!(WebLink::parse(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn explains_links_that_name_no_item() {
        let expected = "expected https://next.frame.io/project/";
        for (link, reason) in [
            ("https://app.frame.io/player/x", "legacy web app"),
            ("app.frame.io/reviews/x", "legacy web app"),
            ("https://next.frame.io/project/p/view", expected),
            ("https://next.frame.io/share/s/view", expected),
            ("https://next.frame.io/", expected),
            ("https://f.io/", expected),
            ("https://next.frame.io.example.com/project/p", expected),
            ("https://example.com/project/p", expected),
        ] {
            let message = WebLink::parse(link).unwrap_err().message;
            assert!(message.contains(reason), "{message}");
        }
    }
}
