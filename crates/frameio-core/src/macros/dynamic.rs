//! What [`endpoints!`](crate::endpoints) expands to for the feature `dynamic`: nothing without it.

#[cfg(not(feature = "dynamic"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __dynamic_operation {
    ($name:ident, $operation:expr $(,)?) => {
        $operation
    };
}

#[cfg(feature = "dynamic")]
#[doc(hidden)]
#[macro_export]
macro_rules! __dynamic_operation {
    ($name:ident, $operation:expr $(,)?) => {
        $operation.codec(const { &$crate::dynamic::Codec::of::<$name>() })
    };
}

#[cfg(not(feature = "dynamic"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __dynamic {
    ($($any:tt)*) => {};
}

#[cfg(feature = "dynamic")]
#[doc(hidden)]
#[macro_export]
macro_rules! __dynamic {
    (
        $name:ident
        [$($path:ident;)*]
        [$($query_name:expr, $query:ident, [$query_ty:ty] [$($query_range:expr)?];)*]
        [$($page_range:expr)?]
        [$($envelope:literal)?]
        [$($constant:literal = $constant_value:literal;)*]
        [$($body_name:expr, $body:ident, [$($body_range:expr)?];)*]
        [$($optional_name:expr, $optional:ident, [$($optional_range:expr)?];)*]
        [$($nullable_name:expr, $nullable:ident, [$($nullable_range:expr)?];)*]
    ) => {
        #[allow(deprecated, reason = "declared here")]
        impl $crate::dynamic::FromJson for $name {
            const SCHEMA: $crate::dynamic::Schema = $crate::dynamic::Schema {
                type_name: concat!(module_path!(), "::", stringify!($name)),
                envelope: $crate::__envelope!($($envelope)?),
                paged: $crate::__paged!($($page_range)?),
                parameters: &[
                    $( $crate::dynamic::Parameter::path(stringify!($path)), )*
                    $(
                        $crate::dynamic::Parameter::query($query_name)
                            .values(<$query_ty as $crate::encode::QueryValue>::VALUES)
                            $(.range($query_range))?,
                    )*
                    $(
                        $crate::dynamic::Parameter::query("after"),
                        $crate::dynamic::Parameter::query("page_size").range($page_range),
                        $crate::dynamic::Parameter::query("include_total_count"),
                    )?
                    $( $crate::dynamic::Parameter::body($constant).values(&[$constant_value]), )*
                    $( $crate::dynamic::Parameter::body($body_name).required()$(.range($body_range))?, )*
                    $( $crate::dynamic::Parameter::body($optional_name)$(.range($optional_range))?, )*
                    $( $crate::dynamic::Parameter::body($nullable_name)$(.range($nullable_range))?, )*
                ],
            };

            fn from_json(
                input: &$crate::__private::serde_json::Map<String, $crate::__private::serde_json::Value>,
            ) -> Result<Self, $crate::EncodeError> {
                let input = $crate::dynamic::Input::new(
                    <Self as $crate::Endpoint>::OPERATION,
                    &<Self as $crate::dynamic::FromJson>::SCHEMA,
                    input,
                )?;
                $( input.constant($constant, $constant_value)?; )*
                Ok(Self {
                    $( $path: input.path(stringify!($path))?, )*
                    $( $query: input.query($query_name)?, )*
                    $(
                        after: {
                            let _: std::ops::RangeInclusive<u64> = $page_range;
                            input.query("after")?
                        },
                        page_size: input.query("page_size")?,
                        include_total_count: input.query("include_total_count")?,
                    )?
                    $( $body: input.required($body_name)?, )*
                    $( $optional: input.optional($optional_name)?, )*
                    $( $nullable: input.optional($nullable_name)?, )*
                })
            }
        }
    };
}

#[cfg(feature = "dynamic")]
#[doc(hidden)]
#[macro_export]
macro_rules! __paged {
    () => {
        false
    };
    ($page_range:expr) => {
        true
    };
}
