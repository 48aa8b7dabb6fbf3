//! `frameio login`: signs in with a browser, a server-to-server secret or an existing token.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use frameio::Secret;
use frameio::accounts::Account;
use frameio::auth::profile::{Profile, ProfileSecrets, Profiles, SignIn, Storage, Vault, is_local};
use frameio::auth::{Authorization, Credential, Ims, Loopback, Session, Tokens};
use frameio::layers::Token;
use frameio::users::{CurrentUser, ShowCurrentUser};
use serde_json::{Value, json};

use crate::args::{GlobalArgs, JsonArgs, accounts};
use crate::config;
use crate::credentials::{Credentials, SignInSettings, Source};
use crate::exit::{Failure, Status, io_reason};
use crate::input::{self, variable};
use crate::prompt::hidden_line;
use crate::report::{Record, Reporter, duration};

pub(super) const HELP: &str = "\
There are three ways to sign in. The first two need an app: create a project in the Adobe Developer
Console (https://developer.adobe.com/console), add the API of Frame.io to it, and copy the client ID of its
credential.

  As yourself, in a browser. The credential is a Native App or a Single-Page App:
    frameio login --client-id ID
  Or it is a Web App, which has a client secret:
    FRAMEIO_CLIENT_SECRET=SECRET frameio login --client-id ID --web
  As a server, without a user. The credential is of the type Server-to-Server:
    FRAMEIO_CLIENT_SECRET=SECRET frameio login --client-id ID
  With a token that you have: an access token of Adobe, or a legacy developer token (fio-u-…):
    frameio login --token < token.txt

To use a token without saving it, set FRAMEIO_TOKEN. While it is set, it overrides the sign-ins of all
profiles.

At the end of the sign-in, the browser is redirected to http://127.0.0.1:PORT/callback, where PORT is
free. If your app allows only other redirect URIs, pass one of them with '--redirect-uri', and paste the
address that the browser shows at the end.

If the browser is on another machine, for example because you are connected by SSH, add '--no-browser',
and open the printed URL there. At the end, that browser cannot open http://127.0.0.1:PORT/callback?… on
its machine. Copy this address from the address bar, and paste it into this terminal.

If FRAMEIO_BASE_URL is the URL of `frameio sim`, `frameio login` needs no options.

The sign-in is saved in the keyring of the system, or, without one, in files that only you can read. It
is sent only to the services at which you signed in.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Client ID of your app [default: $FRAMEIO_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Client secret of your app; visible to other users of this machine, so prefer
    /// FRAMEIO_CLIENT_SECRET or --client-secret-file
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file")]
    client_secret: Option<Secret>,
    /// Read the client secret from this file
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Sign in a user of a web app, which has a client secret
    #[arg(long, conflicts_with = "token")]
    web: bool,
    /// Redirect URI of your app [default: http://127.0.0.1:PORT/callback with a free port]
    #[arg(long, value_name = "URI", conflicts_with = "token")]
    redirect_uri: Option<String>,
    /// Print the sign-in URL instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Save the sign-in in files that only you can read, instead of the keyring
    #[arg(
        long,
        env = "FRAMEIO_INSECURE_STORAGE",
        hide_env = true,
        value_parser = FalseyValueParser::new()
    )]
    insecure_storage: bool,
    /// Read a token from standard input instead of signing in
    #[arg(long, conflicts_with_all = ["client_id", "client_secret", "client_secret_file"])]
    token: bool,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profiles = config::load()?;
    let name = Profiles::check_name(&global.profile.name(&profiles)?)?;
    let before = profiles.profiles.get(&name).cloned().unwrap_or_default();
    let mut profile = before.clone();
    profile.base_url = global.base_url(&before)?.map(str::to_owned);
    profile.ims_url = global.given_ims_url(&before)?.map(str::to_owned);
    let settings = global.sign_in_settings(&profile)?;
    if Source::of_run()? == Source::TokenVariable {
        Reporter::text().note(
            "FRAMEIO_TOKEN is set, and overrides the sign-ins of all profiles: unset it to use this one",
        );
    }
    let signed_in = sign_in(args, &settings).await?;

    // Checked before they replace saved credentials, which a failed sign-in must keep.
    let credentials = &signed_in.credentials;
    let client = global.client_for(&profile, credentials)?;
    let user = client.send(ShowCurrentUser::new()).await.map_err(|error| {
        let failure = credentials.failure(error);
        match args.token && failure.status == Status::SignedOut {
            true => refused_token(failure),
            false => failure,
        }
    })?;
    adjust_ids(&mut profile, &accounts(&client).await?);
    profile.sign_in = Some(signed_in.kind);

    let mut secrets = ProfileSecrets::new(settings.services);
    (secrets.client_secret, secrets.token) = (signed_in.client_secret, signed_in.token);
    let tokens = credentials.tokens().await?;
    let save = async || save(&name, args.insecure_storage, &secrets, tokens.as_ref()).await;
    config::update_after(save, |profiles, storage| {
        profile.storage = storage;
        profiles.current.get_or_insert_with(|| name.clone());
        profiles.profiles.insert(name.clone(), profile.clone());
    })
    .await?;
    let reporter = args.json.reporter();
    if before.sign_in.is_some() && before.storage != profile.storage {
        // The sign-in in the other storage is no longer used.
        if let Err(failure) = Vault::new(&config::directory()?, before.storage, &name).clear().await
        {
            reporter.note(&failure.to_string());
        }
    }
    reporter.record(&SignedInProfile { name: &name, profile: &profile, user: &user })
}

/// A profile after the sign-in.
struct SignedInProfile<'a> {
    name: &'a str,
    profile: &'a Profile,
    user: &'a CurrentUser,
}

impl Record for SignedInProfile<'_> {
    fn lines(&self) -> Vec<String> {
        let CurrentUser { name, email, .. } = self.user;
        vec![format!("signed in as {name} <{email}>, profile '{}'", self.name)]
    }

    fn json(&self) -> Value {
        let CurrentUser { id, name, email, .. } = self.user;
        json!({
            "outcome": "signed_in", "type": "profile", "name": self.name,
            "credential": self.profile.sign_in.as_ref().map(SignIn::name),
            "account_id": self.profile.account_id,
            "user": {"id": id, "name": name, "email": email},
        })
    }
}

/// Adds what to do about a token of standard input, which no profile contains.
fn refused_token(mut failure: Failure) -> Failure {
    failure.message +=
        "; nothing was saved: copy the whole token, and run `frameio login --token` again";
    failure
}

/// Removes the IDs of an account that the user cannot access, and sets the account if there is only
/// one.
fn adjust_ids(profile: &mut Profile, accounts: &[Account]) {
    let default = profile.account_id.as_deref();
    let account = accounts.iter().find(|it| Some(it.id.as_str()) == default);
    if account.is_none() {
        profile.clear_ids();
    }
    let only = if let [only] = accounts { Some(only) } else { None };
    if let Some(account) = account.or(only) {
        profile.account_id = Some(account.id.to_string());
        profile.account_name = Some(account.display_name.clone());
    }
}

/// Saves the sign-in in the keyring, or else in files, and prints where.
async fn save(
    name: &str,
    insecure_storage: bool,
    secrets: &ProfileSecrets,
    tokens: Option<&Tokens>,
) -> Result<Storage, Failure> {
    let (reporter, directory) = (Reporter::text(), config::directory()?);
    let mut reason = String::new();
    if !insecure_storage {
        let keyring = Vault::new(&directory, Storage::Keyring, name);
        match keyring.save(secrets, tokens).await {
            Ok(()) => {
                reporter.note(&format!("the sign-in is saved {}", keyring.description()));
                return Ok(Storage::Keyring);
            }
            Err(error) => reason = format!(": {error}"),
        }
    }
    let files = Vault::new(&directory, Storage::File, name);
    files.save(secrets, tokens).await.map_err(|error| {
        Failure::new(Status::Other, format!("cannot save the sign-in: {error}"))
    })?;
    reporter.note(&format!("the sign-in is saved {}{reason}", files.description()));
    Ok(Storage::File)
}

/// An unsaved sign-in.
struct SignedIn {
    kind: SignIn,
    client_secret: Option<Secret>,
    token: Option<Secret>,
    credentials: Credentials,
}

/// Signs in without saving the result.
async fn sign_in(args: &Args, settings: &SignInSettings) -> Result<SignedIn, Failure> {
    if args.token {
        let token = secret_line("token").await?;
        let credentials = Credentials::token(Token::new(token.clone()), Source::Profile);
        let (kind, token) = (SignIn::Token, Some(token));
        return Ok(SignedIn { kind, client_secret: None, token, credentials });
    }
    let client_secret = client_secret(args)?;
    let client_id = client_id(args, &settings.services.ims_url, client_secret.is_some())?;
    let (kind, ims, tokens) = match (&client_secret, args.web) {
        (None, true) => {
            let hint = "set FRAMEIO_CLIENT_SECRET or '--client-secret-file'";
            return Err(Failure::usage(format!("'--web' requires a client secret: {hint}")));
        }
        (Some(secret), false) => {
            let ims = settings.ims(Credential::server_to_server(&client_id, secret.clone()))?;
            let tokens = Session::new(ims.clone()).refresh().await?;
            (SignIn::ServerToServer { client_id }, ims, tokens)
        }
        (secret, _) => browse(args, settings, client_id, secret.clone()).await?,
    };
    let session = Session::new(ims);
    session.import(tokens).await?;
    let credentials = Credentials::session(session, Source::Profile);
    Ok(SignedIn { kind, client_secret, token: None, credentials })
}

/// Signs in a user with a browser.
async fn browse(
    args: &Args,
    settings: &SignInSettings,
    client_id: String,
    secret: Option<Secret>,
) -> Result<(SignIn, Ims, Tokens), Failure> {
    let redirect = RedirectTarget::new(args.redirect_uri.as_deref()).await?;
    let redirect_uri = redirect.uri().to_owned();
    let (credential, kind) = match secret {
        Some(secret) => (
            Credential::web(&client_id, secret, &redirect_uri),
            SignIn::Web { client_id, redirect_uri },
        ),
        None => (
            Credential::native(&client_id, &redirect_uri),
            SignIn::Native { client_id, redirect_uri },
        ),
    };
    let ims = settings.ims(credential)?;
    let authorization = ims.authorization()?;
    let callback = redirect.callback(&authorization, args.no_browser).await?;
    let tokens = ims.exchange(authorization.finish(&callback)?).await?;
    Ok((kind, ims, tokens))
}

/// Returns the client secret in the arguments or the environment.
fn client_secret(args: &Args) -> Result<Option<Secret>, Failure> {
    match (&args.client_secret, &args.client_secret_file) {
        (Some(secret), _) => input::secret("'--client-secret'", secret.expose()),
        (None, Some(file)) => input::secret_file(file).map(Some),
        (None, None) => Ok(variable("FRAMEIO_CLIENT_SECRET")?.map(Secret::from)),
    }
}

/// Returns the client ID in the arguments or the environment, or that of the simulator's demo app.
fn client_id(args: &Args, ims_url: &str, has_secret: bool) -> Result<String, Failure> {
    let typed = match &args.client_id {
        Some(typed) => input::setting("'--client-id'", typed)?,
        None => variable("FRAMEIO_CLIENT_ID")?,
    };
    if let Some(typed) = typed {
        return Ok(typed);
    }
    match demo_client_id() {
        Some(demo) if is_local(ims_url) && !has_secret => Ok(demo.to_owned()),
        _ => Err(Failure::usage(
            "no client ID: pass '--client-id' or set FRAMEIO_CLIENT_ID to that of your app in the \
             Adobe Developer Console, or sign in with an existing token and '--token'",
        )),
    }
}

/// Returns the client ID of the simulator's demo app.
const fn demo_client_id() -> Option<&'static str> {
    #[cfg(feature = "sim")]
    return Some(frameio_sim::Credential::DEMO_NATIVE);
    #[cfg(not(feature = "sim"))]
    None
}

/// Time for the sign-in in the browser. A run without a user must end too.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Target of the redirect after the sign-in.
enum RedirectTarget {
    /// A port of this machine.
    Loopback(Loopback, String),
    /// Any other URI: the user pastes the address that the browser shows.
    Manual(String),
}

impl RedirectTarget {
    async fn new(redirect_uri: Option<&str>) -> Result<Self, Failure> {
        let failed = |error| redirect_failure(&error);
        let loopback = match redirect_uri {
            None => Loopback::bind().await.map_err(failed)?,
            Some(uri) => match local_port(uri) {
                Some(port) => Loopback::bind_port(port).await.map_err(failed)?,
                None => return Ok(Self::Manual(uri.to_owned())),
            },
        };
        let uri = loopback.redirect_uri();
        Ok(Self::Loopback(loopback, uri))
    }

    fn uri(&self) -> &str {
        match self {
            Self::Loopback(_, uri) | Self::Manual(uri) => uri,
        }
    }

    /// Opens the sign-in page, and returns the address that the browser is redirected to.
    async fn callback(
        self,
        authorization: &Authorization,
        no_browser: bool,
    ) -> Result<String, Failure> {
        let reporter = Reporter::text();
        let url = authorization.url();
        if no_browser || open::that_detached(url).is_err() {
            reporter.status("open this URL in a browser:");
        } else {
            reporter.status("opening the browser; if it does not open, go to:");
        }
        reporter.status(url);
        match self {
            Self::Loopback(loopback, uri) => {
                reporter.status("waiting for the sign-in in the browser; Ctrl-C stops");
                let received = tokio::time::timeout(LIMIT, async {
                    tokio::select! {
                        callback = loopback.callback(authorization) => callback,
                        pasted = pasted_address(&reporter, &uri) => Ok(pasted),
                    }
                });
                match received.await {
                    Ok(callback) => callback.map_err(|error| redirect_failure(&error)),
                    Err(_) => Err(Failure::new(
                        Status::NoResponse,
                        format!(
                            "nobody signed in within {}: run the command again",
                            duration(LIMIT)
                        ),
                    )),
                }
            }
            Self::Manual(_) => {
                reporter.status("after the sign-in, paste the address that the browser shows:");
                line("address")
            }
        }
    }
}

/// Returns the address that the user pastes, because the browser is on another machine. It begins with the
/// redirect URI. Never ends without a terminal.
async fn pasted_address(reporter: &Reporter, redirect_uri: &str) -> String {
    if !std::io::stdin().is_terminal() {
        return std::future::pending().await;
    }
    reporter.status(
        "if the browser is on another machine, paste the address that it could not open at the end:",
    );
    let (sender, mut pasted) = tokio::sync::mpsc::unbounded_channel();
    // A blocked task of the runtime would delay the end of the program.
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        // The browser may have been faster.
        lines.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
    });
    while let Some(address) = pasted.recv().await {
        if address.trim().starts_with(redirect_uri) {
            return address.trim().to_owned();
        }
        reporter.status(&format!("this is not the address: it begins with {redirect_uri}"));
    }
    std::future::pending().await
}

fn redirect_failure(error: &std::io::Error) -> Failure {
    let reason = io_reason(error);
    Failure::new(Status::Other, format!("cannot receive the redirect of the browser: {reason}"))
}

/// Returns the port of a redirect URI that this program can receive.
fn local_port(uri: &str) -> Option<u16> {
    let rest = uri.strip_prefix("http://127.0.0.1:")?;
    rest.strip_suffix("/callback")?.parse().ok()
}

/// Reads a line of standard input without echo.
async fn secret_line(what: &str) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(line(what)?.into());
    }
    let typed = hidden_line(what, what).await?;
    Ok(not_empty(what, &typed)?.into())
}

/// Reads a line of standard input.
fn line(what: &str) -> Result<String, Failure> {
    not_empty(what, &input::line(&mut std::io::stdin().lock(), &format!("the {what}"))?)
}

fn not_empty(what: &str, text: &str) -> Result<String, Failure> {
    let text = input::setting(format!("the {what}"), text)?;
    text.ok_or_else(|| Failure::usage(format!("no {what} on standard input")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sign_in_that_nobody_finishes_ends() {
        let redirect = RedirectTarget::new(None).await.unwrap();
        let ims = Ims::new(Credential::native("id", redirect.uri())).unwrap();
        let failure = redirect.callback(&ims.authorization().unwrap(), true).await.unwrap_err();
        assert_eq!(failure.status, Status::NoResponse);
        assert_eq!(failure.message, "nobody signed in within 15 min: run the command again");
    }
}
