//! Operations, with their parameters, bodies and responses.

use super::Document;
use super::node::{OperationNode, ParameterNode, ParameterPlace, QuotaScope, SchemaNode};
use super::schema::Schema;

/// Value of the header `api-version` that experimental operations require.
const EXPERIMENTAL: &str = "experimental";

/// An operation of a [`Document`].
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
    /// Length of the window, in seconds.
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

    /// Returns the template of the path, such as `/v4/accounts/{account_id}`.
    pub const fn path(self) -> &'d str {
        self.path
    }

    /// Returns whether the operation is deprecated.
    pub const fn is_deprecated(self) -> bool {
        self.node.deprecated
    }

    /// Returns the documented quota.
    ///
    /// It is in the field `x-rate-limit`, or in a sentence of the description, such as "Rate
    /// Limits: 100 calls per 1.00 minute(s) per account_user".
    pub fn quota(self) -> Option<Quota> {
        match &self.node.rate_limit {
            Some(limit) => {
                let (calls, per_seconds, scope) = (limit.calls, limit.per_seconds, limit.scope);
                Some(Quota { calls, per_seconds, scope })
            }
            None => quota_of(&self.node.description),
        }
    }

    /// Returns the parameters of a part of the request, in the order of the document.
    pub fn parameters(self, place: ParameterPlace) -> impl Iterator<Item = Parameter<'d>> {
        let resolve = move |node: &'d ParameterNode| {
            let found = node.reference.as_deref().and_then(|it| self.document.parameter(it));
            Parameter { document: self.document, node: found.unwrap_or(node) }
        };
        let parameters = self.node.parameters.iter().map(resolve);
        parameters.filter(move |parameter| parameter.node.place == place)
    }

    /// Returns the value of the header `api-version` that the operation requires.
    pub fn api_version(self) -> Option<&'d str> {
        let mut headers = self.parameters(ParameterPlace::Header);
        let version = headers.find(|header| header.name() == "api-version");
        let version = version.and_then(|header| header.schema().values()?.first().copied());
        version.or(self.document.is_experimental().then_some(EXPERIMENTAL))
    }

    /// Returns the JSON body of the request.
    pub fn request_body(self) -> Option<RequestBody<'d>> {
        let body = self.node.request_body.as_ref()?;
        let schema = self.schema(&body.content.get("application/json")?.schema);
        Some(RequestBody { is_required: body.required, schema })
    }

    /// Returns the statuses of all responses, including errors.
    pub fn statuses(self) -> impl Iterator<Item = u16> {
        self.node.responses.keys().filter_map(|status| status.parse().ok())
    }

    /// Returns the JSON bodies of successful responses, by status.
    pub fn responses(self) -> impl Iterator<Item = (u16, Schema<'d>)> {
        self.all_responses().filter(|(status, _)| (200..300).contains(status))
    }

    /// Returns the JSON bodies of all responses, including errors, by status.
    pub fn all_responses(self) -> impl Iterator<Item = (u16, Schema<'d>)> {
        let responses = self.node.responses.iter();
        responses.filter_map(move |(status, response)| {
            let schema = self.schema(&response.content.get("application/json")?.schema);
            Some((status.parse().ok()?, schema))
        })
    }

    fn schema(self, node: &'d SchemaNode) -> Schema<'d> {
        Schema::new(self.document, node)
    }
}

/// Parses the sentence of a description that states the quota.
fn quota_of(description: &str) -> Option<Quota> {
    let (_, limits) = description.split_once("Rate Limits:")?;
    let mut words = limits.split_whitespace();
    let calls = words.next()?.parse().ok()?;
    let mut words = words.skip_while(|word| *word != "per").skip(1);
    let number: f64 = words.next()?.parse().ok()?;
    let seconds = match words.next()? {
        unit if unit.starts_with("second") => 1.0,
        unit if unit.starts_with("minute") => 60.0,
        _ => return None,
    };
    let scope = match words.nth(1)?.trim_matches(|char: char| !char.is_alphanumeric()) {
        "account" => QuotaScope::Account,
        _ => QuotaScope::AccountUser,
    };
    Some(Quota { calls, per_seconds: number * seconds, scope })
}

/// A parameter of an [`Operation`].
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

    /// Returns whether the parameter is required.
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
    /// Whether the body is required.
    pub is_required: bool,
    /// Schema of the whole body, including its envelope.
    pub schema: Schema<'d>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_quotas_in_descriptions() {
        let quota = |text: &str| quota_of(text).map(|it| (it.calls, it.per_seconds, it.scope));
        let text = "Shows a file. <br/>Rate Limits: 5 calls per 1 second(s) per account_user";
        assert_eq!(quota(text), Some((5, 1.0, QuotaScope::AccountUser)));
        let text = "Rate Limits: 10 calls per 1.00 minute(s) per account.";
        assert_eq!(quota(text), Some((10, 60.0, QuotaScope::Account)));
        for text in
            ["", "Rate Limits:", "Rate Limits: many", "Rate Limits: 5 calls per 1 fortnight"]
        {
            assert_eq!(quota(text), None, "{text}");
        }
    }
}
