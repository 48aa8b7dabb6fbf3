//! Parameters of a query or form.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};

use super::refusal::Refusal;

const CONTENT: &str = "application/x-www-form-urlencoded";

/// Parameters that grant access.
const SECRETS: [&str; 5] = ["client_secret", "code", "code_verifier", "refresh_token", "token"];

#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Parses a body with the content type of a form.
    pub(super) fn of(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next());
        if media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(CONTENT)) {
            Ok(Self::parse(body))
        } else {
            let description = format!("the content-type must be {CONTENT}");
            Err(Refusal::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, description))
        }
    }

    /// Returns a parameter; an empty one counts as missing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let given = self.0.iter().find(|(given, value)| given == name && !value.is_empty());
        given.map(|(_, value)| value.as_str())
    }

    /// Returns the name of a duplicate parameter, which OAuth forbids.
    pub(super) fn repeated(&self) -> Option<&str> {
        let mut at = 0..self.0.len();
        at.find_map(|at| {
            let (earlier, rest) = self.0.split_at(at);
            let (name, _) = rest.first()?;
            earlier.iter().any(|(other, _)| other == name).then_some(name.as_str())
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Removes secrets from encoded parameters.
pub(super) fn without_secrets(text: &str) -> String {
    let shown = |pair| {
        let name = form_urlencoded::parse(str::as_bytes(pair)).next().map(|(name, _)| name);
        match name {
            Some(name) if SECRETS.contains(&&*name) => format!("{name}=***"),
            _ => pair.to_owned(),
        }
    };
    text.split('&').map(shown).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded() {
        let form = Form::parse(b"scope=a+b%2Cc&state=&x");
        assert_eq!(form.get("scope"), Some("a b,c"));
        assert_eq!((form.get("state"), form.get("x"), form.get("y")), (None, None, None));
        assert_eq!(form.repeated(), None);
        assert_eq!(Form::parse(b"a=1&b=2&a=3").repeated(), Some("a"));
    }

    #[test]
    fn secrets_are_removed() {
        let form = "grant_type=refresh_token&refresh_token=r&client%5Fsecret=s&scope=a%2Cb+c&x&";
        let shown = "grant_type=refresh_token&refresh_token=***&client_secret=***&scope=a%2Cb+c&x&";
        assert_eq!(without_secrets(form), shown);
        assert_eq!(without_secrets(""), "");
    }
}
