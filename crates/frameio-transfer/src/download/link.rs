//! Where the bytes are: a signed link that expires, and is asked for anew when it has.

use std::fmt;
use std::str::FromStr;

use frameio_core::{AccountId, FileId, SignedUrl};
use http::Uri;
use tokio::sync::Mutex;

use super::super::{TransferError, TransferErrorKind};
use frameio_api::files::{File, FileInclude, FileStatus, ShowFile};
use frameio_api::media_links::MediaLinks;
use frameio_client::Client;

/// Which form of a file: as it was uploaded, or one that the service made of it.
///
/// It is written and parsed as the service calls it, `high_quality`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rendition {
    /// The file as it was uploaded.
    #[default]
    Original,
    /// The best rendition.
    HighQuality,
    /// The rendition that takes the least.
    Efficient,
    /// A video of 180 lines.
    VideoH264180,
    /// A small picture.
    Thumbnail,
    /// A large picture.
    ThumbnailHighQuality,
    /// A sheet of pictures to scrub through.
    ScrubSheet,
}

impl Rendition {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Original,
        Self::HighQuality,
        Self::Efficient,
        Self::VideoH264180,
        Self::Thumbnail,
        Self::ThumbnailHighQuality,
        Self::ScrubSheet,
    ];

    /// What the service calls it.
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

    /// The link for saving it, or else the one for showing it.
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
            let message = format!("there is no rendition {name:?}; there are {known}");
            TransferError::new(TransferErrorKind::Invalid, message)
        })
    }
}

/// What is to be received.
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

    /// The file with its link.
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
            ": the original needs the right to download; a rendition may be had without"
        } else {
            ""
        };
        TransferError::new(TransferErrorKind::Api, format!("{error}{advice}"))
            .because(error)
            .of_file(&self.file)
    }

    /// Why there is no link, and what there is instead.
    async fn missing(&self, client: &Client, file: &File) -> TransferError {
        let wanted = self.rendition;
        let why = match &file.status {
            FileStatus::Created => format!("there is no {wanted}: the file is not uploaded yet"),
            FileStatus::Uploaded if wanted != Rendition::Original => {
                format!("there is no {wanted} yet: the file is still being transcoded")
            }
            _ => format!("there is no {wanted} of this file: not of its kind, or withheld"),
        };
        // The original is not asked for: without the right to it all would be refused.
        let others = Rendition::ALL.into_iter().filter(|other| *other != Rendition::Original);
        let show = ShowFile::new(&self.account, &self.file)
            .include(others.clone().map(Rendition::include).collect::<Vec<_>>());
        let there: Vec<_> = match client.send(show).await {
            Ok(File { media_links: Some(links), .. }) => {
                others.filter(|other| other.url(&links).is_some()).map(Rendition::as_str).collect()
            }
            _ => Vec::new(),
        };
        let there = if there.is_empty() {
            String::new()
        } else {
            format!("; there are {}", there.join(", "))
        };
        TransferError::new(TransferErrorKind::Invalid, format!("{why}{there}")).of_file(&self.file)
    }
}

/// The link of one source, shared by all who read it.
pub(crate) struct Links {
    client: Client,
    pub(crate) source: MediaRef,
    current: Mutex<Link>,
}

/// A link, and how often one was asked for before.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) uri: Uri,
    generation: u64,
}

impl Links {
    /// Asks for the file and its link; `known` spares the call.
    ///
    /// The size is given where it is promised, which it is for the original.
    pub(crate) async fn open(
        client: Client,
        source: MediaRef,
        known: Option<(SignedUrl, u64)>,
    ) -> Result<(Self, Option<u64>), TransferError> {
        let (url, size) = match known {
            Some((url, size)) => (url, size),
            None => {
                let (file, url) = source.show(&client).await?;
                (url, file.file_size)
            }
        };
        let promised = (source.rendition == Rendition::Original).then_some(size);
        let link = Link { uri: parse(&url, &source)?, generation: 0 };
        Ok((Self { client, source, current: Mutex::new(link) }, promised))
    }

    pub(crate) async fn current(&self) -> Link {
        self.current.lock().await.clone()
    }

    /// Replaces a link that was refused; who comes while another asks gets what that one got.
    pub(crate) async fn refresh(&self, refused: &Link) -> Result<(), TransferError> {
        let mut current = self.current.lock().await;
        if current.generation == refused.generation {
            let (_, url) = self.source.show(&self.client).await?;
            let uri = parse(&url, &self.source)?;
            *current = Link { uri, generation: refused.generation + 1 };
        }
        Ok(())
    }
}

fn parse(url: &SignedUrl, source: &MediaRef) -> Result<Uri, TransferError> {
    url.as_str().parse().map_err(|_| {
        let message = "the service gives a link that is no URL";
        TransferError::new(TransferErrorKind::Mismatch, message).of_file(&source.file)
    })
}
