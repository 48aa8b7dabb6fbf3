//! What a request is for, by its method and path.

use std::sync::LazyLock;

use frameio_api::Catalog as _;
use frameio_core::Operation;
use http::Method;
use percent_encoding::percent_decode_str;

use crate::ims::Endpoint;
use crate::resources::{self, Simulated};
use crate::{Sim, media};

/// The arguments of a path, by the names in its template.
pub(crate) type Args = Vec<(&'static str, String)>;

/// What a request is for.
#[derive(Debug)]
pub(crate) enum Target {
    /// An operation of the API.
    Operation(&'static Route, Args),
    /// A part of an upload, from 1.
    Part { id: String, number: usize },
    /// The bytes of a file.
    Download { id: String },
    /// A request to Adobe IMS.
    Ims(Endpoint),
    /// Nothing that there is.
    Nothing,
}

impl Target {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if let Some((id, number)) =
            path.strip_prefix(media::UPLOADS).and_then(|p| p.split_once('/'))
        {
            return number
                .parse()
                .map_or(Self::Nothing, |number| Self::Part { id: id.to_owned(), number });
        }
        if let Some((id, _)) = path.strip_prefix(media::DOWNLOADS).and_then(|p| p.split_once('/')) {
            return Self::Download { id: id.to_owned() };
        }
        if let Some(endpoint) = Endpoint::of(path) {
            return Self::Ims(endpoint);
        }
        let segments: Vec<&str> = path.split('/').collect();
        let mut routes = ROUTES.iter();
        routes
            .find_map(|route| Some(Self::Operation(route, route.matches(method, &segments)?)))
            .unwrap_or(Self::Nothing)
    }

    /// The id that faults and records name the target by.
    pub(crate) fn id(&self) -> Option<&'static str> {
        match self {
            Self::Operation(route, _) => Some(route.operation.id),
            Self::Part { .. } => Some(Sim::UPLOAD_PART),
            Self::Download { .. } => Some(Sim::DOWNLOAD),
            Self::Ims(endpoint) => endpoint.id(),
            Self::Nothing => None,
        }
    }
}

/// An operation with where it is found and what it does.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) simulated: &'static Simulated,
    segments: Vec<&'static str>,
}

/// The operations that `frameio-api` declares and the simulator knows.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let route = |operation: &'static Operation| {
        let simulated = resources::all().find(|simulated| simulated.id == operation.id)?;
        Some(Route { operation, simulated, segments: operation.path.split('/').collect() })
    };
    Operation::all().filter_map(route).collect()
});

impl Route {
    fn matches(&self, method: &Method, segments: &[&str]) -> Option<Args> {
        if self.operation.method != *method || self.segments.len() != segments.len() {
            return None;
        }
        let mut args = Args::new();
        for (template, segment) in self.segments.iter().zip(segments) {
            match template.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => {
                    args.push((name, percent_decode_str(segment).decode_utf8_lossy().into()));
                }
                None if template == segment => {}
                _ => return None,
            }
        }
        Some(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_simulated_operation_has_a_route() {
        let routed: Vec<&str> = ROUTES.iter().map(|route| route.operation.id).collect();
        for simulated in resources::all() {
            assert!(routed.contains(&simulated.id), "{}", simulated.id);
        }
        assert_eq!(routed.len(), resources::all().count());
    }

    #[test]
    fn a_path_names_an_operation_and_its_arguments() {
        let of = |method, path| Target::of(&method, path);
        let Target::Operation(route, args) =
            of(Method::GET, "/v4/accounts/adobe%3Aa%2Fb/files/f%7C2/status")
        else {
            panic!("no operation");
        };
        assert_eq!(route.operation.id, "files.show_file_upload_status");
        assert_eq!(args, [("account_id", "adobe:a/b".to_owned()), ("file_id", "f|2".to_owned())]);
        for (method, path) in [
            (Method::PUT, "/v4/me"),
            (Method::GET, "/v4/me/"),
            (Method::GET, "/v4/accounts//workspaces"),
            (Method::GET, "/sim-uploads/x/y"),
        ] {
            assert!(matches!(of(method, path), Target::Nothing), "{path}");
        }
        assert_eq!(of(Method::PUT, "/sim-uploads/x/1").id(), Some(Sim::UPLOAD_PART));
        assert_eq!(of(Method::GET, "/sim-media/x/original").id(), Some(Sim::DOWNLOAD));
    }
}
