//! `frameio upload`: uploads files and directories into a folder.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use frameio::auth::profile::Profile;
use frameio::transfer::{
    Resolved, TransferError, TransferErrorKind, Transfers, UploadTree, VersionPattern,
};

use super::share::UploadShareArgs;
use crate::args::{
    AccountArg, CompareArg, FilterArgs, GlobalArgs, IfExists, MhlArgs, OnConflict, OutputArgs,
    PaceArgs, ReportArg, at_least_one,
};
use crate::completion;
use crate::config;
use crate::exit::{Failure, Status};
use crate::proof::{Proof, Roots};
use crate::report::TransferReport;
use crate::resolver::{Resolver, not_a_folder};

pub(super) const HELP: &str = "\
Examples:
  frameio upload take.mov --to '/Film/The Crossing/Dailies'
  frameio upload rushes --to '/Film/The Crossing/Dailies' --include '*.mov'
  frameio upload cut.mov --to '/Film/The Crossing/Cuts' --share 'Cut for review' --expires 7d
  frameio upload A001 --to '/Film/The Crossing/Dailies' --verify-mhl --mhl --report A001.csv

A directory is uploaded with its name and everything in it. Nothing is replaced or deleted.

If the folder has a file of the same name that differs, a file that is named on the command line
becomes a new version of it; a file in a directory is listed as changed and not uploaded, because the
viewers of a share may see a new version at once. '--if-exists' selects another policy. If a file is
listed as changed, the exit status is 12: the service lacks its content. Comments stay on the old
version. Files are compared with what earlier runs have recorded; without a record,
a file of the same size is unverified and skipped: see '--verify-remote'.

With '--version-pattern', files with version numbers in their names become versions of each other:
  --version-pattern '^(?<base>.+)_v(?<version>[0-9]+)$'

To resume an interrupted upload, run the same command again within 24 hours. Concurrent runs of the
same command upload each file once.

With '--verify-mhl', files are compared with the hash lists of their directory first. With '--mhl', a
hash list of the sent bytes is added to 'ascmhl'. It proves what was read and sent, not what the
service stores. Directories named 'ascmhl' are never uploaded.

Standard input ('… | frameio upload /dev/stdin') and named pipes are read to the end before the
upload starts.

Filters: patterns are globs. Without a slash, a pattern matches names at any depth: '*.mov'. With a
slash, it matches paths below the directory, with or without its name: 'Day 1/*.mov', './Day 1',
'rushes/Day 1'; with a slash at the end, folders only: 'Cache/'. '--exclude' has precedence over
'--include', regardless of their order. Files of systems (._*, .DS_Store, Thumbs.db) and 'ascmhl'
directories are excluded by default.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and directories to upload
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Folder or project to upload to: /Workspace/Project/Folder, or an ID [default: the profile's
    /// project]
    #[arg(long, value_name = "FOLDER", add = completion::place())]
    to: Option<String>,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    share: UploadShareArgs,
    #[command(flatten)]
    proof: ProofOptions,
    #[command(flatten)]
    options: UploadOptions,
    /// Show which files would be transferred, without transferring them
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Options of `frameio upload`, `frameio sync` and `frameio watch`.
#[derive(Debug, clap::Args)]
pub(super) struct UploadOptions {
    #[command(flatten)]
    pub(super) filters: FilterArgs,
    /// Include hidden files and directories
    #[arg(long)]
    hidden: bool,
    /// Follow symbolic links
    #[arg(long)]
    follow_links: bool,
    /// What to do if a file of the same name exists and differs [default: the profile's, or else version
    /// for files given as arguments and skip for files in directories]
    #[arg(long, value_enum, value_name = "POLICY")]
    if_exists: Option<IfExists>,
    /// What to do if a file has changed on both sides since they were equal; with --down, also if only the
    /// local file has changed [default: skip]
    #[arg(long, value_enum, value_name = "ACTION")]
    pub(super) on_conflict: Option<OnConflict>,
    /// Maximum number of new versions in this run, or for a watcher of files that are complete at the
    /// same time; further ones fail [default: 50]
    #[arg(long, value_name = "N")]
    max_new_versions: Option<u64>,
    /// Regular expression with the groups 'base' and 'version' for names without their extension
    #[arg(long, value_name = "REGEX")]
    version_pattern: Option<String>,
    /// Make each new version the head of its version stack; uses an experimental operation
    #[arg(long)]
    reorder_versions: bool,
    /// Download remote files of the same size to compare their content
    #[arg(long)]
    pub(super) verify_remote: bool,
    /// Maximum number of files transferred at the same time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one::<u16>)]
    pub(super) concurrency: u16,
    #[command(flatten)]
    pub(super) compare: CompareArg,
}

/// Hash lists and report of `frameio upload` and `frameio sync`.
#[derive(Debug, clap::Args)]
pub(super) struct ProofOptions {
    /// Upload only files that equal the hash list in their directory: 'ascmhl', or a legacy file *.mhl
    #[arg(long)]
    pub(super) verify_mhl: bool,
    #[command(flatten)]
    pub(super) mhl: MhlArgs,
    #[command(flatten)]
    pub(super) report: ReportArg,
}

impl ProofOptions {
    /// Opens the hash lists and the report of an upload.
    pub(super) fn of_upload(
        &self,
        roots: Roots,
        is_dry_run: bool,
        report: &Arc<TransferReport>,
    ) -> Result<Proof, Failure> {
        let file = self.report.file()?;
        if let Some((path, _)) = &file
            && let Some(root) = roots.whole_above(path)
        {
            let reason =
                format!("the files in '{}' are uploaded: save it elsewhere", root.display());
            return Err(Failure::value("--report", path.display(), reason));
        }
        report.save(file)?;
        Proof::of_upload(&self.mhl, (roots, self.verify_mhl), is_dry_run, report)
    }

    /// Opens the hash lists and the report of a download.
    pub(super) fn of_download(
        &self,
        roots: Roots,
        is_dry_run: bool,
        report: &Arc<TransferReport>,
    ) -> Result<Proof, Failure> {
        if self.verify_mhl {
            return Err(Failure::usage("'--verify-mhl' cannot be used with '--down'"));
        }
        report.save(self.report.file()?)?;
        Proof::of_download(&self.mhl, roots, is_dry_run, report)
    }
}

impl UploadOptions {
    /// Applies the options to an upload, except the filter.
    pub(super) fn apply(
        &self,
        mut tree: UploadTree,
        profile: &Profile,
        report: &Arc<TransferReport>,
    ) -> Result<UploadTree, Failure> {
        if let Some(policy) = self.if_exists(profile)? {
            tree = tree.if_exists(policy.into());
        }
        if let Some(pattern) = &self.version_pattern {
            tree = tree.version_pattern(VersionPattern::new(pattern)?);
        }
        if let Some(versions) = self.max_new_versions {
            tree = tree.max_new_versions(versions);
        }
        if self.on_conflict == Some(OnConflict::Replace) {
            let reason =
                "the service cannot replace files; use 'keep-both' or '--if-exists version'";
            return Err(Failure::value("--on-conflict", "replace", reason));
        }
        match config::sync_states() {
            Ok(path) => tree = tree.state(path),
            Err(failure) => report.note(&not_recorded(&failure.message)),
        }
        if let Some(path) = self.compare.checksums()? {
            tree = tree.checksums(path);
        }
        match config::uploads() {
            Ok(path) => tree = tree.manifests(path),
            Err(failure) => report.note(&not_resumable(&failure.message)),
        }
        let warned = report.clone();
        Ok(tree
            .hidden(self.hidden)
            .follow_links(self.follow_links)
            .files_in_flight(self.concurrency.into())
            .on_conflict(self.on_conflict.unwrap_or_default().into())
            .reorder(self.reorder_versions)
            .verify_remote(self.verify_remote)
            .on_warning(move |error: &TransferError| warned.note(&warning(error)))
            .on_found(report.on_found())
            .on_item(report.on_item())
            .on_totals(report.on_totals())
            .on_hashing(report.on_hashing())
            .progress(report.on_progress()))
    }

    /// Returns the policy for existing files of the arguments or the profile.
    fn if_exists(&self, profile: &Profile) -> Result<Option<IfExists>, Failure> {
        let saved = || {
            let Some(text) = profile.if_exists.as_deref() else { return Ok(None) };
            let parsed = IfExists::from_str(text, false).map(Some);
            parsed.map_err(|_| {
                let message = format!("the profile has an invalid '--if-exists' value '{text}'");
                Failure::usage(message)
            })
        };
        self.if_exists.map_or_else(saved, |given| Ok(Some(given)))
    }

    /// Refuses options that have no effect on a download.
    pub(super) fn refuse_for_download(&self) -> Result<(), Failure> {
        let given = [
            (self.hidden, "--hidden"),
            (self.follow_links, "--follow-links"),
            (self.if_exists.is_some(), "--if-exists"),
            (self.max_new_versions.is_some(), "--max-new-versions"),
            (self.version_pattern.is_some(), "--version-pattern"),
            (self.reorder_versions, "--reorder-versions"),
        ];
        match given.iter().find(|(given, _)| *given) {
            Some((_, name)) => {
                Err(Failure::usage(format!("'{name}' cannot be used with '--down'")))
            }
            None => Ok(()),
        }
    }
}

/// Returns the warning that interrupted uploads start over.
fn not_resumable(reason: &(impl std::fmt::Display + ?Sized)) -> String {
    format!(
        "warning: {reason}; interrupted uploads will start over: \
         set FRAMEIO_CONFIG_DIR to a writable directory"
    )
}

/// Returns the warning about manifests or records that cannot be written.
pub(super) fn warning(error: &TransferError) -> String {
    match error.kind() {
        TransferErrorKind::State => not_recorded(error),
        _ => not_resumable(error),
    }
}

/// Returns the warning that the next run compares files by size and time only.
pub(super) fn not_recorded(reason: &(impl std::fmt::Display + ?Sized)) -> String {
    format!(
        "warning: {reason}; the next run will not know which files are equal: \
         set FRAMEIO_CONFIG_DIR to a writable directory"
    )
}

/// Refuses local paths that cannot be uploaded, before any request is sent. `hint` is the advice for a place
/// of the service in their position.
pub(super) fn check_local<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf> + Clone,
    hint: &str,
) -> Result<(), Failure> {
    UploadTree::check_paths(paths.clone()).map_err(|error| {
        let is_place = |path: &&PathBuf| path.starts_with("/") && !path.exists();
        Failure::usage(match paths.into_iter().find(is_place) {
            Some(place) => {
                format!("{error}; if '{}' is a place of the service, {hint}", place.display())
            }
            None => error.to_string(),
        })
    })
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    check_local(&args.paths, "pass it as '--to'")?;
    let report = TransferReport::upload(args.output.transfers(), args.dry_run, &global.retries);
    let roots = Roots::uploaded(&args.paths);
    let proof = args.proof.of_upload(roots, args.dry_run, &report)?;
    let share = args.share.prepare(&args.paths, &report).await?;
    let mut place = None;
    let result = send(global, args, (proof, &report), &mut place).await;
    let result = report.finish(result, "run the same command again within 24 hours to resume");
    let Some((share, (transfers, target))) = share.filter(|_| !args.dry_run).zip(place) else {
        return result;
    };
    match report.not_shared(result.is_ok()) {
        None => share.create(transfers.client(), &target, &args.output.reporter()).await,
        Some(reason) => {
            let message = format!("not shared, because {reason}");
            match result {
                Ok(()) => Err(Failure::new(Status::Other, message)),
                failed => {
                    report.note(&message);
                    failed
                }
            }
        }
    }
}

/// Uploads the files, and sets `place` to the folder when it is known.
async fn send(
    global: &GlobalArgs,
    args: &Args,
    (proof, report): (Proof, &Arc<TransferReport>),
    place: &mut Option<(Transfers, Resolved)>,
) -> Result<(), Failure> {
    let filter = args.options.filters.filter()?;
    let (transfers, profile) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    if args.to.is_none() && !resolver.has_base() {
        let message = "'--to' is required: pass a folder, such as --to /Workspace/Project/Folder, or set a \
                       default with `frameio profile set --project`";
        return Err(Failure::usage(message));
    }
    let target = resolver.resolve_for_write(args.to.as_deref()).await?;
    let folder = target.folder_id().ok_or_else(|| not_a_folder(&target))?;
    let tree = UploadTree::paths(&target.account_id, folder, &args.paths).filter(filter);
    let tree = args.options.apply(tree, &profile, report)?.dry_run(args.dry_run);
    let tree = proof.apply(args.pace.apply(tree));
    *place = Some((transfers.clone(), target));
    proof.run(&transfers, transfers.upload_tree(tree)).await
}
