//! URL that contains its own credential.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// URL that grants access without a token, such as the URL of an upload part or a media link.
///
/// The query contains a signature that expires. `Debug` omits the query, and there is no `Display`. Use
/// [`as_str`](SignedUrl::as_str) to read the whole URL.
///
/// ```
/// use frameio_core::SignedUrl;
///
/// let url = SignedUrl::from("https://s3.example/part?X-Amz-Signature=secret");
/// assert_eq!(format!("{url:?}"), r#"SignedUrl("https://s3.example/part?…")"#);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SignedUrl(Box<str>);

impl SignedUrl {
    /// Returns the URL including its secret signature.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SignedUrl {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl From<String> for SignedUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, signed) = self.0.split_once('?').map_or((&*self.0, ""), |(url, _)| (url, "?…"));
        // Omits a user name and password in front of the host.
        let host = url.rsplit_once('@').map_or(url, |(_, host)| host);
        write!(f, "SignedUrl(\"{host}{signed}\")")
    }
}

impl Serialize for SignedUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SignedUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<str>::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::SignedUrl;

    #[test]
    fn a_url_is_kept_as_a_whole_and_shown_without_secrets() {
        let url = SignedUrl::from("https://user:pw@s3.example/part?X-Amz-Signature=secret");
        assert_eq!(url.as_str(), "https://user:pw@s3.example/part?X-Amz-Signature=secret");
        let shown = format!("{url:?}");
        assert!(shown.contains("s3.example/part?…"), "{shown}");
        assert!(!shown.contains("pw") && !shown.contains("secret"), "{shown}");
    }
}
