//! The comments of files, one file after the other.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_api::comments::{Comment, CommentInclude, ListComments};
use frameio_api::files::{File, FileInclude, ShowFile};
use frameio_client::Client;
use frameio_core::repair::Skipped;
use frameio_core::{AccountId, FileId};
use frameio_markers::{MarkerList, Media, Picture};
use frameio_transfer::{RemotePath, Transfers};
use futures_core::Stream;
use futures_util::stream::{BoxStream, StreamExt};

use crate::convert;
use crate::error::{CommentsError, CommentsErrorKind};
use crate::media::{self, Timing};
use crate::source::{Listing, Source, Target, Versions};
use crate::thumbnail;
use crate::visitors::Visitors;

/// Maximum page size of the service.
const PAGE_SIZE: u32 = 100;

/// Reads comments as markers.
///
/// | setting | default |
/// |---|---|
/// | [`versions`](Self::versions) | the newest version of a stack |
/// | [`timing`](Self::timing) | rate of the metadata, timecodes from `00:00:00:00` |
/// | [`guess_visitors`](Self::guess_visitors) | no |
/// | [`skip_undecodable`](Self::skip_undecodable) | no |
/// | [`allow_unknown_rate`](Self::allow_unknown_rate) | no |
/// | [`thumbnails`](Self::thumbnails) | no |
/// | [`files_in_flight`](Self::files_in_flight) | 4 |
#[derive(Debug, Clone)]
#[must_use]
pub struct CommentReader {
    client: Client,
    account: AccountId,
    versions: Versions,
    skip_undecodable: bool,
    timing: Timing,
    guess_visitors: bool,
    allow_unknown_rate: bool,
    files_in_flight: usize,
    thumbnails: Option<Transfers>,
}

/// The comments of one file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileComments {
    /// Path relative to the source; the name of the file for a source without folders.
    pub path: RemotePath,
    /// The file, with its metadata.
    pub file: File,
    /// The comments by frame, those without one last.
    pub list: MarkerList,
    /// Whether the rate of the list is that of the file. Otherwise only its frame numbers can be used.
    pub is_rate_known: bool,
    /// What was assumed about the file, for the user.
    pub notes: Vec<String>,
    /// Comments that cannot be decoded.
    pub skipped: Vec<Skipped>,
    /// Thumbnail of the file, if [requested](CommentReader::thumbnails) and available. Never for a file without
    /// comments.
    pub thumbnail: Option<Picture>,
}

impl CommentReader {
    /// Creates a reader of an account.
    pub fn new(client: Client, account: impl Into<AccountId>) -> Self {
        Self {
            client,
            account: account.into(),
            versions: Versions::Head,
            skip_undecodable: false,
            timing: Timing::default(),
            guess_visitors: false,
            allow_unknown_rate: false,
            files_in_flight: 4,
            thumbnails: None,
        }
    }

    /// Sets which versions of a stack are read. Default: the newest one.
    pub fn versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// Sets the frame rate and the start timecode of every file.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Sets whether visitors of shares, whom the service does not name on comments, are guessed by the time
    /// of their activity. Default: no.
    ///
    /// A guessed name is marked as such. If a comment has no owner, the activities of the share, or of all
    /// shares of the project, are read once.
    pub fn guess_visitors(mut self, guess: bool) -> Self {
        self.guess_visitors = guess;
        self
    }

    /// Sets whether items and comments that cannot be decoded are skipped, instead of failing their folder
    /// or file. Default: no.
    ///
    /// Skipped comments are in [`FileComments::skipped`]. A skipped item of a folder or share is an error of
    /// the stream, which continues.
    pub fn skip_undecodable(mut self, skip: bool) -> Self {
        self.skip_undecodable = skip;
        self
    }

    /// Sets whether files of unknown rate are read, with [`FileComments::is_rate_known`] false. Default: no.
    ///
    /// Use it to compare or display frame numbers, not to write formats with times or timecodes.
    pub fn allow_unknown_rate(mut self, allow: bool) -> Self {
        self.allow_unknown_rate = allow;
        self
    }

    /// Downloads the thumbnail of each file that has comments, by its signed link and without the token.
    /// Default: none.
    ///
    /// A thumbnail that is missing, larger than 2 MiB or fails to download is not an error of the file, but a
    /// note. The limits of `transfers` apply: few retries and short timeouts keep a failing storage from
    /// delaying the comments.
    pub fn thumbnails(mut self, transfers: Transfers) -> Self {
        self.thumbnails = Some(transfers);
        self
    }

    /// Sets the number of files that are read concurrently, at least 1. Default: 4.
    ///
    /// Calls wait for their quota of 100 per minute, regardless of this number.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Returns a `'static` stream of the files of a source with their comments.
    ///
    /// The files of a folder come in the order of the service, so that every run names them alike; the order of
    /// folders is undefined. Files without comments are included. A file or folder that cannot be read yields an
    /// error, and the stream continues. It makes no progress unless it is polled, and holds the comments of at
    /// most [`files_in_flight`](Self::files_in_flight) files.
    pub fn read(&self, source: Source) -> FileStream {
        let visitors = self.guess_visitors.then(|| {
            let share = match &source {
                Source::Share(id) => Some(id.clone()),
                _ => None,
            };
            Arc::new(Visitors::new(self.client.clone(), self.account.clone(), share))
        });
        let files = self.files_in_flight;
        let reader = Arc::new(self.clone());
        let targets = source.targets(Listing {
            client: self.client.clone(),
            account: self.account.clone(),
            versions: self.versions,
            skip_undecodable: self.skip_undecodable,
            thumbnails: self.thumbnails.is_some(),
        });
        let stream = targets
            .map(move |target| {
                let (reader, visitors) = (Arc::clone(&reader), visitors.clone());
                async move { reader.target(target?, visitors.as_deref()).await }
            })
            .buffered(files);
        FileStream { stream: stream.boxed() }
    }

    /// Returns the frame rate, start and length of a file, without reading its comments.
    ///
    /// # Errors
    /// When the call fails, or the rate is unknown.
    pub async fn media(&self, file: &FileId) -> Result<Media, CommentsError> {
        let fail = |kind| CommentsError::new(&RemotePath::default(), kind).of_file(file);
        let show = ShowFile::new(&self.account, file).include([FileInclude::Metadata]);
        let shown = self.client.send(show).await;
        let shown = shown.map_err(|error| fail(CommentsErrorKind::Call(error)))?;
        media::media(&shown, &self.timing, true, &mut Vec::new()).map_err(fail)
    }

    /// Returns all comments of a file as the service has them, with their authors and replies, and the
    /// comments that were [skipped](Self::skip_undecodable).
    ///
    /// # Errors
    /// When a call fails.
    pub async fn comments(
        &self,
        file: &FileId,
    ) -> Result<(Vec<Comment>, Vec<Skipped>), CommentsError> {
        self.list(file).await.map_err(|error| {
            let kind = CommentsErrorKind::Call(error);
            CommentsError::new(&RemotePath::default(), kind).of_file(file)
        })
    }

    async fn target(
        &self,
        target: Target,
        visitors: Option<&Visitors>,
    ) -> Result<FileComments, CommentsError> {
        let Target { path, file, version } = target;
        let fail = |kind| CommentsError::new(&path, kind).of_file(&file.id);
        let (comments, skipped) =
            self.list(&file.id).await.map_err(|error| fail(CommentsErrorKind::Call(error)))?;
        let has_frames = comments.iter().any(|comment| comment.timestamp.is_some());
        let mut notes = Vec::new();
        let media = media::media(&file, &self.timing, has_frames, &mut notes);
        let is_rate_known = media::has_rate(&file, &self.timing);
        let mut media = match media {
            Ok(media) => media,
            // Without comments, nothing depends on the rate.
            Err(_) if comments.is_empty() => media::without_rate(&file).map_err(fail)?,
            Err(CommentsErrorKind::UnknownRate) if self.allow_unknown_rate => {
                media::without_rate(&file).map_err(fail)?
            }
            Err(kind) => return Err(fail(kind)),
        };
        media.version = version;
        let mut list = MarkerList::new(media);
        let base = list.media.timebase;
        list.markers.reserve(comments.len());
        for comment in comments {
            list.markers.push(convert::marker(comment, Some(base), &mut notes));
        }
        list.sort();
        if let Some(visitors) = visitors {
            visitors.name(&mut list, &file, &mut notes).await;
        }
        let mut thumbnail = None;
        if let Some(transfers) = self.thumbnails.as_ref().filter(|_| !list.markers.is_empty()) {
            match thumbnail::read(transfers, &self.account, &file).await {
                Ok(picture) => thumbnail = picture,
                Err(reason) => notes.push(format!("the thumbnail is missing: {reason}")),
            }
        }
        Ok(FileComments { path, file, list, is_rate_known, notes, skipped, thumbnail })
    }

    /// Lists all comments of a file with their authors and replies.
    async fn list(
        &self,
        file: &FileId,
    ) -> Result<(Vec<Comment>, Vec<Skipped>), frameio_client::Error> {
        let list = ListComments::new(&self.account, file)
            .include([CommentInclude::Owner, CommentInclude::Replies])
            .page_size(PAGE_SIZE);
        let mut pages =
            self.client.pages(list).strict(true).skip_undecodable(self.skip_undecodable);
        let (mut comments, mut skipped) = (Vec::new(), Vec::new());
        while let Some(page) = pages.next().await {
            comments.extend(page?.data);
            skipped.extend(pages.take_skipped());
        }
        Ok((comments, skipped))
    }
}

/// Stream of files with their comments, created by [`CommentReader::read`].
#[must_use = "a stream does nothing until it is polled"]
pub struct FileStream {
    stream: BoxStream<'static, Result<FileComments, CommentsError>>,
}

impl FileStream {
    /// Returns the next file, or `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<FileComments, CommentsError>> {
        self.stream.next().await
    }
}

impl Stream for FileStream {
    type Item = Result<FileComments, CommentsError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for FileStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStream").finish_non_exhaustive()
    }
}
