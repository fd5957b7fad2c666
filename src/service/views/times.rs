//! Times as people and machines read them.

use crate::clock::{DAY, HOUR, MINUTE, Millis};
use time::OffsetDateTime;
use time::macros::format_description;

fn date(at: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `2026-11-12T08:30:00.000Z`
pub fn iso(at: Millis) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    date(at).format(&format).unwrap_or_default()
}

/// `12 November 2026`
pub fn day(at: Millis) -> String {
    date(at).format(&format_description!("[day padding:none] [month repr:long] [year]")).unwrap_or_default()
}

/// "just now", "5 min", "2 h", "3 d", then the day.
pub fn ago(at: Millis, now: Millis) -> String {
    match now - at {
        past if past < MINUTE => "just now".to_owned(),
        past if past < HOUR => format!("{} min", past / MINUTE),
        past if past < DAY => format!("{} h", past / HOUR),
        past if past < 7 * DAY => format!("{} d", past / DAY),
        _ => day(at),
    }
}
