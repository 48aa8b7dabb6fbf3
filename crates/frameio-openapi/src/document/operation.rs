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

    /// Returns the documented quota: that of `x-rate-limit`, or of a sentence such as "Rate Limits:
    /// 100 calls per 1.00 minute(s) per account_user" in the description.
    pub fn quota(self) -> Option<Quota> {
        match &self.node.rate_limit {
            Some(limit) => {
                let (calls, per_seconds, scope) = (limit.calls, limit.per_seconds, limit.scope);
                Some(Quota { calls, per_seconds, scope })
            }
            None => quota_of(&self.node.description),
        }
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

    /// Returns the statuses of all responses, errors included.
    pub fn statuses(self) -> impl Iterator<Item = u16> {
        self.node.responses.keys().filter_map(|status| status.parse().ok())
    }

    /// Returns the JSON bodies of successful responses, by status.
    pub fn responses(self) -> impl Iterator<Item = (u16, Schema<'d>)> {
        self.all_responses().filter(|(status, _)| (200..300).contains(status))
    }

    /// Returns the JSON bodies of all responses, errors included, by status.
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

/// Reads the sentence of a description that states the quota.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_read_from_a_description() {
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
