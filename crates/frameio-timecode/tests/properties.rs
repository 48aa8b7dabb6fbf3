//! Laws that hold at every rate, and every frame of a day at the drop-frame rates.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use frameio_timecode::{DropFrame, Rate, Rounding, Timebase, Timecode, format_clock, parse_clock};
use proptest::prelude::*;

const RATES: [Rate; 12] = [
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

/// Every frame of a day has its own label, labels increase, and each reads back as its frame.
fn round_trips_a_day(rate: Rate, frames: i64) {
    let base = Timebase::drop_frame(rate).unwrap();
    assert_eq!(base.frames_per_day(), frames);
    let mut before = None;
    for frame in 0..frames {
        let fields = base.fields(frame);
        let order = (fields.hours, fields.minutes, fields.seconds, fields.frames);
        assert!(before < Some(order), "labels do not increase at frame {frame}");
        before = Some(order);
        // Printing and parsing each frame is slow without optimization: all around the minutes, and
        // some between them.
        if fields.seconds == 0 || fields.seconds == 59 || frame % 61 == 0 {
            let label = base.timecode(frame).to_string();
            let read = Timecode::parse(&label, rate, DropFrame::Auto).unwrap();
            assert_eq!(read.frame(), frame, "{label}");
        }
        assert!(
            fields.minutes.is_multiple_of(10)
                || fields.seconds != 0
                || fields.frames >= base.nominal() / 15,
            "frame {frame} has a label that drop frame skips"
        );
    }
    assert_eq!(base.timecode(frames).to_string(), "24:00:00;00");
    assert_eq!(base.timecode(frames).wrapped().to_string(), "00:00:00;00");
}

#[test]
fn round_trips_every_frame_of_a_day_at_29_97() {
    round_trips_a_day(Rate::FPS_29_97, 2_589_408);
}

#[test]
fn round_trips_every_frame_of_a_day_at_59_94() {
    round_trips_a_day(Rate::FPS_59_94, 5_178_816);
}

#[test]
fn round_trips_every_frame_of_a_day_at_119_88() {
    round_trips_a_day(Rate::FPS_119_88, 10_357_632);
}

#[test]
fn keeps_the_frame_through_milliseconds() {
    for rate in RATES {
        for frame in 0..200_000 {
            let millis = rate.time_of(frame, 1000, Rounding::Ceil);
            assert_eq!(rate.frame_at(millis, 1000, Rounding::Floor), frame, "{rate}");
            assert_eq!(rate.frame_at(millis, 1000, Rounding::Nearest), frame, "{rate}");
        }
    }
}

#[test]
fn refuses_unknown_rates_and_keeps_other_whole_numbers() {
    for text in ["", "abc", "29.5", "-25", "0", "0/1", "25/0", "1e3", "24.1", "4294967296/1", "NaN"]
    {
        assert!(text.parse::<Rate>().is_err(), "{text}");
    }
    for value in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
        assert!(Rate::snap_f64(value).is_err(), "{value}");
    }
    assert_eq!("18".parse::<Rate>().unwrap().to_string(), "18");
    assert_eq!("60000/2002".parse::<Rate>(), Ok(Rate::FPS_29_97));
    assert_eq!(Rate::FPS_29_97.scaled(1_000_000), 29_970_030);
    assert_eq!(Rate::FPS_25.frame_at_decimal("1734.066", Rounding::Nearest), Some(43_352));
    assert_eq!(Rate::FPS_25.frame_at_decimal("-1", Rounding::Nearest), Some(-25));
}

#[test]
fn refuses_labels_at_rates_without_them() {
    let rate: Rate = "12.5".parse().unwrap();
    let error = Timebase::non_drop_frame(rate).unwrap_err();
    assert!(error.to_string().starts_with("timecode is not defined at 25/2"), "{error}");
    let error = Timecode::parse("00:00:01;00", Rate::FPS_29_97, DropFrame::Off).unwrap_err();
    assert!(error.to_string().contains("is drop frame"), "{error}");
    let error = Timecode::parse("00:00:01,000", Rate::FPS_29_97, DropFrame::Auto).unwrap_err();
    assert!(error.to_string().contains("milliseconds"), "{error}");
    let error = Timecode::parse("00:01:00;01", Rate::FPS_29_97, DropFrame::Auto).unwrap_err();
    assert!(error.to_string().contains("the next one is 00:01:00;02"), "{error}");
}

#[test]
fn reads_and_prints_clock_times() {
    assert_eq!(parse_clock("00:01:00,060"), Ok(60_060));
    assert_eq!(parse_clock("01:00.500"), Ok(60_500));
    assert_eq!(format_clock(3_661_001, '.'), "01:01:01.001");
    for text in ["", "1", "00:00:01", "00:00:01,00", "00:60:00,000", "0:0:0:0,000", "a:b:c,ddd"] {
        assert!(parse_clock(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn labels_read_back(rate in 0..RATES.len(), drop: bool, frame in -40_000_000_i64..40_000_000) {
        let rate = RATES[rate];
        let drop = drop && rate.dropped_labels().is_some();
        let timecode = Timebase::new(rate, drop).unwrap().timecode(frame);
        let read = Timecode::parse(&timecode.to_string(), rate, DropFrame::Auto);
        prop_assert_eq!(read, Ok(timecode));
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,24}", rate in 0..RATES.len()) {
        let _ = Timecode::parse(&text, RATES[rate], DropFrame::Auto);
        let _ = text.parse::<Rate>();
        let _ = parse_clock(&text);
    }

    #[test]
    fn extreme_numbers_do_not_overflow(num: u32, den: u32, frame: i64, units: u32) {
        if let Ok(rate) = Rate::new(num, den) {
            for rounding in [Rounding::Floor, Rounding::Nearest, Rounding::Ceil] {
                let _ = rate.frame_at(frame, units, rounding);
                let _ = rate.time_of(frame, units, rounding);
            }
            let _ = rate.scaled(units);
            if let Ok(base) = Timebase::non_drop_frame(rate) {
                let _ = (base.timecode(frame).to_string(), base.timecode(frame).wrapped());
            }
        }
    }
}
