//! `frameio` without a command: how to sign in, or the most useful commands.

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

A client ID is that of a credential in the Adobe Developer Console (https://developer.adobe.com/console):
create a project, add the API of Frame.io, and choose 'Native App' for 1 or 'Server-to-Server' for 2. A
token is an access token of Adobe or a legacy developer token (fio-u-…).

Without an account, try everything against a local simulator:

  frameio sim

`frameio login --help` has the details, `frameio --help` lists all commands, and `frameio doctor`
explains what does not work.";

const SIGNED_IN: &str = "\
`frameio --help` lists all commands. The first ones to try:

  frameio whoami     show the signed-in user
  frameio ls /       list workspaces
  frameio doctor     explain what does not work";

pub(super) fn run(global: &GlobalArgs) -> Result<(), Failure> {
    let text = if is_signed_in(global)? { SIGNED_IN } else { SIGNED_OUT };
    let reporter = Reporter::text();
    let text = help::printed(&help::fit(text, help_columns()));
    text.lines().try_for_each(|line| reporter.line(line))
}

fn is_signed_in(global: &GlobalArgs) -> Result<bool, Failure> {
    if Source::of_run()? != Source::Profile {
        return Ok(true);
    }
    let profiles = config::load()?;
    let name = global.profile.name(&profiles)?;
    Ok(profiles.profiles.get(&name).is_some_and(|profile| profile.sign_in.is_some()))
}
