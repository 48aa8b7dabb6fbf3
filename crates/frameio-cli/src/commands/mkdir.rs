//! `frameio mkdir`: creates folders.

use std::collections::HashMap;
use std::fs::File;

use frameio::folders::CreateFolder;
use frameio::transfer::{RemotePath, Resolved, Transfers};
use frameio::{AccountId, Client, FolderId};
use frameio_private_file::open_lock;

use super::assets::{NewPlace, Sibling, Siblings};
use super::call::quoted;
use super::changes::{Change, Results, confirmed};
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::config;
use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::resolver::{Resolver, has_base, not_a_folder};
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio mkdir '/Film/The Crossing/Dailies/Day 03'
  frameio mkdir -p '/Film/The Crossing/Dailies/Day 03/Camera A' '/Film/The Crossing/Dailies/Day 03/Sound'

Names in a folder are kept unique: an existing item with the same name is an error, and with -p an
existing folder is used. If a run on another machine creates the same folder at the same time, the service
accepts both: the error has their IDs. Write '/' in a name as '\\/'. To create a project, use
`frameio call projects.create`.

The service allows 3 new folders per second. An interrupted run can be repeated with -p.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders to create: /Workspace/Project/Folder
    #[arg(value_name = "PLACE", required = true, add = completion::place())]
    places: Vec<String>,
    /// Create missing parent folders, and accept existing folders
    #[arg(long, short)]
    parents: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let (mut places, has_base) = (Vec::new(), has_base(global)?);
    for text in &args.places {
        places.push((text.as_str(), NewPlace::split(text, has_base)?));
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let mut results = Results::new("create", args.json.reporter());
    let mut maker =
        Maker { client: &client, resolver, creates_parents: args.parents, folders: HashMap::new() };
    let ended = shutdown::interruptible(async {
        let _lock = lock().await;
        for (text, place) in places {
            if let Err(failure) = maker.make(&mut results, text, place).await {
                results.failed(text, failure)?;
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

/// Waits until no other process of this machine creates folders: two that find a name missing would both create
/// it. Without a state directory, there is no lock.
async fn lock() -> Option<File> {
    let path = config::state().ok()?.join("folders");
    let locked = tokio::task::spawn_blocking(move || {
        let lock = open_lock(&path).ok()?;
        lock.lock().ok().map(|()| lock)
    });
    locked.await.ok()?
}

/// Creates folders. The items of each folder are listed once.
struct Maker<'a> {
    client: &'a Client,
    resolver: Resolver<'a>,
    creates_parents: bool,
    /// Folders by the place that names them.
    folders: HashMap<String, Parent>,
}

/// A folder in which folders are created.
struct Parent {
    account: AccountId,
    id: FolderId,
    path: RemotePath,
    siblings: Siblings,
}

impl Maker<'_> {
    async fn make(
        &mut self,
        results: &mut Results,
        text: &str,
        place: Option<NewPlace>,
    ) -> Result<(), Failure> {
        let Some(place) = place else {
            // An id or a link is the place of an existing item.
            let existing = self.resolver.resolve_for_write(Some(text)).await?;
            return match (existing.folder_id(), self.creates_parents) {
                (Some(_), true) => {
                    results.done(&Change::of("exists", &existing));
                    Ok(())
                }
                (Some(_), false) => Err(Failure::usage(format!(
                    "it is the ID or link of the existing {}, not a path to create",
                    existing.path
                ))),
                (None, _) => Err(not_a_folder(&existing)),
            };
        };
        let parent = self.parent(results, place.parent.as_deref()).await?;
        self.child(results, &parent, &place.name).await.map(drop)
    }

    /// Finds a folder, and creates it if it is missing and wanted. Returns its key in `folders`.
    async fn parent(
        &mut self,
        results: &mut Results,
        place: Option<&str>,
    ) -> Result<String, Failure> {
        let key = place.unwrap_or_default().to_owned();
        if self.folders.contains_key(&key) {
            return Ok(key);
        }
        let missing = match self.resolver.resolve_for_write(place).await {
            Ok(found) => {
                self.add_existing(key.clone(), &found).await?;
                return Ok(key);
            }
            Err(failure) if failure.status == Status::NotFound => failure,
            Err(failure) => return Err(failure),
        };
        let above =
            place.and_then(|place| NewPlace::split(place, self.resolver.has_base()).ok().flatten());
        match above {
            Some(above) if self.creates_parents => {
                let parent = Box::pin(self.parent(results, above.parent.as_deref())).await?;
                self.child(results, &parent, &above.name).await
            }
            Some(_) => {
                let message = format!("{} ('-p' creates missing parents)", missing.message);
                Err(Failure::new(missing.status, message))
            }
            None => Err(missing),
        }
    }

    async fn add_existing(&mut self, key: String, found: &Resolved) -> Result<(), Failure> {
        let Some(id) = found.folder_id().cloned() else { return Err(not_a_folder(found)) };
        let account = found.account_id.clone();
        let siblings = Siblings::list(self.client, &account, &id).await?;
        self.folders.insert(key, Parent { account, id, path: found.path.clone(), siblings });
        Ok(())
    }

    /// Creates a folder in a parent, or finds the existing one. Returns its key in `folders`.
    async fn child(
        &mut self,
        results: &mut Results,
        parent_key: &str,
        name: &str,
    ) -> Result<String, Failure> {
        let Some(parent) = self.folders.get_mut(parent_key) else {
            return Err(Failure::new(Status::Other, format!("no such folder '{parent_key}'")));
        };
        let key = format!("{parent_key}{}", RemotePath::new([name]));
        let (account, path) = (parent.account.clone(), parent.path.join(name));
        match parent.siblings.named(name) {
            [] => {}
            [only] if only.kind == "folder" && self.creates_parents => {
                results.done(&Change::new("exists", "folder", &only.id, &path));
                let id = FolderId::from(only.id.as_str());
                let siblings = Siblings::list(self.client, &account, &id).await?;
                self.folders.insert(key.clone(), Parent { account, id, path, siblings });
                return Ok(key);
            }
            [only] => return Err(already_exists(&only.kind, format!("{path}, {}", only.id))),
            several => {
                let ids: Vec<_> = several.iter().map(|it| it.id.as_str()).collect();
                let message = format!("{} items have this name: {}", ids.len(), ids.join(", "));
                return Err(Failure::usage(message));
            }
        }
        let id = create(self.client, parent, name).await?;
        let path = parent.path.join(name);
        results.done(&Change::new("created", "folder", id.as_str(), &path));
        let created = Parent { account, id, path, siblings: Siblings::default() };
        self.folders.insert(key.clone(), created);
        Ok(key)
    }
}

/// Creates a folder, and returns its ID.
///
/// Lists the items of its parent again, because a process of another machine may have created a folder of this
/// name since they were listed.
async fn create(client: &Client, parent: &mut Parent, name: &str) -> Result<FolderId, Failure> {
    let create = CreateFolder::new(&parent.account, &parent.id).name(name);
    let create = async { client.send(create).await.map(|folder| folder.id.to_string()) };
    let (account, folder, known) = (&parent.account, &parent.id, &parent.siblings);
    let find = async || {
        let now = Siblings::list(client, account, folder).await?;
        let is_new = |it: &&Sibling| it.kind == "folder" && !known.ids().any(|id| id == it.id);
        Ok(now.named(name).iter().find(is_new).map(|it| it.id.clone()))
    };
    let id = confirmed(create, &format!("frameio ls {}", quoted(&parent.path.to_string())), find)
        .await?;
    match Siblings::list(client, account, folder).await {
        Ok(now) => parent.siblings = now,
        Err(failure) => {
            parent.siblings.add(name, &id, "folder");
            let message = format!(
                "cannot check whether another run created '{name}' as well: {}",
                failure.message
            );
            Reporter::text().note(&message);
        }
    }
    let others = parent.siblings.named(name).iter().filter(|it| it.id != id);
    let others: Vec<_> = others.map(|it| it.id.as_str()).collect();
    if others.is_empty() {
        return Ok(id.into());
    }
    let message = format!(
        "it was created ({id}), but another run has created an item of this name at the same time ({}): paths to \
         both are ambiguous until one is deleted with `frameio rm -r ID`",
        others.join(", ")
    );
    Err(Failure::new(Status::Conflict, message))
}

fn already_exists(kind: &str, what: String) -> Failure {
    let kind = kind.replace('_', " ");
    Failure::new(Status::Conflict, format!("a {kind} of this name already exists: {what}"))
}
