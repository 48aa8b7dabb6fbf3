/// Declares an enum of texts to which the service may add values.
///
/// An unknown value is kept in `Other` and serialized unchanged.
///
/// ```
/// frameio_core::open_enum! {
///     /// Status of a moodboard.
///     pub enum MoodboardStatus {
///         /// The board may still change.
///         Draft = "draft",
///         /// The board is approved.
///         Final = "final",
///     }
/// }
///
/// assert_eq!(MoodboardStatus::from("final"), MoodboardStatus::Final);
/// assert_eq!(MoodboardStatus::from("archived").as_str(), "archived");
/// ```
///
/// Values in a section `experimental { … }` after the enum exist only with the feature `experimental` of
/// the crate that declares the enum.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )+
        }
        $(experimental {
            $( $(#[$experimental_meta:meta])* $experimental:ident = $experimental_text:literal, )+
        })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
            $($(
                #[cfg(feature = "experimental")]
                $(#[$experimental_meta])*
                $experimental,
            )+)?
            /// Value unknown to this version.
            Other(Box<str>),
        }

        impl $name {
            /// Known values, as the service writes them.
            pub const KNOWN: &'static [&'static str] = $crate::__known! {
                [$($text),+] $([$($experimental_text),+])?
            };

            /// Returns the value as the service writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    $($(
                        #[cfg(feature = "experimental")]
                        Self::$experimental => $experimental_text,
                    )+)?
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    $($(
                        #[cfg(feature = "experimental")]
                        $experimental_text => Self::$experimental,
                    )+)?
                    other => Self::Other(other.into()),
                }
            }
        }

        $(
            impl $name {
                /// Values supported only by experimental versions of operations; empty without the
                /// feature `experimental`.
                pub const EXPERIMENTAL: &'static [&'static str] =
                    $crate::__known! { [] [$($experimental_text),+] };

                /// Returns whether a list contains an [experimental](Self::EXPERIMENTAL) value.
                pub fn any_experimental(list: &Option<Vec<Self>>) -> bool {
                    let list = list.as_deref().unwrap_or_default();
                    list.iter().any(|value| Self::EXPERIMENTAL.contains(&value.as_str()))
                }
            }
        )?

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::encode::QueryValue for $name {
            const VALUES: &'static [&'static str] = Self::KNOWN;

            fn write(&self, query: &mut $crate::encode::Query<'_>) {
                query.text(self.as_str());
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
                $crate::__private::text(deserializer, |text| Self::from(text))
            }
        }
    };
}

/// Expands to the texts of an enum, including experimental ones if the feature is enabled.
#[doc(hidden)]
#[macro_export]
macro_rules! __known {
    ([$($text:literal),+]) => {
        &[$($text),+]
    };
    ([$($text:literal),*] [$($experimental:literal),+]) => {{
        #[cfg(feature = "experimental")]
        const KNOWN: &[&str] = &[$($text,)* $($experimental),+];
        #[cfg(not(feature = "experimental"))]
        const KNOWN: &[&str] = &[$($text),*];
        KNOWN
    }};
}
