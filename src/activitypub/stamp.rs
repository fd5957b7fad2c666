//! Times on the wire: UTC with milliseconds, `2026-01-05T10:00:00.000Z`. Some peers read nothing else.

use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::macros::{datetime, format_description};

/// Writes milliseconds since 1970 as peers want them; out of range becomes the nearest that can be said.
pub fn write(millis: i64) -> String {
    let first = datetime!(0000-01-01 0:00 UTC);
    let last = datetime!(9999-12-31 23:59:59.999 UTC);
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .unwrap_or(if millis < 0 { first } else { last })
        .clamp(first, last);
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.format(format).unwrap_or_default()
}

/// Reads an ISO 8601 time with an offset into milliseconds since 1970; `None` for anything else.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let time =
        OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT)).ok()?;
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}
