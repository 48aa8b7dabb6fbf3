//! Adds a generation to the history of a directory, or verifies its files.
//!
//! `mhl create DIR` hashes every file in XXH64; `mhl verify DIR` compares every listed file. The exit status
//! is 1 if a file differs or is missing.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use frameio_mhl::{Action, DIRECTORY, HashFormat, HashedFile, History, Process, ReadLimits};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [command, root] = &*arguments else {
        return Err("usage: mhl create|verify DIR".into());
    };
    let root = Path::new(root);
    let is_equal = match &**command {
        "create" => create(root)?,
        "verify" => verify(root)?,
        other => return Err(format!("unknown command '{other}'").into()),
    };
    Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn create(root: &Path) -> Result<bool, Box<dyn Error>> {
    let history = History::open(root, &ReadLimits::default())?;
    let mut generation = history.next_generation(Process::InPlace);
    let mut files = Vec::new();
    walk(root, &mut files)?;
    let mut is_equal = true;
    for path in files {
        let metadata = fs::metadata(&path)?;
        let hash = HashFormat::Xxh64.hash_file(&path)?;
        let file = HashedFile::below(root, &path, metadata.len(), hash).ok_or("not UTF-8")?;
        let known = generation.history().expected(file.path()).into_iter();
        let others = known.flat_map(|known| &known.hashes).map(|hash| hash.format());
        let others: Vec<_> = others.filter(|format| *format != HashFormat::Xxh64).collect();
        let verified = others.into_iter().map(|format| format.hash_file(&path));
        let verified: Vec<_> = verified.collect::<Result<_, _>>()?;
        let modified = metadata.modified()?.try_into().ok();
        let action = generation.add(file.modified(modified).verified(verified))?;
        is_equal &= action != Action::Failed;
    }
    println!("{}", generation.write("frameio-mhl", env!("CARGO_PKG_VERSION"))?.display());
    Ok(is_equal)
}

fn verify(root: &Path) -> Result<bool, Box<dyn Error>> {
    let history = History::open(root, &ReadLimits::default())?;
    let mut is_equal = true;
    for path in history.paths() {
        let Some(expected) = history.expected(path) else { continue };
        match expected.check(&root.join(path)) {
            Ok(verdict) if verdict.is_match() => {}
            Ok(verdict) => {
                eprintln!("{path}: {verdict}");
                is_equal = false;
            }
            Err(error) => {
                eprintln!("{path}: cannot read it: {error}");
                is_equal = false;
            }
        }
    }
    Ok(is_equal)
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if entry.file_name() != DIRECTORY {
                walk(&entry.path(), files)?;
            }
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
