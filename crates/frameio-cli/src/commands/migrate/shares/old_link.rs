//! Old links and IDs, and the list that contains them.

use std::collections::HashMap;

use http::Uri;

use crate::exit::Failure;

/// Hosts of links with the ID of what they show.
const APPS: [&str; 2] = ["app.frame.io", "next.frame.io"];

/// Words that begin a header.
const HEADERS: [&str; 7] = ["link", "old", "old link", "old_link", "url", "id", "share"];

/// A link of a review or presentation, or the ID of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum OldLink {
    /// The ID of a share, in lower case.
    Id(String),
    /// The code of a short link: `https://f.io/CODE`.
    Short(String),
}

impl OldLink {
    /// Parses a link or an ID. Query and fragment of a link do not matter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(id) = uuid(text) {
            return Some(Self::Id(id));
        }
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let with_scheme = if text.contains("://") { text } else { &format!("https://{text}") };
        let uri: Uri = with_scheme.parse().ok()?;
        let host = uri.host()?.to_ascii_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let mut steps = uri.path().split('/').filter(|step| !step.is_empty());
        match host {
            "f.io" => {
                let code = steps.next()?;
                code.bytes()
                    .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
                    .then(|| Self::Short(code.to_owned()))
            }
            // The first ID is that of the link, a second one that of an item.
            host if APPS.contains(&host) => steps.find_map(uuid).map(Self::Id),
            _ => None,
        }
    }

    /// Returns the identity of the link in the file of results.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Short(code) => format!("f.io/{code}"),
        }
    }
}

fn uuid(text: &str) -> Option<String> {
    let fits = text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    fits.then(|| text.to_ascii_lowercase())
}

/// A line of the list.
#[derive(Debug)]
pub(super) struct Entry {
    /// The link as written.
    pub(super) text: String,
    pub(super) link: OldLink,
    /// Files, folders and version stacks of the new share.
    pub(super) items: Vec<String>,
}

/// Removes spaces before fields, where people write them; a quote opens a field only at its beginning.
fn without_leading_spaces(text: &str, delimiter: char) -> String {
    let (mut is_quoted, mut is_begin) = (false, true);
    let keep = |&c: &char| {
        if is_begin && c == ' ' {
            return false;
        }
        is_quoted ^= c == '"';
        is_begin = !is_quoted && (c == delimiter || c == '\n');
        true
    };
    text.chars().filter(keep).collect()
}

/// Reads the list: a link on each line, with the items of its new share after it, separated by commas or
/// tabs.
pub(super) fn read(text: &str, subject: &str) -> Result<Vec<Entry>, Failure> {
    let about =
        |line: u64, problem: &str| Failure::usage(format!("{subject}, line {line}: {problem}"));
    let delimiter = if text.contains('\t') { '\t' } else { ',' };
    let text = without_leading_spaces(text, delimiter);
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter as u8).flexible(true).has_headers(false).comment(Some(b'#'));
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for (index, record) in
        reader.trim(csv::Trim::All).from_reader(text.as_bytes()).records().enumerate()
    {
        let record = record.map_err(|error| Failure::usage(format!("{subject}: {error}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut fields = record.iter().filter(|field| !field.is_empty());
        let Some(text) = fields.next() else { continue };
        let Some(link) = OldLink::parse(text) else {
            if index == 0 && HEADERS.contains(&text.to_lowercase().as_str()) {
                continue;
            }
            let expected = "is neither a link of Frame.io, such as https://f.io/abc, nor an ID";
            return Err(about(line, &format!("'{text}' {expected}")));
        };
        if let Some(first) = lines.insert(link.key(), line) {
            return Err(about(line, &format!("'{text}' is in line {first} already")));
        }
        let items: Vec<_> = fields.map(str::to_owned).collect();
        if items.len() > 100 {
            return Err(about(line, "a share takes at most 100 items: share their folder"));
        }
        entries.push(Entry { text: text.to_owned(), link, items });
    }
    if entries.is_empty() {
        return Err(Failure::usage(format!("{subject} contains no link")));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0c3e1f62-77c1-4a3c-9d0e-1a2b3c4d5e6f";

    #[test]
    fn links_are_recognized_in_all_their_forms() {
        for text in [
            ID.to_owned(),
            ID.to_uppercase(),
            format!("https://app.frame.io/reviews/{ID}"),
            format!("https://app.frame.io/reviews/{ID}/ffffffff-77c1-4a3c-9d0e-1a2b3c4d5e6f?x=1"),
            format!("app.frame.io/presentations/{ID}#top"),
            format!("https://next.frame.io/share/{ID}/"),
        ] {
            assert_eq!(OldLink::parse(&text), Some(OldLink::Id(ID.to_owned())), "{text}");
        }
        for text in [
            "https://f.io/Ab-1_c",
            "f.io/Ab-1_c/",
            "http://F.IO/Ab-1_c?x",
            "https://www.f.io/Ab-1_c",
        ] {
            assert_eq!(OldLink::parse(text), Some(OldLink::Short("Ab-1_c".to_owned())), "{text}");
        }
        for text in [
            "",
            "f.io",
            "https://f.io/",
            "https://evil.example/f.io/a",
            "https://app.frame.io/reviews",
            "/Film",
        ] {
            assert_eq!(OldLink::parse(text), None, "{text}");
        }
    }

    #[test]
    fn lists_have_links_with_items_behind_them() {
        let text = format!(
            "Link,items\r\n# a comment\r\nhttps://f.io/a , \"/Film/A, B/x.mov\",{ID}\r\n\r\n{ID}\r\n"
        );
        let entries = read(&text, "'list'").unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].items, ["/Film/A, B/x.mov", ID]);
        assert!(entries[1].items.is_empty());
        let tabs = read("f.io/a\t/Film/A, B\n", "'list'").unwrap();
        assert_eq!(tabs[0].items, ["/Film/A, B"]);
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, expected) in [
            ("f.io/a\nhello\n", "'list', line 2: 'hello' is neither a link"),
            (
                "f.io/a\nhttps://f.io/a?b\n",
                "'list', line 2: 'https://f.io/a?b' is in line 1 already",
            ),
            ("link\n\n", "'list' contains no link"),
        ] {
            let message = read(text, "'list'").unwrap_err().message;
            assert!(message.starts_with(expected), "{message}");
        }
        let many = format!("f.io/a{}", ",/x".repeat(101));
        assert!(read(&many, "'list'").unwrap_err().message.contains("at most 100 items"));
    }
}
