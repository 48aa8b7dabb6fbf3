//! Bounded reading of XML, element by element.
//!
//! Only the five entities of XML and character references are resolved. Document types are skipped: no file,
//! address or entity that they name is used.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::{MhlError, MhlErrorKind};

/// Maximum number of elements inside each other.
const MAX_DEPTH: usize = 16;

/// Maximum number of bytes of the text or the attributes of an element.
const MAX_TEXT: usize = 64 << 10;

/// Limits of readers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadLimits {
    /// Maximum size of a list in bytes. Default: 512 MiB.
    pub max_bytes: u64,
    /// Maximum number of files in a list. Default: 2 million.
    pub max_files: usize,
    /// Maximum number of generations of a history. Default: 10 000.
    pub max_generations: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { max_bytes: 512 << 20, max_files: 2_000_000, max_generations: 10_000 }
    }
}

/// An element whose start was read.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Name without prefix.
    pub(crate) name: Box<str>,
    attributes: Vec<(Box<str>, Box<str>)>,
    /// Text directly inside, complete at the end of the element.
    text: String,
    /// Line at which the element begins.
    pub(crate) line: usize,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| &**key == name);
        found.map(|(_, value)| &**value)
    }

    /// Returns the text as written, for paths.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text without surrounding white space.
    pub(crate) fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

/// Receives the elements of a document.
pub(crate) trait Visitor {
    /// An element begins. `parents` are the elements around it, the root first.
    fn open(&mut self, element: &Element, parents: &[Element]) -> Result<(), MhlError>;
    /// An element ends.
    fn close(&mut self, element: Element, parents: &[Element]) -> Result<(), MhlError>;
}

/// Reads a file of limited size.
pub(crate) fn read_file(path: &Path, limits: &ReadLimits) -> Result<Vec<u8>, MhlError> {
    let file = File::open(path).map_err(|error| MhlError::io(path, error))?;
    let mut bytes = Vec::new();
    let mut limited = file.take(limits.max_bytes.saturating_add(1));
    limited.read_to_end(&mut bytes).map_err(|error| MhlError::io(path, error))?;
    if bytes.len() as u64 > limits.max_bytes {
        let reason = format!("it has more than {} bytes", limits.max_bytes);
        return Err(MhlError::new(MhlErrorKind::Limit, reason).in_file(path));
    }
    Ok(bytes)
}

/// Passes all elements of a document to a visitor.
pub(crate) fn visit(bytes: &[u8], visitor: &mut impl Visitor) -> Result<(), MhlError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + read.iter().filter(|byte| **byte == b'\n').count();
        MhlError::syntax(line, "it is not UTF-8")
    })?;
    let mut lines = Lines { text: text.as_bytes(), read: 0, line: 1 };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut has_root = false;
    loop {
        let line = lines.at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let line = lines.at(reader.error_position());
            MhlError::syntax(line, error.to_string())
        })?;
        match event {
            Event::Start(start) => {
                let element = element(&start, line)?;
                begin_child(&mut has_root, &mut open, line)?;
                visitor.open(&element, &open).map_err(|error| error.at(line))?;
                open.push(element);
                if open.len() > MAX_DEPTH {
                    let reason = format!("elements are nested deeper than {MAX_DEPTH}");
                    return Err(MhlError::new(MhlErrorKind::Limit, reason).at(line));
                }
            }
            Event::Empty(start) => {
                let element = element(&start, line)?;
                begin_child(&mut has_root, &mut open, line)?;
                visitor.open(&element, &open).map_err(|error| error.at(line))?;
                visitor.close(element, &open).map_err(|error| error.at(line))?;
            }
            Event::End(_) => {
                let Some(element) = open.pop() else {
                    return Err(MhlError::syntax(line, "a tag closes nothing"));
                };
                let line = element.line;
                visitor.close(element, &open).map_err(|error| error.at(line))?;
            }
            Event::Text(text) => append(&mut open, &text.xml10_content(), line)?,
            Event::CData(text) => append(&mut open, &text.xml10_content(), line)?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => {
                        let name = reference.xml10_content();
                        let known = resolve_predefined_entity(&name);
                        known.map(str::to_owned).ok_or_else(|| entity(line, &name))?
                    }
                    Err(error) => return Err(MhlError::syntax(line, error.to_string())),
                };
                append(&mut open, &resolved, line)?;
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    match open.last() {
        Some(unclosed) => {
            let reason = format!("element '{}' is not closed", quote(&unclosed.name));
            Err(MhlError::syntax(unclosed.line, reason))
        }
        None if !has_root => Err(MhlError::syntax(1, "it has no XML element")),
        None => Ok(()),
    }
}

/// Begins an element in the last open one, or the root.
fn begin_child(has_root: &mut bool, open: &mut [Element], line: usize) -> Result<(), MhlError> {
    match open.last_mut() {
        // White space between elements does not count towards the limit of a text.
        Some(parent) if parent.text.trim().is_empty() => parent.text.clear(),
        Some(_) => {}
        None if std::mem::replace(has_root, true) => {
            return Err(MhlError::syntax(line, "it has more than one root element"));
        }
        None => {}
    }
    Ok(())
}

fn append(open: &mut [Element], text: &str, line: usize) -> Result<(), MhlError> {
    let Some(element) = open.last_mut() else {
        return match text.trim().is_empty() {
            true => Ok(()),
            false => Err(MhlError::syntax(line, "text outside of the root element")),
        };
    };
    if element.text.len().saturating_add(text.len()) > MAX_TEXT {
        let reason = format!("the text of '{}' is longer than 64 KiB", quote(&element.name));
        return Err(MhlError::new(MhlErrorKind::Limit, reason).at(line));
    }
    element.text.push_str(text);
    Ok(())
}

fn entity(line: usize, name: &str) -> MhlError {
    MhlError::syntax(line, format!("entity '{}' is not resolved", quote(name)))
}

/// Shortens a text of the document for a message, and removes control characters.
pub(crate) fn quote(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, MhlError> {
    let mut attributes = Vec::new();
    let mut length = 0;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| MhlError::syntax(line, error.to_string()))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| MhlError::syntax(line, error.to_string()))?;
        length += value.len();
        if attributes.len() >= 32 || length > MAX_TEXT {
            let reason = "an element has too many attributes";
            return Err(MhlError::new(MhlErrorKind::Limit, reason).at(line));
        }
        attributes
            .push((local(attribute.key.as_ref()).into(), value.into_owned().into_boxed_str()));
    }
    let name = local(start.name().as_ref()).into();
    Ok(Element { name, attributes, line, text: String::new() })
}

/// Returns a name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Line numbers of increasing positions.
struct Lines<'a> {
    text: &'a [u8],
    read: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> usize {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        if let Some(passed) = self.text.get(self.read..position) {
            self.line += passed.iter().filter(|byte| **byte == b'\n').count();
            self.read = position;
        }
        self.line
    }
}
