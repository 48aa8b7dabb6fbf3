//! Routes of the legacy API: how each is answered, and by which V4 operations.

use std::fmt;

use http::Method;

/// How a route is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RouteClass {
    /// By one V4 operation.
    Direct,
    /// By several V4 operations, or by more than one call.
    Composed,
    /// In part: the header `x-frameio-legacy` of the response says what differs.
    Lossy,
    /// With 410 or an empty list: V4 has no such operation.
    Gone,
    /// With 404: the legacy API never had the route, but programs call it.
    NeverExisted,
    /// With 404: Camera to Cloud and the sign-in of the legacy API are not concerned.
    NotConcerned,
}

impl fmt::Display for RouteClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Direct => "direct",
            Self::Composed => "composed",
            Self::Lossy => "lossy",
            Self::Gone => "gone",
            Self::NeverExisted => "never existed",
            Self::NotConcerned => "not concerned",
        })
    }
}

/// One route of the legacy API.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) class: RouteClass,
    pub(crate) v4: &'static [&'static str],
    pub(crate) note: &'static str,
}

impl Route {
    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path, with the names of its arguments in braces.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns how the route is answered.
    pub fn class(&self) -> RouteClass {
        self.class
    }

    /// Returns the names of the V4 operations that stand for the route.
    pub fn operations(&self) -> &'static [&'static str] {
        self.v4
    }

    /// Returns what differs, or what to do instead; empty if there is nothing to say.
    pub fn note(&self) -> &'static str {
        self.note
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.class)
    }
}
