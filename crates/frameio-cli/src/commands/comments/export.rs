//! `frameio comments export`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use frameio::comments::ListComments;
use frameio::markers::{
    CommentReader, FileComments, Filter, Format, Output, Source, Versions, WriteOptions, write,
};
use frameio::shares::ShowShare;
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, Client, Endpoint};
use serde_json::{Value, json};

use super::filter::FilterArgs;
use super::format_options::{self, FormatOptions};
use super::output_files::{MediaFile, OutputFiles};
use super::pace::Pace;
use super::status;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{CommentProgress, Record, SkippedItems, counted, counted_as};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Writes a file of each format for each media file, in directories as at the service; existing files
are replaced. Files without comments are left out. Reports what each format cannot contain.

The API does not mark internal comments, so every export may contain them. It does not report the
start timecode of a file either: set --start-tc or --probe if it is not 00:00:00:00, and the same one
in the timeline of the editing system.

Example:
  frameio comments export '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4' --format resolve-edl,csv --start-tc 01:00:00:00 -o notes";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File, version stack, folder or project: path as /Workspace/Project/Folder/file.mov, or ID
    /// [default: the profile's project]
    #[arg(conflicts_with = "share", add = completion::place())]
    place: Option<String>,
    /// Share whose files are exported, by ID. All comments on the files are exported, not only those made
    /// on the share
    #[arg(long, value_name = "ID")]
    share: Option<String>,
    /// Formats, separated by commas
    #[arg(
        long = "format",
        short = 'f',
        value_name = "FORMAT",
        required = true,
        value_delimiter = ',',
        value_parser = format_options::format()
    )]
    formats: Vec<Format>,
    /// Directory to write to; created if missing
    #[arg(long = "output", short = 'o', value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Export every version of a stack instead of the newest one
    #[arg(long)]
    all_versions: bool,
    /// Guess the names of share visitors by the time of their activity; guesses are marked
    #[arg(long)]
    guess_visitors: bool,
    /// Leave the thumbnails of files out of html pages
    #[arg(long)]
    no_thumbnails: bool,
    /// Only for .fiojson files, which mark internal comments: see `frameio comments convert`
    #[arg(long, hide = true)]
    no_internal: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    timing: TimingArgs,
    #[command(flatten)]
    options: FormatOptions,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.no_internal {
        let message = "'--no-internal' cannot be used: the service does not mark internal comments; only \
                       .fiojson files do, see `frameio comments convert`";
        return Err(Failure::usage(message));
    }
    if args.directory.exists() && !args.directory.is_dir() {
        return Err(Failure::value("--output", args.directory.display(), "not a directory"));
    }
    let timing = args.timing.timing()?;
    let client = global.client()?;
    let (account, source) = source(global, args, &client).await?;
    let versions = if args.all_versions { Versions::All } else { Versions::Head };
    let mut formats = Vec::new();
    for format in &args.formats {
        if !formats.contains(format) {
            formats.push(*format);
        }
    }
    let mut reader = CommentReader::new(client.clone(), account)
        .versions(versions)
        .timing(timing)
        .guess_visitors(args.guess_visitors)
        .skip_undecodable(true);
    if formats.contains(&Format::Html) && !args.no_thumbnails {
        reader = reader.thumbnails(thumbnails(client));
    }
    let mut export = Export {
        progress: CommentProgress::new(args.json.reporter()),
        pace: Pace::new(ListComments::OPERATION.quota),
        files: OutputFiles::new(&args.directory, &formats),
        formats,
        filter: args.filter.filter(),
        options: args.options.write_options(),
        notes: BTreeSet::new(),
        totals: Totals::default(),
        skipped: SkippedItems::default(),
    };
    let ended = shutdown::interruptible(export.run(&reader, source)).await;
    export.progress.finish();
    ended?;
    export.finish()
}

/// Creates the transfers of thumbnails. A page without its picture is better than one that comes late.
fn thumbnails(client: Client) -> Transfers {
    Transfers::builder(client)
        .max_retries(1)
        .stall_timeout(Duration::from_secs(10))
        .attempt_timeout(Duration::from_secs(20))
        .build()
}

/// Returns what is exported, and its account.
async fn source(
    global: &GlobalArgs,
    args: &Args,
    client: &Client,
) -> Result<(AccountId, Source), Failure> {
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    if let Some(share) = &args.share {
        args.timing.check_many()?;
        let account = share_account(&transfers, client, resolver.account(), share).await?;
        return Ok((account, Source::Share(share.as_str().into())));
    }
    let place = resolver.resolve(args.place.as_deref()).await?;
    if place.file().is_none() {
        args.timing.check_many()?;
    }
    Ok((place.account_id.clone(), place_source(&place)?))
}

fn place_source(place: &Resolved) -> Result<Source, Failure> {
    Ok(match &place.item {
        ResolvedItem::File(file) => Source::File(file.id.clone()),
        ResolvedItem::VersionStack(stack) => Source::VersionStack(stack.id.clone()),
        ResolvedItem::Folder(folder) => Source::Folder(folder.id.clone()),
        ResolvedItem::Project(project) => Source::Project(project.id.clone()),
        _ => {
            let reason = "is a workspace: pass one of its projects, folders or files instead";
            return Err(Failure::usage(format!("'{}' {reason}", place.path)));
        }
    })
}

/// Finds the account of a share: the only one in which it can be shown.
async fn share_account(
    transfers: &Transfers,
    client: &Client,
    wanted: Option<&str>,
    share: &str,
) -> Result<AccountId, Failure> {
    let mut accounts: Vec<AccountId> = Vec::new();
    for (account, _) in transfers.workspaces(wanted).await? {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    for account in accounts {
        match client.send(ShowShare::new(&account, share)).await {
            Ok(_) => return Ok(account),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::new(Status::NotFound, format!("no share has the ID '{share}'")))
}

/// An export that is running.
struct Export {
    progress: CommentProgress,
    pace: Pace,
    formats: Vec<Format>,
    files: OutputFiles,
    filter: Filter,
    options: WriteOptions,
    /// Notes that were printed. Most are the same for all files.
    notes: BTreeSet<String>,
    totals: Totals,
    skipped: SkippedItems,
}

#[derive(Default)]
struct Totals {
    media: u64,
    comments: u64,
    failed: u64,
    may_have_internal: bool,
    /// Common status of the failures.
    status: Option<Status>,
}

impl Export {
    async fn run(&mut self, reader: &CommentReader, source: Source) -> Result<(), Failure> {
        self.progress.exported(0, 0, None);
        let mut files = reader.read(source);
        while let Some(file) = files.next().await {
            match file {
                Ok(file) => self.file(file)?,
                Err(error) => {
                    let status = status::of(&error);
                    self.fail(status, &status::message(&error));
                    // No other file could be read either.
                    if status == Status::SignedOut {
                        break;
                    }
                }
            }
            let Totals { media, comments, .. } = self.totals;
            self.progress.exported(media, comments, self.pace.exhausted());
        }
        Ok(())
    }

    fn fail(&mut self, status: Status, message: &str) {
        self.totals.failed += 1;
        self.totals.status = Some(Status::common(self.totals.status, status));
        self.progress.reporter().note(message);
    }

    fn file(&mut self, mut file: FileComments) -> Result<(), Failure> {
        let pages = file.list.markers.len().div_ceil(100).max(1);
        self.pace.add(pages, Duration::ZERO);
        self.skipped.add(self.progress.reporter(), std::mem::take(&mut file.skipped));
        self.filter.apply(&mut file.list);
        if file.list.markers.is_empty() {
            return Ok(());
        }
        let mut outputs = Vec::new();
        let (_, folders) = file.path.names().split_last().unwrap_or((&EMPTY, &[]));
        let stem = file.list.media.stem();
        let stem = match file.list.media.version {
            Some(version) => format!("{stem}_v{version}"),
            None => stem.to_owned(),
        };
        let media = MediaFile { folders, stem: &stem, id: file.file.id.as_str() };
        let mut untimed = false;
        for format in self.formats.clone() {
            // Only the page has a picture, which is as large as all else.
            self.options.thumbnail = file.thumbnail.take_if(|_| format == Format::Html);
            match write(format, &file.list, &self.options) {
                Ok(output) => {
                    let paths = self.files.write(media, format, &output, &mut untimed)?;
                    outputs.push((format, output, paths));
                }
                Err(error) => {
                    let message = format!("{}: {format}: {error}", file.path);
                    self.fail(Status::Other, &message);
                }
            }
        }
        self.totals.media += 1;
        self.totals.comments += file.list.markers.len() as u64;
        self.totals.may_have_internal |= file.list.may_have_internal();
        self.progress.reporter().record(&Exported { outputs, file: &file })?;
        if !self.progress.reporter().is_json() {
            for note in &file.notes {
                if self.notes.len() == MAX_NOTES || self.notes.insert(note.clone()) {
                    self.progress.reporter().note(&format!("{}: {note}", file.path));
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        let Totals { media, comments, failed, may_have_internal, status } = self.totals;
        if may_have_internal {
            self.progress.reporter().note(
                "warning: the export may contain internal comments, which the API does not mark",
            );
        }
        if !self.progress.reporter().is_json() {
            let (comments, media) = (counted(comments, "comment"), counted(media, "file"));
            self.progress.reporter().status(&format!("{comments} on {media}"));
        }
        match status {
            None => self.skipped.finish(),
            Some(status) => {
                let failed = counted_as(failed, "file or folder", "files or folders");
                let message = format!("{failed} could not be exported");
                Err(Failure::new(status, message))
            }
        }
    }
}

/// Number of notes that are printed once only.
const MAX_NOTES: usize = 1000;

const EMPTY: String = String::new();

/// The files of one media file.
struct Exported<'a> {
    file: &'a FileComments,
    outputs: Vec<(Format, Output, Vec<PathBuf>)>,
}

impl Record for Exported<'_> {
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (_, output, paths) in &self.outputs {
            lines.extend(paths.iter().map(|path| path.display().to_string()));
            lines.extend(loss_line(output));
        }
        lines
    }

    fn json(&self) -> Value {
        let media = &self.file.list.media;
        let output = |(format, output, paths): &(Format, Output, Vec<PathBuf>)| {
            let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            json!({ "format": format.name(), "files": paths, "losses": losses(output) })
        };
        json!({
            "path": self.file.path.to_string(),
            "file_id": self.file.file.id.as_str(),
            "comments": self.file.list.markers.len(),
            "frame_rate": media.rate().to_string(),
            "start_timecode": media.timecode(0).to_string(),
            "may_have_internal": self.file.list.may_have_internal(),
            "notes": self.file.notes,
            "outputs": self.outputs.iter().map(output).collect::<Vec<_>>(),
        })
    }
}

/// Returns what the format could not contain, by kind.
pub(super) fn loss_line(output: &Output) -> Option<String> {
    let losses: Vec<_> =
        output.summary().iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
    (!losses.is_empty()).then(|| format!("    lost or changed: {}", losses.join(", ")))
}

/// Returns what the format could not contain, by comment.
pub(super) fn losses(output: &Output) -> Vec<Value> {
    let loss = |loss: &frameio::markers::Loss| {
        json!({
            "comment": loss.id,
            "frame": loss.frame,
            "kind": loss.kind.name(),
            "detail": loss.detail,
        })
    };
    output.losses.iter().map(loss).collect()
}
