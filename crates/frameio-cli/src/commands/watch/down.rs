//! `frameio watch --down`: downloads files as they appear in a folder.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use frameio::transfer::{AfterUpload, DownloadTree, Item, Outcome, RemotePath, WatchFolder};

use super::super::upload::warning;
use super::status_file::StatusFile;
use super::{Args, finish, reports, stoppable};
use crate::args::GlobalArgs;
use crate::config;
use crate::exit::Failure;
use crate::report::TransferReport;
use crate::resolver::{Purpose, Resolver, folder_of};

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    args.options.refuse_for_download()?;
    if args.after != AfterUpload::Keep {
        return Err(Failure::usage("'--after' cannot be used with '--down'"));
    }
    let Some(directory) = args.target.as_ref().map(PathBuf::from) else {
        let message = "'--down' needs a local directory: frameio watch --down FOLDER DIR";
        return Err(Failure::usage(message));
    };
    let (transfers, _) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let target = resolver.resolve_for(Purpose::Read, Some(&args.source)).await?;
    let (account, folder) = folder_of(&target)?;
    let report = TransferReport::watch(args.output.transfers(), Some(&directory), &global.retries);
    let (seen, on_item) = (Seen::default(), report.on_item());
    let warned = report.clone();
    let mut tree = DownloadTree::new(account, folder, &directory)
        .filter(args.options.filters.filter_in(&target.path)?)
        .state(config::sync_states()?)
        .manifests(config::uploads()?)
        .files_in_flight(args.options.concurrency.into())
        .on_conflict(args.options.on_conflict.unwrap_or_default().into())
        .verify_remote(args.options.verify_remote)
        .on_item(move |item| {
            if seen.is_new(item) {
                on_item(item);
            }
        })
        .on_warning(move |error| warned.note(&warning(error)))
        .on_hashing(report.on_hashing())
        .progress(report.on_progress());
    if let Some(path) = args.options.compare.checksums()? {
        tree = tree.checksums(path);
    }
    if let Some(order) = args.pace.order() {
        tree = tree.order(order);
    }
    let status = StatusFile::create(args)?;
    let watch = WatchFolder::new(tree).once(args.once).reports(reports(args, &report, &status));
    let result = status.keep_while(stoppable(&transfers, transfers.watch_folder(watch))).await;
    finish(args, &report, result)
}

/// Outcomes of earlier comparisons, each of which is reported once.
#[derive(Default)]
struct Seen(Mutex<HashMap<RemotePath, String>>);

impl Seen {
    /// Returns whether an item is reported: it differs from that of the comparison before, and is not a
    /// file that was downloaded then.
    fn is_new(&self, item: &Item) -> bool {
        let text = match &item.outcome {
            Outcome::Skipped => String::new(),
            Outcome::Conflict(error) | Outcome::Failed(error) => error.to_string(),
            other => format!("{other:?}"),
        };
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.insert(item.remote.clone(), text.clone());
        match item.outcome {
            Outcome::Transferred { .. } => true,
            Outcome::Skipped => before.is_none(),
            _ => before != Some(text),
        }
    }
}
