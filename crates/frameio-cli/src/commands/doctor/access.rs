//! The signed-in user and the accounts that the token gives access to.

use frameio::accounts::ListAccounts;
use frameio::auth::profile::Services;
use frameio::users::ShowCurrentUser;
use frameio::workspaces::ListWorkspaces;
use serde_json::Value;

use super::Doctor;
use super::finding::Finding;
use super::network::Reached;
use super::personal::Personal;
use super::probe::{ApiProbe, Reply, unanswered};
use super::refusal;
use super::token::Signed;
use crate::commands::by_name::{self, Label};
use crate::exit::Status;

const CHECK: &str = "access";
const ACCOUNTS: &str = "accounts";

/// Requests with the token, and what they reveal.
pub(super) struct Access {
    pub(super) probe: ApiProbe,
    /// Response to the request for the user, whose headers report the quota.
    pub(super) me: Reply,
    pub(super) user_id: String,
    /// Ids of the accounts that are not locked.
    pub(super) accounts: Vec<String>,
}

/// Shows the user, or explains why the token is refused.
pub(super) async fn check(
    doctor: &Doctor<'_>,
    signed: &Signed,
    account: Option<&str>,
    services: &Services,
    reached: &Reached,
) -> (Vec<Finding>, Option<Access>) {
    let probe = match doctor.api_probe(signed) {
        Ok(probe) => probe,
        Err(failure) => {
            let finding = Finding::problem(CHECK, failure.status, "invalid_setting");
            return (vec![finding.read(failure.message)], None);
        }
    };
    let me = match probe.call(ShowCurrentUser::new()).await {
        Ok(me) => me,
        Err(failure) => return (vec![unanswered(CHECK, failure)], None),
    };
    if !me.status.is_success() {
        return (vec![refused(doctor, &me, signed, services, reached).await], None);
    }
    let user = me.json()["data"].take();
    let text = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
    let email = doctor.personal.email(&text("email"));
    let mut findings =
        vec![Finding::ok(CHECK).read(format!("the API accepts the token of {email}"))];
    let (more, accounts) = accounts(doctor, &probe, signed, account).await;
    findings.extend(more);
    (findings, Some(Access { probe, me, user_id: text("id"), accounts }))
}

async fn refused(
    doctor: &Doctor<'_>,
    me: &Reply,
    signed: &Signed,
    services: &Services,
    reached: &Reached,
) -> Finding {
    match me.status.as_u16() {
        401 => refusal::unauthorized(doctor, CHECK, me, signed, services, reached).await,
        403 => refusal::forbidden_account(CHECK, me),
        429 => Finding::problem(CHECK, Status::RateLimited, "quota")
            .infer("other programs of this user spend the quota of the operation")
            .advise("wait a minute; share quotas with '--quota-store'"),
        500..=599 => Finding::problem(CHECK, Status::ServerError, "service")
            .infer("the service fails, or a proxy on the way cannot reach it")
            .advise("try again later"),
        _ => Finding::problem(CHECK, Status::Unexpected, "unexpected_response")
            .infer("this is not the response of the API")
            .advise("check the API URL"),
    }
    .read(me.fact())
}

/// Lists the accounts with their type, and finds those that are locked.
async fn accounts(
    doctor: &Doctor<'_>,
    probe: &ApiProbe,
    signed: &Signed,
    account: Option<&str>,
) -> (Vec<Finding>, Vec<String>) {
    let list = match probe.call(ListAccounts::new().page_size(100)).await {
        Ok(list) if list.status.is_success() => list,
        Ok(list) => {
            let finding = refusal::forbidden_account(ACCOUNTS, &list);
            return (vec![finding.read(list.fact())], Vec::new());
        }
        Err(failure) => return (vec![unanswered(ACCOUNTS, failure)], Vec::new()),
    };
    let mut accounts = list.data();
    if accounts.is_empty() {
        let finding = Finding::problem(ACCOUNTS, Status::Forbidden, "no_account")
            .read("the user has no account")
            .infer(
                "the user is deactivated in the account, or signed in with another address than \
                 the one that was invited",
            )
            .advise("ask an administrator of the account to activate the user, or sign in again");
        return (vec![finding], Vec::new());
    }
    let foreign = foreign_account(signed, &accounts).into_iter();
    let mut findings: Vec<_> =
        foreign.chain(unknown_account(doctor.personal, account, &accounts)).collect();
    let more = accounts.len().saturating_sub(super::MAX_ACCOUNTS);
    accounts.truncate(super::MAX_ACCOUNTS);
    let mut open = Vec::new();
    for account in &accounts {
        match check_account(doctor, probe, account, signed.credentials.is_legacy()).await {
            Ok(finding) => {
                open.push(account["id"].as_str().unwrap_or_default().to_owned());
                findings.push(finding);
            }
            Err(finding) => findings.push(finding),
        }
    }
    if more > 0 {
        findings.push(Finding::skipped(ACCOUNTS, format!("{more} more accounts")));
    }
    (findings, open)
}

/// Reports an account of the profile that is not one of the user.
fn foreign_account(signed: &Signed, accounts: &[Value]) -> Option<Finding> {
    let wanted = signed.profile.account_id.as_deref()?;
    if accounts.iter().any(|account| account["id"] == wanted) {
        return None;
    }
    Some(
        Finding::problem(ACCOUNTS, Status::NotFound, "foreign_account")
            .read(format!("the profile names the account {wanted}"))
            .infer("the user is not a member of it")
            .advise("run `frameio profile set --account`, or sign in as another user"),
    )
}

/// Reports an account of the arguments that the user does not have.
fn unknown_account(
    personal: Personal,
    wanted: Option<&str>,
    accounts: &[Value],
) -> Option<Finding> {
    let wanted = wanted?;
    let label = |it: &&Value| {
        let text = |name: &str| it[name].as_str().unwrap_or_default();
        Label::new(text("display_name"), text("id"))
    };
    let accounts: Vec<_> = accounts.iter().collect();
    let error = by_name::only(accounts.iter(), wanted, "account", label).err()?;
    let failure = error.failure("");
    let fact = match personal.0 {
        true => format!("'--account' is '{wanted}': {}", error.reason()),
        false => format!("'--account' names none or several of the accounts{}", personal.hint()),
    };
    Some(
        Finding::problem(ACCOUNTS, failure.status, "unknown_account")
            .read(fact)
            .advise("pass the name or ID of an account that `frameio whoami` lists"),
    )
}

/// Describes an account whose workspaces the user may list, or explains why not.
async fn check_account(
    doctor: &Doctor<'_>,
    probe: &ApiProbe,
    account: &Value,
    is_legacy: bool,
) -> Result<Finding, Finding> {
    let id = account["id"].as_str().unwrap_or_default();
    match probe.call(ListWorkspaces::new(id).page_size(1)).await {
        Ok(reply) if reply.status.is_success() => Ok(described(doctor, account, is_legacy)),
        Ok(reply) => {
            let finding = match reply.status {
                http::StatusCode::FORBIDDEN => refusal::forbidden_account(ACCOUNTS, &reply),
                _ => Finding::note(ACCOUNTS),
            };
            Err(finding.read(reply.fact()))
        }
        Err(failure) => Err(unanswered(ACCOUNTS, failure)),
    }
}

/// Describes the type, the roles and the storage of an account.
fn described(doctor: &Doctor<'_>, account: &Value, is_legacy: bool) -> Finding {
    let text = |name: &str| account[name].as_str().unwrap_or_default();
    let roles: Vec<_> =
        account["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let kind =
        if account["adobe_id"].is_string() { "managed at Adobe" } else { "without an Adobe ID" };
    let named = doctor.personal.named(text("id"), text("display_name"));
    let fact = format!("account {named}: {kind}, role {}", roles.join(", "));
    let (used, limit) = (account["storage_usage"].as_u64(), account["storage_limit"].as_u64());
    match (used, limit) {
        (Some(used), Some(limit)) if limit > 0 && used >= limit => Finding::note(ACCOUNTS)
            .read(fact)
            .read(format!("storage: {} of {} GiB in use", used >> 30, limit >> 30))
            .infer("the storage of the account is full, so uploads are refused")
            .advise("delete files, or ask the owner of the account for more storage"),
        _ if is_legacy && account["adobe_id"].is_string() => Finding::note(ACCOUNTS)
            .read(fact)
            .infer("legacy tokens stop working when the account is in the Adobe Admin Console")
            .advise("sign in with `frameio login` soon"),
        _ => Finding::ok(ACCOUNTS).read(fact),
    }
}
