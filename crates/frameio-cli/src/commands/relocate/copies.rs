//! Calls that copy.

use std::collections::HashSet;
use std::time::Duration;

use frameio::Error;
use frameio::files::{CopyFile, CopyFiles};
use frameio::folders::{CopyFolders, FolderCopies, ListFolders};
use frameio::version_stacks::CopyVersionStack;

use super::super::assets::{Sibling, Siblings, id, kind, name};
use super::super::call::quoted;
use super::super::changes::{Change, Results, Uncertain};
use super::cp::Extras;
use super::moves::unreported;
use super::source::{Source, Sources};
use super::{BULK, Relocation, is_refused};
use crate::commands::by_name::normalized;
use crate::exit::{Failure, Status};

/// Interval between two checks for the copy of a large folder.
const POLL: Duration = Duration::from_secs(2);
/// Maximum number of checks for the copy of a large folder that is to be renamed.
const POLLS: usize = 60;

/// A copy.
struct Copied {
    source: String,
    id: String,
    name: String,
}

impl Relocation<'_> {
    /// Copies all sources, and prints each result.
    pub(super) async fn copy_all(
        &mut self,
        results: &mut Results,
        sources: Sources,
        extras: &Extras,
    ) -> Result<(), Failure> {
        let files = self.free(results, sources.files)?;
        for chunk in files.chunks(BULK) {
            let copied = self.copy_files(chunk, extras).await;
            self.finish_chunk(results, chunk, copied, extras).await?;
        }
        let folders = self.free(results, sources.folders)?;
        for chunk in folders.chunks(BULK) {
            let copied = self.copy_folders(chunk, extras).await;
            self.finish_chunk(results, chunk, copied, extras).await?;
        }
        if extras.comments.is_some() && !sources.stacks.is_empty() {
            let note = "the API cannot copy the comments of version stacks; they are not copied";
            results.reporter().note(note);
        }
        for stack in self.free(results, sources.stacks)? {
            let mut copy = CopyVersionStack::new(&self.account, id(&stack.item))
                .parent_id(&self.destination.folder_id);
            if extras.metadata {
                copy = copy.copy_metadata(true);
            }
            let copied = self.client.send(copy).await.map(|copy| {
                let source = id(&stack.item).to_owned();
                Some(vec![Copied { source, id: copy.id.to_string(), name: copy.name }])
            });
            self.finish_chunk(results, std::slice::from_ref(&stack), copied, extras).await?;
        }
        Ok(())
    }

    async fn copy_files(
        &self,
        chunk: &[Source],
        extras: &Extras,
    ) -> Result<Option<Vec<Copied>>, Error> {
        if let [only] = chunk {
            let mut copy = CopyFile::new(&self.account, id(&only.item))
                .parent_id(&self.destination.folder_id)
                .copy_metadata(extras.metadata);
            if let Some(comments) = &extras.comments {
                copy = copy.copy_comments(comments.clone());
            }
            let file = self.client.send(copy).await?;
            let source = id(&only.item).to_owned();
            return Ok(Some(vec![Copied { source, id: file.id.to_string(), name: file.name }]));
        }
        let ids = chunk.iter().map(|source| id(&source.item).into()).collect::<Vec<_>>();
        let mut copy = CopyFiles::new(&self.account, ids, &self.destination.folder_id)
            .copy_metadata(extras.metadata);
        if let Some(comments) = &extras.comments {
            copy = copy.copy_comments(comments.clone());
        }
        let copied = self.client.send(copy).await?.into_iter();
        let copied = copied.map(|it| Copied {
            source: it.source_file_id.to_string(),
            id: it.file.id.to_string(),
            name: it.file.name,
        });
        Ok(Some(copied.collect()))
    }

    /// Copies folders; returns `None` if the service is still copying.
    ///
    /// Only the call for several folders can copy comments.
    async fn copy_folders(
        &self,
        chunk: &[Source],
        extras: &Extras,
    ) -> Result<Option<Vec<Copied>>, Error> {
        let ids = chunk.iter().map(|source| id(&source.item).into()).collect::<Vec<_>>();
        let mut copy = CopyFolders::new(&self.account, ids, &self.destination.folder_id)
            .copy_metadata(extras.metadata);
        if let Some(comments) = &extras.comments {
            copy = copy.copy_comments(comments.clone());
        }
        let FolderCopies::Done(copied) = self.client.send(copy).await? else { return Ok(None) };
        let copied = copied.into_iter().map(|it| Copied {
            source: it.source_folder_id.to_string(),
            id: it.folder.id.to_string(),
            name: it.folder.name,
        });
        Ok(Some(copied.collect()))
    }

    /// Reports the result of a call. If the service refused it, copies each item by its own call.
    async fn finish_chunk(
        &mut self,
        results: &mut Results,
        chunk: &[Source],
        copied: Result<Option<Vec<Copied>>, Error>,
        extras: &Extras,
    ) -> Result<(), Failure> {
        match copied {
            Ok(Some(mut copied)) => {
                for source in chunk {
                    let at = copied.iter().position(|copied| copied.source == id(&source.item));
                    match at.map(|at| copied.swap_remove(at)) {
                        Some(copied) => self.copied(results, source, copied).await?,
                        None => results.failed(&source.item.path.to_string(), unreported())?,
                    }
                }
            }
            Ok(None) => {
                for source in chunk {
                    self.in_progress(results, source).await?;
                }
            }
            Err(error) if chunk.len() > 1 && is_refused(&error) => {
                for source in chunk {
                    let one = std::slice::from_ref(source);
                    let copied = match kind(&source.item) {
                        "file" => self.copy_files(one, extras).await,
                        _ => self.copy_folders(one, extras).await,
                    };
                    Box::pin(self.finish_chunk(results, one, copied, extras)).await?;
                }
            }
            Err(error) => match Uncertain::of(error) {
                Ok(call) => self.read_back(results, chunk, &call).await?,
                Err(failure) => fail_all(results, chunk, &failure)?,
            },
        }
        Ok(())
    }

    /// Reports the copies of a call whose response was lost: those that the destination contains.
    async fn read_back(
        &mut self,
        results: &mut Results,
        chunk: &[Source],
        call: &Uncertain,
    ) -> Result<(), Failure> {
        let show = format!("frameio ls {}", quoted(&self.destination.folder.path.to_string()));
        let find = async || {
            let folder = &self.destination.folder_id;
            let now = Siblings::list(self.client, &self.account, folder).await?;
            let sources = chunk.iter().map(|it| (name(&it.item), kind(&it.item)));
            Ok(new_items(sources, &now, &self.known))
        };
        let found = match call.look_for_all(&show, find).await {
            Ok(found) => found,
            Err(failure) => return fail_all(results, chunk, &failure),
        };
        for (source, found) in chunk.iter().zip(found) {
            if let Some(new) = found {
                let name = name(&source.item).to_owned();
                let copied = Copied { source: id(&source.item).to_owned(), id: new, name };
                self.copied(results, source, copied).await?;
                continue;
            }
            let failure = match kind(&source.item) {
                "folder" => {
                    call.unknown("the service copies large folders in the background", &show)
                }
                _ => call.not_done(),
            };
            results.failed(&source.item.path.to_string(), failure)?;
        }
        Ok(())
    }

    /// Renames a copy if a new name was given, and prints its path.
    async fn copied(
        &mut self,
        results: &mut Results,
        source: &Source,
        copied: Copied,
    ) -> Result<(), Failure> {
        self.known.insert(copied.id.clone());
        let mut name = copied.name;
        if let Some(new) = self.destination.new_name.as_ref().filter(|new| **new != name) {
            match self.rename(kind(&source.item), &copied.id, new).await {
                Ok(new) => name = new,
                Err(failure) => {
                    let path = self.destination.path_of(&name);
                    let message = format!(
                        "the copy is at {path} ({}), but not renamed: {}",
                        copied.id, failure.message
                    );
                    let failure = Failure::new(failure.status, message);
                    return results.failed(&source.item.path.to_string(), failure);
                }
            }
        }
        let path = self.destination.path_of(&name);
        let change = Change::new("copied", kind(&source.item), copied.id, &path);
        results.done(&change.from(&source.item.path).field("source_id", id(&source.item)));
        Ok(())
    }

    /// Reports a copy that the service makes in the background. If it gets a new name, waits for it.
    async fn in_progress(&mut self, results: &mut Results, source: &Source) -> Result<(), Failure> {
        let path = self.destination.path_of(name(&source.item));
        if self.destination.new_name.is_none() {
            let change = Change::new("copying", kind(&source.item), "", &path)
                .from(&source.item.path)
                .detail("the service continues in the background")
                .field("source_id", id(&source.item));
            results.done(&change);
            return Ok(());
        }
        match self.wait_for_copy(name(&source.item)).await {
            Ok(Some((id, name))) => {
                let copied = Copied { source: String::new(), id, name };
                self.copied(results, source, copied).await
            }
            Ok(None) => {
                let message = format!(
                    "the service is still copying it to {path}; rename the copy when it appears"
                );
                let failure = Failure::new(Status::Other, message);
                results.failed(&source.item.path.to_string(), failure)
            }
            Err(failure) => results.failed(&source.item.path.to_string(), failure),
        }
    }

    /// Polls the destination until a new folder of this name appears.
    async fn wait_for_copy(&self, name: &str) -> Result<Option<(String, String)>, Failure> {
        for attempt in 0..POLLS {
            if attempt > 0 {
                tokio::time::sleep(POLL).await;
            }
            let list = ListFolders::new(&self.account, &self.destination.folder_id).page_size(500);
            let mut folders = self.client.items(list).strict(true);
            while let Some(folder) = folders.next().await {
                let folder = folder?;
                let is_new = !self.known.contains(folder.id.as_str());
                if is_new && normalized(&folder.name) == normalized(name) {
                    return Ok(Some((folder.id.to_string(), folder.name)));
                }
            }
        }
        Ok(None)
    }
}

/// Reports the failure of a call for each of its items.
fn fail_all(results: &mut Results, chunk: &[Source], failure: &Failure) -> Result<(), Failure> {
    chunk.iter().try_for_each(|source| {
        let failure = Failure::new(failure.status, failure.message.as_str());
        results.failed(&source.item.path.to_string(), failure)
    })
}

/// Returns the ID of the new item for each name and type of a source: an item that was not known.
fn new_items<'a>(
    sources: impl Iterator<Item = (&'a str, &'a str)>,
    now: &Siblings,
    known: &HashSet<String>,
) -> Vec<Option<String>> {
    let mut taken = HashSet::new();
    let find = |(name, kind): (&str, &str)| {
        let is_new =
            |it: &&Sibling| it.kind == kind && !known.contains(&it.id) && !taken.contains(&it.id);
        let new = now.named(name).iter().find(is_new).map(|it| it.id.clone());
        taken.extend(new.clone());
        new
    };
    sources.map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_a_new_item_of_the_name_and_type_of_its_source() {
        let mut now = Siblings::default();
        for (name, id, kind) in [
            ("a", "old", "file"),
            ("a", "new", "file"),
            ("a", "folder", "folder"),
            ("b", "one", "file"),
        ] {
            now.add(name, id, kind);
        }
        let known = HashSet::from(["old".to_owned()]);
        let sources = [("a", "file"), ("a", "file"), ("b", "file"), ("c", "file"), ("a", "folder")];
        let found = new_items(sources.into_iter(), &now, &known);
        let found: Vec<_> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, [Some("new"), None, Some("one"), None, Some("folder")]);
    }
}
