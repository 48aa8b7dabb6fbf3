//! The contract, and the shape of the responses of every operation.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use frameio_sim::Sim;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::api::Api;
use crate::examples::resolve;
use crate::schema::differences;
use crate::{
    audit_logs, collections, comments, custom_actions, files, folders, groups, metadata,
    metadata_fields, permissions, projects, search, session_watermark_templates, shares,
    version_stacks, webhooks, workspaces,
};

static DOCUMENTS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [frameio_openapi::STABLE, frameio_openapi::EXPERIMENTAL]
        .map(|json| serde_json::from_str(json).unwrap())
});

/// Operation of the contract.
pub(crate) struct Contract {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Document of the operation, in which references are resolved.
    pub(crate) document: &'static Value,
    pub(crate) operation: &'static Value,
}

impl Contract {
    /// Returns all operations of both documents.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        DOCUMENTS.iter().flat_map(|document| {
            document["paths"].as_object().unwrap().iter().flat_map(move |(path, methods)| {
                methods.as_object().unwrap().iter().map(move |(method, operation)| Self {
                    id: operation["operationId"].as_str().unwrap(),
                    method: method.to_uppercase().parse().unwrap(),
                    path,
                    document,
                    operation,
                })
            })
        })
    }

    /// Returns the operation of a request.
    pub(crate) fn find(method: &Method, path: &str) -> Option<Self> {
        let fits = |template: &str| {
            template.split('/').count() == path.split('/').count()
                && template
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(t, p)| t == p || (t.starts_with('{') && !p.is_empty()))
        };
        // A path with fewer arguments takes precedence.
        Self::all()
            .filter(|contract| contract.method == *method && fits(contract.path))
            .min_by_key(|contract| contract.path.matches('{').count())
    }

    /// Returns the parameters in `place`.
    pub(crate) fn parameters(&self, place: &str) -> impl Iterator<Item = &'static Value> {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters.filter(move |parameter| parameter["in"] == place)
    }

    /// Returns the value of `api-version` that the operation requires.
    pub(crate) fn version(&self) -> Option<&'static str> {
        let needed = self.parameters("header").find(|parameter| parameter["required"] == true)?;
        needed["schema"]["const"].as_str()
    }

    /// Returns the known values of a parameter.
    pub(crate) fn values(&self, parameter: &'static Value) -> Vec<&'static str> {
        let mut schema = resolve(self, &parameter["schema"]);
        if schema["type"] == "array" {
            schema = resolve(self, &schema["items"]);
        }
        // Documented values that the contract leaves open.
        match (self.id, parameter["name"].as_str()) {
            ("collections.index" | "collections.show", Some("include")) => {
                vec!["creator", "project"]
            }
            ("folders.index", Some("type")) => vec!["file", "folder", "version_stack"],
            (_, Some("type")) => vec!["group", "project", "workspace"],
            _ => schema["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect(),
        }
    }

    /// Returns the kinds of search matches.
    pub(crate) fn kinds_of_match() -> BTreeSet<&'static str> {
        let schemas = &DOCUMENTS[0]["components"]["schemas"];
        let kind = |member: &'static Value| {
            let name = member["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            schemas[name]["properties"]["type"]["const"].as_str().unwrap()
        };
        let members = schemas["SearchMatch"]["oneOf"].as_array().unwrap();
        members.iter().map(|member| kind(member).trim_end_matches("_match")).collect()
    }

    /// Returns the keys of a parameter in brackets.
    pub(crate) fn keys(&self, parameter: &'static Value) -> Vec<&'static str> {
        let schema = resolve(self, &parameter["schema"]);
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// Returns the schema of the body.
    pub(crate) fn body(&self) -> Option<&'static Value> {
        self.operation.pointer("/requestBody/content/application~1json/schema")
    }

    /// Panics if a response violates the contract.
    #[track_caller]
    pub(crate) fn check(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        let (id, responses) = (self.id, &self.operation["responses"]);
        let response = match status {
            // The experimental document lacks this status.
            StatusCode::TOO_MANY_REQUESTS if responses["429"].is_null() => &responses["422"],
            status => &responses[status.as_str()],
        };
        assert!(response.is_object(), "{id} has no response {status}");
        let schema = &response["content"]["application/json"]["schema"];
        if schema.is_null() {
            assert!(body.is_empty(), "{id}: {status} has a body");
        } else {
            let body: Value = serde_json::from_slice(body).unwrap();
            let found = differences(self.document, schema, &body);
            assert!(found.is_empty(), "{id} {status}: {found:#?}\n{body:#}");
        }
        for (name, _) in response["headers"].as_object().into_iter().flatten() {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let number = value.and_then(|value| value.parse::<u64>().ok());
            assert!(number.is_some(), "{id}: {status} without {name}");
        }
    }
}

/// Runs the scenario of each mutable resource.
pub(crate) async fn changes(api: &Api) {
    workspaces::scenario(api).await;
    projects::scenario(api).await;
    folders::scenario(api).await;
    files::scenario(api).await;
    version_stacks::scenario(api).await;
    comments::scenario(api).await;
    permissions::scenario(api).await;
    groups::scenario(api).await;
    webhooks::scenario(api).await;
    custom_actions::scenario(api).await;
    metadata_fields::scenario(api).await;
    metadata::scenario(api).await;
    collections::scenario(api).await;
    shares::scenario(api).await;
    session_watermark_templates::scenario(api).await;
}

/// Runs the scenarios of all resources, which together succeed with all operations.
#[tokio::test(start_paused = true)]
async fn every_operation_responds_in_the_shape_of_the_contract() {
    let api = Api::new();
    changes(&api).await;
    audit_logs::scenario(&api).await;
    search::scenario(&api).await;

    let all: BTreeSet<&str> = Sim::operations().map(|operation| operation.id).collect();
    let left: Vec<_> = all.difference(&*api.succeeded()).copied().collect();
    assert!(left.is_empty(), "no scenario succeeds with {left:#?}");
}
