//! Removes secrets from messages of the service.

/// Maximum length of a message in characters.
const MAX_LENGTH: usize = 300;
/// Minimum length of a token. Shorter words with the prefix of a token are not redacted.
const MIN_TOKEN: usize = 20;

/// Returns a message as one line, without `secrets` and without anything that looks like a JWT or a
/// developer token.
pub(super) fn redact(text: &str, secrets: &[&str]) -> String {
    let text = without_secrets(text, secrets);
    let mut masked = String::with_capacity(text.len().min(MAX_LENGTH));
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c| !in_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        masked.push_str(if is_token(word) { "***" } else { word });
        let mut others = after.chars();
        match others.next() {
            Some(other) if other.is_control() || other.is_whitespace() => masked.push(' '),
            Some(other) => masked.push(other),
            None => {}
        }
        rest = others.as_str();
    }
    match masked.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}…", masked.get(..end).unwrap_or_default().trim()),
        None => masked.trim().to_owned(),
    }
}

/// Replaces `secrets` in a text.
pub(super) fn without_secrets(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    text
}

fn in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~+".contains(c)
}

/// Returns whether a word looks like a token, also after other characters.
fn is_token(word: &str) -> bool {
    word.len() >= MIN_TOKEN && (word.contains("eyJ") || word.contains("fio-u-"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn masks_tokens_and_secrets() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl";
        assert_eq!(redact(&format!("token '{jwt}' is bad"), &[]), "token '***' is bad");
        assert_eq!(redact(&format!("x={jwt}"), &[]), "x=***");
        assert_eq!(redact("fio-u-0123456789abcdefghij", &[]), "***");
        assert_eq!(redact("the code c0de is used", &["c0de", ""]), "the code *** is used");
        assert_eq!(redact("two\r\nlines\u{1b}", &[]), "two  lines");
        assert_eq!(redact("eyJust a word", &[]), "eyJust a word");
        assert_eq!(redact(&"é".repeat(400), &[]).chars().count(), MAX_LENGTH + 1);
    }

    proptest! {
        #[test]
        fn returns_one_short_line_for_any_text(text in "\\PC{0,80}|(?s).{0,400}", jwt in "[A-Za-z0-9_-]{20,60}") {
            let masked = redact(&format!("{text} eyJ{jwt} {text}"), &[]);
            prop_assert!(!masked.contains(&jwt) || text.contains(&jwt));
            prop_assert!(masked.chars().count() <= MAX_LENGTH + 1);
            prop_assert!(!masked.contains(char::is_control));
        }
    }
}
