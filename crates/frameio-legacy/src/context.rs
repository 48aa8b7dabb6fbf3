//! One request of the legacy API while it is being answered.

use std::future::Future;
use std::sync::Arc;

use frameio_api::accounts::{Account, ListAccounts};
use frameio_core::AccountId;

use crate::known_ids::{Kind, Place};
use crate::refusal::Refusal;
use crate::report::Report;
use crate::request::LegacyRequest;
use crate::routes::Route;
use crate::session::Session;
use crate::settings::Settings;

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) settings: Arc<Settings>,
    pub(crate) session: Arc<Session>,
    pub(crate) request: Arc<LegacyRequest>,
    pub(crate) report: Arc<Report>,
    pub(crate) route: &'static Route,
    pub(crate) arguments: Arc<Vec<(String, String)>>,
}

/// A resource with its account.
pub(crate) struct Located<T> {
    pub(crate) account: AccountId,
    pub(crate) value: T,
}

impl Context {
    /// Returns an argument of the path, mapped by the table of ids.
    pub(crate) fn argument(&self, name: &str) -> Result<String, Refusal> {
        let found = self.arguments.iter().find(|(known, _)| known == name);
        self.id(found.map(|(_, value)| value.as_str()).unwrap_or_default())
    }

    /// Maps an id of the legacy API to that of V4, and refuses what cannot be one.
    pub(crate) fn id(&self, id: &str) -> Result<String, Refusal> {
        let id = self.settings.id_table.get(id).map_or(id, String::as_str);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:.|@~".contains(&byte);
        if id.is_empty() || id.len() > 200 || !id.bytes().all(fits) || id.contains("..") {
            return Err(Refusal::not_found("no such resource"));
        }
        Ok(id.to_owned())
    }

    /// Returns the accounts of the caller.
    pub(crate) async fn accounts(&self) -> Result<Arc<Vec<Account>>, Refusal> {
        if let Some(accounts) = self.session.accounts.get(&()) {
            return Ok(accounts);
        }
        let accounts = Arc::new(self.all(ListAccounts::new().page_size(100)).await?);
        self.session.accounts.insert((), accounts.clone(), crate::session::ACCOUNTS_LIFE);
        Ok(accounts)
    }

    /// Returns the account of a caller without one in the request: the configured one, the only one,
    /// or the first that was migrated to V4.
    pub(crate) async fn default_account(&self) -> Result<AccountId, Refusal> {
        if let Some(account) = &self.settings.account {
            return Ok(account.clone());
        }
        let accounts = self.accounts().await?;
        let migrated = accounts.iter().find(|account| account.v4_migrated_at.is_some());
        match (accounts.as_slice(), migrated) {
            ([only], _) => Ok(only.id.clone()),
            (_, Some(account)) => Ok(account.id.clone()),
            ([first, ..], None) => Ok(first.id.clone()),
            ([], None) => Err(Refusal::not_found("the user belongs to no account")),
        }
    }

    /// Calls V4 with the account of a resource: the known one, or each account until it is found.
    pub(crate) async fn with_account<T, F>(
        &self,
        id: &str,
        kind: Kind,
        call: impl Fn(AccountId) -> F,
    ) -> Result<Located<T>, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        match self.session.ids.get(id) {
            Some(Some(place)) if place.kind == kind => {
                let value = self.forget_missing(id, call(place.account.clone()).await)?;
                return Ok(Located { account: place.account, value });
            }
            // An id has one kind.
            Some(_) => return Err(missing(kind)),
            None => {}
        }
        let mut refused = None;
        for account in self.accounts().await?.iter() {
            match call(account.id.clone()).await {
                Ok(value) => {
                    if self.session.ids.get(id).is_none() {
                        self.session.ids.learn(id, &account.id, kind, None);
                    }
                    return Ok(Located { account: account.id.clone(), value });
                }
                Err(refusal) if refusal.is_not_found() => {}
                Err(refusal) => drop(refused.get_or_insert(refusal)),
            }
        }
        match refused {
            Some(refusal) => Err(refusal),
            None => {
                self.session.ids.learn_missing(id);
                Err(missing(kind))
            }
        }
    }

    /// Forgets an id whose resource has gone since.
    pub(crate) fn forget_missing<T>(
        &self,
        id: &str,
        result: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if result.as_ref().is_err_and(Refusal::is_not_found) {
            self.session.ids.forget(id);
        }
        result
    }

    /// Returns the known place of an id.
    pub(crate) fn place(&self, id: &str) -> Option<Place> {
        self.session.ids.get(id).flatten()
    }
}

fn missing(kind: Kind) -> Refusal {
    let name = match kind {
        Kind::Action => "custom action",
        Kind::Comment => "comment",
        Kind::File | Kind::Folder | Kind::VersionStack => "asset",
        Kind::Project => "project",
        Kind::Share => "review link",
        Kind::Webhook => "webhook",
        Kind::Workspace => "team",
    };
    let mut refusal = Refusal::not_found(format!("no such {name}"));
    refusal.upstream = Some(http::StatusCode::NOT_FOUND);
    refusal
}
