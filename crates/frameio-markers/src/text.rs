//! Cleaning of text for formats that cannot carry all of it.

/// One line: line breaks, tabs and other control characters become spaces.
pub(crate) fn single_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        line.push(if breaks { ' ' } else { c });
    }
    line.trim().to_owned()
}

/// Returns whether [`single_line`] joins lines of the text.
pub(crate) fn has_lines(text: &str) -> bool {
    text.trim().contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// Lines end with LF; the text has no other line breaks.
pub(crate) fn normalize_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
}

/// Text that XML 1.0 can contain, with LF as the line break, and the number of characters removed.
pub(crate) fn for_xml(text: &str) -> (String, usize) {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    let text = normalize_lines(text);
    let clean: String = text.chars().filter(|c| allowed(*c)).collect();
    let removed = text.chars().count() - clean.chars().count();
    (clean, removed)
}

/// Common letters outside of ASCII, for systems that know no others. The rest becomes `?`.
pub(crate) fn to_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => ascii.push(c),
            'ä' | 'æ' => ascii.push_str("ae"),
            'ö' | 'ø' | 'œ' => ascii.push_str("oe"),
            'ü' => ascii.push_str("ue"),
            'Ä' | 'Æ' => ascii.push_str("Ae"),
            'Ö' | 'Ø' | 'Œ' => ascii.push_str("Oe"),
            'Ü' => ascii.push_str("Ue"),
            'ß' => ascii.push_str("ss"),
            'à'..='å' => ascii.push('a'),
            'À'..='Å' => ascii.push('A'),
            'ç' => ascii.push('c'),
            'è'..='ë' => ascii.push('e'),
            'È'..='Ë' => ascii.push('E'),
            'ì'..='ï' => ascii.push('i'),
            'ñ' => ascii.push('n'),
            'ò'..='õ' => ascii.push('o'),
            'ù'..='û' => ascii.push('u'),
            '¦' => ascii.push('/'),
            '‘' | '’' => ascii.push('\''),
            '“' | '”' | '„' => ascii.push('"'),
            '–' | '—' => ascii.push('-'),
            '…' => ascii.push_str("..."),
            '\u{a0}' => ascii.push(' '),
            _ => ascii.push('?'),
        }
    }
    ascii
}

/// At most `longest` characters; a cut text ends with `…`.
pub(crate) fn shorten(text: &str, longest: usize) -> (String, bool) {
    if text.chars().nth(longest).is_none() {
        return (text.to_owned(), false);
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    (short, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_every_kind_of_line_break() {
        assert_eq!(single_line(" a\r\nb\rc\nd\u{85}e\u{2028}f\tg\u{1}h "), "a b c d e f g h");
        assert!(has_lines("a\u{85}b") && !has_lines("a\n"));
    }

    #[test]
    fn removes_what_xml_cannot_contain() {
        assert_eq!(
            for_xml("a\u{0}\u{b}\u{fffe}\r\nb\t\u{1f3ac}"),
            ("a\nb\t\u{1f3ac}".to_owned(), 3)
        );
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shorten("grün gelb", 5), ("grün…".to_owned(), true));
        assert_eq!(shorten("grün", 4), ("grün".to_owned(), false));
    }
}
