//! Settings of readers and writers.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use frameio_timecode::{DropFrame, Rate};

/// Settings of [`write`](crate::write).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Frames added to each marker. Default 0.
    pub frame_offset: i64,
    /// When markers on the same frame become one. Default [`Merge::Auto`].
    pub merge: Merge,
    /// How markers without a frame are written. Default [`Untimed::File`].
    pub untimed: Untimed,
    /// What colours stand for. Default [`ColorBy::State`].
    pub color_by: ColorBy,
    /// Timecodes start over after 24 hours; otherwise they are an error. Default false.
    pub wrap: bool,
    /// Replace characters outside of ASCII, for old systems (Resolve EDL and Avid). Default false.
    pub ascii: bool,
    /// Longest name of a marker, in characters; the text is never cut. Default 80.
    pub max_name: usize,
    /// Events in one EDL, at most 999. Default 999.
    pub events_per_edl: usize,
    /// Columns of Avid's text, 5 to 8. Default 8.
    pub avid_columns: usize,
    /// Track of Avid's markers. Default `V1`.
    pub avid_track: String,
    /// Put markers of one frame on different tracks (V1, V2 …) in Avid. Default false.
    pub avid_spread: bool,
    /// Lines of Avid's text end with CR LF. Default false.
    pub avid_crlf: bool,
    /// Version of FCPXML. Default [`FcpxmlVersion::V1_10`].
    pub fcpxml_version: FcpxmlVersion,
    /// Address of the media file: FCPXML then has a clip of it in place of a gap.
    pub fcpxml_media: Option<String>,
    /// Milliseconds that the subtitle of a point is shown. Default 2000.
    pub cue_millis: u32,
    /// Keep `<b>` and other markup of comments in SRT. Default false.
    pub srt_markup: bool,
    /// Put `'` before texts in CSV that a spreadsheet would take for a formula. Default true.
    pub formula_guard: bool,
    /// Picture of the media file, for the page. Default none.
    pub thumbnail: Option<Picture>,
    /// Pictures of frames for the page, by the id of the marker. Default none.
    pub stills: BTreeMap<String, Picture>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            frame_offset: 0,
            merge: Merge::Auto,
            untimed: Untimed::File,
            color_by: ColorBy::State,
            wrap: false,
            ascii: false,
            max_name: 80,
            events_per_edl: 999,
            avid_columns: 8,
            avid_track: "V1".to_owned(),
            avid_spread: false,
            avid_crlf: false,
            fcpxml_version: FcpxmlVersion::V1_10,
            fcpxml_media: None,
            cue_millis: 2000,
            srt_markup: false,
            formula_guard: true,
            thumbnail: None,
            stills: BTreeMap::new(),
        }
    }
}

/// An encoded picture, which a page contains as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    media_type: &'static str,
    data: Vec<u8>,
}

impl Picture {
    /// Recognizes a JPEG, PNG, WebP or GIF by its first bytes. Returns `None` for other data, such as SVG,
    /// which may contain scripts and links.
    pub fn detect(data: impl Into<Vec<u8>>) -> Option<Self> {
        let data = data.into();
        let media_type = match &*data {
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
            _ => return None,
        };
        Some(Self { media_type, data })
    }

    /// Returns the media type, such as `image/jpeg`.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Returns the encoded picture.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { media_type, data } = self;
        f.debug_struct("Picture")
            .field("media_type", media_type)
            .field("bytes", &data.len())
            .finish()
    }
}

/// Declares an enum of settings with names for commands.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in commands.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownSetting;

            fn from_str(text: &str) -> Result<Self, UnknownSetting> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|value| value.name()).collect();
                    UnknownSetting { text: text.chars().take(40).collect(), names: names.join(", ") }
                })
            }
        }
    };
}

named! {
    /// When markers on the same frame become one.
    Merge {
        /// Where the target would lose all but one.
        #[default]
        Auto = "auto",
        /// Always, in formats of markers.
        Always = "always",
        /// Never; the target may lose markers.
        Never = "never",
    }
}

named! {
    /// How markers without a frame are written.
    Untimed {
        /// They are left out, and reported.
        Skip = "skip",
        /// They are put on the first frame.
        Start = "start",
        /// They stay without a frame where the format allows it, and go to a text file elsewhere.
        #[default]
        File = "file",
    }
}

named! {
    /// What colours stand for.
    ColorBy {
        /// Authors, in the order of their first marker.
        Author = "author",
        /// Open (red, in Resolve blue) or completed (green).
        #[default]
        State = "state",
        /// The marker's own colour, or else the default of the format.
        None = "none",
    }
}

named! {
    /// Version of FCPXML. Markers are the same in all of them.
    FcpxmlVersion {
        /// 1.9, for Final Cut Pro 10.4.9 and later.
        V1_9 = "1.9",
        /// 1.10, for Final Cut Pro 10.6 and later.
        #[default]
        V1_10 = "1.10",
        /// 1.11
        V1_11 = "1.11",
        /// 1.12
        V1_12 = "1.12",
        /// 1.13
        V1_13 = "1.13",
    }
}

/// The text is not one of the names of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSetting {
    text: String,
    names: String,
}

impl fmt::Display for UnknownSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown value '{}'; values are {}", self.text, self.names)
    }
}

impl std::error::Error for UnknownSetting {}

/// Settings of [`read`](crate::read).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Frame rate. It overrides that of the file; formats without one need it.
    pub rate: Option<Rate>,
    /// Drop frame or not. By default the file decides.
    pub drop_frame: DropFrame,
    /// Start timecode, such as `01:00:00:00`. It overrides that of the file.
    pub start_timecode: Option<String>,
    /// Name of the media file, where the format has none.
    pub name: Option<String>,
    /// Subtitles of this length are points. Default 2000.
    pub cue_millis: u32,
    /// Largest input in bytes. Default 32 MiB.
    pub max_bytes: usize,
    /// Largest number of markers and replies. Default 100,000.
    pub max_markers: usize,
    /// Largest number of elements of XML. Default 1,500,000.
    pub max_elements: usize,
    /// Deepest nesting of XML. Default 100. JSON is limited to 127.
    pub max_depth: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            rate: None,
            drop_frame: DropFrame::Auto,
            start_timecode: None,
            name: None,
            cue_millis: 2000,
            max_bytes: 32 << 20,
            max_markers: 100_000,
            max_elements: 1_500_000,
            max_depth: 100,
        }
    }
}
