//! Credentials of the run: kind, origin, age, expiry and scopes of the token.

use std::time::Duration;

use frameio::auth::profile::{Profile, SignIn};
use frameio::auth::{Claims, ErrorKind, explain};
use frameio::layers::Token;
use http::StatusCode;
use jiff::Timestamp;

use super::Doctor;
use super::finding::Finding;
use super::probe::late;
use crate::credentials::{Credentials, Source};
use crate::exit::{Failure, Status};
use crate::report::duration;

const CHECK: &str = "token";

/// Credentials of a run, and the token that they provide.
pub(super) struct Signed {
    pub(super) profile: Profile,
    pub(super) credentials: Credentials,
    /// Token that is sent; `None` if it could not be refreshed.
    pub(super) token: Option<Token>,
}

impl Signed {
    /// Returns the claims of the token, if it is one of Adobe.
    pub(super) fn claims(&self) -> Option<Claims> {
        Claims::unverified(self.token.as_ref()?.expose())
    }
}

/// Finds the credentials and describes their token, which is refreshed if it has expired.
pub(super) async fn check(doctor: &Doctor<'_>) -> (Vec<Finding>, Option<Signed>) {
    let (name, profile, credentials) = match find(doctor).await {
        Ok(found) => found,
        Err(_) if Source::of_run().is_err() => {
            let why = "a variable cannot be used, see the check 'environment'";
            return (vec![Finding::skipped(CHECK, why)], None);
        }
        Err(failure) => return (vec![unavailable(failure)], None),
    };
    let kind = credentials.kind(&profile);
    let mut fact = format!("{kind} from {}", credentials.source().name());
    if credentials.source() == Source::Profile {
        fact += &format!(" '{name}'");
    }
    let finding = Finding::ok(CHECK).read(fact);
    let token = match current(doctor, &credentials).await {
        Ok(token) => token,
        Err(failure) => {
            let signed = Signed { profile, credentials, token: None };
            return (vec![failure], Some(signed));
        }
    };
    let signed = Signed { profile, credentials, token: Some(token) };
    (vec![described(finding, &signed)], Some(signed))
}

/// Returns the name of the profile, the profile and its credentials.
async fn find(doctor: &Doctor<'_>) -> Result<(String, Profile, Credentials), Failure> {
    let (name, profile) = doctor.global.profile.load_named()?;
    let mut settings = doctor.global.sign_in_settings(&profile)?;
    settings.timeout = Some(doctor.limit);
    settings.max_retries = Some(0);
    // The keyring may wait for the user to unlock it.
    let (asked_name, asked_profile) = (name.clone(), profile.clone());
    let found =
        doctor.blocking(move || Credentials::find(&asked_name, &asked_profile, &settings)).await;
    let credentials = found.unwrap_or_else(|| {
        let message = format!(
            "reading the saved sign-in takes longer than {} s; unlock the keyring, or sign in with \
             FRAMEIO_INSECURE_STORAGE=1",
            doctor.limit.as_secs_f64()
        );
        Err(Failure::new(Status::Other, message))
    })?;
    Ok((name, profile, credentials))
}

/// Explains why there are no credentials.
fn unavailable(failure: Failure) -> Finding {
    let cause = match failure.status {
        Status::SignedOut if failure.message.contains(" is for ") => "other_service",
        Status::SignedOut if failure.message.contains(" is from ") => "other_service",
        Status::SignedOut => "signed_out",
        _ => "unusable_sign_in",
    };
    let finding = Finding::problem(CHECK, failure.status, cause).read(failure.message);
    match cause {
        "signed_out" => finding.advise(
            "run `frameio login`, set FRAMEIO_TOKEN, or set FRAMEIO_CLIENT_ID and \
             FRAMEIO_CLIENT_SECRET of a server-to-server credential; `frameio sim` needs no account",
        ),
        "other_service" => finding
            .infer("a sign-in is sent only to the services for which it was made")
            .advise("unset FRAMEIO_BASE_URL and FRAMEIO_IMS_URL, or sign in there"),
        _ => finding.advise("correct the profile, or sign in again with `frameio login`"),
    }
}

/// Returns the current token, after a refresh if necessary.
async fn current(doctor: &Doctor<'_>, credentials: &Credentials) -> Result<Token, Finding> {
    let session = match (credentials.fixed_token(), credentials.as_session()) {
        (Some(token), _) => return Ok(token.clone()),
        (None, Some(session)) => session,
        (None, None) => return Err(unavailable(Failure::new(Status::SignedOut, "no token"))),
    };
    match tokio::time::timeout(doctor.limit, session.token()).await {
        Ok(Ok(token)) => Ok(token),
        Ok(Err(error)) => Err(not_refreshed(&error)),
        Err(_) => {
            let failure = late(doctor.limit);
            let finding = Finding::problem(CHECK, failure.status, "no_response");
            Err(finding
                .read(format!("the sign-in service: {}", failure.message))
                .advise("see the check 'sign-in'"))
        }
    }
}

/// Explains why a token could not be obtained from the sign-in service.
fn not_refreshed(error: &frameio::auth::Error) -> Finding {
    let status = Status::of_sign_in(error);
    let (cause, inferred, advice) = match error.kind() {
        ErrorKind::SignInRequired => (
            "sign_in_expired",
            "a refresh token is valid for about 14 days and can be used once, so it has expired, \
             was revoked, or another program used a copy of it",
            "run `frameio login` again, and do not copy a sign-in to other machines",
        ),
        ErrorKind::Credential => (
            "client_refused",
            "the client ID or the secret is wrong, or the credential is of another type",
            "compare both with the credential in the Adobe Developer Console",
        ),
        ErrorKind::Scope => (
            "scope_refused",
            "a server-to-server credential needs the product 'Frame.io S2S API' in a new project, \
             and the scope frame.s2s.all exists for such credentials only",
            "add the product to the project in the Adobe Developer Console, or use a \
             server-to-server credential",
        ),
        ErrorKind::Denied => (
            "sign_in_denied",
            "the user or an administrator denied access; an app in development works for its \
             listed testers only",
            "add the user to the testers of the app, or publish the app",
        ),
        ErrorKind::Network | ErrorKind::Server => (
            "sign_in_unavailable",
            "the sign-in service is unreachable or fails",
            "see the check 'sign-in'",
        ),
        _ => (
            "sign_in_failed",
            "the sign-in service refused the request or sent an unexpected response",
            "run `frameio login` again",
        ),
    };
    let finding = Finding::problem(CHECK, status, cause).read(error.to_string());
    finding.infer(inferred).advise(advice)
}

/// Adds what the claims of the token say.
fn described(mut finding: Finding, signed: &Signed) -> Finding {
    let now = Timestamp::now();
    if signed.credentials.is_legacy() {
        return finding
            .read("format fio-u-…: valid until it is deleted, with all permissions of its user")
            .infer(
                "accepted only while the account has moved to V4 and is not in the Adobe Admin \
                 Console; the command sends the header x-frameio-legacy-token-auth",
            );
    }
    let Some(claims) = signed.claims() else {
        return finding.read("not a token of Adobe, so its age and scopes are unknown");
    };
    if let Some(created) = claims.created_at() {
        finding = finding.read(format!("issued {} ago", span(created, now)));
    }
    match claims.expires_at() {
        Some(at) if at <= now => finding = finding.read(format!("expired {} ago", span(at, now))),
        Some(at) => finding = finding.read(format!("expires in {}", span(now, at))),
        None => {}
    }
    if !claims.scopes.is_empty() {
        finding = finding.read(format!("scopes {}", claims.scopes.join(", ")));
    }
    if let Some(SignIn::ServerToServer { .. }) = signed.profile.sign_in {
        finding = finding.infer("acts as a service account, which needs a role in each workspace");
    }
    finding
}

/// Returns what the claims alone say about a 401.
pub(super) fn reason(token: &Token) -> Option<frameio::auth::UnauthorizedReason> {
    explain(Some(StatusCode::UNAUTHORIZED), token, Timestamp::now())
}

/// Returns the time between two moments for people.
fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = u64::try_from(to.as_second() - from.as_second()).unwrap_or_default();
    duration(Duration::from_secs(seconds))
}
