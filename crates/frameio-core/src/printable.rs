//! Text of the service in a form that is safe to print.

use crate::text::BYTE_ORDER_MARK;

/// Beginnings of tokens: JSON web tokens of Adobe, and developer tokens of the legacy API.
const TOKENS: [&str; 2] = ["eyJ", "fio-u-"];

/// Words in the names of parameters whose values may be secret.
const SECRETS: [&str; 7] =
    ["token", "secret", "password", "passphrase", "signature", "key", "auth"];

/// Words after "bearer" that are text, not a token.
const NO_TOKENS: [&str; 12] = [
    "token",
    "tokens",
    "auth",
    "authentication",
    "authorization",
    "credentials",
    "scheme",
    "header",
    "realm",
    "is",
    "and",
    "or",
];

/// Returns the first characters of an untrusted text as one line, without control and invisible
/// characters.
///
/// Masks tokens, and user names, queries and fragments of URLs.
pub(crate) fn printable_start(text: &str, characters: usize) -> String {
    let mut shown = String::new();
    // Whether "bearer" is the previous word, or only words of text are in between.
    let mut after_bearer = None;
    // Each word has at least one character, so further words cannot be shown.
    for word in text.split_whitespace().take(characters) {
        let word: String = word.chars().filter(|c| !is_hidden(*c)).take(characters + 1).collect();
        if word.is_empty() {
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        let plain = word.trim_end_matches(|c: char| c.is_ascii_punctuation()).to_ascii_lowercase();
        let is_text = NO_TOKENS.contains(&&*plain);
        let is_token = match after_bearer {
            Some(true) => !is_text,
            Some(false) => word.len() > 20 || word.contains(|c: char| c.is_ascii_digit()),
            None => false,
        };
        match is_token {
            true => shown.push('…'),
            false => shown.push_str(&masked(&word)),
        }
        after_bearer = match after_bearer {
            _ if plain.ends_with("bearer") => Some(true),
            Some(_) if is_text => Some(false),
            _ => None,
        };
    }
    match shown.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// Masks the parts of a word that may be secret.
fn masked(word: &str) -> String {
    let word = without_token(&without_user(word));
    let lower = word.to_ascii_lowercase();
    if let Some((scheme, _)) = lower.split_once("bearer%20") {
        return format!("{}Bearer…", &word[..scheme.len()]);
    }
    // A query or fragment; a word such as `what?` has none.
    if let Some(at) = word.find(['?', '#']).filter(|at| word[..*at].contains('/')) {
        return format!("{}…", &word[..=at]);
    }
    if let Some((name, _)) = lower.split_once('=')
        && SECRETS.iter().any(|secret| name.contains(secret))
    {
        return format!("{}=…", &word[..name.len()]);
    }
    word
}

/// Removes the user name and password of a URL.
fn without_user(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://…{}", &rest[at..]),
        None => word.to_owned(),
    }
}

fn without_token(word: &str) -> String {
    let Some(start) = TOKENS.iter().find_map(|token| word.find(token)) else {
        return word.to_owned();
    };
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let rest = word[start..].trim_start_matches(is_token);
    format!("{}…{rest}", &word[..start])
}

/// Returns whether a character controls a terminal, or hides or reorders text.
fn is_hidden(c: char) -> bool {
    let reorders = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    c.is_control() || reorders || matches!(c, '\u{2060}'..='\u{206f}' | BYTE_ORDER_MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_may_be_secret() {
        for (text, expected) in [
            ("redirect to /login?token=s3cret now", "redirect to /login?… now"),
            ("https://s3/x?Signature=s3cret", "https://s3/x?…"),
            ("https://app/#access_token=s3cret", "https://app/#…"),
            ("at https://user:s3cret@host/path", "at https://…@host/path"),
            ("https://host?x=@s3cret", "https://host?…"),
            ("Bearer s3cret is invalid", "Bearer … is invalid"),
            ("The Bearer token is unknown: abc", "The Bearer token is unknown: abc"),
            ("the bearer token: s3cret", "the bearer token: …"),
            ("bearer token abcdefghijklmnopqrst", "bearer token abcdefghijklmnopqrst"),
            ("bearer token abcdefghijklmnopqrstu", "bearer token …"),
            ("use bearer authentication, or", "use bearer authentication, or"),
            ("Bearer abcdefghijkl", "Bearer …"),
            ("authorization:Bearer s3cret", "authorization:Bearer …"),
            ("authorization:Bearer%20s3cret", "authorization:Bearer…"),
            ("'access_token=s3cret'", "'access_token=…"),
            ("X-Amz-Signature=s3cret", "X-Amz-Signature=…"),
            ("token 'eyJhbGci.s3cret.x-_1' expired", "token '…' expired"),
            ("fio-u-s3cret", "…"),
            ("a\u{202e}b\u{200b}\u{1b}[2Jc\r\n\td", "ab[2Jc d"),
            ("what? a/b or page=2 of 3/4", "what? a/b or page=2 of 3/4"),
        ] {
            assert_eq!(printable_start(text, 200), expected, "{text}");
        }
    }

    #[test]
    fn limits_the_number_of_characters() {
        assert_eq!(printable_start("üüü", 3), "üüü");
        assert_eq!(printable_start("üü üü", 4), "üü ü…");
    }
}
