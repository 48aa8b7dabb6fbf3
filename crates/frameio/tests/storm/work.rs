//! The calls: several workers, each with a mix of what a program does.

use std::sync::Arc;

use frameio::accounts::ListAccounts;
use frameio::folders::{CreateFolder, DeleteFolder, ListFolderChildren, ShowFolder, UpdateFolder};
use frameio::users::ShowCurrentUser;
use frameio::{AccountId, Client, FolderId};
use frameio_sim::Sim;

use crate::ledger::{Expected, Ledger};

const WORKERS: u64 = 16;

struct Worker {
    client: Client,
    account: AccountId,
    root: FolderId,
    ledger: Arc<Ledger>,
    dice: fastrand::Rng,
    /// The folders that this worker has made, by name.
    made: Vec<(FolderId, String)>,
    number: u64,
}

/// Makes about so many calls, and returns what became of them.
pub(crate) async fn run(sim: &Sim, client: &Client, calls: u64, seed: u64) -> Arc<Ledger> {
    let ledger = Arc::new(Ledger::default());
    let workers = (0..WORKERS).map(|number| {
        let worker = Worker {
            client: client.clone(),
            account: sim.demo().account_id.clone(),
            root: sim.demo().root_folder_id.clone(),
            ledger: ledger.clone(),
            dice: fastrand::Rng::with_seed(seed * WORKERS + number),
            made: Vec::new(),
            number,
        };
        tokio::spawn(worker.work(calls / WORKERS))
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    ledger
}

impl Worker {
    async fn work(mut self, calls: u64) {
        for call in 0..calls {
            match self.dice.u8(0..10) {
                0..3 => self.create(call).await,
                3 => self.rename(call).await,
                4..6 => self.delete().await,
                6 => self.show().await,
                7 => self.list().await,
                8 => self.ledger.note(&self.client.send(ShowCurrentUser::new()).await),
                _ => {
                    let mut accounts = self.client.items(ListAccounts::new().page_size(1));
                    while let Some(account) = accounts.next().await {
                        self.ledger.note(&account);
                        if account.is_err() {
                            break;
                        }
                    }
                }
            }
        }
    }

    async fn create(&mut self, call: u64) {
        let name = format!("folder {}.{call}", self.number);
        let request = CreateFolder::new(self.account.clone(), self.root.clone()).name(&name);
        let ended = self.client.send(request).await;
        self.ledger.note(&ended);
        let expected = match &ended {
            Ok(_) => Expected::One,
            Err(error) if error.may_have_been_sent() => Expected::Perhaps,
            Err(_) => Expected::None,
        };
        self.ledger.expect(&name, expected);
        if let Ok(folder) = ended {
            self.made.push((folder.id, name));
        }
    }

    async fn rename(&mut self, call: u64) {
        let Some((id, old)) = self.pick() else { return };
        let new = format!("renamed {}.{call}", self.number);
        let request = UpdateFolder::new(self.account.clone(), id.clone()).name(&new);
        let ended = self.client.send(request).await;
        self.ledger.note(&ended);
        let (of_old, of_new) = match &ended {
            Ok(_) => (Expected::None, Expected::One),
            Err(_) => (Expected::Perhaps, Expected::Perhaps),
        };
        self.ledger.expect(&old, of_old);
        self.ledger.expect(&new, of_new);
        // One of which the name is not known is left alone from here on.
        if ended.is_ok() {
            self.made.push((id, new));
        }
    }

    async fn delete(&mut self) {
        let Some((id, name)) = self.pick() else { return };
        let ended = self.client.send(DeleteFolder::new(self.account.clone(), id)).await;
        self.ledger.note(&ended);
        let expected = if ended.is_ok() { Expected::None } else { Expected::Perhaps };
        self.ledger.expect(&name, expected);
    }

    async fn show(&mut self) {
        let Some((id, name)) = self.pick() else { return };
        let ended = self.client.send(ShowFolder::new(self.account.clone(), id.clone())).await;
        self.ledger.note(&ended);
        if let Ok(folder) = ended {
            assert_eq!(folder.name, name);
        }
        self.made.push((id, name));
    }

    /// Lists what is there, and finds all that this worker made.
    async fn list(&mut self) {
        let request = ListFolderChildren::new(self.account.clone(), self.root.clone());
        let mut items = self.client.items(request.page_size(500));
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            self.ledger.note(&item);
            match item {
                Ok(item) => found.push(item.name().to_owned()),
                Err(_) => return,
            }
        }
        // The cursor counts, so a page may skip what moved up when another worker deleted some.
        if found.len() < 500 {
            for (_, name) in &self.made {
                assert!(found.contains(name), "{name} is not in the list");
            }
        }
    }

    /// Takes one of the folders that were made.
    fn pick(&mut self) -> Option<(FolderId, String)> {
        if self.made.is_empty() {
            return None;
        }
        let place = self.dice.usize(0..self.made.len());
        Some(self.made.swap_remove(place))
    }
}
