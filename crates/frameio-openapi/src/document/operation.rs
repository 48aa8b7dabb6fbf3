//! Operations, with what they take and return.

use super::Document;
use super::node::{OperationNode, ParameterNode, ParameterPlace, QuotaScope, SchemaNode};
use super::schema::Schema;

/// The value of the header `api-version` that experimental operations need.
const EXPERIMENTAL: &str = "experimental";

/// Operation of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub struct Operation<'d> {
    pub(crate) document: &'d Document,
    pub(crate) method: &'static str,
    pub(crate) path: &'d str,
    pub(crate) node: &'d OperationNode,
}

/// Quota of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quota {
    /// Number of calls in each window.
    pub calls: u32,
    /// Length of the window.
    pub per_seconds: f64,
    /// Callers that share the quota.
    pub scope: QuotaScope,
}

impl<'d> Operation<'d> {
    /// Returns the document that lists this operation.
    pub const fn document(self) -> &'d Document {
        self.document
    }

    /// Returns the documented name, such as `files.show`.
    pub fn id(self) -> Option<&'d str> {
        self.node.operation_id.as_deref()
    }

    /// Returns the HTTP method in upper case.
    pub const fn method(self) -> &'static str {
        self.method
    }

    /// Returns the template of the path.
    pub const fn path(self) -> &'d str {
        self.path
    }

    /// Whether the service advises against this operation.
    pub const fn is_deprecated(self) -> bool {
        self.node.deprecated
    }

    /// Returns the documented quota.
    pub fn quota(self) -> Option<Quota> {
        let limit = self.node.rate_limit.as_ref()?;
        let (calls, per_seconds, scope) = (limit.calls, limit.per_seconds, limit.scope);
        Some(Quota { calls, per_seconds, scope })
    }

    /// Returns the parameters of one place, in the order of the document.
    pub fn parameters(self, place: ParameterPlace) -> impl Iterator<Item = Parameter<'d>> {
        let resolve = move |node: &'d ParameterNode| {
            let found = node.reference.as_deref().and_then(|it| self.document.parameter(it));
            Parameter { document: self.document, node: found.unwrap_or(node) }
        };
        let parameters = self.node.parameters.iter().map(resolve);
        parameters.filter(move |parameter| parameter.node.place == place)
    }

    /// Returns the value of the header `api-version` that the operation needs.
    pub fn api_version(self) -> Option<&'d str> {
        let mut headers = self.parameters(ParameterPlace::Header);
        let version = headers.find(|header| header.name() == "api-version");
        let version = version.and_then(|header| header.schema().values()?.first().copied());
        version.or(self.document.is_experimental().then_some(EXPERIMENTAL))
    }

    /// Returns the JSON body that the operation takes.
    pub fn request_body(self) -> Option<RequestBody<'d>> {
        let body = self.node.request_body.as_ref()?;
        let schema = self.schema(&body.content.get("application/json")?.schema);
        Some(RequestBody { is_required: body.required, schema })
    }

    /// Returns the JSON bodies of successful responses, by status.
    pub fn responses(self) -> impl Iterator<Item = (u16, Schema<'d>)> {
        let responses = self.node.responses.iter();
        responses.filter_map(move |(status, response)| {
            let status = status.parse().ok().filter(|status| (200..300).contains(status))?;
            Some((status, self.schema(&response.content.get("application/json")?.schema)))
        })
    }

    fn schema(self, node: &'d SchemaNode) -> Schema<'d> {
        Schema::new(self.document, node)
    }
}

/// Parameter of an [`Operation`].
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'d> {
    document: &'d Document,
    node: &'d ParameterNode,
}

impl<'d> Parameter<'d> {
    /// Returns the name.
    pub fn name(self) -> &'d str {
        &self.node.name
    }

    /// Whether the parameter has to be given.
    pub const fn is_required(self) -> bool {
        self.node.required
    }

    /// Returns the schema of the value.
    pub fn schema(self) -> Schema<'d> {
        Schema::new(self.document, &self.node.schema)
    }
}

/// JSON body of a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestBody<'d> {
    /// Whether the body has to be sent.
    pub is_required: bool,
    /// Schema of the whole body, its envelope included.
    pub schema: Schema<'d>,
}
