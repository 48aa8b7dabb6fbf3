//! Calls of each `GET` that an account allows.

use std::collections::{BTreeMap, HashMap, HashSet};

use frameio_api::Catalog;
use frameio_client::{Client, ErrorKind};
use frameio_core::dynamic::ParameterLocation;
use frameio_core::{CallOptions, Operation};
use frameio_openapi::{ParameterPlace, Schema};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::error::{Cause, VerifyError};
use crate::judge::contract;
use crate::observed::{Expected, Observed};
use crate::pool::Pool;

/// Passes over all operations. Each finds ids for the next one.
const MAX_ROUNDS: usize = 8;
/// Calls in a row without a response, after which the crawl ends.
const MAX_FAILURES: usize = 3;
/// Folders are searched more thoroughly, because everything else is in them.
const FOLDER_FACTOR: usize = 4;

/// Settings of a crawl.
#[derive(Clone, Debug)]
#[must_use]
pub struct CrawlOptions {
    account: Option<String>,
    samples: usize,
    max_calls: usize,
    is_experimental: bool,
}

impl CrawlOptions {
    /// Creates settings with the defaults.
    pub const fn new() -> Self {
        Self { account: None, samples: 3, max_calls: 400, is_experimental: false }
    }

    /// Sets the account. Default: the first one.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets the number of resources for which each operation is called. Default: 3, and 12 folders.
    pub const fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// Sets the maximum number of calls. Default: 400.
    pub const fn max_calls(mut self, calls: usize) -> Self {
        self.max_calls = calls;
        self
    }

    /// Includes the operations that need `api-version: experimental`. Default: no.
    pub const fn experimental(mut self, included: bool) -> Self {
        self.is_experimental = included;
        self
    }
}

impl Default for CrawlOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A crawl while it runs.
pub(crate) struct Crawl<'c> {
    client: &'c Client,
    options: &'c CrawlOptions,
    account: String,
    pool: Pool,
    called: HashSet<(&'static str, String)>,
    counts: HashMap<&'static str, usize>,
    failures: usize,
    pub(crate) calls: usize,
    pub(crate) observed: Vec<Observed>,
    /// Operations without a call, and the reasons.
    pub(crate) skipped: BTreeMap<&'static str, String>,
}

impl<'c> Crawl<'c> {
    pub(crate) fn new(client: &'c Client, options: &'c CrawlOptions) -> Self {
        Self {
            client,
            options,
            account: options.account.clone().unwrap_or_default(),
            pool: Pool::default(),
            called: HashSet::new(),
            counts: HashMap::new(),
            failures: 0,
            calls: 0,
            observed: Vec::new(),
            skipped: BTreeMap::new(),
        }
    }

    /// Calls all operations.
    pub(crate) async fn run(&mut self) -> Result<(), VerifyError> {
        for id in ["users.show", "accounts.index"] {
            if let Some(operation) = Operation::find(id) {
                self.variants(operation, None).await?;
            }
        }
        if self.account.is_empty() {
            let first = self.pool.ids("account_id").first();
            self.account = first.cloned().ok_or(Cause::NoAccount)?;
        }
        let operations: Vec<_> = Operation::all().filter(|it| self.includes(it)).collect();
        for _ in 0..MAX_ROUNDS {
            let before = self.calls;
            for operation in &operations {
                self.samples(operation).await?;
            }
            if self.calls == before {
                break;
            }
        }
        self.missing_file().await?;
        self.collection_folders().await?;
        let observed = &self.observed;
        self.skipped
            .retain(|id, _| !observed.iter().any(|it| it.operation.id == *id && it.is_success()));
        for operation in operations {
            if !self.counts.contains_key(operation.id) && !self.skipped.contains_key(operation.id) {
                self.skipped.insert(operation.id, reason(operation, self.is_full()));
            }
        }
        Ok(())
    }

    fn includes(&self, operation: &Operation) -> bool {
        let is_experimental = operation.api_version == Some("experimental");
        operation.method == Method::GET && (self.options.is_experimental || !is_experimental)
    }

    fn is_full(&self) -> bool {
        self.calls >= self.options.max_calls
    }

    /// Calls an operation for ids that have not been used.
    async fn samples(&mut self, operation: &'static Operation) -> Result<(), VerifyError> {
        let Some(parameter) = free_parameter(operation) else {
            return self.variants(operation, None).await;
        };
        let is_folder = parameter == "folder_id" || operation.id == "comments.index";
        let factor = if is_folder { FOLDER_FACTOR } else { 1 };
        for id in self.pool.ids(parameter).to_vec() {
            if self.counts.get(operation.id).copied().unwrap_or_default()
                >= self.options.samples.saturating_mul(factor)
            {
                break;
            }
            self.variants(operation, Some((parameter, &id))).await?;
        }
        Ok(())
    }

    /// Calls an operation for one resource: plain, and the first time with everything that it can
    /// include and with pages of one item.
    async fn variants(
        &mut self,
        operation: &'static Operation,
        id: Option<(&'static str, &str)>,
    ) -> Result<(), VerifyError> {
        let key = id.map(|(_, id)| id.to_owned()).unwrap_or_default();
        if self.is_full() || !self.called.insert((operation.id, key)) {
            return Ok(());
        }
        let mut input = Map::new();
        if operation.path.contains("{account_id}") {
            input.insert("account_id".to_owned(), self.account.as_str().into());
        }
        if let Some((parameter, id)) = id {
            input.insert(parameter.to_owned(), id.into());
        }
        let is_first = *self.counts.entry(operation.id).and_modify(|it| *it += 1).or_insert(1) == 1;
        self.call(operation, &input, Expected::Success).await?;
        let parameters = operation.schema().parameters;
        let takes = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
        let mut variants = Vec::new();
        if takes("timestamp_as_timecode") {
            variants.push(json!({"timestamp_as_timecode": true}));
        }
        if is_first {
            if let Some(values) = includes(operation) {
                // Both a list and a single value can be a text.
                variants.push(json!({"include": values.join(",")}));
            }
            if takes("page_size") {
                variants.push(json!({"page_size": 1, "include_total_count": true}));
            }
            if takes("show_null") {
                variants.push(json!({"show_null": true}));
            }
        }
        for variant in variants {
            let mut input = input.clone();
            input.extend(variant.as_object().cloned().unwrap_or_default());
            self.call(operation, &input, Expected::Success).await?;
        }
        Ok(())
    }

    /// Asks for a file that does not exist, to see an error.
    async fn missing_file(&mut self) -> Result<(), VerifyError> {
        let Some(operation) = Operation::find("files.show") else { return Ok(()) };
        let id = uuid::Uuid::new_v4().to_string();
        let input = json!({"account_id": self.account, "file_id": id});
        let input = input.as_object().cloned().unwrap_or_default();
        self.call(operation, &input, Expected::NotFound).await
    }

    /// Lists the folders of collections, whose content is undocumented.
    async fn collection_folders(&mut self) -> Result<(), VerifyError> {
        let Some(operation) = Operation::find("folders.index") else { return Ok(()) };
        let roots = self.pool.collection_roots.clone();
        for root in roots.iter().take(self.options.samples) {
            let input = json!({"account_id": self.account, "folder_id": root});
            let input = input.as_object().cloned().unwrap_or_default();
            self.call(operation, &input, Expected::Documented).await?;
        }
        Ok(())
    }

    /// Sends a request and keeps its response.
    async fn call(
        &mut self,
        operation: &'static Operation,
        input: &Map<String, Value>,
        expected: Expected,
    ) -> Result<(), VerifyError> {
        if self.is_full() {
            return Ok(());
        }
        self.calls += 1;
        match observe(self.client, operation, input, expected).await? {
            Ok(observed) => {
                self.failures = 0;
                if observed.status == StatusCode::UNAUTHORIZED {
                    return Err(Cause::SignedOut.into());
                }
                let reason = match observed.status {
                    StatusCode::FORBIDDEN => Some("permission denied"),
                    StatusCode::TOO_MANY_REQUESTS => Some("the quota is exhausted"),
                    _ => None,
                };
                if let Some(reason) = reason {
                    self.skipped.entry(operation.id).or_insert_with(|| reason.to_owned());
                }
                self.pool.harvest(&observed);
                self.observed.push(observed);
            }
            Err(reason) => {
                self.failures += 1;
                self.skipped.entry(operation.id).or_insert(reason);
                if self.failures >= MAX_FAILURES {
                    return Err(Cause::NoResponse.into());
                }
            }
        }
        Ok(())
    }
}

/// Sends a request. The inner error is the reason why there is no response.
pub(crate) async fn observe(
    client: &Client,
    operation: &'static Operation,
    input: &Map<String, Value>,
    expected: Expected,
) -> Result<Result<Observed, String>, VerifyError> {
    let Ok(request) = operation.request(input, &CallOptions::new()) else {
        return Ok(Err("needs parameters that are unknown".to_owned()));
    };
    let target = request.uri().to_string();
    match client.request(request).await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            Ok(Ok(Observed {
                operation,
                target,
                expected,
                status: parts.status,
                headers: parts.headers,
                body: Observed::body_of(body),
                is_scrubbed: false,
            }))
        }
        Err(error) if error.kind() == ErrorKind::Auth => Err(Cause::Client(error).into()),
        Err(error) => Ok(Err(format!("no response ({:?})", error.kind()))),
    }
}

/// Returns the parameter of a route that takes an id other than that of the account.
fn free_parameter(operation: &'static Operation) -> Option<&'static str> {
    let parameters = operation.schema().parameters.iter();
    let mut free = parameters
        .filter(|it| it.location == ParameterLocation::Path && it.name != "account_id")
        .map(|it| it.name);
    free.next()
}

/// Returns the values of `include` in the contract.
fn includes(operation: &Operation) -> Option<Vec<&'static str>> {
    let contract = contract(operation)?;
    let parameter = contract.parameters(ParameterPlace::Query).find(|it| it.name() == "include")?;
    let schema = parameter.schema();
    let of_items = |schema: Schema<'static>| schema.items().and_then(Schema::values);
    let direct = of_items(schema).or_else(|| schema.values());
    direct.or_else(|| {
        let members = schema.members()?;
        members.into_iter().find_map(|member| of_items(member).or_else(|| member.values()))
    })
}

fn reason(operation: &'static Operation, is_full: bool) -> String {
    match free_parameter(operation) {
        _ if is_full => "the limit of calls was reached".to_owned(),
        Some(parameter) => format!("no {parameter} was found"),
        None => "not called".to_owned(),
    }
}
