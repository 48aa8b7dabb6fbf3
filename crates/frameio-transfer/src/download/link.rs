//! Signed links to the content of a file, which are renewed when they expire.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use frameio_core::{AccountId, FileId, SignedUrl};
use http::Uri;
use tokio::sync::Mutex;

use crate::attempt_error::AttemptError;
use crate::existing::created;
use crate::{Inner, TransferError, TransferErrorKind};
use frameio_api::files::{File, FileInclude, FileStatus, ShowFile};
use frameio_api::media_links::MediaLinks;
use frameio_client::Client;

/// Original or rendition of a file.
///
/// [`Display`](fmt::Display) and [`FromStr`] use the names of the service, such as `high_quality`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rendition {
    /// Uploaded file.
    #[default]
    Original,
    /// Rendition with the highest quality.
    HighQuality,
    /// Smallest rendition of acceptable quality.
    Efficient,
    /// H.264 video with 180 lines.
    VideoH264180,
    /// Small still image.
    Thumbnail,
    /// Large still image.
    ThumbnailHighQuality,
    /// Sheet of still images for scrubbing.
    ScrubSheet,
}

impl Rendition {
    /// All renditions, the original first.
    pub const ALL: [Self; 7] = [
        Self::Original,
        Self::HighQuality,
        Self::Efficient,
        Self::VideoH264180,
        Self::Thumbnail,
        Self::ThumbnailHighQuality,
        Self::ScrubSheet,
    ];

    /// Returns the name that the service uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::HighQuality => "high_quality",
            Self::Efficient => "efficient",
            Self::VideoH264180 => "video_h264_180",
            Self::Thumbnail => "thumbnail",
            Self::ThumbnailHighQuality => "thumbnail_high_quality",
            Self::ScrubSheet => "scrub_sheet",
        }
    }

    pub(crate) const fn include(self) -> FileInclude {
        match self {
            Self::Original => FileInclude::MediaLinksOriginal,
            Self::HighQuality => FileInclude::MediaLinksHighQuality,
            Self::Efficient => FileInclude::MediaLinksEfficient,
            Self::VideoH264180 => FileInclude::MediaLinksVideoH264180,
            Self::Thumbnail => FileInclude::MediaLinksThumbnail,
            Self::ThumbnailHighQuality => FileInclude::MediaLinksThumbnailHighQuality,
            Self::ScrubSheet => FileInclude::MediaLinksScrubSheet,
        }
    }

    /// Returns the link for downloads, or else the one for display.
    pub(crate) fn url(self, links: &MediaLinks) -> Option<SignedUrl> {
        let rendition = match self {
            Self::Original => {
                let link = links.original.as_ref()?;
                return link.download_url.clone().or_else(|| link.inline_url.clone());
            }
            Self::ScrubSheet => {
                let link = links.scrub_sheet.as_ref()?;
                return link.download_url.clone().or_else(|| link.url.clone());
            }
            Self::HighQuality => &links.high_quality,
            Self::Efficient => &links.efficient,
            Self::VideoH264180 => &links.video_h264_180,
            Self::Thumbnail => &links.thumbnail,
            Self::ThumbnailHighQuality => &links.thumbnail_high_quality,
        };
        let link = rendition.as_ref()?;
        link.download_url.clone().or_else(|| link.url.clone())
    }
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rendition {
    type Err = TransferError;

    fn from_str(name: &str) -> Result<Self, TransferError> {
        Self::ALL.into_iter().find(|rendition| rendition.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            let message = format!("no such rendition '{name}'; available: {known}");
            TransferError::new(TransferErrorKind::Invalid, message)
        })
    }
}

/// Content to download: a file and its rendition.
#[derive(Clone, Debug)]
pub(crate) struct MediaRef {
    pub(crate) account: AccountId,
    pub(crate) file: FileId,
    pub(crate) rendition: Rendition,
}

impl MediaRef {
    pub(crate) fn new(account: AccountId, file: FileId) -> Self {
        Self { account, file, rendition: Rendition::Original }
    }

    /// Requests the file with its link.
    async fn show(&self, client: &Client) -> Result<(File, SignedUrl), TransferError> {
        let show = ShowFile::new(&self.account, &self.file).include([self.rendition.include()]);
        let file = client.send(show).await.map_err(|error| self.refused(error))?;
        match file.media_links.as_deref().and_then(|links| self.rendition.url(links)) {
            Some(url) => Ok((file, url)),
            None => Err(self.missing(client, &file).await),
        }
    }

    fn refused(&self, error: frameio_client::Error) -> TransferError {
        let withheld = self.rendition == Rendition::Original && error.is_forbidden();
        let advice = if withheld {
            ": downloading the original requires the download permission; try a rendition"
        } else {
            ""
        };
        TransferError::new(TransferErrorKind::Api, format!("{error}{advice}"))
            .because(error)
            .of_file(&self.file)
    }

    /// Explains why the link is missing, and lists the available renditions.
    async fn missing(&self, client: &Client, file: &File) -> TransferError {
        // Without the original, because the service refuses the whole request if the user may not
        // download it.
        let others = Rendition::ALL.into_iter().filter(|other| *other != Rendition::Original);
        let show = ShowFile::new(&self.account, &self.file)
            .include(others.clone().map(Rendition::include).collect::<Vec<_>>());
        let existing: Vec<_> = match client.send(show).await {
            Ok(File { media_links: Some(links), .. }) => {
                others.filter(|other| other.url(&links).is_some()).map(Rendition::as_str).collect()
            }
            _ => Vec::new(),
        };
        let existing = if existing.is_empty() {
            String::new()
        } else {
            format!("; available: {}", existing.join(", "))
        };
        let reason = absent(self.rendition, &file.status);
        TransferError::new(TransferErrorKind::Invalid, format!("{reason}{existing}"))
            .of_file(&self.file)
    }
}

/// Explains why a file with this status does not have a rendition.
pub(crate) fn absent(wanted: Rendition, status: &FileStatus) -> String {
    match status {
        FileStatus::Created => format!("'{wanted}' is unavailable: the file is not uploaded yet"),
        FileStatus::Uploaded if wanted != Rendition::Original => {
            format!("'{wanted}' is unavailable: the file is still being transcoded")
        }
        _ => format!("'{wanted}' is unavailable for this type of file, or for this user"),
    }
}

/// The current link of a content, shared by all tasks that read it.
pub(crate) struct Links {
    inner: Arc<Inner>,
    pub(crate) source: MediaRef,
    current: Mutex<Link>,
}

/// A link and the number of previous links.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) uri: Uri,
    generation: u64,
}

/// A known link with properties of the file.
#[derive(Clone, Debug)]
pub(crate) struct KnownLink {
    pub(crate) url: SignedUrl,
    /// Size of the original.
    pub(crate) original_size: u64,
    pub(crate) created: Option<SystemTime>,
}

impl KnownLink {
    pub(crate) fn new(file: &File, url: SignedUrl) -> Self {
        let created = created(file);
        Self { url, original_size: file.file_size, created }
    }
}

impl Links {
    /// Requests the file and its link, unless they are known already.
    pub(crate) async fn open(
        inner: Arc<Inner>,
        source: MediaRef,
        known: Option<KnownLink>,
    ) -> Result<(Self, KnownLink), TransferError> {
        let known = match known {
            Some(known) => known,
            None => {
                let (file, url) = source.show(&inner.client).await?;
                KnownLink::new(&file, url)
            }
        };
        let link = Link { uri: parse(&inner, &known.url)?, generation: 0 };
        Ok((Self { inner, source, current: Mutex::new(link) }, known))
    }

    /// Returns the size reported by the service, which is known only for the original.
    pub(crate) fn promised(&self, known: &KnownLink) -> Option<u64> {
        (self.source.rendition == Rendition::Original).then_some(known.original_size)
    }

    pub(crate) async fn current(&self) -> Link {
        self.current.lock().await.clone()
    }

    /// Replaces a refused link. Concurrent callers share one request.
    pub(crate) async fn refresh(&self, refused: &Link) -> Result<(), TransferError> {
        let mut current = self.current.lock().await;
        if current.generation == refused.generation {
            let (_, url) = self.source.show(&self.inner.client).await?;
            let uri = parse(&self.inner, &url)?;
            *current = Link { uri, generation: refused.generation + 1 };
        }
        Ok(())
    }
}

fn parse(inner: &Inner, url: &SignedUrl) -> Result<Uri, TransferError> {
    let uri = inner.storage.url(url.as_str());
    uri.map_err(|error| TransferError::storage(AttemptError::Url(error), 0))
}
