//! Echo of control characters on the terminal.

/// Keeps the terminal from printing `^C` until dropped: it would move the progress bars, which could
/// not be cleared then.
#[derive(Debug)]
pub(super) struct QuietControls {
    #[cfg(unix)]
    is_changed: bool,
}

#[cfg(unix)]
impl QuietControls {
    pub(super) fn new() -> Self {
        Self { is_changed: unix::set_echo(false) }
    }
}

#[cfg(unix)]
impl Drop for QuietControls {
    fn drop(&mut self) {
        if self.is_changed {
            unix::set_echo(true);
        }
    }
}

#[cfg(not(unix))]
impl QuietControls {
    pub(super) const fn new() -> Self {
        Self {}
    }
}

#[cfg(unix)]
mod unix {
    use rustix::process::getpgrp;
    use rustix::stdio::stderr;
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcgetpgrp, tcsetattr};

    /// Sets whether control characters are printed, and returns whether that is a change.
    pub(super) fn set_echo(echoes: bool) -> bool {
        // A process in the background would be stopped.
        if tcgetpgrp(stderr()) != Ok(getpgrp()) {
            return false;
        }
        let Ok(mut attributes) = tcgetattr(stderr()) else { return false };
        if attributes.local_modes.contains(LocalModes::ECHOCTL) == echoes {
            return false;
        }
        attributes.local_modes.set(LocalModes::ECHOCTL, echoes);
        tcsetattr(stderr(), OptionalActions::Now, &attributes).is_ok()
    }
}
