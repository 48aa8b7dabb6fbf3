//! Workers that send a mix of typical calls.

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
    /// Folders created by this worker, with their names.
    created: Vec<(FolderId, String)>,
    number: u64,
}

/// Sends about this many calls and returns their results.
pub(crate) async fn run(sim: &Sim, client: &Client, calls: u64, seed: u64) -> Arc<Ledger> {
    let ledger = Arc::new(Ledger::default());
    let workers = (0..WORKERS).map(|number| {
        let worker = Worker {
            client: client.clone(),
            account: sim.demo().account_id.clone(),
            root: sim.demo().root_folder_id.clone(),
            ledger: ledger.clone(),
            dice: fastrand::Rng::with_seed(seed * WORKERS + number),
            created: Vec::new(),
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
                8 => self.ledger.record(&self.client.send(ShowCurrentUser::new()).await),
                _ => {
                    let mut accounts = self.client.items(ListAccounts::new().page_size(1));
                    while let Some(account) = accounts.next().await {
                        self.ledger.record(&account);
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
        let result = self.client.send(request).await;
        self.ledger.record(&result);
        let expected = match &result {
            Ok(_) => Expected::One,
            Err(error) if error.may_have_been_sent() => Expected::Perhaps,
            Err(_) => Expected::None,
        };
        self.ledger.expect(&name, expected);
        if let Ok(folder) = result {
            self.created.push((folder.id, name));
        }
    }

    async fn rename(&mut self, call: u64) {
        let Some((id, old)) = self.pick() else { return };
        let new = format!("renamed {}.{call}", self.number);
        let request = UpdateFolder::new(self.account.clone(), id.clone()).name(&new);
        let result = self.client.send(request).await;
        self.ledger.record(&result);
        let (of_old, of_new) = match &result {
            Ok(_) => (Expected::None, Expected::One),
            Err(_) => (Expected::Perhaps, Expected::Perhaps),
        };
        self.ledger.expect(&old, of_old);
        self.ledger.expect(&new, of_new);
        // A folder with an unknown name is not used any further.
        if result.is_ok() {
            self.created.push((id, new));
        }
    }

    async fn delete(&mut self) {
        let Some((id, name)) = self.pick() else { return };
        let result = self.client.send(DeleteFolder::new(self.account.clone(), id)).await;
        self.ledger.record(&result);
        let expected = if result.is_ok() { Expected::None } else { Expected::Perhaps };
        self.ledger.expect(&name, expected);
    }

    async fn show(&mut self) {
        let Some((id, name)) = self.pick() else { return };
        let result = self.client.send(ShowFolder::new(self.account.clone(), id.clone())).await;
        self.ledger.record(&result);
        if let Ok(folder) = result {
            assert_eq!(folder.name, name);
        }
        self.created.push((id, name));
    }

    /// Lists all folders, and verifies that the list contains those of this worker.
    async fn list(&mut self) {
        let request = ListFolderChildren::new(self.account.clone(), self.root.clone());
        let mut items = self.client.items(request.page_size(500));
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            self.ledger.record(&item);
            match item {
                Ok(item) => found.push(item.name().to_owned()),
                Err(_) => return,
            }
        }
        // The cursor is an offset, so a page may skip folders after another worker deletes some.
        if found.len() < 500 {
            for (_, name) in &self.created {
                assert!(found.contains(name), "{name} is not in the list");
            }
        }
    }

    /// Takes a random folder of this worker.
    fn pick(&mut self) -> Option<(FolderId, String)> {
        if self.created.is_empty() {
            return None;
        }
        let index = self.dice.usize(0..self.created.len());
        Some(self.created.swap_remove(index))
    }
}
