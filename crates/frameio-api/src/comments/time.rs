//! Positions in audio and video.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// A position in audio or video: a frame number or a timecode.
///
/// Frames are counted at the frame rate of the file. The service does not document whether the
/// first frame is 0 or 1.
///
/// ```
/// use frameio_api::comments::MediaTime;
///
/// assert_eq!(MediaTime::from(48), MediaTime::Frame(48));
/// assert_eq!(MediaTime::from("00:00:02:00"), MediaTime::Timecode("00:00:02:00".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaTime {
    /// Number of a frame.
    Frame(u64),
    /// Timecode, `HH:MM:SS:FF`.
    Timecode(Box<str>),
}

impl From<u64> for MediaTime {
    fn from(frame: u64) -> Self {
        Self::Frame(frame)
    }
}

impl From<&str> for MediaTime {
    fn from(timecode: &str) -> Self {
        Self::Timecode(timecode.into())
    }
}

impl From<String> for MediaTime {
    fn from(timecode: String) -> Self {
        Self::Timecode(timecode.into())
    }
}

impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => write!(f, "frame {frame}"),
            Self::Timecode(timecode) => f.write_str(timecode),
        }
    }
}

impl Serialize for MediaTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Frame(frame) => serializer.serialize_u64(*frame),
            Self::Timecode(timecode) => serializer.serialize_str(timecode),
        }
    }
}

impl<'de> Deserialize<'de> for MediaTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = MediaTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a frame number or a timecode")
            }

            fn visit_u64<E: Error>(self, frame: u64) -> Result<MediaTime, E> {
                Ok(MediaTime::Frame(frame))
            }

            fn visit_str<E: Error>(self, timecode: &str) -> Result<MediaTime, E> {
                Ok(timecode.into())
            }
        }

        deserializer.deserialize_any(TimeVisitor)
    }
}
