/// Declares endpoints: for each a request type, its setters, and its [`Endpoint`](crate::Endpoint)
/// implementation; and `OPERATIONS`, the list of them.
///
/// A declaration is a struct whose fields stand in the part of the request that they go to, and
/// below it the documented name, the route, the answer and the quota:
///
/// ```
/// use frameio_core::{AccountId, ProjectId, encode, endpoints, id};
///
/// id! { /** Identifies a moodboard. */ pub struct MoodboardId; }
/// frameio_core::model! { /** A board. */ pub struct Moodboard { /** Its name. */ pub name: String, } }
/// frameio_core::response_types! { Moodboard: one }
///
/// endpoints! {
///     /// Creates a moodboard in a project.
///     pub struct CreateMoodboard {
///         path {
///             /// Account that owns the project.
///             account_id: AccountId,
///             /// Project to put it in.
///             project_id: ProjectId,
///         }
///         body {
///             /// What it is called. 1 to 255 characters.
///             name: String in 1..=255,
///         }
///         optional {
///             /// Who may see it besides the maker.
///             viewers: Vec<String> in 1..=10,
///         }
///     }
///     "moodboards.create" = POST "/v4/accounts/{account_id}/projects/{project_id}/moodboards"
///         -> Moodboard, 10 per minute, api_version("experimental");
/// }
///
/// let request = CreateMoodboard::new("a", "p", "Sea").viewers(["kim@example.com".to_owned()]);
/// let request = encode(&request)?;
/// assert_eq!(request.uri(), "/v4/accounts/a/projects/p/moodboards");
/// let body = request.body().as_bytes().unwrap();
/// assert_eq!(body, br#"{"data":{"name":"Sea","viewers":["kim@example.com"]}}"#);
/// # Ok::<_, frameio_core::EncodeError>(())
/// ```
///
/// | section | where the field goes | type of the field |
/// |---|---|---|
/// | `path` | the path template, checked against it at compile time | as written |
/// | `query` | the query, left out unless set | `Option` |
/// | `page 1..=100` | `after`, `page_size` in that range, `include_total_count`: see [`Paged`](crate::Paged) | `Option` |
/// | `envelope false` | the JSON body has no `data` around its fields | |
/// | `constant` | the JSON body, always the same text: `"type" = "asset",` | none |
/// | `body` | the JSON body, always | as written |
/// | `optional` | the JSON body, left out unless set | `Option` |
/// | `nullable` | the JSON body: left out, null or a value | [`Patch`](crate::Patch) |
///
/// `in 1..=255` is a documented limit, of characters, items or the number itself, checked before
/// the request is sent. What no field tells alone is checked where the request itself implements
/// [`Check`](crate::limits::Check). Fields of `path` and `body` are the arguments of `new`; the others have
/// a setter of their name. What follows the quota calls the builder of
/// [`Operation`](crate::Operation).
///
/// With the feature `dynamic` the request can be made from JSON too; every type of a field then has
/// to implement `Deserialize`.
#[macro_export]
macro_rules! endpoints {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(path { $( $(#[$path_meta:meta])* $path:ident : $path_ty:ident, )* })?
            $(query { $( $(#[$query_meta:meta])* $query:ident $(= $query_name:literal)? : $query_ty:ident $(<$query_arg:ident>)? $(in $query_range:expr)?, )* })?
            $(page $page_range:expr;)?
            $(envelope $envelope:literal;)?
            $(constant { $( $constant:literal = $constant_value:literal, )* })?
            $(body { $( $(#[$body_meta:meta])* $body:ident $(= $body_name:literal)? : $body_ty:ident $(<$body_arg:ident>)? $(in $body_range:expr)?, )* })?
            $(optional { $( $(#[$optional_meta:meta])* $optional:ident $(= $optional_name:literal)? : $optional_ty:ident $(<$optional_arg:ident>)? $(in $optional_range:expr)?, )* })?
            $(nullable { $( $(#[$nullable_meta:meta])* $nullable:ident $(= $nullable_name:literal)? : $nullable_ty:ident $(<$nullable_arg:ident>)? $(in $nullable_range:expr)?, )* })?
        }
        $id:literal = $method:ident $route:literal -> $response:tt $(<$item:ident>)?, $calls:literal per $window:ident $(, $option:ident($value:expr))*;
    )+) => {
        /// The operations of this module, in the order of their declaration.
        #[allow(deprecated, reason = "the list has all")]
        pub const OPERATIONS: &[&$crate::Operation] =
            &[$(<$name as $crate::Endpoint>::OPERATION),+];

        $(
            $(#[$meta])*
            ///
            #[doc = concat!(
                "Operation `", $id, "`: `", stringify!($method), " ", $route, "`, ",
                stringify!($calls), " calls per ", stringify!($window), "."
            )]
            #[doc(alias = $id)]
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct $name {
                $($( $(#[$path_meta])* pub $path: $path_ty, )*)?
                $($( $(#[$query_meta])* pub $query: Option<$query_ty $(<$query_arg>)?>, )*)?
                $(
                    /// Where the page starts. Default: at the beginning.
                    pub after: Option<$crate::Cursor>,
                    #[doc = concat!(
                        "How many items a page holds, ", stringify!($page_range), ". Default: 50."
                    )]
                    pub page_size: Option<u32>,
                    /// Whether the answer counts the items of all pages. Default: false.
                    pub include_total_count: Option<bool>,
                )?
                $($( $(#[$body_meta])* pub $body: $body_ty $(<$body_arg>)?, )*)?
                $($( $(#[$optional_meta])* pub $optional: Option<$optional_ty $(<$optional_arg>)?>, )*)?
                $($( $(#[$nullable_meta])* pub $nullable: $crate::Patch<$nullable_ty $(<$nullable_arg>)?>, )*)?
            }

            #[allow(deprecated, reason = "declared here")]
            impl $name {
                /// A request with all that is required and nothing else.
                #[allow(clippy::new_without_default, reason = "requests are made with `new`")]
                pub fn new(
                    $($( $path: impl Into<$path_ty>, )*)?
                    $($( $body: $crate::__argument!($body_ty $(<$body_arg>)?), )*)?
                ) -> Self {
                    Self {
                        $($( $path: $path.into(), )*)?
                        $($( $query: None, )*)?
                        $(
                            after: $crate::__none!($page_range),
                            page_size: None,
                            include_total_count: None,
                        )?
                        $($( $body: $body.into(), )*)?
                        $($( $optional: None, )*)?
                        $($( $nullable: $crate::Patch::Keep, )*)?
                    }
                }

                $($(
                    $(#[$query_meta])*
                    #[must_use]
                    pub fn $query(
                        mut self,
                        $query: $crate::__argument!($query_ty $(<$query_arg>)?),
                    ) -> Self {
                        self.$query = Some($query.into());
                        self
                    }
                )*)?

                $(
                    /// Starts at `cursor`, which an earlier page gave.
                    #[must_use]
                    pub fn after(mut self, cursor: impl Into<$crate::Cursor>) -> Self {
                        self.after = Some(cursor.into());
                        self
                    }

                    #[doc = concat!(
                        "Sets how many items a page holds, ", stringify!($page_range), "."
                    )]
                    #[must_use]
                    pub fn page_size(mut self, page_size: u32) -> Self {
                        self.page_size = Some(page_size);
                        self
                    }

                    /// Sets whether the answer counts the items of all pages.
                    #[must_use]
                    pub fn include_total_count(mut self, include_total_count: bool) -> Self {
                        self.include_total_count = Some(include_total_count);
                        self
                    }
                )?

                $($(
                    $(#[$optional_meta])*
                    #[must_use]
                    pub fn $optional(
                        mut self,
                        $optional: $crate::__argument!($optional_ty $(<$optional_arg>)?),
                    ) -> Self {
                        self.$optional = Some($optional.into());
                        self
                    }
                )*)?

                $($(
                    $(#[$nullable_meta])*
                    ///
                    /// `None` clears the field.
                    #[must_use]
                    pub fn $nullable(
                        mut self,
                        $nullable: impl Into<$crate::Patch<$nullable_ty $(<$nullable_arg>)?>>,
                    ) -> Self {
                        self.$nullable = $nullable.into();
                        self
                    }
                )*)?
            }

            #[allow(deprecated, reason = "declared here")]
            impl $crate::Endpoint for $name {
                type Response = $response $(<$item>)?;

                const OPERATION: &'static $crate::Operation = {
                    assert!(
                        $crate::operation::template_names(
                            $route,
                            &[$($(stringify!($path)),*)?],
                        ),
                        "the path template and the fields of `path` differ",
                    );
                    &$crate::__dynamic_operation! {
                        $name,
                        $crate::Operation::new(
                            $id,
                            $crate::__private::http::Method::$method,
                            $route,
                            $crate::__quota!($calls $window),
                        )
                        $(.$option($value))*
                    }
                };

                fn path_args(&self, args: &mut $crate::encode::PathArgs<'_>) {
                    let _ = args;
                    $($( args.push(stringify!($path), self.$path.as_str()); )*)?
                }

                fn query(&self, query: &mut $crate::encode::Query<'_>) {
                    let _ = query;
                    $($(
                        query.push($crate::__json_name!($query $($query_name)?), &self.$query);
                    )*)?
                    $(
                        let _: std::ops::RangeInclusive<u64> = $page_range;
                        query.push("after", &self.after);
                        query.push("page_size", &self.page_size);
                        query.push("include_total_count", &self.include_total_count);
                    )?
                }

                fn check(&self, limits: &mut $crate::limits::Limits) {
                    $( limits.check("page_size", &self.page_size, $page_range); )?
                    $($( $crate::__limit!(limits, $crate::__json_name!($query $($query_name)?), &self.$query, [$($query_range)?]); )*)?
                    $($( $crate::__limit!(limits, $crate::__json_name!($body $($body_name)?), &self.$body, [$($body_range)?]); )*)?
                    $($( $crate::__limit!(limits, $crate::__json_name!($optional $($optional_name)?), &self.$optional, [$($optional_range)?]); )*)?
                    $($( $crate::__limit!(limits, $crate::__json_name!($nullable $($nullable_name)?), &self.$nullable, [$($nullable_range)?]); )*)?
                    #[allow(unused_imports, reason = "which is used depends on the fields")]
                    use $crate::__private::{CheckNested as _, NothingToCheck as _, Probe};
                    $($( (&Probe(&self.$query)).check_nested($crate::__json_name!($query $($query_name)?), limits); )*)?
                    $($( (&Probe(&self.$body)).check_nested($crate::__json_name!($body $($body_name)?), limits); )*)?
                    $($( (&Probe(&self.$optional)).check_nested($crate::__json_name!($optional $($optional_name)?), limits); )*)?
                    $($( (&Probe(&self.$nullable)).check_nested($crate::__json_name!($nullable $($nullable_name)?), limits); )*)?
                    (&Probe(self)).check_whole(limits);
                }

                $crate::__body! {
                    [$($envelope)?]
                    [$($($constant = $constant_value;)*)?]
                    [$($( $crate::__json_name!($body $($body_name)?), $body; )*)?]
                    [$($( $crate::__json_name!($optional $($optional_name)?), $optional; )*)?]
                    [$($( $crate::__json_name!($nullable $($nullable_name)?), $nullable; )*)?]
                }
            }

            $crate::__dynamic! {
                $name
                [$($( $path; )*)?]
                [$($( $crate::__json_name!($query $($query_name)?), $query, [$query_ty $(<$query_arg>)?] [$($query_range)?]; )*)?]
                [$($page_range)?]
                [$($envelope)?]
                [$($($constant = $constant_value;)*)?]
                [$($( $crate::__json_name!($body $($body_name)?), $body, [$($body_range)?]; )*)?]
                [$($( $crate::__json_name!($optional $($optional_name)?), $optional, [$($optional_range)?]; )*)?]
                [$($( $crate::__json_name!($nullable $($nullable_name)?), $nullable, [$($nullable_range)?]; )*)?]
            }

            $crate::__pages! { $name [$($page_range)?] [$($item)?] }
        )+
    };
}

/// Where there is a range of the size of pages, the answers are pages.
#[doc(hidden)]
#[macro_export]
macro_rules! __pages {
    ($name:ident [] [$($item:ident)?]) => {};
    ($name:ident [$page_range:expr] [$item:ident]) => {
        #[allow(deprecated, reason = "declared here")]
        impl $crate::Paged for $name {
            type Item = $item;

            fn after(self, cursor: $crate::Cursor) -> Self {
                $name::after(self, cursor)
            }

            fn page(response: &$crate::Page<$item>) -> &$crate::Page<$item> {
                response
            }

            fn into_page(response: $crate::Page<$item>) -> $crate::Page<$item> {
                response
            }
        }
    };
}

/// Checks the range of a field that has one.
#[doc(hidden)]
#[macro_export]
macro_rules! __limit {
    ($limits:ident, $name:expr, $value:expr, []) => {};
    ($limits:ident, $name:expr, $value:expr, [$range:expr]) => {
        $limits.check($name, $value, $range);
    };
}

/// `None`, whatever is given: lets a repetition depend on a fragment it does not write.
#[doc(hidden)]
#[macro_export]
macro_rules! __none {
    ($($any:tt)*) => {
        None
    };
}

/// The type of a setter's argument: numbers and flags as they are, so that literals are understood.
#[doc(hidden)]
#[macro_export]
macro_rules! __argument {
    (bool) => { bool };
    (u32) => { u32 };
    (u64) => { u64 };
    ($ty:ty) => { impl Into<$ty> };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __quota {
    ($calls:literal second) => {
        $crate::Quota::per_second($calls)
    };
    ($calls:literal minute) => {
        $crate::Quota::per_minute($calls)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __envelope {
    () => {
        true
    };
    ($envelope:literal) => {
        $envelope
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __body {
    ([$($envelope:literal)?] [] [] [] []) => {};
    (
        [$($envelope:literal)?]
        [$($constant:literal = $constant_value:literal;)*]
        [$($name:expr, $field:ident;)*]
        [$($optional_name:expr, $optional:ident;)*]
        [$($nullable_name:expr, $nullable:ident;)*]
    ) => {
        fn body(&self) -> Result<$crate::Body, $crate::EncodeError> {
            let mut body = $crate::encode::JsonBody::new($crate::__envelope!($($envelope)?));
            $( body.field($constant, $constant_value)?; )*
            $( body.field($name, &self.$field)?; )*
            $(
                if let Some(value) = &self.$optional {
                    body.field($optional_name, value)?;
                }
            )*
            $(
                if !self.$nullable.is_keep() {
                    body.field($nullable_name, &self.$nullable)?;
                }
            )*
            Ok(body.finish())
        }
    };
}
