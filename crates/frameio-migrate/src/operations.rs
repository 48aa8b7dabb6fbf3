//! V4 operations that replace legacy calls, in the forms of three clients.

use frameio_core::{Endpoint, Operation};
use serde::Serialize;

/// V4 operation that replaces a legacy call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replacement {
    /// Id of the operation, `files.show`.
    pub id: &'static str,
    /// Method and route, `GET /v4/accounts/{account_id}/files/{file_id}`.
    pub route: String,
    /// Type of this SDK, `frameio::files::ShowFile`.
    pub rust: &'static str,
    /// Call of the official Python SDK, `client.files.show(account_id, file_id)`.
    pub python: String,
    /// Command line of curl; values to replace are in braces.
    pub curl: String,
}

macro_rules! operations {
    ($($($part:ident)::+),* $(,)?) => {
        /// Operations that the table of patterns refers to.
        const OPERATIONS: &[(&Operation, &str)] = &[$((
            <frameio_api::$($part)::+ as Endpoint>::OPERATION,
            concat!("frameio" $(, "::", stringify!($part))+),
        )),*];
    };
}

include!("operation_types.rs");

/// Returns the replacement with an id. It panics for an id that the list lacks.
pub(crate) fn replacement(id: &str) -> Replacement {
    let found = OPERATIONS.iter().find(|(operation, _)| operation.id == id);
    let (operation, rust) = found.unwrap_or_else(|| panic!("the operation '{id}' is not listed"));
    let (method, path) = (&operation.method, operation.path);
    let arguments: Vec<_> = path
        .split(['{', '}'])
        .enumerate()
        .filter_map(|(index, part)| (index % 2 == 1).then_some(part))
        .collect();
    let method_option = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let body = if matches!(method.as_str(), "POST" | "PATCH" | "PUT") {
        " -H 'content-type: application/json' -d '{\"data\": {}}'"
    } else {
        ""
    };
    Replacement {
        id: operation.id,
        route: format!("{method} {path}"),
        rust,
        python: format!("client.{id}({})", arguments.join(", ")),
        curl: format!(
            "curl {method_option}-H \"Authorization: Bearer $FRAMEIO_TOKEN\"{body} 'https://api.frame.io{path}'"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::patterns;

    #[test]
    fn every_operation_of_the_table_has_a_replacement() {
        for pattern in patterns() {
            for id in pattern.operations {
                assert_eq!(replacement(id).id, id);
            }
        }
    }

    #[test]
    fn shows_the_call_in_three_forms() {
        let show = replacement("files.show");
        assert_eq!(show.route, "GET /v4/accounts/{account_id}/files/{file_id}");
        assert_eq!(show.rust, "frameio::files::ShowFile");
        assert_eq!(show.python, "client.files.show(account_id, file_id)");
        assert_eq!(
            show.curl,
            "curl -H \"Authorization: Bearer $FRAMEIO_TOKEN\" \
             'https://api.frame.io/v4/accounts/{account_id}/files/{file_id}'"
        );
        let create = replacement("comments.create").curl;
        assert!(create.starts_with("curl -X POST ") && create.contains(" -d "), "{create}");
    }
}
