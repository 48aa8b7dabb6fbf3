//! Disabled webhooks and custom actions.

use frameio::accounts::Account;
use frameio::custom_actions::{CustomAction, ListCustomActions};
use frameio::webhooks::{ListWebhooks, Webhook};
use frameio::workspaces::{ListWorkspaces, Workspace};
use frameio::{AccountId, Client, EventType};
use frameio_legacy::relay::replacements;
use jiff::Timestamp;

use crate::exit::{Failure, Status};
use crate::report::{Reporter, SkippedItems};

/// A webhook or custom action that V4 does not call.
pub(super) struct Disabled {
    pub(super) account: AccountId,
    /// Names of the account and the workspace.
    pub(super) place: String,
    pub(super) receiver: Receiver,
    /// Whether it was created with the legacy API, as far as V4 shows it.
    pub(super) is_migrated: bool,
}

pub(super) enum Receiver {
    Webhook(Box<Webhook>),
    Action(Box<CustomAction>),
}

impl Receiver {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Action(_) => "action",
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Webhook(webhook) => webhook.id.as_str(),
            Self::Action(action) => action.id.as_str(),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Webhook(webhook) => &webhook.name,
            Self::Action(action) => &action.name,
        }
    }

    pub(super) fn url(&self) -> &str {
        match self {
            Self::Webhook(webhook) => &webhook.url,
            Self::Action(action) => &action.url,
        }
    }

    /// Returns the events of a webhook.
    pub(super) fn events(&self) -> &[EventType] {
        match self {
            Self::Webhook(webhook) => &webhook.events,
            Self::Action(_) => &[],
        }
    }

    /// Returns the events that a webhook has in V4, each once.
    pub(super) fn new_events(&self) -> Vec<EventType> {
        let mut all: Vec<EventType> = Vec::new();
        for event in self.events() {
            let replacing = match replacements(event.as_str()) {
                Some(names) => names.iter().map(|&name| name.into()).collect(),
                None => vec![event.clone()],
            };
            for event in replacing {
                if !all.contains(&event) {
                    all.push(event);
                }
            }
        }
        all
    }

    /// Returns whether V4 shows that it was created with the legacy API: by an event that only this API
    /// had, by a state that V4 does not set, or by a creation before the account moved.
    fn is_migrated(&self, moved: Option<Timestamp>) -> bool {
        let (active, created) = match self {
            Self::Webhook(webhook) => (webhook.active, webhook.created_at),
            Self::Action(action) => (action.active, action.created_at),
        };
        let has_legacy_event =
            self.events().iter().any(|event| replacements(event.as_str()).is_some());
        has_legacy_event || active.is_none() || moved.is_some_and(|moved| created < moved)
    }
}

/// Finds what is disabled in the accounts, and what could not be listed.
pub(super) struct Search<'a> {
    pub(super) client: &'a Client,
    pub(super) reporter: &'a Reporter,
    pub(super) undecodable: SkippedItems,
    /// Workspaces whose webhooks or actions the user may not list.
    pub(super) forbidden: usize,
}

impl Search<'_> {
    pub(super) async fn all(&mut self, accounts: &[Account]) -> Result<Vec<Disabled>, Failure> {
        let mut found = Vec::new();
        for account in accounts {
            let mut workspaces = self.client.items(ListWorkspaces::new(&account.id).page_size(100));
            while let Some(workspace) = workspaces.next().await {
                self.workspace(account, &workspace?, &mut found).await?;
            }
        }
        Ok(found)
    }

    async fn workspace(
        &mut self,
        account: &Account,
        workspace: &Workspace,
        found: &mut Vec<Disabled>,
    ) -> Result<(), Failure> {
        let place = format!("{} / {}", account.display_name, workspace.name);
        let hooks = ListWebhooks::new(&account.id, &workspace.id).page_size(100);
        let hooks = self.list(hooks, &format!("webhooks of {place}")).await?;
        let actions = ListCustomActions::new(&account.id, &workspace.id).page_size(100);
        let actions = self.list(actions, &format!("custom actions of {place}")).await?;
        let hooks = hooks.into_iter().filter(|hook: &Webhook| hook.active != Some(true));
        let hooks = hooks.map(|hook| Receiver::Webhook(Box::new(hook)));
        let actions = actions.into_iter().filter(|it: &CustomAction| it.active != Some(true));
        let actions = actions.filter(|it| it.deleted_at.is_none());
        let actions = actions.map(|action| Receiver::Action(Box::new(action)));
        found.extend(hooks.chain(actions).map(|receiver| Disabled {
            account: account.id.clone(),
            place: place.clone(),
            is_migrated: receiver.is_migrated(account.v4_migrated_at),
            receiver,
        }));
        Ok(())
    }

    /// Reads a list. One that the user may not read is reported, and counts as empty.
    async fn list<E: frameio::Paged>(
        &mut self,
        list: E,
        what: &str,
    ) -> Result<Vec<E::Item>, Failure> {
        let mut items = self.client.items(list).skip_undecodable(true);
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            match item {
                Ok(item) => all.push(item),
                Err(error) if Status::of_call(&error) == Status::Forbidden => {
                    self.forbidden += 1;
                    self.reporter.note(&format!("cannot list {what}: permission denied"));
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.undecodable.add(self.reporter, items.take_skipped());
        Ok(all)
    }
}
