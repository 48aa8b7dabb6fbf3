//! Contents of a share: items that are added and removed one at a time.

use frameio::assets::Asset;
use frameio::shares::ListShareAssets;
use frameio::transfer::{Resolved, ResolvedItem};
use frameio::{AssetId, Client};
use futures_util::TryStreamExt;

use super::target::{Finder, FoundShare, ShareArgs};
use crate::args::JsonArgs;
use crate::commands::changes::{Change, Results};
use crate::commands::{assets, places};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::resolver::Purpose;

/// Number of items that the service adds or removes in a minute.
const PER_MINUTE: usize = 10;

/// Arguments of the commands that change the contents of a share.
#[derive(Debug, clap::Args)]
pub(crate) struct ChangeArgs {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
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
    Ok(client.items(list).strict(true).try_collect().await?)
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

/// Changes the contents of a share item by item, as the service requires.
pub(super) async fn change<'a>(
    results: &mut Results,
    outcome: &'static str,
    items: impl IntoIterator<Item = &'a Resolved>,
    send: impl AsyncFn(AssetId) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for item in items {
        match send(AssetId::from(assets::id(item))).await {
            Ok(()) => results.done(&Change::of(outcome, item)),
            Err(failure) => {
                let is_unreachable = failure.status == Status::NoResponse;
                results.failed(&item.path.to_string(), failure)?;
                if is_unreachable {
                    break;
                }
            }
        }
    }
    Ok(())
}
