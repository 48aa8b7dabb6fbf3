//! Numbers in arguments.

use std::str::FromStr;

/// Parses a number of 1 or more.
pub(crate) fn at_least_one<T>(text: &str) -> Result<T, String>
where
    T: FromStr + PartialOrd + From<u8>,
{
    match text.parse::<T>() {
        Ok(number) if number >= T::from(1) => Ok(number),
        Err(_) if text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("the number is too large".to_owned())
        }
        _ => Err("expected a whole number of 1 or more".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_numbers_in_words_for_people() {
        assert_eq!(at_least_one::<u16>("7"), Ok(7));
        for text in ["0", "-1", "x", "1.5", ""] {
            let error = at_least_one::<u16>(text).unwrap_err();
            assert_eq!(error, "expected a whole number of 1 or more", "{text}");
        }
        assert_eq!(at_least_one::<u16>("70000"), Err("the number is too large".to_owned()));
    }
}
