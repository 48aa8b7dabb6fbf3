//! Comments, which the user of the token writes.

use frameio_api::comments::{Comment, CreateComment, LinkInput, ListComments};
use frameio_core::FileId;

use super::{Kind, RestoreEvent, Run};
use crate::error::ArchiveError;
use crate::layout::{COMMENTS, SavedComments};
use crate::lines::Batches;

/// Numbers of what the API cannot create.
#[derive(Default)]
struct Lost {
    authors: u64,
    replies: u64,
    mentions: u64,
    attachments: u64,
    without_file: u64,
}

impl Run {
    pub(super) async fn comments(&self) -> Result<(), ArchiveError> {
        let mut files = Batches::<SavedComments>::open(self.directory.at(COMMENTS)).await?;
        let mut lost = Lost::default();
        loop {
            let batch = files.next().await?;
            if batch.is_empty() {
                break;
            }
            for SavedComments { file_id, mut comments } in batch {
                let Some(new) = self.state.created(Kind::File, file_id.as_str()) else {
                    lost.without_file += comments.len() as u64;
                    continue;
                };
                let file = FileId::from(new);
                comments.sort_by_key(|comment| comment.created_at);
                for comment in &comments {
                    lost.count(comment);
                    match Box::pin(self.comment(&file, comment)).await {
                        Ok(()) => {
                            self.report.count(|counts| counts.comments += 1);
                            self.report.event(RestoreEvent::CommentRestored);
                        }
                        Err(error) => {
                            self.failed(&format!("comment {}", comment.id.as_str()), error)?;
                        }
                    }
                }
            }
        }
        let own = "every comment is by the user of the token, at the time of the restoration";
        self.report.impossible("authors and dates of comments", lost.authors, own);
        self.report.impossible("replies", lost.replies, "the API cannot create them");
        self.report.impossible("mentions", lost.mentions, "the API cannot create them");
        let unsaved = "the API does not return their content, so the archive does not have it";
        self.report.impossible("attachments", lost.attachments, unsaved);
        self.report.impossible("comments", lost.without_file, "their files were not restored");
        Ok(())
    }

    async fn comment(&self, file: &FileId, comment: &Comment) -> Result<(), ArchiveError> {
        let old = comment.id.as_str();
        if self.state.created(Kind::Comment, old).is_some() {
            return Ok(());
        }
        let found = match self.state.begin(Kind::Comment, old).await? {
            true => self.existing_comment(file, comment).await?,
            false => None,
        };
        let new = match found {
            Some(id) => id,
            None => {
                let create = self.new_comment(file, comment);
                self.client.send(create).await.map_err(ArchiveError::call)?.id.into()
            }
        };
        self.state.done(Kind::Comment, old, &new).await
    }

    fn new_comment(&self, file: &FileId, comment: &Comment) -> CreateComment {
        let mut create = CreateComment::new(&self.settings.account, file, &*comment.text);
        create.timestamp = comment.timestamp.clone();
        create.duration = comment.duration.filter(|_| comment.timestamp.is_some());
        create.page = comment.page;
        create.anchor = comment.anchor.clone();
        create.annotation = comment.annotation.clone();
        create.text_review_annotation = comment.text_review_annotation.clone();
        if !comment.links.is_empty() {
            let links = comment.links.iter();
            let links = links.map(|it| LinkInput::new(it.start_index..it.end_index, &*it.url));
            create.links = Some(links.collect());
        }
        create.completed = comment.completed_at.is_some().then_some(true);
        create
    }

    /// Finds a comment that an earlier run created without noting it.
    async fn existing_comment(
        &self,
        file: &FileId,
        comment: &Comment,
    ) -> Result<Option<String>, ArchiveError> {
        let list = ListComments::new(&self.settings.account, file).page_size(100);
        let mut comments = self.client.items(list).strict(true);
        while let Some(found) = comments.next().await.transpose().map_err(ArchiveError::call)? {
            let is_same = found.text == comment.text
                && (&found.timestamp, found.page) == (&comment.timestamp, comment.page);
            if is_same && self.state.claim(found.id.as_str()) {
                return Ok(Some(found.id.into()));
            }
        }
        Ok(None)
    }
}

impl Lost {
    fn count(&mut self, comment: &Comment) {
        self.authors += 1;
        self.mentions += comment.mentions.len() as u64;
        self.attachments += comment.attachments.as_ref().map_or(0, Vec::len) as u64;
        for reply in comment.replies.iter().flatten() {
            self.replies += 1;
            self.attachments += reply.attachments.as_ref().map_or(0, Vec::len) as u64;
        }
    }
}
