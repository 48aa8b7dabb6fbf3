//! Languages of source files.

use std::path::Path;

use serde::Serialize;

/// Language of a source file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Language {
    /// Python, with notebooks.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Kotlin.
    Kotlin,
    /// Go.
    Go,
    /// Shell scripts, container and CI files.
    Shell,
    /// JSON, with exports of n8n, Zapier and Make.
    Json,
    /// Lists of Python dependencies.
    Requirements,
    /// Any other text.
    Other,
}

impl Language {
    /// Determines the language of a file by its name.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
        match lower.as_str() {
            "pipfile" | "pyproject.toml" | "setup.py" | "setup.cfg" | "pipfile.lock"
            | "poetry.lock" | "environment.yml" => return Self::Requirements,
            "dockerfile" | "makefile" | "justfile" => return Self::Shell,
            _ if lower.starts_with("requirements") && extension == "txt" => {
                return Self::Requirements;
            }
            _ => {}
        }
        match extension {
            "py" | "pyi" | "ipynb" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "vue" | "svelte" => {
                Self::JavaScript
            }
            "rb" | "rake" | "gemspec" => Self::Ruby,
            "php" => Self::Php,
            "kt" | "kts" => Self::Kotlin,
            "go" => Self::Go,
            "sh" | "bash" | "zsh" | "fish" | "ps1" | "bat" | "yml" | "yaml" => Self::Shell,
            "json" | "jsonl" => Self::Json,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn determines_the_language_by_the_name() {
        for (name, language) in [
            ("a/b.py", Language::Python),
            ("Notes.IPYNB", Language::Python),
            ("setup.py", Language::Requirements),
            ("requirements-dev.txt", Language::Requirements),
            ("readme.txt", Language::Other),
            ("Dockerfile", Language::Shell),
            ("x.tsx", Language::JavaScript),
            ("py", Language::Other),
        ] {
            assert_eq!(Language::of(Path::new(name)), language, "{name}");
        }
    }
}
