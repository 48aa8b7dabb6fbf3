//! Causes of responses with 401 and 403.

use frameio::auth::UnauthorizedReason;
use frameio::auth::profile::Services;
use http::{Method, Request, header};
use jiff::Timestamp;

use super::Doctor;
use super::clock;
use super::finding::Finding;
use super::network::Reached;
use super::probe::{Probe, Reply};
use super::proxy;
use super::token::{Signed, reason};
use crate::exit::Status;

/// Name, conclusion and advice of a cause.
type Cause = (&'static str, String, String);

/// Explains a 401 to a request with a token.
pub(super) async fn unauthorized(
    doctor: &Doctor<'_>,
    check: &'static str,
    reply: &Reply,
    signed: &Signed,
    services: &Services,
    reached: &Reached,
) -> Finding {
    if let Some(finding) = proxy::refused(check, reply) {
        return finding;
    }
    let (cause, inferred, advice) = match of_claims(reply, signed, reached) {
        Some(cause) => cause,
        None => of_service(doctor, reply, signed, services, reached).await,
    };
    Finding::problem(check, Status::SignedOut, cause).infer(inferred).advise(advice)
}

/// Returns the cause that the token itself shows.
fn of_claims(reply: &Reply, signed: &Signed, reached: &Reached) -> Option<Cause> {
    let by_service = clock::ahead(reached).unwrap_or_default();
    let expired_there = signed.claims().and_then(|claims| claims.expires_at()).is_some_and(|at| {
        at > Timestamp::now() && at <= Timestamp::now().saturating_add(by_service).unwrap_or(at)
    });
    if expired_there {
        let inferred = "the token has expired by the clock of the service, and is valid by that of \
                        this machine";
        return Some((
            "clock_skew",
            inferred.into(),
            "set the clock of this machine by NTP".into(),
        ));
    }
    let reason = reason(signed.token.as_ref()?)?;
    let (cause, advice) = match &reason {
        UnauthorizedReason::Expired { .. } => (
            "token_expired",
            "run `frameio login`, which refreshes tokens, in place of a fixed token",
        ),
        UnauthorizedReason::MissingScope { .. } => (
            "missing_scope",
            "sign in with `frameio login`, which requests all scopes and sends none when the code \
             is exchanged",
        ),
        UnauthorizedReason::OtherEnvironment { .. } => {
            ("other_environment", "use a credential of the production console of Adobe")
        }
        UnauthorizedReason::NotAnAccessToken { .. } => {
            ("not_an_access_token", "set FRAMEIO_TOKEN to the access token")
        }
        UnauthorizedReason::LegacyToken => (
            "legacy_token_refused",
            "run `frameio login` with a credential of Adobe: legacy tokens end when the account is \
             in the Adobe Admin Console",
        ),
        // The service misses the token, so its form is not the cause.
        UnauthorizedReason::Unknown
            if reply.body == reached.reply.body && reply.summary().contains("missing") =>
        {
            return None;
        }
        UnauthorizedReason::Unknown => (
            "unknown_token",
            "copy the whole token; tokens of the legacy OAuth and of C2C devices do not work here",
        ),
        _ => return None,
    };
    let reason = reason.to_string();
    let inferred = reason.split(": ").next().unwrap_or_default().to_owned();
    Some((cause, inferred, advice.into()))
}

/// Returns the cause of a refused token whose claims are valid.
async fn of_service(
    doctor: &Doctor<'_>,
    reply: &Reply,
    signed: &Signed,
    services: &Services,
    reached: &Reached,
) -> Cause {
    let validity = validate(doctor, signed, services).await;
    if let Validity::Invalid(why) = &validity {
        let inferred = format!("Adobe says that the token is invalid ({why}): it was revoked");
        return ("token_revoked", inferred, "sign in again with `frameio login`".into());
    }
    let is_direct = services.api_url == Services::new(None, None).api_url && !doctor.has_proxy();
    if !is_direct && reply.body == reached.reply.body {
        let inferred = "the response is the same as without a token: a proxy on the way removes \
                        the header 'authorization'";
        let advice = "configure the proxy to pass the header, or connect directly";
        return ("authorization_removed", inferred.into(), advice.into());
    }
    if let Validity::Unknown(why) = validity {
        let inferred = format!(
            "the sign-in service did not say whether the token is valid ({why}): it may be incomplete or \
             revoked, or the user is not connected to the sign-in of Adobe"
        );
        let advice = "sign in again with `frameio login`; if that does not help, connect the user to Adobe in \
                      the settings of Frame.io";
        return ("token_not_validated", inferred, advice.into());
    }
    if is_of_server(signed) {
        let inferred = "the token is valid, so the account is not in the Adobe Admin Console, or the \
                        project lacks the product";
        let advice = "check that the account is in the Adobe Admin Console, and add the product \
                      'Frame.io S2S API' to a new project in the Adobe Developer Console";
        return ("server_not_admitted", inferred.into(), advice.into());
    }
    let inferred = "the token is valid, so the user is not connected to the sign-in of Adobe, or the \
                    account is not in the Adobe Admin Console";
    let advice = "connect the user to Adobe in the settings of Frame.io, or ask an administrator \
                  whether the account is in the Adobe Admin Console; until then, a legacy developer \
                  token may work";
    ("not_connected", inferred.into(), advice.into())
}

/// Returns whether the token is from a server-to-server credential.
fn is_of_server(signed: &Signed) -> bool {
    let reason = signed.token.as_ref().and_then(reason);
    matches!(reason, Some(UnauthorizedReason::NotConnected { server: true }))
}

enum Validity {
    Valid,
    /// Reason that the service gives.
    Invalid(String),
    /// Reason why the service was not asked, or did not say.
    Unknown(String),
}

/// Asks the sign-in service whether it knows the token.
///
/// The token is sent to the sign-in service of the run only, which issues such tokens.
async fn validate(doctor: &Doctor<'_>, signed: &Signed, services: &Services) -> Validity {
    let (Some(token), Some(claims)) = (signed.token.as_ref(), signed.claims()) else {
        return Validity::Unknown("the token has no claims".to_owned());
    };
    let url = format!("{}/ims/validate_token/v1", services.ims_url.trim_end_matches('/'));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let client_id = claims.client_id.filter(|id| id.chars().all(is_plain));
    let Some(client_id) = client_id else {
        return Validity::Unknown("the token names no client".to_owned());
    };
    let form = format!("type=access_token&client_id={client_id}");
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.into());
    let reply = match Probe::new(doctor.limit).send(request).await {
        Ok(reply) => reply,
        Err(failure) => return Validity::Unknown(failure.message),
    };
    let json = reply.json();
    match json["valid"].as_bool() {
        Some(true) => Validity::Valid,
        Some(false) => {
            let why = json["reason"].as_str().unwrap_or("no reason");
            Validity::Invalid(why.chars().take(40).collect())
        }
        None => Validity::Unknown(format!("it returned {}", reply.status.as_u16())),
    }
}

/// Explains a 403 to a request about an account.
pub(super) fn forbidden_account(check: &'static str, reply: &Reply) -> Finding {
    if let Some(finding) = proxy::refused(check, reply) {
        return finding;
    }
    let detail = reply.detail().unwrap_or_default().to_lowercase();
    let (cause, inferred, advice) = if detail.contains("lock") {
        (
            "account_locked",
            "the account is locked, for example because of its payment or of the trial",
            "ask the owner of the account to unlock it",
        )
    } else if detail.contains("deactivat") {
        (
            "user_deactivated",
            "the user is deactivated in this account",
            "ask an administrator of the account to activate the user",
        )
    } else {
        (
            "account_forbidden",
            "the user may not list workspaces, which every active member may: the account is locked \
             or the user is deactivated",
            "ask an administrator of the account",
        )
    };
    Finding::problem(check, Status::Forbidden, cause).infer(inferred).advise(advice)
}
