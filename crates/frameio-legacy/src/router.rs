//! Finding the route of a request.

use std::sync::LazyLock;

use http::Method;

use crate::refusal::Refusal;
use crate::route_table::ROUTES;
use crate::routes::{Route, RouteClass};
use crate::routing::Entry;

impl Route {
    /// Returns all routes, in the order of the table in `docs/migration.md`.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ROUTES.iter().map(|entry| &entry.route)
    }
}

type Router = matchit::Router<Vec<&'static Entry>>;

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let mut by_path: Vec<(&str, Vec<&'static Entry>)> = Vec::new();
    for entry in ROUTES {
        match by_path.iter_mut().find(|(path, _)| *path == entry.route.path) {
            Some((_, entries)) => entries.push(entry),
            None => by_path.push((entry.route.path, vec![entry])),
        }
    }
    let mut router = Router::new();
    for (path, entries) in by_path {
        // A test inserts all of them.
        let _ = router.insert(path, entries);
    }
    router
});

/// Names and values of the arguments of a path.
type Arguments = Vec<(String, String)>;

/// Finds the route of a request, with the arguments of its path.
pub(crate) fn find(method: &Method, path: &str) -> Result<(&'static Entry, Arguments), Refusal> {
    let Ok(found) = ROUTER.at(path) else {
        return Err(Refusal::not_found("the legacy API has no such route"));
    };
    // HEAD is a GET without a body.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let entries = found.value.iter();
    let existing: Vec<_> =
        entries.clone().filter(|it| it.route.class != RouteClass::NeverExisted).collect();
    // A path that never existed did not exist for any method, and its entry says what to use.
    let hint = found.value.first().filter(|_| existing.is_empty());
    let entry = entries.clone().find(|entry| entry.route.method == *method).or(hint);
    let Some(entry) = entry else {
        let methods: Vec<_> = existing.iter().map(|it| it.route.method.as_str()).collect();
        let detail = format!("the legacy API has this route with {} only", methods.join(", "));
        return Err(Refusal::not_found(detail));
    };
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text);
        decoded.decode_utf8().map(|text| text.into_owned()).unwrap_or_default()
    };
    let arguments = found.params.iter();
    let arguments = arguments.map(|(name, value)| (name.to_owned(), decode(value))).collect();
    Ok((entry, arguments))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_route_is_found_by_its_path() {
        let mut seen = HashSet::new();
        for Entry { route, .. } in ROUTES {
            assert!(seen.insert((route.method.as_str(), route.path)), "{route:?} is there twice");
            let path = route.path.replace(['{', '}'], "");
            let (found, arguments) = find(&route.method, &path).unwrap_or_else(|refusal| {
                panic!("{route:?}: {refusal}");
            });
            assert_eq!((&found.route.method, found.route.path), (&route.method, route.path));
            assert_eq!(arguments.len(), route.path.matches('{').count(), "{route:?}");
        }
    }

    #[test]
    fn every_operation_exists() {
        use frameio_api::Catalog;
        for Entry { route, .. } in ROUTES {
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
        let only = find(&Method::PATCH, "/v2/me").unwrap_err().to_string();
        assert!(only.ends_with("the legacy API has this route with GET only"), "{only}");
    }

    #[test]
    fn a_path_that_never_existed_has_no_method() {
        for (method, path) in [
            (Method::GET, "/v2/uploads"),
            (Method::POST, "/v2/projects/p/files"),
            (Method::DELETE, "/v2/projects/p/assets"),
        ] {
            let (entry, _) = find(&method, path).unwrap();
            assert_eq!(entry.route.class, RouteClass::NeverExisted, "{method} {path}");
        }
    }

    /// Notes become headers, which have no other characters.
    #[test]
    fn notes_are_plain() {
        for Entry { route, .. } in ROUTES {
            let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && byte != b'"';
            assert!(route.note.bytes().all(is_plain), "{route:?}: {}", route.note);
        }
    }
}
