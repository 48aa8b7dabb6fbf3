//! The texts of a file that a person reads.

use proc_macro2::{TokenStream, TokenTree};

/// A text and the line on which it starts, counted from 1.
pub(crate) struct Text {
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Text {
    /// Returns the texts of a Rust or Markdown file, without code.
    pub(crate) fn all(name: &str, source: &str) -> Vec<Self> {
        let is_markdown = std::path::Path::new(name).extension().is_some_and(|ext| ext == "md");
        if is_markdown {
            return vec![Self { line: 1, text: without_code(source) }];
        }
        let mut found = comments(source);
        let tokens: TokenStream = source.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        quoted(tokens, &mut found);
        found
    }
}

/// Comments, with consecutive lines as one text.
fn comments(source: &str) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    let mut next_line = 0;
    for (index, line) in source.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
        let comment = comment.trim_start_matches(['/', '!']);
        match found.last_mut() {
            Some(text) if next_line == index => {
                text.text.push('\n');
                text.text.push_str(comment);
            }
            _ => found.push(Text { line: index + 1, text: comment.to_owned() }),
        }
        next_line = index + 1;
    }
    for text in &mut found {
        text.text = without_code(&text.text);
    }
    found
}

/// Quoted texts of more than one word, and the names of functions with blanks for underscores.
/// Attributes of documentation are comments, which are read elsewhere.
fn quoted(tokens: TokenStream, found: &mut Vec<Text>) {
    let mut previous = String::new();
    for token in tokens {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) => {
                let is_doc =
                    group.stream().into_iter().next().is_some_and(
                        |first| matches!(first, TokenTree::Ident(name) if name == "doc"),
                    );
                if !is_doc {
                    quoted(group.stream(), found);
                }
                previous.clear();
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') && text.trim_matches('"').contains(' ') {
                    found.push(Text { line, text: without_code(&text) });
                }
                previous.clear();
            }
            TokenTree::Ident(name) => {
                if previous == "fn" {
                    found.push(Text { line, text: name.to_string().replace('_', " ") });
                }
                previous = name.to_string();
            }
            TokenTree::Punct(_) => previous.clear(),
        }
    }
}

/// Replaces fenced blocks and code spans with blanks; line breaks stay.
fn without_code(text: &str) -> String {
    let mut fenced = false;
    let mut kept = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            kept.push(String::new());
        } else if fenced {
            kept.push(String::new());
        } else {
            let spans = line.split('`').enumerate();
            kept.push(spans.map(|(i, part)| if i % 2 == 0 { part } else { "`" }).collect());
        }
    }
    kept.join("\n")
}
