//! `frameio` without a command: how to sign in, or the most useful commands.

use frameio::auth::profile::is_local;

use crate::args::GlobalArgs;
use crate::config;
use crate::credentials::Source;
use crate::exit::Failure;
use crate::help;
use crate::report::{Reporter, help_columns};

const SIGNED_OUT: &str = "\
You are not signed in. There are three ways to sign in:

  1. In a browser, as yourself:      frameio login --client-id ID
  2. As a server, without a user:    FRAMEIO_CLIENT_SECRET=… frameio login --client-id ID
  3. With a token that you have:     frameio login --token

A client ID is that of a credential in the Adobe Developer Console. Create a project, and add the API of
Frame.io: 'Native App' for the first way, 'Server-to-Server' for the second.

  https://developer.adobe.com/console

The third way takes an access token of Adobe, or a legacy developer token (fio-u-…).

Without an account, try everything against a local simulator:

  frameio sim

`frameio login --help` has the details, `frameio --help` lists all commands, and `frameio doctor`
explains what does not work.";

const SIGNED_IN: &str = "\
`frameio --help` lists all commands. The first ones to try:

  frameio whoami     show the signed-in user
  frameio ls /       list workspaces
  frameio doctor     explain what does not work";

const AT_SIMULATOR: &str = "\
You are not signed in. The API URL is that of a simulator on this machine, which needs no client ID:

  frameio login      sign in through the browser, as a demo user

";

pub(super) fn run(global: &GlobalArgs) -> Result<(), Failure> {
    let is_simulator = global.profile.base_url()?.is_some_and(is_local);
    let text = match is_signed_in(global)? {
        true => SIGNED_IN.to_owned(),
        false if is_simulator => {
            AT_SIMULATOR.to_owned() + SIGNED_OUT.trim_start_matches("You are not signed in. ")
        }
        false => SIGNED_OUT.to_owned(),
    };
    let reporter = Reporter::text();
    let text = help::printed(&help::fit(&text, help_columns()));
    text.lines().try_for_each(|line| reporter.line(line))
}

fn is_signed_in(global: &GlobalArgs) -> Result<bool, Failure> {
    if Source::of_run()? != Source::Profile {
        return Ok(true);
    }
    if config::directory().is_err() {
        // A user without a home directory has no profiles.
        return Ok(false);
    }
    let profiles = config::load()?;
    let name = global.profile.name(&profiles)?;
    Ok(profiles.profiles.get(&name).is_some_and(|profile| profile.sign_in.is_some()))
}
