//! The places where bytes are kept: whether strangers see lists of them, what in them is nobody's, and moving
//! everything from one to another.

mod listed;
pub mod moving;
pub mod serving;
pub mod sweeping;

pub use listed::{is_listed, warn_if_listed};

use crate::app::App;
use crate::service::Refusal;
use std::fs::{File, OpenOptions};

/// Held by a command that writes names anew or moves them: two of these would undo each other's work. Ends with
/// its value, or with its process.
#[derive(Debug)]
pub struct Alone {
    _file: File,
}

/// Makes sure that no other command over this data folder works on everything that is stored.
pub fn alone(app: &App) -> Result<Alone, Refusal> {
    let path = app.settings.data_dir.join("media-work");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(Refusal::broken)?;
    match file.try_lock() {
        Ok(()) => Ok(Alone { _file: file }),
        Err(_) => Err(Refusal::Conflict(
            "Another `media` command is at work over this data folder. Let it end, or end it.".to_owned(),
        )),
    }
}
