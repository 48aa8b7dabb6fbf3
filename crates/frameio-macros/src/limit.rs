//! Documented limits of a field: `len = 1..=255`, `items = 1..=100`, `range = 1..`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitInt, Path, Result, Token};

/// Limit, with its key, which determines what is counted.
pub(crate) struct Limit {
    pub(crate) key: Ident,
    pub(crate) range: Range,
}

impl Limit {
    /// Returns the value of `Bounded::UNIT` that this key requires.
    pub(crate) fn unit(&self) -> &'static str {
        match self.key.to_string().as_str() {
            "len" => "characters",
            "items" => "items",
            _ => "",
        }
    }
}

/// Range of numbers with inclusive ends.
pub(crate) struct Range {
    start: Option<Bound>,
    end: Option<Bound>,
}

impl Parse for Range {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let expected = |span| Error::new(span, "expected a range: `1..=255` or `1..`");
        let first = input.span();
        let start = if input.peek(Token![..=]) || input.peek(Token![..]) {
            None
        } else {
            Some(input.parse().map_err(|_| expected(first))?)
        };
        if input.parse::<Option<Token![..=]>>()?.is_some() {
            let span = input.span();
            return Ok(Self { start, end: Some(input.parse().map_err(|_| expected(span))?) });
        }
        let open = input.parse::<Token![..]>().map_err(|_| expected(first))?;
        if !input.is_empty() && !input.peek(Token![,]) {
            let message = "the end of a limit is inclusive: write `..=`";
            return Err(Error::new_spanned(open, message));
        }
        Ok(Self { start, end: None })
    }
}

impl ToTokens for Range {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let start = self.start.as_ref().map_or_else(|| quote!(0), ToTokens::to_token_stream);
        let end = self
            .end
            .as_ref()
            .map_or_else(|| quote!(::core::primitive::u64::MAX), ToTokens::to_token_stream);
        tokens.extend(quote!(#start..=#end));
    }
}

/// End of a range: a number, or a constant of type `u64`.
enum Bound {
    Number(LitInt),
    Constant(Path),
}

impl Parse for Bound {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitInt) {
            let number: LitInt = input.parse()?;
            // Rejects negative numbers.
            number.base10_parse::<u64>()?;
            return Ok(Self::Number(number));
        }
        input.call(Path::parse_mod_style).map(Self::Constant)
    }
}

impl ToTokens for Bound {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Number(number) => number.to_tokens(tokens),
            Self::Constant(path) => path.to_tokens(tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<String, String> {
        syn::parse_str::<Range>(text)
            .map(|range| range.to_token_stream().to_string().replace(' ', ""))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn parses_ranges_with_inclusive_ends() {
        assert_eq!(read("1..=255").unwrap(), "1..=255");
        assert_eq!(read("1..=5_000").unwrap(), "1..=5_000");
        assert_eq!(read("1..").unwrap(), "1..=::core::primitive::u64::MAX");
        assert_eq!(read("..=6").unwrap(), "0..=6");
        assert_eq!(read("1..=limits::NAME").unwrap(), "1..=limits::NAME");
        assert_eq!(read("1..9").unwrap_err(), "the end of a limit is inclusive: write `..=`");
        for wrong in ["", "1", "\"1..2\"", "1..=", "-1..=2", "1.5..=2"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
