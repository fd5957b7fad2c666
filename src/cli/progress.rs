//! How far something has come: on a terminal one line that changes, else a line now and then.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// On a terminal the line changes no more often than this …
const SHOWN: Duration = Duration::from_millis(100);
/// … and into a log a line goes no more often than this.
const LOGGED: Duration = Duration::from_secs(10);

/// The line.
pub struct Line {
    live: bool,
    last: Option<Instant>,
}

impl Line {
    pub fn new() -> Self {
        Self { live: std::io::stdout().is_terminal(), last: None }
    }

    /// Says it, if it is time.
    pub fn say(&mut self, words: impl FnOnce() -> String) {
        let every = if self.live { SHOWN } else { LOGGED };
        if self.last.is_some_and(|last| last.elapsed() < every) {
            return;
        }
        self.last = Some(Instant::now());
        if self.live {
            // What stood there before may have been longer.
            print!("\r{}\x1b[K", words());
            let _ = std::io::stdout().flush();
        } else {
            println!("{}", words());
        }
    }

    /// Says it last, in the place of what stood there.
    pub fn end(self, words: &str) {
        println!("{}{words}", if self.live { "\r\x1b[K" } else { "" });
    }
}
