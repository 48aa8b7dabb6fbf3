//! Bounded reading of XML into a tree, and writing of it line by line.
//!
//! Only the five entities of XML and character references are resolved. Document types are skipped: no
//! file, address or entity that they name is ever looked at.

use std::io;

use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};

use crate::error::{ReadError, ReadErrorKind};
use crate::options::ReadOptions;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: Box<str>,
    attributes: Vec<(Box<str>, Box<str>)>,
    /// Text directly inside.
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
    /// Line at which the element begins.
    pub(crate) line: usize,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| &**key == name);
        found.map(|(_, value)| &**value)
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| &*child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// The trimmed text of a child.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// The first element below with a name, depth first.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        self.children
            .iter()
            .find_map(|child| if &*child.name == name { Some(child) } else { child.find(name) })
    }
}

/// Reads a document and returns its root element.
pub(crate) fn parse(text: &str, options: &ReadOptions) -> Result<Element, ReadError> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text: text.as_bytes(), read: 0, line: 1 };
    let mut open = vec![Element::default()];
    let mut count = 0_usize;
    loop {
        let line = lines.at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let line = lines.at(reader.error_position());
            ReadError::syntax(line, error.to_string())
        })?;
        match event {
            Event::Start(start) => {
                open.push(element(&start, line, &mut count, options)?);
                if open.len() > options.max_depth {
                    let reason = format!("elements are nested deeper than {}", options.max_depth);
                    return Err(ReadError::new(ReadErrorKind::Limit, reason).at(line));
                }
            }
            Event::Empty(start) => {
                let element = element(&start, line, &mut count, options)?;
                current(&mut open, line)?.children.push(element);
            }
            Event::End(_) => {
                let done = open.pop().unwrap_or_default();
                current(&mut open, line)?.children.push(done);
            }
            Event::Text(text) => append(current(&mut open, line)?, &text.xml10_content()),
            Event::CData(text) => append(current(&mut open, line)?, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => {
                        let name = reference.xml10_content();
                        let known = resolve_predefined_entity(&name);
                        known.map(str::to_owned).ok_or_else(|| entity(line, &name))?
                    }
                    Err(error) => return Err(ReadError::syntax(line, error.to_string())),
                };
                current(&mut open, line)?.text.push_str(&resolved);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    let line = lines.at(text.len() as u64);
    match (open.pop(), open.is_empty()) {
        (Some(mut document), true) if document.children.len() == 1 => {
            Ok(document.children.swap_remove(0))
        }
        (Some(unclosed), false) => {
            let reason = format!("element '{}' is not closed", crate::input::quote(&unclosed.name));
            Err(ReadError::syntax(unclosed.line, reason))
        }
        _ => Err(ReadError::syntax(line, "the document must have one root element")),
    }
}

fn current(open: &mut [Element], line: usize) -> Result<&mut Element, ReadError> {
    open.last_mut().ok_or_else(|| ReadError::syntax(line, "a tag closes nothing"))
}

/// Adds text, without the white space between elements.
fn append(element: &mut Element, text: &str) {
    if !element.text.is_empty() || !text.trim().is_empty() {
        element.text.push_str(text);
    }
}

fn entity(line: usize, name: &str) -> ReadError {
    let name = crate::input::quote(name);
    ReadError::syntax(line, format!("entity '{name}' is not resolved"))
}

fn element(
    start: &BytesStart<'_>,
    line: usize,
    count: &mut usize,
    options: &ReadOptions,
) -> Result<Element, ReadError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| ReadError::syntax(line, error.to_string()))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| ReadError::syntax(line, error.to_string()))?;
        attributes.push((attribute.key.as_ref().into(), value.into_owned().into_boxed_str()));
    }
    *count += 1 + attributes.len() / 4;
    if *count > options.max_elements {
        let reason = format!("more than {} elements", options.max_elements);
        return Err(ReadError::new(ReadErrorKind::Limit, reason).at(line));
    }
    Ok(Element { name: start.name().as_ref().into(), attributes, line, ..Element::default() })
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

/// Writes a document: an element on each line, indented, except inside of [`Page::open_inline`].
pub(crate) struct Page {
    writer: Writer<Vec<u8>>,
    depth: usize,
    /// Depth of elements on the current line.
    inline: usize,
}

/// Attributes of an element.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Page {
    /// Begins a document with its declaration.
    pub(crate) fn new(declaration: &str) -> io::Result<Self> {
        let mut writer = Writer::new(Vec::new());
        let start = BytesStart::from_content(declaration, "xml".len());
        writer.write_event(Event::Decl(BytesDecl::from_start(start)))?;
        Ok(Self { writer, depth: 0, inline: 0 })
    }

    /// Begins a page of HTML.
    pub(crate) fn html() -> io::Result<Self> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::DocType(BytesText::from_escaped("html")))?;
        Ok(Self { writer, depth: 0, inline: 0 })
    }

    /// Writes the document type, in the form that follows `<!DOCTYPE `.
    pub(crate) fn doctype(&mut self, content: &str) -> io::Result<()> {
        self.line()?;
        self.writer.write_event(Event::DocType(BytesText::from_escaped(content)))
    }

    fn line(&mut self) -> io::Result<()> {
        if self.inline > 0 {
            return Ok(());
        }
        let indent = format!("\n{}", "  ".repeat(self.depth));
        self.writer.write_event(Event::Text(BytesText::from_escaped(indent)))
    }

    fn tag<'a>(name: &'a str, attributes: Attributes<'a>) -> BytesStart<'a> {
        BytesStart::new(name).with_attributes(attributes.iter().copied())
    }

    pub(crate) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.line()?;
        self.depth += 1;
        self.inline += usize::from(self.inline > 0);
        self.writer.write_event(Event::Start(Self::tag(name, attributes)))
    }

    /// Opens an element whose content stays on its line.
    pub(crate) fn open_inline(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.line()?;
        self.depth += 1;
        self.inline += 1;
        self.writer.write_event(Event::Start(Self::tag(name, attributes)))
    }

    pub(crate) fn close(&mut self, name: &str) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        self.line()?;
        self.inline = self.inline.saturating_sub(1);
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.line()?;
        self.writer.write_event(Event::Empty(Self::tag(name, attributes)))
    }

    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_event(Event::Text(BytesText::from_escaped(escape(text))))
    }

    /// Writes an element with text.
    pub(crate) fn leaf(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        text: &str,
    ) -> io::Result<()> {
        self.open_inline(name, attributes)?;
        self.text(text)?;
        self.close(name)
    }

    /// Ends the document with a line break.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut document = self.writer.into_inner();
        document.push(b'\n');
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Element, ReadError> {
        parse(text, &ReadOptions::default())
    }

    #[test]
    fn never_resolves_entities_of_a_document() {
        let text = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<a>\n&x;</a>";
        let error = read(text).unwrap_err();
        assert_eq!((error.line, error.reason.as_str()), (Some(3), "entity 'x' is not resolved"));
        let text = "<!DOCTYPE a [<!ENTITY x \"y\">]><a b=\"&x;\"/>";
        assert!(read(text).is_err());
        let root = read("<a b=\"&#65;&lt;\">&amp;&#x42;<![CDATA[<c>]]></a>").unwrap();
        assert_eq!((root.attribute("b"), root.text.as_str()), (Some("A<"), "&B<c>"));
    }

    #[test]
    fn limits_depth_and_elements() {
        let deep = "<a>".repeat(200) + &"</a>".repeat(200);
        assert_eq!(read(&deep).unwrap_err().kind, ReadErrorKind::Limit);
        let options = ReadOptions { max_elements: 10, ..ReadOptions::default() };
        let wide = format!("<r>{}</r>", "<a/>".repeat(20));
        assert_eq!(parse(&wide, &options).unwrap_err().kind, ReadErrorKind::Limit);
    }

    #[test]
    fn names_the_line_of_a_mistake() {
        for (text, line) in [
            ("<a>\n<b>\n</a>", 3),
            ("<a>\n<b", 2),
            ("", 1),
            ("<a/>\n<b/>", 2),
            ("<a>\n\n&nbsp;</a>", 3),
            ("<a>\n<b>", 2),
        ] {
            assert_eq!(read(text).unwrap_err().line, Some(line), "{text}");
        }
    }
}
