//! Completion in bash, which breaks words at characters such as `=` and leaves quoting to programs.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::{Bash as Builtin, EnvCompleter};

use super::line::{BREAKS, LINE, Line, POINT};

/// Separator of the completed words, as the script expects it.
const SEPARATOR: &str = "_CLAP_IFS";

/// Completes the words of the line, instead of those that bash makes of them.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        Builtin.name()
    }

    fn is(&self, name: &str) -> bool {
        Builtin.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let mut script = Vec::new();
        Builtin.write_registration(var, name, bin, completer, &mut script)?;
        let variable = format!("{var}=\"bash\"");
        let line = format!("{LINE}=\"$COMP_LINE\" {POINT}=\"$COMP_POINT\"");
        let breaks = format!("{BREAKS}=\"$COMP_WORDBREAKS\"");
        let script = String::from_utf8_lossy(&script);
        write!(buf, "{}", script.replace(&variable, &format!("{line} {breaks} {variable}")))
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let line = Line::current();
        if line.words.is_empty() {
            return Builtin.write_complete(cmd, args, current_dir, buf);
        }
        let found = complete(cmd, line.arguments(), line.words.len() - 1, current_dir)?;
        let mut words: Vec<_> =
            found.iter().map(|it| line.completed(&it.get_value().to_string_lossy())).collect();
        if let [only] = &*words
            && only.ends_with('/')
            && line.is_quoted()
        {
            // bash closes the quotes after the only word, so that nothing below it could be completed.
            words.push(format!("{only}…"));
        }
        let separator = std::env::var(SEPARATOR).unwrap_or_else(|_| "\n".to_owned());
        write!(buf, "{}", words.join(&separator))
    }
}
