//! Routes of the legacy API: how each is answered, and by which V4 operations.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use http::Method;

use crate::context::Context;
use crate::refusal::Refusal;
use crate::response::Outcome;
use crate::route_table::ROUTES;

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

pub(crate) type Answer = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One route of the legacy API.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) class: RouteClass,
    pub(crate) v4: &'static [&'static str],
    pub(crate) note: &'static str,
    pub(crate) handler: fn(Context) -> Answer,
}

impl Route {
    /// Returns all routes, in the order of the table in `docs/migration.md`.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ROUTES.iter()
    }

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

type Router = matchit::Router<Vec<&'static Route>>;

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let mut by_path: Vec<(&str, Vec<&'static Route>)> = Vec::new();
    for route in ROUTES {
        match by_path.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, routes)) => routes.push(route),
            None => by_path.push((route.path, vec![route])),
        }
    }
    let mut router = Router::new();
    for (path, routes) in by_path {
        // A test inserts all of them.
        let _ = router.insert(path, routes);
    }
    router
});

/// Finds the route of a request, with the arguments of its path.
pub(crate) fn find(
    method: &Method,
    path: &str,
) -> Result<(&'static Route, Vec<(String, String)>), Refusal> {
    let Ok(found) = ROUTER.at(path) else {
        return Err(Refusal::not_found("the legacy API has no such route"));
    };
    // HEAD is a GET without a body.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let route = found.value.iter().find(|route| route.method == *method);
    let Some(route) = route else {
        let methods: Vec<_> = found.value.iter().map(|route| route.method.as_str()).collect();
        let detail = format!("the legacy API has this route with {} only", methods.join(", "));
        return Err(Refusal::not_found(detail));
    };
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text);
        decoded.decode_utf8().map(|text| text.into_owned()).unwrap_or_default()
    };
    let arguments = found.params.iter();
    let arguments = arguments.map(|(name, value)| (name.to_owned(), decode(value))).collect();
    Ok((route, arguments))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_route_is_found_by_its_path() {
        let mut seen = HashSet::new();
        for route in ROUTES {
            assert!(seen.insert((route.method.as_str(), route.path)), "{route:?} is there twice");
            let path = route.path.replace(['{', '}'], "");
            let (found, arguments) = find(&route.method, &path).unwrap_or_else(|refusal| {
                panic!("{route:?}: {refusal}");
            });
            assert_eq!((&found.method, found.path), (&route.method, route.path));
            assert_eq!(arguments.len(), route.path.matches('{').count(), "{route:?}");
        }
    }

    #[test]
    fn every_operation_exists() {
        use frameio_api::Catalog;
        for route in ROUTES {
            for id in route.v4 {
                assert!(frameio_core::Operation::find(id).is_some(), "{route:?}: {id}");
            }
            let is_answered = !matches!(
                route.class,
                RouteClass::Gone | RouteClass::NeverExisted | RouteClass::NotConcerned
            );
            assert!(!is_answered || !route.v4.is_empty(), "{route:?} names no operation");
        }
    }

    #[test]
    fn unknown_routes_are_404() {
        for (method, path) in
            [(Method::GET, "/v2/nothing"), (Method::PATCH, "/v2/me"), (Method::GET, "")]
        {
            assert_eq!(find(&method, path).unwrap_err().status, 404);
        }
        assert!(find(&Method::HEAD, "/v2/me").is_ok());
    }
}
