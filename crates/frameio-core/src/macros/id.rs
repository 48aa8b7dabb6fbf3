/// Declares the type of an id: an opaque text.
///
/// The type implements `AsRef<str>`, `From<&str>`, `From<String>`, `FromStr`, `Display`, `Serialize`
/// and `Deserialize`, and can be a path argument or a query parameter.
///
/// ```
/// frameio_core::id! {
///     /// Identifies a moodboard.
///     pub struct MoodboardId;
/// }
///
/// let id = MoodboardId::from("adobe:urn:aaid:sc:US:1|2");
/// assert_eq!(id.as_str(), "adobe:urn:aaid:sc:US:1|2");
/// ```
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::__private::IdText);

        impl $name {
            /// Returns the id as the service writes it.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        /// Clones the id, so that `new` and setters accept a reference.
        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                Ok(id.into())
            }
        }

        impl $crate::encode::QueryValue for $name {
            fn write(&self, query: &mut $crate::encode::Query<'_>) {
                query.text(self.as_str());
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::__private::text(deserializer, |text| Self(text.into()))
            }
        }
    };
}
