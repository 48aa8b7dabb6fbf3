//! Frame rates as fractions, and the conversion between frames and time.

use std::fmt;
use std::str::FromStr;

use crate::error::{RateError, quote};

/// Frames per second, as a reduced fraction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    num: u32,
    den: u32,
}

/// How a conversion rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rounding {
    /// Towards negative infinity.
    Floor,
    /// To the nearest; halves go up.
    Nearest,
    /// Towards positive infinity.
    Ceil,
}

impl Rounding {
    /// Divides, with a divisor above zero.
    fn divide(self, value: i128, by: i128) -> i128 {
        match self {
            Self::Floor => value.div_euclid(by),
            Self::Nearest => {
                // Not (2 * value + by) / (2 * by), which may exceed 128 bits.
                let (quotient, rest) = (value.div_euclid(by), value.rem_euclid(by));
                quotient + i128::from(rest >= by - rest)
            }
            Self::Ceil => -(-value).div_euclid(by),
        }
    }
}

/// Rates that a rounded decimal may stand for.
const IN_USE: [Rate; 17] = [
    Rate { num: 10, den: 1 },
    Rate { num: 12, den: 1 },
    Rate { num: 25, den: 2 },
    Rate { num: 15_000, den: 1001 },
    Rate { num: 15, den: 1 },
    Rate::FPS_23_976,
    Rate::FPS_24,
    Rate::FPS_25,
    Rate::FPS_29_97,
    Rate::FPS_30,
    Rate::FPS_47_952,
    Rate::FPS_48,
    Rate::FPS_50,
    Rate::FPS_59_94,
    Rate::FPS_60,
    Rate::FPS_119_88,
    Rate::FPS_120,
];

/// A decimal may deviate from a rate by one part in this many: 23.976 and 24 are 1000 parts apart.
const TOLERANCE: i128 = 2000;

impl Rate {
    /// 24000/1001
    pub const FPS_23_976: Self = Self { num: 24_000, den: 1001 };
    /// 24
    pub const FPS_24: Self = Self { num: 24, den: 1 };
    /// 25
    pub const FPS_25: Self = Self { num: 25, den: 1 };
    /// 30000/1001
    pub const FPS_29_97: Self = Self { num: 30_000, den: 1001 };
    /// 30
    pub const FPS_30: Self = Self { num: 30, den: 1 };
    /// 48000/1001
    pub const FPS_47_952: Self = Self { num: 48_000, den: 1001 };
    /// 48
    pub const FPS_48: Self = Self { num: 48, den: 1 };
    /// 50
    pub const FPS_50: Self = Self { num: 50, den: 1 };
    /// 60000/1001
    pub const FPS_59_94: Self = Self { num: 60_000, den: 1001 };
    /// 60
    pub const FPS_60: Self = Self { num: 60, den: 1 };
    /// 120000/1001
    pub const FPS_119_88: Self = Self { num: 120_000, den: 1001 };
    /// 120
    pub const FPS_120: Self = Self { num: 120, den: 1 };

    /// Creates a rate of `num / den` frames per second.
    ///
    /// # Errors
    /// When either is zero.
    pub fn new(num: u32, den: u32) -> Result<Self, RateError> {
        if num == 0 || den == 0 {
            return Err(RateError::OutOfRange(format!("{num}/{den}")));
        }
        let divisor = gcd(num, den);
        Ok(Self { num: num / divisor, den: den / divisor })
    }

    /// Returns the rate that a rounded decimal such as `23.98` or `29.97003` stands for.
    ///
    /// The nearest rate in use is returned if the decimal is within 0.05 % of it. Other whole numbers
    /// are taken as they are.
    ///
    /// # Errors
    /// When the text is not a decimal number, or not close to a rate in use.
    pub fn snap(decimal: &str) -> Result<Self, RateError> {
        let (value, scale) =
            parse_decimal(decimal).ok_or_else(|| RateError::Syntax(quote(decimal)))?;
        // |value/scale - num/den| as a fraction over scale * den, compared without dividing.
        let deviation = |rate: &Self| {
            let (num, den) = (i128::from(rate.num), i128::from(rate.den));
            ((value * den - num * scale).abs(), num * scale)
        };
        let nearest = IN_USE.iter().min_by(|a, b| {
            let ((a_off, a_full), (b_off, b_full)) = (deviation(a), deviation(b));
            (a_off * b_full).cmp(&(b_off * a_full))
        });
        if let Some(rate) = nearest {
            let (off, full) = deviation(rate);
            if off * TOLERANCE <= full {
                return Ok(*rate);
            }
        }
        match u32::try_from(value / scale) {
            Ok(whole @ 1..) if value % scale == 0 => Ok(Self { num: whole, den: 1 }),
            _ => Err(RateError::Unknown(quote(decimal))),
        }
    }

    /// Returns the rate that a floating-point number stands for, as [`Rate::snap`] does.
    ///
    /// # Errors
    /// When the number is not close to a rate in use.
    pub fn snap_f64(value: f64) -> Result<Self, RateError> {
        if value.is_finite() && value > 0.0 && value < 1e9 {
            Self::snap(&format!("{value:.9}"))
        } else {
            Err(RateError::Unknown(value.to_string()))
        }
    }

    /// Numerator of the reduced fraction.
    pub const fn num(self) -> u32 {
        self.num
    }

    /// Denominator of the reduced fraction.
    pub const fn den(self) -> u32 {
        self.den
    }

    /// Frames that a label counts in a second: 30 at 30000/1001. `None` if the rate is neither a whole
    /// number nor a whole number times 1000/1001.
    pub const fn nominal(self) -> Option<u32> {
        if self.den == 1 {
            return Some(self.num);
        }
        let (num, den) = (self.num as u64 * 1001, self.den as u64 * 1000);
        // The quotient is below 2^32, because `den` is at least 2000.
        if num % den == 0 { Some((num / den) as u32) } else { None }
    }

    /// Returns whether the rate is a whole number times 1000/1001.
    pub const fn is_ntsc(self) -> bool {
        self.den != 1 && self.nominal().is_some()
    }

    /// Labels that drop frame skips in a minute, or `None` where drop frame is not defined.
    pub const fn dropped_labels(self) -> Option<u32> {
        match (self.is_ntsc(), self.nominal()) {
            (true, Some(nominal @ (30 | 60 | 120))) => Some(nominal / 15),
            _ => None,
        }
    }

    /// Returns the frame at `units / units_per_second` seconds.
    ///
    /// A result outside of 64 bits becomes the nearest 64-bit number, and zero units per second count
    /// as one.
    pub fn frame_at(self, units: i64, units_per_second: u32, rounding: Rounding) -> i64 {
        let value = i128::from(units) * i128::from(self.num);
        saturate(rounding.divide(value, i128::from(units_per_second.max(1)) * i128::from(self.den)))
    }

    /// Returns the start of a frame in units, such as 1000 in a second.
    ///
    /// A result outside of 64 bits becomes the nearest 64-bit number.
    pub fn time_of(self, frame: i64, units_per_second: u32, rounding: Rounding) -> i64 {
        // Below 2^127: 63 + 32 + 32 bits.
        let value = i128::from(frame) * i128::from(units_per_second) * i128::from(self.den);
        saturate(rounding.divide(value, i128::from(self.num)))
    }

    /// Returns the frame at a decimal number of seconds such as `1734.066`, or `None` if the text is
    /// not one.
    pub fn frame_at_decimal(self, seconds: &str, rounding: Rounding) -> Option<i64> {
        let seconds = seconds.trim();
        let (negative, digits) = match seconds.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, seconds),
        };
        let (value, scale) = parse_decimal(digits)?;
        let value = if negative { -value } else { value } * i128::from(self.num);
        Some(saturate(rounding.divide(value, scale * i128::from(self.den))))
    }

    /// Returns the rate in units, rounded to the nearest: 29970030 millionths at 30000/1001.
    pub fn scaled(self, units: u32) -> u64 {
        let value = u64::from(self.num) * u64::from(units);
        let den = u64::from(self.den);
        value / den + u64::from(value % den * 2 >= den)
    }

    /// Returns the rate as a floating-point number, for formats that store it as one.
    pub fn to_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    /// Parses a fraction such as `30000/1001`, or a decimal as [`Rate::snap`] does.
    fn from_str(text: &str) -> Result<Self, RateError> {
        let text = text.trim();
        let Some((num, den)) = text.split_once('/') else {
            return Self::snap(text);
        };
        let part = |part: &str| {
            let part = part.trim();
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(RateError::Syntax(quote(text)));
            }
            part.parse::<u32>().map_err(|_| RateError::OutOfRange(quote(text)))
        };
        Self::new(part(num)?, part(den)?)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decimal as an integer and the power of ten to divide it by. At most 9 digits before the point
/// and 12 after it are read, so that products with 32-bit numbers fit into 128 bits.
fn parse_decimal(text: &str) -> Option<(i128, i128)> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 9 {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(12)];
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    Some((whole.parse::<i128>().ok()? * scale + fraction.parse::<i128>().ok()?, scale))
}

const fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
