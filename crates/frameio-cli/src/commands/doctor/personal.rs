//! Data about persons and machines, which is masked unless the user asks for it.

use frameio::transfer::RemotePath;
use http::Uri;

use crate::exit::{Failure, Status};

/// Whether names, email addresses and full paths are printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Personal(pub(super) bool);

impl Personal {
    /// Returns an email address, or its first letter and its domain.
    pub(super) fn email(self, email: &str) -> String {
        match email.split_once('@') {
            _ if self.0 => email.to_owned(),
            Some((name, domain)) => {
                let first: String = name.chars().take(1).collect();
                format!("{first}…@{domain}")
            }
            None => "…".to_owned(),
        }
    }

    /// Returns an id, followed by the name if names are printed.
    pub(super) fn named(self, id: &str, name: &str) -> String {
        if self.0 { format!("{id} ({name})") } else { id.to_owned() }
    }

    /// Returns why a place was not found. The message is omitted unless names are printed: it contains the path,
    /// and the names of other items in the folder.
    pub(super) fn place(self, text: &str, failure: Failure) -> Failure {
        let Failure { status, message } = failure;
        let message = match (self.0, status) {
            (true, _) => format!("'{text}': {message}"),
            (false, Status::NotFound) => "no such item".to_owned(),
            (false, Status::Usage) => "the path, ID or link is invalid or ambiguous".to_owned(),
            (false, status) => format!("the lookup failed ({})", status.name()),
        };
        Failure::new(status, message + self.hint())
    }

    /// Returns the path of the place if names are printed.
    pub(super) fn path(self, path: &RemotePath) -> String {
        if self.0 { format!("'{path}'") } else { "the place".to_owned() }
    }

    /// Returns how names are printed, if they are not.
    pub(super) const fn hint(self) -> &'static str {
        if self.0 { "" } else { "; '--show-personal' prints the names" }
    }

    /// Returns a text with `~` in place of the home directory, whose name is often that of the user.
    pub(super) fn text(self, text: &str) -> String {
        match etcetera::home_dir().ok().and_then(|home| home.to_str().map(str::to_owned)) {
            // A root directory would match every path.
            Some(home) if !self.0 && home.len() > 1 => text.replace(&home, "~"),
            _ => text.to_owned(),
        }
    }
}

/// Returns the scheme, the host and the port of a URL, which may contain a password or a signature.
pub(super) fn origin(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return "an invalid URL".to_owned() };
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let host = uri.host().unwrap_or_default();
    format!("{}://{host}{port}", uri.scheme_str().unwrap_or("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_addresses_unless_they_are_requested() {
        for (email, masked) in [
            ("ada@example.com", "a…@example.com"),
            ("é@example.com", "é…@example.com"),
            ("@example.com", "…@example.com"),
            ("nobody", "…"),
        ] {
            assert_eq!(Personal(false).email(email), masked);
            assert_eq!(Personal(true).email(email), email);
        }
        let failure =
            || Failure::new(Status::NotFound, "no such file 'x' in /Film; available: 'y'");
        let place = |is_shown| Personal(is_shown).place("/Film/x", failure()).message;
        assert_eq!(place(false), "no such item; '--show-personal' prints the names");
        assert_eq!(place(true), "'/Film/x': no such file 'x' in /Film; available: 'y'");
        assert_eq!(Personal(false).named("7", "Acme"), "7");
        assert_eq!(Personal(true).named("7", "Acme"), "7 (Acme)");
    }

    #[test]
    fn origins_contain_neither_passwords_nor_signatures() {
        assert_eq!(
            origin("http://user:secret@proxy.example:3128/x?y=z"),
            "http://proxy.example:3128"
        );
        assert_eq!(origin("https://bucket.example/a?signature=1"), "https://bucket.example");
    }
}
