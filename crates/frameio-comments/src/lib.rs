//! Review comments of Frame.io as markers of editing systems, and markers as comments.
//!
//! [`CommentReader`] reads the comments of a file, a version stack, a folder tree, a project or a share, one
//! [`FileComments`] for each media file. `frameio_markers` writes them in the format of an editing system.
//! [`plan_import`] compares markers with existing comments, and returns the comments to create.
//!
//! Most programs use it as `frameio::markers`, with the feature `markers`.
//!
//! ```no_run
//! use frameio_client::Client;
//! use frameio_comments::{CommentReader, Source};
//! use frameio_markers::{Format, WriteOptions, write};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("token")?;
//! let mut files = CommentReader::new(client, "account").read(Source::Folder("folder".into()));
//! while let Some(file) = files.next().await {
//!     let file = file?;
//!     let output = write(Format::ResolveEdl, &file.list, &WriteOptions::default())?;
//!     println!("{}: {} files, {} losses", file.path, output.files.len(), output.losses.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Internal comments
//!
//! The API marks neither internal comments nor the share on which a comment was made. Every list may
//! therefore contain internal comments. Ask the user before you pass it on to others.
//!
//! # Frame rate and start timecode
//!
//! Comments have frame numbers only. The rate is taken from the metadata of the file, unless [`Timing`] has
//! one. A file of unknown rate is an error, because a wrong rate moves comments by minutes. No documented
//! field has the start timecode; without [`Timing::start_timecode`], timecodes count from `00:00:00:00`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod convert;
mod error;
mod filter;
mod import;
mod media;
mod reader;
mod source;
mod thumbnail;
mod visitors;

pub use self::convert::marker_of;
pub use self::error::{CommentsError, CommentsErrorKind};
pub use self::filter::Filter;
pub use self::import::{ImportAction, ImportOptions, PlannedComment, plan_import};
pub use self::media::Timing;
pub use self::reader::{CommentReader, FileComments, FileStream};
pub use self::source::{Source, Versions};
