//! Beginnings of texts, in one line.

/// Maximum number of characters.
const LENGTH: usize = 60;

/// Returns the beginning of a text in one line.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = text.chars().take(LENGTH).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{short}{dots}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shortened_to_one_line() {
        assert_eq!(excerpt("First  line\n second\tline "), "First line second line");
        let long = excerpt(&"é".repeat(61));
        assert_eq!((long.chars().count(), long.ends_with("é…")), (61, true));
    }
}
