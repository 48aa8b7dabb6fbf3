//! Shapes of texts, by which values are recognized in any field.

/// Returns whether a text is a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Returns whether a text is a date, a time or a timecode: digits between separators, as in
/// `2026-01-05T09:00:00.000Z` or `01:00:00;00`.
pub(crate) fn is_time(text: &str) -> bool {
    let is_date = |text: &[u8]| {
        text.len() >= 10
            && text[..10].iter().enumerate().all(|(index, byte)| match index {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let bytes = text.as_bytes();
    let is_timecode = bytes.len() == 11
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            2 | 5 | 8 => matches!(byte, b':' | b';' | b'.'),
            _ => byte.is_ascii_digit(),
        });
    let is_rest = |byte: &u8| byte.is_ascii_digit() || b"T :.Z+-".contains(byte);
    is_timecode || (bytes.len() <= 35 && is_date(bytes) && bytes.iter().all(is_rest))
}

/// Returns whether a text could be an e-mail address.
pub(crate) fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((user, host)) => {
            !user.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
        }
        None => false,
    }
}

/// Returns whether a text is an absolute URL.
pub(crate) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

/// Returns whether a text is a word of an enum, such as `needs_review` or `file.upload.completed`.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"_.".contains(&it))
}

/// Returns whether a text is the name of a JSON field or of a query parameter.
pub(crate) fn is_field_name(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

/// Returns whether a text is a media type, such as `application/json; charset=utf-8`.
pub(crate) fn is_media_type(text: &str) -> bool {
    text.len() <= 100
        && text.matches('/').count() == 1
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/+.-_;= ".contains(&byte))
}

/// Returns whether a text is a colour, such as `#ff8800`.
pub(crate) fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        (3..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Returns whether a text is a number without sign.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_times_and_nothing_that_contains_words() {
        for time in [
            "2026-01-05",
            "2026-01-05T09:00:00Z",
            "2026-01-05T09:00:00.123456+02:00",
            "01:00:00:00",
            "01:00:00;02",
        ] {
            assert!(is_time(time), "{time}");
        }
        for other in ["2026-01-05 Kim", "2026", "26-01-05", "01:00:00", "20260105T09:00:00Z"] {
            assert!(!is_time(other), "{other}");
        }
    }

    #[test]
    fn recognizes_other_shapes() {
        assert!(is_uuid("00000002-f1a0-4000-8000-000000000000") && !is_uuid("2-f1a0"));
        assert!(is_email("kim@example.com") && !is_email("at @ noon") && !is_email("kim"));
        assert!(is_url("https://a/b") && !is_url("see https://a/b") && !is_url("/v4/me"));
        assert!(
            is_word("file.upload.completed")
                && !is_word("Kim Lee")
                && !is_word("1a")
                && !is_word("eyJ.eyJ")
        );
        assert!(is_media_type("application/json; charset=utf-8") && !is_media_type("a/b/c"));
        assert!(is_color("#ff8800") && !is_color("#cut3"));
        assert!(is_number("60000") && !is_number("-1") && !is_number(""));
    }
}
