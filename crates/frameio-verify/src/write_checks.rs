//! Checks that write, in a folder that is removed again.

use std::future::Future;

use frameio_api::Catalog;
use frameio_client::Client;
use frameio_core::Operation;
use serde_json::{Map, Value, json};

use crate::crawl::observe;
use crate::error::VerifyError;
use crate::observed::{Expected, Observed};
use crate::questions::{Finding, Question};

/// Sizes of uploads that are created, in bytes. Nothing is sent to them.
const SIZES: [u64; 4] = [1, 50_645_990, 5_000_000_000, 1_000_000_000_000];

/// Start of the reason when the service refused a request.
const REFUSED: &str = "refused";

/// Result of [`Verifier::write_checks`](crate::Verifier::write_checks).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteOutcome {
    /// Findings of the checks that ran.
    pub findings: Vec<Finding>,
    /// Name of the temporary folder if it was not removed, or may have been created, and the reason.
    pub left_behind: Option<(String, String)>,
}

/// Returns the id of a created resource.
fn id_of(created: Result<Value, String>) -> Result<String, String> {
    created.and_then(|value| {
        let id = value["data"]["id"].as_str();
        id.map(str::to_owned).ok_or_else(|| "no id".to_owned())
    })
}

/// Checks while they run.
pub(crate) struct Checks<'c> {
    client: &'c Client,
    account: &'c str,
    findings: Vec<Finding>,
    pub(crate) calls: u64,
    pub(crate) observed: Vec<Observed>,
}

impl<'c> Checks<'c> {
    pub(crate) const fn new(client: &'c Client, account: &'c str) -> Self {
        Self { client, account, findings: Vec::new(), calls: 0, observed: Vec::new() }
    }

    /// Creates the temporary folder, runs the checks until `stop` completes, and removes the folder.
    pub(crate) async fn run(
        &mut self,
        folder: &str,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<WriteOutcome, VerifyError> {
        let name = format!("frameio verify {}", uuid::Uuid::new_v4().simple());
        let input = json!({"folder_id": folder, "data": {"name": name}});
        let temporary = match id_of(self.call("folders.create", input).await?) {
            Ok(id) => id,
            Err(reason) => {
                let observation = format!("the temporary folder was not created: {reason}");
                let findings = vec![Finding::new(Question::PartSizes, Some(observation))];
                // Without a response, the service may have created it.
                let is_refused = reason.starts_with(REFUSED);
                let left_behind = (!is_refused).then_some((name, reason));
                return Ok(WriteOutcome { findings, left_behind });
            }
        };
        let examined = tokio::select! {
            result = self.examine(&temporary) => result,
            () = stop => Ok(()),
        };
        let removed = self.call("folders.delete", json!({"folder_id": temporary})).await;
        let left_behind = match removed {
            Ok(Ok(_)) => None,
            Ok(Err(reason)) => Some((name, reason)),
            Err(error) => Some((name, error.to_string())),
        };
        let findings = std::mem::take(&mut self.findings);
        let outcome = WriteOutcome { findings, left_behind };
        // A folder that remains is more important than the end of the checks.
        match (&outcome.left_behind, examined) {
            (None, Err(error)) => Err(error),
            _ => Ok(outcome),
        }
    }

    /// Sends a request, and keeps the response for the comparison with the contract. The inner error
    /// is the reason why the service did not do it.
    async fn call(&mut self, id: &str, input: Value) -> Result<Result<Value, String>, VerifyError> {
        let Some(operation) = Operation::find(id) else { return Ok(Err("unknown".to_owned())) };
        let mut fields: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
        fields.insert("account_id".to_owned(), self.account.into());
        self.calls += 1;
        let observed = match observe(self.client, operation, &fields, Expected::Documented).await? {
            Ok(observed) => observed,
            Err(reason) => return Ok(Err(reason)),
        };
        let status = observed.status;
        let result = match status.is_success() {
            true => Ok(observed.json().clone()),
            false => Err(format!("{REFUSED} with status {}", status.as_u16())),
        };
        self.observed.push(observed);
        Ok(result)
    }

    async fn examine(&mut self, folder: &str) -> Result<(), VerifyError> {
        let mut files = Vec::new();
        for size in SIZES {
            let name = format!("verify-{size}.mp4");
            let input = json!({"folder_id": folder, "data": {"name": name, "file_size": size}});
            files.extend(id_of(self.call("files.create_local_upload", input).await?));
        }
        if let Some(file) = files.first() {
            let observation = self.comment_at_zero(file).await?;
            self.findings.push(Finding::new(Question::CommentAtZero, Some(observation)));
        }
        if let [first, second, ..] = &files[..] {
            let observation = self.new_stack(folder, first, second).await?;
            self.findings.push(Finding::new(Question::NewStackHead, Some(observation)));
        }
        Ok(())
    }

    /// Comments on the first frame by its number, and reads its timecode.
    async fn comment_at_zero(&mut self, file: &str) -> Result<String, VerifyError> {
        let data = json!({"text": "frameio verify", "timestamp": 0});
        let created = self.call("comments.create", json!({"file_id": file, "data": data})).await?;
        let comment = match id_of(created) {
            Ok(id) => id,
            Err(reason) => return Ok(reason),
        };
        let input = json!({"comment_id": comment, "timestamp_as_timecode": true});
        let shown = self.call("comments.show", input).await?;
        Ok(match shown {
            Ok(value) => {
                let timecode = value["data"]["timestamp"].as_str().unwrap_or("another value");
                let is_time = timecode.len() <= 11 && !timecode.contains(char::is_alphabetic);
                let timecode = if is_time { timecode } else { "another text" };
                format!("accepted, its timecode is {timecode}")
            }
            Err(reason) => format!("accepted, but reading it was {reason}"),
        })
    }

    /// Creates a version stack of two files.
    async fn new_stack(
        &mut self,
        folder: &str,
        first: &str,
        second: &str,
    ) -> Result<String, VerifyError> {
        let data = json!({"file_ids": [first, second]});
        let created =
            self.call("version_stacks.create", json!({"folder_id": folder, "data": data}));
        let stack = match id_of(created.await?) {
            Ok(id) => id,
            Err(reason) => return Ok(reason),
        };
        let shown = self.call("version_stacks.show", json!({"version_stack_id": stack})).await?;
        let listed = self.call("version_stacks.index", json!({"version_stack_id": stack})).await?;
        let position = |id: &Value| match id.as_str() {
            Some(id) if id == first => "the first",
            Some(id) if id == second => "the last",
            Some(_) => "another",
            None => "no",
        };
        let head = shown.map(|value| position(&value["data"]["head_version"]["id"]));
        let top = listed.map(|value| position(&value["data"][0]["id"]));
        Ok(format!(
            "{} file of the request is the head, {} is listed first",
            head.unwrap_or("an unknown"),
            top.unwrap_or("an unknown")
        ))
    }
}
