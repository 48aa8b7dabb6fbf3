//! Names of the formats, and what each can carry.

use std::fmt;
use std::str::FromStr;

/// A file format for markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Marker EDL of DaVinci Resolve; Frame.io's own EDL is read too.
    ResolveEdl,
    /// Marker text of Avid Media Composer.
    AvidTxt,
    /// Marker XML of Avid Media Composer.
    AvidXml,
    /// Final Cut Pro 7 XML, for Premiere Pro.
    Fcp7Xml,
    /// FCPXML of Final Cut Pro.
    Fcpxml,
    /// OpenTimelineIO.
    Otio,
    /// "Export Markers" of Premiere Pro.
    PremiereCsv,
    /// CSV of Frame.io.
    FrameioCsv,
    /// The file that Frame.io's extension for Final Cut Pro reads.
    Fiojson,
    /// Subtitles, SubRip.
    Srt,
    /// Subtitles, WebVTT.
    Vtt,
    /// Chapters in ffmpeg's metadata format.
    Chapters,
    /// CSV with a row for each message.
    Csv,
    /// JSON with everything; comments of the Frame.io API are read too.
    Json,
    /// Task list.
    Markdown,
    /// Page for printing.
    Html,
}

/// How a format carries a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// In a field of its own.
    Own,
    /// As part of the text of the marker.
    InText,
    /// Not at all.
    Lost,
}

use Support::{InText, Lost, Own};

/// What a format carries, by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Several markers on the same frame.
    pub same_frame: bool,
    /// Markers without a frame.
    pub untimed: bool,
    /// Ranges.
    pub range: Support,
    /// Authors.
    pub author: Support,
    /// Line breaks.
    pub lines: Support,
    /// Replies.
    pub replies: Support,
    /// Open or completed.
    pub state: Support,
    /// Colours.
    pub color: Support,
    /// Drawings; `InText` is the mark `[drawing]`.
    pub annotation: Support,
    /// Names of attachments.
    pub attachments: Support,
    /// Addresses.
    pub links: Support,
    /// Time at which a comment was written.
    pub dates: Support,
    /// Times of edits.
    pub edits: Support,
    /// When and by whom a comment was completed.
    pub completion: Support,
    /// Ids of comments.
    pub id: Support,
    /// Ids of authors.
    pub user_ids: Support,
    /// The mark of internal comments.
    pub internal: Support,
    /// Name of a marker in addition to its author.
    pub name: Support,
    /// Pages of documents.
    pub page: Support,
    /// Addresses of attachments.
    pub attachment_urls: Support,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 16] = [
        Self::ResolveEdl,
        Self::AvidTxt,
        Self::AvidXml,
        Self::Fcp7Xml,
        Self::Fcpxml,
        Self::Otio,
        Self::PremiereCsv,
        Self::FrameioCsv,
        Self::Fiojson,
        Self::Srt,
        Self::Vtt,
        Self::Chapters,
        Self::Csv,
        Self::Json,
        Self::Markdown,
        Self::Html,
    ];

    /// The name in commands: `resolve-edl`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Extension of files, without a dot.
    pub const fn extension(self) -> &'static str {
        self.row().1
    }

    /// The program or use, in a few words.
    pub const fn description(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ResolveEdl => ("resolve-edl", "edl", "DaVinci Resolve: timeline markers"),
            Self::AvidTxt => ("avid-txt", "txt", "Avid Media Composer: markers as text"),
            Self::AvidXml => ("avid-xml", "xml", "Avid Media Composer: markers as XML"),
            Self::Fcp7Xml => ("fcp7-xml", "xml", "Premiere Pro: a sequence with markers"),
            Self::Fcpxml => ("fcpxml", "fcpxml", "Final Cut Pro: to-do markers"),
            Self::Otio => ("otio", "otio", "OpenTimelineIO"),
            Self::PremiereCsv => ("premiere-csv", "csv", "Premiere Pro's marker list"),
            Self::FrameioCsv => ("frameio-csv", "csv", "Frame.io's CSV"),
            Self::Fiojson => ("fiojson", "fiojson", "Frame.io's extension for Final Cut Pro"),
            Self::Srt => ("srt", "srt", "subtitles (SubRip)"),
            Self::Vtt => ("vtt", "vtt", "subtitles (WebVTT)"),
            Self::Chapters => ("chapters", "ffmetadata", "chapters for ffmpeg"),
            Self::Csv => ("csv", "csv", "spreadsheets: a row for each message"),
            Self::Json => ("json", "json", "programs: everything that is known"),
            Self::Markdown => ("markdown", "md", "a task list"),
            Self::Html => ("html", "html", "a page for printing"),
        }
    }

    /// Returns whether files of the format can be read.
    pub const fn can_read(self) -> bool {
        !matches!(self, Self::Markdown | Self::Html)
    }

    /// Returns whether a file contains its frame rate. Other formats need [`ReadOptions`](crate::ReadOptions).
    pub const fn has_rate(self) -> bool {
        matches!(
            self,
            Self::Fcp7Xml | Self::Fcpxml | Self::Otio | Self::Fiojson | Self::Chapters | Self::Json
        )
    }

    /// What the format carries.
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::FrameioCsv => Capabilities {
                color: Lost,
                annotation: InText,
                attachments: Lost,
                links: Lost,
                internal: Lost,
                page: Lost,
                edits: Lost,
                ..TABLE
            },
            Self::Fiojson => Capabilities {
                color: Lost,
                attachments: Lost,
                links: Lost,
                name: Lost,
                attachment_urls: Lost,
                ..EVERYTHING
            },
            Self::Csv => Capabilities { annotation: InText, name: Own, ..TABLE },
            Self::Json => EVERYTHING,
            Self::Markdown => Capabilities {
                range: Lost,
                color: Lost,
                annotation: Lost,
                dates: Lost,
                edits: Lost,
                id: Lost,
                internal: Lost,
                page: Lost,
                ..TABLE
            },
            Self::Html => Capabilities { color: Lost, id: Lost, name: Own, ..TABLE },
            _ => self.marker_capabilities(),
        }
    }

    /// What formats of markers carry; the others are in [`Format::capabilities`].
    const fn marker_capabilities(self) -> Capabilities {
        match self {
            Self::ResolveEdl => Capabilities { same_frame: false, lines: Lost, ..MARKER },
            Self::AvidTxt => Capabilities { lines: Lost, ..MARKER },
            Self::AvidXml => Capabilities { dates: Own, ..MARKER },
            Self::Fcpxml => Capabilities {
                same_frame: false,
                author: InText,
                state: Own,
                color: Lost,
                ..MARKER
            },
            Self::Otio => Capabilities {
                state: Own,
                dates: Own,
                edits: Own,
                id: Own,
                links: Own,
                internal: Own,
                name: Own,
                page: Own,
                ..MARKER
            },
            Self::PremiereCsv => Capabilities {
                lines: Lost,
                replies: Lost,
                state: Lost,
                color: Lost,
                annotation: Lost,
                attachments: Lost,
                links: Lost,
                ..MARKER
            },
            Self::Srt => Capabilities { author: InText, color: Lost, ..MARKER },
            Self::Vtt => Capabilities { color: Lost, id: Own, ..MARKER },
            Self::Chapters => Capabilities {
                same_frame: false,
                range: Lost,
                author: InText,
                lines: Lost,
                color: Lost,
                ..MARKER
            },
            _ => MARKER,
        }
    }
}

const EVERYTHING: Capabilities = Capabilities {
    same_frame: true,
    untimed: true,
    range: Own,
    author: Own,
    lines: Own,
    replies: Own,
    state: Own,
    color: Own,
    annotation: Own,
    attachments: Own,
    links: Own,
    dates: Own,
    edits: Own,
    completion: Own,
    id: Own,
    user_ids: Own,
    internal: Own,
    name: Own,
    page: Own,
    attachment_urls: Own,
};

/// A table or page for people.
const TABLE: Capabilities = Capabilities {
    completion: Lost,
    user_ids: Lost,
    name: Lost,
    attachment_urls: Lost,
    ..EVERYTHING
};

/// A marker of an editing system: one text with everything in it.
const MARKER: Capabilities = Capabilities {
    untimed: false,
    replies: InText,
    state: InText,
    annotation: InText,
    attachments: InText,
    links: InText,
    dates: Lost,
    edits: Lost,
    completion: Lost,
    id: Lost,
    user_ids: Lost,
    internal: Lost,
    name: Lost,
    page: Lost,
    attachment_urls: Lost,
    ..EVERYTHING
};

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text is not the name of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Format::ALL.into_iter().map(Format::name).collect();
        write!(f, "unknown format '{}'; formats are {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Parses a name such as `resolve-edl`.
    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| UnknownFormat(text.chars().take(40).collect()))
    }
}
