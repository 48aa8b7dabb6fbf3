//! Texts of the service in HTML.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters of a path that are encoded in a link.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Escapes a text for HTML, in elements and in quoted attributes. Characters that are invisible or change
/// the direction of the text are replaced, because a name must not look like another one.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || is_invisible(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns whether a character is a mark that overrides the direction of the text.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns a relative link to a file of the archive.
pub(super) fn link(path: &str) -> String {
    let names = path.split('/').map(|name| utf8_percent_encode(name, ENCODED).to_string());
    names.collect::<Vec<_>>().join("/")
}

/// Formats a size in bytes.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    let unit = UNITS.get(unit).copied().unwrap_or_default();
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup_and_marks_of_direction() {
        let hostile = "<script src='//x'>&\"\u{202e}gpj.exe\u{0}";
        let expected = "&lt;script src=&#39;//x&#39;&gt;&amp;&quot;\u{fffd}gpj.exe\u{fffd}";
        assert_eq!(escape(hostile), expected);
    }

    #[test]
    fn links_lead_to_files_of_the_archive() {
        assert_eq!(link("media/a b/50% \"#1\"?.mov"), "media/a%20b/50%25%20%22%231%22%3F.mov");
        assert_eq!(link("media/javascript:x"), "media/javascript%3Ax");
    }

    #[test]
    fn formats_sizes() {
        assert_eq!([0, 1023, 1024, 1_572_864].map(size), ["0 B", "1023 B", "1.0 KiB", "1.5 MiB"]);
        assert_eq!(size(u64::MAX), "16383.9 PiB");
    }
}
