/// Declares a model: a JSON object in requests or responses.
///
/// * A field of type `Option` may be null or absent, and is omitted if it is `None`. All other fields
///   are required.
/// * Unknown fields are kept in `extra` and serialized unchanged.
/// * `pub kind = "type": Kind` declares a field whose name in JSON is `type`.
/// * `pub active: Option<bool> as Flag` declares a field that is deserialized as a `Flag`, which must be
///   `Into<Option<bool>>`.
///
/// The macro replaces serde's derive, with which unknown fields would need `#[serde(flatten)]`, which
/// makes decoding of a page slower.
///
/// ```
/// frameio_core::model! {
///     /// Board of pictures.
///     pub struct Moodboard {
///         /// Name of the board.
///         pub name: String,
///         /// URL of the cover picture.
///         pub cover = "cover_url": Option<String>,
///     }
/// }
///
/// let json = r#"{"name":"Sea","from_the_future":1}"#;
/// let board: Moodboard = serde_json::from_str(json)?;
/// assert_eq!((board.name.as_str(), &board.cover), ("Sea", &None));
/// assert_eq!(serde_json::to_string(&board)?, json);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident $(= $json:literal)? : $ty:ty $(as $via:ty)?, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// Unknown fields, which are kept and serialized unchanged.
            pub extra: $crate::Extra,
        }

        const _: () = {
            use $crate::__private::serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
            use $crate::__private::serde::ser::{SerializeMap, Serializer};
            use $crate::__private::serde::{Deserialize, Serialize};
            #[allow(unused_imports, reason = "a model may have only one kind of field")]
            use $crate::__private::{Keep as _, Probe, ReadAny as _, ReadTimestamp as _, SkipNone as _};

            #[allow(non_camel_case_types)]
            enum Key {
                $($field,)*
                UnknownKey,
            }

            /// Writes the name of an unknown key to the text. A key that owned its name would have to
            /// be dropped after every field.
            struct ReadKey<'a>(&'a mut String);

            impl<'de> DeserializeSeed<'de> for ReadKey<'_> {
                type Value = Key;

                fn deserialize<D>(self, deserializer: D) -> Result<Key, D::Error>
                where
                    D: Deserializer<'de>,
                {
                    $crate::__private::text(deserializer, |key| {
                        $(
                            if key == $crate::__private::json_name!($field $($json)?) {
                                return Key::$field;
                            }
                        )*
                        key.clone_into(self.0);
                        Key::UnknownKey
                    })
                }
            }

            struct ModelVisitor;

            impl<'de> Visitor<'de> for ModelVisitor {
                type Value = $name;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(concat!("an object of type ", stringify!($name)))
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                    $( let mut $field: Option<$ty> = None; )*
                    let mut extra = $crate::Extra::new();
                    let mut unknown = String::new();
                    while let Some(key) = map.next_key_seed(ReadKey(&mut unknown))? {
                        match key {
                            $( Key::$field => $field = Some($crate::__value!(map, $ty $(, $via)?)), )*
                            Key::UnknownKey => {
                                let value = $crate::__private::untyped(&mut map)?;
                                extra.insert(std::mem::take(&mut unknown), value);
                            }
                        }
                    }
                    Ok($name {
                        $(
                            $field: match $field {
                                Some(value) => value,
                                None => $crate::__private::missing(
                                    $crate::__private::json_name!($field $($json)?),
                                )
                                .map_err(A::Error::custom)?,
                            },
                        )*
                        extra,
                    })
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(ModelVisitor)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut map = serializer.serialize_map(None)?;
                    $(
                        if !(&Probe(&self.$field)).skip() {
                            map.serialize_entry(
                                $crate::__private::json_name!($field $($json)?),
                                &self.$field,
                            )?;
                        }
                    )*
                    for (name, value) in &self.extra {
                        map.serialize_entry(name, value)?;
                    }
                    map.end()
                }
            }
        };
    };
}

/// Reads the value of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! __value {
    ($map:ident, $ty:ty) => {
        (&$crate::__private::Field::<$ty>::NEW).read(&mut $map)?
    };
    ($map:ident, $ty:ty, $via:ty) => {
        $map.next_value::<$via>()?.into()
    };
}

/// Makes a model usable as the response of operations, and compiles its decoding next to it.
///
/// | form | response |
/// |---|---|
/// | `one` | `Moodboard`, from `{"data": {…}}` |
/// | `page` | `Page<Moodboard>` |
/// | `list` | `Vec<Moodboard>`, from `{"data": […]}` |
///
/// ```
/// frameio_core::model! {
///     /// Board of pictures.
///     pub struct Moodboard {
///         /// Name of the board.
///         pub name: String,
///     }
/// }
/// frameio_core::response_types! { Moodboard: one, page }
/// ```
#[macro_export]
macro_rules! response_types {
    ($($name:ident: $($form:ident),+);+ $(;)?) => {
        $($($crate::response_types! { @$form $name })+)+
    };
    (@one $name:ident) => {
        impl $crate::FromResponse for $name {
            fn from_response(
                _: &$crate::__private::http::response::Parts,
                body: $crate::__private::Bytes,
            ) -> Result<Self, $crate::DecodeError> {
                $crate::decode::decode_data(&body)
            }
        }
    };
    (@page $name:ident) => {
        impl $crate::page::PageItem for $name {
            fn decode_page(body: &[u8]) -> Result<$crate::Page<Self>, $crate::DecodeError> {
                $crate::decode::decode_json(body)
            }
        }
    };
    (@list $name:ident) => {
        impl $crate::page::ListItem for $name {
            fn decode_list(body: &[u8]) -> Result<Vec<Self>, $crate::DecodeError> {
                $crate::decode::decode_data(body)
            }
        }
    };
}
