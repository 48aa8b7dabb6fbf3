//! Contents of a share: items that are added and removed one at a time.

use frameio::Client;
use frameio::assets::Asset;
use frameio::shares::ListShareAssets;
use frameio::transfer::{Resolved, ResolvedItem};
use serde_json::{Value, json};

use super::target::{Finder, FoundShare, ShareArgs};
use crate::args::JsonArgs;
use crate::commands::places;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Record, Reporter, counted};
use crate::resolver::Purpose;

/// Number of items that the service adds or removes in a minute.
const PER_MINUTE: usize = 10;

/// Arguments of the commands that change the contents of a share.
#[derive(Debug, clap::Args)]
pub(crate) struct ChangeArgs {
    /// Share: ID, link, or its name with --project
    pub(super) share: String,
    /// Files, folders and version stacks of the share's project: paths or IDs; - reads them from
    /// standard input, one per line
    #[arg(value_name = "PLACE", required = true, add = completion::place())]
    pub(super) places: Vec<String>,
    #[command(flatten)]
    pub(super) json: JsonArgs,
    #[command(flatten)]
    pub(super) target: ShareArgs,
}

/// Resolves the items to share, each a file, a folder or a version stack.
pub(super) async fn items(
    finder: &Finder<'_>,
    arguments: &[String],
) -> Result<Vec<Resolved>, Failure> {
    let items =
        places::resolve_all(&finder.resolver, &places::expand(arguments)?, Purpose::Write).await?;
    for item in &items {
        let reason = match item.item {
            ResolvedItem::Workspace => {
                "is a workspace: share folders of one of its projects instead"
            }
            ResolvedItem::Project(_) => "is a project: share its folders instead",
            _ => continue,
        };
        return Err(Failure::usage(format!("'{}' {reason}", item.path)));
    }
    Ok(items)
}

/// Lists all assets of a share, also those in shared folders.
pub(super) async fn list(client: &Client, found: &FoundShare) -> Result<Vec<Asset>, Failure> {
    let list = ListShareAssets::new(&found.account, &found.share.id).page_size(100);
    let mut list = client.items(list).strict(true);
    let mut assets = Vec::new();
    while let Some(asset) = list.next().await {
        assets.push(asset?);
    }
    Ok(assets)
}

/// Announces the time that many calls take.
pub(super) fn announce(reporter: &Reporter, count: usize) {
    if count > PER_MINUTE {
        let minutes = count.div_ceil(PER_MINUTE);
        reporter.note(&format!(
            "{count} items, of which the service accepts {PER_MINUTE} a minute: about {minutes} minutes"
        ));
    }
}

/// Result for an item.
struct Row<'a> {
    action: &'a str,
    item: &'a Resolved,
    error: Option<&'a str>,
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let error = self.error.map(|error| format!(": {error}")).unwrap_or_default();
        vec![format!("{}: {}{error}", self.action, self.item.path)]
    }

    fn json(&self) -> Value {
        json!({
            "action": self.action, "path": self.item.path.to_string(), "id": places::id(self.item),
            "error": self.error,
        })
    }
}

/// Prints the results for items, and counts the failures.
pub(super) struct Results<'a> {
    pub(super) reporter: &'a Reporter,
    failed: usize,
    status: Option<Status>,
}

impl<'a> Results<'a> {
    pub(super) const fn new(reporter: &'a Reporter) -> Self {
        Self { reporter, failed: 0, status: None }
    }

    pub(super) fn add(&self, action: &str, item: &Resolved) -> Result<(), Failure> {
        self.reporter.record(&Row { action, item, error: None })
    }

    /// Prints the failure of an item. Returns whether the other items can succeed.
    pub(super) fn fail(
        &mut self,
        action: &str,
        item: &Resolved,
        failure: &Failure,
    ) -> Result<bool, Failure> {
        self.failed += 1;
        self.status = Some(Status::common(self.status, failure.status));
        self.reporter.record(&Row { action, item, error: Some(&failure.message) })?;
        Ok(!matches!(failure.status, Status::SignedOut | Status::NoResponse))
    }

    /// Fails if an item failed; `hint` is the advice.
    pub(super) fn finish(&self, what: &str, hint: &str) -> Result<(), Failure> {
        match self.status {
            None => Ok(()),
            Some(status) => {
                let failed = counted(self.failed, "item");
                let message = format!("{failed} could not be {what}; {hint}");
                Err(Failure::new(status, message))
            }
        }
    }
}
