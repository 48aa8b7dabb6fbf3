//! Options of the formats of markers.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use frameio::markers::{ColorBy, FcpxmlVersion, Format, Merge, Untimed, WriteOptions};

/// Heading of these options in help.
const HEADING: &str = "Formats";

#[derive(Debug, clap::Args)]
pub(super) struct FormatOptions {
    /// Frames to add to each position
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, help_heading = HEADING)]
    frame_offset: i64,
    /// Merge comments on the same frame; auto: where the editor would lose all but one
    #[arg(
        long,
        value_name = "WHEN",
        num_args = 0..=1,
        require_equals = true,
        default_value = "auto",
        default_missing_value = "always",
        value_parser = values(Merge::ALL.iter().map(|it| it.name())).try_map(|it| it.parse::<Merge>()),
        help_heading = HEADING
    )]
    merge_same_frame: Merge,
    /// Property that determines the color of markers
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "state",
        value_parser = values(ColorBy::ALL.iter().map(|it| it.name())).try_map(|it| it.parse::<ColorBy>()),
        help_heading = HEADING
    )]
    color_by: ColorBy,
    /// What to do with comments without a frame; file: write them to a text file where the format
    /// cannot contain them
    #[arg(
        long,
        value_name = "ACTION",
        default_value = "file",
        value_parser = values(Untimed::ALL.iter().map(|it| it.name())).try_map(|it| it.parse::<Untimed>()),
        help_heading = HEADING
    )]
    untimed: Untimed,
    /// Let timecodes start over after 24 hours, instead of failing
    #[arg(long, help_heading = HEADING)]
    wrap: bool,
    /// Replace characters outside of ASCII, for old editing systems
    #[arg(long, help_heading = HEADING)]
    ascii: bool,
    /// Version of FCPXML
    #[arg(
        long,
        value_name = "VERSION",
        default_value = "1.10",
        value_parser = values(FcpxmlVersion::ALL.iter().map(|it| it.name()))
            .try_map(|it| it.parse::<FcpxmlVersion>()),
        help_heading = HEADING
    )]
    fcpxml_version: FcpxmlVersion,
}

fn values(names: impl Iterator<Item = &'static str>) -> PossibleValuesParser {
    names.map(PossibleValue::new).collect::<Vec<_>>().into()
}

/// Parses the name of a format that can be written.
pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    let value = |format: Format| PossibleValue::new(format.name()).help(format.description());
    let parser: PossibleValuesParser = Format::ALL.map(value).into();
    parser.try_map(|name| name.parse::<Format>())
}

/// Parses the name of a format that can be read.
pub(super) fn readable_format() -> impl TypedValueParser<Value = Format> {
    let formats = Format::ALL.into_iter().filter(|format| format.can_read());
    values(formats.map(Format::name)).try_map(|name| name.parse::<Format>())
}

impl FormatOptions {
    pub(super) fn write_options(&self) -> WriteOptions {
        let mut options = WriteOptions::default();
        options.frame_offset = self.frame_offset;
        options.merge = self.merge_same_frame;
        options.color_by = self.color_by;
        options.untimed = self.untimed;
        options.wrap = self.wrap;
        options.ascii = self.ascii;
        options.fcpxml_version = self.fcpxml_version;
        options
    }
}
