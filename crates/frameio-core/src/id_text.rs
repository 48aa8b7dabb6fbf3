//! Text of an identifier.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use arrayvec::ArrayString;

/// Length of a UUID as text. Most identifiers of the service are UUIDs.
const UUID_LENGTH: usize = 36;

/// Text of an identifier, stored in place if it is not longer than a UUID.
///
/// A page of 100 assets has about a thousand identifiers. Allocating each of them would take a large part
/// of the time to decode it.
#[derive(Clone, Debug)]
pub struct IdText(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Short(ArrayString<UUID_LENGTH>),
    Long(Box<str>),
}

impl IdText {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Short(text) => text,
            Repr::Long(text) => text,
        }
    }
}

impl From<&str> for IdText {
    fn from(text: &str) -> Self {
        Self(ArrayString::from(text).map_or_else(|_| Repr::Long(text.into()), Repr::Short))
    }
}

impl From<String> for IdText {
    fn from(text: String) -> Self {
        match ArrayString::from(&text) {
            Ok(short) => Self(Repr::Short(short)),
            Err(_) => Self(Repr::Long(text.into())),
        }
    }
}

impl From<IdText> for String {
    fn from(text: IdText) -> Self {
        match text.0 {
            Repr::Short(text) => text.as_str().to_owned(),
            Repr::Long(text) => text.into(),
        }
    }
}

impl PartialEq for IdText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for IdText {}

impl PartialOrd for IdText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IdText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for IdText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};
    use std::hash::{BuildHasher, RandomState};

    use super::{IdText, Repr};

    #[test]
    fn keeps_text_of_any_length() {
        for length in [0, 1, 35, 36, 37, 300] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let (borrowed, owned) = (IdText::from(text.as_str()), IdText::from(text.clone()));
            assert_eq!(matches!(borrowed.0, Repr::Short(_)), length <= 36);
            assert!(borrowed == owned);
            assert_eq!(borrowed.as_str(), text);
            assert_eq!(String::from(owned), text);
        }
    }

    #[test]
    fn compares_like_text() {
        let texts = ["b", "", "a", &"a".repeat(40), "a"];
        let sorted: BTreeSet<_> = texts.iter().map(|text| IdText::from(*text)).collect();
        let sorted: Vec<_> = sorted.iter().map(IdText::as_str).collect();
        assert_eq!(sorted, ["", "a", &"a".repeat(40), "b"]);
        let unique: HashSet<_> = texts.iter().map(|text| IdText::from(*text)).collect();
        assert_eq!(unique.len(), 4);
        let state = RandomState::new();
        let hashes: HashSet<_> =
            ["a", "b", "c"].map(|text| state.hash_one(IdText::from(text))).into();
        assert_eq!(hashes.len(), 3);
    }
}
