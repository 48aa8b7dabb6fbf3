//! Writing of XML, an element on each line.

use quick_xml::escape::escape;

/// A document.
pub(crate) struct Page {
    text: String,
    depth: usize,
}

/// Attributes of an element.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Page {
    /// Begins a document with its root element.
    pub(crate) fn new(root: &str, attributes: Attributes<'_>) -> Self {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let mut page = Self { text, depth: 0 };
        page.open(root, attributes);
        page
    }

    pub(crate) fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// Writes an element with text.
    pub(crate) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.tag(name, attributes);
        self.text.push_str(&format!(">{}</{name}>\n", escape(text)));
    }

    pub(crate) fn finish(mut self, root: &str) -> String {
        self.close(root);
        self.text
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push_str(&format!(" {name}=\"{}\"", escape(*value)));
        }
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.depth));
    }
}
