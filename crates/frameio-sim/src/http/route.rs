//! Routes: the target of a request by its method and path.

use std::collections::HashMap;
use std::sync::LazyLock;

use frameio_core::Operation;
use http::Method;
use percent_encoding::percent_decode_str;

use crate::contract::{self, Spec};
use crate::ims::Endpoint;
use crate::operation_ids::{DOWNLOAD, UPLOAD_PART};
use crate::operations::{self, OperationHandler};
use crate::storage::{DOWNLOADS, UPLOADS};

/// Arguments of a path, by their names in the template.
pub(crate) type Args = Vec<(&'static str, String)>;

/// Target of a request.
#[derive(Debug)]
pub(crate) enum Target {
    /// Operation of the API.
    Operation(&'static Route, Args),
    /// Part of an upload; numbers start at 1.
    Part { id: String, number: usize },
    /// Content of a file.
    Download { id: String },
    /// Endpoint of Adobe IMS, or `None` for an unknown path.
    Ims(Option<Endpoint>),
    /// Unknown route.
    Unknown,
}

impl Target {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if let Some((id, number)) = path.strip_prefix(UPLOADS).and_then(|p| p.split_once('/')) {
            return number
                .parse()
                .map_or(Self::Unknown, |number| Self::Part { id: id.to_owned(), number });
        }
        if let Some((id, _)) = path.strip_prefix(DOWNLOADS).and_then(|p| p.split_once('/')) {
            return Self::Download { id: id.to_owned() };
        }
        if path.starts_with("/ims/") {
            return Self::Ims(Endpoint::of(path));
        }
        Route::find(method, path)
            .map_or(Self::Unknown, |(route, args)| Self::Operation(route, args))
    }

    /// Returns the id of the target in faults and records.
    pub(crate) fn id(&self) -> Option<&'static str> {
        match self {
            Self::Operation(route, _) => Some(route.operation.id),
            Self::Part { .. } => Some(UPLOAD_PART),
            Self::Download { .. } => Some(DOWNLOAD),
            Self::Ims(endpoint) => endpoint.map(Endpoint::id),
            Self::Unknown => None,
        }
    }
}

/// Operation with its specification and handler.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static Operation,
    pub(crate) spec: &'static Spec,
    pub(crate) handler: &'static OperationHandler,
}

/// Routes of one method.
type Routes = matchit::Router<Route>;

impl Route {
    fn find(method: &Method, path: &str) -> Option<(&'static Self, Args)> {
        static ROUTES: LazyLock<HashMap<Method, Routes>> = LazyLock::new(routes);
        let found = ROUTES.get(method)?.at(path).ok()?;
        let decode = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
        let args: Args = found.params.iter().map(|(name, value)| (name, decode(value))).collect();
        args.iter().all(|(_, value)| !value.is_empty()).then_some((found.value, args))
    }
}

/// Returns the routes of all operations of the contract.
fn routes() -> HashMap<Method, Routes> {
    let mut routes: HashMap<Method, Routes> = HashMap::new();
    for spec in contract::specs() {
        let operation = &spec.operation;
        let handler = operations::all().find(|handler| handler.id == operation.id);
        let Some(handler) = handler else { panic!("{} has no handler", operation.id) };
        let route = Route { operation, spec, handler };
        let added =
            routes.entry(operation.method.clone()).or_default().insert(operation.path, route);
        assert!(added.is_ok(), "{}: {added:?}", operation.id);
    }
    routes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the id of the operation that a request targets.
    fn id(method: Method, path: &str) -> Option<&'static str> {
        Target::of(&method, path).id()
    }

    #[test]
    fn every_operation_has_a_route() {
        for Spec { operation, .. } in contract::specs() {
            let path = operation.path.replace(['{', '}'], "");
            assert_eq!(id(operation.method.clone(), &path), Some(operation.id));
        }
    }

    #[test]
    fn a_literal_segment_takes_precedence_over_an_argument() {
        let files = "/v4/accounts/a/files";
        for (method, path, operation) in [
            (Method::POST, format!("{files}/copy"), "files.bulk_copy"),
            (Method::PATCH, format!("{files}/move"), "files.bulk_move"),
            (Method::POST, format!("{files}/copy/copy"), "files.copy"),
            (Method::PATCH, format!("{files}/copy"), "files.update"),
            (Method::GET, format!("{files}/copy"), "files.show"),
            (Method::GET, format!("{files}/move/status"), "files.show_file_upload_status"),
        ] {
            assert_eq!(id(method, &path), Some(operation), "{path}");
        }
    }

    #[test]
    fn a_path_selects_an_operation_and_its_arguments() {
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
            assert!(matches!(of(method, path), Target::Unknown), "{path}");
        }
        assert_eq!(id(Method::PUT, "/sim-uploads/x/1"), Some(UPLOAD_PART));
        assert_eq!(id(Method::GET, "/sim-media/x/original"), Some(DOWNLOAD));
    }
}
