//! The frame rate and the timecodes of media files.

use std::path::PathBuf;

use frameio::markers::Timing;
use frameio::markers::timecode::{DropFrame, Rate, Timecode, TimecodeError};

use super::probe;
use crate::exit::Failure;

/// Heading of these options in help.
const HEADING: &str = "Timecode";

#[derive(Debug, clap::Args)]
pub(super) struct TimingArgs {
    /// Frame rate, such as 23.976 or 30000/1001 [default: from the metadata of the file]
    #[arg(long, value_name = "RATE", help_heading = HEADING)]
    fps: Option<Rate>,
    /// Drop-frame timecodes; auto: as the start timecode, or else on at 29.97 and 59.94
    #[arg(long, value_name = "MODE", value_enum, default_value = "auto", help_heading = HEADING)]
    df: DropFrameMode,
    /// Start timecode of the file, such as 01:00:00:00 [default: 00:00:00:00]
    #[arg(long, value_name = "TIMECODE", value_parser = start_timecode, help_heading = HEADING)]
    start_tc: Option<String>,
    /// Local copy of the file from which ffprobe reads the rate and the start timecode
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    probe: Option<PathBuf>,
}

/// Checks the form of a timecode. Whether the rate of a file has it is known only when the file is read.
fn start_timecode(text: &str) -> Result<String, TimecodeError> {
    match Timecode::parse(text, Rate::FPS_24, DropFrame::Auto) {
        Err(error @ TimecodeError::Syntax { .. }) => Err(error),
        _ => Ok(text.to_owned()),
    }
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum DropFrameMode {
    Auto,
    On,
    Off,
}

impl TimingArgs {
    /// Returns the timing that the arguments describe; runs ffprobe if requested.
    pub(super) fn timing(&self) -> Result<Timing, Failure> {
        let mut timing = match &self.probe {
            Some(path) => probe::run(path)?,
            None => Timing::default(),
        };
        timing.rate = self.fps.or(timing.rate);
        timing.start_timecode = self.start_tc.clone().or(timing.start_timecode);
        timing.drop_frame = match self.df {
            DropFrameMode::Auto => DropFrame::Auto,
            DropFrameMode::On => DropFrame::On,
            DropFrameMode::Off => DropFrame::Off,
        };
        Ok(timing)
    }

    /// Refuses `--probe` for a place with many files.
    pub(super) fn check_many(&self) -> Result<(), Failure> {
        match self.probe {
            Some(_) => {
                Err(Failure::usage("'--probe' cannot be used with a folder, project or share"))
            }
            None => Ok(()),
        }
    }
}
