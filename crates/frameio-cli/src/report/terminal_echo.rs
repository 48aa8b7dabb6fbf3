//! Echo of control characters by the terminal.

/// Prevents the terminal from echoing `^C` until dropped. The echo would move the progress bars, so
/// that they could not be cleared.
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

    /// Turns the echo of control characters on or off, and returns whether it was changed.
    pub(super) fn set_echo(echoes: bool) -> bool {
        // The system stops a background process that changes the terminal.
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
