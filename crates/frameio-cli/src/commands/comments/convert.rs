//! `frameio comments convert`.

use std::path::{Path, PathBuf};

use frameio::markers::{Format, Output, write};
use serde_json::{Value, json};

use super::export::{loss_line, losses};
use super::filter::FilterArgs;
use super::format_options::{self, FormatOptions};
use super::markers_file::MarkersFileArgs;
use super::output_files::{MediaFile, OutputFiles};
use super::timing::TimingArgs;
use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::report::Record;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: MarkersFileArgs,
    /// File to write; replaced if it exists
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// Format to write [default: by the extension of OUT]
    #[arg(long, value_name = "FORMAT", value_parser = format_options::format())]
    to: Option<Format>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    timing: TimingArgs,
    #[command(flatten)]
    options: FormatOptions,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let format = match args.to {
        Some(format) => format,
        None => by_extension(&args.output)?,
    };
    let (directory, stem) = directory_and_stem(&args.output, format)?;
    let reporter = args.json.reporter();
    let timing = args.timing.timing()?;
    let bytes = args.input.bytes()?;
    let mut file = args.input.parse(&bytes, &timing, &reporter)?;
    args.filter.filter().apply(&mut file.list);
    let output = write(format, &file.list, &args.options.write_options())
        .map_err(|error| Failure::new(Status::Usage, error.to_string()))?;
    let media = MediaFile { folders: &[], stem: &stem, id: "" };
    let mut files = OutputFiles::new(&directory, &[format]);
    let paths = files.write(media, format, &output, &mut false)?;
    if file.list.markers.iter().any(|marker| marker.internal == Some(true)) {
        reporter
            .note("warning: the file contains internal comments; --no-internal leaves them out");
    }
    let count = file.list.markers.len();
    reporter.record(&Converted { from: file.format, to: format, output, paths, count })
}

/// Returns the format of an extension, if there is only one.
fn by_extension(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let formats: Vec<_> =
        Format::ALL.into_iter().filter(|format| format.extension() == extension).collect();
    let refuse = |message: &str| Failure::value("OUT", path.display(), message);
    match *formats {
        [format] => Ok(format),
        [] => Err(refuse("its extension is unknown; set the format with '--to'")),
        _ => {
            let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
            let message = format!(
                "several formats have this extension; set one with '--to': {}",
                names.join(", ")
            );
            Err(refuse(&message))
        }
    }
}

/// Splits the output into a directory and a name without the extension of the format.
fn directory_and_stem(path: &Path, format: Format) -> Result<(PathBuf, String), Failure> {
    let refuse = |message: String| Err(Failure::value("OUT", path.display(), message));
    let Some(name) = path.file_name() else { return refuse("not a file name".to_owned()) };
    if path.is_dir() {
        return refuse("it is a directory; pass the file to write".to_owned());
    }
    let name = name.to_string_lossy();
    let extension = format.extension();
    let Some(stem) = name.strip_suffix(&format!(".{extension}")).filter(|it| !it.is_empty()) else {
        return refuse(format!("files of {format} end with .{extension}"));
    };
    Ok((path.parent().unwrap_or(Path::new("")).to_owned(), stem.to_owned()))
}

struct Converted {
    from: Format,
    to: Format,
    output: Output,
    paths: Vec<PathBuf>,
    count: usize,
}

impl Record for Converted {
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
        lines.extend(loss_line(&self.output));
        lines
    }

    fn json(&self) -> Value {
        let paths: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
        json!({
            "from": self.from.name(),
            "format": self.to.name(),
            "comments": self.count,
            "files": paths,
            "losses": losses(&self.output),
        })
    }
}
