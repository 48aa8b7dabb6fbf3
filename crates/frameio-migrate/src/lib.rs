#![cfg_attr(docsrs, feature(doc_cfg))]
//! Finds uses of the legacy Frame.io API (V2) in source code and names their V4 replacements.
//!
//! [`scan`] reads a file or a directory tree. Each [`Finding`] has its place, what it is, the V4
//! operations that replace it, what to watch out for, and the effort. [`report`] writes the findings as
//! text, JSON, SARIF or Markdown. Tokens in the source are reported by their place and never copied.
//!
//! Most names of the legacy API are ordinary words. They count only in a file, or in a package, with a
//! certain sign of the legacy API, such as its URL or its Python SDK; code for V4 reports nothing.
//!
//! ```
//! use frameio_migrate::{ScanOptions, report, scan};
//!
//! let directory = tempfile::tempdir()?;
//! std::fs::write(
//!     directory.path().join("whoami.sh"),
//!     "curl -H \"Authorization: Bearer $TOKEN\" https://api.frame.io/v2/me\n",
//! )?;
//! let scan = scan(directory.path(), &ScanOptions::new())?;
//! assert_eq!(scan.findings[0].line, 1);
//! assert_eq!(scan.findings[0].operations[0].id, "users.show");
//! println!("{}", report::text(&scan));
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! The command runs it as `frameio migrate scan`.

mod language;
mod lines;
mod notebook;
mod operations;
mod patterns;
pub mod report;
mod scan;
mod source;

pub use language::Language;
pub use operations::Replacement;
pub use patterns::{Certainty, Effort, Kind};
pub use scan::{Finding, Scan, ScanOptions, Skipped, scan};
