//! The file that a command about comments acts on.

use frameio::files::File;
use frameio::markers::{CommentReader, FileComments, Source};
use frameio::transfer::{Resolved, Transfers};
use frameio::{AccountId, Client, FileId};

use super::status;
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::resolver::{Purpose, Resolver};

/// A file, or the head of a version stack.
pub(super) struct TargetFile {
    pub(super) client: Client,
    pub(super) account: AccountId,
    pub(super) id: FileId,
    /// Path of the file or stack.
    pub(super) path: String,
    pub(super) media_type: Option<String>,
}

impl TargetFile {
    /// Resolves a path or an id.
    pub(super) async fn resolve(
        global: &GlobalArgs,
        account: &AccountArg,
        place: &str,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let client = global.client()?;
        let transfers = Transfers::new(client.clone());
        let resolver = Resolver::new(global, &transfers, account)?;
        let place = resolver.resolve_for(purpose, Some(place)).await?;
        let file = file(&place)?;
        Ok(Self {
            client,
            account: place.account_id.clone(),
            id: file.id.clone(),
            path: place.path.to_string(),
            media_type: file.media_type.clone(),
        })
    }

    pub(super) fn reader(&self) -> CommentReader {
        CommentReader::new(self.client.clone(), &self.account)
    }

    /// Reads the comments of the file.
    pub(super) async fn read(&self, reader: &CommentReader) -> Result<FileComments, Failure> {
        match reader.read(Source::File(self.id.clone())).next().await {
            Some(file) => file.map_err(status::failure),
            None => Err(Failure::new(Status::NotFound, format!("{}: no such file", self.path))),
        }
    }
}

/// Returns the file, or the head of the version stack.
fn file(place: &Resolved) -> Result<&File, Failure> {
    place.file().ok_or_else(|| {
        let reason = "is not a file, or has no version: pass a file or a version stack";
        Failure::usage(format!("'{}' {reason}", place.path))
    })
}
