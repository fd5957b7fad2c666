//! Numbers of a camera as photographers read them, wherever they were written.

use super::text::number;

/// Millimetres: "35", "4.3".
pub(super) fn focal_length(mm: f64) -> Option<String> {
    (mm > 0.0 && mm < 100_000.0).then(|| number(mm, 1))
}

pub(super) fn focal_length_35mm(mm: u32) -> Option<u32> {
    (1..=20_000).contains(&mm).then_some(mm)
}

/// The f-number: "2.8".
pub(super) fn aperture(f: f64) -> Option<String> {
    (0.1..1000.0).contains(&f).then(|| number(f, if f < 1.0 { 2 } else { 1 }))
}

/// The f-number of a value in steps of APEX (Exif, annex C).
pub(super) fn aperture_of_apex(apex: f64) -> f64 {
    2f64.powf(apex / 2.0)
}

/// "1/250", "0.8", "30".
pub(super) fn exposure(seconds: f64) -> Option<String> {
    if !(1e-6..1e6).contains(&seconds) {
        return None;
    }
    let parts = (1.0 / seconds).round();
    // Thirds of a second and shorter, and half a second, read best as fractions; 0.8 does not.
    let fraction = seconds <= 0.5 && (parts * seconds - 1.0).abs() < 0.05;
    Some(if fraction { format!("1/{}", number(parts, 0)) } else { number(seconds, 1) }).filter(|text| text != "0")
}

/// Seconds of a value in steps of APEX.
pub(super) fn seconds_of_apex(apex: f64) -> f64 {
    2f64.powf(-apex)
}

/// "+0.7"; nothing for zero.
pub(super) fn exposure_bias(steps: f64) -> Option<String> {
    let text = number(steps, 1);
    let plus = if steps > 0.0 { "+" } else { "" };
    (steps.abs() < 20.0 && text != "0" && text != "-0").then(|| format!("{plus}{text}"))
}

pub(super) fn iso(value: u32) -> Option<u32> {
    (1..=100_000_000).contains(&value).then_some(value)
}

/// Cameras fill the field with dashes or a word when an old lens tells them nothing.
pub(super) fn is_told(lens: &str) -> bool {
    let lens = lens.to_lowercase();
    !matches!(lens.as_str(), "unknown" | "none" | "n/a") && lens.chars().any(|c| c.is_alphanumeric() && c != '0')
}

/// A moment and its zone.
pub(super) type Moment = (Option<String>, Option<String>);

/// From "2026-07-04T18:22:03" and "+02:00". Blanks and zeros mean that the clock was never set; without a
/// sound zone there is none.
pub(super) fn moment(time: &str, zone: &str) -> Moment {
    let sound = has_shape(time, "0000-00-00T00:00:00")
        && !time.starts_with("0000")
        && in_range(time, &[(5, 1, 12), (8, 1, 31), (11, 0, 23), (14, 0, 59), (17, 0, 60)]);
    if !sound {
        return (None, None);
    }
    let sound = (has_shape(zone, "+00:00") || has_shape(zone, "-00:00")) && in_range(zone, &[(1, 0, 14), (4, 0, 59)]);
    (Some(time.to_owned()), sound.then(|| zone.to_owned()))
}

fn has_shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p })
}

fn in_range(text: &str, parts: &[(usize, u32, u32)]) -> bool {
    parts.iter().all(|&(at, from, to)| {
        text.get(at..at + 2).and_then(|two| two.parse().ok()).is_some_and(|value: u32| (from..=to).contains(&value))
    })
}
