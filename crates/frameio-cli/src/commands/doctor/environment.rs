//! Variables that override the profile.

use super::finding::Finding;
use crate::exit::Failure;
use crate::input::variable;

const CHECK: &str = "environment";

/// Variables of the command, without their values: some are secrets.
const VARIABLES: [&str; 13] = [
    "FRAMEIO_TOKEN",
    "FRAMEIO_CLIENT_ID",
    "FRAMEIO_CLIENT_SECRET",
    "FRAMEIO_PROFILE",
    "FRAMEIO_BASE_URL",
    "FRAMEIO_IMS_URL",
    "FRAMEIO_CONFIG_DIR",
    "FRAMEIO_INSECURE_STORAGE",
    "FRAMEIO_QUOTA_STORE",
    "FRAMEIO_QUOTA_STORE_FILE",
    "FRAMEIO_CWD",
    "FRAMEIO_NO_CACHE",
    "RUST_LOG",
];

/// Reports which variables are set, and those that cannot be used.
pub(super) fn check() -> Vec<Finding> {
    let version = format!("frameio {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    let (mut set, mut findings) = (Vec::new(), Vec::new());
    for name in VARIABLES {
        match variable(name) {
            Ok(None) => {}
            Ok(Some(_)) => set.push(name),
            Err(failure) => {
                set.push(name);
                findings.push(unusable(&failure));
            }
        }
    }
    let variables = match set.as_slice() {
        [] => "no variable of the command is set".to_owned(),
        set => format!("set: {}", set.join(", ")),
    };
    let mut finding = Finding::ok(CHECK).read(version).read(variables);
    if set.contains(&"FRAMEIO_TOKEN") {
        finding = finding.infer("FRAMEIO_TOKEN overrides the sign-in of the profile");
    }
    findings.insert(0, finding);
    findings
}

fn unusable(failure: &Failure) -> Finding {
    Finding::problem(CHECK, failure.status, "invalid_variable")
        .read(&failure.message)
        .advise("correct or unset the variable")
}
