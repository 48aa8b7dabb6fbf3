//! Checks that write, in a folder that is removed again.

use std::future::Future;

use frameio_api::Catalog;
use frameio_client::Client;
use frameio_core::Operation;
use serde_json::{Map, Value, json};

use crate::crawl::observe;
use crate::observed::Expected;
use crate::questions::{Finding, Question};
use crate::verifier::{Verifier, VerifyError};

/// Sizes of uploads that are created, in bytes. Nothing is sent to them.
const SIZES: [u64; 4] = [1, 50_645_990, 5_000_000_000, 1_000_000_000_000];

/// Result of [`Verifier::write_checks`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteOutcome {
    /// Findings of the checks that ran.
    pub findings: Vec<Finding>,
    /// Name of the temporary folder if it could not be removed, and the reason.
    pub left_behind: Option<(String, String)>,
}

impl Verifier {
    /// Creates files, a version stack and a comment in a temporary folder inside `folder`, and removes
    /// the folder. No bytes are uploaded, and nobody is notified.
    ///
    /// When `stop` completes, the checks end and the folder is removed. The caller must not drop the
    /// future before it is ready, or the folder remains.
    ///
    /// # Errors
    /// Fails if the folder cannot be created, or the client cannot sign requests.
    pub async fn write_checks(
        &mut self,
        client: &Client,
        account: &str,
        folder: &str,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<WriteOutcome, VerifyError> {
        let name = format!("frameio verify {}", uuid::Uuid::new_v4().simple());
        let mut checks = Checks { verifier: self, client, account, findings: Vec::new() };
        let created =
            checks.call("folders.create", json!({"folder_id": folder, "data": {"name": name}}));
        let created = created.await?;
        let Ok(temporary) = id_of(created) else {
            let reason = "the temporary folder could not be created".to_owned();
            let findings = vec![Finding::new(Question::PartSizes, Some(reason))];
            return Ok(WriteOutcome { findings, left_behind: None });
        };
        let examined = tokio::select! {
            result = checks.run(&temporary) => result,
            () = stop => Ok(()),
        };
        let removed = checks.call("folders.delete", json!({"folder_id": temporary})).await;
        let left_behind = match removed {
            Ok(Ok(_)) => None,
            Ok(Err(reason)) => Some((name, reason)),
            Err(error) => Some((name, error.to_string())),
        };
        let findings = std::mem::take(&mut checks.findings);
        let outcome = WriteOutcome { findings, left_behind };
        self.add_written(&outcome);
        examined.map(|()| outcome)
    }
}

/// Returns the id of a created resource.
fn id_of(created: Result<Value, String>) -> Result<String, String> {
    created.and_then(|value| {
        let id = value["data"]["id"].as_str();
        id.map(str::to_owned).ok_or_else(|| "no id".to_owned())
    })
}

struct Checks<'c> {
    verifier: &'c mut Verifier,
    client: &'c Client,
    account: &'c str,
    findings: Vec<Finding>,
}

impl Checks<'_> {
    /// Sends a request, and keeps the response for the comparison with the contract. The inner error
    /// is the reason why the service did not do it.
    async fn call(&mut self, id: &str, input: Value) -> Result<Result<Value, String>, VerifyError> {
        let Some(operation) = Operation::find(id) else { return Ok(Err("unknown".to_owned())) };
        let mut fields: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
        fields.insert("account_id".to_owned(), self.account.into());
        self.verifier.calls += 1;
        let observed = match observe(self.client, operation, &fields, Expected::Documented).await? {
            Ok(observed) => observed,
            Err(reason) => return Ok(Err(reason)),
        };
        let status = observed.status;
        let result = match status.is_success() {
            true => Ok(observed.json().clone()),
            false => Err(format!("refused with status {}", status.as_u16())),
        };
        self.verifier.observed.push(observed);
        Ok(result)
    }

    async fn run(&mut self, folder: &str) -> Result<(), VerifyError> {
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
