//! Matches: why something was found.

use frameio_core::decode::read_object;
use frameio_core::{CommentId, DecodeError, Extra, ProjectId, UserId, model};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::untyped::{kind, take};

/// Declares the union: for each kind its variant, its `type`, and the fields that it has besides.
macro_rules! matches {
    ($(
        $(#[$meta:meta])*
        $variant:ident = $kind:literal {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty, )+
        },
    )+) => {
        /// Why something was found: what of it matches.
        ///
        /// ```
        /// use frameio_api::search::SearchMatch;
        ///
        /// let json = r#"{"type":"name_match","name":"sea.mov","terms":["sea"]}"#;
        /// let found: SearchMatch = serde_json::from_str(json)?;
        /// assert!(matches!(&found, SearchMatch::Name { name, .. } if name == "sea.mov"));
        ///
        /// let json = r#"{"type":"mood_match","mood":"calm"}"#;
        /// let found: SearchMatch = serde_json::from_str(json)?;
        /// assert_eq!(found.kind(), "mood_match");
        /// assert!(matches!(found, SearchMatch::Other(_)));
        /// # Ok::<_, serde_json::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum SearchMatch {
            $(
                $(#[$meta])*
                #[non_exhaustive]
                $variant {
                    $( $(#[$field_meta])* $field: $ty, )+
                    /// Fields that this version does not know.
                    extra: Extra,
                },
            )+
            /// Of a kind that this version does not know, as it came.
            Other(Extra),
        }

        impl SearchMatch {
            /// Every kind that this version knows, as the service writes it.
            pub const KNOWN: &'static [&'static str] = &[$($kind),+];

            /// Its kind as the service writes it: `name_match` and the like.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant { .. } => $kind, )+
                    Self::Other(fields) => kind(fields).unwrap_or_default(),
                }
            }

            pub(super) fn from_fields(mut fields: Extra) -> Result<Self, DecodeError> {
                match kind(&fields)? {
                    $(
                        $kind => {
                            fields.remove("type");
                            Ok(Self::$variant {
                                $( $field: take(&mut fields, stringify!($field))?, )+
                                extra: fields,
                            })
                        }
                    )+
                    _ => Ok(Self::Other(fields)),
                }
            }
        }

        impl Serialize for SearchMatch {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                let extra = match self {
                    $(
                        Self::$variant { $( $field, )+ extra } => {
                            map.serialize_entry("type", $kind)?;
                            $(
                                let value = serde_json::to_value($field).map_err(S::Error::custom)?;
                                if !value.is_null() {
                                    map.serialize_entry(stringify!($field), &value)?;
                                }
                            )+
                            extra
                        }
                    )+
                    Self::Other(fields) => fields,
                };
                for (name, value) in extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    };
}

matches! {
    /// The name.
    Name = "name_match" {
        /// What it is called.
        name: String,
        /// The words that were found.
        terms: Vec<String>,
    },
    /// The name of the file that was uploaded.
    SourceFilename = "source_filename_match" {
        /// What the file was called.
        source_filename: String,
        /// The words that were found.
        terms: Vec<String>,
    },
    /// The name of the project that it is in.
    Project = "project_match" {
        /// The project.
        project: MatchedProject,
        /// The words that were found.
        terms: Vec<String>,
    },
    /// Who created it.
    Creator = "creator_match" {
        /// The user's id.
        creator_id: UserId,
    },
    /// Whom it is assigned to.
    Assignee = "assignee_match" {
        /// The user's id.
        assignee_id: UserId,
    },
    /// The format of the media.
    Format = "format_match" {
        /// The format.
        format: String,
    },
    /// Its keywords.
    Keywords = "keywords_match" {
        /// The keywords that were found.
        keywords: Vec<String>,
    },
    /// Its status.
    Status = "status_match" {
        /// The status.
        status: String,
    },
    /// What is seen.
    Visual = "visual_match" {
        /// Where in the media it is seen.
        clips: Vec<MatchedClip>,
    },
    /// What is said.
    Transcription = "transcription_match" {
        /// Where in the transcript it is said.
        matches: Vec<MatchedSegment>,
    },
    /// A comment on it.
    Comment = "comment_match" {
        /// The comment's id.
        comment_id: CommentId,
        /// Part of its text.
        snippet: String,
        /// The words that were found.
        terms: Vec<String>,
    },
    /// Its rating.
    Rating = "rating_match" {
        /// How many stars it has.
        rating: u32,
        /// How many there can be.
        max_value: Option<u32>,
        /// The colour of the stars.
        color: Option<String>,
        /// What is shown for a star.
        style: Option<String>,
    },
    /// How many comments there are on it.
    CommentCount = "comment_count_match" {
        /// The number of comments.
        comment_count: u64,
    },
    /// How many pages it has.
    PageCount = "page_count_match" {
        /// The number of pages.
        page_count: u64,
    },
    /// How long it is.
    Duration = "duration_match" {
        /// The length.
        duration: f64,
    },
    /// How large it is.
    Filesize = "filesize_match" {
        /// The size.
        filesize: u64,
    },
    /// The sample rate of its sound.
    AudioSampleRate = "audio_sample_rate_match" {
        /// The rate.
        audio_sample_rate: f64,
    },
    /// Its notes.
    Notes = "notes_match" {
        /// The notes.
        notes: String,
    },
    /// When it was uploaded.
    UploadedAt = "uploaded_at_match" {
        /// The time.
        uploaded_at: Timestamp,
    },
    /// When it was last changed.
    UpdatedAt = "updated_at_match" {
        /// The time.
        updated_at: Timestamp,
    },
    /// When it was deleted.
    DeletedAt = "deleted_at_match" {
        /// The time.
        deleted_at: Timestamp,
    },
    /// When it was created.
    InsertedAt = "inserted_at_match" {
        /// The time.
        inserted_at: Timestamp,
    },
    /// What kind of file it is.
    FileType = "file_type_match" {
        /// The kind.
        file_type: String,
    },
    /// How many bits its colours or samples have.
    BitDepth = "bit_depth_match" {
        /// The number of bits.
        bit_depth: f64,
    },
    /// Its bit rate.
    BitRate = "bit_rate_match" {
        /// The rate.
        bit_rate: f64,
    },
    /// How the media is encoded.
    Codec = "codec_match" {
        /// The codec.
        codec: String,
    },
    /// How many channels its sound has.
    Channels = "channels_match" {
        /// The number of channels.
        channels: f64,
    },
    /// Its frame rate.
    FrameRate = "frame_rate_match" {
        /// The rate.
        frame_rate: f64,
    },
    /// Whether it can be seen through.
    HasAlphaChannel = "has_alpha_channel_match" {
        /// Whether there is an alpha channel.
        has_alpha_channel: bool,
    },
    /// Its colour space.
    ColorSpace = "color_space_match" {
        /// The colour space.
        color_space: String,
    },
    /// How wide the picture is.
    ResolutionWidth = "resolution_width_match" {
        /// The width.
        resolution_width: f64,
    },
    /// How high the picture is.
    ResolutionHeight = "resolution_height_match" {
        /// The height.
        resolution_height: f64,
    },
    /// Its dynamic range.
    DynamicRange = "dynamic_range_match" {
        /// The dynamic range.
        dynamic_range: String,
    },
}

impl<'de> Deserialize<'de> for SearchMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, Self::from_fields)
    }
}

model! {
    /// A project whose name matches.
    pub struct MatchedProject {
        /// The project's id.
        pub id: ProjectId,
        /// What it is called.
        pub name: String,
    }
}

model! {
    /// A part of the media in which something is seen.
    pub struct MatchedClip {
        /// Its place among the clips, by time.
        pub index: u64,
        /// Its place among the clips, by how well it matches.
        pub relevancy_index: u64,
        /// When it starts.
        pub start_time: u64,
        /// When it ends.
        pub end_time: u64,
        /// When the picture comes that matches best.
        pub best_frame_time: u64,
    }
}

model! {
    /// A part of the transcript in which something is said.
    pub struct MatchedSegment {
        /// The segment's id.
        pub id: String,
        /// Parts of what is said.
        pub snippets: Vec<String>,
        /// The words that were found.
        pub terms: Vec<String>,
    }
}
