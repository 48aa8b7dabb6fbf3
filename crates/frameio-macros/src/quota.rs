//! Documented quota, such as `"3/s"` or `"100/min"`.

use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Result};

/// Number of calls in a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) calls: u32,
    pub(crate) window: Window,
}

/// Window of time in which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    Second,
    Minute,
}

impl Parse for Quota {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let expected = "expected calls per second or minute: \"3/s\" or \"100/min\"";
        let text: LitStr = input.parse().map_err(|error| Error::new(error.span(), expected))?;
        read(&text.value()).ok_or_else(|| Error::new(text.span(), expected))
    }
}

fn read(text: &str) -> Option<Quota> {
    let (calls, window) = text.split_once('/')?;
    let window = match window {
        "s" => Window::Second,
        "min" => Window::Minute,
        _ => return None,
    };
    let calls = calls.parse().ok().filter(|calls| *calls > 0)?;
    Some(Quota { calls, window })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_calls_per_second_and_minute() {
        assert_eq!(read("3/s"), Some(Quota { calls: 3, window: Window::Second }));
        assert_eq!(read("100/min"), Some(Quota { calls: 100, window: Window::Minute }));
        for wrong in ["", "3", "/s", "0/s", "-1/s", "3/h", "3 / s", "3/s ", "a/min"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
