//! A local file of markers.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use frameio::markers::{Format, MarkerList, ReadOptions, Timing, detect, read};

use super::format_options;
use crate::exit::Failure;
use crate::report::Reporter;

/// Options of reading a file of markers.
#[derive(Debug, clap::Args)]
pub(super) struct MarkersFileArgs {
    /// File of markers
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Format of the file [default: detected by its content]
    #[arg(long, value_name = "FORMAT", value_parser = format_options::readable_format())]
    from: Option<Format>,
    /// Leave out internal comments; only .fiojson files and JSON made from them mark any
    #[arg(long)]
    no_internal: bool,
}

/// Markers, with the format that they were read from.
pub(super) struct MarkersFile {
    pub(super) list: MarkerList,
    pub(super) format: Format,
}

impl MarkersFileArgs {
    /// Reads the file, up to the limit of the readers.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let refuse = |error| Failure::file("read", &self.path, &error);
        let limit = ReadOptions::default().max_bytes as u64;
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map_err(refuse)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(refuse)?;
        if bytes.len() as u64 > limit {
            let message = format!("larger than {} MiB", limit >> 20);
            return Err(Failure::usage(format!(
                "cannot read '{}': {message}",
                self.path.display()
            )));
        }
        Ok(bytes)
    }

    /// Returns the format of the content.
    pub(super) fn format(&self, bytes: &[u8]) -> Result<Format, Failure> {
        let format = self.from.or_else(|| detect(bytes));
        format.ok_or_else(|| {
            let message = "the format is not recognized; set it with '--from'";
            Failure::usage(format!("cannot read '{}': {message}", self.path.display()))
        })
    }

    /// Parses the content.
    pub(super) fn parse(
        &self,
        bytes: &[u8],
        timing: &Timing,
        reporter: &Reporter,
    ) -> Result<MarkersFile, Failure> {
        let format = self.format(bytes)?;
        let mut options = ReadOptions::default();
        options.rate = timing.rate;
        options.drop_frame = timing.drop_frame;
        options.start_timecode.clone_from(&timing.start_timecode);
        let list = read(Some(format), bytes, &options)
            .map_err(|error| Failure::usage(format!("'{}': {error}", self.path.display())))?;
        let mut file = MarkersFile { list, format };
        if self.no_internal {
            self.remove_internal(&mut file.list)?;
        }
        for note in &file.list.notes {
            match note.line {
                Some(line) => reporter.note(&format!("line {line}: {}", note.text)),
                None => reporter.note(&note.text),
            }
        }
        Ok(file)
    }

    fn remove_internal(&self, list: &mut MarkerList) -> Result<(), Failure> {
        if list.markers.iter().any(|marker| marker.internal.is_none()) {
            let message = "'--no-internal' cannot be used: the file does not mark internal comments; only .fiojson \
                           files do";
            return Err(Failure::usage(message));
        }
        list.remove_internal();
        Ok(())
    }
}
