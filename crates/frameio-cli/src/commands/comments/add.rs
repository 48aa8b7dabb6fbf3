//! `frameio comments add`.

use frameio::comments::CreateComment;
use frameio::markers::timecode::{DropFrame, Timecode};
use frameio::markers::{CommentReader, Media, Timing};
use frameio::{FileId, comments::MediaTime};

use super::status;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::completion;
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::report;
use crate::resolver::Purpose;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; of a stack, the newest
    /// version
    #[arg(add = completion::place())]
    place: String,
    /// Text, @FILE, or - for standard input; @@ at the start stands for @
    text: String,
    /// Position: frame number, counted from 0, or timecode
    #[arg(long, value_name = "FRAME|TIMECODE")]
    at: Option<String>,
    /// Length in frames
    #[arg(long, value_name = "FRAMES", requires = "at", value_parser = at_least_one::<u64>)]
    duration: Option<u64>,
    /// Page of a document
    #[arg(long, value_name = "N", value_parser = at_least_one::<u32>)]
    page: Option<u32>,
    /// Not supported by the API
    #[arg(long, value_name = "COMMENT", hide = true)]
    reply_to: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    timing: TimingArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.reply_to.is_some() {
        let message = "'--reply-to' is not supported: the Frame.io V4 API cannot create replies; reply in the web \
                       app, or add a comment";
        return Err(Failure::usage(message));
    }
    let text = text(&args.text)?;
    let timing = args.timing.timing()?;
    let target = TargetFile::resolve(global, &args.account, &args.place, Purpose::Write).await?;
    let mut create = CreateComment::new(&target.account, &target.id, text);
    if let Some(at) = &args.at {
        create = create
            .timestamp(position(&target.reader(), &target.id, timing, at, args.duration).await?);
    }
    if let Some(duration) = args.duration {
        create = create.duration(duration);
    }
    if let Some(page) = args.page {
        create = create.page(page);
    }
    let comment = target.client.send(create).await?;
    let reporter = args.json.reporter();
    match reporter.is_json() {
        true => reporter.json_line(&report::json(&comment)?),
        false => {
            reporter.line(&format!("added comment {} to {}", comment.id.as_str(), target.path))
        }
    }
}

/// Returns the text of an argument, of a file, or of standard input.
pub(super) fn text(argument: &str) -> Result<String, Failure> {
    let text = match argument {
        "-" => input::text(&mut std::io::stdin(), STANDARD_INPUT)?,
        _ => input::text_or_file(argument)?,
    };
    match text.trim() {
        "" => Err(Failure::usage("the text is empty")),
        text => Ok(text.to_owned()),
    }
}

/// Returns the frame of a position, which has to be in the file, as far as its length is known.
pub(super) async fn position(
    reader: &CommentReader,
    file: &FileId,
    timing: Timing,
    text: &str,
    duration: Option<u64>,
) -> Result<MediaTime, Failure> {
    let number = text.parse::<u64>();
    let media = reader.clone().timing(timing).media(file).await.map_err(status::failure);
    let media = match (media, &number) {
        (Ok(media), _) => media,
        // A frame needs no frame rate.
        (Err(_), Ok(number)) => return Ok(MediaTime::Frame(*number)),
        (Err(failure), Err(_)) => return Err(failure),
    };
    let frame = match number {
        Ok(number) => in_file(number, &media).map(|()| number),
        Err(_) => frame(text, &media),
    };
    let frame = frame.map_err(|error| Failure::value("--at", text, error))?;
    if let Some(duration) = duration {
        in_file(frame.saturating_add(duration - 1), &media)
            .map_err(|error| Failure::value("--duration", duration, error))?;
    }
    Ok(MediaTime::Frame(frame))
}

/// Returns the frame of a timecode, counted from the start of the file.
fn frame(text: &str, media: &Media) -> Result<u64, String> {
    let base = media.timebase;
    let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Off };
    let timecode = Timecode::parse(text, base.rate(), mode).map_err(|error| error.to_string())?;
    let before = format!("it is before the start of the file, {}", media.timecode(0));
    let frame = u64::try_from(timecode.frame() - media.start).map_err(|_| before)?;
    in_file(frame, media).map_err(|reason| format!("{reason}; see '--start-tc'"))?;
    Ok(frame)
}

/// Refuses a frame after the end of the file.
fn in_file(frame: u64, media: &Media) -> Result<(), String> {
    match media.frames {
        Some(frames) if i64::try_from(frame).map_or(true, |frame| frame >= frames) => {
            let last = frames - 1;
            Err(format!("it is after the end of the file, {} (frame {last})", media.timecode(last)))
        }
        _ => Ok(()),
    }
}
