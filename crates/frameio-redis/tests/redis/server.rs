//! Starts a redis-server for a test.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use frameio_redis::Redis;
use redis::{FromRedisValue, RedisResult};
use tempfile::TempDir;

/// Running redis-server. Dropping it kills the process.
pub(super) struct Server {
    pub(super) port: u16,
    process: Child,
    dir: TempDir,
    arguments: Vec<String>,
}

pub(super) fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // The port of the cluster bus is 10,000 higher.
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

impl Server {
    pub(super) fn start() -> Self {
        Self::with(free_port(), &[])
    }

    pub(super) fn with(port: u16, arguments: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let arguments: Vec<_> = arguments.iter().copied().map(str::to_owned).collect();
        let process = spawn(dir.path(), port, &arguments);
        let server = Self { port, process, dir, arguments };
        server.wait();
        server
    }

    /// Starts a sentinel that watches the servers of a configuration.
    pub(super) fn sentinel(port: u16, config: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let process = Command::new("redis-server")
            .arg(config)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--sentinel"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { port, process, dir, arguments: Vec::new() };
        server.wait();
        server
    }

    /// Kills the process, like a crash.
    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts an empty server on the same port.
    pub(super) fn restart(&mut self) {
        self.process = spawn(self.dir.path(), self.port, &self.arguments);
        self.wait();
    }

    fn wait(&self) {
        let _: () = self.cli(&["PING"]);
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(super) fn redis(&self) -> Redis {
        Redis::new(&self.url()).unwrap()
    }

    /// Returns whether the server responds within a short time.
    pub(super) fn responds(&self) -> bool {
        let client = redis::Client::open(self.url()).unwrap();
        let limit = Duration::from_millis(200);
        let Ok(mut connection) = client.get_connection_with_timeout(limit) else { return false };
        connection.set_read_timeout(Some(limit)).unwrap();
        redis::cmd("PING").query::<()>(&mut connection).is_ok()
    }

    fn try_cli<T: FromRedisValue>(&self, command: &[&str]) -> RedisResult<T> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(2))?;
        redis::cmd(command[0]).arg(&command[1..]).query(&mut connection)
    }

    /// Sends a command, with retries while the server is starting.
    pub(super) fn cli<T: FromRedisValue>(&self, command: &[&str]) -> T {
        let start = Instant::now();
        loop {
            match self.try_cli(command) {
                Ok(response) => return response,
                Err(error) if start.elapsed() > Duration::from_secs(30) => {
                    panic!("{command:?} to {}: {error}", self.url())
                }
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Returns the number of scripts that the server has run.
    pub(super) fn scripts(&self) -> u64 {
        let info: String = self.cli(&["INFO", "commandstats"]);
        let calls = |name| {
            let line = info.lines().find_map(|line| line.strip_prefix(name))?;
            line.strip_prefix(":calls=")?.split(',').next()?.parse::<u64>().ok()
        };
        calls("cmdstat_evalsha").unwrap_or(0)
    }
}

fn spawn(dir: &Path, port: u16, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(arguments)
        .current_dir(dir)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server not found: run tests/redis/run, which installs it")
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process can have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
