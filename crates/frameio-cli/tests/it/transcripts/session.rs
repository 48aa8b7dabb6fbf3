//! Runs of commands in a shell, with a demo account and a directory of their own.

use std::path::Path;

use frameio_sim::{Sim, SimServer};
use tempfile::TempDir;

use super::redaction::Redaction;
use crate::comments::demo;
use crate::program::{end, offline};

/// Files in the directory of the commands, with their sizes.
const FILES: [(&str, usize); 5] = [
    ("rushes/A003_C001.mov", 300_000),
    ("rushes/A003_C002.mov", 200_000),
    ("rushes/B003_C001.mov", 250_000),
    ("The Crossing - cut 4.mp4", 400_000),
    ("passphrase.txt", 12),
];

/// A demo account, and a directory with files.
pub(super) struct Session {
    server: SimServer,
    _sim: Sim,
    directory: TempDir,
    redaction: Redaction,
}

impl Session {
    pub(super) async fn new() -> Self {
        let (sim, server) = demo().await;
        let directory = tempfile::tempdir().unwrap();
        for (name, size) in FILES {
            let path = directory.path().join("work").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "dawn".repeat(size / 4)).unwrap();
        }
        let redaction = Redaction::new(&[
            (server.url().to_string().trim_end_matches('/'), "http://127.0.0.1:8080"),
            (directory.path().to_str().unwrap(), "/home/demo"),
            (concat!("frameio ", env!("CARGO_PKG_VERSION")), "frameio 0.1.0"),
        ]);
        Self { server, _sim: sim, directory, redaction }
    }

    /// Runs a command on a terminal of this width, and returns what it prints on both outputs, and its exit status unless it is 0.
    pub(super) async fn run(&mut self, script: &str, columns: u16) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_frameio")).parent().unwrap();
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(program.to_owned()).chain(std::env::split_paths(&paths));
        let of_program = offline();
        let mut command = tokio::process::Command::new("sh");
        for (name, value) in of_program.as_std().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .current_dir(self.directory.path().join("work"))
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("COLUMNS", columns.to_string())
            .env("FRAMEIO_BASE_URL", self.server.url())
            .env("FRAMEIO_TOKEN", Sim::TOKEN)
            .env("FRAMEIO_CONFIG_DIR", self.directory.path().join("config"))
            .stdin(std::process::Stdio::null());
        let ended = end(command, None).await;
        let mut text = self.redaction.apply(&ended.stdout);
        if ended.status != 0 {
            text += &format!("[exit status: {}]\n", ended.status);
        }
        text
    }
}
