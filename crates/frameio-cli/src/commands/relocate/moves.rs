//! Calls that move and rename.

use frameio::endpoint::CallOptions;
use frameio::files::{MoveFile, MoveFiles, UpdateFile};
use frameio::folders::{MoveFolder, MoveFolders, UpdateFolder};
use frameio::transfer::RemotePath;
use frameio::version_stacks::MoveVersionStack;
use frameio::{Endpoint, EndpointExt, Error};

use super::super::assets::{id, kind, name};
use super::super::changes::{Change, Results};
use super::source::{Source, Sources};
use super::{BULK, Relocation, is_refused};
use crate::exit::{Failure, Status};

/// Name of an item after a call, by its id.
type Moved = (String, String);

impl Relocation<'_> {
    /// Moves all sources, and prints each result.
    pub(super) async fn move_all(
        &mut self,
        results: &mut Results,
        sources: Sources,
    ) -> Result<(), Failure> {
        let files = self.moving(results, sources.files)?;
        for chunk in files.chunks(BULK) {
            self.move_chunk(results, chunk).await?;
        }
        let folders = self.moving(results, sources.folders)?;
        for chunk in folders.chunks(BULK) {
            self.move_chunk(results, chunk).await?;
        }
        for stack in self.moving(results, sources.stacks)? {
            self.move_one(results, &stack).await?;
        }
        Ok(())
    }

    /// Reports the sources that stay where they are, and returns the others.
    pub(super) fn moving(
        &mut self,
        results: &mut Results,
        sources: Vec<Source>,
    ) -> Result<Vec<Source>, Failure> {
        let mut moving = Vec::new();
        for source in sources {
            let is_same = self.destination.name_of(&source.item) == name(&source.item);
            match source.is_in(&self.destination) && is_same {
                true => results.done(&Change::of("unchanged", &source.item)),
                false => moving.push(source),
            }
        }
        self.free(results, moving)
    }

    /// Moves files, or folders, by one call. If the service refuses it, moves each by its own call.
    async fn move_chunk(&self, results: &mut Results, chunk: &[Source]) -> Result<(), Failure> {
        if let [only] = chunk {
            return self.move_one(results, only).await;
        }
        match self.bulk(chunk).await {
            Ok(moved) => {
                for source in chunk {
                    match moved.iter().find(|(moved, _)| moved == id(&source.item)) {
                        Some((_, name)) => self.moved(results, source, name),
                        None => results.failed(&source.item.path.to_string(), unreported())?,
                    }
                }
                Ok(())
            }
            Err(error) if is_refused(&error) => {
                for source in chunk {
                    self.move_one(results, source).await?;
                }
                Ok(())
            }
            Err(error) => {
                let failure = Failure::from(error);
                for source in chunk {
                    let failure = Failure::new(failure.status, failure.message.as_str());
                    results.failed(&source.item.path.to_string(), failure)?;
                }
                Ok(())
            }
        }
    }

    async fn bulk(&self, chunk: &[Source]) -> Result<Vec<Moved>, Error> {
        let (account, folder) = (&self.account, &self.destination.folder_id);
        let ids = || chunk.iter().map(|source| id(&source.item));
        if chunk.iter().all(|source| kind(&source.item) == "file") {
            let ids: Vec<_> = ids().map(Into::into).collect();
            let moved = self.repeatable(MoveFiles::new(account, ids, folder)).await?;
            return Ok(moved.into_iter().map(|it| (it.id.to_string(), it.name)).collect());
        }
        let ids: Vec<_> = ids().map(Into::into).collect();
        let moved = self.repeatable(MoveFolders::new(account, ids, folder)).await?;
        Ok(moved.into_iter().map(|it| (it.id.to_string(), it.name)).collect())
    }

    /// Sends a call that has the same effect if it is carried out twice.
    async fn repeatable<E: Endpoint>(&self, call: E) -> Result<E::Response, Error> {
        self.client.send(call.options(CallOptions::new().idempotent(true))).await
    }

    async fn move_one(&self, results: &mut Results, source: &Source) -> Result<(), Failure> {
        let mut current = None;
        let moved = self.move_and_rename(source, &mut current).await;
        match (moved, current) {
            (Ok(name), _) => {
                self.moved(results, source, &name);
                Ok(())
            }
            (Err(failure), None) => results.failed(&source.item.path.to_string(), failure),
            (Err(failure), Some(path)) => {
                let message = format!("it is at {path}, but not renamed: {}", failure.message);
                let failure = Failure::new(failure.status, message);
                results.failed(&source.item.path.to_string(), failure)
            }
        }
    }

    /// Moves an item, then renames it. `current` is its path between both steps.
    async fn move_and_rename(
        &self,
        source: &Source,
        current: &mut Option<RemotePath>,
    ) -> Result<String, Failure> {
        let mut name = name(&source.item).to_owned();
        if !source.is_in(&self.destination) {
            name = self.move_only(source).await?;
            *current = Some(self.destination.path_of(&name));
        }
        match &self.destination.new_name {
            Some(new) if *new != name => {
                self.rename(kind(&source.item), id(&source.item), new).await
            }
            _ => Ok(name),
        }
    }

    async fn move_only(&self, source: &Source) -> Result<String, Failure> {
        let (account, folder) = (&self.account, &self.destination.folder_id);
        let id = id(&source.item);
        Ok(match kind(&source.item) {
            "file" => self.repeatable(MoveFile::new(account, id, folder.clone())).await?.name,
            "folder" => self.repeatable(MoveFolder::new(account, id, folder)).await?.name,
            _ => self.repeatable(MoveVersionStack::new(account, id, folder)).await?.name,
        })
    }

    /// Renames a file or folder, and returns the name that the service has saved.
    pub(super) async fn rename(&self, kind: &str, id: &str, new: &str) -> Result<String, Failure> {
        let account = &self.account;
        Ok(match kind {
            "file" => self.repeatable(UpdateFile::new(account, id).name(new)).await?.name,
            _ => self.repeatable(UpdateFolder::new(account, id).name(new)).await?.name,
        })
    }

    fn moved(&self, results: &mut Results, source: &Source, name: &str) {
        let outcome = match source.is_in(&self.destination) {
            true => "renamed",
            false => "moved",
        };
        let path = self.destination.path_of(name);
        let change = Change::new(outcome, kind(&source.item), id(&source.item), &path);
        results.done(&change.from(&source.item.path));
    }
}

/// Reports an item that is missing in the response.
pub(super) fn unreported() -> Failure {
    Failure::new(Status::Unexpected, "the response of the service does not contain the item")
}
