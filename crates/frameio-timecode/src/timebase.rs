//! Counting frames in labels.

use crate::rate::Rate;
use crate::timecode_error::TimecodeError;

/// A rate, and whether its labels drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timebase {
    rate: Rate,
    nominal: u32,
    /// Labels skipped in a minute; 0 without drop frame.
    dropped: u32,
}

/// The four fields of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fields {
    /// The label is that of a frame before zero.
    pub negative: bool,
    /// Hours; above 23 beyond a day.
    pub hours: u64,
    /// Minutes, 0 to 59.
    pub minutes: u32,
    /// Seconds, 0 to 59.
    pub seconds: u32,
    /// Frames, below the nominal rate.
    pub frames: u32,
}

impl Timebase {
    /// Creates a timebase with or without drop frame.
    ///
    /// # Errors
    /// When the rate has no labels, or no drop frame.
    pub fn new(rate: Rate, drop_frame: bool) -> Result<Self, TimecodeError> {
        let nominal = rate.nominal().ok_or(TimecodeError::NoLabels(rate))?;
        let dropped = match (drop_frame, rate.dropped_labels()) {
            (false, _) => 0,
            (true, Some(dropped)) => dropped,
            (true, None) => return Err(TimecodeError::NoDropFrame(rate)),
        };
        Ok(Self { rate, nominal, dropped })
    }

    /// Creates a timebase that drops labels.
    ///
    /// # Errors
    /// When drop frame is not defined at the rate.
    pub fn drop_frame(rate: Rate) -> Result<Self, TimecodeError> {
        Self::new(rate, true)
    }

    /// Creates a timebase that counts every label.
    ///
    /// # Errors
    /// When the rate has no labels.
    pub fn non_drop_frame(rate: Rate) -> Result<Self, TimecodeError> {
        Self::new(rate, false)
    }

    /// The exact rate.
    pub const fn rate(self) -> Rate {
        self.rate
    }

    /// Frames that a label counts in a second.
    pub const fn nominal(self) -> u32 {
        self.nominal
    }

    /// Whether labels are dropped.
    pub const fn is_drop_frame(self) -> bool {
        self.dropped != 0
    }

    /// Number of labels from `00:00:00:00` to the last one of a day.
    pub const fn frames_per_day(self) -> i64 {
        self.nominal as i64 * 86_400 - self.dropped as i64 * (1440 - 144)
    }

    /// Returns the fields of the label of a frame. The label of a frame before zero is that of the
    /// frame as far after zero, marked as negative.
    pub fn fields(self, frame: i64) -> Fields {
        let (nominal, dropped) = (u64::from(self.nominal), u64::from(self.dropped));
        let mut count = frame.unsigned_abs();
        if dropped > 0 {
            let ten_minutes = 600 * nominal - 9 * dropped;
            let minute = 60 * nominal - dropped;
            let (tens, rest) = (count / ten_minutes, count % ten_minutes);
            count += 9 * dropped * tens;
            if rest > dropped {
                count += dropped * ((rest - dropped) / minute);
            }
        }
        let seconds = count / nominal;
        // Each remainder is below 2^32.
        Fields {
            negative: frame < 0,
            hours: seconds / 3600,
            minutes: (seconds / 60 % 60) as u32,
            seconds: (seconds % 60) as u32,
            frames: (count % nominal) as u32,
        }
    }

    /// Returns the frame that a label names.
    pub(crate) fn frame_of(self, fields: Fields, text: &str) -> Result<i64, TimecodeError> {
        let limits = [
            ("minutes", fields.minutes, 60),
            ("seconds", fields.seconds, 60),
            ("frames", fields.frames, self.nominal),
        ];
        for (field, value, limit) in limits {
            if value >= limit {
                return Err(TimecodeError::Field { text: crate::error::quote(text), field, limit });
            }
        }
        if fields.seconds == 0 && fields.frames < self.dropped && !fields.minutes.is_multiple_of(10)
        {
            let (h, m, d) = (fields.hours, fields.minutes, self.dropped);
            return Err(TimecodeError::Dropped {
                text: crate::error::quote(text),
                next: format!("{h:02}:{m:02}:00;{d:02}"),
            });
        }
        let minutes = fields.hours * 60 + u64::from(fields.minutes);
        let labels = (minutes * 60 + u64::from(fields.seconds)) * u64::from(self.nominal)
            + u64::from(fields.frames);
        let frame = labels - u64::from(self.dropped) * (minutes - minutes / 10);
        let frame = i64::try_from(frame).unwrap_or(i64::MAX);
        Ok(if fields.negative { -frame } else { frame })
    }
}
