//! Reasons for the results of a search.

use frameio_core::decode::read_object;
use frameio_core::{CommentId, DecodeError, Extra, ProjectId, UserId, model};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::untyped::{kind, take};

/// Declares the union: for each type of match its variant, its `type` and its other fields.
macro_rules! matches {
    ($(
        $(#[$meta:meta])*
        $variant:ident = $kind:literal {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty, )+
        },
    )+) => {
        /// A reason why a search found a resource.
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
            /// Match of a type that this version does not know, with its fields unchanged.
            Other(Extra),
        }

        impl SearchMatch {
            /// Types of matches that this version knows, as the service names them.
            pub const KNOWN: &'static [&'static str] = &[$($kind),+];

            /// Returns the type as the service names it, such as `name_match`.
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
    /// The name of the resource matches.
    Name = "name_match" {
        /// Name of the resource.
        name: String,
        /// Matching words.
        terms: Vec<String>,
    },
    /// The name that the file had when it was uploaded matches.
    SourceFilename = "source_filename_match" {
        /// Name that the file had when it was uploaded.
        source_filename: String,
        /// Matching words.
        terms: Vec<String>,
    },
    /// The name of the project that contains the asset matches.
    Project = "project_match" {
        /// Project that contains the asset.
        project: MatchedProject,
        /// Matching words.
        terms: Vec<String>,
    },
    /// The creator matches.
    Creator = "creator_match" {
        /// User who created the resource.
        creator_id: UserId,
    },
    /// The assignee matches.
    Assignee = "assignee_match" {
        /// User whom the asset is assigned to.
        assignee_id: UserId,
    },
    /// The format of the media matches.
    Format = "format_match" {
        /// Format of the media.
        format: String,
    },
    /// Keywords match.
    Keywords = "keywords_match" {
        /// Matching keywords.
        keywords: Vec<String>,
    },
    /// The status matches.
    Status = "status_match" {
        /// Status of the asset.
        status: String,
    },
    /// The picture matches: the search text describes what is visible.
    Visual = "visual_match" {
        /// Matching parts of the media.
        clips: Vec<MatchedClip>,
    },
    /// The transcript matches.
    Transcription = "transcription_match" {
        /// Matching parts of the transcript.
        matches: Vec<MatchedSegment>,
    },
    /// A comment matches.
    Comment = "comment_match" {
        /// Id of the comment.
        comment_id: CommentId,
        /// Matching part of the comment's text.
        snippet: String,
        /// Matching words.
        terms: Vec<String>,
    },
    /// The rating matches.
    Rating = "rating_match" {
        /// Rating of the asset.
        rating: u32,
        /// Highest rating that the field allows.
        max_value: Option<u32>,
        /// Color of the symbols.
        color: Option<String>,
        /// Symbol, such as `star`.
        style: Option<String>,
    },
    /// The number of comments matches.
    CommentCount = "comment_count_match" {
        /// Number of comments.
        comment_count: u64,
    },
    /// The number of pages matches.
    PageCount = "page_count_match" {
        /// Number of pages.
        page_count: u64,
    },
    /// The duration of the media matches.
    Duration = "duration_match" {
        /// Duration. The service does not document the unit.
        duration: f64,
    },
    /// The size of the file matches.
    Filesize = "filesize_match" {
        /// Size. The service does not document the unit.
        filesize: u64,
    },
    /// The sample rate of the audio matches.
    AudioSampleRate = "audio_sample_rate_match" {
        /// Sample rate. The service does not document the unit.
        audio_sample_rate: f64,
    },
    /// The notes match.
    Notes = "notes_match" {
        /// Notes on the asset.
        notes: String,
    },
    /// The time of the upload matches.
    UploadedAt = "uploaded_at_match" {
        /// Time of the upload.
        uploaded_at: Timestamp,
    },
    /// The time of the last change matches.
    UpdatedAt = "updated_at_match" {
        /// Time of the last change.
        updated_at: Timestamp,
    },
    /// The deletion time matches.
    DeletedAt = "deleted_at_match" {
        /// Deletion time.
        deleted_at: Timestamp,
    },
    /// The creation time matches.
    InsertedAt = "inserted_at_match" {
        /// Creation time.
        inserted_at: Timestamp,
    },
    /// The type of the file matches.
    FileType = "file_type_match" {
        /// Type of the file.
        file_type: String,
    },
    /// The bit depth matches.
    BitDepth = "bit_depth_match" {
        /// Number of bits of a color or an audio sample.
        bit_depth: f64,
    },
    /// The bit rate matches.
    BitRate = "bit_rate_match" {
        /// Bit rate. The service does not document the unit.
        bit_rate: f64,
    },
    /// The codec matches.
    Codec = "codec_match" {
        /// Name of the codec.
        codec: String,
    },
    /// The number of audio channels matches.
    Channels = "channels_match" {
        /// Number of audio channels.
        channels: f64,
    },
    /// The frame rate matches.
    FrameRate = "frame_rate_match" {
        /// Frames per second.
        frame_rate: f64,
    },
    /// The presence of an alpha channel matches.
    HasAlphaChannel = "has_alpha_channel_match" {
        /// Whether the media has an alpha channel.
        has_alpha_channel: bool,
    },
    /// The color space matches.
    ColorSpace = "color_space_match" {
        /// Name of the color space.
        color_space: String,
    },
    /// The width of the picture matches.
    ResolutionWidth = "resolution_width_match" {
        /// Width in pixels.
        resolution_width: f64,
    },
    /// The height of the picture matches.
    ResolutionHeight = "resolution_height_match" {
        /// Height in pixels.
        resolution_height: f64,
    },
    /// The dynamic range matches.
    DynamicRange = "dynamic_range_match" {
        /// Name of the dynamic range.
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
        /// Id of the project.
        pub id: ProjectId,
        /// Name of the project.
        pub name: String,
    }
}

model! {
    /// A part of the media whose picture matches.
    ///
    /// The service does not document the unit of the times.
    pub struct MatchedClip {
        /// Position among the clips, ordered by time.
        pub index: u64,
        /// Position among the clips, ordered by relevance.
        pub relevancy_index: u64,
        /// Start of the clip.
        pub start_time: u64,
        /// End of the clip.
        pub end_time: u64,
        /// Position of the frame that matches best.
        pub best_frame_time: u64,
    }
}

model! {
    /// A part of the transcript that matches.
    pub struct MatchedSegment {
        /// Id of the segment.
        pub id: String,
        /// Matching parts of the text.
        pub snippets: Vec<String>,
        /// Matching words.
        pub terms: Vec<String>,
    }
}
